"""How many bytes of each topic were read into a capture, by the timestamps of their records. Pure, bounded.

A capture says of each batch of records how large they are together and which times they lie between: over those they are
spread evenly. Bytes are those of keys, values and headers, not those of the wire, which nobody here has seen.
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:  # numpy takes 0.1 s to import: only whoever asks for amounts needs it
    import numpy as np
    import numpy.typing as npt

NEAR = 1_000  # ms; what lies within so much is one piece: nobody draws it finer
MOST = 20_000  # pieces of a topic, 24 bytes each: 5 hours at one a second; older ones are joined two by two
COVERED = 0.5  # of a column that must have been read to know it

Amounts: TypeAlias = "npt.NDArray[np.float64]"
Edges: TypeAlias = "npt.NDArray[np.int64]"
Range: TypeAlias = tuple[int, int, int]  # partition, offsets [begin, end)


@dataclass(slots=True)
class _Topic:
    pieces: list[tuple[int, int, float]] = field(default_factory=list)  # oldest, newest (ms), bytes
    runs: list[tuple[int, int]] = field(default_factory=list)  # times that were read without a gap
    positions: dict[int, int] = field(default_factory=dict)  # behind what was read of each partition


class Sizes:
    """What was read. One thread adds; others may ask meanwhile."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._topics: dict[str, _Topic] = {}

    def topics(self) -> list[str]:
        """Of which anything was read."""
        with self._lock:
            return list(self._topics)

    def add(self, topic: str, oldest: int, newest: int, amount: float, ranges: Iterable[Range]) -> None:
        """Takes some records: their least and greatest timestamp (ms), their bytes, and the offsets that they settle."""
        with self._lock:
            known = self._topics.setdefault(topic, _Topic())
            goes_on = bool(known.runs)
            for partition, begin, end in ranges:
                goes_on = goes_on and begin <= known.positions.get(partition, begin) <= end
                known.positions[partition] = end
            if goes_on:
                start, until = known.runs[-1]
                known.runs[-1] = min(start, oldest), max(until, newest)
            else:  # it was read anew from elsewhere, and between nothing is known
                known.runs.append((oldest, newest))
            first, last, before = known.pieces[-1] if known.pieces else (0, 0, 0.0)
            if known.pieces and max(last, newest) - min(first, oldest) <= NEAR:
                known.pieces[-1] = min(first, oldest), max(last, newest), before + amount
            else:
                known.pieces.append((oldest, newest, amount))
            if len(known.pieces) > self._most:
                known.pieces = _joined(known.pieces)
            if len(known.runs) > self._most:
                del known.runs[0]

    def grown(self, topic: str, edges: Edges) -> Amounts:
        """Bytes between each two edges (ms, ascending); NaN where too little was read to say. Of a column of which a part was
        read it is taken to go on as in that part."""
        import numpy as np  # as above

        with self._lock:
            known = self._topics.get(topic)
            pieces = np.array(known.pieces if known else [], np.float64).reshape(-1, 3)
            runs = np.array(_united(known.runs) if known else [], np.int64).reshape(-1, 2)
        if not len(runs):
            return np.full(len(edges) - 1, np.nan)
        bounds = edges.astype(np.float64)
        widths = np.diff(bounds)
        covered = np.zeros(len(widths))
        for start, end in runs.tolist():
            covered += np.diff(np.clip(bounds, start, end + 1))
        share = covered / widths
        amounts = np.diff(_integral(pieces, bounds))
        return np.where(share >= COVERED, amounts / np.maximum(share, COVERED), np.nan)


def _integral(pieces: Amounts, edges: Amounts) -> Amounts:
    """How many bytes lie before each edge: every piece has a density from its oldest to its newest record."""
    import numpy as np  # as above

    begins, ends = pieces[:, 0], pieces[:, 1] + 1
    density = pieces[:, 2] / (ends - begins)
    moments = np.concatenate([begins, ends])
    order = np.argsort(moments, kind="stable")
    moments = moments[order]
    slopes = np.cumsum(np.concatenate([density, -density])[order])
    sums = np.concatenate([[0.0], np.cumsum(slopes[:-1] * np.diff(moments))])
    found: Amounts = np.interp(edges, moments, sums)
    return found


def _joined(pieces: list[tuple[int, int, float]]) -> list[tuple[int, int, float]]:
    """The older half two by two."""
    pieces = sorted(pieces)
    half = len(pieces) // 4 * 2
    pairs = zip(pieces[0:half:2], pieces[1:half:2], strict=True)
    return [(min(a[0], b[0]), max(a[1], b[1]), a[2] + b[2]) for a, b in pairs] + pieces[half:]


def _united(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Times of which some lie in others, once each."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(runs):
        if found and start <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found
