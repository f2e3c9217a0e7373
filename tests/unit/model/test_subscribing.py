"""How to subscribe: lines that a person takes over, for Python, Java and the shell, and nothing secret in them."""

import ast
import shlex

import pytest

from meshdesk.model.subscribing import WAYS, Subscription, kcat, python

WANTED = Subscription(
    "kafka.acme:9093,other:9093", ("orders.v1", "it's odd"), "my-domain.orders", "SASL_SSL", "SCRAM-SHA-512"
)


def test_that_the_python_lines_are_python_and_name_everything() -> None:
    tree = ast.parse(python(WANTED))
    words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert {WANTED.bootstrap, WANTED.group, *WANTED.topics, "SASL_SSL", "SCRAM-SHA-512"} <= words


def test_that_a_shell_takes_the_line_for_kcat_apart_as_it_is_meant() -> None:
    words = shlex.split(kcat(WANTED).replace("\\\n", " "))
    assert words[:3] == ["kcat", "-b", WANTED.bootstrap]
    assert words[-4:] == ["-G", "my-domain.orders", "orders.v1", "it's odd"]
    assert "security.protocol=SASL_SSL" in words


@pytest.mark.parametrize("way", WAYS)
def test_that_a_plaintext_cluster_needs_no_word_of_security(way: str) -> None:
    text = WAYS[way](Subscription("localhost:9092", ("orders.v1",), "g", "PLAINTEXT"))
    assert "security" not in text
    assert "localhost:9092" in text
    assert "orders.v1" in text


@pytest.mark.parametrize("way", WAYS)
def test_that_letters_of_any_script_stand_as_they_are(way: str) -> None:
    text = WAYS[way](Subscription("h:1", ("t",), "my-domain.größe-出荷"))
    assert "my-domain.größe-出荷" in text


@pytest.mark.parametrize("way", WAYS)
def test_that_quotes_and_line_ends_in_names_stay_within_their_words(way: str) -> None:
    text = WAYS[way](Subscription("h:1", ('a"b\nzz',), "g"))
    assert "\nzz" not in text or way == "kcat"  # a shell's quotes hold a line end
