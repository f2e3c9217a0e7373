"""Places: what the window notes of where it is, and that back and forward bring it there again."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from meshdesk.model.listing import Listing
from meshdesk.model.record import RecordName
from meshdesk.ui.window import Window
from tests.ui.memory import MemorySession, capture, opened, turn, window_on

TOPIC = "orders.placed.v1"
OTHER = "fraud.scored.v2"


def on_two_topics(qtbot: QtBot) -> tuple[Window, MemorySession]:
    session = MemorySession(capture())
    window = window_on(session)
    qtbot.addWidget(window)
    for topic in (OTHER, TOPIC):
        window.open_topic(opened(session.captures[0]), topic)
        turn(session, window)
    return window, session


def test_that_back_and_forward_go_through_topics_and_views(qtbot: QtBot) -> None:
    window, session = on_two_topics(qtbot)
    window.show_view("trouble")
    turn(session, window)
    seen = []
    while window.top.back_button.isEnabled():
        QTest.mouseClick(window.top.back_button, Qt.MouseButton.LeftButton)
        turn(session, window)
        seen.append((window.pages.shown, window.frame.records.topic))
    assert seen == [("records", TOPIC), ("records", OTHER), ("records", "")]
    window.actions_.forward.trigger()
    turn(session, window)
    assert window.frame.records.topic == OTHER


def test_that_the_keys_and_the_side_buttons_of_a_mouse_go_back_and_forward(qtbot: QtBot) -> None:
    window, session = on_two_topics(qtbot)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    turn(session, window)
    assert window.frame.records.topic == OTHER
    handle, at = window.windowHandle(), window.frame.records.table.mapTo(window, QPoint(40, 80))
    QTest.mouseClick(handle, Qt.MouseButton.ForwardButton, Qt.KeyboardModifier.NoModifier, at)
    turn(session, window)
    assert window.frame.records.topic == TOPIC
    QTest.mouseClick(handle, Qt.MouseButton.BackButton, Qt.KeyboardModifier.NoModifier, at)
    turn(session, window)
    assert window.frame.records.topic == OTHER


def test_that_a_record_is_found_again_on_the_way_back(qtbot: QtBot) -> None:
    window, session = on_two_topics(qtbot)
    window.open_record(opened(session.captures[0]), RecordName(TOPIC, 2, 1_184_011))
    turn(session, window)
    window.open_topic(opened(session.captures[0]), OTHER)
    turn(session, window)
    window.places.back()
    turn(session, window)
    assert window.frame.inspector.title.text == "Record  2 : 1,184,011"
    assert window.places.here().record == RecordName(TOPIC, 2, 1_184_011)


def test_that_a_jump_within_a_topic_leads_back_to_where_the_reader_was(qtbot: QtBot) -> None:
    window, session = on_two_topics(qtbot)
    window.frame.records.table.choose(3)
    turn(session, window)
    window.open_record(opened(session.captures[0]), RecordName(TOPIC, 2, 1_184_011))
    turn(session, window)
    assert window.places.here().record == RecordName(TOPIC, 2, 1_184_011)
    window.places.back()
    turn(session, window)
    assert window.places.here().record == RecordName(TOPIC, 0, 1_184_001)


def test_that_a_filter_and_an_order_come_back_with_their_topic(qtbot: QtBot) -> None:
    window, session = on_two_topics(qtbot)
    records = window.frame.records
    records.show_listing(Listing((TOPIC,), "key", True, "A-8821"))
    turn(session, window)
    window.show_view("trouble")
    window.open_topic(opened(session.captures[0]), OTHER)
    turn(session, window)
    window.places.back()
    turn(session, window)
    window.places.back()
    turn(session, window)
    assert records.listing == Listing((TOPIC,), "key", True, "A-8821")
    assert records.bar.filter.text() == "A-8821"


def test_that_the_places_of_a_closed_capture_are_no_step_any_more(qtbot: QtBot) -> None:
    window, session = on_two_topics(qtbot)
    window.actions_.close.trigger()
    turn(session, window)
    assert window.pages.shown == "start"
    assert not window.top.back_button.isEnabled()


def test_that_the_first_part_of_the_path_leads_to_the_capture(qtbot: QtBot) -> None:
    window, session = on_two_topics(qtbot)
    assert window.top.place.text == f"acme-prod  ›  {TOPIC}"
    window.top.place.pressed.emit(0)
    turn(session, window)
    assert window.top.place.text == "acme-prod"
    assert window.frame.records.topic == ""
    window.places.back()
    turn(session, window)
    assert window.frame.records.topic == TOPIC


def test_that_the_path_names_a_view_and_no_sign_that_could_turn_it(qtbot: QtBot) -> None:
    session = MemorySession(capture(title="acme\u202eprod"))
    window = window_on(session)
    qtbot.addWidget(window)
    assert window.top.place.text == "acme·prod"
    window.show_view("trouble")
    assert window.top.place.text == "Trouble"
