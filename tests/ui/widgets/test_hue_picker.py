"""The colours of connections: one is chosen by mouse and keyboard, and one of a file's own is kept."""

import re

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from meshdesk.ui import theme
from meshdesk.ui.widgets.hue_picker import SIDE, HuePicker


def picker_on(qtbot: QtBot) -> HuePicker:
    made = HuePicker("Colour")
    qtbot.addWidget(made)
    made.show()
    return made


def test_that_none_is_chosen_at_first_and_every_hue_has_its_name(qtbot: QtBot) -> None:
    picker = picker_on(qtbot)
    assert picker.colour == ""
    assert [hue.accessibleName() for hue in picker.hues] == [
        "Colour: None",
        *(f"Colour: {name}" for name in theme.HUES),
    ]
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in theme.HUES.values())


def test_that_a_hue_is_chosen_by_mouse_and_by_keyboard(qtbot: QtBot) -> None:
    picker = picker_on(qtbot)
    with qtbot.waitSignal(picker.chosen) as chosen:
        QTest.mouseClick(picker.hues[2], Qt.MouseButton.LeftButton)
    assert chosen.args == [picker.colour] == [theme.HUES["Teal"]]
    picker.hues[3].setFocus()
    QTest.keyClick(picker.hues[3], Qt.Key.Key_Space)
    assert picker.colour == theme.HUES["Red"]
    with qtbot.assertNotEmitted(picker.chosen):
        picker.choose("")
    assert picker.colour == ""


def test_that_a_colour_of_its_own_is_kept_and_shown(qtbot: QtBot) -> None:
    picker = picker_on(qtbot)
    picker.choose("#123456")
    picker.choose("#654321")
    assert (picker.colour, len(picker.hues)) == ("#654321", len(theme.HUES) + 2)
    assert picker.hues[-1].grab().toImage().pixelColor(SIDE // 2, SIDE // 2).name() == "#654321"
    picker.choose(theme.HUES["Blue"].upper())
    assert picker.colour == theme.HUES["Blue"]
