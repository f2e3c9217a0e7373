"""The time strip: what it says, where the cursor goes for the mouse and the keys, and how it zooms."""

from collections.abc import Iterator, Sequence

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from meshdesk.model.cursor import Cursor
from meshdesk.model.marks import Mark
from meshdesk.session.strips import SHORTEST, Strip
from meshdesk.session.zone import show_in
from meshdesk.ui.widgets.strip_paint import LEFT, RIGHT, pill
from meshdesk.ui.widgets.time_strip import TimeStrip

BEGAN = 1_795_528_800_000  # 14:00:00 UTC
HOUR = 3_600_000
MARKS = (
    Mark(BEGAN + 600_000, "topic", "topic orders appeared", "orders"),
    Mark(BEGAN + 1_800_000, "rebalance", "b joined billing", "billing"),
)


@pytest.fixture(autouse=True)
def utc() -> Iterator[None]:
    show_in("utc")
    yield
    show_in("local")


def strip_on(qtbot: QtBot, is_live: bool = False, marks: Sequence[Mark] = MARKS) -> tuple[TimeStrip, list[Cursor]]:
    """An hour, 1,000 px of it and 1 px for 3.6 s; what the strip asks for is shown, as a window would."""
    strip = TimeStrip()
    qtbot.addWidget(strip)
    strip.resize(round(1_000 + LEFT + RIGHT), 74)
    strip.show_whole(BEGAN, BEGAN + HOUR, is_live)
    edges = tuple(BEGAN + n * HOUR // 60 for n in range(61))
    shown = Strip(edges, tuple(float(n) for n in range(60)), (False,) * 60, tuple(marks), BEGAN)
    strip.show_strip(shown, marks, Cursor())
    asked: list[Cursor] = []

    def follow(cursor: Cursor) -> None:
        asked.append(cursor)
        strip.show_strip(shown, marks, cursor)

    strip.moved.connect(follow)
    strip.show()
    return strip, asked


def at(strip: TimeStrip, moment: int) -> QPoint:
    return QPoint(round(strip.x_of(moment)), 30)


def test_that_a_press_goes_to_that_moment_and_a_drag_goes_along(qtbot: QtBot) -> None:
    strip, asked = strip_on(qtbot)
    QTest.mousePress(strip, Qt.MouseButton.LeftButton, pos=at(strip, BEGAN + HOUR // 2))
    assert asked[-1].moment == pytest.approx(BEGAN + HOUR // 2, abs=3_600)
    QTest.mouseMove(strip, at(strip, BEGAN + HOUR // 4))
    QTest.mouseRelease(strip, Qt.MouseButton.LeftButton, pos=at(strip, BEGAN + HOUR // 4))
    assert asked[-1].moment == pytest.approx(BEGAN + HOUR // 4, abs=3_600)
    assert asked[-1].range is None
    count = len(asked)
    QTest.mouseMove(strip, at(strip, BEGAN + HOUR // 3))
    assert len(asked) == count  # nothing is dragged any more


def test_that_a_drag_with_shift_chooses_a_range_whose_ends_can_be_dragged(qtbot: QtBot) -> None:
    strip, asked = strip_on(qtbot)
    first, last, other = (BEGAN + minutes * 60_000 for minutes in (10, 20, 30))
    QTest.mousePress(strip, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, at(strip, first))
    QTest.mouseMove(strip, at(strip, last))
    QTest.mouseRelease(strip, Qt.MouseButton.LeftButton, pos=at(strip, last))
    assert asked[-1].range == pytest.approx((first, last), abs=3_600)
    QTest.mousePress(strip, Qt.MouseButton.LeftButton, pos=at(strip, last))
    QTest.mouseMove(strip, at(strip, other))
    assert asked[-1].range == pytest.approx((first, other), abs=3_600)


def test_that_the_newest_is_one_press_or_the_end_key_away(qtbot: QtBot) -> None:
    strip, asked = strip_on(qtbot, is_live=True)
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=at(strip, BEGAN + HOUR // 2))
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=pill(strip).center().toPoint())
    assert asked[-1].is_live
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=at(strip, BEGAN + HOUR // 2))
    QTest.keyClick(strip, Qt.Key.Key_End)
    assert asked[-1].is_live


def test_that_the_keys_go_by_steps_to_the_ends_and_from_change_to_change(qtbot: QtBot) -> None:
    strip, asked = strip_on(qtbot)
    step = HOUR // 200
    QTest.keyClick(strip, Qt.Key.Key_Left)
    assert asked[-1].moment == BEGAN + HOUR - step
    QTest.keyClick(strip, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    assert asked[-1].moment == BEGAN + HOUR - 11 * step
    QTest.keyClick(strip, Qt.Key.Key_Right)
    assert asked[-1].moment == BEGAN + HOUR - 10 * step
    QTest.keyClick(strip, Qt.Key.Key_Home)
    assert asked[-1].moment == BEGAN
    QTest.keyClick(strip, Qt.Key.Key_PageDown)
    assert asked[-1].moment == MARKS[0].seen
    QTest.keyClick(strip, Qt.Key.Key_PageDown)
    QTest.keyClick(strip, Qt.Key.Key_PageDown)  # there is no further one
    assert asked[-1].moment == MARKS[1].seen
    QTest.keyClick(strip, Qt.Key.Key_PageUp)
    assert asked[-1].moment == MARKS[0].seen


def test_that_shift_and_an_arrow_choose_a_range_and_escape_gives_it_up(qtbot: QtBot) -> None:
    strip, asked = strip_on(qtbot)
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=at(strip, BEGAN + HOUR // 2))
    here = asked[-1].moment
    assert here is not None
    QTest.keyClick(strip, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(strip, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert asked[-1].range == (here, here + 2 * (HOUR // 200))
    QTest.keyClick(strip, Qt.Key.Key_Escape)
    assert asked[-1] == Cursor.of(here + 2 * (HOUR // 200))


def test_that_the_wheel_zooms_around_the_mouse_and_a_double_click_shows_all_again(qtbot: QtBot) -> None:
    strip, _ = strip_on(qtbot)
    place = at(strip, BEGAN + HOUR // 4)
    before = strip.moment_at(place.x())
    for _ in range(4):
        wheel(strip, place, 120)
    assert strip.span[1] - strip.span[0] < HOUR / 3
    assert strip.moment_at(place.x()) == pytest.approx(before, abs=2_000)
    for _ in range(40):
        wheel(strip, place, 120)
    assert strip.span[1] - strip.span[0] == pytest.approx(SHORTEST, abs=2)
    QTest.mouseDClick(strip, Qt.MouseButton.LeftButton, pos=place)
    assert strip.span == (BEGAN, BEGAN + HOUR)


def test_that_zooming_out_stops_at_the_whole_and_then_reaches_back_before_the_recording(qtbot: QtBot) -> None:
    strip, asked = strip_on(qtbot)
    QTest.keyClick(strip, Qt.Key.Key_Plus)
    QTest.keyClick(strip, Qt.Key.Key_Minus)
    QTest.keyClick(strip, Qt.Key.Key_Minus)
    assert strip.span[0] < BEGAN
    assert strip.span[1] <= BEGAN + HOUR
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(round(LEFT) + 2, 30))
    moment = asked[-1].moment
    assert moment is not None
    assert moment < BEGAN
    QTest.keyClick(strip, Qt.Key.Key_0)
    assert strip.span == (BEGAN, BEGAN + HOUR)


def test_that_a_live_strip_that_is_zoomed_to_its_end_goes_along(qtbot: QtBot) -> None:
    strip, _ = strip_on(qtbot, is_live=True)
    strip.zoom(0.5)
    assert strip.span[1] == BEGAN + HOUR
    strip.show_whole(BEGAN, BEGAN + HOUR + 5_000, True)
    assert strip.span == (BEGAN + HOUR // 2 + 5_000, BEGAN + HOUR + 5_000)


def test_that_it_says_where_it_is_and_what_changed(qtbot: QtBot) -> None:
    strip, asked = strip_on(qtbot, is_live=True)
    assert strip.words() == "Live: the newest is shown."
    asked.clear()
    strip.go_to(BEGAN + 30 * 60_000)
    assert strip.words() == "At 14:30:00, 30/s in all."
    assert strip.accessibleDescription() == strip.words()
    strip.moved.emit(Cursor.of(BEGAN, BEGAN + 60_000))
    assert strip.words() == "From 14:00:00 to 14:01:00."
    assert strip.told_at(at(strip, MARKS[0].seen)) == "14:10:00 topic orders appeared"
    assert "Shift" in strip.told_at(at(strip, BEGAN + 3_000_000))


def test_that_many_changes_in_one_place_are_counted(qtbot: QtBot) -> None:
    marks = [Mark(BEGAN + 600_000 + n, "topic", f"topic t{n} appeared", f"t{n}") for n in range(9)]
    strip, _ = strip_on(qtbot, marks=marks)
    told = strip.told_at(at(strip, BEGAN + 600_000)).splitlines()
    assert (len(told), told[0], told[-1]) == (7, "14:10:00 topic t0 appeared", "and 3 more changes")
    strip.grab()  # and all of it can be painted


def test_that_a_strip_of_nothing_or_of_no_height_is_painted_too(qtbot: QtBot) -> None:
    strip = TimeStrip()
    qtbot.addWidget(strip)
    for size in ((10, 41), (300, 41), (3_000, 400)):
        strip.resize(*size)
        strip.show_strip(Strip((), (), (), (), BEGAN), (), Cursor.of(BEGAN - HOUR))
        strip.grab()
    assert strip.words().endswith("rate unknown.")


def wheel(strip: TimeStrip, place: QPoint, by: int) -> None:
    event = QWheelEvent(
        QPointF(place), QPointF(strip.mapToGlobal(place)), QPoint(), QPoint(0, by), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(strip, event)
