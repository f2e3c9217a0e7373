"""How a plain table looks and behaves: rows of one height without lines between columns, of which one is selected."""

from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from meshdesk.ui import theme
from meshdesk.ui.widgets.controls import name_bars


def make_plain(table: QTableView, name: str, of: str, resize: QHeaderView.ResizeMode) -> QHeaderView:
    """Dresses a table whose model is set. `name` and `of` are what a screen reader says ("Groups of consumers", "the groups"),
    `resize` is whether columns can be dragged. Gives the heads of the columns, to set their widths."""
    table.setObjectName("plain")  # the theme's
    table.setAccessibleName(name)
    table.setFont(theme.font("text"))
    table.setFrameShape(QTableView.Shape.NoFrame)
    table.setShowGrid(False)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setTabKeyNavigation(False)
    table.setWordWrap(False)
    rows = table.verticalHeader()
    rows.hide()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    rows.setMinimumSectionSize(theme.LIST_ROW)
    rows.setDefaultSectionSize(theme.LIST_ROW)
    head = table.horizontalHeader()
    head.setAccessibleName(f"Columns of {of}")
    head.setHighlightSections(False)
    head.setFont(theme.font("label"))
    head.setFixedHeight(theme.LIST_ROW)
    head.setSectionResizeMode(resize)
    name_bars(table, of)
    return head
