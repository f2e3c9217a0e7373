"""The line of OpenTelemetry's Protobuf, which is that of its tree."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdesk.decode.chain import BOUNDS
from meshdesk.decode.contract import Payload
from meshdesk.decode.line import LONGEST, Unlisted
from meshdesk.decode.otlp import decode
from meshdesk.decode.otlp_line import kinds, words_of
from meshdesk.model.node import line_of, one_line_spans
from meshdesk.model.schema import SchemaState
from tests.unit.decode.golden import CASES, case, payload
from tests.unit.decode.poison import Every

TRACE = b"\x0a\x10" + bytes(16)
NONE = Every(SchemaState.NO_REGISTRY)
REAL = [payload(case(path), "value").data or b"" for path in CASES if path.parent.name == "otlp"]


def is_as_its_tree(data: bytes) -> bool:
    """Whether the line is made without a tree; then it must be the tree's."""
    try:
        words = words_of(data)
    except Unlisted:
        return False
    tree = decode(Payload(data, "value", "otlp", ()), data, NONE, BOUNDS).tree
    assert line_of(words, LONGEST) == one_line_spans(tree, LONGEST)
    return True


def test_that_real_payloads_need_no_tree() -> None:
    assert all(map(is_as_its_tree, REAL))
    assert is_as_its_tree(REAL[0] + REAL[0])


@given(st.sampled_from(REAL), st.integers(0, 600), st.integers(0, 3), st.binary(max_size=3))
@settings(max_examples=200)
def test_that_whatever_is_changed_in_them_the_line_is_that_of_the_tree(
    data: bytes, at: int, gone: int, put: bytes
) -> None:
    is_as_its_tree(data[:at] + put + data[at + gone :])


@pytest.mark.parametrize("record", [TRACE, b"\x09" + bytes(8), b"\x0a\x01m\x2a\x00", TRACE + b"\x2a\x00"])
def test_that_a_record_is_of_the_first_kind_whose_fields_it_has(record: bytes) -> None:
    scope = b"\x12" + bytes([len(record)]) + record
    resource = b"\x12" + bytes([len(scope)]) + scope
    assert is_as_its_tree(b"\x0a" + bytes([len(resource)]) + resource)


@pytest.mark.parametrize("record", [b"", b"\x0a\x05hello", TRACE + b"\x0a\x00", TRACE + b"\x7b\x7c"])
def test_that_what_is_rare_or_no_record_is_left_to_the_tree(record: bytes) -> None:
    scope = b"\x12" + bytes([len(record)]) + record
    resource = b"\x12" + bytes([len(scope)]) + scope
    assert not is_as_its_tree(b"\x0a" + bytes([len(resource)]) + resource)


def test_that_the_three_kinds_are_told_apart_in_the_order_of_the_decoder() -> None:
    assert [kind.name[0] for kind in kinds()] == ["resource_spans", "resource_logs", "resource_metrics"]
