"""The past of topics, asked by time: how many records there were in each step of it, without reading one. Pure.

A broker says for a moment the first offset whose timestamp is at or after it (ListOffsets by timestamp, KIP-79), so between
two moments lie as many records as offsets: compaction and the markers of transactions count too. Those answers are facts of
the kind `past`, each of a page: PAGE steps at most. Steps are a ladder of which each divides the next, so that a finer page
asks again for nothing that a coarse one knows.
"""

from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

from meshdesk.model.fact import Fact
from meshdesk.model.mesh import Mesh

KIND = "past"
SOURCE = "kafka by time"
STEPS = tuple(1_000 * s for s in (1, 5, 15, 60, 300, 900, 3_600, 21_600, 86_400, 604_800))  # ms
PAGE = 32  # steps of a page: coarse ones hold what is asked first, and one answer that changes writes no more than that again
COARSE, FINE = 32, 300  # steps of a span: enough for the first look at a curve; as many as are told apart on a screen

Page = tuple[int, int]  # where it starts (ms, a multiple of PAGE steps), and its step


class Piece(NamedTuple):
    """Records of all partitions together in steps that follow one another."""

    start: int  # ms since the epoch
    step: int  # ms
    counts: tuple[int, ...]

    @property
    def end(self) -> int:
        """ms: where the last step ends."""
        return self.start + self.step * len(self.counts)


class Asked(NamedTuple):
    """What was asked of one topic."""

    pieces: tuple[
        Piece, ...
    ] = ()  # the finest last, so that it is painted over the coarse ones; () where nothing is known
    why: str = ""  # why a part of it is not known: a sentence


NOTHING = Asked()


def pieces(mesh: Mesh, topic: str) -> tuple[Piece, ...]:
    """What is known of a topic's past, the finest last. Before what it still holds nothing is known, which is not 0.

    What was asked since is not in the mesh of an earlier moment: the past is that of the mesh of now, wherever the cursor is.
    Records whose timestamps are out of order are counted in the step of the latest one before them.
    """
    return asked(mesh).get(topic, NOTHING).pieces


def why(mesh: Mesh, topic: str) -> str:
    """Why a part of what was asked for is not known: a sentence, or ""."""
    return asked(mesh).get(topic, NOTHING).why


def asked(mesh: Mesh) -> Mapping[str, Asked]:
    """By topic what was asked by time. Nobody changes it; it is made anew only where more is known."""
    return mesh.timeline.derived(KIND, (KIND,), mesh.place, lambda: _by_topic(mesh))


def about(topic: str, page: Page) -> str:
    """What a fact of a page is about; a topic's name holds no space."""
    return f"{topic} {page[0]} {page[1]}"


def coarse_step(start: int, end: int) -> int:
    """The step in which a span (ms) is asked for first.

    >>> hour = 3_600_000
    >>> [step // 1_000 for step in (coarse_step(0, hour), fine_step(0, hour), fine_step(0, 7 * 24 * hour))]
    [300, 15, 3600]
    """
    return _step(end - start, COARSE)


def fine_step(start: int, end: int) -> int:
    """The step in which a span (ms) is asked for once all is known in coarse ones."""
    return _step(end - start, FINE)


def _step(span: int, steps: int) -> int:
    return next((step for step in STEPS if span <= step * steps), STEPS[-1])


def _by_topic(mesh: Mesh) -> dict[str, Asked]:
    found: dict[str, list[Piece]] = defaultdict(list)
    failed: dict[str, tuple[int, str]] = {}
    made = mesh.timeline.made
    for subject, claims in mesh.each(KIND):
        topic, fact = subject.partition(" ")[0], claims[0]
        reason = str((fact.value or {}).get("why", ""))
        if reason:
            failed[topic] = max(failed.get(topic, (0, "")), (fact.seen, reason))
        if (piece := made(fact, _piece)).counts:
            found[topic].append(piece)
    for mine in found.values():
        mine.sort(key=lambda piece: (-piece.step, piece.start))
    return {topic: Asked(tuple(found.get(topic, ())), failed.get(topic, (0, ""))[1]) for topic in found.keys() | failed}


def _piece(fact: Fact) -> Piece:
    """What the fact says, from where the topic still held something then."""
    value = fact.value or {}
    start, step = int(value.get("from", 0)), int(value.get("step", 0)) or 1
    offsets = value.get("offsets", {})
    begins = {str(number): int(offset) for number, offset in value.get("beginnings", {}).items()}
    rows = list(zip(*offsets.values(), strict=False))
    first = 0
    if any(begins.values()):  # retention took some: a step before the beginning held nobody knows how many
        low = [begins.get(number, 0) for number in offsets]
        first = next(
            (at for at, row in enumerate(rows) if any(o > b for o, b in zip(row, low, strict=True))), len(rows)
        )
        first = max(0, first - 1)
    sums = [sum(row) for row in rows[first:]]
    counts = tuple([max(0, after - before) for before, after in pairwise(sums)])
    return Piece(start + first * step, step, counts)
