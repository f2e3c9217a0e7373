"""What the throughput view draws: how much arrived by time, of each topic, product or domain, or of all together. Pure.

A sample stands for the interval since that partition's previous one, and what is added up is how much each partition grew
between two edges: so partitions that are sampled unevenly make no saw-tooth. Where nothing is known a curve has a gap, never 0.
Before the recording stands what was asked by time (model/past.py), which counts offsets.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from meshdesk.model import past
from meshdesk.model.asked import LEVELS, SECOND, Asked, By, step_for
from meshdesk.model.graph import Box, boxes_of
from meshdesk.model.mesh import Mesh
from meshdesk.model.naming import is_technical

TOP = 10  # curves: more nobody can tell apart; the rest is one curve
STAYS = 1.1  # how much more than a curve that is shown another one must be to take its place
ROUND = 15_000  # ms in which every partition is sampled once, also in a large mesh
CELLS = 400_000  # asked of the tracks at once: some 50 MB
OTHER, TOTAL = "other", "total"

Amounts: TypeAlias = npt.NDArray[np.float64]
Edges: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]


class Grown(Protocol):
    """All samples by time (model/tracks.py)."""

    @property
    def span(self) -> tuple[int, int] | None: ...
    def keys(self, of: str) -> list[tuple[str, int]]: ...
    def at(self, moment: int, of: str) -> dict[tuple[str, int], tuple[int, int]]: ...
    def grown(self, names: Sequence[tuple[str, str, int]], edges: Edges) -> Amounts: ...


class Read(Protocol):
    """Bytes that were read, by time (model/sizes.py)."""

    def topics(self) -> list[str]: ...
    def grown(self, topic: str, edges: Edges) -> Amounts: ...


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One series. Nobody changes it."""

    box: Box  # what it is of; of *other* and *total* with all that is in it
    title: str
    rates: Amounts  # a second, between two edges; NaN is not known
    is_least: Flags  # where of some of its topics nothing is known: it is that much, or more
    newest: int | None  # the last column that is known; None where none is
    mean: float | None  # a second, over the columns that are known
    greatest: float | None

    @property
    def key(self) -> str:
        return self.box.key


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """What is drawn. The greatest comes first, *other* last."""

    asked: Asked
    edges: Edges  # ms, one more than there are columns
    curves: tuple[Curve, ...]
    total: Curve
    by_time: Flags  # columns of which what is drawn was asked by time
    others: int = 0  # how many are in *other*
    unknown: tuple[str, ...] = ()  # topics of which nothing is known
    why: str = ""  # why, where a source has said it: a sentence

    def column(self, moment: int) -> int | None:
        """In which column a moment (ms) lies; None where it lies in none."""
        at = int(np.searchsorted(self.edges, moment, side="right")) - 1
        return at if 0 <= at < len(self.edges) - 1 else None


def began(tracks: Grown) -> int | None:
    """From when on (ms) every partition of the first round is known; None before there are samples."""
    if tracks.span is None:
        return None
    first, last = tracks.span
    until = min(first + ROUND, last)
    names = [("end", *key) for key in tracks.at(until, "end")]
    edges = np.arange(first, until + 250, 250, dtype=np.int64)
    found = first
    for part in range(0, len(names), CELLS // len(edges)):
        known = ~np.isnan(tracks.grown(names[part : part + CELLS // len(edges)], edges))
        firsts = np.where(known.any(axis=1), known.argmax(axis=1), 0)
        found = max(found, int(edges[firsts].max(initial=first)))
    return found


def ended(tracks: Grown) -> int | None:
    """Up to when (ms) every partition is known that is there at the end."""
    if tracks.span is None:
        return None
    last = tracks.span[1]
    newest = [seen for seen, _ in tracks.at(last, "end").values() if seen >= last - ROUND]
    return min(newest, default=last)


def edges_of(asked: Asked, recorded: tuple[int, int] | None) -> Edges:
    """Columns that lie at the same moments wherever the picture begins, and what was recorded begins and ends with one."""
    step = step_for(asked.end - asked.start)
    grid = np.arange(asked.start // step * step, -(-asked.end // step) * step + 1, step, dtype=np.int64)
    own = [moment for moment in recorded or () if grid[0] < moment < grid[-1]]
    return np.unique(np.append(grid, np.array(own, np.int64)))


def curves(
    tracks: Grown | None, sizes: Read | None, mesh: Mesh, asked: Asked, recorded: tuple[int, int] | None
) -> Curves:
    """What is drawn of a mesh; `recorded` is from when to when its partitions are known (`began`, `ended`)."""
    edges = edges_of(asked, recorded)
    boxes = _boxes(mesh, tracks, asked.by)
    topics = [topic for box in boxes for topic in box.topics]
    by_time = np.zeros(len(edges) - 1, np.bool_)
    if asked.of == "bytes":
        amounts = _read(sizes, topics, edges)
        there = ~np.isnan(amounts)
        missing = ~there
    else:
        amounts = _counted(tracks, topics, edges, recorded)
        sampled = {topic for topic, _ in tracks.keys("end")} if tracks is not None else set()
        there = ~np.isnan(amounts)
        unsampled = np.array([topic not in sampled for topic in topics], np.bool_)
        missing = np.repeat(unsampled[:, None], len(edges) - 1, axis=1)
        before = edges[1:] <= (recorded[0] if recorded else asked.end)
        if before.any():
            earlier = _earlier(mesh, topics, edges)
            earlier[:, ~before] = np.nan
            told = ~np.isnan(earlier)
            amounts = np.where(told, earlier, amounts)
            by_time = np.logical_or.reduce(told, axis=0)
            there |= told
            missing[:, before] = ~told[:, before]
    seconds = np.diff(edges) / SECOND
    sums, known, least = _summed(boxes, amounts, there, missing)
    every = np.arange(len(boxes))
    total = _curve(Box(TOTAL, "domain", "Total", "", tuple(topics)), "Total", every, (sums, known, least), seconds)
    if asked.by == "total":
        shown, rest = [total] if boxes else [], every[:0]
    else:
        top = _top(boxes, sums, asked.before, asked.most or TOP)
        rest = np.setdiff1d(every, top)
        shown = [
            _curve(boxes[at], title_of(boxes[at]), np.array([at]), (sums, known, least), seconds) for at in top.tolist()
        ]
    if len(rest):
        inside = tuple(topic for at in rest.tolist() for topic in boxes[at].topics)
        shown.append(_curve(Box(OTHER, "topics", "Other", "", inside), "Other", rest, (sums, known, least), seconds))
    unheard = tuple(topic for topic, row in zip(topics, np.logical_or.reduce(there, axis=1), strict=True) if not row)
    why = next((said for topic in unheard if (said := past.why(mesh, topic))), "") if asked.of == "records" else ""
    return Curves(asked, edges, tuple(shown), total, by_time, len(rest), unheard, why)


def title_of(box: Box) -> str:
    """What a curve is called where it stands alone.

    >>> title_of(Box("topics sales", "topics", "Other topics", "sales")), title_of(Box("domain ", "domain", "", ""))
    ('sales: topics of no product', 'No domain known')
    """
    if box.kind == "topics":
        return f"{box.domain}: topics of no product" if box.domain else "Topics of no product"
    return box.title or "No domain known"


def _boxes(mesh: Mesh, tracks: Grown | None, by: By) -> list[Box]:
    """What there is a curve of. Topics that are gone were recorded, and belong to no domain any more."""
    placing = mesh.placing
    boxes = [box for box in boxes_of((*placing.domains, placing.unplaced), LEVELS[by]) if box.topics]
    known = mesh.topics
    recorded = {topic for topic, _ in tracks.keys("end")} if tracks is not None else set()
    gone = tuple(sorted(topic for topic in recorded if topic not in known and not is_technical(topic)))
    if not gone:
        return boxes
    if by == "topic":
        return [*boxes, *(Box(f"topic {topic}", "topic", topic, "", (topic,)) for topic in gone)]
    kind: Literal["topics", "domain"] = "topics" if by == "product" else "domain"
    last = next((box for box in boxes if not box.domain and box.kind == kind), None)
    joined = Box(f"{kind} ", kind, "Topics" if kind == "topics" else "", "", (*(last.topics if last else ()), *gone))
    return [*(box for box in boxes if box is not last), joined]


def _counted(tracks: Grown | None, topics: Sequence[str], edges: Edges, recorded: tuple[int, int] | None) -> Amounts:
    """(topics, columns): records by the growth of end offsets, over all partitions that were there; NaN is not known."""
    found = np.full((len(topics), len(edges) - 1), np.nan)
    if tracks is None or recorded is None:
        return found
    inside = np.flatnonzero((edges[:-1] >= recorded[0]) & (edges[1:] <= recorded[1]))
    if not len(inside):
        return found
    own = edges[inside[0] : inside[-1] + 2]
    places = {topic: at for at, topic in enumerate(topics)}
    keys = sorted((places[topic], topic, number) for topic, number in tracks.keys("end") if topic in places)
    part = max(1, CELLS // len(own))
    for first in range(0, len(keys), part):
        some = keys[first : first + part]
        grown = tracks.grown([("end", topic, number) for _, topic, number in some], own)
        rows = np.array([place for place, _, _ in some])
        starts = np.flatnonzero(np.diff(rows, prepend=-1))
        there = np.logical_or.reduceat(~np.isnan(grown), starts, axis=0)
        sums = np.add.reduceat(np.nan_to_num(grown), starts, axis=0)
        of = np.ix_(rows[starts], inside)
        found[of] = np.where(there, np.nan_to_num(found[of]) + sums, found[of])
    return found


def _earlier(mesh: Mesh, topics: Sequence[str], edges: Edges) -> Amounts:
    """(topics, columns): what was asked by time; NaN is not known."""
    found = np.full((len(topics), len(edges) - 1), np.nan)
    known = past.asked(mesh)
    for row, topic in enumerate(topics):
        pieces = known[topic].pieces if topic in known else ()
        shown = [piece for piece in pieces if piece.counts and piece.end > edges[0] and piece.start < edges[-1]]
        if shown:
            found[row] = _by_time(shown, edges)
    return found


def _by_time(pieces: Sequence[past.Piece], edges: Edges) -> Amounts:
    """Records of each column, as if they had come evenly within each step; a finer piece goes before a coarse one. NaN where
    a part of the column is in none."""
    steps = [piece.start + piece.step * np.arange(len(piece.counts) + 1) for piece in pieces]
    bounds = np.unique(np.concatenate(steps))
    density = np.full(len(bounds) - 1, np.nan)
    for piece, own in zip(pieces, steps, strict=True):
        places = np.searchsorted(bounds, own)
        density[places[0] : places[-1]] = np.repeat(np.array(piece.counts) / piece.step, np.diff(places))
    widths, unknown = np.diff(bounds), np.isnan(density)
    sums = np.concatenate([[0.0], np.cumsum(np.where(unknown, 0.0, density * widths))])
    gaps = np.concatenate([[0.0], np.cumsum(np.where(unknown, widths, 0.0))])
    grown = np.diff(np.interp(edges, bounds, sums, left=np.nan, right=np.nan))
    found: Amounts = np.where(np.diff(np.interp(edges, bounds, gaps)) > 0, np.nan, grown)
    return found


def _read(sizes: Read | None, topics: Sequence[str], edges: Edges) -> Amounts:
    """(topics, columns): bytes that were read; NaN where nothing was."""
    found = np.full((len(topics), len(edges) - 1), np.nan)
    read = set(sizes.topics()) if sizes is not None else set()
    for row, topic in enumerate(topics):
        if topic in read and sizes is not None:
            found[row] = sizes.grown(topic, edges)
    return found


Sums: TypeAlias = tuple[Amounts, Flags, Flags]  # of each box: how much, whether that is known, whether it may be more


def _summed(boxes: Sequence[Box], amounts: Amounts, there: Flags, missing: Flags) -> Sums:
    """By box. Its topics stand side by side."""
    starts = np.cumsum([0, *(len(box.topics) for box in boxes)])[:-1]
    if not len(boxes):
        return amounts, there, missing
    return (
        np.add.reduceat(np.nan_to_num(amounts), starts, axis=0),
        np.logical_or.reduceat(there, starts, axis=0),
        np.logical_or.reduceat(missing, starts, axis=0),
    )


def _top(boxes: Sequence[Box], sums: Amounts, before: Iterable[str], top: int) -> npt.NDArray[np.int64]:
    """The places of the `top` greatest, the greatest first. Where one is left over it is shown instead of *other*."""
    amounts = sums.sum(axis=1)
    stays = set(before)
    weights = amounts * np.array([STAYS if box.key in stays else 1.0 for box in boxes])
    most = len(boxes) if len(boxes) <= top + 1 else top
    chosen = np.argsort(-weights, kind="stable")[:most]
    return chosen[np.argsort(-amounts[chosen], kind="stable")].astype(np.int64)


def _curve(box: Box, title: str, rows: npt.NDArray[np.int64], sums: Sums, seconds: Amounts) -> Curve:
    """One curve of the boxes in some rows."""
    amounts, known, least = (part[rows] for part in sums)
    there: Flags = np.logical_or.reduce(known, axis=0)
    rates = np.where(there, amounts.sum(axis=0) / seconds, np.nan)
    is_least = there & np.logical_or.reduce(least, axis=0)
    places = np.flatnonzero(there)
    if not len(places):
        return Curve(box, title, rates, is_least, None, None, None)
    mean = float((rates[places] * seconds[places]).sum() / seconds[places].sum())
    return Curve(box, title, rates, is_least, int(places[-1]), mean, float(rates[places].max()))


def topics_on(drawn: Curves, most: int) -> list[str]:
    """The topics on the screen, those with a curve of their own before those in *other*; at most so many."""
    known: Mapping[str, None] = dict.fromkeys(topic for curve in drawn.curves for topic in curve.box.topics)
    return list(known)[:most]
