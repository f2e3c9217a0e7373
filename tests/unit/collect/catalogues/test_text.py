"""From bytes to text: encodings, what is no text, and templates that stand where they stood."""

import json

import pytest

from meshdesk.collect.catalogues.events import documents
from meshdesk.collect.catalogues.text import decoded, hidden, shown
from meshdesk.collect.catalogues.tree import Notes
from tests.unit.collect.catalogues.test_events import plain


@pytest.mark.parametrize(
    "data",
    [
        "name: Käse\nid: a".encode(),
        b"\xef\xbb\xbf" + "name: Käse\nid: a".encode(),
        "\ufeffname: Käse\nid: a".encode("utf-16-le"),
        "\ufeffname: Käse\nid: a".encode("utf-16-be"),
        "name: Käse\r\nid: a".encode(),
        "name: Käse\rid: a".encode(),
    ],
    ids=["utf-8", "utf-8 with a mark", "utf-16 little", "utf-16 big", "CRLF", "CR"],
)
def test_that_every_usual_encoding_gives_the_same_text(data: bytes) -> None:
    notes = Notes()
    assert decoded(data, notes) == "name: Käse\nid: a"
    assert notes.messages() == []


def test_that_bytes_that_are_no_text_are_said_with_their_place_and_the_rest_is_kept() -> None:
    notes = Notes()
    assert decoded(b"id: a\nname: K\xe4se\x07\n", notes) == "id: a\nname: K�se�\n"
    (notice,) = notes.messages()
    assert (notice["line"], notice["column"]) == (2, 8)


def test_that_a_replacement_character_of_the_file_itself_is_no_notice() -> None:
    notes = Notes()
    assert decoded("name: �".encode(), notes) == "name: �"
    assert notes.messages() == []


def test_that_a_sign_that_json_writes_as_two_escapes_is_that_sign() -> None:
    text = decoded(json.dumps({"a": "😀 \\ud83d", "b": "\ud83d", "c": "a/b"}).replace("/", "\\/").encode(), Notes())
    assert [plain(node) for node in documents(text, Notes())] == [{"a": "😀 \\ud83d", "b": "�", "c": "a/b"}]


@pytest.mark.parametrize(
    "line",
    [
        "topic: {{ .Values.env }}-orders",
        'topic: {{ env | default("dev") }}.orders # why: not',
        "servers: [${HOST}, b]",
        "name: ${var.environment}-x",
    ],
)
def test_that_templates_become_words_that_stay_in_their_columns(line: str) -> None:
    safe = hidden(line)
    assert safe != line
    assert "{" not in safe
    assert len(safe) == len(line)
    assert shown(safe) == line


def test_that_statements_alone_on_a_line_say_nothing() -> None:
    text = "{% if a %}\nid: a\n  {{- if .Values.x }}\nname: b\n  {{- end }}\n{%- endif %}\n"
    assert [line.lstrip()[:1] for line in hidden(text).splitlines()] == ["#", "i", "#", "n", "#", "#"]


def test_that_a_text_with_the_signs_that_hide_others_stays_as_it_is() -> None:
    text = "name: {{ x }} \uf821"
    assert hidden(text) == text
