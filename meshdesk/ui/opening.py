"""Opening, saving and closing: what a window asks of its session, and what it shows once it is there."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from meshdesk.session.connection import Connection
from meshdesk.session.resources import RECORDED_DEMO, resource
from meshdesk.ui.files import Files
from meshdesk.ui.recent import note, recent
from meshdesk.ui.remembered import Remembered

if TYPE_CHECKING:  # nothing is open before the first paint
    from meshdesk.session.home import Orphan
    from meshdesk.session.opened import Opened
    from meshdesk.ui.window import Window


class Opening:
    """The captures of one window."""

    def __init__(self, window: "Window", remembered: Remembered, demo: Sequence[str] | None) -> None:
        """`demo` is the verb that starts the demo's mesh; None where this installation has none."""
        self._window, self._remembered, self._demo = window, remembered, demo
        self._files = Files(window, remembered)
        self._awaited: Opened | None = None  # what was opened last, to be shown once there is something to show

    def connect(self, connection: Connection) -> None:
        """Opens a connection; a saved one that is open already is shown instead."""
        self._window.view = "records"
        same = [
            opened for opened in self._window.session.captures if connection.name and opened.title == connection.name
        ]
        if live := [opened for opened in same if opened.state == "live"]:
            self._awaited = live[-1]
            return
        if connection.name:
            self._drop_attempts(same)
        else:
            self._drop_attempts()
        self._awaited = self._window.session.connect(connection)

    def open_file(self, path: Path) -> "Opened":
        self._window.view = "records"
        self._awaited = opened = self._window.session.open_file(path)
        return opened

    def recover(self, orphan: "Orphan") -> None:
        """Opens what a session has left behind, to be looked at and saved."""
        self._window.view = "records"
        self._awaited = self._window.session.recover(orphan)

    def open_through(self, verb: Sequence[str], title: str) -> "Opened":
        """Opens the mesh that a verb makes (the demo's), and its map: nobody knows yet what to look for in it."""
        self._window.view = "topology"
        self._drop_attempts()
        self._awaited = opened = self._window.session.open_through(verb, title)
        return opened

    def start_demo(self) -> "Opened | None":
        """Starts the demo's mesh; None where this installation has none."""
        return self.open_through(self._demo, "Demo") if self._demo is not None else None

    def open_demo(self) -> "Opened":
        """The demo's mesh, or its recording where this installation has none."""
        return self.start_demo() or self.open_file(resource(RECORDED_DEMO))

    def ask_for_file(self) -> None:
        self._files.ask_to_open(self.open_file)

    def ask_where_to_save(self) -> None:
        if self._window.current is None:
            self._window.toast.say("Open a capture first, then save it.")
            return
        opened = self._window.current
        self._files.ask_where("Save the capture as", opened.title, lambda path: self.save(opened, path))

    def ask_where_to_save_all(self) -> None:
        """One file for all captures that are open: what belongs to one finding."""
        first, *others = self.savable or (None,)
        if first is None:
            self._window.toast.say("Open a capture first, then save it.")
        else:
            self._files.ask_where("Save all captures as", "captures", lambda path: self.save(first, path, others))

    @property
    def savable(self) -> "list[Opened]":
        """The captures that hold something."""
        return [opened for opened in self._window.session.captures if opened.state in ("live", "ended")]

    def save(self, opened: "Opened", path: Path, beside: "Sequence[Opened]" = ()) -> None:
        """Saves a capture, or several in one file; its end is said in a toast, its progress in the status line."""
        opened.save(path, lambda wrong: self._window.toast.say(wrong or f"Saved {path.name}."), beside)

    def close_capture(self) -> None:
        """Closes the capture that the window is about; what was collected and not saved is gone then."""
        if self._window.current is None:
            return
        closed = self._window.current
        if self._window.frame.records.opened is closed:
            self._window.frame.show_topic(None, "")
        self._window.session.shut(closed)
        self._window.refresh()

    def show_awaited(self, usable: "Sequence[Opened]") -> None:
        """What was opened beside other captures is what the window is about; nobody should have to look for it."""
        if self._awaited not in usable:
            return
        awaited, self._awaited = self._awaited, None
        if awaited is not None and awaited.connection is not None:
            note(self._remembered, awaited.connection)
            self.show_recent()
        if awaited is not None and awaited is not self._window.current:
            self._window.current = awaited
            self._window.frame.show_topic(None, "")
            self._window.frame.explorer.go_to(awaited)

    def show_recent(self) -> None:
        """Offers on the start page what was connected to before."""
        self._window.start.show_recent(recent(self._remembered))

    def _drop_attempts(self, among: "Sequence[Opened] | None" = None) -> None:
        """A connection that has come to nothing so far makes room for the next one; a saved one only for itself."""
        for opened in list(self._window.session.captures if among is None else among):
            is_saved = among is None and opened.connection is not None and opened.connection.name
            is_attempt = opened.state == "failed" or (opened.state == "connecting" and not is_saved)
            if is_attempt and not opened.topics:
                self._window.session.shut(opened)
