"""A view's bar lies above what it shows, of which one part is on the screen."""

from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from meshdesk.ui import theme
from meshdesk.ui.widgets.view_bar import lay_out_view, view_bar


def test_that_the_bar_lies_above_the_part_that_is_shown(qtbot: QtBot) -> None:
    view, first, second = QWidget(), QLabel("first"), QLabel("second")
    qtbot.addWidget(view)
    bar = view_bar(QLabel("left"), None, QLabel("right"))
    body = lay_out_view(view, "A view", bar, first, second)
    view.resize(600, 400)
    view.show()
    assert view.accessibleName() == "A view"
    assert (bar.height(), bar.width(), bar.y()) == (theme.VIEW_BAR, 600, 0)
    assert first.isVisible()
    assert not second.isVisible()
    assert first.height() == 400 - theme.VIEW_BAR - 1
    body.setCurrentWidget(second)
    assert second.isVisible()
    assert not first.isVisible()
    left, right = bar.findChildren(QLabel)
    assert left.x() < 20
    assert right.geometry().right() > 570
