"""A card: its words, what belongs to it, and its box in the colours of the theme."""

from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from meshdesk.ui import theme
from meshdesk.ui.widgets.card import Card
from meshdesk.ui.widgets.controls import Button


def test_that_a_card_says_its_title_its_sentence_and_its_buttons_below(qtbot: QtBot) -> None:
    card = Card("plug", "Connect", "MeshDesk only reads.")
    qtbot.addWidget(card)
    one, other = Button("One"), Button("Other")
    card.add_buttons(one, other)
    card.resize(400, 200)
    card.show()
    texts = card.findChildren(QLabel)
    assert [label.text() for label in texts] == ["Connect", "MeshDesk only reads."]
    assert texts[0].y() < texts[1].y() < one.y() == other.y()
    assert one.x() == texts[0].x() < other.x()


def test_that_it_is_raised_in_both_themes(qtbot: QtBot, qapp: QApplication) -> None:
    card = Card("plug", "Connect", "")
    qtbot.addWidget(card)
    card.resize(300, 120)
    for choice, colours in (("light", theme.LIGHT), ("dark", theme.DARK)):
        theme.apply(qapp, choice)  # type: ignore[arg-type]
        picture = card.grab().toImage()
        assert picture.pixelColor(150, 100) == colours.raised
        assert picture.pixelColor(150, 0) == colours.line
