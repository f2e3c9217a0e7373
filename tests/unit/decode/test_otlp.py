"""OpenTelemetry's Protobuf: real payloads by their own library stand among the golden ones; here what they must not be."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.chain import BOUNDS
from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Undecodable
from meshdesk.decode.otlp import decode as decode_otlp
from meshdesk.model.node import Node, count_of
from meshdesk.model.schema import SchemaState
from tests.unit.decode.golden import CASES, case, payload
from tests.unit.decode.poison import Every

NONE = Every(SchemaState.NO_REGISTRY)
REAL = [path for path in CASES if path.parent.name == "otlp"]


def read(data: bytes, bounds: Bounds = BOUNDS) -> Decoded:
    return decode_otlp(Payload(data, "value", "otlp_spans", ()), data, NONE, bounds)


def find(node: Node, name: str) -> Node:
    found = next((child for child in node.children if child.name == name), None)
    return found if found is not None else next(find(child, name) for child in node.children if child.children)


@pytest.mark.parametrize("path", REAL, ids=[path.stem for path in REAL])
def test_that_a_real_payload_is_known_by_its_kind(path: Path) -> None:
    data = payload(case(path), "value").data or b""
    found = read(data)
    assert found.chain[0] == Layer(f"OTLP {path.stem.partition('-')[0]}")
    assert find(found.tree, "resource").children[0].kind == "map"
    assert find(found.tree, "attributes").children[0].name == "service.name"


@pytest.mark.parametrize("path", REAL, ids=[path.stem for path in REAL])
def test_that_nothing_but_all_of_it_is_read(path: Path) -> None:
    data = payload(case(path), "value").data or b""
    for torn in (data[:-1], data[:20], data + b"\x10\x05", b"\x12" + data[1:]):
        with pytest.raises(Undecodable):
            read(torn)


@pytest.mark.parametrize(
    "data", [b"\x0a\x06\x0a\x04text", b"\x0a\x05hello\x10\x05", b"\x0a\x00", b"\x0a\x02\x12\x00\x0a\x02\x12\x00"]
)
def test_that_other_messages_are_not_taken_for_it(data: bytes) -> None:
    with pytest.raises(Undecodable):
        read(data)


@given(st.integers(1, 60), st.integers(1, 9))
def test_that_what_was_cut_stays_countable(nodes: int, width: int) -> None:
    data = payload(case(REAL[0]), "value").data or b""
    try:
        tree = read(data, Bounds(nodes=nodes, width=width)).tree
    except Undecodable:
        return
    assert count_of(tree) >= 1
