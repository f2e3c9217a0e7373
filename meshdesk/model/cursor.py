"""The time cursor: which moment, or which range of time, the window shows. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cursor:
    """Live, a moment, or a range of time that ends with the moment that is shown. In ms since the epoch.

    >>> Cursor().is_live, Cursor.of(7), Cursor.of(9, 5)
    (True, Cursor(start=None, end=7), Cursor(start=5, end=9))
    """

    start: int | None = None  # None: no range
    end: int | None = None  # None: live

    @staticmethod
    def of(moment: int, other: int | None = None) -> "Cursor":
        """A moment, or what lies between two of them."""
        if other is None or other == moment:
            return Cursor(None, moment)
        return Cursor(min(moment, other), max(moment, other))

    @property
    def is_live(self) -> bool:
        return self.end is None

    @property
    def moment(self) -> int | None:
        """What every view shows: the mesh at that moment; None is live."""
        return self.end

    @property
    def range(self) -> tuple[int, int] | None:
        """From and to; None where no range was chosen."""
        return None if self.start is None or self.end is None else (self.start, self.end)
