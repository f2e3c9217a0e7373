"""Connecting as a person does it: written into the form, tested, saved, opened, and one more beside it; all parts real."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from meshdesk.model.profile import Profile
from meshdesk.session.profiles import Profiles
from meshdesk.ui.options import Options
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.running import Running
from meshdesk.ui.views.connection_form import ConnectionForm
from meshdesk.ui.window import Window
from tests.certificates import KEY_PASSWORD
from tests.keyring import SecretService
from tests.secure_kafka import OPEN, PASSWORD, REGISTRY_PASSWORD, REGISTRY_USER, USER, SecureKafka, SecureRegistry

LONG = 40_000  # ms on a machine that is very busy

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def profiles(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Profiles:
    monkeypatch.setenv("MESHDESK_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("MESHDESK_STATE", str(tmp_path / "state"))
    return Profiles()


@pytest.fixture
def window(qtbot: QtBot, profiles: Profiles, secret_service: SecretService) -> Iterator[Window]:
    """As the program shows it, with a keyring."""
    secret_service.start()
    shown = Window(Remembered(None), None)
    qtbot.addWidget(shown)
    shown.resize(1_280, 800)
    shown.show()
    running = Running(shown, Options(), lambda: None)
    yield shown
    running.end()


def press(inside: QWidget, name: str) -> None:
    """Presses the button of this name, as a person who sees it."""
    (button,) = [
        one for one in inside.findChildren(QAbstractButton) if one.isVisible() and one.accessibleName() == name
    ]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def form_of(window: Window) -> ConnectionForm:
    (form,) = window.findChildren(ConnectionForm)
    return form


def states(form: ConnectionForm) -> dict[str, str]:
    """The steps of the test as a screen reader hears them: their states by title."""
    rows = [row for row in form.steps.rows if row.isVisible()]
    return {row.title.text(): row.accessibleName().split(": ")[1].split(".")[0] for row in rows}


def write(form: ConnectionForm, fields: dict[str, str]) -> None:
    for name, text in fields.items():
        field = form.texts.get(name) or form.passwords[name]
        field.edit.clear()
        QTest.keyClicks(field.edit, text)


def test_that_a_connection_with_every_secret_is_written_tested_saved_opened_and_has_another_beside_it(
    qtbot: QtBot, window: Window, profiles: Profiles, secure_kafka: SecureKafka, secure_registry: SecureRegistry
) -> None:
    def until(claim: Callable[[], object]) -> None:
        qtbot.waitUntil(lambda: bool(claim()), timeout=LONG)

    made = secure_kafka.certificates
    press(window, "New connection, with security, catalogues and a name")
    form = form_of(window)
    for choice in ("Security: TLS and login", "Trusted authorities: Those of a file", "Client certificate: PKCS#12"):
        press(form, choice)
    write(
        form, {"name": "acme", "bootstrap": secure_kafka["SASL"], "ca": str(made.ca), "keystore": str(made.client_p12)}
    )
    write(
        form, {"key_password": KEY_PASSWORD, "user": USER, "password": "not the one", "registry": secure_registry.url}
    )
    write(form, {"registry_user": REGISTRY_USER, "registry_password": REGISTRY_PASSWORD, "registry_ca": str(made.ca)})

    press(form, "Test")  # with a password that is wrong
    until(lambda: form.test_button.text() == "Test again")
    assert states(form) == {
        "Name": "passed",
        "Port": "passed",
        "TLS": "passed",
        "Login": "failed",
        "Topics": "not tried",
        "Schema registry": "passed",
        "Schema files": "not tried",
        "Catalogues": "not tried",
    }
    write(form, {"password": PASSWORD})
    press(form, "Test again")
    until(lambda: form.test_button.text() == "Test again" and states(form)["Login"] == "passed")
    assert {name for name, state in states(form).items() if state != "passed"} == {
        "Schema files",
        "Catalogues",
    }  # there are none
    assert profiles.names() == []

    press(form, "Save")
    until(lambda: window.start.saved and window.start.saved.isVisible())
    saved = (profiles.folder / "acme.toml").read_text("utf-8")
    assert not [secret for secret in (PASSWORD, KEY_PASSWORD, REGISTRY_PASSWORD) if secret in saved]
    assert window.start.saved is not None
    QTest.mouseClick(window.start.saved.rows[0], Qt.MouseButton.LeftButton)
    until(lambda: window.current and OPEN in {topic.name for topic in window.current.topics})
    assert window.current is not None
    assert window.current.title == "acme"

    profiles.save(Profile("plain", secure_kafka["PLAIN"], colour="#23a38f", is_production=True))
    window.show_start()
    until(lambda: window.start.saved and len(window.start.saved.rows) == 2)
    row = next(row for row in window.start.saved.rows if row.saved.profile.name == "plain")
    QTest.mouseClick(row, Qt.MouseButton.LeftButton)
    until(lambda: window.current and window.current.title == "plain" and window.current.topics)
    assert [opened.title for opened in window.session.captures] == ["acme", "plain"]
    until(lambda: {opened.state for opened in window.session.captures} == {"live"})
    assert window.frame.explorer.isVisible()
    assert window.windowTitle().count("production") == 1
