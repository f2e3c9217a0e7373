"""The form of a connection: what it shows of a profile is what it gives back, and only what its security needs is asked for."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from meshdesk.model.profile import Credentials, Profile, Security
from meshdesk.model.schema_formats import FORMATS, Format
from meshdesk.model.step import Step
from meshdesk.ui.views.connection_form import SCHEMAS, SIDE_BY_SIDE, ConnectionForm
from meshdesk.ui.widgets.field import STORED

FULL = Profile(
    "acme",
    "kafka:9093",
    "SASL_SSL",
    mechanism="SCRAM-SHA-256",
    user="me",
    ca="ca.pem",
    certificate="client.pem",
    key="client.key",
    registry="https://registry",
    registry_user="reader",
    registry_ca="registry.pem",
    schemas=("avro", "orders.proto"),
    catalogues=("contracts", "products"),
    colour="#23a38f",
    is_production=True,
    settings={"client.rack": "eu", "x.y": "a=b"},
)
ALWAYS = {"name", "bootstrap", "security", "registry", "schemas", "catalogues", "colour", "is_production", "settings"}


def form_on(qtbot: QtBot, profile: Profile | None = None, was: str = "") -> ConnectionForm:
    form = ConnectionForm()
    qtbot.addWidget(form)
    form.resize(1_100, 1_400)
    form.show()
    if profile is not None:
        form.begin(profile, was)
    return form


def shown(form: ConnectionForm) -> set[str]:
    return {name for name, row in form.rows.items() if row.isVisible()}


@pytest.mark.parametrize(
    "profile",
    [
        FULL,
        Profile("local", "localhost:9092"),
        Profile("p12", "a:1", "SSL", keystore="me.p12"),
        Profile("own", "a:1", colour="#123456"),
        Profile("login", "a:1", "SASL_PLAINTEXT", mechanism="PLAIN", user="me"),
    ],
    ids=lambda profile: profile.name,
)
def test_that_what_is_shown_is_what_comes_back(qtbot: QtBot, profile: Profile) -> None:
    form = form_on(qtbot, profile, profile.name)
    assert form.profile == profile
    assert (form.credentials, form.is_changed) == (Credentials(), False)
    assert form.title.text() == f"Edit {profile.name}"


@pytest.mark.parametrize(
    ("security", "asked"),
    [
        ("PLAINTEXT", set()),
        ("SSL", {"authorities", "kind"}),
        ("SASL_SSL", {"authorities", "kind", "mechanism", "user", "password"}),
        ("SASL_PLAINTEXT", {"mechanism", "user", "password"}),
    ],
)
def test_that_only_what_the_security_needs_is_asked_for(qtbot: QtBot, security: Security, asked: set[str]) -> None:
    form = form_on(qtbot, Profile("a", "a:1", security))
    assert shown(form) == ALWAYS | asked


def test_that_a_choice_shows_what_it_needs_and_no_more(qtbot: QtBot) -> None:
    form = form_on(qtbot, Profile("a", "a:1", "SSL"))
    press(form, "Trusted authorities: Those of a file")
    press(form, "Client certificate: PEM files")
    assert shown(form) - ALWAYS == {"authorities", "ca", "kind", "certificate", "key", "key_password"}
    press(form, "Client certificate: PKCS#12")
    assert shown(form) - ALWAYS == {"authorities", "ca", "kind", "keystore", "key_password"}
    press(form, "Security: Plaintext")
    assert shown(form) == ALWAYS
    QTest.keyClicks(form.texts["registry"].edit, "http://r")
    assert shown(form) - ALWAYS == {"registry_user"}
    QTest.keyClicks(form.texts["registry_user"].edit, "me")
    assert shown(form) - ALWAYS == {"registry_user", "registry_password"}
    form.texts["registry"].edit.clear()
    QTest.keyClicks(form.texts["registry"].edit, "https://r")
    assert shown(form) - ALWAYS == {"registry_user", "registry_password", "registry_ca"}
    form.texts["registry"].edit.clear()
    QTest.keyClicks(form.texts["registry"].edit, "glue://eu-west-1")  # its login is that of AWS on this machine
    assert shown(form) - ALWAYS == set()


def press(form: ConnectionForm, name: str) -> None:
    (button,) = [button for button in form.findChildren(QAbstractButton) if button.accessibleName() == name]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_that_what_is_hidden_counts_for_nothing(qtbot: QtBot) -> None:
    form = form_on(qtbot, FULL)
    form.authorities.choose(0)
    form.kind.choose(2)
    form.texts["keystore"].set_text("me.p12")
    profile = form.profile
    assert (profile.ca, profile.certificate, profile.key, profile.keystore) == ("", "", "", "me.p12")


@pytest.mark.parametrize("one", FORMATS, ids=lambda one: one.name)
def test_that_schema_files_of_each_format_can_be_chosen_and_are_said(qtbot: QtBot, one: Format) -> None:
    assert f"*{one.ending}" in SCHEMAS
    assert f"{one.name} ({one.ending})" in form_on(qtbot).schemas.note.text()


def test_that_passwords_are_hidden_until_somebody_asks(qtbot: QtBot) -> None:
    form = form_on(qtbot, FULL, "acme")
    field = form.passwords["password"]
    form.show_stored(("password",))
    assert (field.edit.text(), field.edit.placeholderText()) == ("", STORED)
    assert form.passwords["registry_password"].edit.placeholderText() == ""
    QTest.keyClicks(field.edit, "hunter2")
    assert field.edit.echoMode() is QLineEdit.EchoMode.Password
    assert form.credentials == Credentials("hunter2")
    press(form, "Show the password to log in with")
    assert field.edit.echoMode() is QLineEdit.EchoMode.Normal
    form.begin(Profile("other"))
    assert (field.edit.text(), field.edit.placeholderText(), form.credentials) == ("", "", Credentials())
    assert field.edit.echoMode() is QLineEdit.EchoMode.Password


def test_that_each_wish_carries_what_stands_in_the_form(qtbot: QtBot) -> None:
    form = form_on(qtbot, FULL, "acme")
    form.texts["name"].set_text("acme-eu")
    for button, signal in (
        (form.connect_button, form.connect_asked),
        (form.save_button, form.save_asked),
        (form.test_button, form.test_asked),
    ):
        with qtbot.waitSignal(signal) as asked:
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        profile, credentials, was = asked.args or []
        assert (profile.name, credentials, was) == ("acme-eu", Credentials(), "acme")
    with qtbot.waitSignal(form.connect_asked):
        QTest.keyClick(form.texts["name"].edit, Qt.Key.Key_Return)
    with qtbot.waitSignal(form.left):
        QTest.keyClick(form.texts["name"].edit, Qt.Key.Key_Escape)


@pytest.mark.parametrize(
    ("choose", "field", "said"),
    [
        (lambda form: form.authorities.choose(1), "ca", "Choose the file of the authorities"),
        (lambda form: form.kind.choose(1), "certificate", "Choose the file of the certificate"),
        (lambda form: form.kind.choose(2), "keystore", "Choose the PKCS#12 file"),
        (lambda form: form.settings.setPlainText("a=b\n\nrack"), "settings", "Line 3 is no setting."),
    ],
)
def test_that_what_only_the_form_can_see_is_said_beside_its_field(
    qtbot: QtBot, choose: object, field: str, said: str
) -> None:
    form = form_on(qtbot, Profile("a", "a:1", "SSL"))
    choose(form)  # type: ignore[operator]
    form._touched()
    with qtbot.assertNotEmitted(form.save_asked):
        form.ask("save")
    assert form.rows[field].error.isVisible()
    assert form.rows[field].error.text().startswith(said)


def test_that_a_problem_stands_beside_its_field_and_goes_when_it_is_mended(qtbot: QtBot) -> None:
    form = form_on(qtbot, FULL)
    assert form.show_problems({"user": "Who?", "registry": "Where?"})
    field = form.texts["user"]
    assert form.focusWidget() is field.edit
    assert field.error.isVisible()
    assert field.edit.accessibleDescription() == "Who?"
    QTest.keyClicks(field.edit, "x")
    assert not field.error.isVisible()
    assert form.texts["registry"].error.isVisible()
    assert not form.show_problems({})
    assert not form.texts["registry"].error.isVisible()


def test_that_nothing_is_asked_twice_while_it_is_busy(qtbot: QtBot) -> None:
    form = form_on(qtbot, FULL)
    form.say("asking the keyring …", is_busy=True)
    with qtbot.assertNotEmitted(form.connect_asked):
        QTest.mouseClick(form.connect_button, Qt.MouseButton.LeftButton)
        QTest.keyClick(form.texts["name"].edit, Qt.Key.Key_Return)
    form.say("")
    with qtbot.waitSignal(form.connect_asked):
        QTest.mouseClick(form.connect_button, Qt.MouseButton.LeftButton)


def test_that_the_steps_of_a_test_stand_beside_the_form_or_below_it(qtbot: QtBot) -> None:
    form = form_on(qtbot, FULL)
    form.show_steps((Step("name", "passed", "found"), Step("tcp", "running")), is_running=True)
    assert form.test_button.text() == "Stop the test"
    assert form.steps.isVisible()
    form.resize(SIDE_BY_SIDE, 900)
    qtbot.waitUntil(lambda: left(form, form.steps) > left(form, form.texts["name"].edit))
    form.resize(SIDE_BY_SIDE - 10, 900)
    qtbot.waitUntil(lambda: left(form, form.steps) <= left(form, form.texts["name"].edit))
    form.show_steps(())
    assert form.test_button.text() == "Test"


def left(form: ConnectionForm, widget: QWidget) -> int:
    return widget.mapTo(form, widget.rect().topLeft()).x()


def test_that_every_control_has_a_name_and_the_keyboard_reaches_it(qtbot: QtBot) -> None:
    form = form_on(qtbot, FULL)
    form.show_stored(("password",))
    controls = [
        control
        for kind in (QAbstractButton, QLineEdit, QPlainTextEdit)
        for control in form.findChildren(kind)
        if control.isVisible()
    ]
    assert len(controls) > 30
    assert [type(control) for control in controls if not control.accessibleName()] == []
    names = [control.accessibleName() for control in controls if not isinstance(control, QAbstractButton)]
    assert len(names) == len(set(names))
    reached = set()
    form.texts["name"].edit.setFocus()
    for _ in range(2 * len(controls)):
        widget = form.focusWidget()
        reached.add(widget)
        QTest.keyClick(widget, Qt.Key.Key_Tab)
    choices = {button for button in controls if isinstance(button, QAbstractButton) and button.group() is not None}
    assert [one.accessibleName() for one in controls if one not in reached | choices] == []
