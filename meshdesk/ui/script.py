"""Scripts: what the window does by itself when the command line says so, one step a beat."""

import time
from collections.abc import Callable, Generator
from pathlib import Path

from PySide6.QtWidgets import QApplication

from meshdesk.model.cursor import Cursor
from meshdesk.model.position import Position
from meshdesk.model.record import RecordName, record_name
from meshdesk.session.opened import Opened
from meshdesk.ui import theme
from meshdesk.ui.window import Window

Steps = Generator[str, None, None]  # each item is what is being waited for, as it stands after "waiting for"

PATIENCE = 60.0  # s for a picture
TOUR_PATIENCE = 1200.0  # s for the demo's first download on a slow line
BOTH: tuple[theme.Choice, ...] = ("light", "dark")
SURE = 3.0  # s after which a reason why there is no connection counts: a name may have one address that refuses first
CALM = 0.4  # s in which nothing may be on its way before a picture is taken: the explorer asks four times a second
EMPTY = 3.0  # s after which a topic of which nothing is heard counts as empty
# The same where its offsets say that it has records, which may all have been compacted away: a machine that is busy takes more
# than 3 s to read the first of them, and the picture showed none (2026-11).
HOLLOW = 20.0


class CannotError(Exception):
    """What was asked for cannot be done; the text is a sentence."""


class Script:
    """Runs steps, one a beat, within a time limit. `code` is None until its end; `sentence` says what went wrong."""

    def __init__(self, steps: Steps, patience: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.code: int | None = None
        self.sentence = ""
        self._steps = steps
        self._is_stepping = False
        self._clock = clock
        self._until = clock() + patience
        self._patience = patience

    def step(self) -> None:
        if self.code is not None or self._is_stepping:  # a picture lets Qt work, and a beat may come with that
            return
        self._is_stepping = True
        try:
            waiting = next(self._steps)
        except StopIteration:
            self.code = 0
        except CannotError as error:
            self._fail(str(error))
        else:
            if self._clock() > self._until:
                self._fail(f"It took longer than {self._patience:.0f} s: still waiting for {waiting}.")
        finally:
            self._is_stepping = False

    def _fail(self, sentence: str) -> None:
        self.code, self.sentence = 1, sentence


def arrive(window: Window, select: str, at: Position | None = None) -> Steps:
    """Goes to the topic or record that was named, and to the moment, once they can be seen."""
    opened = yield from _opened(window)
    if opened is not None and at is not None:
        window.playhead.move(moment_of(opened, at))
    if opened is not None and select:
        topic, name = yield from _place(opened, select)
        window.open_topic(opened, topic)
        if name is not None:
            yield from _choose(window, opened, name)


def arrive_later(window: Window, title: str, select: str) -> Steps:
    """The same for a cluster to which somebody may connect, or not."""
    while not (window.session.captures and window.session.captures[-1].title == title):
        yield f"somebody to connect to {title}"
    yield from arrive(window, select)


def moment_of(opened: Opened, at: Position) -> Cursor:
    """A time, or so long before the newest of a capture."""
    newest = time.time_ns() // 1_000_000 if opened.state == "live" else opened.now.ended or 0
    return Cursor.of(at.at(newest).value)


def picture(window: Window, out: Path, view: str, select: str, at: Position | None = None) -> Steps:
    """Takes a picture of what was named, at rest: what is live is first read from its beginning to its end."""
    opened = None if view == "start" else (yield from _opened(window))
    if opened is not None:
        topic, name = yield from _place(opened, select)
        if opened.state == "live":
            yield from _collect(window, opened, topic)
        window.open_topic(opened, topic)
        if name is not None:
            yield from _choose(window, opened, name)
    if view:
        window.show_view(view)
    if opened is not None and at is not None:
        window.playhead.move(moment_of(opened, at))
        yield f"{opened.title} as it was then"
    yield from _calm(lambda: window.session.idle() and window.frame.records.is_complete, "rows that are on their way")
    save_picture(window, out)


def tour(
    window: Window, folder: Path, seconds: float, select: str = "", clock: Callable[[], float] = time.monotonic
) -> Steps:
    """A bounded run that nobody watches: pictures of the start page, of a topic, of a record, in both themes."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotError(
            f"No pictures can be written into {folder}: {error.strerror}. Name another folder with --screenshots."
        ) from error
    save_picture(window, folder / "start.png")
    opened = yield from _opened(window)
    if opened is None:
        raise CannotError("Nothing was named that could be opened.")
    until = clock() + seconds
    topic, _ = yield from _place(opened, select)
    window.open_topic(opened, topic)
    while opened.lists.rows(topic) < 40 and clock() < until:
        yield f"records of {topic}"
    yield from _calm(lambda: window.frame.records.is_complete, "the rows on the screen")
    save_picture(window, folder / "topic.png")
    if opened.lists.rows(topic):
        window.frame.records.table.choose(max(0, window.frame.records.table.records.rows - 8))  # of those in the list
        yield from _details(opened, clock, until)
        for choice in BOTH:
            window.wear(choice)
            yield from _calm(lambda: window.frame.records.is_complete, "the rows on the screen")
            save_picture(window, folder / f"record-{choice}.png")
    while clock() < until:
        yield "the end of the run"


def save_picture(window: Window, out: Path) -> None:
    """Writes the window as it is now, without what only passes: toasts, the ring of the focus. Raises CannotError."""
    window.toast.hide()
    focused = QApplication.focusWidget()
    if focused is not None:
        focused.clearFocus()
    QApplication.processEvents()
    if not window.grab().save(str(out), "PNG"):
        raise CannotError(f"The picture could not be written to {out}. Check the folder and its rights.")


def _opened(window: Window) -> Generator[str, None, Opened | None]:
    while window.start.is_asking:
        yield "the keyring"
    if window.start.question:
        raise CannotError(window.start.question)
    captures = window.session.captures
    if not captures:
        return None
    opened: Opened = captures[-1]
    gives_up = None
    while opened.state in ("opening", "connecting") or (opened.state == "live" and not opened.topics):
        why = _why_not(window, opened)
        if gives_up is None and why:
            gives_up = time.monotonic() + SURE
        elif gives_up is not None and time.monotonic() > gives_up:
            raise CannotError(why)
        yield f"{opened.title} to be opened"
    if opened.state == "failed":
        raise CannotError(_why_not(window, opened) or f"{opened.title} could not be opened: {opened.state_text}.")
    return opened


def _why_not(window: Window, opened: Opened) -> str:
    """The newest sentence about why a capture cannot be opened; "" where none was said."""
    said = [trouble for trouble in window.session.troubles if trouble.severity == "bad"]
    if opened.state != "failed":
        said = [trouble for trouble in said if trouble.about == opened.title]
    return said[-1].sentence if said else ""


def _place(opened: Opened, select: str) -> Generator[str, None, tuple[str, RecordName | None]]:
    name = record_name(select)
    topic = name.topic if name is not None else select
    names = {known.name for known in opened.topics}
    if not topic:
        own = [known for known in opened.topics if not known.internal] or list(opened.topics)
        if not own:
            raise CannotError(f"{opened.title} holds no topic.")
        topic = max(own, key=lambda known: (known.rows, known.records or 0)).name
    elif topic not in names and name is not None and select in names:
        topic, name = select, None  # a topic whose own name looks like a record's
    if topic not in names:
        raise CannotError(f"{opened.title} has no topic “{topic}”. Check its name.")
    yield topic
    return topic, name


def _collect(window: Window, opened: Opened, topic: str) -> Steps:
    """Reads the topic from its beginning to the end offsets of this moment, then stops collecting."""
    known = next(known for known in opened.topics if known.name == topic)
    opened.read_to_end(topic, Position("beginning"))
    gives_up = time.monotonic() + (HOLLOW if known.records else EMPTY)

    def is_read() -> bool:
        if opened.state == "failed":
            raise CannotError(f"Reading {topic} ended: {opened.state_text}.")
        begun = opened.lists.rows(topic) > 0 or known.records == 0 or time.monotonic() > gives_up
        return begun and topic not in opened.reading and window.session.idle()

    yield from _calm(is_read, f"the records of {topic}")
    opened.stop()
    yield from _calm(lambda: opened.state != "live" and window.session.idle(), f"the end of reading {topic}")


def _choose(window: Window, opened: Opened, name: RecordName) -> Steps:
    answers: list[int | str] = []
    opened.lists.find(
        name,
        lambda k: answers.append(f"This capture does not hold {name}." if k is None else k),
        lambda: answers.append(f"Whether this capture holds {name} could not be found out."),
    )
    while not answers:
        yield f"the place of {name}"
    k = answers[0]
    if isinstance(k, str):
        raise CannotError(k)
    window.frame.records.table.grow(max(window.frame.records.table.records.rows, k + 1), False)
    window.frame.records.table.choose(k)
    while opened.chosen.details is None:
        yield f"the details of {name}"


def _calm(is_so: Callable[[], bool], what: str) -> Steps:
    """Waits until something has been so for a while."""
    since = time.monotonic()
    while time.monotonic() - since < CALM:
        if not is_so():
            since = time.monotonic()
        yield what


def _details(opened: Opened, clock: Callable[[], float], until: float) -> Steps:
    while opened.chosen.details is None and clock() < until:
        yield "the details of a record"
