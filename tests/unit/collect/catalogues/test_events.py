"""From text to trees: what is no YAML costs its own lines, and nothing costs more than it is allowed to."""

import itertools
import time

import pytest
import yaml

from meshdesk.collect.catalogues import events
from meshdesk.collect.catalogues.events import DEPTH_MOST, documents
from meshdesk.collect.catalogues.tree import Entries, Items, Node, Notes, Scalar


def plain(node: Node) -> object:
    """A tree as Python has it, all values as text."""
    if isinstance(node, Scalar):
        return None if node.is_null else node.text
    if isinstance(node, Items):
        return [plain(one) for one in node.nodes]
    return {name: plain(value) for name, (_, value) in node.entries.items()}


def read(text: str) -> tuple[list[object], list[tuple[int, int, str]]]:
    notes = Notes()
    found = [plain(node) for node in documents(text, notes)]
    return found, [(notice["line"], notice["column"], notice["text"]) for notice in notes.messages()]


def test_that_every_node_knows_its_line_and_column() -> None:
    (document,) = documents("# first\nname: Orders\nschema:\n  - id: a\n    tags: [x, 'y']\n", Notes())
    assert isinstance(document, Entries)
    key, items = document.entries["schema"]
    assert (document.line, key.line, key.column, items.line, items.column) == (2, 3, 1, 4, 3)
    assert isinstance(items, Items)
    first = items.nodes[0]
    assert isinstance(first, Entries)
    tags = first.entries["tags"][1]
    assert isinstance(tags, Items)
    assert [(node.line, node.column) for node in tags.nodes] == [(5, 12), (5, 15)]


def test_that_json_is_read_with_its_lines() -> None:
    assert read('{\n  "kind": "DataContract",\n  "tags": ["a"]\n}') == ([{"kind": "DataContract", "tags": ["a"]}], [])


def test_that_several_documents_are_read() -> None:
    assert read("a: 1\n---\nb: 2\n...\n---\nc: 3") == ([{"a": "1"}, {"b": "2"}, {"c": "3"}], [])


def test_that_a_document_without_a_line_before_it_does_not_swallow_the_one_above() -> None:
    text = "apiVersion: v3\nkind: DataContract\nid: a\nkind: DataContract\napiVersion: v3\nid: b\n"
    found, notices = read(text)
    assert [document["id"] for document in found if isinstance(document, dict)] == ["a", "b"]
    assert notices == [(4, 1, "A document begins here without a --- before it; it was read as one.")]


def test_that_of_two_keys_the_last_counts_and_both_lines_are_said() -> None:
    said = "“domain” stands in line 1 already; what stands here was read."
    assert read("domain: a\nid: x\ndomain: b\n") == ([{"domain": "b", "id": "x"}], [(3, 1, said)])


@pytest.mark.parametrize(
    ("text", "kept", "line"),
    [
        ("id: a\nname: this is: wrong\ndomain: d\n", {"id": "a", "domain": "d"}, 2),
        ("id: a\nname this\ndomain: d\n", {"id": "a", "domain": "d"}, 2),
        ('id: a\nname: "never closed\ndomain: d\n', {"id": "a", "domain": "d"}, 2),
        ("id: a\ntags: [x, y\ndomain: d\n", {"id": "a", "domain": "d"}, 2),
        ("id: a\nname: @here\ndomain: d\n", {"id": "a", "domain": "d"}, 2),
        ("id: a\nname: 'it's'\ndomain: d\n", {"id": "a", "domain": "d"}, 2),
        ("id: a\nteam: x: y\n  name: b\n  members: []\ndomain: d", {"id": "a", "domain": "d"}, 2),
        ("schema:\n- id: a\n- id: b: c\n  name: x\n- id: d\n", {"schema": [{"id": "a"}, {"id": "d"}]}, 3),
        ("id: a\n%\ndomain: d\n", {"id": "a", "domain": "d"}, 2),
    ],
)
def test_that_what_is_no_yaml_is_said_and_the_rest_is_kept(text: str, kept: object, line: int) -> None:
    (found, *others), notices = read(text)
    assert (found, others) == (kept, [])
    assert [notice[0] for notice in notices] == [line]
    assert notices[0][2].startswith("This is no YAML: ")


def test_that_json_that_is_cut_off_is_kept_up_to_there() -> None:
    found, notices = read('{\n"id": "a",\n"schema": [\n{"name": "x"},\n{"na')
    assert found == [{"id": "a", "schema": [{"name": "x"}]}]
    assert len(notices) == 1


def test_that_tabs_that_indent_are_read_as_blanks_and_said() -> None:
    found, notices = read("id: a\nteam:\n\tname: b\n\tmembers:\n\t\t- c\ndomain: d\n")
    assert found == [{"id": "a", "team": {"name": "b", "members": ["c"]}, "domain": "d"}]
    assert notices == [(3, 1, "A tab indents this, which YAML forbids; it was read as two blanks.")]


def test_that_tabs_within_a_block_of_text_are_its_own() -> None:
    assert read("query: |\n  select\n  \tx\n") == ([{"query": "select\n\tx\n"}], [])


def test_that_templates_without_quotes_are_values() -> None:
    text = "topic: {{ env }}-orders\nhost: ${HOST}:9092\nlist: [${A}, b]\nall: {{ x }}\n"
    assert read(text) == (
        [{"topic": "{{ env }}-orders", "host": "${HOST}:9092", "list": ["${A}", "b"], "all": "{{ x }}"}],
        [],
    )


def test_that_anchors_and_merges_are_followed() -> None:
    text = "base: &b {type: kafka, host: h}\none:\n  <<: *b\n  host: mine\ntwo: *b\n"
    assert read(text)[0] == [
        {
            "base": {"type": "kafka", "host": "h"},
            "one": {"type": "kafka", "host": "mine"},
            "two": {"type": "kafka", "host": "h"},
        }
    ]


def test_that_an_alias_of_what_it_stands_in_or_of_nothing_is_said() -> None:
    found, notices = read("a: &x [*x]\nb: *y\n")
    assert found == [{"a": [None], "b": None}]
    assert [notice[:2] for notice in notices] == [(1, 8)]


def test_that_a_billion_laughs_cost_no_more_than_their_file() -> None:
    names = "abcdefghij"
    lines = ["a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]" for before, name in itertools.pairwise(names)]
    started = time.monotonic()
    (document,) = documents("\n".join(lines), Notes())
    assert isinstance(document, Entries)
    assert len(document.entries) == 10
    assert time.monotonic() - started < 5


def test_that_merges_in_merges_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "NODES_MOST", 5_000)
    base = "base: &b {" + ", ".join(f"k{n}: {n}" for n in range(400)) + "}\n"
    _, notices = read(base + "".join(f"m{n}: {{<<: *b}}\n" for n in range(400)))
    assert [notice[2] for notice in notices] == ["The file holds more than 5,000 values. What follows was not read."]


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000, "? " * 50_000])
def test_that_depth_is_bounded_and_said(text: str) -> None:
    started = time.monotonic()
    _, notices = read(f"id: a\nx:\n  {text}" if text.startswith("-") else text)
    assert notices
    assert time.monotonic() - started < 20


def test_that_what_lies_above_the_depth_is_kept() -> None:
    deep = "".join(f"{'  ' * depth}k:\n" for depth in range(DEPTH_MOST + 5))
    found, notices = read(f"id: a\n{deep}")
    assert isinstance(found[0], dict)
    assert found[0]["id"] == "a"
    assert [notice[2] for notice in notices] == [
        f"This lies deeper than {DEPTH_MOST} levels. What follows was not read."
    ]


def test_that_a_file_of_mistakes_ends_in_a_sentence() -> None:
    found, notices = read("id: a\n" + "b: c: d\n" * 200)
    assert found in ([{"id": "a", "b": "c"}], [{"id": "a"}])
    assert any(text.endswith("What follows was not read.") for _, _, text in notices)


def test_that_a_key_that_is_no_text_is_passed_over() -> None:
    found, notices = read("? [a, b]\n: c\nid: x\n")
    assert found == [{"id": "x"}]
    assert notices == [(1, 3, "A key is no text; it was passed over with its value.")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name: this: that\n", "a colon within a text wants quotes around all of it"),
        ("id: a\nname\nb: c\n", "a colon is missing behind a name"),
        ('name: "open\n', "a quote that opens here is never closed"),
        ("tags: [a\nb: c\n", "a bracket that opens here is not closed where it should be"),
        ("team: {a: b\nb: c\n", "a brace that opens here is not closed where it should be"),
        ("name: @x\n", "a text that begins with this sign wants quotes around it"),
        ("name: 'it's'\n", "it is indented otherwise than its neighbours, or a quote ends too early"),
    ],
)
@pytest.mark.parametrize("loader", [events.LOADER, yaml.SafeLoader], ids=["libyaml", "Python"])
def test_that_a_mistake_is_said_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, text: str, reason: str, loader: object
) -> None:
    monkeypatch.setattr(events, "LOADER", loader)
    _, notices = read(f"{text}z: 1\n")
    assert notices[0][2] == f"This is no YAML: {reason}. The line was passed over."
