"""A session whose captures live in memory: the interface of meshdesk.session over rows that a test makes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from meshdesk.capture.store import SIZE_LIMIT
from meshdesk.model.cursor import Cursor
from meshdesk.model.decode_as import Wishes
from meshdesk.model.lag import Lags
from meshdesk.model.listing import Listing
from meshdesk.model.mesh import Mesh
from meshdesk.model.node import Node
from meshdesk.model.position import Position
from meshdesk.model.record import RecordName
from meshdesk.model.row import Details, Part, Row
from meshdesk.model.step import Step
from meshdesk.model.trouble import Trouble
from meshdesk.session.book import Book
from meshdesk.session.connection import Connection
from meshdesk.session.consumers import Consumers
from meshdesk.session.curves import CurveMaker
from meshdesk.session.home import Orphan
from meshdesk.session.orders import Move, Order
from meshdesk.session.pictures import Pictures
from meshdesk.session.readings import Reading
from meshdesk.session.strips import Strips
from meshdesk.session.trends import Trends
from meshdesk.session.works import Work
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.window import Window

if TYPE_CHECKING:
    from meshdesk.model.tracks import Tracks
    from meshdesk.session.opened import Opened
    from meshdesk.session.session import Session

State = Literal["opening", "connecting", "live", "ended", "failed"]


@dataclass(frozen=True, slots=True)
class Topic:
    name: str
    partitions: int = 3
    records: int | None = None
    rate: float | None = None
    rows: int = 0
    tailing: bool = False
    internal: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    text: str
    done: int
    of: int


@dataclass(frozen=True, slots=True)
class Status:
    rows: int = 0
    rows_rate: float = 0.0
    behind: int | None = None
    dropped: int = 0
    bytes: int = 0
    disk: int = 0
    paused: str = ""


@dataclass
class MemoryCapture:
    """A capture whose rows are in memory; answers arrive at the next beat, as they do from the look program."""

    title: str = "acme-prod"
    state: State = "live"
    state_text: str = "read-only"
    connection: Connection | None = None
    is_reached: bool = True
    protocol: str = "PLAINTEXT"
    idle: bool = True
    number: int = field(default_factory=count(1).__next__)
    colour: str = ""
    is_production: bool = False
    topics: tuple[Topic, ...] = ()
    progress: Progress | None = None
    status: Status = field(default_factory=Status)
    limit: int = SIZE_LIMIT
    path: Path = Path()
    revision: int = 0
    details: Details | None = None
    mesh: Mesh = field(default_factory=lambda: Mesh().now())
    pictures: Pictures = field(default_factory=Pictures)
    curves: CurveMaker = field(default_factory=CurveMaker)
    trends: Trends = field(default_factory=Trends)
    past: list[tuple[tuple[str, ...], int, int]] = field(default_factory=list)  # what was asked by time
    strips: Strips = field(default_factory=Strips)
    consumers: Consumers = field(default_factory=Consumers)
    tracks: "Tracks | None" = None
    now: Reading = field(default_factory=Reading)
    cursor: Cursor = field(default_factory=Cursor)
    lags: Lags = field(default_factory=Lags)
    held: dict[str, list[Row]] = field(default_factory=dict)
    known: dict[tuple[str, int], Row] = field(default_factory=dict)
    tails: list[tuple[str, Position]] = field(default_factory=list)
    firsts: dict[str, int] = field(default_factory=dict)  # rows before this one were dropped
    orders: dict[str, Order] = field(default_factory=dict)
    looks: list[tuple[str, int]] = field(default_factory=list)
    wanted: list[tuple[str, int, int]] = field(default_factory=list)
    todo: list[Callable[[], None]] = field(default_factory=list)
    wishes: Wishes = field(default_factory=dict)
    revealed: list[str] = field(default_factory=list)
    still: str = ""  # the list into which nothing is to come

    def __post_init__(self) -> None:
        self.lists, self.chosen = MemoryLists(self), MemoryChosen(self)

    @property
    def reading(self) -> frozenset[str]:
        return frozenset(topic.name for topic in self.topics if topic.tailing)

    @property
    def names(self) -> frozenset[str]:
        return frozenset({self.title})

    @property
    def moment(self) -> int | None:
        return self.cursor.moment

    def look_at(self, cursor: Cursor) -> None:
        if cursor != self.cursor:
            self.cursor = cursor
            self.revision += 1

    def ask_past(self, topics: Sequence[str], start: int, end: int) -> None:
        self.past.append((tuple(topics), start, end))

    def tail(self, topic: str, start: Position) -> None:
        self.tails.append((topic, start))

    def stop_tail(self, topic: str) -> None:
        self.tails = [tail for tail in self.tails if tail[0] != topic]

    def seen(self, name: str, k: int) -> None:
        self.looks.append((name, k))

    def save(self, path: Path, done: Callable[[str], None], beside: Sequence["MemoryCapture"] = ()) -> None:
        self.todo.append(lambda: done(""))

    def stop(self) -> None:
        self.state, self.state_text = "ended", "recorded 24 Nov 14:02 – 14:10"
        self.revision += 1

    def add(self, *rows: Row) -> None:
        """Records arrive."""
        for row in rows:
            self.held.setdefault(row.topic, []).append(row)
        self.revision += 1

    def come_in(self, name: str, at: int, *new: Row) -> None:
        """Records that arrived have come into a list by time before its row number `at`."""
        order, held = self.orders[name], self.held[name]
        known = [row for k, row in enumerate(held) if (name, k) in self.known]
        held[at:at] = new
        order.rows, order.version = len(held), order.version + 1
        order.ends = [self.lists.rows(topic) for topic in order.listing.topics]
        order.moves.append(Move(order.version, [(at, len(new))]))
        self.known = {key: row for key, row in self.known.items() if key[0] != name}
        self.known |= {(name, k): row for k, row in enumerate(held) if row in known or row in new}
        self.revision += 1
        self.lists.revision += 1


class MemoryLists:
    """Its lists, with the interface of meshdesk.session.lists."""

    def __init__(self, of: MemoryCapture) -> None:
        self._of = of
        self.revision = 0

    @property
    def wishes(self) -> Wishes:
        return self._of.wishes

    def set_wishes(self, wishes: Wishes) -> None:
        self._of.wishes = wishes

    def at_moment(self, name: str, moment: int, _fit: int, done: Callable[[int | None], None]) -> None:
        before = [k for k, row in enumerate(self._of.held.get(name, ())) if (row.timestamp or 0) <= moment]
        self._of.todo.append(lambda: done(before[-1] if before else None))

    def arrange(self, listing: Listing) -> str:
        """An order is made at the next beat."""
        if listing.is_arrival:
            return listing.topic
        name = f"/{len(self._of.orders) + 1}"
        order = self._of.orders[name] = Order(name, listing, Path(name), asked=1)
        self._of.todo.append(lambda: self._make(order))
        return name

    def order(self, name: str) -> Order | None:
        return self._of.orders.get(name)

    def forget(self, name: str) -> None:
        self._of.orders.pop(name, None)

    def hold_still(self, name: str) -> None:
        self._of.still = name

    def where(self, name: str, row: Row, done: Callable[[int | None], None]) -> None:
        held = self._of.held.get(name, [])
        self._of.todo.append(lambda: done(held.index(row) if row in held else None))

    def first(self, topic: str) -> int:
        return self._of.firsts.get(topic, 0)

    def _make(self, order: Order) -> None:
        listing = order.listing
        rows = [row for topic in listing.topics for row in self._of.held.get(topic, ())]
        order.ends = [self.rows(topic) for topic in listing.topics]
        rows = [row for row in rows if listing.word in row.key or listing.word in row.value]
        if listing.between is not None:
            rows = [row for row in rows if listing.between[0] <= (row.timestamp or 0) <= listing.between[1]]
        if listing.by is not None:
            rows.sort(key=lambda row: getattr(row, listing.by or ""), reverse=listing.descending)
        self._of.held[order.name] = rows
        order.rows, order.asked = len(rows), None
        self._of.revision += 1

    def rows(self, topic: str) -> int:
        return len(self._of.held.get(topic, ()))

    def row(self, topic: str, k: int) -> Row | None:
        return self._of.known.get((topic, k))

    def want(self, topic: str, first: int, last: int, jumped: bool = False, is_passed: bool = False) -> None:
        missing = [k for k in range(first, last + 1) if (topic, k) not in self._of.known and k < self.rows(topic)]
        if missing:
            self._of.wanted.append((topic, first, last))
            self._of.todo.append(lambda: self._answer(topic, missing))

    def find(self, name: RecordName, done: Callable[[int | None], None], _failed: Callable[[], None]) -> None:
        places = [(row.partition, row.offset) for row in self._of.held.get(name.topic, ())]
        wanted = (name.partition, name.offset)
        self._of.todo.append(lambda: done(places.index(wanted) if wanted in places else None))

    def copy(self, topic: str, ks: Sequence[int], as_json: bool, done: Callable[[str], None]) -> None:
        rows = [self._of.held[topic][k] for k in ks]
        text = "\n".join(f'{{"offset": {row.offset}}}' if as_json else f"{row.partition}\t{row.offset}" for row in rows)
        self._of.todo.append(lambda: done(text))

    def _answer(self, topic: str, ks: list[int]) -> None:
        for k in ks:
            self._of.known[topic, k] = self._of.held[topic][k]
        self.revision += 1


class MemoryChosen:
    """Its selected record, with the interface of meshdesk.session.chosen."""

    def __init__(self, of: MemoryCapture) -> None:
        self._of = of

    @property
    def details(self) -> Details | None:
        return self._of.details

    def reveal(self, name: str) -> None:
        self._of.revealed.append(name)

    def select(self, topic: str, k: int | None) -> None:
        self._of.details = None
        if k is not None:
            self._of.todo.append(lambda: setattr(self._of, "details", details_of(self._of.held[topic][k])))


@dataclass
class MemoryChecking:
    """A test of a connection that goes as far as a test says."""

    connection: Connection
    steps: tuple[Step, ...] = ()
    done: bool = False
    ok: bool = False
    is_cancelled: bool = False

    def cancel(self) -> None:
        self.is_cancelled = self.done = True


class MemorySession:
    """A session whose captures were put into it."""

    def __init__(self, *captures: MemoryCapture, book: Book | None = None) -> None:
        self.captures: list[MemoryCapture] = list(captures)
        self.book = book or Book(looks=False)
        self.checks: list[MemoryChecking] = []
        self.orphans: tuple[Orphan, ...] = ()
        self.troubles: tuple[Trouble, ...] = ()
        self.revision = 0
        self.connections: list[Connection] = []
        self.files: list[Path] = []
        self.through: list[tuple[tuple[str, ...], str]] = []
        self.is_closed = False
        self.works: tuple[Work, ...] = ()
        self.cursor = Cursor()

    def look_at(self, cursor: Cursor) -> None:
        self.cursor = cursor
        for capture in self.captures:
            capture.look_at(cursor)

    @property
    def has_news(self) -> bool:
        return any(capture.todo for capture in self.captures)

    def beat(self) -> None:
        self.book.beat()
        for capture in self.captures:
            todo, capture.todo = capture.todo, []
            for do in todo:
                do()

    def open_file(self, path: Path) -> MemoryCapture:
        self.files.append(path)
        return self._add(MemoryCapture(path.name, "opening", "opening …", path=path))

    def connect(self, connection: Connection) -> MemoryCapture:
        self.connections.append(connection)
        return self._add(
            MemoryCapture(
                connection.title,
                "connecting",
                "connecting …",
                connection=connection,
                colour=connection.colour,
                is_production=connection.is_production,
            )
        )

    def check(self, connection: Connection) -> "MemoryChecking":
        self.checks.append(MemoryChecking(connection))
        return self.checks[-1]

    def open_through(self, verb: Sequence[str], title: str) -> MemoryCapture:
        self.through.append((tuple(verb), title))
        return self._add(MemoryCapture(title, "opening", "", progress=Progress("Downloading Kafka", 12, 80)))

    def shut(self, made: MemoryCapture) -> None:
        self.captures.remove(made)
        self.revision += 1

    def close(self) -> None:
        self.is_closed = True

    def idle(self) -> bool:
        return not any(capture.todo for capture in self.captures)

    def say(self, *troubles: Trouble) -> None:
        self.troubles = (*self.troubles, *troubles)
        self.revision += 1

    def _add(self, capture: MemoryCapture) -> MemoryCapture:
        self.captures.append(capture)
        self.revision += 1
        return capture


def row(k: int, topic: str = "orders.placed.v1", **fields: Any) -> Row:
    """The k-th record of a topic with three partitions: an order."""
    value = f"order_id A-{88210 + k} amount {300 + k % 180}.25 status paid"
    at = value.index("amount")
    status = value.index("status")
    tones = (
        (0, 8, "name"),
        (9, at - 1, "string"),
        (at, at + 6, "name"),
        (at + 7, status - 1, "number"),
        (status, status + 6, "name"),
        (status + 7, len(value), "string"),
    )
    plain: Mapping[str, Any] = {
        "row": k,
        "topic": topic,
        "partition": k % 3,
        "offset": 1_184_000 + k // 3,
        "timestamp": 1_795_528_929_000 + k * 37,
        "key": f"c-{(k * 7919) % 99991:06d}",
        "value": value,
        "tones": tones,
        "format": "Avro 42",
        "headers": "traceparent",
        "header_count": 1,
        "size": 190 + k % 50,
    }
    return Row(**{**plain, **fields})


def tree(k: int) -> Node:
    """The value of the k-th order."""
    customer = Node(
        "customer", "record", "", (Node("id", "string", "c-041877"), Node("email", "string", "a@example.org"))
    )
    lines = tuple(
        Node("", "record", "", (Node("sku", "string", f"KX-{1180 + n}"), Node("quantity", "int", str(n + 1))))
        for n in range(2)
    )
    return Node(
        "",
        "record",
        "",
        (
            Node("order_id", "string", f"A-{88210 + k}"),
            customer,
            Node("amount", "decimal", "412.90", (), "decimal(12,2)", (21, 25)),
            Node("currency", "string", "EUR"),
            Node("lines", "array", "", lines),
            Node("gift_note", "null", "null"),
            Node("placed_at", "string", "2026-11-23T14:02:09.771428Z"),
        ),
    )


def details_of(row: Row) -> Details:
    """What the inspector would get of a row."""
    data = bytes(range(7, 7 + 231))
    dump = tuple(
        (
            f"{at:04x}",
            data[at : at + 12].hex(" "),
            "".join(chr(b) if 32 <= b < 127 else "." for b in data[at : at + 12]),
        )
        for at in range(0, len(data), 12)
    )
    value = Part(
        tree(row.row),
        ("Confluent id 42", "Avro"),
        "Avro 42",
        None if row.null_value else 231,
        '{\n  "order_id": "A-88210"\n}',
        dump,
        0,
        "orders.placed.v1-value version 3, id 42",
        '{"type": "record"}',
        trouble=row.trouble,
    )
    key = Part(Node("", "string", row.key), ("text",), "text", None if row.null_key else 8, row.key, (), 0)
    header = Part(Node("", "string", "00-4bf92f"), ("text",), "text", 9, "00-4bf92f", (), 0)
    return Details(
        row.row,
        row.topic,
        row.partition,
        row.offset,
        row.timestamp,
        "create",
        4,
        row.size,
        key,
        value,
        (("traceparent", header), ("ce_type", header)),
    )


def capture(rows: int = 60, **fields: Any) -> MemoryCapture:
    """A live capture of a small company with `rows` records of one topic."""
    names = [
        "__consumer_offsets",
        "_schemas",
        "baskets.changed.v1",
        "fraud.scored.v2",
        "orders.amended.v2",
        "orders.cancelled.v1",
        "orders.placed.v1",
        "payments.authorised.v3",
        "payments.failed.dlq",
        "payments.failed.v1",
        "shipments.planned.v1",
    ]
    topics = tuple(
        Topic(
            name,
            6,
            20_000 + 911 * n,
            [812.4, 14.0, 96.0, 0.31, 0.0, 1234.0][n % 6],
            rows if name == "orders.placed.v1" else 0,
            name == "orders.placed.v1",
            name.startswith("_"),
        )
        for n, name in enumerate(names)
    )
    made = MemoryCapture(topics=topics, status=Status(rows, 812.0, 0, 0, rows * 213), **fields)
    made.add(*(row(k) for k in range(rows)))
    return made


def opened(made: MemoryCapture) -> "Opened":
    """The same capture, for mypy: it has all that the window asks of an open capture."""
    return cast("Opened", made)


def window_on(
    session: MemorySession, remembered: Remembered | None = None, demo: Sequence[str] | None = None
) -> Window:
    """A window of 1440 × 900 on a session; `turn` lets the beat pass."""
    window = Window(remembered or Remembered(None), demo)
    window.resize(1440, 900)
    window.attach(cast("Session", session))
    window.show()
    turn(session, window)
    return window


def turn(session: MemorySession, window: Window, beats: int = 12) -> None:
    """Some beats, and what Qt does between them."""
    for _ in range(beats):
        session.beat()
        window.refresh()
        QApplication.processEvents()


def with_topic(qtbot: QtBot, made: MemoryCapture, remembered: Remembered | None = None) -> tuple[Window, MemorySession]:
    """A window on one capture, with its topic open."""
    session = MemorySession(made)
    window = window_on(session, remembered)
    qtbot.addWidget(window)
    window.open_topic(opened(made), "orders.placed.v1")
    turn(session, window)
    return window, session
