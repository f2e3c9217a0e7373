"""The window: what it shows when, how it is arranged, what it remembers, and that everything in it has a name."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QLineEdit, QScrollBar, QWidget
from pytestqt.qtbot import QtBot

from meshdesk.model.record import RecordName
from meshdesk.model.trouble import Trouble
from meshdesk.session.connection import Connection
from meshdesk.session.resources import RECORDED_DEMO, resource
from tests.ui.memory import MemoryCapture, MemorySession, capture, opened, turn, window_on, with_topic

TOPIC = "orders.placed.v1"


def test_that_the_start_page_stands_while_nothing_is_open(qtbot: QtBot) -> None:
    session = MemorySession()
    window = window_on(session, demo=("demo",))
    qtbot.addWidget(window)
    assert window.start.isVisible()
    assert not window.frame.explorer.isVisible()
    window.start.demo_button.click()
    turn(session, window)
    assert session.through == [(("demo",), "Demo")]
    assert window.start.progress_text.text() == "Demo: Downloading Kafka"
    session.captures[0].state = "live"
    turn(session, window)
    assert window.frame.explorer.isVisible()
    assert window.pages.shown == "topology"  # nobody knows yet what to look for in it


def test_that_the_demo_is_a_recording_where_there_is_no_mesh_to_start(qtbot: QtBot) -> None:
    session = MemorySession()
    window = window_on(session, demo=None)
    qtbot.addWidget(window)
    window.start.demo_button.click()
    assert (session.through, session.files) == ([], [resource(RECORDED_DEMO)])


def test_that_connecting_goes_through_the_session(qtbot: QtBot) -> None:
    session = MemorySession()
    window = window_on(session)
    qtbot.addWidget(window)
    QTest.keyClicks(window.start.bootstrap, "localhost:9092")
    QTest.keyClick(window.start.bootstrap, Qt.Key.Key_Return)
    assert session.connections == [Connection("localhost:9092", "")]


def test_that_a_mistyped_address_can_be_mended_while_it_is_still_tried(qtbot: QtBot) -> None:
    session = MemorySession()
    window = window_on(session)
    qtbot.addWidget(window)
    for address in ("localhots:9092", "localhost:9092"):
        window.start.bootstrap.clear()
        QTest.keyClicks(window.start.bootstrap, address)
        QTest.mouseClick(window.start.connect_button, Qt.MouseButton.LeftButton)
        turn(session, window)
    assert session.connections == [Connection("localhots:9092", ""), Connection("localhost:9092", "")]
    assert len(session.captures) == 1


def test_that_a_failed_connection_stays_on_the_start_page_with_its_trouble(qtbot: QtBot) -> None:
    session = MemorySession(MemoryCapture("localhost:1", "failed", "cannot be opened"))
    session.say(Trouble("localhost:1 refused the connection.", "Check the port."))
    window = window_on(session)
    qtbot.addWidget(window)
    assert window.start.isVisible()
    assert window.start.progress_text.text() == "localhost:1: cannot be opened"
    assert window.trouble.isVisible()


def test_that_the_start_page_can_be_had_and_left_while_something_is_open(qtbot: QtBot) -> None:
    window, session = with_topic(qtbot, capture())
    window.actions_.start.trigger()
    assert window.start.isVisible()
    QTest.keyClick(window.start.bootstrap, Qt.Key.Key_Escape)
    turn(session, window)
    assert window.frame.records.isVisible()


def test_that_a_topic_is_named_at_the_top_and_marked_at_the_left(qtbot: QtBot) -> None:
    window, _ = with_topic(qtbot, capture())
    assert window.top.place.text == f"acme-prod  ›  {TOPIC}"
    assert window.top.chip.accessibleName() == "Connection: acme-prod, read-only"
    assert window.frame.explorer.list.open_topics == (window.current, (TOPIC,))


def test_that_a_record_is_opened_by_its_name(qtbot: QtBot) -> None:
    made = capture(300)
    window, session = with_topic(qtbot, made)
    window.open_record(opened(made), RecordName(TOPIC, 2, 1_184_011))
    turn(session, window)
    assert window.frame.inspector.title.text == "Record  2 : 1,184,011"


def test_that_a_mistake_of_the_window_is_counted_in_the_trouble_bar(qtbot: QtBot) -> None:
    window, session = with_topic(qtbot, capture())
    for _ in range(3):
        window.report(Trouble("MeshDesk made a mistake.", "The window goes on."))
    turn(session, window)
    assert window.trouble.text == "MeshDesk made a mistake.  3 times.  The window goes on."


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_that_everything_that_can_be_used_has_a_name_for_a_screen_reader(qtbot: QtBot, theme: str) -> None:
    window, session = with_topic(qtbot, capture())
    session.say(Trouble("It failed."))
    window.frame.records.table.choose(3)
    turn(session, window)
    window.wear("dark" if theme == "dark" else "light")
    usable = (QAbstractButton, QLineEdit, QAbstractScrollArea, QScrollBar)
    own = [
        w for w in window.findChildren(QWidget) if isinstance(w, usable) or w.focusPolicy() != Qt.FocusPolicy.NoFocus
    ]
    nameless = [
        f"{type(widget).__name__} in {type(widget.parentWidget()).__name__}"
        for widget in own
        if not widget.accessibleName() and not _is_part(widget)
    ]
    assert len(own) > 20
    assert nameless == [], nameless


def _is_part(widget: QWidget) -> bool:
    """What Qt puts into a widget of ours: the corner of a table, a header that is hidden, a menu's own parts."""
    name = widget.metaObject().className()
    return name in ("QTableCornerButton", "QMenu") or (name == "QHeaderView" and widget.isHidden())


def test_that_tab_reaches_the_list_the_filter_and_the_inspector(qtbot: QtBot) -> None:
    window, session = with_topic(qtbot, capture())
    window.frame.records.table.choose(3)
    turn(session, window)
    reached: set[QWidget] = set()
    at: QWidget = window.frame.explorer.filter
    for _ in range(400):
        at = at.nextInFocusChain() or window
        if at.focusPolicy() & Qt.FocusPolicy.TabFocus and at.isVisible():
            reached.add(at)
    assert {
        window.frame.explorer.filter,
        window.frame.explorer.list,
        window.frame.records.table,
        window.frame.inspector.tree,
    } <= reached
    assert {
        window.top.menu_button,
        window.frame.records.bar.follow_button,
        window.frame.records.bar.from_button,
    } <= reached


def test_that_every_topic_in_the_list_is_marked_in_the_explorer(qtbot: QtBot) -> None:
    made = capture()
    window, session = with_topic(qtbot, made)
    window.add_topic(opened(made), "fraud.scored.v2")
    turn(session, window)
    shown = window.frame.explorer.list
    assert [e.text for e in shown.topics.entries if shown._is_open(e)] == ["fraud.scored.v2", TOPIC]
    window.add_topic(opened(made), "fraud.scored.v2")
    turn(session, window)
    assert [e.text for e in shown.topics.entries if shown._is_open(e)] == [TOPIC]
