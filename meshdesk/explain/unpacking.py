"""A topic looked through batch by batch, for searches and sorts: unpacked and looked into by several threads.

Only work loads this, as it loads orders.py.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import islice
from threading import Lock
from typing import Generic, TypeVar

import pyarrow as pa

from meshdesk.capture.parts import Placed
from meshdesk.capture.records import Room, is_behind
from meshdesk.capture.store import CaptureError
from meshdesk.explain.rows import Rows

THREADS = 2  # the window and collect want a core, too; Arrow and numpy do what takes time without Python's lock
SHEAF = (
    4 << 20
)  # bytes of batches that a thread takes and reads at once, some six: to hand over each takes a tenth of its time …
BATCHES = 64  # … and so many at most, where they are small
SHEAVES = 2 * THREADS  # asked for at once: what is made of them waits for its turn

Made = TypeVar("Made")
Lies = tuple[int, Placed, int, int]  # row of the topic, batch, its rows from, to


def looked_through(
    rows: Rows, topic: str, first: int, end: int, only: Sequence[str], look: Callable[[int, pa.RecordBatch], Made]
) -> Iterator[tuple[int, int, Made]]:
    """What `look` makes of each batch of rows [first, end) of a topic: (row it begins with, rows, that), in the order of rows.

    `look` is given the row that the batch begins with, and the batch, with the columns `only`. It is called by several threads,
    and must keep nothing that refers to its batch: the memory is written over. Lost rows are left out, as in Rows.batches.
    Nobody else reads the capture between two of these.
    """
    at: int | None = first
    with ThreadPoolExecutor(THREADS, "unpack") as pool:
        unpack = _Unpack(rows, only, look)
        while at is not None:
            at = yield from _through(rows, (topic, at, end), pool, unpack)


def _through(
    rows: Rows, which: tuple[str, int, int], pool: ThreadPoolExecutor, unpack: "_Unpack[Made]"
) -> Generator[tuple[int, int, Made], None, int | None]:
    """Goes as far as batches can be read; the row that is to be gone on with then, None where it is through."""
    sheaves = _sheaves(rows.lying(*which))
    asked: deque[Future[tuple[list[tuple[int, int, Made]], Lies | None]]] = deque()
    try:
        while True:
            asked.extend(pool.submit(unpack, sheaf) for sheaf in islice(sheaves, SHEAVES - len(asked)))
            if not asked:
                return None
            made, lost = asked.popleft().result()
            yield from made
            if lost is not None:
                break
    finally:
        for answer in asked:
            answer.cancel()
        wait(asked)
    k, placed, start, stop = lost
    rows.refresh()  # where the batch was sealed or dropped meanwhile, its rows lie elsewhere by now
    return k + (stop - start if rows.capture.is_current(placed) else 0)


def _sheaves(lying: Iterator[Lies]) -> Iterator[list[Lies]]:
    """Several batches at once."""
    sheaf: list[Lies] = []
    length = 0
    for lies in lying:
        sheaf.append(lies)
        length += lies[1].batch.length
        if length >= SHEAF or len(sheaf) == BATCHES:
            yield sheaf
            sheaf, length = [], 0
    if sheaf:
        yield sheaf


class _Unpack(Generic[Made]):
    """What a thread does with a sheaf."""

    def __init__(self, rows: Rows, only: Sequence[str], look: Callable[[int, pa.RecordBatch], Made]) -> None:
        self._rows, self._only, self._look = rows, only, look
        self._reading = Lock()  # a capture is read by one thread at a time
        self._rooms = [Room() for _ in range(THREADS)]

    def __call__(self, sheaf: list[Lies]) -> tuple[list[tuple[int, int, Made]], Lies | None]:
        """What is made of its batches up to one that cannot be read, and that one."""
        made: list[tuple[int, int, Made]] = []
        room = self._rooms.pop()
        try:
            while len(made) < len(sheaf):
                run = _run(sheaf[len(made) :])
                try:
                    with self._reading:
                        room.read(self._rows.capture, *(placed for _, placed, _, _ in run))
                    for (k, _, start, stop), batch in zip(run, room.batches(self._only), strict=False):
                        made.append((k, stop - start, self._look(k, batch.slice(start, stop - start))))
                except CaptureError:
                    if len(made) < len(sheaf) and sheaf[len(made)] is run[0]:
                        return made, run[0]
                    # else one behind others is refused, perhaps as they are damaged: it is read anew by itself
        finally:
            self._rooms.append(room)
        return made, None


def _run(sheaf: list[Lies]) -> list[Lies]:
    """Those at its front that lie one behind the other."""
    pairs = enumerate(zip(sheaf[1:], sheaf, strict=False), 1)
    end = next((at for at, (lies, before) in pairs if not is_behind(lies[1], before[1])), len(sheaf))
    return sheaf[:end]
