"""Every view, walked widget by widget: what can be used has a name for a screen reader, is reached by the Tab key, shows it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from meshdesk.model.trouble import Trouble
from meshdesk.session.works import Work
from meshdesk.ui.views import VIEWS
from meshdesk.ui.window import Window
from tests.ui.memory import MemorySession, capture, opened, turn, window_on

USED = (QAbstractButton, QLineEdit, QAbstractScrollArea, QAbstractSlider, QAbstractSpinBox, QComboBox)
STATES = ("empty", "full", "palette", "works")


def window_in(qtbot: QtBot, view: str, state: str) -> Window:
    made = capture()
    session = MemorySession(*([] if state == "empty" else [made]))
    window = window_on(session, demo=("demo",))
    qtbot.addWidget(window)
    if state != "empty":
        session.say(Trouble("The registry does not answer.", "Start it."), Trouble("It failed."))
        session.works = (Work("Saving a.meshcap", 1, 4, cancel=lambda: None),)
        window.open_topic(opened(made), "orders.placed.v1")
        turn(session, window)
        window.frame.records.table.choose(3)
    window.show_view(view)
    turn(session, window)
    if state == "palette":
        window.open_palette()
    if state == "works":
        window.show_works()
    turn(session, window)
    return window


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("view", VIEWS)
def test_that_everything_that_can_be_used_has_a_name(qtbot: QtBot, view: str, state: str) -> None:
    window = window_in(qtbot, view, state)
    used = [w for w in window.findChildren(QWidget) if isinstance(w, USED) or w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    nameless = [path(widget) for widget in used if not widget.accessibleName() and not is_part(widget)]
    assert nameless == []
    assert sum(widget.isVisible() for widget in used) >= 8  # the rail, the bar, and something in the view


@pytest.mark.parametrize("view", VIEWS)
def test_that_the_tab_key_reaches_whatever_can_be_used_and_ends_where_it_began(qtbot: QtBot, view: str) -> None:
    window = window_in(qtbot, view, "full")
    window.activateWindow()
    wanted = {w for w in window.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus and usable(w)}
    first = window.rail.buttons[view]
    first.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(first.hasFocus)
    reached: list[QWidget] = []
    at: QWidget | None = first
    while at is not None and not (at is first and reached):
        assert at.isVisible()
        assert len(reached) < 400, path(at)
        reached.append(at)
        at.focusNextChild()  # a page goes through its links before it lets go
        at = QApplication.focusWidget()
    # Of radio buttons and the like the Tab key reaches the one that is chosen; the arrow keys go on from there.
    missed = [path(widget) for widget in wanted.difference(reached) if not is_exclusive(widget)]
    assert missed == []


@pytest.mark.parametrize("view", VIEWS)
def test_that_what_has_the_keys_looks_different_from_what_has_not(qtbot: QtBot, view: str) -> None:
    window = window_in(qtbot, view, "full")
    window.activateWindow()
    unseen = []
    for widget in window.findChildren(QWidget):
        if not widget.focusPolicy() & Qt.FocusPolicy.TabFocus or not usable(widget) or widget.width() < 8:
            continue
        window.setFocus()
        turn_events()
        without = widget.grab().toImage()
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        turn_events()
        if widget.hasFocus() and widget.grab().toImage() == without:
            unseen.append(path(widget))
    assert unseen == []


def turn_events() -> None:
    for _ in range(3):
        QApplication.processEvents()


def usable(widget: QWidget) -> bool:
    return widget.isVisible() and widget.isEnabled()


def is_exclusive(widget: QWidget) -> bool:
    return isinstance(widget, QAbstractButton) and (widget.group() is not None or widget.autoExclusive())


def is_part(widget: QWidget) -> bool:
    """What Qt puts into a widget of ours: the corner of a table, a header that is hidden, the field of a number."""
    name = widget.metaObject().className()
    parent = widget.parentWidget()
    own = isinstance(parent, QAbstractSpinBox | QComboBox) and bool(parent.accessibleName())
    return name in ("QTableCornerButton", "QMenu") or (name == "QHeaderView" and widget.isHidden()) or own


def path(widget: QWidget) -> str:
    parent = widget.parentWidget()
    return f"{type(widget).__name__} “{widget.accessibleName()}” in {type(parent).__name__}"
