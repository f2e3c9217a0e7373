"""Records as lines: the strings of a row, made once."""

import pytest
from PySide6.QtCore import Qt

from meshdesk.ui.widgets.record_lines import (
    COLUMNS,
    EMPTY,
    FORMAT,
    HEADERS,
    KEY,
    NULL,
    OFFSET,
    PARTITION,
    SIZE,
    TIME,
    TOMBSTONE,
    VALUE,
    line_of,
    tip_of,
)  # fmt: skip
from meshdesk.ui.widgets.record_model import RecordModel
from tests.ui.memory import MemoryCapture, opened, row


def test_that_a_row_is_told_in_whole_numbers_a_clock_and_sizes_with_units() -> None:
    line = line_of(row(4, partition=2, offset=1184011, size=1500, headers="a, b", header_count=2))
    texts = dict(zip([column.name for column in COLUMNS], line.texts, strict=True))
    assert (texts["partition"], texts["offset"], texts["size"]) == ("2", "1,184,011", "1.5 kB")
    assert texts["headers"] == "2  a, b"
    assert line.texts[TIME].endswith(".148")
    assert line.texts[FORMAT] == "Avro 42"


def test_that_null_empty_and_a_tombstone_are_three_things() -> None:
    assert line_of(row(0, null_value=True)).texts[VALUE] == TOMBSTONE
    assert line_of(row(0, null_key=True, null_value=True)).texts[KEY : VALUE + 1] == (NULL, NULL)
    assert line_of(row(0, key="", value="")).texts[KEY : VALUE + 1] == (EMPTY, EMPTY)


@pytest.mark.parametrize(
    "mark", ["\t", "\n", "\x00", "\x85", "\u2028", "\u202e", "\u2066", "\u200f", "\ufeff", "\ud800"]
)
def test_that_what_would_break_or_turn_a_line_is_one_dot(mark: str) -> None:
    line = line_of(row(0, key=f"a{mark}b", value=f"x{mark}y", tones=(), headers=f"h{mark}", format=f"f{mark}"))
    assert line.texts[KEY : VALUE + 1] == ("a·b", "x·y")
    assert line.texts[HEADERS : FORMAT + 1] == ("1  h·", "f·")


def test_that_a_record_whose_bytes_are_gone_has_no_place() -> None:
    line = line_of(row(0, partition=-1, offset=-1))
    assert (line.texts[PARTITION], line.texts[OFFSET]) == ("–", "–")


def test_that_the_tool_tip_says_the_trouble_else_what_the_cell_had_to_leave_out() -> None:
    plain = line_of(row(0))
    assert "2026" in (tip_of(plain, TIME) or "")
    assert tip_of(plain, KEY) == plain.texts[KEY]
    assert tip_of(plain, SIZE) is None
    made = MemoryCapture()
    made.add(row(0, trouble="Schema 42 is not in the registry."))
    made.known["orders.placed.v1", 0] = made.held["orders.placed.v1"][0]
    model = RecordModel()
    model.show(opened(made), "orders.placed.v1", 1)
    assert model.index(0, SIZE).data(Qt.ItemDataRole.ToolTipRole) == "Schema 42 is not in the registry."
