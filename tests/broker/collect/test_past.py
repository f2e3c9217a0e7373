"""The past of topics, asked by time on a real Kafka: what was produced at which time, to the record."""

import time
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from threading import Event

import pytest
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from meshdesk.collect import asking as asking_module
from meshdesk.collect import past as module
from meshdesk.collect.asking import Asking
from meshdesk.collect.budget import Budget
from meshdesk.collect.offsets_at import offsets_at
from meshdesk.collect.past import Past, spans_of
from meshdesk.collect.properties import Source
from meshdesk.demo.broker import Broker
from meshdesk.model.fact import Fact
from meshdesk.model.mesh import Mesh, fold
from meshdesk.model.past import PAGE, Piece, coarse_step, fine_step, pieces, why
from tests.broker import oracles
from tests.broker.collect.producing import (
    New,
    add_partitions,
    create_topic,
    delete_records,
    delete_topic,
    produce,
    set_on_broker,
)
from tests.broker.collect.written import Written, begin_capture
from tests.kafka import MakeTopic
from tests.programs.running import wait_until
from tests.secure_kafka import FORBIDDEN, PLAIN_USER, SecureKafka
from tests.unit.capture.making import OPENED

HOUR = 3_600_000
PARTITIONS = 12
ALLOW = AclPermissionType.ALLOW


class PastOf(Written):
    """The past in a capture of its own, asked when a test wants it, and how many look-ups that took."""

    def __init__(self, folder: Path, source: Source, partitions: Mapping[str, int] | None = None) -> None:
        self.writer = begin_capture(folder, source.bootstrap)
        super().__init__(folder)
        self.cluster = Asking(source)
        self.told = partitions
        self.lookups = 0
        self.past = Past(self.cluster, self.writer, Event(), Budget(1 << 40), self.partitions)

    def partitions(self) -> Mapping[str, int]:
        if self.told is not None:
            return self.told
        topics = self.cluster.metadata().topics
        return {name: len(one.partitions) for name, one in topics.items() if one.error is None}

    @property
    def mesh(self) -> Mesh:
        mesh = Mesh()
        fold(mesh, self.facts)
        return mesh

    def ask(self, *topics: str, start: int, end: int) -> None:
        """Asks until nothing is left to ask."""
        self.past.wish(topics, start, end)
        while self.past.is_waiting:
            self.past.step()

    def know(self, *topics: str, start: int, end: int) -> None:
        """The same; what a busy broker does not answer in time is wished again, as a window does."""

        def are_known() -> bool:
            self.ask(*topics, start=start, end=end)
            return not any(why(self.mesh, topic) for topic in topics)

        wait_until(are_known, "an answer", 60)

    def of(self, topic: str, step: int) -> tuple[Piece, ...]:
        """The pieces in one step."""
        return tuple(piece for piece in pieces(self.mesh, topic) if piece.step == step)


Begin = Callable[..., PastOf]


@pytest.fixture
def begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Begin]:
    begun: list[PastOf] = []

    def one(source: Source, partitions: Mapping[str, int] | None = None) -> PastOf:
        begun.append(PastOf(tmp_path / f"capture-{len(begun)}", source, partitions))
        return begun[-1]

    def counted(cluster: Asking, asked: Mapping[int, list[tuple[str, int]]], stop: Event) -> object:
        for past in begun:
            past.lookups += sum(map(len, asked.values())) if past.cluster is cluster else 0
        return offsets_at(cluster, asked, stop)

    monkeypatch.setattr(module, "offsets_at", counted)
    # Nothing that a test knows is asked again because the machine is busy.
    monkeypatch.setattr(module, "OPEN_AGAIN", 3_600.0)
    yield one
    for past in begun:
        past.writer.close()
        past.cluster.leave()
    while OPENED:
        OPENED.pop().close()


def counts(made: list[int], piece: Piece) -> tuple[int, ...]:
    """How many of the moments lie in each step of a piece."""
    return tuple(
        sum(start <= moment < start + piece.step for moment in made)
        for start in range(piece.start, piece.end, piece.step)
    )


def a_week(partitions: int = PARTITIONS, end: int | None = None) -> tuple[int, int, list[New]]:
    """From, to, and records of a week, one each 20 minutes, in each hour one more in one partition; it ends now or in `end`."""
    end = end or int(time.time() * 1000)
    start = end - 7 * 24 * HOUR
    new = [New(b"x", partition=n % partitions, timestamp=start + n * 20 * 60_000) for n in range(7 * 24 * 3)]
    new += [New(b"y", partition=1 % partitions, timestamp=start + n * HOUR + 7) for n in range(7 * 24)]
    return start, end, sorted(new, key=lambda one: one.timestamp)


def a_week_that_ends_in_a_page(partitions: int) -> tuple[int, int, list[New]]:
    """The same, long settled, with 18 hours in its last coarse page, of which finer steps know every moment."""
    page = PAGE * coarse_step(0, 7 * 24 * HOUR)
    return a_week(partitions, (int(time.time() * 1000) // page - 1) * page + 18 * HOUR)


def put(bootstrap: str, topic: str, new: list[New]) -> None:
    """In their order, also where the broker does not know the partitions yet: of records out of order no step is exact."""
    produce(bootstrap, topic, new, enable_idempotence=True)


def matches(past: PastOf, topic: str, new: list[New], start: int, end: int) -> None:
    """Every step of the span is what was produced in it, in coarse ones and in fine ones, without a hole."""
    made = [one.timestamp for one in new]
    for step in {coarse_step(start, end), fine_step(start, end)}:
        found = past.of(topic, step)
        assert [one.start for one in found[1:]] == [one.end for one in found[:-1]], "no hole"
        assert found[0].start <= start
        assert found[-1].end > end - step
        for piece in found:
            assert piece.counts == counts(made, piece)


def a_week_known(broker: Broker, make_topic: MakeTopic, begin: Begin) -> tuple[PastOf, str, int, int, list[New]]:
    """A topic with a week of records, its past as it was asked for, and its span."""
    topic = make_topic(PARTITIONS, retention_ms="-1")
    start, end, new = a_week()
    put(broker.bootstrap, topic, new)
    past = begin(Source(broker.bootstrap))
    past.know(topic, start=start, end=end)
    return past, topic, start, end, new


# What was there


def test_that_every_hour_of_a_week_is_what_was_produced_in_it(
    broker: Broker, make_topic: MakeTopic, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    past, topic, start, end, new = a_week_known(broker, make_topic, begin)
    matches(past, topic, new, start, end)
    assert past.of(topic, pieces(past.mesh, topic)[0].step)[0].step == coarse_step(start, end)
    beside = [piece for piece in pieces(past.mesh, topic) if piece.end > end - fine_step(start, end)]
    assert max(piece.end for piece in beside) > end - 5_000, "what lies beside now is asked in finer steps"
    asked = past.lookups
    monkeypatch.setattr(module, "now", lambda: end)  # else a step of 5 s may have ended meanwhile, which is new
    past.ask(topic, start=start, end=end)
    assert past.lookups == asked, "what is known costs nothing"
    assert why(past.mesh, topic) == ""


def test_that_a_shorter_span_is_asked_in_finer_steps(broker: Broker, make_topic: MakeTopic, begin: Begin) -> None:
    topic = make_topic(retention_ms="-1")
    end = int(time.time() * 1000) - HOUR
    start = end - 600_000
    new = [New(b"", timestamp=start + n * 700) for n in range(850)]
    put(broker.bootstrap, topic, new)
    past = begin(Source(broker.bootstrap))
    past.know(topic, start=start, end=end)
    assert {piece.step for piece in pieces(past.mesh, topic)} == {60_000, 5_000}
    matches(past, topic, new, start, end)


def test_that_nothing_is_asked_between_two_moments_at_which_nothing_came(
    broker: Broker, make_topic: MakeTopic, begin: Begin
) -> None:
    topic = make_topic(PARTITIONS, retention_ms="-1")
    start, end, _ = a_week()
    put(broker.bootstrap, topic, new := [New(b"", timestamp=start + 60_000), New(b"", timestamp=start + 70_000)])
    past = begin(Source(broker.bootstrap))
    past.know(topic, start=start, end=end)
    matches(past, topic, new, start, end)
    assert past.lookups < PARTITIONS * len(spans_of(start, end, end)) * 4 < PARTITIONS * 7 * 24


def test_that_of_a_compacted_topic_offsets_are_counted_as_far_as_they_are_there(
    fresh_broker: Broker, topic: str, begin: Begin
) -> None:
    bootstrap = fresh_broker.bootstrap
    set_on_broker(bootstrap, log_cleaner_backoff_ms="100")
    create_topic(
        bootstrap,
        topic,
        cleanup_policy="compact",
        segment_ms="100",
        min_cleanable_dirty_ratio="0.01",
        max_compaction_lag_ms="100",
    )
    end = int(time.time() * 1000) // HOUR * HOUR
    start = end - 24 * HOUR
    for n in range(24):
        put(bootstrap, topic, [New(b"%d" % n, b"k%d" % (n % 5), timestamp=start + n * HOUR)])

    def is_as_it_was() -> bool:  # the cleaner may go on while it is asked
        left = oracles.kcat(fresh_broker, topic)
        past = begin(Source(bootstrap))
        past.know(topic, start=start, end=end)
        if len(left) == 24 or left != oracles.kcat(fresh_broker, topic):
            return False
        for piece in past.of(topic, HOUR):
            edges = range(piece.start, piece.end + 1, HOUR)
            first = [next((one.offset for one in left if one.timestamp >= edge), 24) for edge in edges]
            assert piece.counts == tuple(after - before for before, after in pairwise(first))
        return True

    wait_until(is_as_it_was, "the cleaner", 60)


def test_that_before_what_retention_left_nothing_is_known(broker: Broker, make_topic: MakeTopic, begin: Begin) -> None:
    topic = make_topic(retention_ms="-1")
    start, end, new = a_week(1)
    put(broker.bootstrap, topic, new)
    delete_records(broker.bootstrap, topic, len(new) // 2)
    past = begin(Source(broker.bootstrap))
    past.know(topic, start=start, end=end)
    left = new[len(new) // 2 :]
    found = past.of(topic, HOUR)
    assert left[0].timestamp - HOUR <= found[0].start <= left[0].timestamp
    assert sum(sum(piece.counts) for piece in found) == len([one for one in left if one.timestamp < found[-1].end])


def test_that_what_comes_later_is_asked_when_it_is_wished_again(
    broker: Broker, make_topic: MakeTopic, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "OPEN_AGAIN", 0.0)
    topic = make_topic(2)
    end = int(time.time() * 1000)
    start = end - 60_000
    past = begin(Source(broker.bootstrap))
    past.know(topic, start=start, end=end)
    assert sum(sum(piece.counts) for piece in past.of(topic, 1_000)) == 0
    put(broker.bootstrap, topic, [New(b"late", timestamp=end - 30_500)])
    past.know(topic, start=start, end=end)
    assert sum(sum(piece.counts) for piece in past.of(topic, 1_000)) == 1


# One that goes on for another


def goes_on_for(past: PastOf, begin: Begin, bootstrap: str) -> PastOf:
    """The past as a collect program finds it that goes on in the capture of another."""
    successor = begin(Source(bootstrap))
    successor.past.recall(past.facts)
    successor.writer.facts([fact for fact in past.facts if isinstance(fact, Fact)])
    return successor


def test_that_a_program_that_goes_on_asks_nothing_of_the_past_that_the_capture_knows(
    broker: Broker, make_topic: MakeTopic, begin: Begin
) -> None:
    past, topic, start, end, new = a_week_known(broker, make_topic, begin)
    successor = goes_on_for(past, begin, broker.bootstrap)
    successor.know(topic, start=start, end=end - 2 * HOUR)
    assert successor.lookups == 0
    successor.know(topic, start=start, end=end)
    assert 0 < successor.lookups < past.lookups / 10, "what lies beside now may have changed"
    matches(successor, topic, new, start, end)
    asked = successor.lookups
    successor.know(topic, start=start, end=end)
    assert successor.lookups == asked


def made_again(broker: Broker, past: PastOf, topic: str, new: list[New], begin: Begin) -> PastOf:
    """A topic is deleted and made anew with these records; what goes on for the past that knew the one before."""
    delete_topic(broker.bootstrap, topic)
    wait_until(lambda: topic not in past.partitions(), "its end")
    create_topic(broker.bootstrap, topic, 2, retention_ms="-1")
    put(broker.bootstrap, topic, new)
    successor = goes_on_for(past, begin, broker.bootstrap)
    wait_until(lambda: topic in successor.partitions(), "its successor")
    return successor


def test_that_a_program_that_goes_on_sees_that_a_topic_was_made_again(broker: Broker, topic: str, begin: Begin) -> None:
    start, end, new = a_week(2)
    create_topic(broker.bootstrap, topic, 2, retention_ms="-1")
    put(broker.bootstrap, topic, new)
    past = begin(Source(broker.bootstrap))
    past.know(topic, start=start, end=end)
    successor = made_again(broker, past, topic, left := new[-5:], begin)
    successor.know(topic, start=start, end=end)  # by what lies beside now it is seen
    successor.know(topic, start=start, end=end)
    matches(successor, topic, left, start, end)


def test_that_no_page_stays_of_a_topic_that_was_made_again_where_finer_ones_know_its_moments(
    broker: Broker, topic: str, begin: Begin
) -> None:
    start, end, new = a_week_that_ends_in_a_page(2)
    create_topic(broker.bootstrap, topic, 2, retention_ms="-1")
    put(broker.bootstrap, topic, new)
    past = begin(Source(broker.bootstrap))
    past.know(topic, start=start, end=end)
    successor = made_again(broker, past, topic, left := new[-5:], begin)
    successor.know(topic, start=end - 18 * HOUR, end=end)
    successor.know(topic, start=start, end=end)
    matches(successor, topic, left, start, end)


@pytest.mark.parametrize("goes_on", [False, True])
def test_that_of_a_topic_that_grew_all_partitions_are_counted_where_finer_steps_know_its_moments(
    broker: Broker, make_topic: MakeTopic, begin: Begin, goes_on: bool
) -> None:
    topic = make_topic(1, retention_ms="-1")
    start, end, new = a_week_that_ends_in_a_page(1)
    put(broker.bootstrap, topic, new)
    past = begin(Source(broker.bootstrap))
    past.know(topic, start=start, end=end)
    add_partitions(broker.bootstrap, topic, 2)
    wait_until(lambda: past.partitions()[topic] == 2, "its second partition")
    put(broker.bootstrap, topic, more := [New(b"z", partition=1, timestamp=end - n * HOUR) for n in (15, 5)])
    past.know(topic, start=end - 18 * HOUR, end=end)
    # Whoever goes on asks again for the newest moment, which is not of that page.
    past.know(topic, start=end, end=end + HOUR)
    whoever = goes_on_for(past, begin, broker.bootstrap) if goes_on else past
    whoever.know(topic, start=start, end=end)
    matches(whoever, topic, new + more, start, end)


# Who may not, and what is not there


def test_that_the_right_to_describe_is_enough(secure_kafka: SecureKafka, begin: Begin) -> None:
    bootstrap = secure_kafka.broker.bootstrap
    topic = f"described.{time.time_ns()}"
    create_topic(bootstrap, topic, PARTITIONS, retention_ms="-1")
    describe = AclBinding(
        ResourceType.TOPIC, topic, ResourcePatternType.LITERAL, f"User:{PLAIN_USER}", "*", AclOperation.DESCRIBE, ALLOW
    )
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    (answer,) = admin.create_acls([describe]).values()
    answer.result(30)
    start, end, new = a_week()
    put(bootstrap, topic, new)
    past = begin(Source(secure_kafka["LOGIN"], "", secure_kafka.plain_login))
    wait_until(lambda: topic in past.partitions(), "the right to be known to the broker")

    def are_answered() -> bool:  # a broker that is busy may not do so in time
        past.ask(topic, FORBIDDEN, start=start, end=end)
        return not why(past.mesh, topic) and f"may not read {FORBIDDEN}" in why(past.mesh, FORBIDDEN)

    wait_until(are_answered, "both answers", 60)
    matches(past, topic, new, start, end)
    assert pieces(past.mesh, FORBIDDEN) == ()


def test_that_of_a_topic_that_vanished_it_is_said_and_of_one_made_again_it_is_asked(
    broker: Broker, topic: str, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FAILED_AGAIN", 0.0)
    start, end, new = a_week(2)
    create_topic(broker.bootstrap, topic, 2, retention_ms="-1")
    put(broker.bootstrap, topic, new)
    past = begin(Source(broker.bootstrap))
    past.ask(topic, start=start, end=start + 24 * HOUR)
    delete_topic(broker.bootstrap, topic)
    wait_until(lambda: topic not in past.partitions(), "its end")

    def is_missed() -> bool:
        past.ask(topic, start=start, end=end)
        return f"{topic} is not there" in why(past.mesh, topic)

    wait_until(is_missed, "the answer that it is not there")
    create_topic(broker.bootstrap, topic, 3, retention_ms="-1")
    put(broker.bootstrap, topic, [New(b"", timestamp=end - HOUR)])
    past.know(topic, start=end - 2 * HOUR, end=end)
    newest = [piece for piece in past.of(topic, 300_000) if piece.start > end - 3 * HOUR]
    assert sum(sum(piece.counts) for piece in newest) == 1


def test_that_of_a_broker_that_is_away_it_is_said_and_asked_again_it_answers(
    fresh_broker: Broker, topic: str, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FAILED_AGAIN", 0.0)
    monkeypatch.setattr(asking_module, "WAIT", 1.0)
    create_topic(fresh_broker.bootstrap, topic, 2)
    put(fresh_broker.bootstrap, topic, [New(b"", timestamp=int(time.time() * 1000) - HOUR)])
    end = int(time.time() * 1000)
    past = begin(Source(fresh_broker.bootstrap), {topic: 2, "other": 1})
    fresh_broker.kill()
    past.ask(topic, "other", start=end - 2 * HOUR, end=end)
    for name in (topic, "other"):
        assert why(past.mesh, name) != ""
        assert pieces(past.mesh, name) == ()
    fresh_broker.resume()

    def is_known() -> bool:
        past.ask(topic, start=end - 2 * HOUR, end=end)
        return why(past.mesh, topic) == ""

    wait_until(is_known, "the broker to answer again", 60)
    assert sum(sum(piece.counts) for piece in past.of(topic, 300_000)) == 1


# Bounds


def test_that_only_so_many_pages_and_topics_are_kept_and_the_others_are_taken_back(
    broker: Broker, make_topic: MakeTopic, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGES", 3)
    monkeypatch.setattr(module, "TOPICS", 2)
    topics = [make_topic() for _ in range(3)]
    end = int(time.time() * 1000)
    past = begin(Source(broker.bootstrap))
    past.know(topics[0], start=end - 3 * HOUR, end=end - 2 * HOUR)
    for topic in topics:
        past.know(topic, start=end - HOUR, end=end)
    assert pieces(past.mesh, topics[0]) == ()
    for topic in topics[1:]:
        assert 1 <= len(pieces(past.mesh, topic)) <= 3


def test_that_a_topic_of_many_partitions_takes_several_rounds(
    broker: Broker, make_topic: MakeTopic, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "A_ROUND", 20)
    topic = make_topic(PARTITIONS, retention_ms="-1")
    start, end, new = a_week()
    put(broker.bootstrap, topic, new)
    past = begin(Source(broker.bootstrap))
    past.know(topic, start=start, end=end)
    matches(past, topic, new, start, end)


def test_that_no_step_reaches_beyond_now_and_no_span_is_endless() -> None:
    now = 1_795_488_211_940
    assert spans_of(now, now, now) == spans_of(now + 1, now + HOUR, now) == []
    for span in (1, 5_000, HOUR, 30 * 24 * HOUR, now):
        found = spans_of(now - span, now + HOUR, now)
        assert len(found) <= 64
        for (begin, step), first, last in found:
            assert begin <= first < last <= now
            assert (last - first) // step <= PAGE
