"""What a cluster is asked in the background: its groups, what they committed, and its topics' settings.

No more steps of the watch: a coordinator that is away takes up to ten seconds to be given up, however small the slices, and
end offsets are sampled each second all the while.
"""

import time
from collections.abc import Callable, Mapping

from meshdesk.capture.writer import Writer
from meshdesk.collect.asking import Asking
from meshdesk.collect.beside import Beside
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


class Background(Beside):
    """The thread. Owned by the collector."""

    def __init__(self, source: Source, writer: Writer, watch: Watch, report: Callable[[Trouble], None]) -> None:
        super().__init__("background", source, watch)
        self._writer, self._report = writer, report
        self._said_at = -SAID_EVERY
        self._groups: Groups | None = None
        self.begin()

    @property
    def committed(self) -> Mapping[str, Mapping[Place, int]]:
        """What each group has committed by now; any thread may ask."""
        return {} if self._groups is None else self._groups.committed

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
