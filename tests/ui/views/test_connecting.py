"""From a saved or a written connection to an open one: with real files, and a keyring or none; nothing waits."""

import re
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from meshdesk.model.profile import Credentials, Profile
from meshdesk.model.step import Step
from meshdesk.session.book import Book
from meshdesk.session.profiles import Profiles
from meshdesk.session.secrets import Secrets
from meshdesk.ui.views.connecting import IN_FORM, in_form_words
from meshdesk.ui.views.connection_form import ConnectionForm
from meshdesk.ui.widgets.connection_list import ConnectionRow
from meshdesk.ui.widgets.field import STORED
from meshdesk.ui.window import Window
from tests.keyring import SecretService
from tests.ui.memory import MemoryCapture, MemorySession, turn, window_on

ACME = Profile("acme", "kafka:9093", "SASL_SSL", mechanism="PLAIN", user="me", colour="#23a38f", is_production=True)
LOCAL = Profile("local", "localhost:9092")


class Desk:
    """A window on a session with real profiles."""

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        self.profiles = Profiles(folder / "connections", folder / "recent.json")
        self.session = MemorySession(book=Book(self.profiles, Secrets(limit=2.0)))
        self.qtbot = qtbot
        self.window: Window

    def show(self) -> "Desk":
        self.window = window_on(self.session)
        self.qtbot.addWidget(self.window)
        self.until(lambda: self.session.book.is_read)
        return self

    def until(self, condition: object) -> None:
        def holds() -> bool:
            turn(self.session, self.window, 1)
            return bool(condition())  # type: ignore[operator]

        self.qtbot.waitUntil(holds, timeout=20_000)

    @property
    def rows(self) -> list[ConnectionRow]:
        turn(self.session, self.window)
        saved = self.window.start.saved
        return saved.rows if saved is not None and saved.isVisible() else []

    def row(self, name: str) -> ConnectionRow:
        return next(row for row in self.rows if row.saved.profile.name == name)

    @property
    def form(self) -> ConnectionForm:
        form = self.window.start._connecting and self.window.start._connecting.form
        return cast(ConnectionForm, form)


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path) -> Desk:
    return Desk(qtbot, tmp_path)


def click(widget: object) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)  # type: ignore[call-overload]


# The list


def test_that_nothing_is_saved_at_first_and_the_quick_way_stays_short(desk: Desk) -> None:
    desk.show()
    assert desk.rows == []
    QTest.keyClicks(desk.window.start.bootstrap, "localhost:9092")
    QTest.keyClick(desk.window.start.bootstrap, Qt.Key.Key_Return)
    assert [connection.bootstrap for connection in desk.session.connections] == ["localhost:9092"]


def test_that_saved_connections_are_there_and_a_press_opens_one(desk: Desk) -> None:
    desk.profiles.save(LOCAL)
    desk.profiles.save(Profile("other", "b:1"))
    desk.profiles.use("other", 1_700_000_000_000)
    desk.show()
    assert [row.saved.profile.name for row in desk.rows] == ["other", "local"]
    click(desk.row("local"))
    desk.until(lambda: desk.session.connections)
    assert desk.session.connections[0].title == "local"
    desk.until(lambda: desk.profiles.read().used[0] > 1_700_000_000_000)
    desk.until(lambda: not desk.session.book.is_busy)
    assert desk.rows[0].saved.profile.name == "local"
    assert desk.rows[0].saved.state == "connecting …"


def test_that_the_tab_key_goes_through_the_list_before_the_fields_below(desk: Desk) -> None:
    desk.profiles.save(LOCAL)
    desk.profiles.save(ACME)
    desk.show()
    at: QWidget | None = desk.window.start.back_button
    names = []
    while at is not None and at is not desk.window.start.bootstrap:
        at = at.nextInFocusChain()
        if isinstance(at, QAbstractButton):
            names.append(at.accessibleName().split(",")[0])
    assert names == [
        *("Connect to acme", "Edit acme", "Delete acme"),
        *("Connect to local", "Edit local", "Delete local"),
    ]


def test_that_a_second_connection_is_opened_beside_the_first_one(desk: Desk) -> None:
    desk.profiles.save(LOCAL)
    desk.profiles.save(Profile("other", "b:1"))
    desk.show()
    click(desk.row("local"))
    desk.until(lambda: len(desk.session.captures) == 1)
    desk.session.captures[0].state = "live"
    desk.until(lambda: desk.window.frame.isVisible())
    desk.window.show_start()
    assert desk.row("local").saved.state == "open"
    click(desk.row("other"))
    desk.until(lambda: len(desk.session.captures) == 2)
    desk.session.captures[1].state = "live"
    desk.until(lambda: desk.window.frame.isVisible())
    assert [one.title for one in desk.session.captures] == ["local", "other"]
    assert desk.window.current is cast(object, desk.session.captures[1])
    desk.window.show_start()
    click(desk.row("local"))  # which is open: it is shown, and nothing is collected twice
    desk.until(lambda: desk.window.frame.isVisible())
    desk.until(lambda: desk.window.current is cast(object, desk.session.captures[0]))
    assert len(desk.session.captures) == 2


def test_that_two_that_are_still_tried_do_not_push_each_other_out(desk: Desk) -> None:
    desk.profiles.save(LOCAL)
    desk.profiles.save(Profile("other", "b:1"))
    desk.show()
    for name in ("local", "other", "local"):
        click(desk.row(name))
        desk.until(lambda: not desk.window.start.is_asking)
    assert sorted(one.title for one in desk.session.captures) == ["local", "other"]
    QTest.keyClicks(desk.window.start.bootstrap, "c:1")
    QTest.keyClick(desk.window.start.bootstrap, Qt.Key.Key_Return)
    assert sorted(one.title for one in desk.session.captures) == ["c:1", "local", "other"]


def test_that_a_mistake_in_a_file_is_said_once_and_the_others_are_there(desk: Desk) -> None:
    desk.profiles.save(LOCAL)
    (desk.profiles.folder / "mine.toml").write_text("bootstrap = \n")
    desk.show()
    assert [row.saved.profile.name for row in desk.rows] == ["local"]
    (trouble,) = desk.window.troubles
    assert trouble.text.startswith("Line 1 of ")
    desk.window.start._connecting.look()  # type: ignore[union-attr]
    desk.until(lambda: not desk.session.book.is_busy)
    assert desk.window.troubles == (trouble,)


def test_that_a_file_that_was_changed_by_hand_is_seen_when_the_page_is_shown_again(desk: Desk) -> None:
    desk.profiles.save(LOCAL)
    desk.session.captures.append(MemoryCapture())
    desk.show()
    assert desk.window.frame.isVisible()
    desk.profiles.save(Profile("new", "a:1"))
    desk.window.show_start()
    desk.until(lambda: len(desk.rows) == 2)


def test_that_the_second_press_deletes_and_says_so(desk: Desk) -> None:
    desk.profiles.save(LOCAL)
    desk.show()
    row = desk.row("local")
    click(row.delete_button)
    assert desk.profiles.has("local")
    click(row.delete_button)
    desk.until(lambda: not desk.profiles.has("local") and not desk.rows)
    desk.until(lambda: desk.window.toast.text.startswith("Deleted local and its passwords."))


# The form


def test_that_a_new_connection_begins_with_what_is_typed_and_is_saved(desk: Desk) -> None:
    desk.show()
    QTest.keyClicks(desk.window.start.bootstrap, "localhost:9092")
    click(desk.window.start.new_button)
    form = desk.form
    assert form.isVisible()
    assert form.texts["bootstrap"].text == "localhost:9092"
    click(form.save_button)
    desk.until(lambda: form.rows["name"].error.isVisible())
    QTest.keyClicks(form.texts["name"].edit, "mine")
    click(form.save_button)
    desk.until(lambda: desk.rows)
    assert desk.profiles.load("mine") == Profile("mine", "localhost:9092")
    assert not form.isVisible()


def test_that_one_may_connect_without_saving(desk: Desk) -> None:
    desk.show()
    click(desk.window.start.new_button)
    form = desk.form
    form.begin(Profile("", "kafka:9093", "SASL_SSL", mechanism="PLAIN", user="me"))
    form.passwords["password"].edit.setText("hunter2")
    click(form.connect_button)
    desk.until(lambda: desk.session.connections)
    (connection,) = desk.session.connections
    assert (connection.title, connection.properties["sasl.password"]) == ("kafka:9093", "hunter2")
    assert desk.profiles.names() == []


def test_that_a_draft_survives_a_look_elsewhere(desk: Desk) -> None:
    desk.show()
    click(desk.window.start.new_button)
    QTest.keyClicks(desk.form.texts["name"].edit, "half")
    QTest.keyClick(desk.form.texts["name"].edit, Qt.Key.Key_Escape)
    assert desk.window.start.is_home
    click(desk.window.start.new_button)
    form = desk.form
    assert form.texts["name"].text == "half"
    click(form.empty_button)
    assert (form.texts["name"].text, form.is_changed, form.empty_button.isVisible()) == ("", False, False)


def test_that_what_was_connected_unsaved_can_still_be_saved(desk: Desk) -> None:
    desk.show()
    click(desk.window.start.new_button)
    QTest.keyClicks(desk.form.texts["bootstrap"].edit, "localhost:9092")
    QTest.keyClick(desk.form.texts["bootstrap"].edit, Qt.Key.Key_Return)
    desk.until(lambda: desk.session.connections)
    assert desk.window.start.is_home
    click(desk.window.start.new_button)
    QTest.keyClicks(desk.form.texts["name"].edit, "mine")
    click(desk.form.save_button)
    desk.until(lambda: desk.rows)
    assert desk.profiles.names() == ["mine"]


def test_that_an_edited_connection_says_that_its_password_is_stored_and_keeps_it(
    desk: Desk, secret_service: SecretService
) -> None:
    secret_service.start()
    desk.profiles.save(ACME)
    Secrets().keep("acme", Credentials("the-password"))
    desk.show()
    click(desk.row("acme").edit_button)
    form = desk.form
    desk.until(lambda: form.passwords["password"].edit.placeholderText() == STORED)
    assert "the-password" not in {field.text for field in form.passwords.values()}
    form.texts["name"].set_text("acme-eu")
    click(form.save_button)
    desk.until(lambda: desk.profiles.has("acme-eu") and desk.rows)
    desk.until(lambda: not desk.session.book.is_busy)
    click(desk.row("acme-eu"))
    desk.until(lambda: desk.session.connections)
    assert desk.session.connections[0].properties["sasl.password"] == "the-password"


def test_that_a_missing_password_is_asked_for_in_the_form(desk: Desk, secret_service: SecretService) -> None:
    secret_service.start()
    desk.profiles.save(ACME)
    desk.show()
    click(desk.row("acme"))
    desk.until(lambda: not desk.window.start.is_home)
    form = desk.form
    assert form.rows["password"].error.text() == "The keyring holds no password of “acme”. Enter it here."
    assert form.focusWidget() is form.passwords["password"].edit
    QTest.keyClicks(form.passwords["password"].edit, "hunter2")
    QTest.keyClick(form.passwords["password"].edit, Qt.Key.Key_Return)
    desk.until(lambda: desk.session.connections)
    assert desk.session.connections[0].title == "acme"


def test_that_the_window_says_that_a_password_is_kept_for_this_run_alone(
    desk: Desk, secret_service: SecretService
) -> None:
    desk.show()  # there is a bus, and no keyring on it
    click(desk.window.start.new_button)
    desk.form.begin(ACME)
    desk.form.passwords["password"].edit.setText("hunter2")
    click(desk.form.save_button)
    desk.until(lambda: desk.window.troubles)
    (trouble,) = desk.window.troubles
    assert trouble.text.startswith("This system has no keyring")
    assert trouble.text.endswith("in memory, for this run alone.")
    assert "hunter2" not in repr(trouble)
    click(desk.row("acme"))
    desk.until(lambda: desk.session.connections)


def test_that_a_locked_keyring_leaves_the_window_free_and_says_what_to_do(
    desk: Desk, secret_service: SecretService
) -> None:
    secret_service.start()
    desk.profiles.save(ACME)
    desk.profiles.save(LOCAL)
    Secrets().keep("acme", Credentials("the-password"))
    secret_service.lock()
    desk.show()
    acme, local = desk.row("acme"), desk.row("local")  # before an answer of the keyring opens the form in their place
    click(acme)
    click(local)
    desk.until(lambda: desk.session.connections)
    assert desk.session.connections[0].title == "local"
    desk.until(lambda: not desk.window.start.is_home)
    desk.until(lambda: "The keyring of this system is locked." in desk.form.rows["password"].error.text())


def test_that_a_connection_may_be_opened_by_its_name_while_something_else_is_shown(desk: Desk) -> None:
    desk.profiles.save(LOCAL)
    desk.session.captures.append(MemoryCapture())
    desk.show()
    desk.window.start.open_saved("local")
    assert desk.window.start.is_asking
    desk.until(lambda: desk.session.connections)
    assert not desk.window.start.is_asking


def test_that_those_of_the_command_line_are_opened_in_their_order(desk: Desk, secret_service: SecretService) -> None:
    secret_service.start()
    desk.profiles.save(ACME)  # which waits for the keyring
    desk.profiles.save(LOCAL)
    Secrets().keep("acme", Credentials("the-password"))
    desk.show()
    for name in ("acme", "local"):
        desk.window.start.open_saved(name)
    desk.until(lambda: not desk.window.start.is_asking)
    assert [connection.name for connection in desk.session.connections] == ["acme", "local"]


def test_that_one_that_cannot_be_read_any_more_is_a_sentence(desk: Desk) -> None:
    desk.profiles.save(LOCAL)
    desk.show()
    (desk.profiles.folder / "local.toml").write_text("bootstrap = \n")
    click(desk.row("local"))
    desk.until(lambda: desk.window.troubles)
    assert desk.window.troubles[0].text.startswith("Line 1 of ")
    assert not desk.session.connections


# The test


def test_that_a_test_shows_its_steps_as_they_come_and_saves_nothing(desk: Desk) -> None:
    desk.show()
    click(desk.window.start.new_button)
    form = desk.form
    form.begin(Profile("", "kafka:9092"))
    click(form.test_button)
    desk.until(lambda: desk.session.checks)
    (check,) = desk.session.checks
    assert check.connection.bootstrap == "kafka:9092"
    check.steps = (Step("name", "passed", "kafka is 10.0.0.1."), Step("tcp", "running"))
    turn(desk.session, desk.window)
    assert [row.title.text() for row in form.steps.rows] == ["Name", "Port"]
    assert form.test_button.text() == "Stop the test"
    check.steps = (check.steps[0], Step("tcp", "failed", "Nobody listens.", "Set security.protocol to SASL_SSL."))
    check.done = True
    turn(desk.session, desk.window)
    assert form.test_button.text() == "Test again"
    assert form.steps.rows[1].advice.text() == "Set “Protocol” to “TLS and login”."
    assert form.isVisible()
    assert desk.profiles.names() == []
    assert not desk.session.connections


def test_that_a_test_is_stopped_by_its_button_and_by_leaving(desk: Desk) -> None:
    desk.show()
    click(desk.window.start.new_button)
    form = desk.form
    form.begin(Profile("", "kafka:9092"))
    click(form.test_button)
    desk.until(lambda: desk.session.checks)
    desk.session.checks[0].steps = (Step("name", "running"),)
    turn(desk.session, desk.window)
    click(form.test_button)
    assert desk.session.checks[0].is_cancelled
    turn(desk.session, desk.window)
    click(form.test_button)
    desk.until(lambda: len(desk.session.checks) == 2)
    click(form.back_button)
    assert desk.session.checks[1].is_cancelled


def test_that_a_test_of_what_is_wrong_says_that_first(desk: Desk) -> None:
    desk.show()
    click(desk.window.start.new_button)
    desk.form.begin(Profile("", "kafka", "SSL", ca="/gone.pem"))
    click(desk.form.test_button)
    desk.until(lambda: desk.form.rows["bootstrap"].error.isVisible())
    assert desk.form.rows["ca"].error.text().startswith("/gone.pem cannot be read")
    assert not desk.session.checks


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Name the file of its authority (PEM) in ssl.ca.location.",
            "Name the file of its authority (PEM) at “Trusted authorities”.",
        ),
        ("Set sasl.mechanism to one that it takes.", "Set “Login” to one that it takes."),
        ("Check the host: SSL is spoken there.", "Check the host: SSL is spoken there."),
        (
            "Set security.protocol to PLAINTEXT or SASL_PLAINTEXT, or use the TLS port.",
            "Set “Protocol” to “Plaintext” or “Login alone”, or use the TLS port.",
        ),
    ],
)
def test_that_advice_is_in_the_words_of_the_form(text: str, said: str) -> None:
    assert in_form_words(text) == said


def test_that_every_place_of_the_form_that_advice_names_is_there(desk: Desk) -> None:
    desk.show()
    click(desk.window.start.new_button)
    captions = {row.caption.text() for row in desk.form.rows.values()}
    named = {place for words in IN_FORM.values() for place in re.findall("“([^”]+)”", words)}
    assert named | {"Protocol"} <= captions
