"""Taking values out of a tree: what is there with its line, what is of another kind as a notice, all of it bounded."""

from meshdesk.collect.catalogues.events import documents
from meshdesk.collect.catalogues.tree import NAME_MOST, NOTICES_MOST, Entries, Notes, Part, Scalar


def part(text: str) -> Part:
    notes = Notes()
    (document,) = documents(text, notes)
    assert isinstance(document, Entries)
    return Part(document, notes)


def said(one: Part) -> list[str]:
    return [f"{notice['line']}:{notice['column']} {notice['text']}" for notice in one.notes.messages()]


def test_that_a_value_is_as_it_is_written() -> None:
    one = part("version: 1.10\ndate: 2024-01-01\nfar: 3e+9\nquoted: 'null'\n")
    assert [one.text(name) for name in ("version", "date", "far", "quoted")] == ["1.10", "2024-01-01", "3e+9", "null"]


def test_that_null_is_no_value_and_the_next_name_is_tried() -> None:
    one = part("domain:\ndatasetDomain: ~\ninfo:\n  domain: sales\n")
    assert one.text("domain", "datasetDomain", "info.domain") == "sales"
    assert one.line("domain", "datasetDomain", "info.domain") == 4
    assert one.line("domain") == 0


def test_that_what_is_of_another_kind_is_said_at_its_place() -> None:
    one = part("name: [a]\nflag: perhaps\nteam: x\nlist: {a: b}\n")
    assert one.text("name") == ""
    assert one.flag("flag") is None
    assert one.part("team") is None
    assert one.texts("list") == []
    assert said(one) == [
        "1:7 “name” holds a list where a text is expected; it was passed over.",
        "2:7 “flag” is neither true nor false; it was passed over.",
        "3:7 “team” holds a text where a mapping is expected; it was passed over.",
        "4:7 “list” holds a mapping where a text is expected; it was passed over.",
    ]


def test_that_a_list_may_be_one_value_or_a_mapping_by_names() -> None:
    one = part(
        "tags: a\nservers:\n  prod: {type: kafka}\n  test: {type: kafka}\nrole: {name: r}\nmixed: [{a: b}, c, ~]\n"
    )
    assert one.texts("tags") == ["a"]
    assert [name for name, _ in one.parts("servers")] == ["prod", "test"]
    assert [(name, inner.text("name")) for name, inner in one.parts("role")] == [("", "r")]
    assert len(list(one.parts("mixed"))) == 1
    assert said(one) == ["6:17 “mixed” holds a text where a mapping is expected; it was passed over."]


def test_that_long_lists_and_texts_are_cut_and_said() -> None:
    one = part(f"tags: [{', '.join('abc')}]\nname: {'x' * 1000}\n")
    assert one.texts("tags", most=2) == ["a", "b"]
    assert said(one) == ["1:14 “tags” holds 3 entries; those behind the first 2 were not read."]
    assert len(one.text("name")) == NAME_MOST


def test_that_the_same_sentence_is_said_once_with_how_often() -> None:
    notes = Notes()
    for line in (3, 4, 9):
        notes.add(line, 1, "It is odd.")
    assert notes.messages() == [{"line": 3, "column": 1, "text": "It is odd. It is so in 3 places."}]


def test_that_notices_are_bounded_and_the_others_are_counted() -> None:
    notes = Notes()
    for line in range(NOTICES_MOST + 7):
        notes.add(NOTICES_MOST - line, 1, f"Number {line}.")
    messages = notes.messages()
    assert len(messages) == NOTICES_MOST + 1
    assert messages[-1]["text"] == "7 more places were not understood."


def test_that_numbers_and_truth_are_told_from_text() -> None:
    one = part("a: 99.9\nb: '99'\nc: true\nd: 5m\ne: [x]\nf: 99999999999999999999999\n")
    assert [one.value(name) for name in "abcd"] == [99.9, "99", True, "5m"]
    assert one.value("e") is None
    assert one.value("f") == 1e23
    assert Scalar("null", 1, 1).is_null is False
