"""One capture that is open: a file, or a live connection whose collecting goes on into it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Literal

from meshdesk.capture.store import KEPT_FREE
from meshdesk.model.cursor import Cursor
from meshdesk.model.frame import Message
from meshdesk.model.lag import Lags
from meshdesk.model.mesh import Mesh
from meshdesk.model.position import Position
from meshdesk.model.trouble import Trouble, left, trouble_from
from meshdesk.model.wording import plural
from meshdesk.session.children import Child, Heard
from meshdesk.session.chosen import Chosen
from meshdesk.session.collecting import SILENCE, Collecting
from meshdesk.session.connection import Connection
from meshdesk.session.consumers import Consumers
from meshdesk.session.curves import CurveMaker
from meshdesk.session.explainers import Explainers
from meshdesk.session.file_notes import FileNotes
from meshdesk.session.home import Owned
from meshdesk.session.intake import READING, Intake, Status
from meshdesk.session.kept_places import KeptPlaces
from meshdesk.session.lists import Lists
from meshdesk.session.moments import Moments
from meshdesk.session.pictures import Pictures
from meshdesk.session.questions import Questions
from meshdesk.session.readings import Follower, Reading, Told, Topic, recorded
from meshdesk.session.saves import Saves
from meshdesk.session.strips import Strips
from meshdesk.session.trends import Trends
from meshdesk.session.works import Works

if TYPE_CHECKING:
    from meshdesk.model.tracks import Tracks

State = Literal["opening", "connecting", "live", "ended", "failed"]
PASSED = 12.0  # s after which a broker that nothing was said of answers: a client tries each 10 s at the latest
OPENING, PREPARING = "opening", "preparing"  # the keys of works


@dataclass(frozen=True, slots=True)
class Progress:
    """Something long that runs: a sentence, how far, of how much (0: not known)."""

    text: str
    done: int = 0
    of: int = 0


class Opened:
    """A capture and all that the window may ask of it. Lives on the window's thread; nothing here waits."""

    def __init__(
        self,
        number: int,
        look: Explainers,
        work: Explainers,
        save: Explainers,
        told: "SimpleQueue[Told]",
        report: Callable[[Trouble], None],
        revise: Callable[[Callable[[Trouble], Trouble | None]], None],
        scratch: Callable[[], Path],
        shut: "Callable[[Opened], None]",
        limit: int,
        silence: float = SILENCE,
        kept_free: float = KEPT_FREE,
        kept_places: KeptPlaces | None = None,
    ) -> None:
        """`save` is a work program of its own: a save of minutes does not keep a sort waiting. `scratch` gives the folder for
        what is made while it is open, and goes with the session. `shut` closes a capture for good. A live capture stays
        below `limit` bytes and leaves the share `kept_free` of its disk; a collect program that says nothing for `silence`
        seconds is ended. `kept_places` has where the boxes of its maps stood the last time. `revise` puts what is true by now in
        the place of each thing that was reported; None: it is over."""
        self.number = number
        self.limit, self.kept_free = limit, kept_free
        self.title = ""
        self.state: State = "opening"
        self.progress: Progress | None = None
        self.revision = 0
        self.folder: Path | None = None  # of a live capture; deleted when it is closed
        self.which = 0  # of the captures that its file holds
        self.has_company = False  # the others are open, too
        self._owned: Owned | None = None  # the lock on the folder
        self._connection: Connection | None = None
        self._collecting: Collecting | None = None
        self._look, self._work, self._save = (Questions(number, role) for role in (look, work, save))
        self._told, self._report, self._revise = told, report, revise
        self.works = Works()
        self._intake = Intake(
            self.works, lambda: self.title, self._stop_reading, lambda text: self._attend(text, ""), self._take_back
        )
        self.pictures = Pictures(kept=kept_places, title=lambda: self.title)
        self._file_notes = FileNotes()
        self.curves = CurveMaker()
        self.trends = Trends()
        self.strips = Strips()
        self.consumers = Consumers()
        self.lists = Lists(
            self._look,
            self._work,
            self.works,
            lambda order: scratch() / f"{number}-{order}.order",
            lambda: self._reading,
            lambda: self.chosen.renew(),
            lambda name, move: self.chosen.move(name, move.of),
            self._failed,
            self._attend,
            self._changed,
        )
        self.chosen = Chosen(self._look, self.lists.how, self._failed, self._changed)
        self._shut = shut
        self._saves = Saves(self._save, self.works, self._changed)
        self._reading = self._shown = Reading()
        self._moments = Moments()
        self.cursor = Cursor()  # of the session, as of the last beat
        self._follower: Follower | None = None
        self._tailing: frozenset[str] = frozenset()
        self._silence = silence
        self.is_reached = True  # the cluster answered when it was last asked
        self._has_reached = False  # the collect program of now had an answer
        self._passing_at = 0.0  # monotonic: when a trouble that passes was last said; 0 once it has passed

    # What it is

    @property
    def collect(self) -> Child | None:
        """The collect program of now."""
        return self._collecting.child if self._collecting is not None else None

    @property
    def status(self) -> Status:
        """The numbers of the status line."""
        return self._intake.status

    @property
    def now(self) -> Reading:
        """What was read last, wherever the time cursor is."""
        return self._reading

    @property
    def moment(self) -> int | None:
        """The moment (ms since the epoch) of which topics, mesh and lags are; None is live."""
        return self.cursor.moment

    @property
    def topics(self) -> tuple[Topic, ...]:
        """At the moment that the time cursor is on."""
        return self._shown.topics

    @property
    def mesh(self) -> Mesh:
        """What was known of the mesh at the moment that the time cursor is on; it does not change."""
        return self._shown.mesh

    @property
    def lags(self) -> Lags:
        """Offsets of that moment, of which the lag of each group can be had."""
        return self._shown.lags

    @property
    def tracks(self) -> "Tracks | None":
        """All samples by time; None before there are any."""
        return self._reading.tracks

    @property
    def colour(self) -> str:
        """The hue that the owner of the connection gave it, as #rrggbb; "" for none."""
        return self._connection.colour if self._connection else ""

    @property
    def is_production(self) -> bool:
        """What is connected is in production, which the whole window shows."""
        return self._connection is not None and self._connection.is_production

    @property
    def names(self) -> frozenset[str]:
        """What troubles call it: its title, and the brokers that it was told to ask."""
        bootstrap = self._connection.bootstrap if self._connection else ""
        return frozenset({self.title, bootstrap, *bootstrap.split(",")} - {""})

    @property
    def connection(self) -> Connection | None:
        """What it was told to connect to; None for a file, and before a mesh is there."""
        return self._connection

    @property
    def protocol(self) -> str:
        """How it speaks to its brokers: the protocol, and the kind of login where there is one; "" where nothing is live."""
        if self._connection is None:
            return ""
        settings = self._connection.properties
        kinds = (settings.get("security.protocol", "PLAINTEXT"), settings.get("sasl.mechanism", ""))
        return " ".join(kind for kind in kinds if kind)

    @property
    def state_text(self) -> str:
        """A short phrase for the connection's chip."""
        if self.state == "ended":
            return recorded(self._reading)
        if self.state == "live" and not self.is_reached:
            return "does not answer"
        return {
            "opening": "opening …",
            "connecting": "connecting …",
            "live": "read-only",
            "failed": "cannot be opened",
        }[self.state]

    @property
    def idle(self) -> bool:
        """Nothing is on its way: not a row, not a detail, not a reading."""
        follower = self._follower is None or self._follower.settled
        waiting = self._collecting is not None and self._collecting.waiting
        reading = self.state in ("live", "ended", "failed") and not waiting
        beside = (self.curves.is_making, self.trends.is_making, self.consumers.is_busy, self.pictures.is_counting)
        making = (self._moments.is_busy, self.strips.is_busy, *beside)
        asking = (self.lists.is_busy, *(role.is_busy for role in (self._look, self._work, self._save)))
        return follower and reading and not (any(asking) or any(making))

    @property
    def path(self) -> Path:
        """The file or the folder that it lies in."""
        return self.folder or self._path or Path()

    @property
    def is_saving(self) -> bool:
        """True while a .meshcap is written from it, for which its folder must stay."""
        return self._saves.is_under_way

    # Opening and closing

    def open_file(self, path: Path, which: int = 0, owned: "Owned | None" = None) -> None:
        """Opens a file or the folder of a capture that nobody writes; an orphan's with the lock on it."""
        self.title, self.which, self._owned = path.stem, which, owned
        self.works.begin(OPENING, f"Opening {path.name}", cancel=self._give_way)
        self._begin(path, grows=False)

    def connect(self, connection: Connection, owned: "Owned", start: Callable[[], Child]) -> None:
        """Collects into the folder; `start` starts a collect program. Raises OSError where none can be started."""
        first = {
            "folder": str(owned.folder),
            "bootstrap": connection.bootstrap,
            "registry": connection.registry,
            "registry_user": connection.registry_user,
            "registry_ca": connection.registry_ca,
            "catalogues": list(connection.catalogues),
            "schemas": list(connection.schemas),
            "properties": dict(connection.properties),
            "limit": self.limit,
            "kept_free": self.kept_free,
        }
        self._collecting = Collecting(start, first, self._silence)
        self._connection, self._owned, self.folder = connection, owned, owned.folder
        self.title = connection.title
        self.state = "connecting"
        self.progress = None
        self.works.end(PREPARING)
        self._begin(owned.folder, grows=True)

    def prepare(self, title: str, text: str) -> None:
        """Something else must come first (the demo's mesh); progress says how far it is."""
        self.title, self.state = title, "connecting"
        self.prepared(text)

    def prepared(self, text: str, done: int = 0, of: int = 0) -> None:
        """How far what must come first is."""
        self.progress = Progress(text, done, of)
        self.works.begin(PREPARING, f"Preparing {self.title}", cancel=self._give_way)
        self.works.tell(PREPARING, done, of)
        self._changed()

    def fail(self, text: str, advice: str = "") -> None:
        self.state, self.progress = "failed", None
        self.works.clear()
        self._revise_passing(left)
        if self._collecting is not None:
            self._collecting.waiting.clear()
            self._collecting.hang_up()
        self._report(Trouble(text, advice, self.title, seen=_now()))
        self._changed()

    def stop(self) -> None:
        """Stops collecting; the capture stays open."""
        if self._collecting is not None and self.state in ("connecting", "live"):
            self._collecting.stop()

    def _give_way(self) -> None:
        """What is being opened is not wanted any more."""
        self._shut(self)

    def close(self) -> list[Child]:
        """Lets go of everything but a save; the processes that are still ending."""
        for key in (OPENING, PREPARING, READING):
            self.works.end(key)
        if self._follower:
            self._follower.stop()
        self.lists.forget_all()
        self._look.close()
        self._work.close()
        if self._collecting is None or self._collecting.child is None:
            return []
        self._collecting.hang_up()
        return [self._collecting.child]

    def delete(self) -> None:
        """Removes a live capture that was not saved, once nobody writes it; an orphan that was looked at stays one."""
        if self._owned is None:
            return
        if self.folder is not None:
            self._owned.delete()
        else:
            self._owned.release()

    # Reading topics

    def tail(self, topic: str, start: Position) -> None:
        """Begins (or moves) reading a topic into the capture."""
        if self._collecting is not None and self.state in ("connecting", "live"):
            self._collecting.tail(topic, start, None, _now())

    def stop_tail(self, topic: str) -> None:
        if self._collecting is not None:
            self._collecting.stop_tail(topic)

    def read_to_end(self, topic: str, start: Position) -> None:
        """Reads a topic up to the end offsets of this moment."""
        if self._collecting is not None:
            self._collecting.tail(topic, start, Position("end"), _now())

    def ask_past(self, topics: Sequence[str], start: int, end: int) -> None:
        """Has the past of topics asked by time, from `start` to `end` in ms: what is on the screen, those first that come first.

        model/past.py has what is known by now. Asking again for that costs nothing; a file is not asked.
        """
        if self._collecting is not None and self.state in ("connecting", "live"):
            self._collecting.ask_past(topics, start, end)

    @property
    def reading(self) -> frozenset[str]:
        """Topics that are not read to where they were asked to be read."""
        return self._tailing

    def seen(self, name: str, k: int) -> None:
        """The rows of a list before number `k` were on the screen: a backlog at its limit may drop them. In the order of arrival
        they are the topic's own; in any other one they lie anywhere, and count once the end of the list is seen. With them
        counts what was looked through for it and left out, and nothing that has arrived since."""
        order = self.lists.order(name)
        if order is None:
            self.looked(name, k)
        elif k >= order.rows and order.is_known:
            for topic, end in zip(order.listing.topics, order.ends, strict=True):
                self.looked(topic, end)

    def looked(self, topic: str, k: int) -> None:
        """The rows of a topic before number `k` may be dropped by a backlog at its limit."""
        if self._collecting is not None and self.state == "live":
            self._collecting.looked(topic, k)

    # Saving

    def save(self, path: Path, done: Callable[[str], None], beside: "Sequence[Opened]" = ()) -> None:
        """Writes the capture, and others beside it, as they are now, to a .meshcap; `done` gets "" or the sentence why it could not."""
        sources = [source for one in (self, *beside) if (source := one.folder or one._path) is not None]
        self._saves.save(sources, path, done)

    # What arrives, on the beat

    def look_at(self, cursor: Cursor) -> None:
        """Where the time cursor is. What was then is shown once it is made, beside the window."""
        self.cursor = cursor
        shown = self._moments.want(self._reading, cursor.moment)
        if shown is not self._shown:
            self._shown = shown
            self._changed()

    def beat(self) -> None:
        """Ends a collect program that hangs, and takes back what has passed."""
        now = time.monotonic()
        if self._collecting is not None:
            self._collecting.beat()
        if self._passing_at and self.is_reached and now - self._passing_at > PASSED:
            self._passing_at = 0.0
            self._revise_passing(lambda _: None)
        self._intake.beat()
        self.lists.grow()
        self.lists.read_anew(now)

    def take(self, told: Told) -> None:
        """A reading of the capture."""
        if told.reading is None:
            self.fail(told.failed)
            return
        before, self._reading = self._reading, told.reading
        self.works.end(OPENING)
        if self.state == "opening":
            self.state = "ended"
        if self._connection is None:
            self.title = told.reading.title or self.title
        if told.reading.damage and not before.damage:
            self._attend(told.reading.damage, "All the rest can be read.")
        for trouble in self._file_notes.look(told.reading.mesh, self.title):
            self._report(trouble)
        self._with_tailing()
        self._intake.count(told.reading, self.state == "live")
        self.lists.grow()
        self._changed()

    def hear(self, heard: Heard) -> None:
        """What the collect program said, or its end."""
        message, collecting = heard.message, self._collecting
        if collecting is None or not collecting.hear(message):
            return
        if message is None:
            self._collect_ended(collecting, heard.child)
            return
        kind = str(message.get("is"))
        if kind == "progress":
            self._progress(message)
        elif kind == "trouble":
            trouble = trouble_from(message)
            self._passing_at = time.monotonic() if trouble.passes else self._passing_at
            self._report(trouble)
        elif kind == "ended":
            missing = list(message.get("missing", []))
            if missing:
                self._attend(
                    f"{plural(len(missing), 'schema')} could not be fetched: ids {', '.join(map(str, missing[:10]))}.",
                    "Records that need them show their bytes.",
                )
            self._rest()
        if self._follower:
            self._follower.nudge()

    def _progress(self, message: Message) -> None:
        if message.get("connected") and self.state == "connecting":
            self.state = "live"
            self._changed()
        self._has_reached = self._has_reached or bool(message.get("connected"))
        reached = bool(message.get("connected")) or not self._has_reached
        if reached != self.is_reached:
            self.is_reached = reached
            self._changed()
        tailing = frozenset(map(str, message.get("reading", ())))
        if tailing != self._tailing:
            self._tailing = tailing
            self._with_tailing()
            self._changed()
        if self._intake.hear(message, is_reading=bool(tailing)):
            self._changed()

    def _stop_reading(self) -> None:
        """Nothing is read any more; what was read stays."""
        for topic in self._tailing:
            self.stop_tail(topic)

    def _collect_ended(self, collecting: Collecting, child: Child) -> None:
        collecting.child, self._has_reached = None, False
        if self.state in ("ended", "failed"):
            return
        text, advice = collecting.follow(child)
        if text:
            self._attend(text, advice)
        if collecting.child is None:
            self._give_up()

    def _give_up(self) -> None:
        """Nobody collects any more."""
        self.state = "ended" if self._reading.total or self.state == "live" else "failed"
        self._rest()

    # The rest

    _path: Path | None = None

    def _begin(self, path: Path, grows: bool) -> None:
        self._path = path
        self._follower = Follower(self.number, path, grows, self._told, self.which, self._owned is not None)
        self._follower.nudge()
        self._look.open(str(path), self.which)
        self._look.warm()
        self._work.open(str(path), self.which)
        self._changed()

    def _rest(self) -> None:
        """Nobody writes the capture any more."""
        if self.state != "failed":
            self.state = "ended"
        self._tailing = frozenset()
        if self._collecting is not None:
            self._collecting.waiting.clear()
        self._intake.rest()
        self._revise_passing(left)
        self._with_tailing()
        if self._follower:
            self._follower.rest()
        self._changed()

    def _revise_passing(self, revised: Callable[[Trouble], Trouble | None]) -> None:
        """Puts what is true by now in the place of each trouble of this capture that ends by itself."""
        names = self.names.union(topic.name for topic in self.now.topics)
        self._revise(lambda trouble: revised(trouble) if trouble.passes and trouble.about in names else trouble)

    def _take_back(self, text: str) -> None:
        names = self.names
        self._revise(lambda trouble: None if trouble.about in names and trouble.text == text else trouble)

    def _with_tailing(self) -> None:
        topics = tuple(
            topic
            if (topic.name in self._tailing) == topic.tailing
            else replace(topic, tailing=topic.name in self._tailing)
            for topic in self._reading.topics
        )
        self._reading = replace(self._reading, topics=topics)
        self.look_at(self.cursor)

    def _failed(self, answer: Message) -> None:
        if self.state != "failed":  # else it was said why nothing can be had of it
            self._attend(str(answer.get("text", "")), "")

    def _attend(self, text: str, advice: str) -> None:
        self._report(Trouble(text, advice, self.title, "attention", _now()))

    def _changed(self) -> None:
        self.revision += 1


def _now() -> int:
    return time.time_ns() // 1_000_000
