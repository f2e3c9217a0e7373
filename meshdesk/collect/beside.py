"""What asks a cluster beside the watch: a thread and a client of its own, so that neither waits for the other.

It begins once the watch has connected, so that a login that is refused is tried no more often, and leaves it to the watch to
say what a connection has to say.
"""

import threading
from abc import ABC, abstractmethod

from meshdesk.capture.store import CaptureError
from meshdesk.collect.asking import Asking
from meshdesk.collect.properties import Source
from meshdesk.collect.watch import Watch

SOON = 0.05  # s between looks whether the watch has connected
END = 15.0  # s that a question which is on its way may take to be given up


class Beside(ABC):
    """The thread. Owned by the collector."""

    def __init__(self, name: str, source: Source, watch: Watch) -> None:
        """`name` is the thread's, which runs from `begin` on."""
        self._source, self._watch = source, watch
        self._stop = threading.Event()
        self.failure: CaptureError | None = None  # the capture cannot be written, by which it has ended
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def begin(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends it, without waiting for who does not answer."""
        self._stop.set()
        self._thread.join(END)

    @abstractmethod
    def _rounds(self, cluster: Asking) -> None:
        """Asks until it is to stop. Raises CaptureError."""

    def _run(self) -> None:
        while not self._watch.connected:
            if self._stop.wait(SOON):
                return
        cluster = Asking(self._source)
        try:
            self._rounds(cluster)
        except CaptureError as error:
            self.failure = error
        cluster.leave()
