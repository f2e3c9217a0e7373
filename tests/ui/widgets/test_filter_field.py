"""The field above a list: it asks a moment after the last letter, at once on Return, and Escape empties it."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from meshdesk.ui.widgets.filter_field import FilterField


def field_on(qtbot: QtBot, words: list[str]) -> FilterField:
    field = FilterField("Filter", "Filter the records", "Only those that hold it")
    qtbot.addWidget(field)
    field.show()
    field.asked.connect(words.append)
    return field


def test_that_a_word_is_asked_for_once_when_its_last_letter_was_typed(qtbot: QtBot) -> None:
    words: list[str] = []
    field = field_on(qtbot, words)
    QTest.keyClicks(field, "order")
    assert words == []
    qtbot.waitUntil(lambda: words == ["order"], timeout=3_000)


def test_that_return_asks_at_once_and_escape_empties(qtbot: QtBot) -> None:
    words: list[str] = []
    field = field_on(qtbot, words)
    QTest.keyClicks(field, "A-1")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert words == ["A-1"]
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert (words, field.text()) == (["A-1", ""], "")


def test_that_it_is_emptied_quietly_for_another_topic(qtbot: QtBot) -> None:
    words: list[str] = []
    field = field_on(qtbot, words)
    QTest.keyClicks(field, "order")
    field.clear_quietly()
    with qtbot.assertNotEmitted(field.asked, wait=400):
        assert field.text() == ""
