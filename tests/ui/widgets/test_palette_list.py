"""The list of the palette: labels are passed over, the current hit is always seen, and what is too long gives way."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from meshdesk.ui import theme
from meshdesk.ui.palette import Finder, Source
from meshdesk.ui.widgets.palette_list import ROW, PaletteList, _runs


def list_on(qtbot: QtBot, query: str = "", rows: int = 6) -> PaletteList:
    views = Source("Views", ["Records", "Trouble"], print, note=lambda k: f"Ctrl+{k}")
    topics = Source("Topics", ["r" * 249, "orders.records.v1", *(f"t{n}" for n in range(60))], print)
    shown = PaletteList()
    qtbot.addWidget(shown)
    shown.resize(500, rows * ROW)
    shown.show()
    shown.show_groups(Finder([views, topics]).find(query), (query,) if query else ())
    return shown


def texts(shown: PaletteList) -> str:
    return shown.current.text if shown.current else ""


def test_that_the_best_hit_is_current_and_steps_pass_over_labels(qtbot: QtBot) -> None:
    shown = list_on(qtbot)
    seen = [texts(shown)]
    for _ in range(2):
        shown.step(1)
        seen.append(texts(shown))
    assert seen == ["Records", "Trouble", "r" * 249]
    for _ in range(3):
        shown.step(-1)
    assert texts(shown) == "t37"  # around the end, to the last one that is shown
    assert shown.visualRect(shown.currentIndex()).intersects(shown.viewport().rect())


def test_that_groups_and_screens_are_leafed_through(qtbot: QtBot) -> None:
    shown = list_on(qtbot)
    shown.step_group(1)
    assert texts(shown) == "r" * 249
    shown.step_group(1)
    assert texts(shown) == "Records"
    for _ in range(20):
        shown.leaf(1)
    assert texts(shown) == "t37"
    for _ in range(20):
        shown.leaf(-1)
    assert texts(shown) == "Records"


def test_that_a_press_takes_a_hit_and_no_label(qtbot: QtBot) -> None:
    shown = list_on(qtbot)
    with qtbot.assertNotEmitted(shown.chosen):
        QTest.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(40, ROW // 2))
    with qtbot.waitSignal(shown.chosen):
        QTest.mouseClick(shown.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(40, 2 * ROW + ROW // 2))
    assert texts(shown) == "Trouble"


@pytest.mark.parametrize("query", ["", "rec", "orv"])
def test_that_the_letters_that_matched_are_marked(qtbot: QtBot, query: str) -> None:
    image = list_on(qtbot, query).grab().toImage()
    colours = {image.pixelColor(x, y).name() for x in range(40, 300) for y in range(0, image.height(), 2)}
    assert (theme.colours().hit.name() in colours) is bool(query)


def test_that_a_label_says_how_many_there_are_and_a_hit_its_keys(qtbot: QtBot) -> None:
    model = list_on(qtbot).found
    said = [model.data(model.index(row), Qt.ItemDataRole.AccessibleTextRole) for row in (0, 1, 3)]
    assert said == ["Views, 2", "Records, Ctrl+0", "Topics, 40 of 62"]
    assert not model.flags(model.index(0)) & Qt.ItemFlag.ItemIsSelectable


def test_that_nothing_found_leaves_nothing_to_take(qtbot: QtBot) -> None:
    shown = list_on(qtbot, "zzz")
    for step in (shown.step, shown.leaf, shown.step_group):
        step(1)
    assert shown.current is None
    shown.grab()


def test_that_runs_are_joined() -> None:
    assert _runs([0, 1, 2, 5, 7, 8]) == [(0, 2), (5, 5), (7, 8)]
