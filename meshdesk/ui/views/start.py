"""The start page: connect to a Kafka, to one that is saved, open a capture, or start the demo.

What the first paint shows is made here; the list of saved connections and their form come when there is something to show.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from meshdesk.model.address import bootstrap_problem, registry_problem
from meshdesk.session.connection import Connection
from meshdesk.ui.widgets.card import Card
from meshdesk.ui.widgets.controls import Button, name_bars, with_shortcut
from meshdesk.ui.widgets.empty import ProgressBar
from meshdesk.ui.widgets.field import Field
from meshdesk.ui.widgets.label import Label

if TYPE_CHECKING:  # nothing is open before the first paint
    from PySide6.QtWidgets import QMenu

    from meshdesk.session.book import Book
    from meshdesk.session.home import Orphan
    from meshdesk.session.opened import Opened
    from meshdesk.ui.views.connecting import Check, Connecting
    from meshdesk.ui.widgets.connection_list import ConnectionList
    from meshdesk.ui.window import Window

NAME = "start"
TITLE = "Connect"
ICON = "plug"
IS_FRAMED = False
IS_AT_FOOT = False
WIDTH = 640
SIDE_BY_SIDE = 560  # px of width from which two short cards stand side by side
ORPHANS = 3  # shown at once; the others when these are dealt with


def make(window: "Window") -> QWidget:
    """The window's own: it is on the screen before the other views are there."""
    return window.start


class StartView(QWidget):
    """The ways to begin, one sentence each. It asks; the window acts."""

    connect_asked = Signal(object)  # a Connection
    open_asked = Signal()
    demo_asked = Signal()
    back_asked = Signal()
    recover_asked = Signal(object)  # an orphan
    delete_asked = Signal(object)
    page_asked = Signal()  # something here has to be answered
    said = Signal(str)  # a sentence that passes
    reported = Signal(object)  # a Trouble: what is to be known for longer

    def __init__(self, has_demo: bool) -> None:
        super().__init__()
        self.setAccessibleName("Start")
        self._opening: Opened | None = None
        self._connecting: Connecting | None = None
        self._recent_menu: QMenu | None = None
        self.saved: ConnectionList | None = None
        quick = Field("Brokers", "localhost:9092", "Kafka brokers", beside=False)
        registry = Field(
            "Schema registry (when there is one)", "http://localhost:8081", "Schema registry", beside=False
        )
        self._quick, self._quick_registry = quick, registry
        self.bootstrap, self.bootstrap_error = quick.edit, quick.error
        self.registry, self.registry_error = registry.edit, registry.error
        self.connect_button = Button("Connect", icon="plug", first=True)
        self.new_button = Button(
            "New connection…", name="New connection, with security, catalogues and a name", icon="plus"
        )
        self.new_button.hide()
        self.recent_button = Button("Recent", name="Recent connections", icon="chevron-down")
        self.recent_button.hide()
        self.open_button = Button("Open a capture…", name="Open a capture", icon="folder-open")
        self.demo_button = Button("Start the demo" if has_demo else "Open the demo", icon="flask-conical")
        self.progress_text = Label("text", "second")
        self.progress = ProgressBar("Progress of what is being opened")
        self.back_button = Button("Back", name="Back to what is open")
        self.back_button.setToolTip(with_shortcut("Back to what is open", "Esc"))
        self.back_button.clicked.connect(self.back_asked)
        self.back_button.hide()
        self._orphans: tuple[Orphan, ...] = ()
        self._orphan_buttons: list[QWidget] = []
        self._lay_out(self._home(has_demo))
        self.connect_button.clicked.connect(self.connect_now)
        for field in (quick, registry):
            field.edit.returnPressed.connect(self.connect_now)
            field.changed.connect(self._forgive)
        self.open_button.clicked.connect(self.open_asked)
        self.demo_button.clicked.connect(self.demo_asked)
        self.show_progress(None)

    # To a cluster

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
        self._quick.say_error(wrong[0])
        self._quick_registry.say_error(wrong[1])
        if not any(wrong):
            self.connect_asked.emit(Connection(bootstrap, registry))
        else:
            (self.bootstrap if wrong[0] else self.registry).setFocus(Qt.FocusReason.OtherFocusReason)

    def show_recent(self, connections: list[Connection]) -> None:
        """What was connected to before, as a menu; a choice fills the fields and connects."""
        if self._recent_menu is None:
            # Not before the first paint, which has no menu to show.
            from PySide6.QtWidgets import QMenu

            self._recent_menu = QMenu(self)
            self.recent_button.set_menu(self._recent_menu)
        self._recent_menu.clear()
        for one in connections:
            words = f"{one.bootstrap}, registry {one.registry}" if one.registry else one.bootstrap
            action = self._recent_menu.addAction(words.replace("&", "&&"))
            action.triggered.connect(lambda _=False, one=one: self._connect_again(one))
        self.recent_button.setVisible(bool(connections))

    def _connect_again(self, connection: Connection) -> None:
        self.fill(connection.bootstrap, connection.registry)
        self.connect_now()

    def attach(self, book: "Book", check: "Check", opened: "Callable[[], list[Opened]]") -> None:
        """Gives the page the saved connections, what tests a connection, and what is open."""
        # After the first paint: profiles and their form take longer to import than the page to be shown.
        from meshdesk.ui.views.connecting import Connecting

        self._connecting = Connecting(self, book, check, opened)
        self.new_button.clicked.connect(self.write_new)
        self.new_button.show()

    def write_new(self) -> None:
        """The form of a new connection, with what is typed here already."""
        if self._connecting is not None:
            self._connecting.write_new(self.bootstrap.text().strip(), self.registry.text().strip())

    def open_saved(self, name: str) -> None:
        """Connects to a saved connection once the keyring has answered; where it cannot, its form says why."""
        if self._connecting is not None:
            self._connecting.open(name)

    @property
    def is_asking(self) -> bool:
        """A saved connection is on its way to be opened."""
        return self._connecting is not None and self._connecting.is_asking

    @property
    def question(self) -> str:
        """What has to be answered here before a saved connection can be opened: a sentence, or ""."""
        return self._connecting.question if self._connecting is not None else ""

    def show_page(self, page: QWidget) -> None:
        """Shows a page over this one (the form), until `show_home`."""
        if self._pages.indexOf(page) < 0:
            self._pages.addWidget(page)
        self._pages.setCurrentWidget(page)

    def show_home(self) -> None:
        self._pages.setCurrentIndex(0)

    @property
    def is_home(self) -> bool:
        return self._pages.currentIndex() == 0

    def show_list(self, saved: "ConnectionList") -> None:
        """Puts the saved connections above the other ways to begin."""
        self.saved = saved
        self._saved_heading = Label("label", "second", "Your connections")
        self._saved_place.addWidget(self._saved_heading)
        self._saved_place.addWidget(saved)
        self._saved_place.addSpacing(4)

    def show_saved(self, shown: bool) -> None:
        """Whether there is anything in the list."""
        if self.saved is not None:
            self.saved.setVisible(shown)
            self._saved_heading.setVisible(shown)
            self._order_tabs()

    # The rest

    def take_over(self) -> None:
        """What has come to pass since the last beat, also while the page is hidden."""
        if self._connecting is not None:
            self._connecting.beat()

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
        self._orphan_buttons = []
        for orphan in orphans[:ORPHANS]:
            card = self._orphan_card(orphan)
            self._left_behind.addWidget(card)
            self._orphan_buttons += card.findChildren(Button)
        self._order_tabs()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._connecting is not None:
            self._connecting.look()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = self.width() >= SIDE_BY_SIDE
        self._short.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)

    def _order_tabs(self) -> None:
        """The Tab key goes from the top to the bottom, also through what came later."""
        before: QWidget = self.back_button
        rows = self.saved.rows if self.saved is not None else []
        controls = [control for row in rows for control in (row, row.edit_button, row.delete_button)]
        for control in (*self._orphan_buttons, *controls, self.bootstrap):
            self.setTabOrder(before, control)
            before = control

    def _orphan_card(self, orphan: "Orphan") -> QWidget:
        # Nothing was left behind before the first paint, which does not pay for these.
        from meshdesk.model import wording
        from meshdesk.ui.times import moment

        made = moment(orphan.made)
        text = (
            f"{orphan.title}, {made.day} {made.clock[:5]}: {wording.plural(orphan.rows, 'record')}, "
            f"{wording.size(orphan.bytes)}. Recover it to look at it and to save it, or delete it."
        )
        card = Card("triangle-alert", "MeshDesk ended without closing a capture", text)
        recover = Button("Recover", name=f"Recover the capture of {orphan.title}")
        delete = Button("Delete", name=f"Delete the capture of {orphan.title}")
        recover.clicked.connect(lambda: self.recover_asked.emit(orphan))
        delete.clicked.connect(lambda: self.delete_asked.emit(orphan))
        card.add_buttons(recover, delete)
        return card

    def _forgive(self) -> None:
        self._quick.say_error("")
        self._quick_registry.say_error("")

    def _home(self, has_demo: bool) -> QWidget:
        inner = QWidget()
        inner.setMaximumWidth(WIDTH)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 32, 0, 32)
        column.setSpacing(12)
        top = QHBoxLayout()
        top.addWidget(Label("heading", "text", "MeshDesk"), 1)
        top.addWidget(self.back_button)
        column.addLayout(top)
        column.addWidget(Label("text", "second", "Watch a data mesh at work: its topics, and every record decoded."))
        column.addSpacing(8)
        self._left_behind = QVBoxLayout()
        self._left_behind.setSpacing(12)
        column.addLayout(self._left_behind)
        self._saved_place = QVBoxLayout()
        self._saved_place.setSpacing(8)
        column.addLayout(self._saved_place)
        column.addWidget(self._connect_card())
        self._short = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._short.setSpacing(12)
        self._short.addWidget(self._open_card(), 1)
        self._short.addWidget(self._demo_card(has_demo), 1)
        column.addLayout(self._short)
        column.addWidget(self.progress_text)
        column.addWidget(self.progress)
        return inner

    def _connect_card(self) -> QWidget:
        text = "MeshDesk only reads: no consumer group, no commits, nothing is written."
        card = Card("plug", "Connect to a Kafka", text)
        for field in (self._quick, self._quick_registry):
            card.column.addSpacing(4)
            card.column.addWidget(field)
        card.add_buttons(self.connect_button, self.recent_button, self.new_button)
        return card

    def _open_card(self) -> QWidget:
        card = Card("folder-open", "Open a capture", "A .meshcap file shows what was recorded, with no broker at all.")
        card.add_buttons(self.open_button)
        return card

    def _demo_card(self, is_live: bool) -> QWidget:
        text = "A recording of the traffic of a small company, with no broker at all."
        if is_live:
            text = "A real Kafka with the traffic of a small company, on this machine only."
        card = Card("flask-conical", "Try the demo", text)
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
        row.addLayout(centre, 1_000)
        row.addStretch(1)
        area.setWidget(page)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(area)
