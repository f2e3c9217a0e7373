"""When something of the mesh changes while the story is live, and what of it the story has to know.

60 s    a group joins                                     changes.py does what is listed here
2 min   a contract and a schema get a new version
then every ten minutes the next of CYCLE
"""

from collections.abc import Iterator

from meshdesk.demo import schemas

FIRST, SECOND, EVERY = 30_000, 60_000, 600_000  # ms after the story went live
OPENING = ("group joins", "new version")
CYCLE = ("member joins", "new topic", "group leaves", "new version", "member leaves", "topic goes", "group joins")
READY = 5_000  # ms that a new schema is in the registry before it is used


def changes() -> Iterator[tuple[int, str]]:
    """When (ms after the story went live) and what, without end.

    >>> from itertools import islice
    >>> [(at // 1000, what) for at, what in islice(changes(), 4)]
    [(30, 'group joins'), (60, 'new version'), (600, 'member joins'), (1200, 'new topic')]
    """
    yield from zip((FIRST, SECOND), OPENING, strict=True)
    at, step = EVERY, 0
    while True:
        yield at, CYCLE[step % len(CYCLE)]
        at, step = at + EVERY, step + 1


def ratings_added(live_ms: int) -> int:
    """How many fields ratings have beyond their first version, so long after the story went live (negative: before).

    >>> ratings_added(-1), ratings_added(SECOND), ratings_added(SECOND + READY), ratings_added(10 * EVERY)
    (0, 0, 1, 2)
    """
    count = 0
    for at, what in changes():
        if at + READY > live_ms or count == len(schemas.ADDED):
            return count
        count += what == "new version"
    raise AssertionError("changes() has no end")
