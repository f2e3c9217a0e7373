"""Small controls: what they say to a screen reader, how wide they are, how they are pressed."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QSizePolicy, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from meshdesk.ui import theme
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.widgets.controls import Button, Line, Segments, Tags, tone_of, with_shortcut
from meshdesk.ui.widgets.dump import Dump
from meshdesk.ui.widgets.node_tree import NodeTree
from meshdesk.ui.widgets.record_table import RecordTable
from tests.ui.memory import MemoryCapture, capture, opened


def test_that_a_button_is_named_by_its_lead_and_text_and_grows_with_them(qtbot: QtBot) -> None:
    button = Button("15 min ago", lead="From")
    qtbot.addWidget(button)
    assert button.accessibleName() == "From 15 min ago"
    before = button.sizeHint().width()
    button.say("the beginning of everything")
    assert button.accessibleName() == "From the beginning of everything"
    assert button.sizeHint().width() > before
    assert button.sizeHint().height() == theme.CONTROL


def test_that_a_button_opens_its_menu_without_waiting_for_it(qtbot: QtBot) -> None:
    button = Button("Menu")
    qtbot.addWidget(button)
    menu = QMenu(button)
    menu.addAction("One")
    button.set_menu(menu)
    button.show()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert menu.isVisible()
    menu.close()


def test_that_a_menu_stays_within_its_window(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(400, 300)
    button = Button("", name="Menu", icon="ellipsis")
    button.setParent(window)
    button.setGeometry(360, 10, 26, 26)
    menu = QMenu(button)
    menu.addAction("Something with a longer name")
    button.set_menu(menu)
    window.show()
    qtbot.waitExposed(window)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert menu.x() + menu.width() == button.mapToGlobal(button.rect().topRight()).x() + 1
    menu.close()


def test_that_a_press_of_space_is_a_click(qtbot: QtBot) -> None:
    button = Button("Pause")
    qtbot.addWidget(button)
    with qtbot.waitSignal(button.clicked):
        QTest.keyClick(button, Qt.Key.Key_Space)


def last_of(segments: Segments) -> QWidget:
    last = segments.childAt(segments.width() - 5, 10)
    assert last is not None
    return last


def test_that_one_segment_is_on_and_says_so(qtbot: QtBot) -> None:
    segments = Segments("Shown as", ("Tree", "Text", "Bytes"))
    qtbot.addWidget(segments)
    segments.show()
    assert segments.place == 0
    with qtbot.waitSignal(segments.chosen) as chosen:
        QTest.mouseClick(last_of(segments), Qt.MouseButton.LeftButton)
    assert chosen.args == [2]
    segments.choose(1)
    assert segments.place == 1
    segments.choose(None)
    assert segments.place == -1
    segments.choose(1)
    assert segments.place == 1
    segments.name_segment(2, "Bytes 231")
    assert last_of(segments).accessibleName() == "Shown as: Bytes 231"


def test_that_tags_take_as_many_lines_as_they_need(qtbot: QtBot) -> None:
    tags = Tags("How it was read")
    qtbot.addWidget(tags)
    tags.say(("zstd", "Confluent id 42", "Avro", "CloudEvent", "x" * 300))
    assert tags.accessibleName().startswith("How it was read: zstd → Confluent id 42 → Avro")
    assert tags.heightForWidth(2_000) < tags.heightForWidth(200)
    tags.say(())
    assert tags.heightForWidth(200) == 0


def test_that_a_line_that_does_not_fit_tells_all_of_it_in_its_tool_tip(qtbot: QtBot) -> None:
    line = Line("Place", Qt.TextElideMode.ElideMiddle)
    qtbot.addWidget(line)
    line.say(("127.0.0.1:9092  ›  ", "text", "second"), ("t" * 249, "strong", "text"))
    line.resize(300, 20)
    line.grab()
    assert line.toolTip().endswith("t" * 249)
    line.say(("short", "text", "text"))
    line.grab()
    assert line.toolTip() == ""
    assert line.accessibleName() == "Place: short"


def test_that_a_line_that_takes_what_room_there_is_has_nothing_laid_out_for_words_that_fit(qtbot: QtBot) -> None:
    asked: list[str] = []

    class Row(QWidget):
        def event(self, event: QEvent) -> bool:
            if event.type() == QEvent.Type.LayoutRequest:
                asked.append(line.text)
            return super().event(event)

    row, line = Row(), Line("Records")
    qtbot.addWidget(row)
    line.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    QVBoxLayout(row).addWidget(line)
    row.resize(300, 40)
    row.show()
    QApplication.sendPostedEvents()
    asked.clear()
    for words in ("1 record", "1,234 records", "w" * 200):
        line.say((words, "text", "text"))
        QApplication.sendPostedEvents()
    assert asked == ["w" * 200]


def test_that_a_tool_tip_names_the_shortcut() -> None:
    assert with_shortcut("Copy", "Ctrl+C") == "Copy  (Ctrl+C)"
    assert with_shortcut("Copy", "") == "Copy"


def test_that_a_live_capture_whose_cluster_does_not_answer_has_the_dot_of_one_that_is_not_connected() -> None:
    made = MemoryCapture()
    assert tone_of(opened(made)) == ("good", False)
    made.is_reached = False
    assert tone_of(opened(made)) == ("attention", True)
    made.state = "ended"
    assert tone_of(opened(made)) == ("third", True)


@pytest.mark.parametrize("make", [lambda: RecordTable(Remembered(None)), NodeTree, Dump])
def test_that_a_list_shows_the_keyboard_also_where_no_row_does(qtbot: QtBot, make: Callable[[], QWidget]) -> None:
    made = capture(5)
    area, other = make(), QLineEdit()
    window = QWidget()
    qtbot.addWidget(window)
    row = QVBoxLayout(window)
    row.addWidget(other)
    row.addWidget(area)
    if isinstance(area, RecordTable):
        area.show_list(opened(made), "orders.placed.v1", 5)
    window.resize(600, 400)
    window.show()
    window.activateWindow()
    for focused, shown in ((other, False), (area, True)):
        focused.setFocus(Qt.FocusReason.TabFocusReason)
        qtbot.waitUntil(focused.hasFocus)
        image = area.grab().toImage()
        edge = image.pixelColor(0, image.height() - 40)
        assert (edge == theme.colours().accent) is shown
