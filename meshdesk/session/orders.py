"""Orders that lists are shown in: which ones there are of a capture, how far each is made, and where its file lies.

A list has a name: its topic's, where its records are shown as they arrived, and one that no topic can have (`/3`; a slash is
not in Kafka's alphabet) for every other order. Whoever shows a list asks for its rows by that name.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from meshdesk.model.frame import Message
from meshdesk.model.listing import Listing, listing_message
from meshdesk.model.row import Row
from meshdesk.session.works import Works

KEPT = 8  # orders of a capture; the oldest goes, with its file: 80 MB for ten million rows
MERGED_EVERY = 0.2  # s between two times that records come into a list by time: each reads a screen of rows anew
BROUGHT = 60  # rows at the end that are at hand before it is said that records came in: a screen, so that none blinks …
MOST_BROUGHT = 200  # … and those before them from the first that came in on, up to so many
TAILS = 2  # files of the newest rows that are there beside the one of now, for questions that are on their way
MOVES = 100  # times that records came in that are remembered: 20 s, in which a list that is drawn or asked for learns of them

Runs = Sequence[tuple[int, int]]  # rows that came in, by the numbers of then: (the first, how many), ascending


@dataclass(frozen=True, slots=True)
class Move:
    """Records have come into a list, not only at its end: rows have other numbers since."""

    version: int  # of the order, since then
    runs: Runs | None  # None: nobody knows where

    def of(self, k: int) -> int:
        """Which number a row has by now.

        >>> [Move(1, [(2, 1), (5, 2)]).of(k) for k in (1, 2, 3, 4)]
        [1, 3, 4, 7]
        """
        for at, length in self.runs or ():
            if at > k:
                break
            k += length
        return k


@dataclass(slots=True)
class Order:
    """One order, and how far it is made."""

    name: str
    listing: Listing
    file: Path
    rows: int = 0  # that can be shown
    done: int = 0  # rows looked at, of `of`
    of: int = 0
    ends: list[int] = field(default_factory=list)  # up to which row of each topic it has looked
    asked: int | None = None  # the question that is on its way
    failed: str = ""  # a sentence
    tail: Path | None = None  # where its rows from number `at` on lie, once records came into it
    at: int = 0
    version: int = 0  # how often records came into it
    moves: deque[Move] = field(default_factory=lambda: deque(maxlen=MOVES))
    due: float = 0.0  # monotonic: when it may be gone on with
    is_late: bool = False  # for what has arrived it has to be sorted anew

    @property
    def is_made(self) -> bool:
        """Nothing of it is on its way."""
        return self.asked is None

    @property
    def is_known(self) -> bool:
        """It was made once: what is on its way by now is what arrived since."""
        return bool(self.ends)

    @property
    def is_live(self) -> bool:
        """Rows that arrive later come into it."""
        return self.listing.is_live and not self.is_late

    def moves_since(self, version: int) -> list[Move]:
        """What has happened since to the numbers of its rows."""
        if not self.moves or version >= self.version:
            return []
        known = [move for move in self.moves if move.version > version]
        return known if known[0].version == version + 1 else [Move(self.version, None)]

    @property
    def words(self) -> str:
        """What making it is, in words."""
        listing = self.listing
        what = listing.topic or f"{len(listing.topics)} topics"
        if listing.between is not None and not listing.word:
            return f"Looking for records of that time in {what}"
        if listing.word:
            return f"Looking for “{listing.word[:40]}” in {what}"
        return f"Sorting {what} by {listing.by or 'timestamp'}"

    def where(self) -> Message:
        """What explain needs to read it."""
        where: Message = {"topic": self.name, "order": str(self.file), "topics": list(self.listing.topics)}
        if self.tail is not None:
            where |= {"tail": str(self.tail), "tail_at": self.at}
        return where | ({"word": self.listing.word} if self.listing.word else {})  # the lines show where it is

    def question(self) -> Message:
        """What asks work to make it, or to go on with it."""
        begin = self.ends or [0] * len(self.listing.topics)
        question = self.where() | {"do": "order", "listing": listing_message(self.listing), "begin": begin}
        if self.is_known and self.listing.is_merged:
            into, over = self._tail_of(self.version + 1), self._tail_of(self.version - TAILS)
            question |= {"rows": self.rows, "into": str(into), "over": str(over)}
        return question

    def _tail_of(self, version: int) -> Path:
        return self.file.with_name(f"{self.file.name}.{version}")

    def remove(self) -> None:
        """Removes its files, one that is being written included."""
        for path in (self.file, *map(self._tail_of, range(max(0, self.version - TAILS), self.version + 2))):
            with suppress(OSError):
                path.unlink(missing_ok=True)


class Orders:
    """The orders of one capture: made by the work program when a list asks for one, gone on with as rows arrive, forgotten."""

    def __init__(
        self,
        file: Callable[[int], Path],
        works: Works,
        ask: Callable[[Message, Callable[[Message], None]], int],
        cancel: Callable[[int], None],
        rows: Callable[[str], int],
        changed: Callable[[Message | None], None],
        bring: Callable[[Message, int, int, Callable[[list[Row]], None]], None],
        moved: Callable[[str, Move, int, list[Row]], None],
    ) -> None:
        """`file` names the file of an order by its number, and may raise OSError; `ask` and `cancel` speak with the work
        program; `rows` says how many rows of a topic have arrived. `changed` is told each time how far an order is; it gets
        the answer where one could not be made. `bring` has rows of an order read, given where it lies, the first and how many;
        `moved` is told that records came into one, and is given rows of now from one on."""
        self._bring, self._moved = bring, moved
        self._shown = ""  # the list that was wanted last
        self._held = ""  # the one that stands still, as its reader wants it
        self._file, self._works, self._ask, self._cancel = file, works, ask, cancel
        self._rows, self._changed = rows, changed
        self._orders: dict[str, Order] = {}
        self._made = 0  # how many there ever were

    def get(self, name: str) -> Order | None:
        """The order of a list; None for a list as it arrived."""
        return self._orders.get(name)

    def arrange(self, listing: Listing) -> str:
        """The name of the order that shows this, which is made where it is not known. Raises OSError."""
        for order in self._orders.values():
            if order.listing == listing and not order.failed and (order.is_live or order.ends == self._ends(order)):
                self._shown = order.name
                return order.name
        self._made += 1
        name = self._shown = f"/{self._made}"
        file = self._file(self._made)
        for old in list(self._orders)[: -(KEPT - 1)]:
            self.forget(old)
        order = self._orders[name] = Order(name, listing, file)
        self._make(order)
        return name

    def grow(self) -> None:
        """Rows have arrived: the orders that they belong in are gone on with. One by time only while somebody sees it."""
        now = time.monotonic()
        for order in self._orders.values():
            if order.is_live and order.is_made and not order.failed and order.ends != self._ends(order):
                if not order.listing.is_merged:
                    self._make(order)
                elif order.name == self._shown != self._held and now >= order.due:
                    order.due = now + MERGED_EVERY
                    self._make(order)

    def show(self, name: str) -> None:
        """Rows of that list are on the screen."""
        self._shown = name

    def hold(self, name: str) -> None:
        """Nothing comes into that list by time for now; "": into all again."""
        self._held = name

    def forget(self, name: str) -> None:
        """Gives up an order: its making is cancelled, its file goes."""
        order = self._orders.pop(name, None)
        if order is None:
            return
        self._works.end(order.name)
        if order.asked is not None:
            self._cancel(order.asked)
        order.remove()

    def forget_all(self) -> None:
        for name in list(self._orders):
            self.forget(name)

    def _ends(self, order: Order) -> list[int]:
        """Up to which row of each of its topics an order could look now."""
        return [self._rows(topic) for topic in order.listing.topics]

    def _make(self, order: Order) -> None:
        """Has an order made, or gone on with."""

        def arrived(answer: Message) -> None:
            kind, failed = answer.get("is"), False
            if kind == "progress":
                order.rows = int(answer.get("rows", order.rows))
                order.done, order.of = int(answer.get("done", order.done)), int(answer.get("of", order.of))
                self._works.tell(order.name, order.done, order.of)
            elif kind == "ordered" and "runs" in answer and int(answer["rows"]) > order.rows:
                self._come_in(order, answer)
                return
            else:
                order.asked = None
                self._works.end(order.name)
                order.is_late = bool(answer.get("late"))
                if kind == "ordered":
                    order.rows, order.ends = int(answer["rows"]), [int(k) for k in answer["ends"]]
                elif order.name in self._orders:
                    order.failed = str(answer.get("text")) or "It was cancelled."
                    failed = not answer.get("cancelled")
            self._changed(answer if failed else None)

        asked = order.asked = self._ask(order.question(), arrived)
        if not order.is_known:  # else it goes on with what has arrived since
            self._works.begin(order.name, order.words, "records", lambda: self._cancel(asked))
        self._changed(None)

    def _come_in(self, order: Order, answer: Message) -> None:
        """Records have come into an order: that is said once the newest rows are at hand, so that none blinks on the screen."""
        rows, tail, at = int(answer["rows"]), str(answer["tail"]), int(answer["tail_at"])
        runs = None if answer["runs"] is None else [(int(first), int(length)) for first, length in answer["runs"]]
        begin = min([rows - BROUGHT, *(at for at, _ in (runs or ())[:1])])
        first = max(0, begin, rows - MOST_BROUGHT)

        def brought(newest: list[Row]) -> None:
            if self._orders.get(order.name) is not order:
                return
            order.asked = None
            order.rows, order.ends = rows, [int(k) for k in answer["ends"]]
            order.tail, order.at, order.version = Path(tail), at, order.version + 1
            order.moves.append(Move(order.version, runs))
            self._moved(order.name, order.moves[-1], first, newest)
            self._changed(None)

        self._bring({**order.where(), "tail": tail, "tail_at": at}, first, rows - first, brought)
