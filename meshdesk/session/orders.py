"""Orders that lists are shown in: which ones there are of a capture, how far each is made, and where its file lies.

A list has a name: its topic's, where its records are shown as they arrived, and one that no topic can have (`/3`; a slash is
not in Kafka's alphabet) for every other order. Whoever shows a list asks for its rows by that name.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from meshdesk.model.frame import Message
from meshdesk.model.listing import Listing, listing_message
from meshdesk.session.works import Works

KEPT = 8  # orders of a capture; the oldest goes, with its file: 80 MB for ten million rows


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

    @property
    def is_made(self) -> bool:
        """Nothing of it is on its way."""
        return self.asked is None

    @property
    def is_known(self) -> bool:
        """It was made once: what is on its way by now is what arrived since."""
        return bool(self.ends)

    @property
    def grows(self) -> bool:
        """Rows that arrive later belong at its end: a filter of one topic as it arrived."""
        return self.listing.by is None and len(self.listing.topics) == 1

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
        return {"topic": self.name, "order": str(self.file), "topics": list(self.listing.topics)}

    def question(self) -> Message:
        """What asks work to make it, or to go on with it."""
        begin = self.ends or [0] * len(self.listing.topics)
        return {"do": "order", "listing": listing_message(self.listing), "order": str(self.file), "begin": begin}


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
    ) -> None:
        """`file` names the file of an order by its number, and may raise OSError; `ask` and `cancel` speak with the work
        program; `rows` says how many rows of a topic have arrived. `changed` is told each time how far an order is; it gets
        the answer where one could not be made."""
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
            if order.listing == listing and not order.failed and (order.grows or order.ends == self._ends(order)):
                return order.name
        self._made += 1
        name = f"/{self._made}"
        file = self._file(self._made)
        for old in list(self._orders)[: -(KEPT - 1)]:
            self.forget(old)
        order = self._orders[name] = Order(name, listing, file)
        self._make(order)
        return name

    def grow(self) -> None:
        """Rows have arrived: the orders that they belong at the end of are gone on with."""
        for order in self._orders.values():
            if order.grows and order.is_made and not order.failed and order.ends != self._ends(order):
                self._make(order)

    def forget(self, name: str) -> None:
        """Gives up an order: its making is cancelled, its file goes."""
        order = self._orders.pop(name, None)
        if order is None:
            return
        self._works.end(order.name)
        if order.asked is not None:
            self._cancel(order.asked)
        with suppress(OSError):
            order.file.unlink(missing_ok=True)

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
            else:
                order.asked = None
                self._works.end(order.name)
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
