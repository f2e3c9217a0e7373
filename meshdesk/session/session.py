"""The session: what is open now, the programs that serve it, and what went wrong. Without Qt; everything on one thread."""

import logging
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, SimpleQueue

from meshdesk import __version__
from meshdesk.capture.manifest import create_capture
from meshdesk.capture.store import KEPT_FREE, SIZE_LIMIT, CaptureError
from meshdesk.model.cursor import Cursor
from meshdesk.model.frame import Message
from meshdesk.model.trouble import Trouble, trouble_from
from meshdesk.session.book import Book
from meshdesk.session.checking import Checking
from meshdesk.session.children import Child, Heard
from meshdesk.session.collecting import SILENCE
from meshdesk.session.connection import Connection
from meshdesk.session.explainers import Explainers, Limits, ended_how
from meshdesk.session.home import Orphan, Owned, captures_home, clear_scratch, orphans, own, own_new, own_scratch
from meshdesk.session.kept_places import KeptPlaces
from meshdesk.session.opened import Opened
from meshdesk.session.readings import Told
from meshdesk.session.troubles import with_trouble
from meshdesk.session.works import Work

log = logging.getLogger("meshdesk.session")
BEAT_ITEMS = 200  # messages taken in one beat: at 20 frames a second and child there are a handful
MEMORY_EVERY = 0.5  # s between looks at the size of the explain programs
MADE_BY = f"MeshDesk {__version__}"
END = 3.0  # s that the end of the session waits for its children
NAMES_KEPT = 50_000  # of what was closed, to be left out of a diagnosis: the topics of several large meshes, some MB
LEAVE = 10.0  # s that the programs of a capture which was closed may take to end by themselves


@dataclass(frozen=True, slots=True)
class _Leaving:
    """A capture that was closed, and the programs whose end its folder waits for."""

    opened: Opened
    children: list[Child]
    until: float  # monotonic


class Session:
    """Everything that is open. `beat` is called by the window's timer; nothing here waits."""

    def __init__(
        self,
        home: Path | None = None,
        limits: Limits | None = None,
        capture_limit: int = SIZE_LIMIT,
        silence: float = SILENCE,
        kept_free: float = KEPT_FREE,
        book: Book | None = None,
        maps: Path | None = None,
    ) -> None:
        """`home` is where live captures are kept, each below `capture_limit` bytes, on a disk of which the share `kept_free`
        is left to others; both may be changed for the captures to come. `book` has the saved connections.
        In the folder `maps` is kept where the boxes of each map stood; None keeps nothing.

        A collect program that says nothing for `silence` seconds is taken for one that hangs.
        """
        self.orphans: tuple[Orphan, ...] = ()  # what sessions that ended without closing it have left
        self.captures: list[Opened] = []
        self.book = book or Book()
        self._kept_places = KeptPlaces(maps)
        self.troubles: tuple[Trouble, ...] = ()
        self.cursor = Cursor()  # which moment, or range of time, all views show
        self.revision = 0
        self._home = home or captures_home()
        self._silence = silence
        self._heard: SimpleQueue[Heard] = SimpleQueue()
        self._told: SimpleQueue[Told] = SimpleQueue()
        self._look = Explainers("look", self._heard, self.report, spare=True, limits=limits)
        self._work = Explainers("work", self._heard, self.report, spare=False, limits=limits)
        self._save = Explainers("work", self._heard, self.report, spare=False, limits=limits)  # starts with a save
        self._numbers = 0
        self.capture_limit, self.kept_free = capture_limit, kept_free
        self._meshes: dict[Child, Opened] = {}  # programs that make a mesh to connect to (the demo's)
        self._checks: dict[Child, Checking] = {}  # until their programs have ended
        self._leaving: list[_Leaving] = []
        self._deletions: list[threading.Thread] = []
        self._names_before: dict[str, frozenset[str]] = {}
        self._closed = threading.Event()
        self._scratch: Owned | None = None
        self._found: SimpleQueue[tuple[Orphan, ...]] = SimpleQueue()
        threading.Thread(target=self._watch_memory, name="memory", daemon=True).start()
        threading.Thread(target=self._look_for_orphans, name="orphans", daemon=True).start()

    # Opening

    def open_file(self, path: Path) -> Opened:
        """Opens a capture, and the others that its file holds; what is wrong with it is said in `troubles`."""
        opened = self._new()
        opened.open_file(path)
        return opened

    def recover(self, orphan: Orphan) -> Opened | None:
        """Opens what a session has left behind; it stays an orphan until it is saved elsewhere or deleted."""
        owned = self._own(orphan)
        if owned is None:
            return None
        opened = self._new()
        opened.open_file(orphan.folder, owned=owned)
        return opened

    def delete(self, orphan: Orphan) -> None:
        """Deletes what a session has left behind."""
        owned = self._own(orphan)
        if owned is not None:
            self._delete(owned.delete)

    def _own(self, orphan: Orphan) -> Owned | None:
        self.orphans = tuple(other for other in self.orphans if other.folder != orphan.folder)
        self._changed()
        try:
            owned = own(orphan.folder)
        except FileNotFoundError:
            owned = None
        except OSError as error:
            self.report(
                Trouble(
                    f"The capture of {orphan.title} cannot be taken over: {error.strerror}.",
                    f"Check the rights of {orphan.folder}, or open a copy of it.",
                    orphan.title,
                    "attention",
                    time.time_ns() // 1_000_000,
                )
            )
            return None
        if owned is None:
            self.report(
                Trouble(
                    f"The capture of {orphan.title} is not there any more, or another window has it open.",
                    "",
                    orphan.title,
                    "attention",
                    time.time_ns() // 1_000_000,
                )
            )
        return owned

    def connect(self, connection: Connection) -> Opened:
        """Connects; from then on the capture grows."""
        opened = self._new()
        self._connect(opened, connection, self._new_folder())
        return opened

    def check(self, connection: Connection) -> Checking:
        """Tests a connection; what is found is in its steps, beat by beat. Nothing is opened or kept."""
        checking = Checking(lambda: Child(["collect", "--check"], self._heard), connection)
        if checking.child is not None:
            self._checks[checking.child] = checking
        return checking

    def open_through(self, verb: Sequence[str], title: str) -> Opened:
        """Starts a program that makes a mesh, shows its progress, and connects to what it made."""
        opened = self._new()
        opened.prepare(title, "starting …")
        try:
            self._meshes[Child(verb, self._heard)] = opened
        except OSError as error:
            opened.fail(f"{title} could not be started: {error.strerror}.")
        return opened

    @property
    def works(self) -> tuple[Work, ...]:
        """What runs long, also the saves of captures that were closed meanwhile."""
        leaving = [leaving.opened for leaving in self._leaving]
        return tuple(work for opened in (*self.captures, *leaving) for work in opened.works.now)

    def shut(self, opened: Opened) -> None:
        """Closes one capture, with the mesh that was made for it; what was collected is deleted once nobody writes it.

        Its troubles concern nobody any more.
        """
        if opened in self.captures:
            self._shut(opened)
            names = opened.names.difference(*(other.names for other in self.captures))
            self._revise(lambda trouble: None if trouble.about in names else trouble)

    @property
    def replaced(self) -> dict[str, int]:
        """How many explain programs were ended by us, by what they do."""
        return {"look": self._look.killed, "work": self._work.killed, "save": self._save.killed}

    @property
    def names(self) -> dict[str, frozenset[str]]:
        """The names of what is open, and of what was open before in this run, by what they name: connections and topics.
        Whoever shows a text to strangers leaves them out."""
        now = [*map(_names_of, self.captures), self._names_before]
        return {kind: frozenset().union(*(names.get(kind, ()) for names in now)) for kind in ("connection", "topic")}

    def _shut(self, opened: Opened) -> None:
        left = sum(map(len, self._names_before.values()))
        for kind, names in _names_of(opened).items() if left < NAMES_KEPT else ():
            self._names_before[kind] = self._names_before.get(kind, frozenset()) | names
        children = opened.close()
        for child in [child for child, owner in self._meshes.items() if owner is opened]:
            del self._meshes[child]
            child.send({"is": "capture", "folder": ""})  # ours to delete, once no save reads it
            child.hang_up()
            children.append(child)
        self._leaving.append(_Leaving(opened, children, time.monotonic() + LEAVE))
        self.captures = [other for other in self.captures if other is not opened]
        self._changed()

    def close(self) -> None:
        """Ends all programs and removes the live captures; waits at most END seconds for the programs."""
        self._closed.set()
        for opened in self.captures:
            self._shut(opened)
        ending = [child for leaving in self._leaving for child in leaving.children]
        for checking in self._checks.values():
            checking.cancel()
        ending += [*self._checks, *self._look.end(), *self._work.end(), *self._save.end()]
        until = time.monotonic() + END
        self.book.close(END)
        for child in ending:
            if not child.wait(max(0.0, until - time.monotonic())):
                child.kill("the session ended")
                child.wait(1.0)
        for leaving in self._leaving:
            if not leaving.opened.is_saving:  # else the only copy; its save was cut short
                leaving.opened.delete()
        self._leaving = []
        if self._scratch is not None:
            self._scratch.delete()
        for deletion in self._deletions:
            deletion.join(END)

    def look_at(self, cursor: Cursor) -> None:
        """Moves the time cursor: from now on topics, meshes and lags are those of its moment."""
        self.cursor = cursor
        for opened in self.captures:
            opened.look_at(cursor)

    # The beat

    @property
    def has_news(self) -> bool:
        """Whether anything has arrived since the last beat."""
        return not self._heard.empty() or not self._told.empty()

    def beat(self) -> None:
        """Takes what has arrived since the last beat."""
        self.book.beat()
        for _ in range(BEAT_ITEMS):
            try:
                self._hear(self._heard.get_nowait())
            except Empty:
                break
        for _ in range(BEAT_ITEMS):
            try:
                told = self._told.get_nowait()
            except Empty:
                break
            for opened in self.captures:
                if opened.number == told.number:
                    opened.take(told)
                    self._open_beside(opened, told)
        with suppress(Empty):
            self.orphans = self._found.get_nowait()
            self._changed()
        for opened in self.captures:
            opened.look_at(self.cursor)
            opened.beat()
        for checking in self._checks.values():
            checking.beat()
        self._look.beat()
        if self._look.stands_by:
            self._work.warm()  # before it is asked for something, and after the rows that somebody waits for
        self._work.beat()
        self._save.beat()
        self._see_off()

    def idle(self) -> bool:
        """Nothing that was asked for is on its way."""
        asked = self._look.busy or self._work.busy or self._save.busy or bool(self._checks) or self.book.is_busy
        return not (asked or self.has_news) and all(opened.idle for opened in self.captures)

    def report(self, trouble: Trouble) -> None:
        """Takes a trouble into the list; one that does not say when it was seen is seen now."""
        if not trouble.seen:
            trouble = replace(trouble, seen=time.time_ns() // 1_000_000)
        self.troubles = with_trouble(self.troubles, trouble)
        log.info("%s: %s", trouble.about, trouble.sentence)
        self._changed()

    def _revise(self, revised: Callable[[Trouble], Trouble | None]) -> None:
        """Puts what is true by now in the place of each trouble; None takes back what is over: a pause that has ended, the
        troubles of a connection that was closed."""
        self.troubles = tuple(now for trouble in self.troubles if (now := revised(trouble)) is not None)
        self._changed()

    @property
    def pids(self) -> dict[str, list[int]]:
        """The processes of the session by what they do."""
        collects = [opened.collect.pid for opened in self.captures if opened.collect]
        return {"collect": collects, "look": self._look.pids, "work": self._work.pids, "save": self._save.pids}

    # The rest

    def _new(self) -> Opened:
        self._numbers += 1
        opened = Opened(
            self._numbers,
            self._look,
            self._work,
            self._save,
            self._told,
            self.report,
            self._revise,
            self._scratch_folder,
            self.shut,
            self.capture_limit,
            self._silence,
            self.kept_free,
            self._kept_places,
        )
        self.captures = [*self.captures, opened]
        self._changed()
        return opened

    def _new_folder(self) -> Path:
        return self._home / f"{time.strftime('%Y%m%d-%H%M%S')}-{uuid.uuid4().hex[:8]}"

    def _connect(self, opened: Opened, connection: Connection, folder: Path) -> None:
        """Begins a capture in `folder`, which is not there yet."""
        try:
            owned = own_new(folder)
        except OSError as error:
            opened.fail(
                f"No capture can be made in {self._home}: {error.strerror}.", "Free some space, or check its rights."
            )
            return
        try:
            create_capture(folder, MADE_BY, connection.title)
        except CaptureError as error:
            owned.delete()
            opened.fail(str(error))
            return
        try:
            opened.connect(connection, owned, lambda: Child(["collect", "--child"], self._heard))
        except OSError as error:
            owned.delete()
            opened.fail(f"The collect program cannot be started: {error.strerror}.", "Connect again.")

    def _open_beside(self, opened: Opened, told: Told) -> None:
        """The other captures that the same file holds, each as one of its own."""
        if told.reading is None or opened.which or not told.reading.beside or opened.has_company:
            return
        opened.has_company = True
        for which in range(1, told.reading.beside + 1):
            self._new().open_file(opened.path, which)

    def _scratch_folder(self) -> Path:
        """Where orders lie; a folder of this session alone. Raises OSError."""
        if self._scratch is None:
            self._scratch = own_scratch(self._home)
        return self._scratch.folder

    def _look_for_orphans(self) -> None:
        clear_scratch(self._home)
        self._found.put(tuple(orphans(self._home)))

    def _see_off(self) -> None:
        """Deletes what was collected into captures that were closed, once their programs have ended and no save reads it."""
        for leaving in self._leaving[:]:
            living = [child for child in leaving.children if child.code is None]
            if living and time.monotonic() > leaving.until:
                for child in living:
                    child.kill("it did not end with its capture")
            if not living and not leaving.opened.is_saving:
                self._leaving.remove(leaving)
                self._delete(leaving.opened.delete)

    def _delete(self, delete: Callable[[], None]) -> None:
        """Gigabytes take a while to be unlinked, which the window must not wait for."""
        deletion = threading.Thread(target=delete, name="delete")
        deletion.start()
        self._deletions = [*(other for other in self._deletions if other.is_alive()), deletion]

    def _hear(self, heard: Heard) -> None:
        if self._look.hear(heard) or self._work.hear(heard) or self._save.hear(heard):
            return
        if (checking := self._checks.get(heard.child)) is not None:
            checking.hear(heard.message)
            if heard.message is None:
                del self._checks[heard.child]
            return
        if heard.child in self._meshes:
            self._hear_mesh(heard.child, heard.message)
            return
        for opened in self.captures:
            if opened.collect is heard.child:
                opened.hear(heard)

    def _hear_mesh(self, child: Child, message: Message | None) -> None:
        opened = self._meshes[child]
        if message is None:
            del self._meshes[child]
            if opened.state == "connecting" and opened.folder is None:
                opened.fail(f"{opened.title} could not be started: {ended_how(child)}.")
            elif opened.state in ("connecting", "live"):
                why = ended_how(child)
                if not any(why.startswith(trouble.text.rstrip(".")) for trouble in self.troubles):  # it said so itself
                    text = f"The program behind {opened.title} has ended: {why}."
                    self.report(Trouble(text, "What was captured stays open.", opened.title))
                opened.stop()
        elif message.get("is") == "progress":
            opened.prepared(str(message.get("text", "")), int(message.get("done", 0)), int(message.get("of", 0)))
        elif message.get("is") == "mesh":
            bootstrap, registry = str(message["bootstrap"]), str(message.get("registry", ""))
            folder = self._new_folder()
            child.send({"is": "capture", "folder": str(folder)})  # said before it is there: it goes if we are killed
            name, folders = str(message.get("name", "")), tuple(map(str, message.get("catalogues") or ()))
            self._connect(opened, Connection(bootstrap, registry, name=name, catalogues=folders), folder)
        elif message.get("is") == "trouble":
            self.report(trouble_from(message))

    def _watch_memory(self) -> None:
        while not self._closed.wait(MEMORY_EVERY):
            self._look.watch_memory()
            self._work.watch_memory()
            self._save.watch_memory()

    def _changed(self) -> None:
        self.revision += 1


def _names_of(opened: Opened) -> dict[str, frozenset[str]]:
    return {"connection": opened.names, "topic": frozenset(topic.name for topic in opened.now.topics)}
