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


def test_that_marked_bytes_are_copied_as_hex_and_without_a_mark_the_dump_is(qtbot: QtBot) -> None:
    dump = dump_on(qtbot)
    dump.say(LINES[:2], 76)
    dump.mark((1, 4))
    assert dump.copy() == "Copied 3 bytes as hex."
    assert QGuiApplication.clipboard().text() == "414141"
    dump.mark((20, 30))
    assert dump.copy_bytes((20, 30)) == "Not all of its bytes are shown here."
    assert dump.copy_bytes(None) == "The bytes of this line are not known."
    assert dump.copy_bytes((4, 4)) == "This line takes no bytes."
    assert dump.copy() == "Copied the bytes as a dump."
    assert QGuiApplication.clipboard().text() == dump.text


def test_that_a_byte_is_found_where_it_is_drawn_as_hex_and_as_a_character(qtbot: QtBot) -> None:
    dump = dump_on(qtbot)
    dump.say(LINES[:9], 0)
    line = [dump.byte_at(x, LINE + 5) for x in range(dump.viewport().width())]
    assert [at for at in range(108) if at in line] == list(range(12, 24))
    assert line[0] is None
    assert dump.byte_at(200, 9 * LINE + 5) is None
    dump.choose(10_000)
    assert dump.marked_hex((107, 108)) == "41"
    dump.grab()
    dump.say((), 0)
    dump.choose(0)
