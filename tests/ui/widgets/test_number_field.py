"""A field for a number: what is typed is taken, what makes no sense is said, and the keys step within the bounds."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from meshdesk.session.settings import Number
from meshdesk.ui.widgets.number_field import NumberField, number_in

GB = Number("GB", 0.1, 1_000, 0.5, 1)


@pytest.fixture
def field(qtbot: QtBot) -> NumberField:
    made = NumberField("Size limit", GB)
    qtbot.addWidget(made)
    made.show_value(2.0)
    made.show()
    return made


def typed(field: NumberField, text: str) -> None:
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_that_a_number_is_taken_with_return_and_shown_as_it_is_read(field: NumberField) -> None:
    chosen: list[float] = []
    field.chosen.connect(chosen.append)
    typed(field, "12")
    assert (chosen, field.text()) == ([12.0], "12.0")
    typed(field, "12")
    assert chosen == [12.0]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("much", "“much” is no number."),
        ("", "“” is no number."),
        ("0", "“0” is not between 0.1 and 1,000.0 GB."),
        ("99999", "“99999” is not between 0.1 and 1,000.0 GB."),
        ("2.55", "“2.55” has more than 1 decimal."),
        ("-3", "“-3” is no number."),
    ],
)
def test_that_what_makes_no_sense_is_a_sentence_and_is_not_taken(field: NumberField, text: str, sentence: str) -> None:
    chosen: list[float] = []
    said: list[str] = []
    field.chosen.connect(chosen.append)
    field.wrong.connect(said.append)
    typed(field, text)
    assert said[-1] == sentence == field.accessibleDescription()
    assert chosen == []
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert (field.text(), said[-1]) == ("2.0", "")


def test_that_the_arrow_keys_step_and_stop_at_the_bounds(field: NumberField) -> None:
    chosen: list[float] = []
    field.chosen.connect(chosen.append)
    QTest.keyClick(field, Qt.Key.Key_Up)
    QTest.keyClick(field, Qt.Key.Key_Down)
    QTest.keyClick(field, Qt.Key.Key_PageDown)
    QTest.keyClick(field, Qt.Key.Key_PageUp)
    assert chosen == [2.5, 2.0, 0.1, 5.1]


def test_that_there_is_room_for_the_largest_number_beside_its_unit(field: NumberField) -> None:
    field.resize(field.sizeHint())
    field.show_value(1_000)
    margins = field.textMargins()
    digits = field.fontMetrics().horizontalAdvance(field.text())
    assert digits + margins.right() <= field.width() - 16


@pytest.mark.parametrize("text", ["1,00", "1,0000", "1.2.3", "1e3", "١٢x", ",5"])
def test_that_what_is_no_number_is_not_guessed_at(text: str) -> None:
    assert number_in(text, 0) is None
