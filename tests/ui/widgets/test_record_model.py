"""The rows of the record list as Qt asks for them: they grow in one step, and their strings are made once and are bounded."""

from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from meshdesk.ui.widgets.record_lines import (
    NOT_YET,
    OFFSET,
    TIME,
    VALUE,
)
from meshdesk.ui.widgets.record_model import LINES_KEPT, RecordModel
from tests.ui.memory import opened, row
from tests.ui.widgets.tables import TOPIC, all_at_hand, capture_of


def test_that_the_model_keeps_qts_rules_while_it_grows_and_begins_anew(qtbot: QtBot) -> None:
    model = RecordModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    made = capture_of(300)
    model.show(opened(made), TOPIC, 10)
    for rows in (10, 11, 300, 40, 60):
        model.grow(rows)
        assert model.rowCount() == rows
    model.show(None, "", 0)
    assert model.rowCount() == 0


def test_that_rows_grow_in_one_step(qtbot: QtBot) -> None:
    model = RecordModel()
    model.show(opened(capture_of(5_000)), TOPIC, 100)
    with qtbot.waitSignal(model.rowsInserted) as inserted:
        model.grow(5_000)
    assert list(inserted.args[1:]) == [100, 4_999]


def test_that_a_row_on_its_way_is_an_ellipsis_and_then_itself() -> None:
    made = capture_of(3)
    model = RecordModel()
    model.show(opened(made), TOPIC, 3)
    index = model.index(1, OFFSET)
    assert index.data() == NOT_YET
    all_at_hand(made)
    assert index.data() == "1,184,000"


def test_that_a_row_that_is_read_anew_is_told_anew() -> None:
    made = capture_of(1)
    model = RecordModel()
    model.show(opened(made), TOPIC, 1)
    made.known[TOPIC, 0] = row(0, value="bytes", trouble="Schema 42 is not fetched yet.")
    assert model.index(0, VALUE).data() == "bytes"
    made.known[TOPIC, 0] = row(0, value="decoded")
    assert model.index(0, VALUE).data() == "decoded"


def test_that_the_strings_kept_are_bounded() -> None:
    made = capture_of(LINES_KEPT + 500)
    all_at_hand(made)
    model = RecordModel()
    model.show(opened(made), TOPIC, made.lists.rows(TOPIC))
    for k in range(made.lists.rows(TOPIC)):
        model.line(k)
    assert len(model._lines) <= LINES_KEPT


def test_that_the_model_is_a_qt_model_of_eight_columns() -> None:
    model = RecordModel()
    assert isinstance(model, QAbstractItemModel)
    assert [model.headerData(place, Qt.Orientation.Horizontal) for place in range(8)] == [
        "P", "Offset", "Time", "Key", "Value", "Headers", "Format", "Size",
    ]  # fmt: skip
    model.set_zone("CET")
    assert model.headerData(TIME, Qt.Orientation.Horizontal) == "Time (CET)"
