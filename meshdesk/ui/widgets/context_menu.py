"""Menus at the pointer: one of each widget, which is kept until its next one."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

NAME = "context menu"


def context_menu(parent: QWidget) -> QMenu:
    """An empty menu; whoever asks fills it and pops it up.

    With WA_DeleteOnClose a menu goes as soon as events are processed, which what its line does may bring about: then the
    action is deleted while it calls, and PySide has crashed of that (seen in a test, 2026-11). So it stays, and the one
    before it goes, whose lines have done what they do.
    """
    for before in parent.findChildren(QMenu, NAME, Qt.FindChildOption.FindDirectChildrenOnly):
        before.deleteLater()
    menu = QMenu(parent)
    menu.setObjectName(NAME)
    return menu
