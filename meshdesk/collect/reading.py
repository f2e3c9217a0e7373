"""Reading topics: which partitions, from where to where, and what has been stored already. Pure; the loop asks it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from meshdesk.capture.coverage import Coverage
from meshdesk.model.position import Position

Place = tuple[str, int]  # topic, partition


@dataclass(slots=True)
class Partition:
    """One partition that is being read."""

    position: int  # the next offset to be read
    stop: int | None = None  # read up to here (exclusive); None: go on for ever
    started: int = 0  # the first offset that was asked for, or the first behind what was dropped of them
    end: int = -1  # the end offset as last seen
    last_end: int = -1  # where the broker said that it ends for us, when reading got there; before an open transaction
    backlog: int = 0  # the end offset when reading began from before it: behind that it is a tail
    done: bool = False
    given_up: bool = False  # it is done before it is read to its stop: refused, deleted, or its records were lost
    settled: Coverage = field(default_factory=Coverage)  # offsets that the capture holds already, or that are lost


@dataclass(frozen=True, slots=True)
class Offsets:
    """Where a partition begins and ends, and where the positions that were asked for lie in it (−1: behind its last record)."""

    beginning: int
    end: int
    start: int
    stop: int | None


@dataclass(frozen=True, slots=True)
class Began:
    """Where reading a topic began, for a successor of this program: it goes on there, whatever the clock says by then."""

    topic_id: str
    offsets: Mapping[int, int]  # by partition

    def of(self, topic_id: str, found: Mapping[int, Offsets]) -> dict[int, Offsets]:
        """The offsets that were found, with these starts; a partition that came later is read from its beginning."""
        if topic_id != self.topic_id:
            return dict(found)  # another topic of that name
        return {number: replace(at, start=self.offsets.get(number, at.beginning)) for number, at in found.items()}


def begin(offsets: Offsets, settled: Coverage) -> Partition:
    """A partition to be read from `offsets.start`, leaving out what is settled."""
    start = offsets.end if offsets.start < 0 else max(offsets.start, offsets.beginning)
    position = settled.end_of(start)
    partition = Partition(position, offsets.stop, start, offsets.end, backlog=offsets.end, settled=settled)
    partition.done = offsets.stop is not None and position >= offsets.stop
    return partition


def moved(partition: Partition, position: int) -> int | None:
    """Takes the partition to `position`, everything before it being settled; the offset to seek to, if it must jump.

    It jumps over ranges that the capture holds already.
    """
    partition.settled.add(partition.position, position)
    partition.position = position
    target = partition.settled.end_of(position)
    partition.done = partition.stop is not None and target >= partition.stop
    if target == position:
        return None
    partition.position = target
    return target


def position_after(partition: Partition, last: int) -> int:
    """Where reading stands once a record at offset `last` has come."""
    return max(partition.position, last + 1 if partition.stop is None else min(last + 1, partition.stop))


def needed(partition: Partition, offset: int) -> bool:
    """Whether a record at this offset is to be stored: it is asked for and not stored yet."""
    return (partition.stop is None or offset < partition.stop) and partition.settled.end_of(offset) == offset


def behind(partitions: Iterable[Partition]) -> int | None:
    """Offsets still to be read up to the ends as last seen, or to the stops before them; None where no end has been seen."""
    known = [p for p in partitions if p.end >= 0 and not p.done]
    ends = [p.end if p.stop is None else min(p.end, p.stop) for p in known]
    return sum(max(0, end - p.position) for p, end in zip(known, ends, strict=True)) if known else None


def places(topic: str, count: int) -> list[Place]:
    """All partitions of a topic."""
    return [(topic, number) for number in range(count)]


def resolve(
    topic: str, count: int, start: Position, until: Position | None, ask: "Mapping[str, Mapping[Place, int]]"
) -> dict[int, Offsets]:
    """Where each partition is to be read, from the cluster's answers (`ask`: beginning, end, start, stop by place).

    Partitions of which an answer is missing are left out: reading them from elsewhere would skip records in silence.
    """
    asked = ["beginning", "end", *(["start"] if start.kind == "time" else [])]
    asked += ["stop"] if until is not None and until.kind == "time" else []
    found: dict[int, Offsets] = {}
    for place in places(topic, count):
        if any(place not in ask[name] for name in asked):
            continue
        beginning, end = ask["beginning"][place], ask["end"][place]
        first = ask["start"][place] if start.kind == "time" else _offset(start, beginning, end)
        last = None if until is None else _offset(until, beginning, end)
        if until is not None and until.kind == "time":
            last = end if ask["stop"][place] < 0 else ask["stop"][place]
        found[place[1]] = Offsets(beginning, end, first, last)
    return found


def _offset(position: Position, beginning: int, end: int) -> int:
    return {"beginning": beginning, "end": end}.get(position.kind, position.value)
