"""What a cluster is asked by time: offsets by timestamp, for the past of topics and for lag.

Groups and end offsets are asked all the while by others, and none of them waits for the other. Look-ups cost a broker some
50 µs each (12 partitions, 28 moments: 30 ms; 360 partitions: 0.5 s; measured 2026-11 beside a broker on two cores), so they
have a budget: enough at once for what comes on a screen, and a tenth of one of its cores for all that follows.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from meshdesk.capture.writer import Writer
from meshdesk.collect.asking import PATIENCE, Asking
from meshdesk.collect.beside import Beside
from meshdesk.collect.budget import Budget
from meshdesk.collect.offsets_at import Place
from meshdesk.collect.past import Past
from meshdesk.collect.predecessors import Ends, ends_in, facts_in, since_the_first
from meshdesk.collect.properties import Source
from meshdesk.collect.reached import Reached, Seen
from meshdesk.collect.watch import Watch
from meshdesk.model.past import SOURCE

TURN = 0.25  # s between looks whether there is something to ask


class ByTime(Beside):
    """The thread. Owned by the collector."""

    def __init__(
        self,
        source: Source,
        writer: Writer,
        watch: Watch,
        committed: Callable[[], Mapping[str, Mapping[Place, int]]],
        news: Callable[[], None],
        folder: Path,
    ) -> None:
        """`committed` gives what each group has committed by now; what predecessors wrote into the same capture, in `folder`,
        is read in this thread."""
        super().__init__("by time", source, watch)
        self._committed, self._folder = committed, folder
        self._ends_before: Ends = {}
        self._writer, self._news = writer, news
        self._wake = threading.Event()
        self._wish: tuple[Sequence[str], int, int] | None = None
        self.begin()

    def ask_past(self, topics: Sequence[str], start: int, end: int) -> None:
        """Has the past of topics asked for, from `start` to `end` (ms); what was wished before and is not yet is given up."""
        self._wish = (topics, start, end)
        self._wake.set()

    def stop(self) -> None:
        self._stop.set()
        self._wake.set()
        super().stop()

    def _rounds(self, cluster: Asking) -> None:
        # A connection takes a quarter of the time that somebody should wait for a first curve: it is made before.
        cluster.answers({"": cluster.admin.describe_cluster(request_timeout=PATIENCE)}, self._stop)
        budget = Budget()
        past = Past(cluster, self._writer, self._stop, budget, lambda: self._watch.counts)
        reached = Reached(cluster, self._writer, self._stop, budget, self._seen)
        known = [fact for fact in facts_in(self._folder) if fact.source == SOURCE]
        past.recall(known)
        reached.recall(known)
        self._ends_before = ends_in(self._folder)
        while not self._stop.is_set():
            self._wake.clear()
            wish, self._wish = self._wish, None
            if wish is not None:
                past.wish(*wish)
            is_news = past.step()
            if not self._stop.is_set():
                is_news |= reached.step()
            if is_news:
                self._news()
            if not past.is_waiting and not reached.is_busy:
                self._wake.wait(TURN)

    def _seen(self) -> Seen:
        watch = self._watch
        return Seen(self._committed(), since_the_first(watch.first_ends, self._ends_before), watch.beginnings)
