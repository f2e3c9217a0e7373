"""The form of a connection: everything that a profile may say, only the fields that its security needs, and a test of it.

It reads and shows; who asked for it connects, saves and tests (views/start.py), which takes a while each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from meshdesk.model.address import GLUE
from meshdesk.model.profile import MECHANISMS, OF_FIELDS, SECURITIES, Credentials, Profile, Security
from meshdesk.model.schema_formats import ENDINGS, FORMATS, IN_WORDS
from meshdesk.model.step import Step
from meshdesk.model.wording import listed
from meshdesk.ui import theme
from meshdesk.ui.widgets.controls import Button, Rule, Segments, name_bars, with_shortcut
from meshdesk.ui.widgets.field import Field, FileField, PasswordField, Row
from meshdesk.ui.widgets.hue_picker import HuePicker
from meshdesk.ui.widgets.label import Label
from meshdesk.ui.widgets.path_list import PathList
from meshdesk.ui.widgets.steps import Steps

WIDTH = 600
STEPS_WIDTH = 300
GAP = 40  # between the two
SIDE_BY_SIDE = 1_000  # px of width from which the test stands beside the form
PEM = "Certificates and keys (*.pem *.crt *.cer *.key);;All files (*)"
PKCS12 = "PKCS#12 (*.p12 *.pfx);;All files (*)"
# No others are read: "Avro, … and FlatBuffers (*.avsc … *.fbs)".
SCHEMAS = f"{listed([one.name for one in FORMATS])} ({' '.join(f'*{ending}' for ending in ENDINGS)})"
CHOICES: tuple[tuple[str, str], ...] = (  # as SECURITIES
    ("Plaintext", "No encryption and no login: for a Kafka on this machine (PLAINTEXT)."),
    ("TLS", "What is sent is encrypted, and the brokers show who they are (SSL)."),
    ("TLS and login", "Encrypted, and MeshDesk logs in with a user and a password (SASL_SSL)."),
    ("Login alone", "No encryption: a password by PLAIN can be read on the way (SASL_PLAINTEXT)."),
)
SECTIONS = {  # above the row of this name
    "security": "Security",
    "registry": "Schema registry, when there is one",
    "schemas": "Schema files, for what no registry has",
    "catalogues": "Catalogues",
    "colour": "In the window",
    "settings": "Further settings of the client",
}
ABOUT_TEST = (
    "A test goes the whole way once, without saving: name, port, TLS, login, topics, registry and files. It only reads."
)


class ConnectionForm(QWidget):
    """A profile as it is being written. Each signal of a wish carries the profile, what was typed of secrets, and the saved name."""

    connect_asked = Signal(object, object, str)  # Profile, Credentials, the name under which it is saved or ""
    save_asked = Signal(object, object, str)
    test_asked = Signal(object, object, str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Connection")
        self.was = ""  # the name under which it is saved
        self.is_changed = False  # since it was shown
        self._make_fields()
        self._make_buttons()
        self.steps = Steps()
        self.about_test = Label("small", "second", ABOUT_TEST)
        self._lay_out()
        self._hear()
        self.begin(Profile(""))

    # What is shown

    def begin(self, profile: Profile, was: str = "") -> None:
        """Shows a profile; `was` is the name under which it is saved, "" for a new one."""
        self.was = was
        self.title.setText(f"Edit {was}" if was else "New connection")
        for name, field in self.texts.items():
            field.set_text(getattr(profile, name))
        for password in self.passwords.values():
            password.clear()
            password.set_stored(False)
        self.security.choose(SECURITIES.index(profile.security))
        self.mechanism.choose(MECHANISMS.index(profile.mechanism) if profile.mechanism in MECHANISMS else 0)
        self.authorities.choose(1 if profile.ca else 0)
        self.kind.choose(2 if profile.keystore else 1 if profile.certificate else 0)
        self.schemas.set_paths(profile.schemas)
        self.catalogues.set_paths(profile.catalogues)
        self.hue.choose(profile.colour)
        self.production.choose(1 if profile.is_production else 0)
        self.settings.setPlainText("\n".join(f"{name}={value}" for name, value in profile.settings.items()))
        self.show_problems({})
        self.show_steps(())
        self.say("")
        self.is_changed = False
        self._show_what_is_needed()
        self._area.verticalScrollBar().setValue(0)

    def show_stored(self, names: Sequence[str]) -> None:
        """Which secrets are stored, by their names in Credentials."""
        for name, field in self.passwords.items():
            field.set_stored(name in names)

    def show_problems(self, problems: Mapping[str, str]) -> bool:
        """A sentence beside each field that is wrong, and the focus in the first one. True where there is any."""
        first: Row | None = None
        for name, row in self.rows.items():
            row.say_error(problems.get(name, ""))
            if first is None and problems.get(name):
                first = row
        if first is not None:
            first.control.setFocus(Qt.FocusReason.OtherFocusReason)
            self._area.ensureWidgetVisible(first, 0, 40)
        return first is not None

    def show_steps(self, steps: Sequence[Step], is_running: bool = False) -> None:
        """The steps of the test so far."""
        if steps and not any(row.isVisible() for row in self.steps.rows):
            self._area.verticalScrollBar().setValue(0)  # where the test stands
        self.steps.show_steps(steps)
        self.test_button.say("Stop the test" if is_running else "Test again" if steps else "Test")

    def say(self, sentence: str, is_busy: bool = False, is_wrong: bool = False) -> None:
        """A sentence beside the buttons; while it is busy nothing is asked twice."""
        self.told.say("" if is_wrong else sentence)
        self.failed.say(sentence if is_wrong else "")
        for button in (self.connect_button, self.save_button):
            button.setEnabled(not is_busy)

    # What was written

    @property
    def profile(self) -> Profile:
        """As it stands in the fields; what is hidden counts for nothing."""
        security: Security = SECURITIES[self.security.place]
        words = {name: field.text.strip() for name, field in self.texts.items()}
        profile = Profile(
            **words,
            security=security,
            mechanism=MECHANISMS[self.mechanism.place] if "SASL" in security else "",
            schemas=self.schemas.paths,
            catalogues=self.catalogues.paths,
            colour=self.hue.colour,
            is_production=self.production.place == 1,
            settings=self._settings(),
        )
        if self.authorities.place == 0:
            profile = replace(profile, ca="")
        if self.kind.place != 1:
            profile = replace(profile, certificate="", key="")
        if self.kind.place != 2:
            profile = replace(profile, keystore="")
        return profile

    @property
    def credentials(self) -> Credentials:
        """What was typed."""
        return Credentials(**{name: field.text for name, field in self.passwords.items()})

    def problems(self) -> dict[str, str]:
        """What only the form can see: lines that are no setting, and a file that was to be chosen."""
        found = {}
        for number, line in enumerate(self.settings.toPlainText().splitlines(), 1):
            if line.strip() and "=" not in line:
                found["settings"] = f"Line {number} is no setting. Write it as name=value."
                break
        has_tls = SECURITIES[self.security.place] in ("SSL", "SASL_SSL")
        if has_tls and self.authorities.place == 1 and not self.texts["ca"].text.strip():
            found["ca"] = "Choose the file of the authorities, or trust the system's."
        if has_tls and self.kind.place == 1 and not self.texts["certificate"].text.strip():
            found["certificate"] = "Choose the file of the certificate, or choose “None”."
        if has_tls and self.kind.place == 2 and not self.texts["keystore"].text.strip():
            found["keystore"] = "Choose the PKCS#12 file, or choose “None”."
        return found

    def ask(self, wish: str) -> None:
        """Asks to "connect", "save" or "test" with what stands in the fields."""
        if wish != "test" and not self.connect_button.isEnabled():
            return  # it is being done
        if self.show_problems(self.problems()):
            return
        signal = {"connect": self.connect_asked, "save": self.save_asked, "test": self.test_asked}[wish]
        signal.emit(self.profile, self.credentials, self.was)

    def _settings(self) -> dict[str, str]:
        pairs = [line.partition("=") for line in self.settings.toPlainText().splitlines() if "=" in line]
        return {name.strip(): value.strip() for name, _, value in pairs}

    # Qt asks

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = self.width() >= SIDE_BY_SIDE
        direction = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        self._columns.setDirection(direction)
        self._test.setMaximumWidth(STEPS_WIDTH if beside else WIDTH)

    # Inside

    def _make_fields(self) -> None:
        self.title = Label("heading", "text", "New connection")
        self.texts: dict[str, Field] = {
            "name": Field("Name", "acme-prod", "Name of the connection"),
            "bootstrap": Field("Brokers", "kafka-1.acme:9093,kafka-2.acme:9093", "Kafka brokers"),
            "ca": FileField("Their file", "ca.pem", PEM, "Authorities of the brokers"),
            "certificate": FileField("Certificate", "client.pem", PEM, "Certificate of this client"),
            "key": FileField("Key", "client.key", PEM, "Private key of this client"),
            "keystore": FileField("PKCS#12 file", "client.p12", PKCS12, "PKCS#12 file of this client"),
            "user": Field("User", "meshdesk", "User to log in as"),
            "registry": Field("Address", "https://registry.acme:8081", "Address of the schema registry"),
            "registry_user": Field("User", "", "User of the schema registry"),
            "registry_ca": FileField("Authorities", "the system's", PEM, "Authorities of the schema registry"),
        }
        self.texts["name"].edit.setFont(theme.font("text"))
        self.texts["key"].note.say("Empty where the certificate's file holds the key, too.")
        self.passwords = {
            "password": PasswordField("Password", "Password to log in with"),
            "key_password": PasswordField("Its password", "Password of the key"),
            "registry_password": PasswordField("Password", "Password of the schema registry"),
        }
        self.security = Segments("Security", [words for words, _ in CHOICES])
        self.mechanism = Segments("Kind of login", MECHANISMS)
        self.authorities = Segments("Trusted authorities", ["The system's", "Those of a file"])
        self.kind = Segments("Client certificate", ["None", "PEM files", "PKCS#12"])
        self.production = Segments("Production", ["No", "Production"])
        self.hue = HuePicker("Colour")
        self.schemas = PathList("Files and folders", "Add a folder…", "Add files…", SCHEMAS)
        self.schemas.add_button.setAccessibleName("Add a folder of schema files")
        self.schemas.note.say(f"{IN_WORDS}. By its name a file is for a topic: orders-value.avsc, or orders.avsc.")
        self.catalogues = PathList("Folders", "Add a folder…")
        self.catalogues.note.say("Contracts and product descriptions, as files in folders of this machine.")
        self.settings = _Settings()
        self.rows: dict[str, Row] = {  # by field of Profile and Credentials, in the order of the page
            "name": self.texts["name"],
            "bootstrap": self.texts["bootstrap"],
            "security": Row("Protocol", self.security),
            "authorities": Row("Trusted authorities", self.authorities),
            "ca": self.texts["ca"],
            "kind": Row("Client certificate", self.kind),
            "certificate": self.texts["certificate"],
            "key": self.texts["key"],
            "keystore": self.texts["keystore"],
            "key_password": self.passwords["key_password"],
            "mechanism": Row("Login", self.mechanism),
            "user": self.texts["user"],
            "password": self.passwords["password"],
            "registry": self.texts["registry"],
            "registry_user": self.texts["registry_user"],
            "registry_password": self.passwords["registry_password"],
            "registry_ca": self.texts["registry_ca"],
            "schemas": self.schemas,
            "catalogues": self.catalogues,
            "colour": Row("Colour", self.hue),
            "is_production": Row("Production", self.production),
            "settings": Row("Settings", self.settings),
        }
        for button, (_, text) in zip(self.security.findChildren(QAbstractButton), CHOICES, strict=True):
            button.setToolTip(text)
        for setting, name in OF_FIELDS.items():  # what sentences about a client call it
            if name in self.rows and not self.rows[name].caption.toolTip():
                self.rows[name].caption.setToolTip(setting)
        self.rows["is_production"].note.say("The word stands wherever the connection is shown.")
        self.rows["settings"].note.say("One a line, in librdkafka's names: client.rack=eu-1. Nothing secret.")
        self.rows["settings"].line.setStretch(0, 1)
        self.rows["settings"].line.setStretch(1, 0)

    def _make_buttons(self) -> None:
        self.back_button = Button("Connections", name="Back to the connections", icon="arrow-left")
        self.back_button.setToolTip(with_shortcut("Back to the connections", "Esc"))
        self.empty_button = Button("Start over", name="Empty all fields", frame=False)
        self.empty_button.clicked.connect(lambda: self.begin(Profile("")))
        self.connect_button = Button("Connect", icon="plug", first=True)
        self.save_button = Button("Save", icon="save")
        self.test_button = Button("Test")
        self.told = Label("small", "second")
        self.failed = Label("small", "bad_text")
        self.back_button.clicked.connect(self.left)
        self.connect_button.clicked.connect(lambda: self.ask("connect"))
        self.save_button.clicked.connect(lambda: self.ask("save"))
        self.test_button.clicked.connect(lambda: self.ask("test"))

    def _hear(self) -> None:
        for field in (*self.texts.values(), *self.passwords.values()):
            field.changed.connect(self._touched)
            field.edit.returnPressed.connect(lambda: self.ask("connect"))
        for paths in (self.schemas, self.catalogues):
            paths.changed.connect(self._touched)
        for segments in (self.security, self.mechanism, self.authorities, self.kind, self.production):
            segments.chosen.connect(self._touched)
        self.hue.chosen.connect(self._touched)
        self.settings.textChanged.connect(self._touched)

    def _touched(self, _value: object = None) -> None:
        self.is_changed = True
        self._show_what_is_needed()

    def _show_what_is_needed(self) -> None:
        security = SECURITIES[self.security.place]
        has_tls, has_login = security in ("SSL", "SASL_SSL"), "SASL" in security
        kind = self.kind.place if has_tls else 0
        has_registry = bool(self.texts["registry"].text.strip())
        has_login_there = has_registry and not self.texts["registry"].text.strip().startswith(GLUE)
        shown = {
            "authorities": has_tls,
            "ca": has_tls and self.authorities.place == 1,
            "kind": has_tls,
            "certificate": kind == 1,
            "key": kind == 1,
            "keystore": kind == 2,
            "key_password": kind > 0,
            "mechanism": has_login,
            "user": has_login,
            "password": has_login,
            "registry_user": has_login_there,
            "registry_password": has_login_there and bool(self.texts["registry_user"].text.strip()),
            "registry_ca": has_registry and self.texts["registry"].text.strip().lower().startswith("https:"),
        }
        for name, is_shown in shown.items():
            self.rows[name].setVisible(is_shown)
        self.empty_button.setVisible(self.is_changed and not self.was)
        self.rows["security"].note.say(CHOICES[self.security.place][1])

    def _lay_out(self) -> None:
        page, whole = QWidget(), QWidget()
        page.setBackgroundRole(QPalette.ColorRole.Base)
        whole.setMaximumWidth(WIDTH + GAP + STEPS_WIDTH)
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.empty_button)
        top.addWidget(self.back_button)
        self._test = self._test_column()
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.setSpacing(GAP)
        self._columns.addWidget(self._form_column(), WIDTH)
        self._columns.addWidget(self._test, STEPS_WIDTH)
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(top)
        column.addSpacing(8)
        column.addLayout(self._columns, 1)
        centre(QHBoxLayout(page), whole, 24)
        self._area = QScrollArea()
        self._area.setAccessibleName("Fields of the connection")
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.viewport().setBackgroundRole(QPalette.ColorRole.Base)
        name_bars(self._area, "the connection")
        self._area.setWidget(page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._area, 1)
        outer.addWidget(Rule())
        outer.addWidget(self._foot())

    def _form_column(self) -> QWidget:
        form = QWidget()
        form.setMaximumWidth(WIDTH)
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        for name, row in self.rows.items():
            if name in SECTIONS:
                column.addSpacing(10)
                column.addWidget(Label("label", "second", SECTIONS[name]))
            column.addWidget(row)
        column.addStretch(1)
        return form

    def _test_column(self) -> QWidget:
        test = QWidget()
        column = QVBoxLayout(test)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(Label("label", "second", "Test"))
        column.addWidget(self.about_test)
        column.addWidget(self.steps)
        column.addStretch(1)
        return test

    def _foot(self) -> QWidget:
        foot, inner = QWidget(), QWidget()
        inner.setMaximumWidth(WIDTH + GAP + STEPS_WIDTH)
        buttons = QHBoxLayout(inner)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.setSpacing(8)
        for button in (self.connect_button, self.save_button, self.test_button):
            buttons.addWidget(button)
        for label in (self.told, self.failed):
            label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            buttons.addWidget(label, 1)
        buttons.addStretch(1)
        centre(QHBoxLayout(foot), inner, 10, self._area.verticalScrollBar().sizeHint().width())
        return foot


def centre(row: QHBoxLayout, inner: QWidget, above: int, right: int = 0) -> None:
    """A part as wide as it may be in the middle of a row; `right` is what stands beside it elsewhere (a scroll bar)."""
    row.setContentsMargins(24, above, 24 + right, above)
    row.addStretch(1)
    row.addWidget(inner, 1_000)
    row.addStretch(1)


class _Settings(QPlainTextEdit):
    """Lines of name=value; the Tab key goes on to the next field."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("field")  # for the theme
        self.setAccessibleName("Further settings of the client, one a line as name=value")
        self.setPlaceholderText("client.rack=eu-1")
        self.setFont(theme.font("mono"))
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFixedHeight(3 * theme.MONO_ROW)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        name_bars(self, "the settings")
