"""Which rows a capture at its limit may drop: a tail's always, a backlog's once somebody has looked at them.

A backlog that has come to the limit keeps that promise behind its end, too: what was read of it and not looked at stays until
it is, and only then the topic is a tail like any other. One that found room is a tail as soon as it is read.
"""

import sys

READ_ON = sys.maxsize  # rows of a backlog that is not read to its end: nobody knows how many
STORED = sys.maxsize - 1  # of one that is, and may be on its way into the capture with its last rows


class Looked:
    """Of all topics of a capture. `note` is called by one thread and `may_go` by another."""

    def __init__(self) -> None:
        self._looked: dict[str, int] = {}  # topic: the rows before this one were on the screen
        self._owed: dict[
            str, int
        ] = {}  # topic: the rows before this one must be, of a backlog that has come to the limit

    def note(self, topic: str, k: int) -> None:
        """The rows of a topic before number `k` were looked at."""
        self._looked[topic] = max(k, self._looked.get(topic, 0))

    def may_go(self, topic: str, end: int, rows: int, behind: list[bool]) -> bool:
        """Whether the rows before number `end` may go, where the capture is at its limit and holds those before number `rows`.
        `behind`: of each partition that is read, whether its backlog is not read to its end."""
        owed = self._owed.get(topic, 0)
        if any(behind):
            owed = READ_ON
        elif not behind:
            owed = 0  # nobody reads the topic any more
        elif owed == READ_ON:
            owed = STORED
        elif owed == STORED:
            owed = rows
        self._owed[topic] = owed
        return self._looked.get(topic, 0) >= min(end, owed)
