"""When the records were written that groups have to read next and that are older than the recording: looked for by bisection.

One request a step for all partitions together, from now back in steps that become four times as long, then by halves, until
the time is known to a second or to 2 % of how long ago it was. What is within the recording its own samples tell.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Event

from confluent_kafka import KafkaError

from meshdesk.capture.writer import Writer
from meshdesk.collect.asking import Asking
from meshdesk.collect.budget import Budget, rest
from meshdesk.collect.client import now
from meshdesk.collect.offsets_at import NONE, Place, offsets_of
from meshdesk.model.fact import Checked, Fact
from meshdesk.model.late import KIND, Point, about, reached, value_of, within_of
from meshdesk.model.mesh import Mesh, fold
from meshdesk.model.past import SOURCE

LOOK_EVERY = 2.0  # s between two looks who is behind
AT_ONCE = 400  # offsets that are looked for at the same time, in some 15 steps each
AGAIN = (
    15.0  # s until a partition is looked at again for another offset: a group that moves is not followed at each step
)
FAILED_AGAIN = 60.0  # s until one is that could not be asked: its topic is gone, or its broker
POINTS = 64  # of a partition are kept, the newest: as many groups that stand still at places of their own
PARTITIONS = 5_000  # of which points are kept; the facts of more are taken back, the oldest first
FIRST_STEP = 60_000  # ms back from now

Commits = Mapping[str, Mapping[Place, int]]  # by group


@dataclass(frozen=True, slots=True)
class Seen:
    """What the watch and the groups know by now."""

    commits: Commits
    first_ends: Mapping[Place, int]  # where each partition ended when this recording first saw it
    beginnings: Mapping[Place, int]


@dataclass(slots=True)
class _Search:
    """The record at an offset is not older than `low`, which is not known at first, and was there before `high`; ms."""

    offset: int
    high: int
    low: int | None = None
    step: int = FIRST_STEP

    @property
    def moment(self) -> int:
        """What to ask next."""
        return max(0, self.high - self.step) if self.low is None else (self.low + self.high) // 2

    def take(self, moment: int, answer: int) -> None:
        """The first offset at or after a moment; NONE is behind all of them."""
        if answer != NONE and answer <= self.offset:
            self.low = moment
        else:
            self.high, self.step = moment, self.step * 4

    @property
    def is_in_vain(self) -> bool:
        """Whether there is no such record: it went meanwhile, or has no timestamp."""
        return self.high == 0

    def is_over(self, moment: int) -> bool:
        """Whether it is known well enough, as of now."""
        return self.low is not None and self.high - self.low <= 2 * within_of(moment - self.high)


class Reached:
    """All partitions in which a group is behind. Its steps are called by one thread."""

    def __init__(self, cluster: Asking, writer: Writer, stop: Event, budget: Budget, seen: Callable[[], Seen]) -> None:
        self._cluster, self._writer, self._stop, self._budget, self._seen = cluster, writer, stop, budget, seen
        self._points: dict[
            Place, list[Point]
        ] = {}  # the newest last; the partition that was looked at last is the last
        self._searches: dict[tuple[Place, int], _Search] = {}
        self._resting: dict[Place, float] = {}  # until when, monotonic
        self._look_at = 0.0  # monotonic

    def recall(self, facts: Iterable[Fact | Checked]) -> None:
        """Takes over what a predecessor has written of the same capture: it is not looked for again."""
        mesh = Mesh()
        fold(mesh, facts)
        self._points = {place: list(points) for place, points in list(reached(mesh).items())[-PARTITIONS:]}

    def step(self) -> bool:
        """One request, if there is something to look for; whether something was written. Raises CaptureError."""
        if not self._searches and time.monotonic() >= self._look_at:
            self._look_at = time.monotonic() + LOOK_EVERY
            self._begin()
        if not self._searches or self._cluster.is_worn:
            return False
        if not rest(self._budget, len(self._searches), self._stop):
            return False
        moments = {target: search.moment for target, search in self._searches.items()}
        calls = _calls(moments)
        answers = offsets_of(self._cluster, calls, self._stop)
        if self._stop.is_set():
            return False
        return self._take(moments, answers)

    @property
    def is_busy(self) -> bool:
        """Whether something is looked for."""
        return bool(self._searches)

    def _begin(self) -> None:
        """Who is behind, in what the recording has not seen come."""
        seen, moment = self._seen(), time.monotonic()
        self._resting = {place: until for place, until in self._resting.items() if until > moment}
        for commits in list(seen.commits.values()):
            for place, committed in commits.items():
                offset = max(committed, seen.beginnings.get(place, 0))
                first = seen.first_ends.get(place)
                if first is None or offset >= first or place in self._resting:
                    continue  # nothing to read, or its coming was seen
                if any(point.offset == offset for point in self._points.get(place, ())):
                    continue
                self._searches[place, offset] = _Search(offset, now() + 1)
                if len(self._searches) >= AT_ONCE:
                    return

    def _take(
        self, moments: Mapping[tuple[Place, int], int], answers: Sequence[Mapping[Place, int | KafkaError]]
    ) -> bool:
        found: list[Place] = []
        rounds = dict.fromkeys((place for place, _ in moments), 0)
        for target, moment in moments.items():
            place, search = target[0], self._searches[target]
            answer = answers[rounds[place]].get(place)
            rounds[place] += 1
            if answer is None or isinstance(answer, KafkaError):
                del self._searches[target]
                self._resting[place] = time.monotonic() + FAILED_AGAIN
                continue
            search.take(moment, answer)
            if search.is_in_vain:
                del self._searches[target]
                self._resting[place] = time.monotonic() + FAILED_AGAIN
            elif search.is_over(now()):
                del self._searches[target]
                self._resting[place] = time.monotonic() + AGAIN
                self._keep(place, search)
                found.append(place)
        facts = [_fact(place, self._points[place]) for place in dict.fromkeys(found)]
        while len(self._points) > PARTITIONS:
            place = next(iter(self._points))
            del self._points[place]
            facts.append(_fact(place, []))
        if facts:
            self._writer.facts(facts)
        return bool(facts)

    def _keep(self, place: Place, search: _Search) -> None:
        low = search.high if search.low is None else search.low
        point = Point(search.offset, (low + search.high) // 2, max(1, (search.high - low) // 2))
        self._points[place] = [*self._points.pop(place, [])[1 - POINTS :], point]


def _calls(moments: Mapping[tuple[Place, int], int]) -> list[dict[Place, int]]:
    """Requests, in each of which a partition can stand once: most partitions are looked at for one offset."""
    calls: list[dict[Place, int]] = [{}]
    used: dict[Place, int] = {}
    for (place, _), moment in moments.items():
        number = used[place] = used.get(place, -1) + 1
        if number == len(calls):
            calls.append({})
        calls[number][place] = moment
    return calls


def _fact(place: Place, points: Iterable[Point]) -> Fact:
    kept = sorted(points)
    return Fact(KIND, about(place), value_of(kept) if kept else None, now(), SOURCE)
