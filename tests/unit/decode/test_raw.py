"""Bytes that nothing else reads: all of them are shown, or how many are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode import chain
from meshdesk.decode.chain import BOUNDS
from meshdesk.decode.contract import Bounds, Layer, Payload
from meshdesk.decode.raw import decode
from meshdesk.model.node import Node, pretty, to_json
from meshdesk.model.schema import SchemaState
from tests.unit.decode.poison import Every


def tree(data: bytes, bounds: Bounds = BOUNDS) -> Node:
    found = decode(Payload(data, "value", "orders", ()), data, Every(SchemaState.NO_REGISTRY), bounds)
    assert ([layer.name for layer in found.chain], found.format, found.schema) == (["bytes"], "bytes", None)
    return found.tree


@given(st.binary(max_size=40))
def test_that_every_byte_is_shown(data: bytes) -> None:
    assert bytes.fromhex(tree(data).text) == data
    assert tree(data).span == (0, len(data))


@given(st.binary(max_size=40), st.integers(0, 50))
def test_that_bytes_beyond_the_bound_are_counted(data: bytes, room: int) -> None:
    shown, _, rest = tree(data, Bounds(text=room)).text.partition("… ")
    assert data.startswith(bytes.fromhex(shown))
    assert len(shown) <= room
    assert len(shown) // 2 + (int(rest.split()[0]) if rest else 0) == len(data)


def test_that_what_was_left_out_is_said_in_every_form_and_the_size_beside_it() -> None:
    cut = tree(b"\0\xffabc", Bounds(text=4))
    assert cut.note == "5 bytes"
    assert pretty(cut) == "0x00ff… 3 more bytes"
    assert to_json(cut) == {"$bytes": "AP8=", "$more": "3 more bytes"}


@pytest.mark.parametrize(
    ("begin", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG image"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "WAV audio"),
        (b"\0\0\0\x20ftypisom", "an MP4 video"),
    ],
)
def test_that_a_file_which_is_no_data_is_named(begin: bytes, kind: str) -> None:
    found = chain.decode(Payload(begin + bytes(40), "value", "orders", ()), Every(SchemaState.NO_REGISTRY))
    assert found.chain == (Layer("bytes", f"begins as {kind} does"),)
