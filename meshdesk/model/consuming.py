"""How the groups of a mesh get on: what each reads, how far it is behind, how fast it reads, and in one word how that is going.

Pure. Rates and the last hour come from all samples (tracks.py), so that any moment of a recording is told like this one.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import isnan
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from meshdesk.model.group import Group
from meshdesk.model.lag import OF, Lag, Lags, Total, total
from meshdesk.model.late import BEHIND, Times
from meshdesk.model.mesh import Mesh
from meshdesk.model.rates import Key

if TYPE_CHECKING:
    from meshdesk.model.tracks import SeriesName, Tracks

State = Literal[
    "losing records",
    "stuck",
    "not catching up",
    "behind",
    "draining",
    "rebalancing",
    "no commits",
    "steady",
    "empty",
    "other kind",
]
# What each means is said in resources/help/consumers.md. The first stand first, and the first three need attention.
ORDER: tuple[State, ...] = get_args(State)
ATTENTION = ORDER[:3]

STUCK = 60_000  # ms in which a group has committed nothing while there is something to read
WINDOWS = (60_000, 10_000)  # ms over which rates are taken; the second in the first minute of a recording
HELD = 75_000  # ms that a commit is taken to stay: one that does is written each 30 s
EVEN, FEW = (
    0.02,
    0.1,
)  # of what arrives, and records a second: a group that reads so much more or less keeps its distance

HOUR = 3_600_000
POINTS = 40  # of the last hour


class Line(NamedTuple):
    """A group, as one line of a list."""

    group: str
    topics: tuple[str, ...]  # that it reads
    products: tuple[str, ...]  # which those belong to, by title; a topic of none stands for itself
    total: Total
    arriving: float | None  # records a second in what it reads; None: not known
    reading: float | None  # offsets a second that it commits
    state: State

    @property
    def needs_attention(self) -> bool:
        return self.state in ATTENTION

    @property
    def order(self) -> tuple[int, int, str]:
        """What needs attention first; of those who stand alike who is twice as far behind. Nothing finer: lines that change
        their places all the time cannot be read."""
        return ORDER.index(self.state), -int(_late(self.total, self.arriving)).bit_length(), self.group

    @property
    def ends_in(self) -> float | None:
        """s until it has caught up if both go on as now; None where it does not, or nobody knows."""
        if self.arriving is None or self.reading is None or self.reading <= self.arriving or not self.total.offsets:
            return None
        return self.total.offsets / (self.reading - self.arriving)


def lines_of(mesh: Mesh, lags: Lags, tracks: "Tracks | None", moment: int, times: Times) -> list[Line]:
    """All groups of a mesh at a moment (ms), those that need attention first."""
    times.begin()
    groups = mesh.groups
    names = sorted(groups.keys() | lags.groups)
    found = {name: lags.of(name, times) for name in names}
    rates = _rates(tracks, found, moment)
    lines = [_line(mesh, name, groups.get(name), found[name], lags, rates, moment) for name in names]
    return sorted(lines, key=lambda line: line.order)


def _line(
    mesh: Mesh,
    name: str,
    group: Group | None,
    lags: Mapping[Key, Lag],
    offsets: Lags,
    rates: "Mapping[SeriesName, float]",
    moment: int,
) -> Line:
    topics = tuple(dict.fromkeys([*(one.topic for one in mesh.read_by(name)), *(topic for topic, _ in lags)]))
    whole = total(lags.items())
    arriving = _sum(rates, [("end", *key) for key in lags])
    mine = offsets.commits.get(name, {})
    reading = _sum(rates, [(OF + name, *key) for key in lags if key in mine])
    since = max((mine[key].since for key, lag in lags.items() if key in mine and lag.offsets), default=moment)
    state = _state(group, whole, arriving, reading, moment - since)
    return Line(name, topics, _products(mesh, topics), whole, arriving, reading, state)


def _state(group: Group | None, whole: Total, arriving: float | None, reading: float | None, rested: int) -> State:
    """In one word. `rested` is for how long (ms) nothing was committed where there is something to read."""
    if group is not None and not group.is_of_consumers:
        return "other kind"
    if group is not None and group.state in ("preparing rebalance", "completing rebalance"):
        return "rebalancing"
    if whole.offsets is None:
        return "empty" if group is not None and not group.count else "no commits"
    if group is not None and not group.count:
        return "empty"
    if whole.lost:
        return "losing records"
    if not whole.offsets:
        return "steady"
    if not reading and (rested >= STUCK or (reading == 0 and _late(whole, arriving) >= STUCK / 1000)):
        return "stuck"
    if _late(whole, arriving) < BEHIND:
        return "steady"
    if arriving is None or reading is None:
        return "behind"
    even = max(EVEN * arriving, FEW)
    return "draining" if reading > arriving + even else "not catching up" if reading < arriving - even else "behind"


def _late(whole: Total, arriving: float | None) -> float:
    """s; where that is not known, of records as fast as they arrive."""
    return whole.late.seconds if whole.late is not None else (whole.offsets or 0) / max(1.0, arriving or 0.0)


def _products(mesh: Mesh, topics: Iterable[str]) -> tuple[str, ...]:
    names = []
    for topic in topics:
        said = mesh.belonging(topic).products
        files = mesh.products.get(said[0].value, ()) if said else ()
        names.append(files[0].title if files else said[0].value if said else topic)
    return tuple(dict.fromkeys(names))


def _rates(tracks: "Tracks | None", lags: Mapping[str, Mapping[Key, Lag]], moment: int) -> "dict[SeriesName, float]":
    """Of every end and every commit that is asked for how much it grows a second, where that is known."""
    if tracks is None:
        return {}
    names = list({("end", *key) for mine in lags.values() for key in mine})
    names += [(OF + group, *key) for group, mine in lags.items() for key in mine]
    found: dict[SeriesName, float] = {}
    for window in WINDOWS:
        names = [name for name in names if name not in found]
        if names:
            rates = tracks.rates(names, moment, window, HELD).tolist()
            found |= {name: rate for name, rate in zip(names, rates, strict=True) if not isnan(rate)}
    return found


def _sum(rates: "Mapping[SeriesName, float]", names: "Sequence[SeriesName]") -> float | None:
    known = [rates[name] for name in names if name in rates]
    return sum(known) if known else None


def last_hour(tracks: "Tracks", lags: Mapping[Key, Lag], group: str, moment: int) -> tuple[float | None, ...]:
    """How many offsets a group was behind in the hour before a moment, or since the recording began, POINTS times; None where
    that is not known."""
    # numpy takes 0.1 s to import, and a capture without samples needs none of it.
    import numpy as np

    keys = [key for key, lag in lags.items() if lag.offsets is not None]
    began = max(moment - HOUR, tracks.span[0]) if tracks.span is not None else moment
    if not keys or moment - began < POINTS:
        return ()
    edges = np.linspace(began, moment, POINTS).astype(np.int64)
    ends = tracks.grown([("end", *key) for key in keys], edges, HELD)
    mine = tracks.grown([(OF + group, *key) for key in keys], edges, HELD)
    change = (ends - mine).sum(axis=0)  # NaN where one of them is not known
    now = sum(lag.offsets or 0 for lag in lags.values())
    back = now - np.cumsum(change[::-1])[::-1]
    return tuple([None if isnan(one) else max(0.0, one) for one in (*back.tolist(), float(now))])
