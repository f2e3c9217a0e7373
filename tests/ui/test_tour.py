"""The tour: offered once and never forced, five steps each beside what it is about, on the demo, and over whenever one likes."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from meshdesk.session.resources import RECORDED_DEMO, resource
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.tour import STEPS, Tour
from meshdesk.ui.window import Window
from tests.ui.memory import MemoryCapture, MemorySession, capture, opened, turn, window_on


def on_tour(qtbot: QtBot, session: MemorySession, demo: tuple[str, ...] | None = None) -> tuple[Window, Tour]:
    window = window_on(session, demo=demo)
    qtbot.addWidget(window)
    window.activateWindow()
    window.take_tour()
    assert window.tour is not None
    return window, window.tour


def demo_capture() -> MemoryCapture:
    return capture(title="Demo", state="live")


def box_of(part: QWidget, window: Window) -> QRect:
    return QRect(part.mapTo(window, QPoint(0, 0)), part.size())


def test_that_each_of_five_steps_is_one_sentence_beside_the_part_that_it_is_about(qtbot: QtBot) -> None:
    session = MemorySession(demo_capture())
    window, tour = on_tour(qtbot, session)
    turn(session, window)
    assert len(STEPS) == 5
    for number, step in enumerate(STEPS, 1):
        turn(session, window)
        part = step.part(window)
        assert part.isVisible()
        assert tour.ring.part == box_of(part, window)
        assert tour.callout.step.text == f"{number} of 5"
        assert tour.callout.sentence.text == step.sentence
        assert step.sentence.count(". ") == 0
        assert step.sentence.endswith(".")
        assert window.rect().contains(tour.callout.geometry())
        assert not tour.callout.geometry().intersects(box_of(part, window)) or part is window.frame.records.table
        assert tour.callout.next_button.text() == ("Done" if number == 5 else "Next")
        QTest.keyClick(tour.callout, Qt.Key.Key_Return)
    turn(session, window)
    assert tour.is_over
    assert window.tour is None
    assert not tour.callout.isVisible()


def test_that_the_fourth_step_takes_a_record_apart(qtbot: QtBot) -> None:
    session = MemorySession(demo_capture())
    window, tour = on_tour(qtbot, session)
    turn(session, window)
    for _ in range(3):
        tour.next()
        turn(session, window)
    assert window.frame.inspector.title.text.startswith("Record")
    assert window.frame.records.topic == "orders.placed.v1"


def test_that_it_waits_for_the_demo_and_a_demo_that_fails_gives_way_to_the_recorded_one(qtbot: QtBot) -> None:
    session = MemorySession()
    window, tour = on_tour(qtbot, session, demo=("demo", "--mesh"))
    turn(session, window)
    assert session.through == [(("demo", "--mesh"), "Demo")]
    assert tour.step is None
    assert tour.callout.skip_button.isVisible()
    assert not tour.callout.next_button.isVisible()
    session.captures[0].state = "failed"
    turn(session, window)
    assert session.files == [resource(RECORDED_DEMO)]
    recorded = session.captures[-1]
    recorded.topics, recorded.state = capture().topics, "ended"
    turn(session, window)
    assert tour.step == 0


def test_that_the_recorded_demo_is_opened_where_no_other_is_installed(qtbot: QtBot) -> None:
    session = MemorySession()
    on_tour(qtbot, session)
    assert session.files == [resource(RECORDED_DEMO)]
    assert session.through == []


def test_that_somebodys_own_connection_is_left_alone(qtbot: QtBot) -> None:
    own = capture(title="acme-prod")
    session = MemorySession(own)
    window, _ = on_tour(qtbot, session)
    demo = session.captures[-1]
    assert demo is not own
    demo.topics, demo.state = own.topics, "ended"
    turn(session, window)
    assert own.tails == []
    assert window.current is opened(demo)


@pytest.mark.parametrize("from_the_list", [False, True])
def test_that_escape_ends_it_and_so_does_closing_the_demo(qtbot: QtBot, from_the_list: bool) -> None:
    session = MemorySession(demo_capture())
    window, tour = on_tour(qtbot, session)
    turn(session, window)
    QTest.keyClick(window.frame.inspector if from_the_list else tour.callout, Qt.Key.Key_Escape)
    turn(session, window)
    assert tour.is_over
    window.take_tour()
    turn(session, window)
    again = window.tour
    assert again is not None
    assert again.step == 0
    session.shut(session.captures[0])
    turn(session, window)
    assert again.is_over


def test_that_the_window_can_be_used_meanwhile(qtbot: QtBot) -> None:
    session = MemorySession(demo_capture())
    window, tour = on_tour(qtbot, session)
    turn(session, window)
    QTest.keyClicks(window.frame.explorer.filter, "pay")
    assert window.frame.explorer.filter.text() == "pay"
    window.show_view("settings")
    turn(session, window)
    assert window.pages.shown == "settings"
    assert tour.ring.part is None  # what it is about is not on the screen
    window.resize(900, 500)
    window.show_view("records")
    turn(session, window)
    assert tour.ring.part == box_of(window.frame.explorer, window)


def test_that_it_is_offered_once_on_the_first_page_and_not_after_an_answer(qtbot: QtBot, tmp_path: Path) -> None:
    def offered() -> Window:
        window = window_on(MemorySession(), Remembered(tmp_path))
        qtbot.addWidget(window)
        window.offer_tour()
        return window

    window = offered()
    assert window.offer.isVisible()
    assert window.tour is None
    window.offer.decline_button.click()
    assert not window.offer.isVisible()
    assert not offered().offer.isVisible()


def test_that_who_has_used_meshdesk_before_is_not_asked(qtbot: QtBot, tmp_path: Path) -> None:
    Remembered(tmp_path).keep_numbers("window/size", [1_000, 700])
    window = window_on(MemorySession(), Remembered(tmp_path))
    qtbot.addWidget(window)
    window.offer_tour()
    assert not window.offer.isVisible()


def test_that_taking_it_answers_the_offer_and_it_begins_again_from_the_menu(qtbot: QtBot, tmp_path: Path) -> None:
    session = MemorySession()
    window = window_on(session, Remembered(tmp_path))
    qtbot.addWidget(window)
    window.offer_tour()
    window.offer.take_button.click()
    assert window.tour is not None
    assert not window.offer.isVisible()
    window.tour.end()
    turn(session, window)
    window.actions_.tour.trigger()
    assert window.tour is not None
    assert Remembered(tmp_path).is_on("window/tour_offered", False)
