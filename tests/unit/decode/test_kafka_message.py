"""Kafka's message format: what a writer of our own for the same definitions wrote is read again; anything else declines."""

import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.chain import BOUNDS
from meshdesk.decode.contract import Bounds, Undecodable
from meshdesk.decode.kafka_message import Message, message, number_at, tree_of
from meshdesk.model.node import Node, to_json

DEFINITION = "id:int64 name:?string epoch:int32/1+ topics:?[](topic:string parts:[]int32 ok:boolean) kind:uint16 at:int64@3 raw:?bytes"
OLD, NEW = message(DEFINITION, 1), message(DEFINITION, 1, 0)


def read(data: bytes, definition: Message, version: int = 1, bounds: Bounds = BOUNDS) -> Node:
    return tree_of(data, 0, definition, version, bounds, lambda field, number: "", "")


class Writer:
    """The other implementation: what Kafka's generated classes write."""

    def __init__(self, is_flexible: bool) -> None:
        self.data = b""
        self._is_flexible = is_flexible

    def number(self, form: str, value: int) -> None:
        self.data += struct.pack(form, value)

    def varint(self, value: int) -> None:
        while value > 0x7F:
            self.data += bytes([value & 0x7F | 0x80])
            value >>= 7
        self.data += bytes([value])

    def count(self, form: str, value: int) -> None:
        self.varint(value + 1) if self._is_flexible else self.number(form, value)

    def text(self, form: str, value: bytes | None) -> None:
        self.count(form, -1 if value is None else len(value))
        self.data += value or b""

    def tags(self, *tags: tuple[int, bytes]) -> None:
        if self._is_flexible:
            self.varint(len(tags))
            for tag, value in tags:
                self.varint(tag)
                self.varint(len(value))
                self.data += value


def written(said: dict[str, Any], is_flexible: bool, version: int) -> bytes:
    writer = Writer(is_flexible)
    writer.number(">q", said["id"])
    writer.text(">h", None if said["name"] is None else said["name"].encode())
    if version >= 1:
        writer.number(">i", said["epoch"])
    topics = said["topics"]
    writer.count(">i", -1 if topics is None else len(topics))
    for topic in topics or []:
        writer.text(">h", topic["topic"].encode())
        writer.count(">i", len(topic["parts"]))
        for number in topic["parts"]:
            writer.number(">i", number)
        writer.data += b"\1" if topic["ok"] else b"\0"
        writer.tags()
    writer.number(">H", said["kind"])
    writer.text(">i", said["raw"])
    tags = [(3, struct.pack(">q", said["at"]))] if "at" in said else []
    writer.tags(*tags, (9, b"\xfe"))
    return writer.data


INT32 = st.integers(-(2**31), 2**31 - 1)
SAID = st.fixed_dictionaries(
    {
        "id": st.integers(-(2**63), 2**63 - 1),
        "name": st.none() | st.text(),
        "epoch": INT32,
        "topics": st.none()
        | st.lists(
            st.fixed_dictionaries({"topic": st.text(), "parts": st.lists(INT32), "ok": st.booleans()}), max_size=4
        ),
        "kind": st.integers(0, 65535),
        "raw": st.none() | st.binary(max_size=200),
    },
    optional={"at": st.integers(0, 2**63 - 1)},
)


@given(SAID, st.booleans(), st.integers(0, 1))
def test_that_what_was_written_is_read(said: dict[str, Any], is_flexible: bool, version: int) -> None:
    tree = read(written(said, is_flexible, version), NEW if is_flexible else OLD, version)
    found = {child.name: child for child in tree.children}
    assert ("epoch" in found) == (version == 1)
    assert ("at" in found) == (is_flexible and "at" in said)
    for name, node in found.items():
        if name == "tag 9":
            assert node.text == "fe"
        elif name == "raw":
            assert (None if node.kind == "null" else bytes.fromhex(node.text)) == said["raw"]
        else:
            assert to_json(node) == said[name]


@given(SAID, st.data())
def test_that_a_message_cut_anywhere_or_with_more_behind_it_is_declined(
    said: dict[str, Any], draw: st.DataObject
) -> None:
    data = written(said, True, 1)
    with pytest.raises(Undecodable):
        read(data[: draw.draw(st.integers(0, len(data) - 1))], NEW)
    with pytest.raises(Undecodable, match="ends at byte"):
        read(data + b"\0", NEW)


@given(SAID)
def test_that_the_bytes_of_a_number_read_again_are_the_number(said: dict[str, Any]) -> None:
    data = written(said, True, 1)
    for child in read(data, NEW).children:
        if child.kind == "int" and child.span is not None:
            start, end = child.span
            assert int.from_bytes(data[start:end], "big", signed=child.name != "kind") == int(child.text)


@given(st.binary(max_size=80))
def test_that_any_bytes_are_read_or_declined(data: bytes) -> None:
    for definition in (OLD, NEW):
        try:
            read(data, definition)
        except Undecodable as why:
            assert str(why)


def test_that_a_version_that_nobody_knows_is_declined() -> None:
    with pytest.raises(Undecodable, match="version 7"):
        read(b"\0" * 8, message("id:int64", 1), 7)


def test_that_a_count_larger_than_the_bytes_costs_no_time() -> None:
    with pytest.raises(Undecodable, match="2,147,483,647 items where 0 bytes are left"):
        read(b"\x7f\xff\xff\xff", message("parts:[]int32"), 0)


def test_that_a_large_message_is_walked_to_its_end_and_shown_in_part() -> None:
    data = struct.pack(">i", 500) + b"".join(struct.pack(">i", n) for n in range(500)) + struct.pack(">i", 7)
    tree = read(data, message("parts:[]int32 last:int32"), 0, Bounds(width=10))
    assert [tree.children[0].children[at].text for at in (0, 9, 10)] == ["0", "9", "490 more"]
    assert tree.children[1].text == "7"


def test_that_an_int16_on_its_own_needs_two_bytes() -> None:
    assert number_at(b"\xff\xfe", 0, "type").text == "-2"
    with pytest.raises(Undecodable, match="too short"):
        number_at(b"\0", 0, "type")
