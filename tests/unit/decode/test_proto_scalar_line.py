"""Numbers, texts and bytes of Protobuf in a list."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.decode.lines import line_of_message
from tests.unit.decode.protos import SCALARS, SCHEMA, Every


@given(st.sampled_from(sorted(SCALARS)), st.data())
@settings(max_examples=120)
def test_that_a_scalar_is_shown_as_its_tree_shows_it_alone_and_in_a_list(kind: str, data: Any) -> None:
    _, values = SCALARS[kind]
    one, several = data.draw(values), data.draw(st.lists(values, max_size=5))
    for name, value in ((f"one_{kind}", one), (f"packed_{kind}", several), (f"loose_{kind}", several)):
        sent = Every(**{name: value}).SerializeToString()
        assert (line_of_message(b"\0" + sent, SCHEMA) or "").startswith(name if sent else "{}")
