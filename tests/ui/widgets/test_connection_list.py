"""The saved connections: a row says what it is, opens, edits, and deletes at the second press only."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from meshdesk.model.profile import Profile
from meshdesk.ui.widgets.connection_list import ConnectionList, ConnectionRow

PROD = Profile("acme", "kafka-1:9093", "SASL_SSL", mechanism="PLAIN", user="me", colour="#d9644f", is_production=True)
LOCAL = Profile("local", "localhost:9092")


def list_on(qtbot: QtBot, *profiles: Profile, state: str = "") -> ConnectionList:
    made = ConnectionList()
    qtbot.addWidget(made)
    made.resize(640, 300)
    made.show_saved(profiles, [1_795_528_929_000, 0][: len(profiles)], {"acme": (state, "good_text")} if state else {})
    made.show()
    return made


def row_of(made: ConnectionList, name: str) -> ConnectionRow:
    return next(row for row in made.rows if row.saved.profile.name == name)


def test_that_a_row_says_all_of_it_to_a_screen_reader(qtbot: QtBot) -> None:
    made = list_on(qtbot, PROD, LOCAL, state="open")
    said = row_of(made, "acme").accessibleName()
    assert said.startswith("Connect to acme, production, kafka-1:9093, TLS, login, open, ")
    assert "Nov 2026" in said
    assert row_of(made, "local").accessibleName() == "Connect to local, localhost:9092"


def test_that_a_press_opens_and_the_buttons_edit(qtbot: QtBot) -> None:
    made = list_on(qtbot, PROD, LOCAL)
    row = row_of(made, "local")
    with qtbot.waitSignal(made.opened) as opened, qtbot.assertNotEmitted(made.edited):
        QTest.mouseClick(row, Qt.MouseButton.LeftButton)
    assert opened.args == ["local"]
    with qtbot.waitSignal(made.edited) as edited, qtbot.assertNotEmitted(made.opened):
        QTest.mouseClick(row.edit_button, Qt.MouseButton.LeftButton)
    assert edited.args == ["local"]


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_that_the_keyboard_opens_too(qtbot: QtBot, key: Qt.Key) -> None:
    made = list_on(qtbot, PROD)
    made.rows[0].setFocus()
    with qtbot.waitSignal(made.opened) as opened:
        QTest.keyClick(made.rows[0], key)
    assert opened.args == ["acme"]
    with qtbot.waitSignal(made.edited):
        QTest.keyClick(made.rows[0], Qt.Key.Key_F2)


def test_that_the_first_press_asks_and_the_second_deletes(qtbot: QtBot) -> None:
    made = list_on(qtbot, PROD, LOCAL)
    row = row_of(made, "acme")
    with qtbot.assertNotEmitted(made.deleted):
        QTest.mouseClick(row.delete_button, Qt.MouseButton.LeftButton)
    assert (row.is_sure, row.delete_button.text()) == (True, "Delete?")
    assert row.delete_button.accessibleName() == "Delete acme and its passwords: press again"
    assert row.delete_button.geometry().right() < row.width()
    with qtbot.waitSignal(made.deleted) as deleted:
        QTest.mouseClick(row.delete_button, Qt.MouseButton.LeftButton)
    assert deleted.args == ["acme"]


def test_that_a_second_press_that_comes_late_asks_again(qtbot: QtBot) -> None:
    made = list_on(qtbot, PROD)
    row = made.rows[0]
    row._sure.setInterval(20)
    QTest.keyClick(row, Qt.Key.Key_Delete)
    assert row.is_sure
    qtbot.waitUntil(lambda: not row.is_sure)
    assert (row.delete_button.text(), row.delete_button.accessibleName()) == ("", "Delete acme")
    with qtbot.assertNotEmitted(made.deleted):
        QTest.mouseClick(row.delete_button, Qt.MouseButton.LeftButton)


def test_that_a_row_that_becomes_another_connection_does_not_delete_it(qtbot: QtBot) -> None:
    made = list_on(qtbot, PROD, LOCAL)
    made.rows[0].delete_button.click()
    made.show_saved([LOCAL], [0], {})
    assert [row.saved.profile.name for row in made.rows] == ["local"]
    assert not made.rows[0].is_sure


def test_that_colour_production_and_state_can_be_seen(qtbot: QtBot) -> None:
    made = list_on(qtbot, PROD)
    row = made.rows[0]
    assert row.grab().toImage().pixelColor(22, row.height() // 2).name() == "#d9644f"
    plain = row.grab().toImage()
    made.show_saved([Profile("acme", "kafka-1:9093", "SASL_SSL", colour="#d9644f")], [0], {})
    assert row.grab().toImage() != plain


def test_that_long_names_stay_within_their_row(qtbot: QtBot) -> None:
    long = Profile(
        "n" * 64, ",".join(f"a-very-long-broker-name-{n}.example:9092" for n in range(9)), is_production=True
    )
    made = list_on(qtbot, long)
    made.resize(420, 200)
    row = made.rows[0]
    picture = row.grab().toImage()
    edge = row.edit_button.x() - 4
    assert {picture.pixelColor(edge, y).name() for y in range(4, row.height() - 4)} == {
        picture.pixelColor(edge, 5).name()
    }
    assert row.toolTip().startswith("n" * 64)
