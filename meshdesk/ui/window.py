"""The window: top bar, trouble bar, start page or frame, status line. It joins them, no more.

It is shown before the session is there: what a first paint does not need is imported and made after it (`attach`).
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from meshdesk.session.connection import Connection
from meshdesk.session.settings import Settings
from meshdesk.ui import theme
from meshdesk.ui.notices import StatusLine, Toast, TroubleBar
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.views.start import StartView
from meshdesk.ui.widgets.controls import Button, Chip, Line, Rule, tone_of

if TYPE_CHECKING:  # each of these takes longer to import than the window to be shown
    from meshdesk.model.record import RecordName
    from meshdesk.model.trouble import Trouble
    from meshdesk.session.home import Orphan
    from meshdesk.session.opened import Opened
    from meshdesk.session.session import Session
    from meshdesk.ui.actions import Actions
    from meshdesk.ui.frame import Frame

CAPTURES = "Captures (*.meshcap);;All files (*)"
LEAST = QSize(640, 420)
OWN_TROUBLES = 20
NAME_MOST = 80  # characters of a proposed file name; systems take 255 bytes


def file_name(title: str) -> str:
    """A capture's title as the name of a file, on every system.

    >>> file_name("broker-1:9092,broker-2:9092"), file_name("orders.meshcap"), file_name("://")
    ('broker-1-9092-broker-2-9092', 'orders', 'capture')
    """
    words = re.sub(r"[^\w.-]+", "-", title.removesuffix(".meshcap"))[:NAME_MOST]
    return words.strip("-. ") or "capture"


class Window(QWidget):
    """One window. It shows a session from `attach` on."""

    closing = Signal()
    painted = Signal()  # for the first time

    session: "Session"
    frame: "Frame"
    actions_: "Actions"

    def __init__(self, remembered: Remembered, demo: Sequence[str] | None, settings: Settings | None = None) -> None:
        """`demo` is the verb that starts the demo's mesh; None where this installation has none. Without settings all have
        their defaults."""
        super().__init__()
        self.current: Opened | None = None  # the capture that the window is about
        self.is_closed = False
        self.settings = settings or Settings(None)
        self._remembered = remembered
        self._demo = demo
        self._is_attached = False
        self._is_painted = False
        self._own_troubles: tuple[Trouble, ...] = ()
        self._awaited: Opened | None = None  # what was opened last, to be shown once there is something to show
        self._wants_start = False  # somebody asked for the start page while captures are open
        self.setWindowTitle("MeshDesk")
        self.setMinimumSize(LEAST)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setFocus()  # no control wears the ring of the focus before somebody has used the keyboard
        self.place = Line("Place", Qt.TextElideMode.ElideMiddle)
        self.place.say(("MeshDesk", "strong", "text"))
        self.chip = Chip()
        self.chip.hide()
        self.menu_button = Button("", name="Menu", icon="ellipsis", frame=False)
        self.trouble = TroubleBar()
        self.start = StartView(demo is not None)
        self.status = StatusLine()
        self._lay_out()
        self.toast = Toast(self)

    def attach(self, session: "Session") -> None:
        """Gives the window its session, and makes all that the first paint did not need."""
        # After the first paint: the session and the frame take longer to import and make than the start page.
        from meshdesk.ui import effects
        from meshdesk.ui.actions import Actions
        from meshdesk.ui.frame import Frame

        self.session = session
        self.frame = Frame(self._remembered)
        self._stack.addWidget(self.frame)
        self.actions_ = Actions(self)
        self.menu_button.set_menu(self.actions_.menu())
        self._is_attached = True
        self.frame.explorer.opened.connect(self.open_topic)
        self.frame.explorer.added.connect(self.add_topic)
        self.frame.said.connect(self.toast.say)
        self.start.connect_asked.connect(self._connect)
        self.start.said.connect(self.toast.say)
        self.start.reported.connect(self.report)
        self.start.attach(session.book, getattr(session, "check", None), lambda: session.captures)
        self.start.open_asked.connect(self.ask_for_file)
        self.start.demo_asked.connect(self.start_demo)
        self.start.back_asked.connect(self.leave_start)
        self.start.recover_asked.connect(self.recover)
        self.start.delete_asked.connect(lambda orphan: self.session.delete(orphan))
        effects.follow(self)
        self.refresh()

    # The beat

    def refresh(self) -> None:
        """Asks the session what is new and lets the visible parts show it."""
        if not self._is_attached:
            self.trouble.refresh(self.troubles)
            return
        for trouble in self.settings.take_troubles():
            self.report(trouble)
        self.start.take_over()
        captures = self.session.captures
        usable = [opened for opened in captures if opened.state in ("live", "ended") or opened.topics]
        if self.current not in usable:
            self.current = usable[-1] if usable else None
        at_start = self._wants_start or not usable
        self._stack.setCurrentWidget(self.start if at_start else self.frame)
        self.trouble.refresh(self.troubles)
        self.start.show_orphans(self.session.orphans)
        self.start.back_button.setVisible(bool(usable))
        if at_start:
            self.start.show_progress(next((o for o in reversed(captures) if o not in usable), None))
        else:
            self.frame.refresh(captures)
            if self._awaited in usable:
                self._show_awaited()
        self._say()

    def report(self, trouble: "Trouble") -> None:
        """A trouble of the window itself; the same one again is counted."""
        # Where there is trouble it is no first paint, and the window has not imported it for itself.
        from dataclasses import replace

        before = {known.text: known.count for known in self._own_troubles}
        others = tuple(known for known in self._own_troubles if known.text != trouble.text)
        self._own_troubles = (*others, replace(trouble, count=before.get(trouble.text, 0) + 1))[-OWN_TROUBLES:]
        if not self._is_attached:
            self.refresh()  # no beat does it yet

    @property
    def troubles(self) -> "tuple[Trouble, ...]":
        if not self._is_attached:
            return self._own_troubles
        return (*self.session.troubles, *self._own_troubles) if self._own_troubles else self.session.troubles

    # What can be done

    def open_topic(self, opened: "Opened", topic: str) -> None:
        """Shows the records of a topic in the work area."""
        self.current = opened
        self.frame.show_topic(opened, topic)
        self.refresh()

    def add_topic(self, opened: "Opened", topic: str) -> None:
        """Shows the records of a topic among those that are on the screen, merged by time."""
        if self.current is not opened:
            self.open_topic(opened, topic)
        else:
            self.frame.records.add_topic(opened, topic)
            self.refresh()

    def open_record(self, opened: "Opened", name: "RecordName") -> None:
        """Shows the topic of a record with that record selected."""
        self.open_topic(opened, name.topic)
        self.frame.records.choose(name)

    def open_file(self, path: Path) -> None:
        self._wants_start = False
        self._awaited = self.session.open_file(path)

    def recover(self, orphan: "Orphan") -> None:
        """Opens what a session has left behind, to be looked at and saved."""
        self._wants_start = False
        self._awaited = self.session.recover(orphan)

    def start_demo(self) -> None:
        if self._demo is not None:
            self._wants_start = False
            self._drop_attempts()
            self._awaited = self.session.open_through(self._demo, "Demo")

    def show_start(self) -> None:
        """The start page, to connect to one more; Escape leads back."""
        self._wants_start = True
        self.refresh()
        self.start.bootstrap.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave_start(self) -> None:
        self._wants_start = False
        self.refresh()

    def ask_for_file(self) -> None:
        from PySide6.QtWidgets import QFileDialog  # a class of Qt costs some ms when it is first named

        dialog = QFileDialog(self, "Open a capture", str(self._folder()), CAPTURES)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.open_file(self._chosen(name)))
        dialog.open()

    def ask_where_to_save(self) -> None:
        if self.current is None:
            self.toast.say("Open a capture first, then save it.")
            return
        opened = self.current
        self._ask_where("Save the capture as", opened.title, lambda path: self.save(opened, path))

    def ask_where_to_save_all(self) -> None:
        """One file for all captures that are open: what belongs to one finding."""
        first, *others = self.savable or (None,)
        if first is None:
            self.toast.say("Open a capture first, then save it.")
        else:
            self._ask_where("Save all captures as", "captures", lambda path: self.save(first, path, others))

    def _ask_where(self, title: str, name: str, save: Callable[[Path], None]) -> None:
        from PySide6.QtWidgets import QFileDialog  # a class of Qt costs some ms when it is first named

        dialog = QFileDialog(self, title, str(self._folder()), CAPTURES)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("meshcap")
        dialog.selectFile(f"{file_name(name)}.meshcap")
        dialog.fileSelected.connect(lambda name: save(self._chosen(name)))
        dialog.open()

    def _folder(self) -> Path:
        """Where the last file was opened or saved."""
        folder = Path(self._remembered.text("window/folder") or Path.home())
        return folder if folder.is_dir() else Path.home()

    def _chosen(self, name: str) -> Path:
        path = Path(name)
        self._remembered.keep("window/folder", str(path.parent))
        return path

    @property
    def savable(self) -> "list[Opened]":
        """The captures that hold something."""
        return [opened for opened in self.session.captures if opened.state in ("live", "ended")]

    def save(self, opened: "Opened", path: Path, beside: "Sequence[Opened]" = ()) -> None:
        """Saves a capture, or several in one file; its end is said in a toast, its progress in the status line."""
        opened.save(path, lambda wrong: self.toast.say(wrong or f"Saved {path.name}."), beside)

    def open_logs(self) -> None:
        """Shows where each program keeps its log, in the system's own file manager."""
        # None of these is needed before somebody looks for what went wrong.
        from PySide6.QtCore import QUrl
        from PySide6.QtGui import QDesktopServices

        from meshdesk.logs import logs_folder

        folder = logs_folder()
        if not folder.is_dir() or not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self.toast.say(f"The logs are in {folder}.")

    def close_capture(self) -> None:
        """Closes the capture that the window is about; what was collected and not saved is gone then."""
        if self.current is None:
            return
        closed = self.current
        if self.frame.records.opened is closed:
            self.frame.show_topic(None, "")
        self.session.shut(closed)
        self.refresh()

    def wear(self, choice: theme.Choice) -> None:
        """Dresses the window, and keeps that as the setting."""
        self.settings.choose("appearance", choice)
        app = QApplication.instance()
        if theme.choice() != choice and isinstance(app, QApplication):  # the command line had another one for this run
            theme.apply(app, choice)

    def say_times_anew(self) -> None:
        """Times are shown in another zone, or in another way: what was worded before is worded again."""
        self.frame.say_times_anew()
        self.start.show_orphans(())
        self.update()

    # Qt asks

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            QTimer.singleShot(0, self.painted.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.is_closed = True
        if not self.isMaximized():
            self._remembered.keep_numbers("window/size", [self.width(), self.height()])
        self.closing.emit()
        super().closeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._is_attached:
            self.actions_.undress()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._wants_start:
            self.leave_start()
        else:
            super().keyPressEvent(event)

    # Inside

    def _connect(self, connection: Connection) -> None:
        """Opens a connection; a saved one that is open already is shown instead."""
        self._wants_start = False
        same = [opened for opened in self.session.captures if connection.name and opened.title == connection.name]
        if live := [opened for opened in same if opened.state == "live"]:
            self._awaited = live[-1]
            return
        if connection.name:
            self._drop_attempts(same)
        else:
            self._drop_attempts()
        self._awaited = self.session.connect(connection)

    def _show_awaited(self) -> None:
        """What was opened beside other captures is what the window is about; nobody should have to look for it."""
        awaited, self._awaited = self._awaited, None
        if awaited is not None and awaited is not self.current:
            self.current = awaited
            self.frame.show_topic(None, "")
            self.frame.explorer.go_to(awaited)

    def _drop_attempts(self, among: "Sequence[Opened] | None" = None) -> None:
        """A connection that has come to nothing so far makes room for the next one; a saved one only for itself."""
        for opened in list(self.session.captures if among is None else among):
            is_saved = among is None and opened.connection is not None and opened.connection.name
            is_attempt = opened.state == "failed" or (opened.state == "connecting" and not is_saved)
            if is_attempt and not opened.topics:
                self.session.shut(opened)

    def _lay_out(self) -> None:
        self._stack = QStackedWidget()
        self._stack.addWidget(self.start)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._top_bar())
        column.addWidget(Rule())
        column.addWidget(self.trouble)
        column.addWidget(self._stack, 1)
        column.addWidget(self.status)

    def _top_bar(self) -> QWidget:
        bar = QWidget()
        bar.setFixedHeight(theme.TOP_BAR - 1)
        row = QHBoxLayout(bar)
        row.setContentsMargins(14, 0, 10, 0)
        row.setSpacing(8)
        self.place.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        row.addWidget(self.place, 1)
        row.addWidget(self.chip)
        row.addWidget(self.menu_button)
        return bar

    def _say(self) -> None:
        from meshdesk.ui.frame import status_facts  # not before `attach`

        opened = self.current
        newest = self.troubles[-1] if self.troubles else None
        self.chip.setVisible(opened is not None)
        if opened is None:
            self.place.say(("MeshDesk", "strong", "text"))
            self.status.say(None, (), newest)
            return
        tone, hollow = tone_of(opened)
        self.chip.say(opened.title, opened.state_text, tone, hollow)
        topic = ", ".join(self.frame.records.listing.topics) if self.frame.records.opened is opened else ""
        if topic:
            self.place.say((f"{opened.title}  ›  ", "text", "second"), (topic, "strong", "text"))
        else:
            self.place.say((opened.title, "strong", "text"))
        self.status.say((tone, hollow), status_facts(opened), newest)
