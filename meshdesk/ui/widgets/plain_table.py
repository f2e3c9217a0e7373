"""How a plain table looks and behaves: rows of one height without lines between columns, of which one is selected."""

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from meshdesk.ui import theme
from meshdesk.ui.widgets.controls import baseline, name_bars
from meshdesk.ui.word_widths import fitted, width_of

PAD = 10  # px left and right of the words of a cell


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


def rows_on_screen(table: QTableView) -> tuple[int, int, int]:
    """The first row on the screen, how many may be from there on, and the y at which the first begins."""
    first, high = max(0, table.rowAt(0)), table.viewport().height()
    top = table.rowViewportPosition(first)
    return first, (high - top) // theme.LIST_ROW + 1, top


def paint_words(
    painter: QPainter,
    box: QRectF,
    cells: Iterable[tuple[str, QColor]],
    font: theme.FontName = "text",
    is_number: bool = False,
    cut: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
) -> None:
    """A column at once: words and their tones, from the cell `box` on downwards; numbers stand at its right. By a style each cell
    takes as long as ten do so, and in another tone than the one before as long as two (measured 2026-11)."""
    painter.setFont(theme.font(font))
    base, room = box.y() + baseline(QFontMetricsF(theme.font(font)), theme.LIST_ROW - 1), box.width() - 2 * PAD + 1
    placed: dict[int, list[tuple[QPointF, str]]] = {}  # by tone
    for whole, tone in cells:
        words = fitted(whole, font, room, cut)
        x = box.right() - PAD - width_of(words, font) if is_number else box.x() + PAD
        placed.setdefault(tone.rgba(), []).append((QPointF(x, base), words))
        base += theme.LIST_ROW
    for rgba, alike in placed.items():
        painter.setPen(QColor.fromRgba(rgba))
        for at, words in alike:
            painter.drawText(at, words)
