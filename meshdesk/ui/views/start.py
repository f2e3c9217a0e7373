"""The start page: connect to a Kafka, open a capture, or start the demo."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from meshdesk.model.address import bootstrap_problem, registry_problem
from meshdesk.ui import icons, theme
from meshdesk.ui.widgets.controls import Button, name_bars, with_shortcut
from meshdesk.ui.widgets.empty import ProgressBar

if TYPE_CHECKING:  # nothing is open before the first paint
    from meshdesk.session.home import Orphan
    from meshdesk.session.opened import Opened
    from meshdesk.ui.window import Window

NAME = "start"
TITLE = "Connect"
ICON = "plug"
IS_FRAMED = False
IS_AT_FOOT = False
WIDTH = 520
ORPHANS = 3  # shown at once; the others when these are dealt with
CARD_PAD = 16
TEXT_LEFT = 48  # where a card's text begins, right of its icon


def make(window: "Window") -> QWidget:
    """The window's own: it is on the screen before the other views are there."""
    return window.start


class StartView(QWidget):
    """Three ways to begin, one sentence each. It asks; the window acts."""

    connect_asked = Signal(str, str)  # bootstrap, registry
    open_asked = Signal()
    demo_asked = Signal()
    back_asked = Signal()
    recover_asked = Signal(object)  # an orphan
    delete_asked = Signal(object)

    def __init__(self, has_demo: bool) -> None:
        super().__init__()
        self.setAccessibleName("Start")
        self._opening: Opened | None = None
        self.bootstrap = _field("Kafka brokers", "localhost:9092")
        self.registry = _field("Schema registry", "http://localhost:8081")
        self.bootstrap_error = _error()
        self.registry_error = _error()
        self.connect_button = Button("Connect", icon="plug", first=True)
        self.open_button = Button("Open a capture…", name="Open a capture", icon="folder-open")
        self.demo_button = Button("Start the demo", icon="flask-conical")
        self.progress_text = _label("text", "second")
        self.progress = ProgressBar("Progress of what is being opened")
        inner = QWidget()
        inner.setFixedWidth(WIDTH)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 32, 0, 32)
        column.setSpacing(12)
        heading = _label("heading", "text")
        heading.setText("MeshDesk")
        lead = _label("text", "second")
        lead.setText("Watch a data mesh at work: its topics, and every record decoded.")
        self.back_button = Button("Back", name="Back to what is open")
        self.back_button.setToolTip(with_shortcut("Back to what is open", "Esc"))
        self.back_button.clicked.connect(self.back_asked)
        self.back_button.hide()
        top = QHBoxLayout()
        top.addWidget(heading, 1)
        top.addWidget(self.back_button)
        column.addLayout(top)
        column.addWidget(lead)
        column.addSpacing(8)
        self._orphans: tuple[Orphan, ...] = ()
        self._left_behind = QVBoxLayout()
        self._left_behind.setSpacing(12)
        column.addLayout(self._left_behind)
        column.addWidget(self._connect_card())
        column.addWidget(self._open_card())
        self._demo = self._demo_card()
        self._demo.setVisible(has_demo)
        column.addWidget(self._demo)
        column.addWidget(self.progress_text)
        column.addWidget(self.progress)
        self._lay_out(inner)
        self.connect_button.clicked.connect(self.connect_now)
        for field in (self.bootstrap, self.registry):
            field.returnPressed.connect(self.connect_now)
            field.textEdited.connect(self._forgive)
        self.open_button.clicked.connect(self.open_asked)
        self.demo_button.clicked.connect(self.demo_asked)
        self.show_progress(None)

    def fill(self, bootstrap: str, registry: str) -> None:
        """Writes into the fields where to connect; somebody reads it and decides."""
        self.bootstrap.setText(bootstrap)
        self.registry.setText(registry)
        self._forgive()
        self.connect_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def connect_now(self) -> None:
        """Asks to connect when the fields make sense; else says beside each what does not."""
        bootstrap, registry = self.bootstrap.text().strip(), self.registry.text().strip()
        wrong = bootstrap_problem(bootstrap), registry_problem(registry)
        _say_error(self.bootstrap, self.bootstrap_error, wrong[0])
        _say_error(self.registry, self.registry_error, wrong[1])
        if not any(wrong):
            self.connect_asked.emit(bootstrap, registry)
        else:
            (self.bootstrap if wrong[0] else self.registry).setFocus(Qt.FocusReason.OtherFocusReason)

    def show_progress(self, opened: "Opened | None") -> None:
        """What is being opened, or why the last attempt came to nothing."""
        self._opening = opened
        self.refresh()

    def refresh(self) -> None:
        opened = self._opening
        text = ""
        if opened is not None:
            text = opened.progress.text if opened.progress else opened.state_text
            text = f"{opened.title}: {text}" if text else f"{opened.title}: opening …"
        self.progress_text.setVisible(bool(text))
        if self.progress_text.text() != text:
            self.progress_text.setText(text)
        waiting = opened is not None and opened.state != "failed" and opened.progress is not None
        self.progress.say(
            *((opened.progress.done, opened.progress.of) if waiting and opened and opened.progress else (0, 0))
        )
        # An address that was mistyped can be mended while it is still tried; what is being prepared is not begun twice.
        busy = opened is not None and (opened.state == "opening" or waiting)
        for button in (self.connect_button, self.demo_button):
            button.setEnabled(not busy)

    def show_orphans(self, orphans: "tuple[Orphan, ...]") -> None:
        """What sessions that ended without closing their captures have left: a card for each of the newest."""
        if orphans == self._orphans:
            return
        self._orphans = orphans
        while (item := self._left_behind.takeAt(0)) is not None:
            if (card := item.widget()) is not None:
                card.deleteLater()
        before: QWidget = self.back_button
        for orphan in orphans[:ORPHANS]:
            card = self._orphan_card(orphan)
            self._left_behind.addWidget(card)
            for button in card.findChildren(Button):
                self.setTabOrder(before, button)  # the Tab key goes from the top to the bottom
                before = button
        self.setTabOrder(before, self.bootstrap)

    def _orphan_card(self, orphan: "Orphan") -> QWidget:
        # Nothing was left behind before the first paint, which does not pay for these.
        from meshdesk.model import wording
        from meshdesk.ui.times import moment

        made = moment(orphan.made)
        text = (
            f"{orphan.title}, {made.day} {made.clock[:5]}: {wording.plural(orphan.rows, 'record')}, "
            f"{wording.size(orphan.bytes)}. Recover it to look at it and to save it, or delete it."
        )
        card = _Card("triangle-alert", "MeshDesk ended without closing a capture", text)
        recover = Button("Recover", name=f"Recover the capture of {orphan.title}")
        delete = Button("Delete", name=f"Delete the capture of {orphan.title}")
        recover.clicked.connect(lambda: self.recover_asked.emit(orphan))
        delete.clicked.connect(lambda: self.delete_asked.emit(orphan))
        card.add_buttons(recover, delete)
        return card

    def _forgive(self) -> None:
        _say_error(self.bootstrap, self.bootstrap_error, "")
        _say_error(self.registry, self.registry_error, "")

    def _connect_card(self) -> QWidget:
        card = _Card(
            "plug", "Connect to a Kafka", "MeshDesk only reads: no consumer group, no commits, nothing is written."
        )
        for text, field, error in (
            ("Brokers", self.bootstrap, self.bootstrap_error),
            ("Schema registry (when there is one)", self.registry, self.registry_error),
        ):
            label = _label("small", "second")
            label.setText(text)
            label.setBuddy(field)
            card.column.addSpacing(4)
            card.column.addWidget(label)
            card.column.addWidget(field)
            card.column.addWidget(error)
        card.add_buttons(self.connect_button)
        return card

    def _open_card(self) -> QWidget:
        card = _Card("folder-open", "Open a capture", "A .meshcap file shows what was recorded, with no broker at all.")
        card.add_buttons(self.open_button)
        return card

    def _demo_card(self) -> QWidget:
        card = _Card(
            "flask-conical", "Try the demo", "A real Kafka with the traffic of a small company, on this machine only."
        )
        card.add_buttons(self.demo_button)
        return card

    def _lay_out(self, inner: QWidget) -> None:
        area = QScrollArea()
        area.setAccessibleName("Start page")
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.viewport().setBackgroundRole(QPalette.ColorRole.Base)
        name_bars(area, "the start page")
        page = QWidget()
        page.setBackgroundRole(QPalette.ColorRole.Base)
        row = QHBoxLayout(page)
        row.setContentsMargins(16, 0, 16, 0)
        row.addStretch(1)
        centre = QVBoxLayout()
        centre.addStretch(2)
        centre.addWidget(inner)
        centre.addStretch(3)
        row.addLayout(centre)
        row.addStretch(1)
        area.setWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)


class _Card(QWidget):
    """A raised box with an icon, a title and a sentence; what follows goes into `column`."""

    def __init__(self, icon: str, title: str, text: str) -> None:
        super().__init__()
        self._icon = icon
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(TEXT_LEFT, CARD_PAD - 2, CARD_PAD, CARD_PAD)
        self.column.setSpacing(4)
        heading = _label("strong", "text")
        heading.setText(title)
        sentence = _label("text", "second")
        sentence.setText(text)
        self.column.addWidget(heading)
        self.column.addWidget(sentence)

    def add_buttons(self, *buttons: Button) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(0, 8, 0, 0)
        row.setSpacing(8)
        for button in buttons:
            row.addWidget(button)
        row.addStretch(1)
        self.column.addLayout(row)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        c = theme.colours()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(c.raised)
        painter.setPen(c.line)
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme.CARD_RADIUS, theme.CARD_RADIUS
        )
        icons.draw(painter, self._icon, CARD_PAD, CARD_PAD, 18, c.accent)


class _Label(QLabel):
    """Text in a colour of the theme, also after the theme has changed."""

    def __init__(self, font: theme.FontName, colour: str) -> None:
        super().__init__()
        self._colour = colour
        self.setFont(theme.font(font))
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def paintEvent(self, event: QPaintEvent) -> None:
        wanted = getattr(theme.colours(), self._colour)
        palette = self.palette()
        if palette.color(self.foregroundRole()) != wanted:
            palette.setColor(self.foregroundRole(), wanted)
            self.setPalette(palette)
        super().paintEvent(event)


def _label(font: theme.FontName, colour: str) -> _Label:
    return _Label(font, colour)


def _field(name: str, example: str) -> QLineEdit:
    field = QLineEdit()
    field.setAccessibleName(name)
    field.setPlaceholderText(example)
    field.setFont(theme.font("mono"))
    return field


def _error() -> _Label:
    label = _label("small", "bad_text")
    label.hide()
    return label


def _say_error(field: QLineEdit, label: QLabel, sentence: str) -> None:
    label.setText(sentence)
    label.setVisible(bool(sentence))
    field.setAccessibleDescription(sentence)
    if field.property("wrong") != bool(sentence):
        field.setProperty("wrong", bool(sentence))
        field.style().unpolish(field)
        field.style().polish(field)
