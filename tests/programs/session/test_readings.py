"""Readings: what a capture holds, followed beside the window while it grows, and said when it cannot be read."""

import gc
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue

import numpy as np
import pytest

from meshdesk.capture.manifest import create_capture
from meshdesk.capture.reader import open_captures
from meshdesk.capture.writer import Writer
from meshdesk.model.fact import Checked, Fact
from meshdesk.model.lag import Total, by_topic
from meshdesk.session import readings as module
from meshdesk.session.home import own
from meshdesk.session.readings import Follower, Reading, Told, many_that_stay
from tests.programs.running import wait_until
from tests.unit.capture.making import SEEN, counted, made_capture, write

Follow = Callable[..., "Followed"]


class Followed:
    """A follower and what it has told."""

    def __init__(self, path: Path, grows: bool, is_ours: bool = True) -> None:
        self._queue: SimpleQueue[Told] = SimpleQueue()
        self.told: list[Told] = []
        self.follower = Follower(7, path, grows, self._queue, is_ours=is_ours)

    @property
    def newest(self) -> Reading:
        reading = self.told[-1].reading
        assert reading is not None
        return reading

    def wait(self, claim: Callable[[], object], what: str) -> None:
        def holds() -> object:
            try:
                self.told.append(self._queue.get_nowait())
            except Empty:
                return claim()
            return False

        wait_until(holds, what)

    def look_again(self) -> None:
        self.follower.nudge()
        self.wait(lambda: self.follower.settled, "the look")


@pytest.fixture
def follow() -> Iterator[Follow]:
    followed: list[Followed] = []

    def begin(path: Path, grows: bool = False, is_ours: bool = True) -> Followed:
        followed.append(Followed(path, grows, is_ours))
        return followed[-1]

    yield begin
    for one in followed:
        one.follower.stop()
    wait_until(lambda: not any(t.name == "capture 7" for t in threading.enumerate()), "the threads to end")


def test_that_a_capture_at_rest_is_told_once_with_its_topics_rows_and_times(tmp_path: Path, follow: Follow) -> None:
    path = made_capture(
        tmp_path / "c", {"b": [[counted(n) for n in range(30)]], "a": [[counted(n) for n in range(5)]] * 2}
    )
    followed = follow(path)
    followed.look_again()
    followed.look_again()
    assert [told.number for told in followed.told] == [7]
    reading = followed.newest
    assert [(topic.name, topic.rows, topic.records, topic.rate) for topic in reading.topics] == [
        ("a", 10, None, None),
        ("b", 30, None, None),
    ]
    assert (reading.total, reading.rows, reading.damage) == (40, {"a": 10, "b": 30}, "")
    assert (reading.began, reading.ended, reading.title) == (SEEN, SEEN, "127.0.0.1:9092")


def test_that_a_capture_that_grows_is_told_again_when_something_has_come_and_only_then(
    tmp_path: Path, follow: Follow
) -> None:
    create_capture(tmp_path / "c", "the tests", "the title")
    writer = Writer(tmp_path / "c")
    followed = follow(tmp_path / "c", grows=True)
    followed.wait(lambda: followed.told, "the first reading")
    assert (followed.newest.total, followed.newest.began) == (0, None)
    writer.facts([Fact("cluster", "1", {"bootstrap": "127.0.0.1:9092"}, SEEN, "kafka")])
    followed.look_again()
    assert followed.newest.title == "the title"
    writer.facts([Fact("topic", "t", {"id": "", "partitions": 3, "internal": False}, SEEN, "kafka")])
    followed.look_again()
    assert [(topic.name, topic.partitions, topic.rows) for topic in followed.newest.topics] == [("t", 3, 0)]
    number = writer.topic("t")
    for batch in range(3):
        write(writer, number, [counted(n) for n in range(10 * batch, 10 * batch + 10)])
        followed.look_again()
        assert followed.newest.rows == {"t": 10 * batch + 10}
    told = len(followed.told)
    followed.look_again()
    assert len(followed.told) == told
    writer.close()


def test_that_an_odd_fact_costs_nothing_but_what_it_says(tmp_path: Path, follow: Follow) -> None:
    create_capture(tmp_path / "c", "the tests", "")
    writer = Writer(tmp_path / "c")
    odd: list[object] = [["a"], {"a": 1}, "many", None, float("inf")]
    for n, partitions in enumerate(odd):
        writer.facts([Fact("topic", f"odd{n}", {"id": [1], "partitions": partitions}, SEEN, "kafka")])
    writer.facts([Fact("topic", "t", {"id": "", "partitions": 3, "internal": False}, SEEN, "kafka")])
    writer.close()
    followed = follow(tmp_path / "c")
    followed.wait(lambda: followed.told, "the reading")
    assert not followed.told[0].failed
    partitions = {topic.name: topic.partitions for topic in followed.newest.topics}
    assert partitions == {"t": 3, **{f"odd{n}": 0 for n in range(len(odd))}}


def test_that_a_mistake_in_reading_a_capture_is_a_sentence_and_ends_the_wait_for_it(
    tmp_path: Path, follow: Follow, monkeypatch: pytest.MonkeyPatch, expected_log: Callable[[str], None]
) -> None:
    expected_log("a mistake in reading")

    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    create_capture(tmp_path / "c", "the tests", "")
    monkeypatch.setattr(module, "_Fold", broken)
    followed = follow(tmp_path / "c")
    followed.wait(lambda: followed.told, "the sentence")
    assert "MeshDesk made a mistake with what is in it (RuntimeError: broken)" in followed.told[0].failed
    assert followed.follower.settled


def test_that_counts_and_rates_come_from_the_samples(tmp_path: Path, follow: Follow) -> None:
    create_capture(tmp_path / "c", "the tests", "")
    writer = Writer(tmp_path / "c")
    writer.facts([Fact("topic", "t", {"id": "", "partitions": 1, "internal": False}, SEEN, "kafka")])
    begin, end = writer.series("beginning", "t", 0), writer.series("end", "t", 0)
    writer.samples([(SEEN, begin, 100), (SEEN, end, 1_000)])
    writer.samples([(SEEN + 2_000, end, 1_500)])
    writer.close()
    followed = follow(tmp_path / "c")
    followed.look_again()
    topic = followed.newest.topics[0]
    assert (topic.records, topic.rate, topic.rows) == (1_400, 250.0, 0)
    assert (followed.newest.began, followed.newest.ended) == (SEEN, SEEN + 2_000)


def test_that_the_bytes_of_what_was_read_are_at_hand_by_time(tmp_path: Path, follow: Follow) -> None:
    path = made_capture(tmp_path / "c", {"b": [[counted(n) for n in range(30)], [counted(n) for n in range(30, 40)]]})
    followed = follow(path)
    followed.look_again()
    (capture,) = open_captures(path)
    batches = [placed.batch for placed in capture.batches]
    capture.close()
    oldest, newest = min(batch.oldest for batch in batches), max(batch.newest for batch in batches)
    sizes = followed.newest.sizes
    assert sizes.topics() == ["b"]
    (amount,) = sizes.grown("b", np.array([oldest, newest + 1], np.int64)).tolist()
    assert amount == pytest.approx(sum(batch.payload for batch in batches))


def test_that_the_lag_of_each_group_is_at_hand(tmp_path: Path, follow: Follow) -> None:
    create_capture(tmp_path / "c", "the tests", "")
    writer = Writer(tmp_path / "c")
    member = {"id": "m", "reads": {"t": [0, 1]}}
    writer.facts([Fact("group", "a group", {"state": "stable", "members": [member]}, SEEN, "kafka")])
    for partition in range(2):
        writer.samples([(SEEN, writer.series("end", "t", partition), 1_000)])
    writer.samples([(SEEN, writer.series("committed a group", "t", 0), 400)])
    followed = follow(tmp_path / "c", grows=True)
    followed.wait(lambda: followed.told, "the first reading")
    assert by_topic(followed.newest.lags.of("a group")) == {"t": Total(600, 0, 2, 1)}
    writer.samples([(SEEN + 1_000, writer.series("committed a group", "t", 0), 900)])
    followed.look_again()
    assert by_topic(followed.newest.lags.of("a group")) == {"t": Total(100, 0, 2, 1)}
    writer.close()


def test_that_a_torn_tail_is_no_damage_while_somebody_writes_and_is_said_once_when_nobody_does(
    tmp_path: Path, follow: Follow
) -> None:
    path = made_capture(tmp_path / "c", {"t": [[counted(n) for n in range(10)]]})
    with (path / "index-1-000").open("ab") as index:
        index.write(b"torn")
    followed = follow(path, grows=True)
    followed.look_again()
    assert followed.newest.damage == ""
    followed.follower.rest()
    followed.wait(lambda: followed.follower.settled, "the last look")
    assert "in the middle of a write" in followed.newest.damage
    told = len(followed.told)
    followed.look_again()
    assert (len(followed.told), followed.newest.total) == (told, 10)


def test_that_a_file_of_another_session_is_not_damaged_in_the_middle_of_a_write(tmp_path: Path, follow: Follow) -> None:
    path = made_capture(tmp_path / "c", {"t": [[counted(n) for n in range(10)]]})
    with (path / "index-1-000").open("ab") as index:
        index.write(b"torn")
    with own(path) or pytest.fail("nobody holds it"):
        followed = follow(path, is_ours=False)
        followed.wait(lambda: followed.told, "the reading")
        assert (followed.newest.total, followed.newest.damage) == (10, "")
    later = follow(path, is_ours=False)
    later.wait(lambda: later.told, "the reading")
    assert "in the middle of a write" in later.newest.damage


@pytest.mark.parametrize("kind", ["missing", "text", "empty folder"])
def test_that_what_is_no_capture_is_told_in_a_sentence_and_leaves_nothing_to_wait_for(
    tmp_path: Path, follow: Follow, kind: str
) -> None:
    path = tmp_path / "x.meshcap"
    if kind == "text":
        path.write_text("Dear diary")
    elif kind == "empty folder":
        path.mkdir()
    followed = follow(path)
    followed.look_again()
    assert [told.reading for told in followed.told] == [None]
    assert followed.told[0].failed.endswith(".")
    assert str(path) in followed.told[0].failed
    followed.follower.nudge()
    assert followed.follower.settled


def test_that_a_capture_that_vanishes_while_it_grows_is_told_in_a_sentence(tmp_path: Path, follow: Follow) -> None:
    path = made_capture(tmp_path / "c", {"t": [[counted(n) for n in range(10)]]})
    followed = follow(path, grows=True)
    followed.look_again()
    shutil.rmtree(path)
    followed.wait(lambda: followed.told[-1].reading is None, "the sentence")
    assert "is gone" in followed.told[-1].failed


def test_that_a_reading_holds_the_mesh_as_it_was_then_and_every_moment_before(tmp_path: Path, follow: Follow) -> None:
    create_capture(tmp_path / "c", "the tests", "")
    writer = Writer(tmp_path / "c")
    said = {"domain": "sales", "topics": [{"name": "orders"}]}
    writer.facts([Fact("topic", "orders", {"partitions": 1}, SEEN, "kafka")])
    followed = follow(tmp_path / "c", grows=True)
    followed.wait(lambda: followed.told, "the first reading")
    first = followed.newest.mesh
    writer.facts([Fact("contract", "c", said, SEEN + 1_000, "a.yaml", "declared", 5)])
    followed.look_again()
    second = followed.newest.mesh
    assert [domain.name for domain in second.placing.domains] == ["sales"]
    assert first.placing.domains == second.at(SEEN).placing.domains == ()
    writer.facts([Fact("contract", "c", None, SEEN + 2_000, "a.yaml", "declared")])
    followed.look_again()
    assert followed.newest.mesh.placing.domains == ()
    assert [domain.name for domain in second.placing.domains] == ["sales"]
    writer.close()


def test_that_what_nobody_said_of_the_mesh_is_not_made_again(tmp_path: Path, follow: Follow) -> None:
    """Ten thousand topics at four readings a second."""
    create_capture(tmp_path / "c", "the tests", "")
    writer = Writer(tmp_path / "c")
    writer.facts([Fact("topic", "orders", {"partitions": 1}, SEEN, "kafka")])
    followed = follow(tmp_path / "c", grows=True)
    followed.wait(lambda: followed.told, "the first reading")
    before = followed.newest.mesh
    writer.samples([(SEEN, writer.series("end", "orders", 0), 7)])
    writer.facts([Checked("kafka", SEEN, SEEN + 1)])
    followed.look_again()
    after = followed.newest.mesh
    assert after.place == before.place + 1
    assert after.placing is before.placing
    assert after.topics is before.topics
    writer.close()


def test_that_the_collector_rests_while_a_large_mesh_is_read_and_works_again_then() -> None:
    with many_that_stay():
        assert not gc.isenabled()
        with many_that_stay():  # another capture is opened meanwhile
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
