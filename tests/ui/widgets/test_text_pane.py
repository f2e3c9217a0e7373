"""Text that is laid out piece by piece: the beginning at once, all of it soon, and nothing of an earlier text."""

from pytestqt.qtbot import QtBot

from meshdesk.ui.widgets.text_pane import PIECE, TextPane


def pane_on(qtbot: QtBot) -> TextPane:
    pane = TextPane("Text")
    qtbot.addWidget(pane)
    pane.show()
    return pane


def test_that_a_text_that_is_short_stands_there_at_once(qtbot: QtBot) -> None:
    pane = pane_on(qtbot)
    pane.say("a\nb")
    assert pane.toPlainText() == "a\nb"
    assert pane.is_whole


def test_that_a_long_text_begins_at_once_and_stands_there_whole_in_the_end(qtbot: QtBot) -> None:
    pane = pane_on(qtbot)
    text = "\n".join(f"line {number}" for number in range(12_000))
    assert len(text) > 3 * PIECE
    with qtbot.waitSignal(pane.whole):
        pane.say(text)
        assert pane.toPlainText() == text[:PIECE]
        assert not pane.is_whole
    assert pane.toPlainText() == text
    assert pane.verticalScrollBar().value() == 0


def test_that_nothing_of_an_earlier_text_comes_behind_a_later_one(qtbot: QtBot) -> None:
    pane = pane_on(qtbot)
    pane.say("x" * (3 * PIECE))
    pane.say("short")
    qtbot.wait(20)
    assert pane.toPlainText() == "short"
