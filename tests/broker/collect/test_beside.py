"""A thread beside the watch, on a real cluster: when it begins, what ends it, and what it leaves."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from meshdesk.capture.store import CaptureError
from meshdesk.capture.writer import Writer
from meshdesk.collect.asking import Asking
from meshdesk.collect.beside import Beside
from meshdesk.collect.client import Cluster
from meshdesk.collect.properties import Source
from meshdesk.collect.watch import Watch
from meshdesk.demo.broker import Broker
from tests.broker.collect.listening import closed_port
from tests.broker.collect.written import begin_capture
from tests.programs.running import wait_until


class Counting(Beside):
    """Counts brokers, until it is to stop or the capture cannot be written."""

    def __init__(self, source: Source, watch: Watch, failure: str = "") -> None:
        super().__init__("counting", source, watch)
        self._fails = failure
        self.brokers = 0
        self.has_left = Event()
        self.begin()

    def _rounds(self, cluster: Asking) -> None:
        self.brokers = len(cluster.metadata().brokers)
        if self._fails:
            raise CaptureError(self._fails)
        self._stop.wait()
        self.has_left.set()


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    made = begin_capture(tmp_path / "c", "")
    yield made
    made.close()


def watch_of(source: Source, writer: Writer) -> Watch:
    return Watch(Cluster(source, lambda trouble: None), writer, lambda trouble: None, lambda: None)


def test_that_it_asks_once_the_watch_has_connected_and_ends_when_it_is_to(broker: Broker, writer: Writer) -> None:
    source = Source(broker.bootstrap)
    watch = watch_of(source, writer)
    counting = Counting(source, watch)
    wait_until(lambda: counting.brokers, "the brokers")
    assert watch.connected
    counting.stop()
    watch.stop()
    assert counting.has_left.is_set()
    assert counting.failure is None


def test_that_nothing_is_asked_of_a_cluster_that_the_watch_has_not_reached(writer: Writer) -> None:
    source = Source(f"127.0.0.1:{closed_port()}")
    watch = watch_of(source, writer)
    counting = Counting(source, watch)
    counting.stop()
    watch.stop()
    assert (counting.brokers, counting.has_left.is_set()) == (0, False)


def test_that_a_capture_that_cannot_be_written_ends_it_and_is_kept_for_who_owns_it(
    broker: Broker, writer: Writer
) -> None:
    source = Source(broker.bootstrap)
    watch = watch_of(source, writer)
    counting = Counting(source, watch, "The capture is full.")
    wait_until(lambda: counting.failure, "its failure")
    assert str(counting.failure) == "The capture is full."
    counting.stop()
    watch.stop()
