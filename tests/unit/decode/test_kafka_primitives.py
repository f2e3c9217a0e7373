"""Lists and windowed keys of Kafka's own serialisers, as their sources write them, and what must not be taken for one."""

import struct
import uuid
from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode import kafka_primitives
from meshdesk.decode.chain import BOUNDS, decode
from meshdesk.decode.contract import Decoded, Payload, Undecodable
from meshdesk.model.node import to_json
from meshdesk.model.schema import SchemaState
from tests.unit.decode.poison import Every

NONE = Every(SchemaState.UNKNOWN_ID)
MOMENT = 1_772_366_400_000
AT = struct.pack(">q", MOMENT)
LATER = struct.pack(">q", MOMENT + 60_000)


def fixed(form: str, values: Sequence[int | None]) -> bytes:
    """As ListSerializer writes entries of one size."""
    nulls = [at for at, value in enumerate(values) if value is None]
    head = b"\0" + struct.pack(f">i{len(nulls)}i", len(nulls), *nulls) + struct.pack(">i", len(values))
    return head + b"".join(struct.pack(form, value) for value in values if value is not None)


def variable(values: Sequence[bytes | None]) -> bytes:
    """As ListSerializer writes entries of different sizes."""
    parts = (b"\xff\xff\xff\xff" if value is None else struct.pack(">i", len(value)) + value for value in values)
    return b"\1" + struct.pack(">i", len(values)) + b"".join(parts)


def read(data: bytes, role: str = "value") -> Decoded:
    return decode(Payload(data, role, "orders", ()), NONE)  # type: ignore[arg-type]


def texts(decoded: Decoded) -> list[str]:
    assert decoded.format == "Kafka list"
    assert decoded.trouble == ""
    return [child.text for child in decoded.tree.children]


@given(
    st.lists(st.integers(-1000, 1000) | st.none(), min_size=2, max_size=20).filter(
        lambda values: any(v is not None for v in values)
    )
)
def test_that_a_list_of_numbers_with_nulls_is_read(values: list[int | None]) -> None:
    for form in (">h", ">i", ">q"):
        assert texts(read(fixed(form, values))) == ["null" if value is None else str(value) for value in values]


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")) | st.none(), min_size=1, max_size=20))
def test_that_a_list_of_texts_with_nulls_is_read(values: list[str | None]) -> None:
    data = variable([value.encode() if value is not None else None for value in values])
    if len(data) > 8:
        assert texts(read(data)) == ["null" if value is None else value for value in values]


def test_that_a_list_of_uuids_and_one_of_bytes_are_read() -> None:
    known = str(uuid.UUID(int=5))
    decoded = read(b"\0\0\0\0\0\0\0\0\1" + known.encode())
    assert [(child.kind, child.text) for child in decoded.tree.children] == [("uuid", known)]
    assert [(child.kind, child.text) for child in read(variable([b"\xff\0", b"a"])).tree.children] == [
        ("bytes", "ff00"),
        ("string", "a"),
    ]


@pytest.mark.parametrize(
    "inner", [b"SKU-1", b'{"id": 1}', "Grüße".encode(), struct.pack(">q", 7), struct.pack(">i", 7)]
)
def test_that_a_windowed_key_is_its_key_and_when_its_window_begins(inner: bytes) -> None:
    decoded = read(inner + AT, "key")
    assert [(child.name, child.kind) for child in decoded.tree.children][1:] == [("window_start", "timestamp")]
    assert decoded.tree.children[1].text == "2026-03-01T12:00:00.000Z"
    assert decoded.tree.children[1].span == (len(inner), len(inner) + 8)
    assert decoded.chain[-1].detail == "window start"


def test_that_the_key_of_a_session_has_both_ends() -> None:
    decoded = read(b"SKU-1" + LATER + AT, "key")
    assert [(child.name, child.text) for child in decoded.tree.children] == [
        ("key", "SKU-1"),
        ("window_start", "2026-03-01T12:00:00.000Z"),
        ("window_end", "2026-03-01T12:01:00.000Z"),
    ]


@pytest.mark.parametrize("sequence", [0, 3])
def test_that_a_key_in_the_changelog_of_a_window_store_has_a_number_behind_its_time(sequence: int) -> None:
    data = b"SKU-1" + AT + struct.pack(">i", sequence)
    payload = Payload(data, "key", "app-counts-changelog", ())
    tree = decode(payload, Every(SchemaState.NO_REGISTRY)).tree
    assert to_json(tree) == {"key": "SKU-1", "window_start": "2026-03-01T12:00:00.000Z", "sequence": sequence}
    assert [data[slice(*child.span)] for child in tree.children if child.span] == [b"SKU-1", AT, data[-4:]]
    elsewhere = decode(replace(payload, topic="orders"), Every(SchemaState.NO_REGISTRY))
    assert elsewhere.format == "bytes"


def test_that_values_keys_without_a_window_and_numbers_are_none() -> None:
    assert read(b"SKU-1" + AT).format == "bytes"  # a value has no window
    assert read(AT, "key").format == "int64"
    assert read(b"order-4711-of-today", "key").format == "text"
    assert read(b"\xff\xfe\xfd" + AT, "key").format == "bytes"


def test_that_framed_payloads_identifiers_and_random_bytes_are_no_lists() -> None:
    random = Random(3)
    for _ in range(5_000):
        noise = random.randbytes(random.randint(4, 60))
        for data in (b"\0" + random.randint(1, 3_000).to_bytes(4, "big") + noise, b"\1" + noise, noise):
            with pytest.raises(Undecodable):
                kafka_primitives.decode(Payload(data, "value", "orders", ()), data, NONE, BOUNDS)
