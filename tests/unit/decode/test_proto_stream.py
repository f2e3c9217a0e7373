"""Messages one behind another: where each lies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.contract import Undecodable
from meshdesk.decode.proto_stream import delimited, grpc
from tests.unit.decode.test_proto_wire import written


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_that_messages_are_found_where_they_were_put(messages: list[bytes]) -> None:
    plain = b"".join(written(len(message)) + message for message in messages)
    framed = b"".join(b"\0" + len(message).to_bytes(4, "big") + message for message in messages)
    assert [plain[start:end] for start, end in delimited(plain)] == messages
    assert [framed[start:end] for start, end in grpc(framed)] == messages


@pytest.mark.parametrize("data", [b"\x05abc", b"\xff", b"\x01a\x02b"])
def test_that_lengths_that_lead_elsewhere_are_declined(data: bytes) -> None:
    with pytest.raises(Undecodable):
        delimited(data)


@pytest.mark.parametrize("data", [b"\0\0\0", b"\1\0\0\0\0", b"\0\0\0\0\x05abc"])
def test_that_frames_that_lead_elsewhere_are_declined(data: bytes) -> None:
    with pytest.raises(Undecodable):
        grpc(data)


def test_that_there_are_not_more_than_asked_for() -> None:
    with pytest.raises(Undecodable):
        delimited(b"\0" * 11, 10)
    assert len(delimited(b"\0" * 10, 10)) == 10
