"""Prose: wraps in its width, marks the hits of a word, and is read whole."""

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from meshdesk.ui import theme
from meshdesk.ui.widgets.prose import Prose

TEXT = "At this size a tail drops its oldest records and counts them, and a backlog waits until its records were looked at."


def has(widget: Prose, colour: QColor) -> bool:
    image = widget.grab().toImage()
    return any(image.pixelColor(x, y) == colour for x in range(image.width()) for y in range(image.height()))


def test_that_it_is_as_high_as_its_lines(qtbot: QtBot) -> None:
    prose = Prose("text", "second", TEXT)
    qtbot.addWidget(prose)
    one = prose.heightForWidth(10_000)
    assert prose.heightForWidth(prose.sizeHint().width()) == one
    assert prose.heightForWidth(prose.sizeHint().width() // 2) >= 2 * one
    assert Prose("text", "second").heightForWidth(100) == 0


def test_that_a_word_without_a_gap_is_broken(qtbot: QtBot) -> None:
    prose = Prose("text", "second", "x" * 249)
    qtbot.addWidget(prose)
    assert prose.heightForWidth(200) > 2 * prose.heightForWidth(10_000)


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_that_hits_are_marked_in_the_tone_of_hits_and_no_more_when_the_word_goes(
    qtbot: QtBot, qapp: QApplication, choice: theme.Choice
) -> None:
    theme.apply(qapp, choice)
    prose = Prose("text", "second", TEXT)
    qtbot.addWidget(prose)
    prose.resize(600, 60)
    hit = theme.colours().hit
    assert not has(prose, hit)
    prose.mark("RECORDS")
    assert [prose.text[start:end] for start, end in prose.hits] == ["records", "records"]
    assert has(prose, hit)
    prose.mark("")
    assert not has(prose, hit)


def test_that_a_screen_reader_reads_all_of_it(qtbot: QtBot) -> None:
    prose = Prose("text", "second", TEXT)
    qtbot.addWidget(prose)
    assert prose.accessibleName() == TEXT
    prose.say("Another one.")
    assert prose.accessibleName() == "Another one."


def test_that_signs_of_patterns_are_looked_for_as_they_stand(qtbot: QtBot) -> None:
    prose = Prose("text", "second", "a.b axb (a.b)")
    qtbot.addWidget(prose)
    prose.mark("A.B")
    assert prose.hits == [(0, 3), (9, 12)]
