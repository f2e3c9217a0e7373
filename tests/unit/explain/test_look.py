"""Rows and details: bounded however large a record is, a decoder's mistake costs a sentence, what is lost says why."""

import base64
import json
from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest

from meshdesk.decode import chain
from meshdesk.decode.contract import Bounds, Decoded, Payload, Schemas
from meshdesk.explain import look
from meshdesk.explain.lines import json_line, tab_line, text_line
from meshdesk.explain.look import (
    HEADERS_SHOWN,
    KEY,
    PREVIEW,
    Looked,
    Trees,
    culprit,
    details_of,
    later,
    part_text,
    parts_of,
    reached,
    row_of,
)  # fmt: skip
from meshdesk.explain.rows import Lost
from meshdesk.model import pages
from meshdesk.model.decode_as import About, about_record, about_schema, about_topic, with_wish
from meshdesk.model.frame import MAX_FRAME, encode
from meshdesk.model.node import Node, count_of, to_json
from meshdesk.model.pages import Place
from meshdesk.model.record import Record, RecordName
from meshdesk.model.row import details_frame, details_from, row_frame
from meshdesk.model.schema import SchemaState
from tests.unit.decode.poison import Every

NONE = Every(SchemaState.NO_REGISTRY)


def record(
    value: bytes | None = b"v", key: bytes | None = b"k", headers: tuple[tuple[str, bytes | None], ...] = ()
) -> Record:
    return Record(5, "orders", 1, 42, 1_795_500_000_000, 1, key, value, headers, 3)


TEXTS = b"[" + b",".join([b'"%s"' % (b"a" * 30_000)] * 1_000) + b"]"
CONTROLS = b"[" + b",".join([b'"%s"' % (rb"\u0001" * 1_000)] * 1_000) + b"]"
MONSTERS = {
    "a value of 32 MB": record(b"x" * (32 << 20)),
    "32 MB of JSON": record(b"[" + b'{"a":1},' * (4 << 20) + b"1]"),
    "a key of 8 MB": record(key=b"\xff" * (8 << 20)),
    "100,000 headers": record(headers=tuple((f"h{n}", b"%d" % n) for n in range(100_000))),
    "headers of 1 MB each": record(headers=tuple(("n" * 1_000_000, b"v" * 1_000_000) for _ in range(20))),
    "3,000 headers of 4 kB of bytes": record(headers=tuple(("n", b"\xfe" * 4_096) for _ in range(3_000))),
    "3,000 headers of all that is long as JSON": record(
        headers=tuple(("\x01" * 3_000, "🦊".encode() * 1_000) for _ in range(3_000))
    ),
    "key and value of 1,000 long texts": record(value=TEXTS, key=TEXTS),
    "key and value of a million controls": record(value=CONTROLS, key=CONTROLS),
    "names of a million characters": record(
        b"{" + b",".join(b'"%s%d": %d' % (b"n" * 1_000_000, n, n) for n in range(30)) + b"}"
    ),
    "quotes that double": record(b'"' + b"\\u0000" * 300_000 + b'"'),
}


@pytest.mark.parametrize("name", MONSTERS)
def test_that_no_record_is_larger_on_the_pipe_than_a_frame_may_be(name: str) -> None:
    monster = MONSTERS[name]
    row = row_of(monster, NONE, 9)
    assert (len(row.value), len(row.key)) <= (PREVIEW, KEY)
    assert (row.size, row.header_count, row.k) == (monster.size, len(monster.headers), 9)
    assert len(encode({"rows": [row_frame(row)]})) < 10_000
    for raw in (False, True):
        details = details_of(monster, NONE, raw)
        assert len(encode(details_frame(details))) < MAX_FRAME
        assert len(details.headers) == min(len(monster.headers), HEADERS_SHOWN)


def test_that_a_tree_that_is_too_large_says_what_it_leaves_out() -> None:
    value = details_of(record(b'{"long": ' + TEXTS + b', "short": 1}'), NONE).value
    long, short = value.tree.children
    assert (long.name, short.text) == ("long", "1")
    assert len(long.children[0].text) == 30_000
    assert (long.children[-1].kind, count_of(long)) == ("more", 1_000)
    assert value.size == len(TEXTS) + 22


def test_that_few_headers_are_shown_whole_and_many_share_the_room() -> None:
    few = details_of(record(headers=tuple(("n" * 2_000, b"v" * 1_024) for _ in range(100))), NONE).headers
    assert all(name == "n" * 2_000 and part.text == "v" * 1_024 and part.cut == 0 for name, part in few)
    many = details_of(record(headers=tuple(("n" * 2_000, b"v" * 1_024) for _ in range(1_500))), NONE).headers
    assert {name for name, _ in many} == {"n" * 200 + "… 1,800 more characters"}
    assert {(part.text, part.size, part.cut) for _, part in many} == {("v" * 200 + "… 824 more characters", 1_024, 824)}


def test_that_a_row_says_what_the_record_is() -> None:
    row = row_of(record(b'{"n": 9007199254740993}', None, (("a", b"1"), ("a", None))), NONE, 7)
    assert (row.topic, row.partition, row.offset, row.row, row.k) == ("orders", 1, 42, 5, 7)
    assert (row.null_key, row.null_value, row.key) == (True, False, "")
    assert row.value == "n 9007199254740993"
    assert (row.headers, row.header_count, row.format) == ("a, a", 2, "JSON")


def test_that_null_and_empty_are_told_apart_in_row_and_details() -> None:
    null, empty = row_of(record(None), NONE), row_of(record(b""), NONE)
    assert (null.null_value, null.format, empty.null_value, empty.format) == (True, "null", False, "empty")
    assert (details_of(record(None), NONE).value.size, details_of(record(b""), NONE).value.size) == (None, 0)


def test_that_headers_keep_their_order_and_their_repeats_and_say_what_they_are() -> None:
    headers = (("b", "Grüße".encode()), ("a", b"\xff\x00"), ("b", None), ("b", b""), ("c", b"line\nbreak"))
    parts = details_of(record(headers=headers), NONE).headers
    assert [(name, part.format, part.size) for name, part in parts] == [
        ("b", "text", 7), ("a", "bytes", 2), ("b", "null", None), ("b", "text", 0), ("c", "bytes", 10),
    ]  # fmt: skip
    assert parts[0][1].text == "Grüße"


class Mistaken:
    """A decoder with a mistake in it."""

    NAME = "mistaken"

    @staticmethod
    def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG004
        raise ZeroDivisionError("division by zero")


def test_that_a_decoders_mistake_is_a_sentence_and_the_bytes_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "DECODERS", (Mistaken, *chain.DECODERS))
    row, details = row_of(record(b"\x01\x02"), NONE), details_of(record(b"\x01\x02"), NONE)
    sentence = "A decoder has a bug (ZeroDivisionError: division by zero); the bytes are shown. "
    assert row.trouble.startswith(sentence)
    assert details.value.trouble.startswith(sentence)
    assert (row.value, details.value.dump[0][1]) == ("01 02", "01 02")


def test_that_a_lost_record_is_a_row_and_a_page_with_the_reason() -> None:
    lost = Lost(12, "orders", "records-1-000.arrow is gone.")
    for row in (row_of(lost, NONE, 3), culprit(lost, "unused", 3)):
        assert (row.row, row.k, row.format, row.trouble) == (12, 3, "lost", "records-1-000.arrow is gone.")
    assert details_of(lost, NONE).value.trouble == "records-1-000.arrow is gone."


def test_that_a_culprit_keeps_its_columns_and_says_why_it_is_not_decoded() -> None:
    row = culprit(record(b"hang", None, (("h", b"1"),)), "Decoding was ended: it took longer than 2 s.", 4)
    assert (row.offset, row.k, row.value, row.null_key, row.header_count) == (42, 4, "", True, 1)
    assert row.trouble == "Decoding was ended: it took longer than 2 s."
    details = details_of(record(b"hang"), NONE, raw=True)
    assert details.value.trouble == "Decoding took too long or too much memory and was ended; the bytes are shown."
    assert details.value.dump[0][2] == "hang"


def test_that_details_are_json() -> None:
    text = json.dumps(details_frame(details_of(record(b'["\\ud800"]'), NONE)))
    assert json.loads(text)["offset"] == 42


def test_that_the_narrowest_wish_decides_how_a_value_is_read() -> None:
    made = record(b"\0\0\0\0\x2a[1]")
    name = RecordName("orders", 1, 42)
    wishes: dict[About, str] = {about_topic("orders", "value"): "bytes"}
    assert row_of(made, NONE, 0, wishes).format == "bytes"
    assert row_of(made, NONE, 0, wishes).key == "k"  # keys are asked for apart
    for about, decoder in ((about_schema(42), "JSON"), (about_record(name, "value"), "bytes")):
        wishes = with_wish(wishes, about, decoder)
        choice = details_of(made, NONE, wishes=wishes).value.choice
        assert (choice.asked, choice.decoder) == (about, decoder)
        assert details_of(made, NONE, wishes=wishes).key.choice.asked is None
    part = details_of(made, NONE, wishes=wishes).value
    assert [about.scope for about in part.choice.abouts] == ["record", "schema", "topic"]
    assert part.chain == ("as asked", "bytes")
    assert [about.scope for about in details_of(record(), NONE).value.choice.abouts] == ["record", "topic"]
    assert "JSON" in details_of(made, NONE).decoders
    assert details_from(json.loads(json.dumps(details_frame(details_of(made, NONE, wishes=wishes))))).value == part


def test_that_a_header_that_its_name_says_to_be_a_number_is_one() -> None:
    parts = details_of(record(headers=(("kafka_dlt-original-partition", b"\0\0\0\x02"),)), NONE).headers
    assert [(part.tree.kind, part.text, part.format, part.size) for _, part in parts] == [("int", "2", "int32", 4)]


# Secrets

PROPERTIES = {"name": "a", "database.password": "hunter2-Straße", "other.token": "t0k3n", "tasks.max": "1"}
CONFIG = Record(
    5,
    "connect-configs",
    0,
    42,
    1_795_500_000_000,
    1,
    b"connector-a",
    json.dumps({"properties": PROPERTIES}).encode(),
    (),
    3,
)
SECRETS = ("hunter2", "t0k3n", "7430", "6874657232", base64.b64encode(b"hunter2-").decode()[:10])  # also as hex


@pytest.mark.parametrize("decoder", ["", "bytes", "text", "JSON", "YAML", "Protobuf without schema"])
def test_that_a_secret_of_connect_is_in_no_form_of_a_record_whoever_reads_it(decoder: str) -> None:
    wishes = with_wish({}, about_topic("connect-configs", "value"), decoder)
    forms = [
        json.dumps(row_frame(row_of(CONFIG, NONE, 1, wishes)), ensure_ascii=False),
        json.dumps(details_frame(details_of(CONFIG, NONE, False, wishes)), ensure_ascii=False),
        json.dumps(details_frame(details_of(CONFIG, NONE, True, wishes)), ensure_ascii=False),
        json_line(CONFIG, NONE, wishes),
        tab_line(CONFIG, NONE, wishes),
        text_line(CONFIG, NONE),
    ]
    for form in forms:
        plain = form.replace(" ", "").replace('","', "")
        assert [secret for secret in SECRETS if secret in plain] == []
    assert "tasks.max" in details_of(CONFIG, NONE, False, wishes).value.text or decoder == "bytes"


def test_that_a_secret_that_somebody_reveals_is_shown_with_its_bytes_and_no_other() -> None:
    value = details_of(CONFIG, NONE, revealed=["other.token"]).value
    shown = {part.name: part.text for part in value.tree.children[0].children}
    assert shown == PROPERTIES | {"database.password": "••••••••"}
    assert "t0k3n" in "".join(printable for _, _, printable in value.dump)


def test_that_a_line_of_json_names_what_is_masked_in_it() -> None:
    line = json.loads(json_line(CONFIG, NONE))
    assert line["masked"] == ["database.password", "other.token"]
    assert line["value"]["properties"]["other.token"] == "••••••••"
    assert json.loads(base64.b64decode(line["value_base64"]))["properties"]["other.token"] == "*****"
    assert "masked" not in json.loads(json_line(record(), NONE))


def test_that_a_part_to_be_copied_is_its_text_and_says_what_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert part_text(Node("note", "string", "a\nb")) == "a\nb"
    assert part_text(Node("n", "array", "", (Node("0", "int", "5"),))) == "[\n  5\n]"
    monkeypatch.setattr(look, "COPIED", 2)
    assert part_text(Node("note", "string", "a\nb")) == "a\n… 1 more character"


# Pages


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundredth of what they are."""
    monkeypatch.setattr(pages, "PAGE", 100)
    monkeypatch.setattr(look, "WITH_SPANS", Bounds(spans=True, nodes=500))


def looked_into(said: Any) -> Looked:
    trees: Trees = {}
    details_of(record(value=json.dumps(said).encode()), NONE, whole=trees)
    return trees["value"]


@pytest.mark.usefixtures("small_pages")
def test_that_each_part_of_a_large_array_is_reached_through_its_page() -> None:
    looked = looked_into({"lines": [{"n": n} for n in range(250)], "codes": [*range(120)], "z": 1})
    asked: list[tuple[Place, ...]] = []

    @cache
    def read(windows: tuple[Place, ...]) -> Node:
        asked.append(windows)
        return later(looked, NONE, windows)

    def names(path: Sequence[int], begin: int = 0) -> tuple[list[str], int]:
        part = reached(looked, path, read)
        assert part is not None
        parts, left = parts_of(looked, part, begin)
        return [one.name for one in parts], left

    assert names((0,)) == (["0 … 99", "100 … 199", "200 … 249"], 0)
    assert names((0, 0), 70)[0][:2] == ["70", "71"]
    assert asked == []  # the tree holds it
    shown, left = names((0, 2), 23)
    assert (shown[0], len(shown) + left) == ("223", 50 - 23)
    part = reached(looked, (0, 2, 23), read)
    assert part is not None
    assert to_json(part.node) == {"n": 223}
    assert looked.payload.data is not None
    assert part.node.span is not None
    assert json.loads(looked.payload.data[slice(*part.node.span)])["n"] == 223
    assert part_text(part.node) == '{\n  "n": 223\n}'
    assert names((1,))[0] == ["0 … 99", "100 … 119"]
    assert names((1, 1), 19) == (["119"], 0)
    for nowhere in ((0, 3), (0, 2, 50), (9,), (2, 0)):
        assert reached(looked, nowhere, read) is None


@pytest.mark.usefixtures("small_pages")
def test_that_what_a_page_has_no_room_for_is_in_pages_within_it() -> None:
    looked = looked_into([[n] * 9 for n in range(120)])
    asked: list[tuple[Place, ...]] = []

    @cache
    def read(windows: tuple[Place, ...]) -> Node:
        asked.append(windows)
        return later(looked, NONE, windows)

    page = reached(looked, (0,), read)
    assert page is not None
    parts, _ = parts_of(looked, page, len(page.node.children) - 2)
    assert asked == []  # they are the first that the tree holds
    number = len(page.node.children) - 1
    assert [part.name for part in parts] == [str(number - 1), f"{number:,} … 99"]
    rest = reached(looked, (0, number), read)
    assert rest is not None
    assert (asked, rest.first) == ([((0, number),)], number)
    assert [child.name for child in rest.node.children[:2]] == [str(number), str(number + 1)]


def test_that_a_format_whose_parts_cannot_be_had_later_has_no_pages() -> None:
    trees: Trees = {}
    rows = "".join(f"<i>{n}</i>" for n in range(20_000))
    details_of(record(value=f"<all>{rows}</all>".encode()), NONE, whole=trees)
    assert not trees["value"].has_pages
    part = reached(trees["value"], (0,), lambda _: Node("", "null", ""))
    assert part is not None
    assert parts_of(trees["value"], part, 0)[0][0].name == "i"
