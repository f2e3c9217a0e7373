"""The lists of records that the window shows of one capture: their orders, the rows at hand, and how records are read.

A list has a name, a topic's or an order's (orders.py), and `topic` is such a name wherever a list is meant. The record that
somebody has selected in one is chosen.py's.
"""

from collections.abc import Callable, Hashable, Sequence
from pathlib import Path

from meshdesk.model.decode_as import Wishes, wishes_message
from meshdesk.model.frame import Message
from meshdesk.model.listing import Listing, listing_message
from meshdesk.model.record import RecordName
from meshdesk.model.row import Row
from meshdesk.session.explainers import rows_from
from meshdesk.session.orders import Move, Order, Orders
from meshdesk.session.questions import Questions
from meshdesk.session.readings import Reading
from meshdesk.session.row_cache import RowCache
from meshdesk.session.works import Works

READ_ANEW = 1.0  # s between two times that rows are decoded anew: at first hundreds of schemas come, one by one


class Lists:
    """Lives on the window's thread; nothing here waits."""

    def __init__(
        self,
        look: Questions,
        work: Questions,
        works: Works,
        file: Callable[[int], Path],
        reading: Callable[[], Reading],
        renewed: Callable[[], None],
        moved: Callable[[str, Move], None],
        failed: Callable[[Message], None],
        attend: Callable[[str, str], None],
        changed: Callable[[], None],
    ) -> None:
        """`file` names the file of an order by its number, and may raise OSError. `reading` is what was read of the capture
        last. `renewed` is told when records are read differently from now on, `moved` when rows of a list have other numbers,
        `changed` when an order is further, `failed` gets an answer that could not be given, and `attend` a sentence and an
        advice on what could not be done."""
        self._look, self._work, self._reading = look, work, reading
        self._renewed, self._moved = renewed, moved
        self._failed, self._attend, self._changed = failed, attend, changed
        self._orders = Orders(
            file,
            works,
            work.ask,
            work.cancel,
            lambda topic: reading().rows.get(topic, 0),
            self._ordered,
            self._bring,
            self._rows_moved,
        )
        self._cache = RowCache(self._fetch, self._fetch_columns, self._fetch_screen)
        self._read_as: Hashable = None  # Mesh.reading, as of which the rows at hand were asked for
        self._read_anew_at = 0.0  # monotonic: when that was looked at
        self.wishes: Wishes = {}  # which decoders somebody asked for

    @property
    def revision(self) -> int:
        """Grows whenever a row at hand is another one."""
        return self._cache.revision

    @property
    def is_busy(self) -> bool:
        """A row that is wanted is not there yet."""
        return self._cache.busy

    # Orders

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

    def forget_all(self) -> None:
        self._orders.forget_all()

    def grow(self) -> None:
        """Rows may have arrived: the orders that they belong in are gone on with, and more rows are fetched ahead. Asked at each
        beat."""
        self._orders.grow()
        self._cache.go_on()

    def hold_still(self, name: str) -> None:
        """Nothing comes into a list by time for now; "" lets it come again."""
        self._orders.hold(name)

    def _ordered(self, failed: Message | None) -> None:
        if failed is not None:
            self._failed(failed)
        self._changed()

    # Rows

    def first(self, topic: str) -> int:
        """The first row that is there: the ones before it were dropped."""
        return self._reading().firsts.get(topic, 0)

    def rows(self, topic: str) -> int:
        """The number of the row behind the last one."""
        order = self._orders.get(topic)
        return order.rows if order else self._reading().rows.get(topic, 0)

    def row(self, topic: str, k: int) -> Row | None:
        """Row `k`, where it is at hand."""
        return self._cache.get(topic, k)

    def want(self, topic: str, first: int, last: int, jumped: bool = False, is_passed: bool = False) -> None:
        """The rows [first, last] are on the screen. Where a reader has `jumped` to them, their columns come first; of a place
        that is only passed nothing is fetched beside them."""
        self._orders.show(topic)
        self._cache.want(topic, first, last, self.rows(topic), jumped, is_passed)

    def _fetch(self, topic: str, first: int, count: int) -> None:
        wishes, order = self.wishes, self._orders.get(topic)
        version = order.version if order is not None else 0

        def arrived(answer: Message) -> None:
            moves = order.moves_since(version) if order is not None else []
            if wishes is not self.wishes:
                self._cache.discard(topic, first)
            elif answer.get("is") != "rows":
                self._cache.failed(topic, first)
            elif moves:  # rows came in meanwhile: what was answered has other numbers by now
                if all(move.runs is not None for move in moves):
                    self._cache.put(topic, {_now_at(moves, k): row for k, row in enumerate(rows_from(answer), first)})
                self._cache.discard(topic, first)
            else:
                self._cache.take(topic, first, rows_from(answer))

        self._look.ask({"do": "rows", "first": first, "count": count, **self.how(topic)}, arrived)

    def _bring(self, where: Message, first: int, count: int, done: Callable[[list[Row]], None]) -> None:
        """Rows of an order that is not what is shown yet; none where they cannot be had."""
        question = {"do": "rows", "first": first, "count": count, **self._as_wished(), **where}
        self._look.ask(question, lambda answer: done(rows_from(answer)))

    def _rows_moved(self, name: str, move: Move, first: int, newest: list[Row]) -> None:
        """Records came into a list: what is at hand of it, and what is selected in it, has other numbers."""
        if move.runs is None:
            self._cache.lose(name)
        else:
            self._cache.move(name, move.of, min((at for at, _ in move.runs), default=0))
            self._moved(name, move)
        self._cache.put(name, dict(enumerate(newest, first)))

    def _fetch_columns(self, topic: str, first: int, count: int) -> None:
        order = self._orders.get(topic)
        version = order.version if order is not None else 0

        def arrived(answer: Message) -> None:
            is_other = (order is not None and order.version != version) or answer.get("is") != "rows"
            self._cache.take_columns(topic, first, [] if is_other else rows_from(answer))

        self._look.ask({"do": "columns", "first": first, "count": count, **self._where(topic)}, arrived)

    def _fetch_screen(self, topic: str, first: int, count: int) -> None:
        wishes, order = self.wishes, self._orders.get(topic)
        version = order.version if order is not None else 0

        def arrived(answer: Message) -> None:
            has_moved = order is not None and order.version != version
            is_other = wishes is not self.wishes or has_moved or answer.get("is") != "rows"
            self._cache.take_screen(topic, first, [] if is_other else rows_from(answer))

        self._look.ask({"do": "rows", "first": first, "count": count, **self.how(topic)}, arrived)

    # How records are read

    def set_wishes(self, wishes: Wishes) -> None:
        """Records are decoded as somebody asks, the ones at hand anew."""
        if wishes == self.wishes:
            return
        self.wishes = wishes
        self._cache.renew()
        self._renewed()

    def read_anew(self, now: float) -> None:
        """Where a schema came, or a registry that was away, rows and the record that is selected are decoded once more.

        Asked at each beat; `now` is monotonic, in s.
        """
        if now < self._read_anew_at:
            return
        self._read_anew_at = now + READ_ANEW
        before, self._read_as = self._read_as, self._reading().mesh.reading
        if before is not None and before != self._read_as:
            self._cache.outdate()
            self._renewed()

    def how(self, topic: str) -> Message:
        """What a question on records of a list says of where they are, and how they are to be read."""
        return {**self._as_wished(), **self._where(topic)}

    def _as_wished(self) -> Message:
        return {"as": wishes_message(self.wishes)} if self.wishes else {}

    def _where(self, name: str) -> Message:
        order = self._orders.get(name)
        return order.where() if order else {"topic": name}

    # Places, and copies

    def where(self, name: str, row: Row, done: Callable[[int | None], None]) -> None:
        """Which row of a list a record is that is at hand from another one; None where the list leaves it out."""
        order = self._orders.get(name)
        if order is None or row.topic not in order.listing.topics:
            done(row.k if order is None and row.topic == name else None)
            return
        question = {"do": "where", "of": order.listing.topics.index(row.topic), "k": row.k, **order.where()}
        version = order.version

        def arrived(answer: Message) -> None:
            k, moves = answer.get("k"), order.moves_since(version)
            done(k if k is None or not moves else _now_at(moves, int(k)))

        self._look.ask(question, arrived)

    def at_moment(self, name: str, moment: int, fit: int, done: Callable[[int | None], None]) -> None:
        """Which row of a list is at a moment (ms); None where all are after it, or the list is not in the order of time.

        Where rows come quickly those of the screen that it is at the foot of, which `fit` on it, are at hand by then.
        """
        wishes, order, since = self.wishes, self._orders.get(name), self._cache.now()
        version = order.version if order is not None else 0

        def arrived(answer: Message) -> None:
            k, moves = answer.get("k"), order.moves_since(version) if order is not None else []
            if answer.get("is") == "rows" and wishes is self.wishes and not moves:
                self._cache.take_passed(name, int(answer["first"]), rows_from(answer), since)
            done(k if k is None else _now_at(moves, int(k)))

        listing = {"listing": listing_message(order.listing)} if order else {}
        place = {"do": "when", "moment": moment, **listing, **self.how(name)}
        screen = {"do": "screen", "fit": fit, "begin": self.first(name)}
        self._look.ask(place | screen if self._cache.is_quick else place, arrived)

    def find(self, name: RecordName, done: Callable[[int | None], None], failed: Callable[[], None]) -> None:
        """Which row of its topic the record is; None where the capture does not hold it. Where it could not be asked, which
        is said as trouble, `failed` is called."""

        def arrived(answer: Message) -> None:
            if answer.get("is") == "found":
                done(answer.get("k"))
            else:
                self._failed(answer)
                failed()

        self._look.ask({"do": "find", "name": [name.topic, name.partition, name.offset]}, arrived)

    def copy(self, topic: str, ks: Sequence[int], as_json: bool, done: Callable[[str], None]) -> None:
        """The records as lines. Where they cannot be had that is said, and `done` is not called."""

        def arrived(answer: Message) -> None:
            if answer.get("is") == "copied":
                done(str(answer["text"]))
            else:
                self._failed(answer)

        self._work.ask({"do": "copy", "ks": list(ks), "json": as_json, **self.how(topic)}, arrived)


def _now_at(moves: Sequence[Move], k: int) -> int:
    for move in moves:
        k = move.of(k)
    return k
