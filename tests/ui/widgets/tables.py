"""Record tables and value trees as the tests of their widgets show them."""

from PySide6.QtCore import QModelIndex
from pytestqt.qtbot import QtBot

from meshdesk.ui.remembered import Remembered
from meshdesk.ui.widgets.node_model import NodeModel
from meshdesk.ui.widgets.record_table import RecordTable
from tests.ui.memory import MemoryCapture, opened, row

TOPIC = "orders.placed.v1"


def capture_of(rows: int) -> MemoryCapture:
    made = MemoryCapture()
    made.add(*(row(k) for k in range(rows)))
    return made


def all_at_hand(made: MemoryCapture) -> None:
    made.known = {(TOPIC, k): held for k, held in enumerate(made.held[TOPIC])}


def table_on(qtbot: QtBot, rows: int, remembered: Remembered | None = None) -> tuple[RecordTable, MemoryCapture]:
    """A table that shows so many records, all of which are at hand."""
    made = capture_of(rows)
    all_at_hand(made)
    table = RecordTable(remembered or Remembered(None))
    qtbot.addWidget(table)
    table.resize(804, 500)
    table.show()
    table.show_list(opened(made), TOPIC, rows)
    return table, made


def at(model: NodeModel, *rows: int) -> QModelIndex:
    """The index at a path of rows."""
    index = QModelIndex()
    for place in rows:
        index = model.index(place, 0, index)
    return index
