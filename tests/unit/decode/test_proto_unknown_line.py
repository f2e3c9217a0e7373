"""Fields of which a schema knows nothing, in a list."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.decode.lines import line_of_message
from tests.unit.decode.protos import FEW, Every, values


@given(values(), st.sampled_from([b"\0", b"\2\0"]))
@settings(max_examples=80)
def test_that_fields_that_a_schema_does_not_know_are_shown_by_number(value: dict[str, Any], indexes: bytes) -> None:
    line_of_message(indexes + Every(**value).SerializeToString(), FEW)
