"""Which time a plot shows: a span that ends with the newest and goes on, or stands still somewhere. Pure."""

from dataclasses import dataclass

from meshdesk.model.asked import SPANS, next_span, zoomed
from meshdesk.model.cursor import Cursor


@dataclass(slots=True)
class ShownTime:
    """A span and its end. `newest` is when something was seen last; all in ms since the epoch.

    >>> time = ShownTime(60_000)
    >>> time.at(100_000), time.pan(-0.5, 100_000), time.at(100_000), time.at(105_000)
    ((40000, 100000), None, (10000, 70000), (10000, 70000))
    """

    span: int = SPANS[2]
    end: int | None = None  # where it stands still; None: it ends with the newest
    is_chosen: bool = False  # the span, by a person; else it fits what was recorded
    is_led: bool = False  # it stands still where the time cursor has led to
    cursor: Cursor = Cursor()  # noqa: RUF009  where that was last; it does not change

    @property
    def is_still(self) -> bool:
        return self.end is not None

    def at(self, newest: int) -> tuple[int, int]:
        """From when to when."""
        end = newest if self.end is None else self.end
        return end - self.span, end

    def choose(self, span: int) -> None:
        """Another span with the same end."""
        self.span, self.is_chosen = span, True

    def step(self, way: int) -> None:
        """The next longer span (1) or the next shorter one (-1)."""
        self.choose(next_span(self.span, way))

    def hold(self, end: int | None) -> None:
        """Stands still at a moment; None goes on with the newest."""
        self.end, self.is_led = end, False

    def pan(self, share: float, newest: int) -> None:
        """A part of the span later or earlier; at the newest it goes on again."""
        end = self.at(newest)[1] + round(share * self.span)
        self.hold(None if end >= newest else end)
        self.is_chosen = True

    def zoom(self, factor: float, at: int | None, newest: int) -> None:
        """A span so many times as long, in which the moment `at` stays where it is; what goes on with the newest does so."""
        start, end = self.at(newest)
        start, until = zoomed(start, end, factor, end if self.end is None or at is None else at)
        if self.end is not None:
            self.end = until
        self.choose(until - start)

    def go_along(self, cursor: Cursor, newest: int) -> bool:
        """The time cursor is there: its moment is to be seen. Back at live, what it has led away goes on. Whether it moved."""
        if cursor == self.cursor:
            return False
        self.cursor = cursor
        start, end = self.at(newest)
        if cursor.moment is not None and not start <= cursor.moment <= end:
            self.end, self.is_led = min(newest, cursor.moment + self.span // 2), True
        elif cursor.moment is None and self.is_led:
            self.hold(None)
        return True
