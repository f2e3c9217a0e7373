"""What contracts and products say alike: teams in every shape, and addresses without what logs in."""

import pytest

from meshdesk.collect.catalogues import alike
from tests.unit.collect.catalogues.test_tree import part, said


@pytest.mark.parametrize(
    ("text", "team"),
    [
        ("team: Order desk", {"name": "Order desk"}),
        ("team: {name: Order desk, members: [{username: a@x, role: owner}]}",
         {"name": "Order desk", "members": [{"name": "a@x", "role": "owner"}]}),
        ("team: [{username: a@x, name: Ada, role: owner}, bob]", {"members": [{"name": "Ada", "role": "owner"}, {"name": "bob"}]}),
        ("stakeholders: [{username: a@x, role: Owner}]", {"members": [{"name": "a@x", "role": "Owner"}]}),
        ("team: ~", {}),
        ("team: {name: ~, members: ~}", {}),
    ],
)  # fmt: skip
def test_that_a_team_is_read_in_every_shape(text: str, team: object) -> None:
    assert alike.team(part(text), "team", "stakeholders") == team


def test_that_a_member_that_is_a_list_is_said() -> None:
    one = part("team: [[a], b]")
    assert alike.team(one, "team") == {"members": [{"name": "b"}]}
    assert said(one) == ["1:8 A member of a team is neither a name nor a mapping; it was passed over."]


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("kafka.example:9092", "kafka.example:9092"),
        ("user:pass@kafka.example:9092,me:too@b:1", "kafka.example:9092,b:1"),
        ("SASL_SSL://user:pass@kafka.example:9092", "SASL_SSL://kafka.example:9092"),
        ("kafka.example:9092;sasl.password=geheim", "kafka.example:9092"),
        ("https://kafka.example/?token=geheim", "https://kafka.example/"),
    ],
)
def test_that_a_place_holds_nothing_that_logs_in(address: str, place: str) -> None:
    assert alike.host(address) == place


def test_that_support_has_no_key_of_a_hook_and_no_secret_parameter() -> None:
    one = part(
        "support:\n"
        "- {channel: '#a', url: 'https://hooks.slack.example/services/T/B/geheim'}\n"
        "- {channel: mail, url: 'mailto:help@shop.example'}\n"
        "- {channel: web, url: 'https://me:geheim@web.example/x?a=1&access_token=geheim'}\n"
    )
    assert alike.support(one) == [
        {"channel": "#a", "url": "https://hooks.slack.example"},
        {"channel": "mail", "url": "mailto:help@shop.example"},
        {"channel": "web", "url": "https://web.example/x?a=1"},
    ]


def test_that_what_is_to_be_filled_in_is_not_known_and_said() -> None:
    one = part("domain: ${DOMAIN}\n")
    assert alike.filled_in(one, "domain") == ""
    assert said(one) == ["1:9 “domain” holds a placeholder; what it stands for is not known before it is filled in."]
