"""Rows that the window has at hand: what is on the screen first, ±5 screens ahead after, some thousands in all."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from meshdesk.model.row import Row

BLOCK = 50  # rows asked for at once: about a screen; look answers in 2-5 ms
KEPT = 200  # blocks: 10,000 rows, some six screens in each direction at 4K for several lists
AHEAD = 5  # screens in each direction
AGAIN = 1.0  # s before a block is asked for again that could not be had, or not whole
ON_THE_WAY = 4  # blocks asked for and not answered yet; more would make a jump wait for what was scrolled past
AHEAD_ON_THE_WAY = 2  # with so many none is asked for that is not on the screen: a jump waits for less
SETTLED = 0.1  # s after a jump to where nothing is at hand until more than the screen is asked for: a drag goes on
QUICK = 0.03  # s, a beat: rows that are there within it have their columns with them

Ask = Callable[[str, int, int], None]  # topic, first, count


class _Block(NamedTuple):
    rows: Sequence[Row | None]  # None: it came in among the others, and was not read yet
    edition: int  # of the cache, as of which they were asked for


NO_BLOCK = _Block((), -1)


class RowCache:
    """Blocks of rows by topic. `ask` fetches one; its rows come back through `take`. `ask_columns` fetches the columns
    alone of a screen that was jumped to, which takes a quarter of the time (measured 2026-11); see `take_columns`. `ask_screen`
    fetches a screen that is left again at once, and no row beside it; see `take_screen`."""

    def __init__(
        self, ask: Ask, ask_columns: Ask, ask_screen: Ask, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask, self._ask_columns, self._ask_screen, self._clock = ask, ask_columns, ask_screen, clock
        self._screen_of: tuple[str, int, int] | None = None  # that is on its way
        self._screen_next: tuple[str, int, int] | None = None  # and the one that is asked for when it is there
        self._screen_asked = 0.0  # on the clock
        self.is_quick = True  # the last one was there within a beat
        self._missing: frozenset[tuple[str, int]] = frozenset()  # blocks without which a row on the screen is not there
        self._bare: dict[tuple[str, int], Row] = {}  # of the screen that was jumped to last
        self._columns_of: tuple[str, int, int] | None = None  # whose columns are on their way
        self._columns_next: tuple[str, int, int] | None = None  # and whose are asked for when they are there
        self._blocks: OrderedDict[tuple[str, int], _Block] = OrderedDict()
        self._on_the_way: dict[tuple[str, int], tuple[int, int]] = {}  # how many rows, as of which edition
        self._edition = 0  # grows when rows could be read differently from now on
        self._rest_until: dict[tuple[str, int], float] = {}
        self._wanted: list[tuple[str, int]] = []  # what is on the screen first
        self._shown: frozenset[tuple[str, int]] = frozenset()
        self._rows: dict[str, int] = {}
        self._ahead_from = 0.0  # on the clock
        self.revision = 0

    @property
    def busy(self) -> bool:
        """True while something that is wanted is not there yet."""
        return bool(self._on_the_way or self._wanted or self._columns_of or self._screen_of)

    def get(self, topic: str, k: int) -> Row | None:
        """Row k of a topic, where it is at hand."""
        block = self._blocks.get((topic, k // BLOCK), NO_BLOCK)
        at = k % BLOCK
        row = block.rows[at] if at < len(block.rows) else None
        return row if row is not None else self._bare.get((topic, k))

    def want(self, topic: str, first: int, last: int, rows: int, jumped: bool = False, is_passed: bool = False) -> None:
        """The rows [first, last] are on the screen, of `rows` in all; their columns are wanted first after a jump. While a place
        is only passed, as while the time is dragged, they are all that is asked for."""
        self._rows[topic] = rows
        first, last = max(0, first), min(last, rows - 1)
        shown = range(first // BLOCK, max(0, last) // BLOCK + 1) if rows else range(0)
        self._shown = frozenset((topic, block) for block in shown)
        now = self._clock()
        there = {k: self.get(topic, k) for k in range(first, last + 1)}
        missing = [k for k, row in there.items() if row is None or row.is_bare]
        if is_passed or (jumped and len(missing) == len(there)):
            self._ahead_from = now + SETTLED
        if is_passed and not missing:
            self._wanted, self._missing = [], frozenset()
            return
        screens = max(1, len(shown))
        blocks = [*shown]
        for step in range(1, AHEAD * screens + 1):
            blocks += [shown.stop - 1 + step, shown.start - step] if shown else []
        last_block = (rows - 1) // BLOCK
        self._rest_until = {key: until for key, until in self._rest_until.items() if until > now}
        self._wanted = [
            (topic, block)
            for block in blocks
            if 0 <= block <= last_block and not self._whole(topic, block) and (topic, block) not in self._rest_until
        ]
        for block in shown:
            if (topic, block) in self._blocks:
                self._blocks.move_to_end((topic, block))
        screen = (topic, first, last - first + 1)
        self._missing = frozenset() if is_passed else frozenset((topic, k // BLOCK) for k in missing)
        if (jumped or (is_passed and not self.is_quick)) and None in there.values():
            self._columns_next = screen if screen != self._columns_of else None
            self._fetch_columns()
        if is_passed and missing:
            self._screen_next = screen if screen != self._screen_of else None
            self._fetch_screen()
        self._fetch()

    def go_on(self) -> None:
        """Asks for what is wanted by now. Asked at each beat."""
        if self._wanted:
            self._fetch()

    def renew(self) -> None:
        """All rows are to be read anew, those on the screen first."""
        self._blocks.clear()
        self.outdate()
        self.revision += 1

    def outdate(self) -> None:
        """Rows could be read differently from now on: what is at hand stands until it has been read anew."""
        self._edition += 1
        self._wanted = sorted(self._shown)
        self._fetch()

    def move(self, topic: str, now: Callable[[int], int], first: int) -> None:
        """Rows from number `first` on have other numbers: `now` says which. Those between them are on their way."""
        moved: dict[int, Row] = {}
        for at, block in [key for key in self._blocks if key[0] == topic and (key[1] + 1) * BLOCK > first]:
            for k, row in enumerate(self._blocks.pop((at, block)).rows, block * BLOCK):
                if row is not None:
                    moved[now(k)] = row
        self._bare = {(one, now(k) if one == topic else k): row for (one, k), row in self._bare.items()}
        self.put(topic, moved)

    def put(self, topic: str, rows: Mapping[int, Row]) -> None:
        """Single rows, by their numbers, that stand until their blocks are read."""
        for k, row in rows.items():
            key = (topic, k // BLOCK)
            held = list(self._blocks.get(key, NO_BLOCK).rows)
            held += [None] * (k % BLOCK + 1 - len(held))
            held[k % BLOCK] = row
            self._blocks[key] = _Block(held, -1)
        self._bound()
        self.revision += 1

    def lose(self, topic: str) -> None:
        """Nobody knows which rows have which numbers any more."""
        for key in [key for key in self._blocks if key[0] == topic]:
            del self._blocks[key]
        self._bare.clear()
        self.revision += 1

    def discard(self, topic: str, first: int) -> None:
        """What look answered for the block is not what is wanted any more; it is asked for again."""
        self._on_the_way.pop((topic, first // BLOCK), None)
        self._fetch()

    def take_columns(self, topic: str, first: int, rows: list[Row]) -> None:
        """The columns of the rows from `first` on, which stand until the rows themselves come; none where they cannot be had."""
        self._columns_of = None
        self._bare = {(topic, first + at): row for at, row in enumerate(rows)}
        self.revision += 1
        self._fetch_columns()

    def take(self, topic: str, first: int, rows: list[Row]) -> None:
        """What look answered for the block that begins at row `first`."""
        key = (topic, first // BLOCK)
        asked_for, edition = self._on_the_way.pop(key, (0, self._edition))
        if len(rows) < asked_for:
            self._rest(key)  # look has no more of them now; asked again at once, it would say the same
        if len(rows) >= len(self._blocks.get(key, NO_BLOCK).rows):
            self._blocks[key] = _Block(rows, edition)
            self._blocks.move_to_end(key)
        self._bound()
        self.revision += 1
        self._wanted = [wanted for wanted in self._wanted if not self._whole(*wanted)]
        self._fetch()

    def take_screen(self, topic: str, first: int, rows: list[Row]) -> None:
        """The rows of a screen from `first` on, which stand until their blocks are read; none where they cannot be had."""
        self._screen_of = None
        self.take_passed(topic, first, rows, self._screen_asked)
        self._fetch_screen()

    def take_passed(self, topic: str, first: int, rows: list[Row], since: float) -> None:
        """The same of a screen that nobody has asked for here, but `since` (as `now` says it) with its place. It may be left again
        at once, so that nothing beside it is asked for yet."""
        now = self._clock()
        self.is_quick, self._ahead_from = now - since < QUICK, now + SETTLED
        there = enumerate(rows, first)
        self.put(topic, {k: row for k, row in there if (known := self.get(topic, k)) is None or known.is_bare})

    def now(self) -> float:
        return self._clock()

    def _bound(self) -> None:
        while len(self._blocks) > KEPT:
            self._blocks.popitem(last=False)

    def failed(self, topic: str, first: int) -> None:
        """The block could not be had; it is asked for again when it is wanted a while later."""
        key = (topic, first // BLOCK)
        self._on_the_way.pop(key, None)
        self._rest(key)
        self._fetch()

    def _fetch_columns(self) -> None:
        """One screen at a time: a bar that is dragged passes many."""
        if self._columns_of is None and self._columns_next is not None:
            self._columns_of, self._columns_next = self._columns_next, None
            self._ask_columns(*self._columns_of)

    def _fetch_screen(self) -> None:
        """One at a time, as above."""
        if self._screen_of is None and self._screen_next is not None:
            self._screen_of, self._screen_next = self._screen_next, None
            self._screen_asked = self._clock()
            self._ask_screen(*self._screen_of)

    def _rest(self, key: tuple[str, int]) -> None:
        self._rest_until[key] = self._clock() + AGAIN
        self._wanted = [wanted for wanted in self._wanted if wanted != key]

    def _whole(self, topic: str, block: int) -> bool:
        """Whether the block is at hand with all the rows that it can have by now, read as they are read now."""
        held = self._blocks.get((topic, block), NO_BLOCK)
        is_there = len(held.rows) >= min(BLOCK, self._rows.get(topic, 0) - block * BLOCK)
        return is_there and held.edition == self._edition

    def _fetch(self) -> None:
        for key in self._wanted:
            if key not in self._missing and self._clock() < self._ahead_from:
                if key not in self._shown:
                    return
                continue
            if len(self._on_the_way) >= (ON_THE_WAY if key in self._shown else AHEAD_ON_THE_WAY):
                return
            if key not in self._on_the_way:
                topic, block = key
                first = block * BLOCK
                count = min(BLOCK, self._rows[topic] - first)
                self._on_the_way[key] = (count, self._edition)
                self._ask(topic, first, count)
