"""The walk that several formats share: its bounds, and what a container says of the parts that are not shown."""

import pytest

from meshdesk.decode import cbor, messagepack
from meshdesk.decode.contract import Bounds, Decoded, Payload, Undecodable
from meshdesk.decode.walk import KEY_TEXT, Parts, Walk, is_proved, key_text, whole
from meshdesk.model.node import Node, count_of
from meshdesk.model.schema import SchemaState
from tests.unit.decode.poison import Every


def listed(count: int, bounds: Bounds) -> Node | None:
    """An array of so many bytes as numbers."""
    walk = Walk(bytes(count), bounds)
    parts = Parts(walk, 0)
    for number in range(count):
        start = walk.at
        parts.add(walk.made(str(number), "int", str(walk.byte()), start))
    return parts.node("", "array")


@pytest.mark.parametrize("bounds", [Bounds(nodes=4), Bounds(width=3), Bounds(nodes=4, width=9), Bounds(width=0)])
def test_that_a_container_says_how_many_parts_are_left_out(bounds: Bounds) -> None:
    node = listed(100, bounds)
    assert node is not None
    assert count_of(node) == 100
    assert len(node.children) <= 4
    assert node.span == (0, 100)


def test_that_what_lies_behind_a_wide_container_is_still_shown() -> None:
    walk = Walk(bytes(10), Bounds(width=2, nodes=5))
    parts = Parts(walk, 0)
    for _ in range(9):
        parts.add(walk.made("", "int", "0", walk.at))
    parts.node("", "array")
    assert walk.made("next", "null", "null", 9) is not None


def test_that_bytes_that_are_not_there_are_a_reason() -> None:
    walk = Walk(b"ab", Bounds(depth=1))
    for read in (lambda: walk.take(3), lambda: walk.take(-1), lambda: Walk(b"", Bounds()).byte()):
        with pytest.raises(Undecodable, match="byte"):
            read()
    walk.enter()
    with pytest.raises(Undecodable, match="deeper"):
        walk.enter()
    with pytest.raises(Undecodable, match="ends at byte 0 of 2"):
        whole(None, walk, "list")


def test_that_a_varint_has_an_end() -> None:
    assert Walk(b"\x80\x01", Bounds()).varint() == 128
    with pytest.raises(Undecodable, match="ten bytes"):
        Walk(b"\xff" * 11, Bounds()).varint()


def test_that_keys_are_names_with_their_kind() -> None:
    assert key_text(Node("", "string", "1")) == ("1", "")
    assert key_text(Node("", "int", "1")) == ("1", "int as key")
    assert key_text(Node("", "array", "", (Node("0", "int", "1"),))) == ("[1]", "array as key")
    assert key_text(None) == ("…", "key")


def test_that_bytes_as_long_as_a_number_are_proved_by_text_alone() -> None:
    walk = Walk(bytes(8), Bounds())
    assert not is_proved(walk)
    walk.text("", b"a", 0)
    assert is_proved(walk)
    assert is_proved(Walk(bytes(9), Bounds()))


@pytest.mark.parametrize("bounds", [Bounds(), Bounds(text=322, width=163, line=True)])
@pytest.mark.parametrize("form", ["messagepack", "cbor"])
def test_that_maps_that_are_keys_of_maps_end_at_the_bounds(bounds: Bounds, form: str) -> None:
    first, read = {"messagepack": (b"\x81", messagepack.decode), "cbor": (b"\xa1", cbor.decode)}[form]

    def decoded(levels: int) -> Decoded:
        data = first * levels + b"\x01" * (levels + 1)
        return read(Payload(data, "value", "orders", (), None, form), data, Every(SchemaState.NO_REGISTRY), bounds)

    longest = max([len(node.name) for node in decoded(90).tree.children], default=0)
    assert longest <= KEY_TEXT + len("… 9,999 more characters")
    with pytest.raises(Undecodable, match="nested deeper"):
        decoded(200)
