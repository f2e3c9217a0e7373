"""What predecessors have left in a capture, for one who goes on with it: facts, and which ends of partitions they saw."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from meshdesk.capture.reader import Capture, open_captures
from meshdesk.capture.samples import read_samples
from meshdesk.collect.reading import Place
from meshdesk.model.fact import Checked, Fact

Ends = Mapping[Place, tuple[int, int]]  # the end offset that was seen first, and the one that was seen last


def facts_in(folder: Path) -> list[Fact | Checked]:
    """What predecessors have written into a capture. Raises CaptureError."""
    (capture,) = open_captures(folder)
    try:
        return capture.take_facts()
    finally:
        capture.close()


def ends_in(folder: Path) -> Ends:
    """Where each partition ended when its samples begin and when they end, of the last life of its topic: behind the last fall
    of its value, as in model/tracks.py. Some 20 ms for a million samples (2026-11). Raises CaptureError."""
    (capture,) = open_captures(folder)
    try:
        return _ends(capture)
    finally:
        capture.close()


def since_the_first(first_ends: Mapping[Place, int], before: Ends) -> Mapping[Place, int]:
    """Where each partition ended when the recording first saw it, of what this program and its predecessors saw first.

    >>> since_the_first({("a", 0): 9, ("b", 0): 9}, {("a", 0): (4, 7), ("b", 0): (4, 20)})
    {('a', 0): 4, ('b', 0): 9}
    """
    if not before:
        return first_ends
    return {
        place: known[0] if (known := before.get(place)) is not None and known[1] <= end else end
        for place, end in first_ends.items()
    }


def _ends(capture: Capture) -> Ends:
    found: dict[Place, tuple[int, int]] = {}
    for writer, batch in read_samples(capture, capture.samples):
        if not batch.num_rows:
            continue
        series, values = batch.column("series").to_numpy(), batch.column("value").to_numpy()
        order = np.argsort(series, kind="stable")
        series, values = series[order], values[order]
        starts = np.flatnonzero(np.diff(series, prepend=-1))
        lives = starts.copy()
        falls = np.flatnonzero((np.diff(values) < 0) & (np.diff(series) == 0)) + 1
        lives[np.searchsorted(starts, falls, "right") - 1] = falls  # of several the last one stays
        columns = (series[starts], values[starts], lives > starts, values[lives], values[np.append(starts[1:], 0) - 1])
        for number, begun, fell, first, last in zip(*(column.tolist() for column in columns), strict=True):
            line = capture.series.get((writer, number), {})
            if line.get("of") != "end":
                continue
            place = str(line["name"]), int(line["partition"])
            known = found.get(place)
            goes_on = known is not None and not fell and begun >= known[1]
            found[place] = (known[0] if known is not None and goes_on else first, last)
    return found
