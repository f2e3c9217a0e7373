"""A topic looked through batch by batch, for searches and sorts: read by one thread, unpacked and looked into by several.

Only work loads this, as it loads orders.py.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

import pyarrow as pa

from meshdesk.capture.reader import Placed
from meshdesk.capture.records import Room
from meshdesk.capture.store import CaptureError
from meshdesk.explain.rows import Rows

THREADS = 2  # the window and collect want a core, too; Arrow and numpy do what takes time without Python's lock
ROOMS = (
    2 * THREADS + 1
)  # batches in memory, some 2 MB each: those that are looked into, as many that wait, and one to read

Made = TypeVar("Made")


def looked_through(
    rows: Rows, topic: str, first: int, end: int, only: Sequence[str], look: Callable[[int, pa.RecordBatch], Made]
) -> Iterator[tuple[int, int, Made]]:
    """What `look` makes of each batch of rows [first, end) of a topic: (row it begins with, rows, that), in the order of rows.

    `look` is given the row that the batch begins with, and the batch, with the columns `only`. It is called by several threads,
    and must keep nothing that refers to its batch: the memory is written over. Lost rows are left out, as in Rows.batches.
    """
    spare = [Room() for _ in range(ROOMS)]
    with ThreadPoolExecutor(THREADS, "unpack") as pool:
        at: int | None = first
        while at is not None:
            at = yield from _through(rows, (topic, at, end), only, look, pool, spare)


def _through(
    rows: Rows,
    which: tuple[str, int, int],
    only: Sequence[str],
    look: Callable[[int, pa.RecordBatch], Made],
    pool: ThreadPoolExecutor,
    spare: list[Room],
) -> Generator[tuple[int, int, Made], None, int | None]:
    """Goes as far as batches can be read; the row that is to be gone on with then, None where it is through."""
    lying = rows.lying(*which)
    asked: deque[tuple[int, int, Placed, Future[Made]]] = deque()

    def unpack(room: Room, k: int, start: int, count: int) -> Made:
        try:
            return look(k, room.batch(only).slice(start, count))
        finally:
            spare.append(room)

    def ask(k: int, placed: Placed, start: int, stop: int) -> None:
        room = spare.pop()
        try:
            room.read(rows.capture, placed)
        except CaptureError as error:
            spare.append(room)
            answer: Future[Made] = Future()
            answer.set_exception(error)
        else:
            answer = pool.submit(unpack, room, k, start, stop - start)
        asked.append((k, stop - start, placed, answer))

    try:
        while True:
            while len(asked) < ROOMS and (found := next(lying, None)) is not None:
                ask(*found)
            if not asked:
                return None
            k, count, placed, answer = asked.popleft()
            try:
                made = answer.result()
            except CaptureError:
                rows.refresh()  # where the batch was sealed or dropped meanwhile, its rows lie elsewhere by now
                return k + (count if rows.capture.is_current(placed) else 0)
            yield k, count, made
    finally:
        wait([answer for *_, answer in asked])  # they have rooms
