"""Types that every library of Protobuf brings: their lines are those of their trees."""

from typing import Any

from google.protobuf import struct_pb2
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.decode.lines import line_of_message
from tests.unit.decode.protos import SHOP, tagged

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "b", "ø", ""]), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(JSON)
@settings(max_examples=60)
def test_that_json_in_a_message_is_shown_as_json(said: Any) -> None:
    value, several, whole = struct_pb2.Value(), struct_pb2.ListValue(), struct_pb2.Struct()
    whole.update({"said": said, "n": 1.5})
    value.CopyFrom(whole.fields["said"])
    several.extend([said, True])
    for data in (tagged(14, whole), tagged(20, value), tagged(21, several), tagged(14, struct_pb2.Struct())):
        assert line_of_message(b"\0" + data, SHOP) is not None
    entry = b"\x0a\x01k" + bytes([0x12, len(body := value.SerializeToString()) & 127 | 128, len(body) >> 7]) + body
    sent = b"\xb2\x01" + bytes([len(entry) & 127 | 128, len(entry) >> 7]) + entry
    assert line_of_message(b"\0" + sent, SHOP) is not None


@given(st.binary(max_size=12), st.sampled_from([14, 17, 18, 19, 20, 21, 22]))
def test_that_any_bytes_in_a_known_type_are_shown_as_its_tree(data: bytes, number: int) -> None:
    tag = (number << 3) | 2
    field = (bytes([tag]) if tag < 128 else bytes([tag & 127 | 128, tag >> 7])) + bytes([len(data)]) + data
    line_of_message(b"\0" + field, SHOP)
