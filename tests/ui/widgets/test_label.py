"""Words on a page: in the colour of the theme, also after it has changed, and no room for none."""

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from meshdesk.ui import theme
from meshdesk.ui.widgets.label import Label


def test_that_a_text_follows_the_theme(qtbot: QtBot, qapp: QApplication) -> None:
    label = Label("text", "bad_text", "It went wrong.")
    qtbot.addWidget(label)
    label.show()
    label.grab()
    assert label.palette().color(QPalette.ColorRole.WindowText) == theme.LIGHT.bad_text
    theme.apply(qapp, "dark")
    label.grab()
    assert label.palette().color(QPalette.ColorRole.WindowText) == theme.DARK.bad_text


def test_that_there_is_no_room_for_an_empty_text(qtbot: QtBot) -> None:
    label = Label("small", "second")
    qtbot.addWidget(label)
    label.say("A sentence.")
    assert label.isVisible()
    label.say("")
    assert not label.isVisible()


def test_that_what_looks_like_markup_is_shown_as_it_is(qtbot: QtBot) -> None:
    label = Label("text", "text", "<b>1 < 2</b>")
    qtbot.addWidget(label)
    plain = Label("text", "text", "1 < 2")
    qtbot.addWidget(plain)
    assert label.sizeHint().width() > plain.sizeHint().width()
