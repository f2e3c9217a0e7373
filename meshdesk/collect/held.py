"""Partitions that an open transaction holds back: the broker says that they end where they have more, and goes on saying so."""

from dataclasses import dataclass

from meshdesk.collect.reading import Partition, Place

HELD = 10.0  # s until it is said; transactions of stream processors take 0.1 s


@dataclass(slots=True)
class _Held:
    """A partition that is read to its last stable offset, behind which there is more."""

    position: int
    due: float  # when it is said
    is_said: bool = False


class Held:
    """Which they are, since when, and which were said."""

    def __init__(self) -> None:
        self._held: dict[Place, _Held] = {}

    def is_to_be_said(self, place: Place, partition: Partition, now: float) -> bool:
        """Looks at a partition as it is at `now` (monotonic, s): true once where it is held back at the same offset for long."""
        if not partition.last_end == partition.position < partition.end:
            self._held.pop(place, None)
            return False
        held = self._held.get(place)
        if held is None or held.position != partition.position:
            self._held[place] = _Held(partition.position, now + HELD)
            return False
        is_due = not held.is_said and now > held.due
        held.is_said = held.is_said or is_due
        return is_due
