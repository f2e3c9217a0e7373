"""Menus at the pointer: there while their lines do what they do, and gone with the next one."""

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from meshdesk.ui.widgets.context_menu import context_menu


def test_that_a_menu_lives_while_what_its_line_does_lets_events_pass(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    menu = context_menu(parent)
    seen: list[bool] = []

    def lets_events_pass() -> None:
        QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        seen.append(isValid(menu))

    menu.addAction("Do it").triggered.connect(lambda: lets_events_pass())
    menu.popup(parent.mapToGlobal(QPoint(5, 5)))
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(menu.actions()[0]).center())
    assert seen == [True]


def test_that_the_menu_before_goes_with_the_next_and_menus_of_others_stay(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    kept = QMenu(parent)
    made = [context_menu(parent) for _ in range(5)]
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert [isValid(menu) for menu in (kept, *made)] == [True, False, False, False, False, True]
