"""Recent connections: the newest first, a few, and nothing that a file has spoilt or that is a secret."""

from pathlib import Path

import pytest

from meshdesk.session.connection import Connection
from meshdesk.ui.recent import KEPT, NAME, note, recent
from meshdesk.ui.remembered import Remembered


def test_that_the_newest_stands_first_once_and_few_are_kept_from_run_to_run(tmp_path: Path) -> None:
    for number in range(KEPT + 3):
        note(Remembered(tmp_path), Connection(f"broker-{number}:9092", "http://registry:8081"))
    note(Remembered(tmp_path), Connection("broker-5:9092", "http://registry:8081"))
    addresses = [one.bootstrap for one in recent(Remembered(tmp_path))]
    assert addresses[:2] == ["broker-5:9092", f"broker-{KEPT + 2}:9092"]
    assert len(addresses) == len(set(addresses)) == KEPT
    assert {one.registry for one in recent(Remembered(tmp_path))} == {"http://registry:8081"}


@pytest.mark.parametrize(
    "connection",
    [
        Connection("b:9092", name="acme"),
        Connection("b:9092", properties={"sasl.password": "geheim"}),
        Connection("b:9092", registry_user="reader:geheim"),
    ],
)
def test_that_a_saved_one_and_one_with_a_secret_are_not_noted(connection: Connection) -> None:
    remembered = Remembered(None)
    note(remembered, connection)
    assert recent(remembered) == []
    assert remembered.text(NAME) == ""


@pytest.mark.parametrize(
    "spoilt", ["", "{", "7", '{"a": 1}', '["b:9092"]', '[["b:9092"]]', '[["b:9092", 7]]', '[["\\n", ""]]']
)
def test_that_a_spoilt_file_counts_as_none(spoilt: str) -> None:
    remembered = Remembered(None)
    remembered.keep(NAME, spoilt)
    assert recent(remembered) == []
