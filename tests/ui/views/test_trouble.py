"""The trouble view: newest first, folded with a count, filtered by a word, copied as text; a sentence where there is none."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from meshdesk.model.trouble import Trouble
from meshdesk.session.troubles import with_trouble
from meshdesk.ui.views.trouble import TroubleView
from meshdesk.ui.window import Window
from tests.ui.memory import MemorySession, capture, turn, window_on

SEEN = 1_795_528_929_000
REGISTRY = Trouble("The registry does not answer.", "Start it.", "registry", "attention", SEEN)
BROKER = Trouble("127.0.0.1:1 refused the connection.", "Check the port.", "127.0.0.1:1", "bad", SEEN + 61_000)


def view_on(qtbot: QtBot, *troubles: Trouble) -> tuple[TroubleView, Window, MemorySession]:
    session = MemorySession(capture())
    window = window_on(session)
    qtbot.addWidget(window)
    session.say(*troubles)
    window.show_view("trouble")
    turn(session, window)
    view = window.pages.currentWidget()
    assert isinstance(view, TroubleView)
    return view, window, session


def test_that_the_newest_stands_at_the_top_and_a_new_one_above_it(qtbot: QtBot) -> None:
    view, window, session = view_on(qtbot, REGISTRY)
    session.say(BROKER)
    turn(session, window)
    assert view.list.troubles.troubles == (BROKER, REGISTRY)
    assert view._count.text == "Trouble  2"


def test_that_what_is_listed_is_not_said_in_the_bar_as_well(qtbot: QtBot) -> None:
    view, window, session = view_on(qtbot)
    session.say(REGISTRY)
    turn(session, window)
    assert not window.trouble.isVisible()
    window.show_view("records")
    turn(session, window)
    assert not window.trouble.isVisible()
    session.say(BROKER)
    turn(session, window)
    assert window.trouble.isVisible()
    QTest.mouseClick(window.trouble.earlier_button, Qt.MouseButton.LeftButton)
    assert view.isVisible()


def test_that_the_trouble_in_the_status_line_leads_there(qtbot: QtBot) -> None:
    view, window, session = view_on(qtbot, REGISTRY)
    window.show_view("records")
    turn(session, window)
    QTest.mouseClick(window.status.trouble_button, Qt.MouseButton.LeftButton)
    assert view.isVisible()


def test_that_a_word_leaves_the_troubles_that_hold_it(qtbot: QtBot) -> None:
    view, _, _ = view_on(qtbot, REGISTRY, BROKER)
    QTest.keyClicks(view.filter, "PORT 127")
    assert view.list.troubles.troubles == (BROKER,)
    assert view._count.text == "Trouble  1 of 2"
    QTest.keyClicks(view.filter, "x")
    assert view._empty.isVisible()
    assert view._empty.text == "No trouble has these words Take a word out of the filter to see more."
    assert not view.copy_button.isEnabled()


def test_that_no_trouble_is_a_sentence(qtbot: QtBot) -> None:
    view, _, _ = view_on(qtbot)
    assert view._empty.isVisible()
    assert view._empty.text.startswith("No trouble What goes wrong is listed here")


def test_that_the_selected_trouble_is_copied_or_else_all_of_them(qtbot: QtBot) -> None:
    repeated = with_trouble(
        with_trouble((), REGISTRY), Trouble(REGISTRY.text, "Start it.", "registry", seen=SEEN + 9_000)
    )
    view, window, session = view_on(qtbot, *repeated, BROKER)
    QTest.mouseClick(view.copy_button, Qt.MouseButton.LeftButton)
    first, second = QGuiApplication.clipboard().text().split("\n\n")
    assert first.endswith("127.0.0.1:1\n127.0.0.1:1 refused the connection. Check the port.")
    assert "2 times since" in second
    assert window.toast.text == "Copied 2 troubles as text."
    view.list.selectRow(1)
    window.actions_.copy.trigger()
    assert QGuiApplication.clipboard().text() == second
    session.say(Trouble("Another."))
    turn(session, window)
    window.actions_.copy.trigger()
    assert QGuiApplication.clipboard().text() == second  # it stays selected, one row further down


def test_that_escape_leads_back_to_the_records(qtbot: QtBot) -> None:
    view, window, session = view_on(qtbot, REGISTRY)
    QTest.keyClick(view.list, Qt.Key.Key_Escape)
    turn(session, window)
    assert window.frame.records.isVisible()


def test_that_return_leads_to_what_a_trouble_is_about(qtbot: QtBot) -> None:
    topic = Trouble("Decoding was ended.", "", "orders.placed.v1", "attention", SEEN)
    capture_ = Trouble("It does not answer.", "", "acme-prod", "bad", SEEN)
    view, window, session = view_on(qtbot, REGISTRY, capture_, topic)
    assert view.list._reached == {"orders.placed.v1", "acme-prod"}
    view.list.selectRow(0)
    QTest.keyClick(view.list, Qt.Key.Key_Return)
    turn(session, window)
    assert (window.pages.shown, window.frame.records.topic) == ("records", "orders.placed.v1")
    window.show_view("trouble")
    at = view.list.visualRect(view.list.model().index(1, 0)).center()
    QTest.mouseDClick(view.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    turn(session, window)
    assert (window.pages.shown, window.frame.records.topic) == ("records", "")
    window.show_view("trouble")
    view.list.selectRow(2)
    QTest.keyClick(view.list, Qt.Key.Key_Return)
    assert window.toast.text == "What this trouble is about is not open in this window."
    assert window.pages.shown == "trouble"
