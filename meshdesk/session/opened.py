"""One capture that is open: a file, or a live connection whose collecting goes on into it."""

import time
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Literal

from meshdesk.capture.pack import draft_of
from meshdesk.capture.store import KEPT_FREE
from meshdesk.model.cursor import Cursor
from meshdesk.model.decode_as import Role, Wishes, wishes_message
from meshdesk.model.frame import Message
from meshdesk.model.lag import Lags
from meshdesk.model.listing import Listing, listing_message
from meshdesk.model.mesh import Mesh
from meshdesk.model.node import Node, from_frame
from meshdesk.model.position import Position
from meshdesk.model.record import RecordName
from meshdesk.model.row import Details, Row, details_from
from meshdesk.model.trouble import Trouble, trouble_from
from meshdesk.model.wording import plural
from meshdesk.session.children import Child, Heard
from meshdesk.session.collecting import SILENCE, Collecting
from meshdesk.session.connection import Connection
from meshdesk.session.consumers import Consumers
from meshdesk.session.curves import CurveMaker
from meshdesk.session.explainers import Explainers, rows_from
from meshdesk.session.file_notes import FileNotes
from meshdesk.session.home import Owned
from meshdesk.session.moments import Moments
from meshdesk.session.orders import Order, Orders
from meshdesk.session.pictures import Pictures
from meshdesk.session.readings import Follower, Reading, Told, Topic, recorded
from meshdesk.session.row_cache import RowCache
from meshdesk.session.strips import Strips
from meshdesk.session.works import Works

if TYPE_CHECKING:
    from meshdesk.model.tracks import Tracks

State = Literal["opening", "connecting", "live", "ended", "failed"]
PASSED = 12.0  # s after which a broker that nothing was said of answers: a client tries each 10 s at the latest
BACKLOG = 20_000  # records behind from which on it is told how far reading is: less is there before it is read
BACKLOG_OVER = 1_000  # behind so few a tail keeps up
READING, OPENING, PREPARING = "reading", "opening", "preparing"  # the keys of works
READ_ANEW = 1.0  # s between two times that rows are decoded anew: at first hundreds of schemas come, one by one
RATE_WINDOW = 2.0  # s over which the rate of captured rows is taken


@dataclass(frozen=True, slots=True)
class Progress:
    """Something long that runs: a sentence, how far, of how much (0: not known)."""

    text: str
    done: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class Status:
    """The numbers of the status line."""

    rows: int = 0
    rows_rate: float = 0.0  # captured per second
    behind: int | None = None
    dropped: int = 0
    bytes: int = 0
    disk: int = 0  # bytes that the capture takes
    paused: str = ""  # why nothing is read for now: a sentence


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
        withdraw: Callable[[Callable[[Trouble], bool]], None],
        scratch: Callable[[], Path],
        shut: "Callable[[Opened], None]",
        limit: int,
        silence: float = SILENCE,
        kept_free: float = KEPT_FREE,
    ) -> None:
        """`save` is a work program of its own: a save of minutes does not keep a sort waiting. `scratch` gives the folder for
        what is made while it is open, and goes with the session. `shut` closes a capture for good. A live capture stays
        below `limit` bytes and leaves the share `kept_free` of its disk; a collect program that says nothing for `silence`
        seconds is ended. `withdraw` takes back what was reported, once it is over."""
        self.number = number
        self.limit, self.kept_free = limit, kept_free
        self.title = ""
        self.state: State = "opening"
        self.progress: Progress | None = None
        self.status = Status()
        self.revision = 0
        self.details: Details | None = None
        self.folder: Path | None = None  # of a live capture; deleted when it is closed
        self.which = 0  # of the captures that its file holds
        self.has_company = False  # the others are open, too
        self._owned: Owned | None = None  # the lock on the folder
        self._connection: Connection | None = None
        self._collecting: Collecting | None = None
        self._look, self._work, self._save, self._told = look, work, save, told
        self._report, self._withdraw = report, withdraw
        self.works = Works()
        self.pictures = Pictures()
        self._file_notes = FileNotes()
        self.curves = CurveMaker()
        self.strips = Strips()
        self.consumers = Consumers()
        self._orders = Orders(
            lambda order: scratch() / f"{number}-{order}.order",
            self.works,
            lambda question, done: self._ask(work, question, done),
            work.cancel,
            lambda topic: self._reading.rows.get(topic, 0),
            self._ordered,
        )
        self._shut = shut
        self._saves = 0  # how many were ever begun
        self._read_at = 0  # rows that were captured when the backlog began
        self._reading = self._shown = Reading()
        self._moments = Moments()
        self.cursor = Cursor()  # of the session, as of the last beat
        self._follower: Follower | None = None
        self._tailing: frozenset[str] = frozenset()
        self._cache = RowCache(self._fetch, self._fetch_columns)
        self._read_as: Hashable = None  # Mesh.reading, as of which the rows at hand were asked for
        self._read_anew_at = 0.0  # monotonic: when that was looked at
        self._selected: tuple[str, int] | None = None
        self._revealed: tuple[str, ...] = ()  # names of secrets in the selected record that its reader wants to see
        self.wishes: Wishes = {}  # which decoders somebody asked for
        self._counted: list[tuple[float, int]] = []
        self._silence = silence
        self.is_reached = True  # the cluster answered when it was last asked
        self._has_reached = False  # the collect program of now had an answer
        self._passing_at = 0.0  # monotonic: when a trouble that passes was last said; 0 once it has passed
        self._saving = 0
        self._pending = 0  # questions other than rows that are on their way

    # What it is

    @property
    def collect(self) -> Child | None:
        """The collect program of now."""
        return self._collecting.child if self._collecting is not None else None

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
    def row_revision(self) -> int:
        return self._cache.revision

    @property
    def idle(self) -> bool:
        """Nothing is on its way: not a row, not a detail, not a reading."""
        follower = self._follower is None or self._follower.settled
        waiting = self._collecting is not None and self._collecting.waiting
        reading = self.state in ("live", "ended", "failed") and not waiting
        beside = (self.curves.is_making, self.consumers.is_busy, self.pictures.is_counting)
        making = (self._moments.is_busy, self.strips.is_busy, *beside)
        return follower and reading and not (self._cache.busy or self._pending or any(making))

    @property
    def path(self) -> Path:
        """The file or the folder that it lies in."""
        return self.folder or self._path or Path()

    @property
    def is_saving(self) -> bool:
        """True while a .meshcap is written from it, for which its folder must stay."""
        return self._saving > 0

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
        self._orders.forget_all()
        self._look.close(self.number)
        self._work.close(self.number)
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

    # Rows

    # Lists: `topic` is the name of a list here, a topic's or an order's (orders.py)

    def arrange(self, listing: Listing) -> str:
        """The name of the list that shows this; an order is made for it where one is needed."""
        if listing.is_arrival:
            return listing.topic
        try:
            return self._orders.arrange(listing)
        except OSError as error:
            self._attend(f"No order can be stored: {error.strerror}.", "Free some space and sort again.")
            return listing.topic

    def order(self, name: str) -> Order | None:
        """How far the order of a list is made; None for a list as it arrived."""
        return self._orders.get(name)

    def forget(self, name: str) -> None:
        """Gives up an order: its making is cancelled, its file goes."""
        self._orders.forget(name)

    def where(self, name: str, row: Row, done: Callable[[int | None], None]) -> None:
        """Which row of a list a record is that is at hand from another one; None where the list leaves it out."""
        order = self._orders.get(name)
        if order is None or row.topic not in order.listing.topics:
            done(row.k if order is None and row.topic == name else None)
            return
        question = {"do": "where", "order": str(order.file), "of": order.listing.topics.index(row.topic), "k": row.k}
        self._ask(self._look, question, lambda answer: done(answer.get("k")))

    def at_moment(self, name: str, moment: int, done: Callable[[int | None], None]) -> None:
        """Which row of a list is at a moment (ms); None where all are after it, or the list is not in the order of time."""
        order = self._orders.get(name)
        listing = {"listing": listing_message(order.listing)} if order else {}
        question = {"do": "when", "moment": moment, **listing, **self._where(name)}
        self._ask(self._look, question, lambda answer: done(answer.get("k")))

    def looked(self, topic: str, k: int) -> None:
        """The rows of a topic before number `k` were on the screen: a backlog at its limit may drop them."""
        if self._collecting is not None and self.state == "live":
            self._collecting.looked(topic, k)

    def first(self, topic: str) -> int:
        """The first row that is there: the ones before it were dropped."""
        return self._reading.firsts.get(topic, 0)

    def rows(self, topic: str) -> int:
        """The number of the row behind the last one."""
        order = self._orders.get(topic)
        return order.rows if order else self._reading.rows.get(topic, 0)

    def row(self, topic: str, k: int) -> Row | None:
        return self._cache.get(topic, k)

    def want(self, topic: str, first: int, last: int, jumped: bool = False) -> None:
        """The rows [first, last] are on the screen. Where a reader has `jumped` to them, their columns come first."""
        self._cache.want(topic, first, last, self.rows(topic), jumped)

    def select(self, topic: str, k: int | None) -> None:
        selected = None if k is None else (topic, k)
        if selected == self._selected:
            return
        self._selected, self.details, self._revealed = selected, None, ()
        self._changed()
        self._ask_details()

    def reveal(self, name: str) -> None:
        """Shows a secret of the selected record, as long as it is selected; others stay masked."""
        if self._selected is not None and name not in self._revealed:
            self._revealed = (*self._revealed, name)
            self._ask_details()

    def _ask_details(self) -> None:
        """Of the record that is selected; what is shown of it stands until they are there."""
        wanted = selected, revealed = self._selected, self._revealed
        if selected is None:
            return

        def arrived(answer: Message) -> None:
            if (self._selected, self._revealed) != wanted:
                return  # the reader has gone on
            if answer.get("is") != "record":
                self._failed(answer)
            elif (details := details_from(answer["details"])) != self.details:
                self.details = details
                self._changed()

        topic, k = selected
        question = {"do": "record", "k": k, **self._as_wished(), **self._where(topic)}
        self._ask(self._look, question | ({"revealed": list(revealed)} if revealed else {}), arrived)

    def fetch_parts(
        self, role: Role, path: Sequence[int], first: int, done: Callable[[tuple[Node, ...], int], None]
    ) -> None:
        """The parts from number `first` on of a container in the tree of the record that is selected, at a path of rows; `done`
        also gets how many are left. Where they cannot be had that is said, and `done` is not called."""

        def arrived(answer: Message) -> None:
            if answer.get("is") == "parts":
                done(tuple(map(from_frame, answer["nodes"])), int(answer["left"]))
            else:
                self._failed(answer)

        self._ask_of_selected({"do": "parts", "role": role, "path": list(path), "first": first}, arrived)

    def fetch_text(self, role: Role, path: Sequence[int], done: Callable[[str], None]) -> None:
        """The same of the text of a part, to be copied."""

        def arrived(answer: Message) -> None:
            if answer.get("is") == "text":
                done(str(answer["text"]))
            else:
                self._failed(answer)

        self._ask_of_selected({"do": "text", "role": role, "path": list(path)}, arrived)

    def _ask_of_selected(self, question: Message, arrived: Callable[[Message], None]) -> None:
        """Something of the record that is selected; of one that the reader has left nothing is heard any more."""
        selected, how = self._selected, (self.wishes, self._revealed)
        if selected is None:
            return

        def arrived_still(answer: Message) -> None:
            if (self._selected, self.wishes, self._revealed) == (selected, *how):
                arrived(answer)

        topic, k = selected
        question |= {"k": k, **self._as_wished(), **self._where(topic)}
        self._ask(self._look, question | ({"revealed": list(self._revealed)} if self._revealed else {}), arrived_still)

    def set_wishes(self, wishes: Wishes) -> None:
        """Records are decoded as somebody asks, the ones at hand anew."""
        if wishes == self.wishes:
            return
        self.wishes = wishes
        self._cache.renew()
        self._ask_details()

    def find(self, name: RecordName, done: Callable[[int | None], None], failed: Callable[[], None]) -> None:
        """Which row of its topic the record is; None where the capture does not hold it. Where it could not be asked, which
        is said as trouble, `failed` is called."""

        def arrived(answer: Message) -> None:
            if answer.get("is") == "found":
                done(answer.get("k"))
            else:
                self._failed(answer)
                failed()

        self._ask(self._look, {"do": "find", "name": [name.topic, name.partition, name.offset]}, arrived)

    def copy(self, topic: str, ks: Sequence[int], as_json: bool, done: Callable[[str], None]) -> None:
        """The records as lines. Where they cannot be had that is said, and `done` is not called."""

        def arrived(answer: Message) -> None:
            if answer.get("is") == "copied":
                done(str(answer["text"]))
            else:
                self._failed(answer)

        self._ask(
            self._work,
            {"do": "copy", "ks": list(ks), "json": as_json, **self._as_wished(), **self._where(topic)},
            arrived,
        )

    def save(self, path: Path, done: Callable[[str], None], beside: "Sequence[Opened]" = ()) -> None:
        """Writes the capture, and others beside it, as they are now, to a .meshcap; `done` gets "" or the sentence why it could not."""
        sources = [source for one in (self, *beside) if (source := one.folder or one._path) is not None]
        if not sources:
            done("Nothing is open that could be saved.")
            return

        draft = draft_of(path)
        self._saves += 1
        key = f"save {self._saves}"

        def said(answer: Message) -> None:
            if answer.get("is") == "progress":
                self.works.tell(key, int(answer["done"]), int(answer["of"]))
            else:
                self._saving -= 1
                self.works.end(key)
                if answer.get("is") != "saved":
                    with suppress(OSError):  # a program that was killed has left it behind
                        draft.unlink()
                done("" if answer.get("is") == "saved" else str(answer.get("text", "")))
            self._changed()

        self._saving += 1
        folders = list(dict.fromkeys(map(str, sources)))
        question = {"do": "save", "folders": folders, "path": str(path), "draft": str(draft)}
        number = self._ask(self._save, question, said)
        self.works.begin(key, f"Saving {path.name}", cancel=lambda: self._save.cancel(number))
        self._changed()

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
        is_well = self.is_reached and not self.status.paused  # a pause may be too short to be seen in a progress
        if self._passing_at and is_well and now - self._passing_at > PASSED:
            self._passing_at = 0.0
            names = self.names.union(topic.name for topic in self.now.topics)
            self._withdraw(lambda trouble: trouble.passes and trouble.about in names)
        self._read_anew(now)

    def _read_anew(self, now: float) -> None:
        """Where a schema came, or a registry that was away, rows and the record that is selected are decoded once more."""
        if now < self._read_anew_at:
            return
        self._read_anew_at = now + READ_ANEW
        before, self._read_as = self._read_as, self._reading.mesh.reading
        if before is not None and before != self._read_as:
            self._cache.outdate()
            self._ask_details()

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
        self._count(told.reading)
        self._orders.grow()
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
        behind = message.get("behind")
        paused = str(message.get("paused", ""))
        if self.status.paused and not paused:
            names, text = self.names, self.status.paused
            self._withdraw(lambda trouble: trouble.about in names and trouble.text == text)
        self._tell_backlog(behind)
        status = replace(self.status, behind=behind, dropped=int(message.get("dropped", 0)), paused=paused)
        if status != self.status:
            self.status = status
            self._changed()

    def _tell_backlog(self, behind: int | None) -> None:
        """Many records that are still to be read have an end in sight; a tail that keeps up has none."""
        read = self.status.rows + self.status.dropped
        if not behind or behind < BACKLOG_OVER or not self._tailing:
            self.works.end(READING)
            return
        if not self.works.runs(READING):
            if behind < BACKLOG:
                return
            self._read_at = read
            self.works.begin(READING, f"Reading {self.title}", "records", self._stop_reading)
        self.works.tell(READING, read - self._read_at, read - self._read_at + behind)

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
        self._follower = Follower(self.number, path, grows, self._told, self.which)
        self._follower.nudge()
        self._look.open(self.number, str(path), self.which)
        self._look.warm()
        self._work.open(self.number, str(path), self.which)
        self._changed()

    def _rest(self) -> None:
        """Nobody writes the capture any more."""
        if self.state != "failed":
            self.state = "ended"
        self._tailing = frozenset()
        self.works.end(READING)
        if self._collecting is not None:
            self._collecting.waiting.clear()
        self.status = replace(self.status, behind=None, rows_rate=0.0)
        self._with_tailing()
        if self._follower:
            self._follower.rest()
        self._changed()

    def _with_tailing(self) -> None:
        topics = tuple(
            topic
            if (topic.name in self._tailing) == topic.tailing
            else replace(topic, tailing=topic.name in self._tailing)
            for topic in self._reading.topics
        )
        self._reading = replace(self._reading, topics=topics)
        self.look_at(self.cursor)

    def _count(self, reading: Reading) -> None:
        """Rows per second, over the last two seconds."""
        now = time.monotonic()
        self._counted = [(when, rows) for when, rows in self._counted if now - when <= RATE_WINDOW][-100:]
        self._counted.append((now, reading.total + reading.dropped))  # what was dropped did arrive
        (first, low), (last, high) = self._counted[0], self._counted[-1]
        rate = (high - low) / (last - first) if last > first and self.state == "live" else 0.0
        dropped = max(self.status.dropped, reading.dropped)
        self.status = replace(
            self.status, rows=reading.total, rows_rate=rate, bytes=reading.bytes, disk=reading.disk, dropped=dropped
        )

    def _as_wished(self) -> Message:
        return {"as": wishes_message(self.wishes)} if self.wishes else {}

    def _fetch(self, topic: str, first: int, count: int) -> None:
        wishes = self.wishes

        def arrived(answer: Message) -> None:
            if wishes is not self.wishes:
                self._cache.discard(topic, first)
            elif answer.get("is") == "rows":
                self._cache.take(topic, first, rows_from(answer))
            else:
                self._cache.failed(topic, first)

        question = {"do": "rows", "capture": self.number, "first": first, "count": count, **self._where(topic)}
        self._look.ask(question | self._as_wished(), arrived)

    def _fetch_columns(self, topic: str, first: int, count: int) -> None:
        def arrived(answer: Message) -> None:
            self._cache.take_columns(topic, first, rows_from(answer) if answer.get("is") == "rows" else [])

        question = {"do": "columns", "capture": self.number, "first": first, "count": count, **self._where(topic)}
        self._look.ask(question, arrived)

    def _where(self, name: str) -> Message:
        order = self._orders.get(name)
        return order.where() if order else {"topic": name}

    def _ordered(self, failed: Message | None) -> None:
        if failed is not None:
            self._failed(failed)
        self._changed()

    def _ask(self, whom: Explainers, message: Message, done: Callable[[Message], None]) -> int:
        def arrived(answer: Message) -> None:
            if answer.get("is") != "progress":
                self._pending -= 1
            done(answer)

        self._pending += 1
        return whom.ask(message | {"capture": self.number}, arrived)

    def _failed(self, answer: Message) -> None:
        if self.state != "failed":  # else it was said why nothing can be had of it
            self._attend(str(answer.get("text", "")), "")

    def _attend(self, text: str, advice: str) -> None:
        self._report(Trouble(text, advice, self.title, "attention", _now()))

    def _changed(self) -> None:
        self.revision += 1


def _now() -> int:
    return time.time_ns() // 1_000_000
