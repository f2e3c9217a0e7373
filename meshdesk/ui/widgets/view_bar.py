"""What views have in common: a bar at the top, a line below it, and what the view shows under both."""

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from meshdesk.ui import theme
from meshdesk.ui.widgets.controls import Rule

LEFT, RIGHT, GAP = 14, 14, 8  # px beside the parts of a bar, and between them


def view_bar(*parts: QWidget | None, left: int = LEFT, gap: int = GAP) -> QWidget:
    """A bar of parts side by side; None is where it stretches."""
    bar = QWidget()
    bar.setFixedHeight(theme.VIEW_BAR)
    row = QHBoxLayout(bar)
    row.setContentsMargins(left, 0, RIGHT, 0)
    row.setSpacing(gap)
    for part in parts:
        if part is None:
            row.addStretch(1)
        else:
            row.addWidget(part)
    return bar


def plain_column(widget: QWidget) -> QVBoxLayout:
    """A column without room around or between its parts."""
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    return column


def lay_out_view(view: QWidget, title: str, bar: QWidget, *parts: QWidget) -> QStackedLayout:
    """Dresses a view, with a bar above those parts of which one is shown at a time."""
    view.setAccessibleName(title)
    view.setAutoFillBackground(True)
    view.setBackgroundRole(QPalette.ColorRole.Base)
    body = QStackedLayout()
    column = plain_column(view)
    column.addWidget(bar)
    column.addWidget(Rule())
    column.addLayout(body, 1)
    for part in parts:  # once they are in the view: it shows the first, as a window of its own
        body.addWidget(part)
    return body
