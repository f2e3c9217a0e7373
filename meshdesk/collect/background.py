"""What a cluster is asked in the background: its groups, what they committed, and its topics' settings.

A thread and a client of its own, and no more steps of the watch: a coordinator that is away takes up to ten seconds to be
given up, however small the slices, and end offsets are sampled each second all the while. It begins once the watch has
connected, so that a login that is refused is tried no more often, and leaves it to the watch to say what a connection has to say.
"""

import threading
import time
from collections.abc import Callable, Mapping

from meshdesk.capture.store import CaptureError
from meshdesk.capture.writer import Writer
from meshdesk.collect.asking import Asking
from meshdesk.collect.configs import Configs
from meshdesk.collect.coordinators import Place
from meshdesk.collect.groups import Groups
from meshdesk.collect.properties import Source
from meshdesk.collect.watch import Watch
from meshdesk.model.trouble import Trouble

TURN = 0.25  # s between looks whether a step is due
LIST_EVERY = 10.0  # s; a new group shows within that
STEP_EVERY = 1.0  # s between two slices of the same question
SAID_EVERY = 5.0  # s between two words of a trouble that lasts; one that is said no more is taken back after 12


class Background:
    """The thread. Owned by the collector."""

    def __init__(self, source: Source, writer: Writer, watch: Watch, report: Callable[[Trouble], None]) -> None:
        self._source, self._writer, self._watch, self._report = source, writer, watch, report
        self._said_at = -SAID_EVERY
        self._groups: Groups | None = None
        self._stop = threading.Event()
        self.failure: CaptureError | None = None  # the capture cannot be written, by which it has ended
        self._thread = threading.Thread(target=self._run, name="background", daemon=True)
        self._thread.start()

    @property
    def committed(self) -> Mapping[str, Mapping[Place, int]]:
        """What each group has committed by now; any thread may ask."""
        return {} if self._groups is None else self._groups.committed

    def stop(self) -> None:
        """Ends it, without waiting for a coordinator that does not answer."""
        self._stop.set()
        self._thread.join(15)

    def _run(self) -> None:
        while not self._watch.connected:
            if self._stop.wait(TURN):
                return
        cluster = Asking(self._source)
        try:
            self._rounds(cluster)
        except CaptureError as error:
            self.failure = error
        cluster.leave()

    def _rounds(self, cluster: Asking) -> None:
        groups = self._groups = Groups(cluster, self._writer, self._stop)
        configs = Configs(cluster, self._writer, self._stop, lambda: self._watch.names)
        every = {
            groups.find: LIST_EVERY,
            groups.describe: STEP_EVERY,
            groups.commits: STEP_EVERY,
            configs.ask: STEP_EVERY,
        }
        due = dict.fromkeys(every, 0.0)
        while not self._stop.is_set():
            for step in every if self._watch.connected else ():
                if due[step] <= time.monotonic() and not self._stop.is_set():
                    due[step] = time.monotonic() + every[step]
                    step()
            self._say(groups.trouble)
            self._stop.wait(TURN)

    def _say(self, trouble: Trouble | None) -> None:
        if trouble is not None and self._watch.connected and time.monotonic() - self._said_at >= SAID_EVERY:
            self._said_at = time.monotonic()
            self._report(trouble)
