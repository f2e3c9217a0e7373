"""FlatBuffers against the library's own builder, with a schema that was chosen; torn and hostile buffers."""

from random import Random
from typing import Any

import flatbuffers as written
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode import flatbuffers
from meshdesk.decode.chain import BOUNDS, preview
from meshdesk.decode.contract import Bounds, Decoded, Payload, Undecodable
from meshdesk.decode.flatbuffers import decode
from meshdesk.model.node import count_of
from meshdesk.model.schema import Reference, Schema
from tests.unit.decode.golden import CASES, case, payload
from tests.unit.decode.lines import by_chain
from tests.unit.decode.poison import Every

FBS = """
namespace shop;
enum Status : byte { Placed, Paid = 4, Sent }
table Order {
  id: string; cents: long = 5; rate: double; paid: bool = true; status: Status = Paid; tags: [string]; n: [ushort]; next: Order;
}
root_type Order;
"""
STORED = [(case(path), payload(case(path), "value").data or b"") for path in CASES if path.parent.name == "flatbuffers"]


def read(data: bytes, text: str = FBS, bounds: Bounds = BOUNDS) -> Decoded:
    return decode(data, Schema("test", 0, "FLATBUFFERS", text), bounds)


def built(cents: int, rate: float, tags: list[str], numbers: list[int]) -> bytes:
    builder: Any = written.Builder(0)
    texts = [builder.CreateString(tag) for tag in tags]
    builder.StartVector(4, len(texts), 4)
    for text in reversed(texts):
        builder.PrependUOffsetTRelative(text)
    listed = builder.EndVector()
    builder.StartVector(2, len(numbers), 2)
    for number in reversed(numbers):
        builder.PrependUint16(number)
    counted = builder.EndVector()
    builder.StartObject(8)
    builder.PrependInt64Slot(1, cents, 5)
    builder.PrependFloat64Slot(2, rate, 0.0)
    builder.PrependUOffsetTRelativeSlot(5, listed, 0)
    builder.PrependUOffsetTRelativeSlot(6, counted, 0)
    builder.Finish(builder.EndObject())
    return bytes(builder.Output())


@given(
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.lists(st.text(st.characters(codec="utf-8")), max_size=9),
    st.lists(st.integers(0, 65535), max_size=9),
)
def test_that_what_its_builder_wrote_is_in_the_tree(
    cents: int, rate: float, tags: list[str], numbers: list[int]
) -> None:
    parts = {part.name: part for part in read(built(cents, rate, tags, numbers)).tree.children}
    assert list(parts) == ["cents", "rate", "paid", "status", "tags", "n"]
    assert parts["cents"].text == str(cents)
    assert float(parts["rate"].text) == rate
    assert [part.text for part in parts["tags"].children] == tags
    assert [part.text for part in parts["n"].children] == [str(number) for number in numbers]


@given(
    st.integers(-(2**63), 2**63 - 1),
    st.lists(st.text(st.characters(codec="utf-8")), max_size=9),
    st.lists(st.integers(0, 65535), max_size=200),
    st.integers(0, 400),
)
def test_that_a_list_shows_what_the_chain_says(cents: int, tags: list[str], numbers: list[int], torn: int) -> None:
    data = built(cents, 0.5, tags, numbers)
    sent = Payload(data[: max(1, len(data) - torn)] if torn < 90 else data, "value", "orders", ())
    schemas = Every(Schema("test", 0, "FLATBUFFERS", FBS))
    assert preview(sent, schemas) == by_chain(sent, schemas)


@pytest.mark.parametrize(("said", "data"), STORED)
def test_that_a_list_shows_of_a_changed_buffer_what_the_chain_says(said: dict[str, Any], data: bytes) -> None:
    random = Random(12)
    schemas = Every(Schema("test", 0, "FLATBUFFERS", said["schemas"][0]["schema"]))
    for _ in range(500):
        at = random.randrange(8, len(data))
        sent = Payload(data[:at] + random.randbytes(1) + data[at + 1 :], "value", "orders", ())
        assert preview(sent, schemas) == by_chain(sent, schemas)


def test_that_what_is_not_there_has_its_default_and_says_so() -> None:
    parts = {part.name: part for part in read(built(5, 0.0, [], [])).tree.children}
    assert [(parts[name].text, parts[name].note) for name in ("cents", "paid", "status")] == [
        ("5", "default"), ("true", "default"), ("Paid", "default"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("default", "shown"),
    [("Paid", "Paid"), ("4", "Paid"), ("0x4", "Paid"), ("-7", "-7"), ("²", "Placed"), ("9" * 5_000, "Placed")],
)
def test_that_a_default_of_an_enum_is_a_word_or_a_number_and_anything_else_is_none(default: str, shown: str) -> None:
    text = FBS.replace("status: Status = Paid", f"status: Status = {default}")
    parts = {part.name: part for part in read(built(5, 0.0, [], []), text).tree.children}
    assert (parts["status"].text, parts["status"].note) == (shown, "default")


def test_that_a_long_vector_is_counted_and_cut() -> None:
    data = built(1, 1.0, [], list(range(5_000)))
    for bounds in (Bounds(nodes=30), Bounds(width=9)):
        parts = {part.name: part for part in read(data, bounds=bounds).tree.children}
        assert count_of(parts["n"]) == 5_000
        assert len(parts["n"].children) <= 31


@pytest.mark.parametrize(("said", "data"), STORED)
def test_that_a_changed_buffer_is_read_or_declined(said: dict[str, Any], data: bytes) -> None:
    random = Random(11)
    text = said["schemas"][0]["schema"]
    for _ in range(2_000):
        at = random.randrange(8, len(data))
        broken = data[:at] + random.randbytes(random.randint(0, 4)) + data[at + random.randint(0, 4) :]
        try:
            assert read(broken, text).format == flatbuffers.NAME
        except Undecodable as why:
            assert str(why)


def test_that_a_table_that_holds_itself_ends() -> None:
    data = bytearray(built(1, 1.0, [], []))
    loop = "table T { next: T; } root_type T;"
    buffer = b"\x10\0\0\0" + b"\0\0\0\0" + b"\x06\0\x08\0\x04\0\0\0" + b"\x08\0\0\0" + b"\xfc\xff\xff\xff"
    with pytest.raises(Undecodable):
        read(buffer, loop)
    assert data


@pytest.mark.parametrize("data", [b"", b"\0" * 7, b"\xff" * 40, b"\0" * 40])
def test_that_what_is_no_buffer_is_declined(data: bytes) -> None:
    with pytest.raises(Undecodable):
        read(data)


def test_that_what_stands_in_an_included_schema_is_read() -> None:
    said, data = STORED[0]
    text = said["schemas"][0]["schema"]
    at = text.index("table Order")
    others = (Reference("s/base.fbs", "s/base.fbs", 0, text[:at]),)
    whole = decode(data, Schema("test", 0, "FLATBUFFERS", text), BOUNDS)
    found = decode(data, Schema("test", 0, "FLATBUFFERS", f'include "base.fbs"; {text[at:]}', others), BOUNDS)
    assert found.tree == whole.tree
    with pytest.raises(Undecodable, match="declared nowhere in it"):
        read(data, text[at:])
