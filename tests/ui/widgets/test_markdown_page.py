"""A page of Markdown: its parts look different, its links are told, its words are found, and nothing is fetched."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from meshdesk.ui import theme
from meshdesk.ui.widgets.markdown_page import MARGIN, WIDEST, MarkdownPage

TEXT = """# The title

Some **strong** words, `code`, and [a link](keys.md).

    meshdesk tail orders

| Option | What it does |
|---|---|
| one | two |

![a picture](http://127.0.0.1:1/picture.png)
"""


@pytest.fixture
def page(qtbot: QtBot) -> MarkdownPage:
    made = MarkdownPage("Help")
    qtbot.addWidget(made)
    made.resize(1_000, 400)
    made.show()
    made.show_markdown(TEXT)
    return made


def at(page: MarkdownPage, word: str) -> QTextCursor:
    found = page.document().find(word)
    assert not found.isNull(), word
    return found


def test_that_headings_code_and_strong_words_have_the_fonts_of_the_theme(page: MarkdownPage) -> None:
    for word, font in (
        ("The title", "heading"),
        ("Some", "text"),
        ("strong", "strong"),
        ("code", "mono"),
        ("tail", "mono"),
    ):
        assert at(page, word).charFormat().font().families() == theme.font(font).families(), word
        assert at(page, word).charFormat().font().pixelSize() == theme.font(font).pixelSize(), word


def test_that_colours_follow_the_theme_while_the_page_is_open(page: MarkdownPage, qapp: QApplication) -> None:
    assert at(page, "Some").charFormat().foreground().color() == theme.LIGHT.text
    theme.apply(qapp, "dark")
    QApplication.processEvents()
    assert at(page, "Some").charFormat().foreground().color() == theme.DARK.text
    assert at(page, "a link").charFormat().foreground().color() == theme.DARK.accent_text


def test_that_a_link_is_told_by_keyboard_and_not_followed(page: MarkdownPage) -> None:
    asked: list[str] = []
    page.asked.connect(asked.append)
    page.setFocus()
    QTest.keyClick(page, Qt.Key.Key_Tab)
    QTest.keyClick(page, Qt.Key.Key_Return)
    assert asked == ["keys.md"]
    assert "The title" in page.toPlainText()


def test_that_a_word_is_marked_wherever_it_stands_and_gone_to_one_after_the_other(page: MarkdownPage) -> None:
    page.show_markdown("\n\n".join(["orders"] * 3 + ["x"] * 200 + ["Orders"]))
    assert page.mark("ORDERS") == 4
    assert page.verticalScrollBar().value() == 0
    assert [page.next_hit() for _ in range(4)] == [True, True, True, False]
    assert page.verticalScrollBar().value() > 0
    assert page.mark("") == 0
    assert page.extraSelections() == []


def test_that_lines_are_no_longer_than_can_be_read_at_any_width(page: MarkdownPage) -> None:
    def text_width() -> float:
        form = page.document().rootFrame().frameFormat()
        return page.viewport().width() - form.leftMargin() - form.rightMargin()

    for width in (400, 1_000, 3_000):
        page.resize(width, 400)
        QApplication.processEvents()
        assert text_width() <= WIDEST + 1
        assert page.document().rootFrame().frameFormat().leftMargin() >= MARGIN


def test_that_a_licence_keeps_its_lines(page: MarkdownPage) -> None:
    page.show_plain("1. # no heading\n   two  spaces\n\n*no emphasis*")
    assert page.toPlainText() == "1. # no heading\n   two  spaces\n\n*no emphasis*"


def test_that_nothing_is_fetched(page: MarkdownPage) -> None:
    assert page.loadResource(2, "http://127.0.0.1:1/picture.png") is None
