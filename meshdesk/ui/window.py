"""The window: top bar, explorer, work area, inspector, trouble bar, status line. It joins them, no more."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QHBoxLayout,
    QSizePolicy,
    QSplitter,
    QSplitterHandle,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from meshdesk.model import wording
from meshdesk.model.record import RecordName
from meshdesk.model.trouble import Trouble
from meshdesk.session.connection import Connection
from meshdesk.session.opened import Opened
from meshdesk.session.session import Session
from meshdesk.ui import theme
from meshdesk.ui.actions import Actions
from meshdesk.ui.notices import StatusLine, Toast, TroubleBar
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.views.records import RecordsView
from meshdesk.ui.views.start import StartView
from meshdesk.ui.widgets.controls import Button, Chip, Line, Rule
from meshdesk.ui.widgets.explorer import STATE_TONES, Explorer
from meshdesk.ui.widgets.inspector import Inspector

CAPTURES = "Captures (*.meshcap);;All files (*)"
LEAST = QSize(640, 420)
OWN_TROUBLES = 20


class Window(QWidget):
    """One window on one session."""

    closing = Signal()

    def __init__(self, session: Session, remembered: Remembered, demo: Sequence[str] | None) -> None:
        """`demo` is the verb that starts the demo's mesh; None where this installation has none."""
        super().__init__()
        self.session = session
        self.current: Opened | None = None  # the capture that the window is about
        self._remembered = remembered
        self._demo = demo
        self.is_for_pictures = False  # nobody sits before it
        self._own_troubles: tuple[Trouble, ...] = ()
        self._wants_start = False  # somebody asked for the start page while captures are open
        self._is_narrow = False
        self._is_slim = False
        self.setWindowTitle("MeshDesk")
        self.setMinimumSize(LEAST)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setFocus()  # no control wears the ring of the focus before somebody has used the keyboard
        self.place = Line("Place", Qt.TextElideMode.ElideMiddle)
        self.chip = Chip()
        self.menu_button = Button("", name="Menu", icon="ellipsis", frame=False)
        self.trouble = TroubleBar()
        self.start = StartView(demo is not None)
        self.records = RecordsView(remembered)
        self.explorer = Explorer()
        self.inspector = Inspector()
        self.status = StatusLine()
        self._lay_out()
        self.toast = Toast(self)
        self.actions_ = Actions(self)
        self.menu_button.set_menu(self.actions_.menu())
        self.explorer.opened.connect(self.open_topic)
        self.records.said.connect(self.toast.say)
        self.inspector.said.connect(self.toast.say)
        self.start.connect_asked.connect(self._connect)
        self.start.open_asked.connect(self.ask_for_file)
        self.start.demo_asked.connect(self.start_demo)
        self.refresh()

    # The beat

    def refresh(self) -> None:
        """Asks the session what is new and lets the visible parts show it."""
        captures = self.session.captures
        usable = [opened for opened in captures if opened.state in ("live", "ended") or opened.topics]
        if self.current not in usable:
            self.current = usable[-1] if usable else None
        at_start = self._wants_start or not usable
        self._stack.setCurrentWidget(self.start if at_start else self._frame)
        self.trouble.refresh(self.troubles)
        if at_start:
            self.start.show_progress(next((o for o in reversed(captures) if o not in usable), None))
        else:
            self.explorer.refresh(captures)
            self.records.refresh()
            shown = self.records.opened
            self.inspector.refresh(shown.details if shown is not None else None, self.records.table.chosen_count())
        self._say()

    def report(self, trouble: Trouble) -> None:
        """A trouble of the window itself; the same one again is counted."""
        before = {known.text: known.count for known in self._own_troubles}
        others = tuple(known for known in self._own_troubles if known.text != trouble.text)
        self._own_troubles = (*others, replace(trouble, count=before.get(trouble.text, 0) + 1))[-OWN_TROUBLES:]

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        return (*self.session.troubles, *self._own_troubles) if self._own_troubles else self.session.troubles

    # What can be done

    def open_topic(self, opened: Opened, topic: str) -> None:
        """Shows the records of a topic in the work area."""
        self.current = opened
        self.records.show_topic(opened, topic)
        self.explorer.mark(opened, topic)
        self.refresh()

    def open_record(self, opened: Opened, name: RecordName) -> None:
        """Shows the topic of a record with that record selected."""
        self.open_topic(opened, name.topic)
        self.records.choose(name)

    def open_file(self, path: Path) -> None:
        self._wants_start = False
        self.session.open_file(path)

    def start_demo(self) -> None:
        if self._demo is not None:
            self._wants_start = False
            self.session.open_through(self._demo, "Demo")

    def show_start(self) -> None:
        """The start page, to connect to one more; Escape leads back."""
        self._wants_start = True
        self.refresh()
        self.start.bootstrap.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave_start(self) -> None:
        self._wants_start = False
        self.refresh()

    def ask_for_file(self) -> None:
        dialog = QFileDialog(self, "Open a capture", str(Path.home()), CAPTURES)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.open_file(Path(name)))
        dialog.open()

    def ask_where_to_save(self) -> None:
        if self.current is None:
            self.toast.say("Open a capture first, then save it.")
            return
        opened = self.current
        dialog = QFileDialog(self, "Save the capture as", str(Path.home()), CAPTURES)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("meshcap")
        dialog.fileSelected.connect(lambda name: self.save(opened, Path(name)))
        dialog.open()

    def save(self, opened: Opened, path: Path) -> None:
        """Saves a capture; its end is said in a toast, its progress in the status line."""
        opened.save(path, lambda wrong: self.toast.say(wrong or f"Saved {path.name}."))

    def close_capture(self) -> None:
        """Closes the capture that the window is about; what was collected and not saved is gone then."""
        if self.current is None:
            return
        closed = self.current
        if self.records.opened is closed:
            self.records.show_topic(None, "")
            self.explorer.mark(None, "")
        self.session.shut(closed)
        self.refresh()

    def copy(self, as_json: bool) -> None:
        """Copies what has the focus: a part of the inspector, or the selected records."""
        focused = QApplication.focusWidget()
        if focused is not None and self.inspector.isAncestorOf(focused) and not as_json:
            self.inspector.copy_value()
        else:
            self.records.copy(as_json)

    def find_topic(self) -> None:
        if not self.explorer.isVisible():
            self.toggle_explorer()
        self.explorer.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.explorer.filter.selectAll()

    def toggle_explorer(self) -> None:
        shown = not self.explorer.isVisible()
        self.explorer.setVisible(shown)
        if not self._is_slim:
            self._remembered.keep("window/explorer", shown)

    def toggle_inspector(self) -> None:
        shown = not self.inspector.isVisible()
        self.inspector.setVisible(shown)
        self._remembered.keep("window/inspector", shown)

    def wear(self, choice: theme.Choice) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.apply(app, choice)
        self._remembered.keep("window/theme", choice)

    # Qt asks

    def closeEvent(self, event: QCloseEvent) -> None:
        self._keep_sizes()
        self.closing.emit()
        super().closeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not event.oldSize().isValid():
            self._first_sizes(event.size().width())
        self._arrange(event.size().width())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "actions_"):
            self.actions_.dress()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._wants_start:
            self.leave_start()
        else:
            super().keyPressEvent(event)

    # Inside

    def _connect(self, bootstrap: str, registry: str) -> None:
        self._wants_start = False
        self.session.connect(Connection(bootstrap, registry))

    def _lay_out(self) -> None:
        self._across = _Splitter(Qt.Orientation.Horizontal)
        self._down = _Splitter(Qt.Orientation.Vertical)
        self._down.addWidget(self.records)
        for part in (self.explorer, self._down, self.inspector):
            self._across.addWidget(part)
        self._across.setStretchFactor(1, 1)
        self._down.setStretchFactor(0, 1)
        self.explorer.setVisible(self._remembered.is_on("window/explorer", True))
        self.inspector.setVisible(self._remembered.is_on("window/inspector", True))
        self._frame = self._across
        self._stack = QStackedWidget()
        self._stack.addWidget(self.start)
        self._stack.addWidget(self._frame)
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
        opened = self.current
        self.chip.setVisible(opened is not None)
        if opened is None:
            self.place.say(("MeshDesk", "strong", "text"))
            self.status.say(None, (), self._newest_trouble())
            return
        tone, hollow = STATE_TONES[opened.state]
        self.chip.say(opened.title, opened.state_text, tone, hollow)
        topic = self.records.topic if self.records.opened is opened else ""
        if topic:
            self.place.say((f"{opened.title}  ›  ", "text", "second"), (topic, "strong", "text"))
        else:
            self.place.say((opened.title, "strong", "text"))
        self.status.say((tone, hollow), _status_facts(opened), self._newest_trouble())

    def _newest_trouble(self) -> Trouble | None:
        return self.troubles[-1] if self.troubles else None

    def _kept(self, name: str, otherwise: int) -> int:
        numbers = self._remembered.numbers(f"window/{name}")
        return min(max(numbers[0], 120), 1600) if numbers else otherwise

    def _first_sizes(self, width: int) -> None:
        """The panels as somebody left them; else as drawn, narrower in a window that is narrower than the drawing."""
        roomy = width >= theme.DRAWN_FOR
        left = self._kept("explorer_width", theme.EXPLORER if roomy else theme.EXPLORER_SMALL)
        right = self._kept("inspector_width", theme.INSPECTOR if roomy else theme.INSPECTOR_SMALL)
        self._across.setSizes([left, max(200, width - left - right), right])

    def _keep_sizes(self) -> None:
        keep = self._remembered.keep_numbers
        if self.explorer.isVisible():
            keep("window/explorer_width", [self.explorer.width()])
        if self.inspector.isVisible():
            keep(
                "window/inspector_height" if self._is_narrow else "window/inspector_width",
                [self.inspector.height() if self._is_narrow else self.inspector.width()],
            )
        if not self.isMaximized():
            keep("window/size", [self.width(), self.height()])

    def _arrange(self, width: int) -> None:
        """Below 1100 px the inspector lies under the work area, below 900 px the explorer folds away."""
        narrow, slim = width < theme.NARROW, width < theme.SLIM
        if narrow != self._is_narrow:
            self._is_narrow = narrow
            shown = self.inspector.isVisibleTo(self._frame)
            (self._down if narrow else self._across).addWidget(self.inspector)
            if narrow:
                below = self._kept("inspector_height", theme.INSPECTOR_BELOW)
                self._down.setSizes([max(200, self.height() - below), below])
            else:
                wide = self._kept("inspector_width", theme.INSPECTOR)
                self._across.setSizes([self.explorer.width(), width - self.explorer.width() - wide, wide])
            self.inspector.setVisible(shown)
        if slim != self._is_slim:
            self._is_slim = slim
            self.explorer.setVisible(not slim and self._remembered.is_on("window/explorer", True))


def _status_facts(opened: Opened) -> tuple[tuple[str, str], ...]:
    """The numbers at the left of the status line. What is at rest has no rate."""
    status = opened.status
    facts: list[tuple[str, str]] = [(f"{opened.title} · {opened.state_text}", "second")]
    if opened.progress is not None:
        facts.append((_progress_text(opened), "accent_text"))
    amount = f"{wording.plural(status.rows, 'record')} · {wording.size(status.bytes)}"
    if opened.state == "live":
        facts.append((f"{wording.rate(status.rows_rate)} · {amount}" if status.rows_rate else amount, "second"))
        behind = "unknown" if status.behind is None else wording.count(status.behind)
        facts.append((f"behind {behind}", "second"))
    else:
        facts.append((amount, "second"))
    facts.append((f"dropped {wording.count(status.dropped)}", "bad_text" if status.dropped else "second"))
    return tuple(facts)


def _progress_text(opened: Opened) -> str:
    progress = opened.progress
    if progress is None:
        return ""
    return f"{progress.text} {progress.done / progress.of:.0%}" if progress.of else progress.text


class _Splitter(QSplitter):
    """Parts with a line of 1 px between them that can be dragged."""

    def __init__(self, orientation: Qt.Orientation) -> None:
        super().__init__(orientation)
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)

    def createHandle(self) -> QSplitterHandle:
        return _Handle(self.orientation(), self)


class _Handle(QSplitterHandle):
    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.contentsRect(), theme.colours().line)
