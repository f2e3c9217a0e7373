"""Bytes as a dump: only the lines on the screen are drawn, and all can be copied."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from meshdesk.ui.widgets.dump import LINE, Dump

LINES = tuple((f"{at:04x}", " ".join(["41"] * 12), "A" * 12) for at in range(0, 12 * 5_000, 12))


def dump_on(qtbot: QtBot) -> Dump:
    dump = Dump()
    qtbot.addWidget(dump)
    dump.resize(372, 300)
    dump.show()
    return dump


def test_that_the_dump_scrolls_to_its_last_line_and_says_what_is_left_out(qtbot: QtBot) -> None:
    dump = dump_on(qtbot)
    dump.say(LINES, 1_500)
    assert dump.verticalScrollBar().maximum() == 60_000 // 8 + 1 - dump.viewport().height() // LINE
    QTest.keyClick(dump, Qt.Key.Key_End)
    assert dump.verticalScrollBar().value() == dump.verticalScrollBar().maximum()
    dump.grab()
    dump.say((), 0)
    assert dump.verticalScrollBar().value() == 0
    dump.grab()


def test_that_a_line_holds_as_many_bytes_as_fit(qtbot: QtBot) -> None:
    dump = dump_on(qtbot)
    dump.say(LINES[:9], 0)
    assert dump.line(8) == ("0060", " ".join(["41"] * 12), "A" * 12)  # the inspector as it is drawn
    dump.resize(900, 300)
    assert dump.line(6) == ("0060", " ".join(["41"] * 12), "A" * 12)
    assert dump.line(5) == ("0050", " ".join(["41"] * 16), "A" * 16)
    dump.resize(240, 300)
    assert dump.line(26) == ("0068", "41 41 41 41", "A" * 4)
    assert dump.horizontalScrollBar().maximum() == 0


def test_that_the_dump_is_copied_as_text(qtbot: QtBot) -> None:
    dump = dump_on(qtbot)
    dump.say(LINES[:2], 0)
    QTest.keyClick(dump, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QGuiApplication.clipboard().text()
    assert copied.splitlines()[1] == "000c  41 41 41 41 41 41 41 41 41 41 41 41  AAAAAAAAAAAA"
