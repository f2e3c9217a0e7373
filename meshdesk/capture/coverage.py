"""Coverage: which offsets of a partition are settled, as few disjoint ranges. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator


class Coverage:
    """Half-open ranges of offsets, kept disjoint and in order; neighbours are joined.

    >>> c = Coverage(); c.add(5, 9); c.add(0, 3); c.add(3, 5); list(c)
    [(0, 9)]
    """

    def __init__(self) -> None:
        self._begins: list[int] = []
        self._ends: list[int] = []

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(zip(self._begins, self._ends, strict=True))

    def add(self, begin: int, end: int) -> None:
        """Settles [begin, end)."""
        if end <= begin:
            return
        low = bisect_left(self._ends, begin)
        high = bisect_right(self._begins, end)
        if low < high:
            begin, end = min(begin, self._begins[low]), max(end, self._ends[high - 1])
        self._begins[low:high] = [begin]
        self._ends[low:high] = [end]

    def remove(self, begin: int, end: int) -> None:
        """Takes [begin, end) back: it is not settled any more.

        >>> c = Coverage(); c.add(0, 9); c.remove(3, 5); list(c)
        [(0, 3), (5, 9)]
        """
        if end <= begin:
            return
        low, high = bisect_right(self._ends, begin), bisect_left(self._begins, end)
        kept = [
            (b, min(e, begin)) for b, e in zip(self._begins[low:high], self._ends[low:high], strict=True) if b < begin
        ]
        kept += [(max(b, end), e) for b, e in zip(self._begins[low:high], self._ends[low:high], strict=True) if e > end]
        self._begins[low:high] = [b for b, _ in kept]
        self._ends[low:high] = [e for _, e in kept]

    def end_of(self, offset: int) -> int:
        """Where to go on reading from `offset`: behind the range that holds it, or `offset` itself.

        >>> c = Coverage(); c.add(5, 9); c.end_of(4), c.end_of(5), c.end_of(9)
        (4, 9, 9)
        """
        at = bisect_right(self._begins, offset) - 1
        return max(offset, self._ends[at]) if at >= 0 else offset

    def next_after(self, offset: int) -> tuple[int, int] | None:
        """The first range that begins at or behind `offset`; None where nothing settled lies ahead."""
        at = bisect_left(self._begins, offset)
        return (self._begins[at], self._ends[at]) if at < len(self._begins) else None

    def missing(self, begin: int, end: int) -> list[tuple[int, int]]:
        """What of [begin, end) is not settled.

        >>> c = Coverage(); c.add(5, 9); c.missing(0, 12)
        [(0, 5), (9, 12)]
        """
        gaps: list[tuple[int, int]] = []
        at = begin
        for settled, settled_end in self:
            if settled_end <= at:
                continue
            if settled >= end:
                break
            if settled > at:
                gaps.append((at, settled))
            at = max(at, settled_end)
        return [*gaps, (at, end)] if at < end else gaps
