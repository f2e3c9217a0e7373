"""What a capture has settled already, for one who goes on reading into it: every record is stored once."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from meshdesk.capture.coverage import Coverage
from meshdesk.capture.index import LOST, READ_UNCOMMITTED, Span
from meshdesk.capture.parts import TopicKey
from meshdesk.capture.reader import Capture, open_captures
from meshdesk.capture.records import read_batch

Settled = dict[tuple[TopicKey, int], Coverage]


def settled_in(folder: Path, flags: int) -> Settled:
    """The offsets that one who reads with these flags (READ_UNCOMMITTED, or 0) need not read any more. Raises CaptureError.

    What was read with its uncommitted records is read for everybody. Where they were left out, the gaps (of transactions
    that were aborted since, and of compaction) are open to one who wants them: there only what is stored is settled.
    """
    (capture,) = open_captures(folder)
    try:
        return _with_uncommitted(capture) if flags & READ_UNCOMMITTED else dict(capture.coverage)
    finally:
        capture.close()


def _with_uncommitted(capture: Capture) -> Settled:
    settled: Settled = {}
    for generation in capture.generations:
        for key, span in capture.settled_in(generation):
            if _is_whole(span):
                settled.setdefault(key, Coverage()).add(span.begin, span.end)
        for placed in generation.batches:
            gaps = {span.partition for span in placed.batch.spans if not _is_whole(span)}
            if not gaps:
                continue
            batch = read_batch(capture, placed)
            partitions, offsets = batch.column("partition").to_numpy(), batch.column("offset").to_numpy()
            for partition in gaps:
                coverage = settled.setdefault((capture.key_of(placed), partition), Coverage())
                for begin, end in _runs(offsets[partitions == partition]):
                    coverage.add(begin, end)
    return settled


def _is_whole(span: Span) -> bool:
    """Whether nothing was left out of it that another could want."""
    return bool(span.flags & (READ_UNCOMMITTED | LOST)) or span.rows == span.end - span.begin


def _runs(offsets: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> Iterator[tuple[int, int]]:
    """Half-open ranges of neighbouring offsets.

    >>> list(_runs(np.array([3, 4, 5, 9])))
    [(3, 6), (9, 10)]
    """
    breaks = np.flatnonzero(np.diff(offsets) != 1)
    begins, ends = offsets[[0, *(breaks + 1)]], offsets[[*breaks, -1]] + 1
    return zip(begins.tolist(), ends.tolist(), strict=True)
