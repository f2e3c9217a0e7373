"""The list of records follows the time cursor: it scrolls to a moment, and a range leaves out what is of another time.

It goes to a moment once the rows there are at hand, so that while the strip is dragged no row blinks in as "…" and the list is
painted once a beat, not for each answer that comes meanwhile.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from meshdesk.session.opened import Opened

if TYPE_CHECKING:
    from meshdesk.ui.views.records import RecordsView


PATIENCE = 0.1  # s, three beats, after which the list goes there though its rows are still on their way

LOOKS = 8  # ms between two looks at what has come: a beat is 33


class RecordsInTime:
    """One list. It is asked at each refresh; a question is on its way at most."""

    def __init__(self, view: "RecordsView", clock: Callable[[], float] = time.monotonic) -> None:
        self._view, self._clock = view, clock
        self._at: tuple[int, str, int | None] | None = None  # the list of which capture is at which moment
        self._is_asking = False
        self._goes_to: int | None = None  # the row that is at the moment; -1 is before the first
        self._until = 0.0  # when the list goes there in any case
        self.has_gone = False  # since the last beat, which is enough for one

    @property
    def is_going(self) -> bool:
        """The list is about to show another place: what is on the screen need not be drawn once more before."""
        return (self._is_asking or self._goes_to is not None) and self._clock() < self._until

    def is_left_behind(self, opened: Opened) -> bool:
        """The cursor is at another moment than the list: it follows at each beat, while new rows come on every second one."""
        moment = None if opened.cursor.range is not None else opened.cursor.moment
        is_there = self._at is not None and self._at[2] == moment and self._goes_to is None
        return moment is not None and bool(self._view.listing.topics) and not is_there

    @property
    def span(self) -> tuple[int, int] | None:
        """The rows that will be on the screen, by their numbers in the list; None where it stays where it is."""
        return None if self._goes_to is None else self._view.table.span_at(self._goes_to)

    def follow(self, opened: Opened) -> bool:
        """Shows what the cursor is on; True where the list is another one by now."""
        view, cursor = self._view, opened.cursor
        if not view.listing.topics:
            return False
        if view.listing.between != cursor.range:
            view.show_listing(replace(view.listing, between=cursor.range))
            return True
        before, moment = self._at, None if cursor.range is not None else cursor.moment
        order = opened.lists.order(view.list)
        if before == (opened.number, view.list, moment) or self._is_asking or (order is not None and not order.is_made):
            return False
        if moment is not None and self._goes_to is not None:
            return False  # one place after the other: else a look program that is slow would never come to show one
        if moment is None:
            self._at, self._goes_to = (opened.number, view.list, None), None
            view.table.show_moment(None)
            if before is not None and before[:2] == self._at[:2]:
                view.go_back_to_the_end()
            return False
        view.following = False
        self._is_asking, name = True, view.list
        self._until = self._clock() + PATIENCE

        def found(k: int | None) -> None:
            self._is_asking = False
            if view.list == name and view.opened is opened:
                self._at = (opened.number, name, moment)
                self._go_to(-1 if k is None and opened.lists.order(name) is None else k)

        opened.lists.at_moment(name, moment, view.table.fit, found)
        view.hasten(LOOKS)
        return False

    def _go_to(self, k: int | None) -> None:
        self._goes_to = k
        if k is None:
            self._view.table.show_moment(None)
        else:
            self._until = self._clock() + PATIENCE
            self._view.hasten(LOOKS)

    def arrive(self, opened: Opened, is_in_between: bool) -> None:
        """Goes where the rows are: between two beats once they are whole, on a beat with their columns alone, too. Once a beat:
        while the strip is dragged, the next place may be known in the same one."""
        self.has_gone = self.has_gone and is_in_between
        if self._at is not None and self._at[:2] != (opened.number, self._view.list):
            self._goes_to = None  # a place in another list
        span = self.span
        if span is None:
            return
        rows = [opened.lists.row(self._view.list, k) for k in range(span[0], span[1] + 1)]
        is_there = not self.has_gone and all(row is not None and not (row.is_bare and is_in_between) for row in rows)
        if is_there or self._clock() >= self._until:
            k, self._goes_to = self._goes_to, None
            self.has_gone = True
            self._view.table.show_moment(k)
        else:
            self._view.hasten(LOOKS)

    def ask_again(self) -> None:
        """Rows have come in among those of the list: where it was about to go is another row by now."""
        if self._goes_to is not None:
            self._goes_to = self._at = None
