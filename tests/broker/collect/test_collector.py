"""What was produced = what the capture holds, beside Kafka's console consumer and kcat; what is read, left out and lost."""

import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from meshdesk.capture.manifest import create_capture
from meshdesk.collect.collector import Collector
from meshdesk.collect.properties import Source
from meshdesk.demo.broker import Broker, start_brokers
from meshdesk.demo.java import Java
from meshdesk.model.position import Position
from tests.broker import oracles
from tests.broker.collect.producing import (
    HOUR,
    New,
    add_partitions,
    asking,
    consumed,
    create_topic,
    delete_records,
    delete_topic,
    leaders,
    offsets,
    produce,
    produced,
    producer,
    set_on_broker,
)
from tests.kafka import MakeTopic
from tests.programs.running import CollectChild, Ran, coverage_in, records_in, run, wait_until

ODD: list[New] = [
    New(b'{"id": "A-1"}', b"A-1", [("trace", b"t-1"), ("trace", b"t-2"), ("empty", b""), ("null", None)]),
    New(None, b"tombstone"),
    New(b"", b""),
    New(b"no key"),
    New("Grüße".encode(), "Schlüssel".encode(), [("größe", "groß".encode())]),
    New(b"older than its neighbours", b"k", timestamp=1_500_000_000_000),
    New(b"in the future", b"k", timestamp=4_000_000_000_000),
    New(bytes(range(0x20, 0x7F)), b"printable"),
    New(b"x" * 200_000, b"large"),
]


def collect(broker: Broker, target: Path, *words: str) -> Ran:
    ran = run("collect", *words, "--bootstrap", broker.bootstrap, "-o", target)
    assert ran.code == 0, ran.err
    return ran


# The same as the oracles


def test_that_a_capture_holds_what_was_produced_and_what_both_oracles_print(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic = make_topic(3, message_timestamp_after_max_ms=str((1 << 63) - 1))
    news = [
        New(r.value, r.key, r.headers, n % 3, r.timestamp)
        for n, r in enumerate(ODD + [New(b"value %d" % n, b"key %d" % n, [("n", b"%d" % n)]) for n in range(600)])
    ]
    wanted = produce(broker.bootstrap, topic, news)
    target = tmp_path / "all.meshcap"
    ran = collect(broker, target, topic, "--until", "end")
    records = records_in(target)
    assert consumed(records) == wanted
    assert oracles.kcat(broker, topic) == wanted
    assert oracles.console_consumer(broker, topic, len(wanted)) == wanted
    for partition in range(3):
        assert offsets(records, partition) == [r.offset for r in wanted if r.partition == partition]
    assert [record.row for record in records] == list(range(len(wanted)))
    assert {record.timestamp_type for record in records} == {1}
    said = [f"Records of {topic} {what}" for what in ("have timestamps in the future.", "came behind newer ones")]
    lines = sorted(ran.err.splitlines(), reverse=True)  # as their fetches came
    assert [line.startswith(start) for line, start in zip(lines, said, strict=True)] == [True, True]
    summary = ran.summary
    ends = [1 + max(r.offset for r in wanted if r.partition == n) for n in range(3)]
    assert summary["partitions"] == [{"topic": topic, "partition": n, "from": 0, "to": ends[n]} for n in range(3)]
    assert (summary["records"], summary["dropped"], summary["missing_schemas"]) == (len(wanted), 0, [])
    assert summary["bytes"] == sum(record.size for record in records)
    assert summary["file_bytes"] == target.stat().st_size
    assert coverage_in(target) == {(topic, n): [(0, ends[n])] for n in range(3)}


def test_that_bytes_of_any_kind_stay_as_they_are_in_key_value_and_headers(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    every = bytes(range(256))
    topic = make_topic()
    news = [New(every * (n % 3), every[n:], [("b", every), ("b", every[::-1]), ("n", None)]) for n in range(256)]
    wanted = produce(broker.bootstrap, topic, news)
    collect(broker, tmp_path / "bytes.meshcap", topic, "--until", "end")
    assert consumed(records_in(tmp_path / "bytes.meshcap")) == wanted


@pytest.mark.parametrize("compression", ["gzip", "snappy", "lz4", "zstd"])
def test_that_compressed_batches_arrive_as_their_records(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path, compression: str
) -> None:
    topic = make_topic()
    news = [New(b"the same words again " * 5, b"%d" % n) for n in range(500)]
    wanted = produce(broker.bootstrap, topic, news, compression_type=compression)
    collect(broker, tmp_path / "c.meshcap", topic, "--until", "end")
    assert consumed(records_in(tmp_path / "c.meshcap")) == wanted


def test_that_the_brokers_time_of_appending_is_stored_as_such(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic = make_topic(message_timestamp_type="LogAppendTime")
    before = time.time_ns() // 1_000_000
    produce(broker.bootstrap, topic, [New(b"v", timestamp=1_500_000_000_000)])
    collect(broker, tmp_path / "t.meshcap", topic, "--until", "end")
    (record,) = records_in(tmp_path / "t.meshcap")
    assert record.timestamp_type == 2
    assert record.timestamp is not None
    assert record.timestamp >= before
    assert [record.timestamp] == [r.timestamp for r in oracles.kcat(broker, topic)]


def test_that_several_topics_are_read_at_once_and_a_batch_holds_one_of_them(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    names = [make_topic(2), make_topic(1), make_topic(1)]
    wanted = {
        name: produce(
            broker.bootstrap, name, [New(b"%d of %d" % (n, at), partition=n % 2 if at == 0 else 0) for n in range(400)]
        )
        for at, name in enumerate(names)
    }
    ran = collect(broker, tmp_path / "three.meshcap", *names, names[0], "--until", "end")
    records = records_in(tmp_path / "three.meshcap")
    for name in names:
        assert consumed(r for r in records if r.topic == name) == wanted[name]
    assert {part["topic"] for part in ran.summary["partitions"]} == set(names)
    assert len(records) == 1200


# From where to where


@pytest.fixture(scope="module")
def hours(broker: Broker) -> str:
    """A topic with 48 records, one an hour, the newest of five minutes ago."""
    name = f"test.hours.{time.time_ns()}"
    create_topic(broker.bootstrap, name)
    newest = time.time_ns() // 1_000_000 - HOUR // 12
    produce(broker.bootstrap, name, [New(b"%d" % n, timestamp=newest - (47 - n) * HOUR) for n in range(48)])
    return name


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        (["--from", "beginning", "--until", "end"], 0, 47),
        (["--until", "end"], 0, 47),
        (["--from", "40", "--until", "end"], 40, 47),
        (["--until", "10"], 0, 9),
        (["--from", "5", "--until", "6"], 5, 5),
        (["--from", "15m", "--until", "end"], 47, 47),
        (["--from", "1.5h", "--until", "end"], 46, 47),
        (["--from", "3h", "--until", "1.5h"], 45, 45),
        (["--from", "1d", "--until", "end"], 24, 47),
        (["--from", "1970-01-02T00:00:00Z", "--until", "end"], 0, 47),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_that_reading_begins_and_ends_where_it_was_asked_to(
    broker: Broker, hours: str, tmp_path: Path, words: list[str], first: int, last: int
) -> None:
    ran = collect(broker, tmp_path / "part.meshcap", hours, *words)
    assert offsets(records_in(tmp_path / "part.meshcap")) == list(range(first, last + 1))
    (part,) = ran.summary["partitions"]
    assert (part["from"], part["to"]) == (first, last + 1)


def test_that_an_end_that_comes_with_the_last_records_settles_nothing_behind_the_stop(
    broker: Broker, hours: str, tmp_path: Path
) -> None:
    create_capture(tmp_path / "here", "the tests", broker.bootstrap)
    collector = Collector(Source(broker.bootstrap), tmp_path / "here", print, lambda: None)
    try:
        collector.tail(hours, Position("offset", 5), Position("offset", 6))
        # The client fetches by itself meanwhile: all 43 records and the end of the partition lie ready together.
        wait_until(lambda: dict(collector._fetching.ends()) == {(hours, 0): 48}, "a fetch")
        time.sleep(0.5)  # nothing tells that the end, which is asked for behind the records, is there too
        wait_until(lambda: collector.step() or collector.progress().finished, "the end")
        assert collector.ranges() == {(hours, 0): (5, 6)}
    finally:
        collector.close(0)
    assert coverage_in(tmp_path / "here") == {(hours, 0): [(5, 6)]}


@pytest.mark.parametrize(
    "words",
    [
        ["--from", "end", "--until", "end"],
        ["--from", "2999-01-01T00:00:00Z", "--until", "end"],
        ["--from", "4000", "--until", "end"],
        ["--until", "0"],
        ["--from", "20", "--until", "20"],
    ],
    ids=" ".join,
)
def test_that_a_range_without_records_ends_at_once_and_holds_none(
    broker: Broker, hours: str, tmp_path: Path, words: list[str]
) -> None:
    ran = collect(broker, tmp_path / "none.meshcap", hours, *words)
    assert ran.summary["records"] == 0
    assert records_in(tmp_path / "none.meshcap") == []


def test_that_an_empty_topic_with_many_partitions_ends_at_once(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic = make_topic(12)
    ran = collect(broker, tmp_path / "empty.meshcap", topic, "--until", "end")
    assert len(ran.summary["partitions"]) == 12
    assert ran.seconds < 8


def test_that_a_time_bounds_reading_without_an_end(broker: Broker, hours: str, tmp_path: Path) -> None:
    ran = collect(broker, tmp_path / "for.meshcap", hours, "--from", "beginning", "--for", "1s")
    assert ran.summary["records"] == 48
    assert 1.0 <= ran.summary["seconds"] < 6.0


def test_that_the_end_is_the_one_seen_at_the_start(broker: Broker, make_topic: MakeTopic, tmp_path: Path) -> None:
    topic = make_topic()
    produce(broker.bootstrap, topic, [New(b"%d" % n) for n in range(5)])
    with CollectChild(tmp_path / "c", broker.bootstrap) as child:
        child.tail(topic, until=("end", 0))
        produce(broker.bootstrap, topic, [New(b"later") for _ in range(5)])
        child.wait(lambda: child.finished, "the end")
        child.stop()
    assert offsets(records_in(tmp_path / "c")) == [0, 1, 2, 3, 4]


# Live


def test_that_records_are_stored_as_they_arrive(broker: Broker, make_topic: MakeTopic, tmp_path: Path) -> None:
    topic = make_topic(2)
    by = producer(broker.bootstrap)
    with CollectChild(tmp_path / "c", broker.bootstrap) as child:
        child.tail(topic, ("end", 0))
        wanted = []
        for turn in range(5):
            wanted += produced(by, topic, [New(b"%d" % turn, partition=turn % 2)])
            child.wait(partial(child.holds, len(wanted)), f"record {turn}")
        child.stop()
    assert consumed(records_in(tmp_path / "c")) == sorted(wanted, key=lambda record: record.name)


def test_that_a_record_once_read_is_stored_once_when_it_is_asked_for_again(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic = make_topic(2)
    wanted = produce(broker.bootstrap, topic, [New(b"%d" % n, partition=n % 2) for n in range(200)])
    folder = tmp_path / "c"
    with CollectChild(folder, broker.bootstrap) as child:
        child.tail(topic, ("offset", 90))
        child.wait(lambda: child.rows == 20, "the last 20")
        child.tail(topic, ("offset", 90))  # again: nothing new
        child.tail(topic, ("offset", 40))
        child.wait(lambda: child.rows == 120, "the 100 before them")
        child.tail(topic, ("beginning", 0))
        child.wait(lambda: child.rows == 200, "the rest")
        wanted += produce(broker.bootstrap, topic, [New(b"more", partition=n % 2) for n in range(10)])
        child.wait(lambda: child.rows == 210, "what came after")
        child.stop()
    assert consumed(records_in(folder)) == sorted(wanted, key=lambda record: record.name)
    assert coverage_in(folder) == {(topic, 0): [(0, 105)], (topic, 1): [(0, 105)]}


def test_that_a_second_program_reads_only_what_the_first_did_not(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic = make_topic()
    wanted = produce(broker.bootstrap, topic, [New(b"%d" % n) for n in range(100)])
    folder = tmp_path / "c"
    with CollectChild(folder, broker.bootstrap) as child:
        child.tail(topic, ("offset", 30), ("offset", 60))
        child.wait(lambda: child.finished, "its part")
        child.stop()
    with CollectChild(folder, broker.bootstrap) as child:
        child.tail(topic, until=("end", 0))
        child.wait(lambda: child.finished, "the rest")
        assert child.rows == 70
        child.stop()
    assert consumed(records_in(folder)) == wanted
    assert coverage_in(folder) == {(topic, 0): [(0, 100)]}


def test_that_stopping_one_topic_leaves_the_others_running(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    one, other = make_topic(), make_topic()
    with CollectChild(tmp_path / "c", broker.bootstrap) as child:
        child.tail(one)
        child.tail(other)
        child.send({"do": "stop_tail", "topic": one})
        child.wait(lambda: child.all("progress")[-1]["reading"] == [other], "only one being read")
        produce(broker.bootstrap, one, [New(b"not wanted")])
        produce(broker.bootstrap, other, [New(b"wanted")])
        child.wait(lambda: child.rows == 1, "the other's record")
        child.stop()
    assert [record.value for record in records_in(tmp_path / "c")] == [b"wanted"]


# Gaps


def test_that_aborted_transactions_are_left_out_and_the_end_is_reached_behind_the_markers(
    broker: Broker, make_topic: MakeTopic, topic: str, tmp_path: Path
) -> None:
    name = make_topic()
    by = producer(broker.bootstrap, transactional_id=topic)
    by.init_transactions(30)
    wanted = []
    for turn in range(4):
        by.begin_transaction()
        records = produced(by, name, [New(b"turn %d" % turn) for _ in range(5)])
        if turn % 2:
            by.abort_transaction(30)
        else:
            by.commit_transaction(30)
            wanted += records
    ran = collect(broker, tmp_path / "t.meshcap", name, "--until", "end")
    assert consumed(records_in(tmp_path / "t.meshcap")) == wanted
    assert wanted == oracles.kcat(broker, name)
    assert ran.summary["partitions"] == [{"topic": name, "partition": 0, "from": 0, "to": 24}]
    assert coverage_in(tmp_path / "t.meshcap") == {(name, 0): [(0, 24)]}
    assert ran.seconds < 10


def test_that_an_open_transaction_holds_the_end_back_unless_uncommitted_records_are_asked_for(
    broker: Broker, make_topic: MakeTopic, topic: str, tmp_path: Path
) -> None:
    name = make_topic()
    produce(broker.bootstrap, name, [New(b"plain")])
    by = producer(broker.bootstrap, transactional_id=topic)
    by.init_transactions(30)
    by.begin_transaction()
    produced(by, name, [New(b"open")])
    collect(broker, tmp_path / "committed.meshcap", name, "--until", "end")
    collect(broker, tmp_path / "all.meshcap", name, "--until", "end", "-X", "isolation.level=read_uncommitted")
    by.abort_transaction(30)
    assert [record.value for record in records_in(tmp_path / "committed.meshcap")] == [b"plain"]
    assert [record.value for record in records_in(tmp_path / "all.meshcap")] == [b"plain", b"open"]


def test_that_the_gaps_of_compaction_count_as_read(fresh_broker: Broker, tmp_path: Path) -> None:
    name, bootstrap = "compacted", fresh_broker.bootstrap
    set_on_broker(bootstrap, log_cleaner_backoff_ms="100")
    create_topic(
        bootstrap,
        name,
        cleanup_policy="compact",
        segment_ms="100",
        min_cleanable_dirty_ratio="0.01",
        max_compaction_lag_ms="100",
    )
    by = producer(bootstrap)
    until = time.monotonic() + 60
    seen: list[oracles.Consumed] = []
    while not seen or len(seen) > seen[-1].offset - 5:
        assert time.monotonic() < until, "the cleaner never ran"
        produced(by, name, [New(b"%d" % n, b"k%d" % (n % 3)) for n in range(9)])
        seen = oracles.kcat(fresh_broker, name)
    with CollectChild(tmp_path / "c", bootstrap) as child:
        child.tail(name, until=("end", 0))
        child.wait(lambda: child.finished, "the end")
        child.stop()
    assert (child.all("progress")[-1]["given_up"], child.troubles) == (False, [])
    found = consumed(records_in(tmp_path / "c"))
    # The cleaner may have gone on since the oracle looked; it never brings anything back.
    assert set(found) <= set(seen) or found == oracles.kcat(fresh_broker, name)
    assert found[-1] == seen[-1]
    assert len(found) < seen[-1].offset
    assert coverage_in(tmp_path / "c") == {(name, 0): [(0, seen[-1].offset + 1)]}


def test_that_what_retention_took_is_said_and_stored_as_lost(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic = make_topic()
    produce(broker.bootstrap, topic, [New(b"x" * 2000, b"%d" % n) for n in range(20)])
    with CollectChild(tmp_path / "c", broker.bootstrap) as child:
        child.tail(topic, ("offset", 5), ("offset", 10))
        child.wait(lambda: child.finished, "the first part")
        delete_records(broker.bootstrap, topic, 15)
        child.tail(topic, ("offset", 8))
        child.wait(lambda: child.rows == 10, "what is left")
        child.stop()
    records = records_in(tmp_path / "c")
    assert offsets(records) == [5, 6, 7, 8, 9, 15, 16, 17, 18, 19]
    assert child.troubles == [
        f"{topic}[0]: 5 offsets from 10 on were lost to retention before they were read. Reading goes on behind that."
    ]
    assert coverage_in(tmp_path / "c") == {(topic, 0): [(5, 20)]}


def test_that_records_deleted_under_a_reader_are_said_to_be_lost_and_reading_goes_on(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic = make_topic()
    wanted = produce(broker.bootstrap, topic, [New(b"x" * 900_000, b"%d" % n) for n in range(60)])
    # A fetch at a time, so that the client stands in the middle while the broker lets go of what is ahead.
    slow = {"queued_min_messages": "1", "queued_max_messages_kbytes": "1"}
    with CollectChild(tmp_path / "c", broker.bootstrap, **slow) as child:
        child.tail(topic, ("offset", 0))
        delete_records(broker.bootstrap, topic, 50)
        child.wait(lambda: child.all("progress") and child.all("progress")[-1]["behind"] == 0, "the end")
        child.stop()
        troubles = child.troubles
    found = offsets(records_in(tmp_path / "c"))
    assert found[-10:] == list(range(50, 60))
    assert found == sorted(set(found))
    lost = 60 - len(found)
    if lost:  # the client may have been quicker than the deletion
        first = 50 - lost
        assert troubles == [
            (
                f"{topic}[0]: {lost} offsets from {first} on were lost to retention before they were read. "
                "Reading goes on behind that."
                if lost > 1
                else f"{topic}[0]: 1 offset from {first} on was lost to retention before it was read. "
                "Reading goes on behind that."
            )
        ]
    assert coverage_in(tmp_path / "c") == {(topic, 0): [(0, 60)]}
    assert [r for r in wanted if r.offset in found] == consumed(records_in(tmp_path / "c"))


def test_that_an_offset_behind_the_end_is_said_and_reading_begins_at_the_end(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic = make_topic()
    produce(broker.bootstrap, topic, [New(b"old")])
    with CollectChild(tmp_path / "c", broker.bootstrap) as child:
        child.tail(topic, ("offset", 4000))
        child.wait(lambda: child.troubles, "a word on the offset")
        produce(broker.bootstrap, topic, [New(b"new")])
        child.wait(lambda: child.rows == 1, "the record at the end")
        child.stop()
    assert child.troubles == [
        f"{topic}[0] ends at offset 1, and was to be read from 4,000 on. It is read from its end on."
    ]
    assert [record.value for record in records_in(tmp_path / "c")] == [b"new"]
    assert coverage_in(tmp_path / "c") == {(topic, 0): [(1, 2)]}


# Topics that go, and brokers that go


def test_that_a_topic_that_vanishes_is_said_and_what_was_read_stays(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic, other = make_topic(), make_topic()
    produce(broker.bootstrap, topic, [New(b"kept")])
    with CollectChild(tmp_path / "c", broker.bootstrap, topic_metadata_refresh_interval_ms="500") as child:
        child.tail(topic)
        child.tail(other)
        child.wait(lambda: child.rows == 1, "the record")
        delete_topic(broker.bootstrap, topic)
        child.wait(lambda: any(f"The topic {topic} is not there" in said for said in child.troubles), "the sentence")
        produce(broker.bootstrap, other, [New(b"goes on")])
        child.wait(lambda: child.rows == 2, "the other topic going on")
        child.stop()
    assert [record.value for record in records_in(tmp_path / "c")] == [b"kept", b"goes on"]


def test_that_a_topic_made_again_while_it_is_read_is_said_and_read_only_when_it_is_opened_again(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic = make_topic()
    produce(broker.bootstrap, topic, [New(b"first life %d" % n) for n in range(10)])
    with CollectChild(tmp_path / "c", broker.bootstrap) as child:
        child.tail(topic)
        child.wait(lambda: child.rows == 10, "its records")
        delete_topic(broker.bootstrap, topic)
        create_topic(broker.bootstrap, topic)
        produce(broker.bootstrap, topic, [New(b"second life %d" % n) for n in range(3)])
        child.wait(lambda: child.troubles and child.all("progress")[-1]["reading"] == [], "a word on it")
        child.tail(topic)
        child.wait(lambda: child.rows == 13, "the records of the new one")
        child.stop()
    assert child.troubles == [
        (
            f"The topic {topic} was deleted, and another was made under its name. "
            "What was read stays; open the topic again to read the new one."
        )
    ]
    assert offsets(records_in(tmp_path / "c")) == [*range(10), *range(3)]
    assert coverage_in(tmp_path / "c") == {(topic, 0): [(0, 10), (0, 3)]}


def test_that_partitions_that_a_topic_gets_while_it_is_read_are_read_too(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic = make_topic()
    with CollectChild(tmp_path / "c", broker.bootstrap) as child:
        child.tail(topic, ("end", 0))
        add_partitions(broker.bootstrap, topic, 3)
        wanted = produce(broker.bootstrap, topic, [New(b"%d" % n, partition=n % 3) for n in range(9)])
        child.wait(lambda: child.rows == 9, "the records of all three partitions")
        child.stop()
    assert consumed(records_in(tmp_path / "c")) == wanted
    assert child.troubles == [
        f"{topic} has 3 partitions now, 2 more than before. The new ones are read from their beginning, with the others."
    ]


def test_that_partitions_without_a_leader_are_said_and_the_others_are_read(kafka_java: Java, tmp_path: Path) -> None:
    topic, stranded = "half", "stranded"
    with ExitStack() as running:
        first, second = map(running.enter_context, start_brokers(tmp_path / "kafka", 2))
        create_topic(first.bootstrap, topic, replicas=[[1], [2]])
        create_topic(first.bootstrap, stranded, replicas=[[2]])
        wanted = produce(first.bootstrap, topic, [New(b"%d" % n, partition=n % 2) for n in range(10)])
        second.kill()
        admin = asking(first.bootstrap)
        wait_until(lambda: leaders(admin, topic) == [1, -1], "the cluster to miss its second broker")
        with CollectChild(tmp_path / "c", first.bootstrap) as child:
            child.tail(stranded)
            assert child.all("refused") == [{"is": "refused", "topic": stranded}]
            child.tail(topic)
            child.wait(lambda: child.rows == 5, "the partition that is left")
            child.stop()
    assert consumed(records_in(tmp_path / "c")) == [record for record in wanted if record.partition == 0]
    advice = "Open the topic again when its brokers are back."
    for name, number in ((stranded, 0), (topic, 1)):
        said = f"1 partition of {name} cannot be read now, as no broker leads them: {number}. {advice}"
        assert said in child.troubles


def test_that_a_topic_made_again_under_its_name_begins_a_new_history(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic = make_topic()
    produce(broker.bootstrap, topic, [New(b"first life")])
    for life, value in enumerate([b"first life", b"second life"], 1):
        with CollectChild(tmp_path / "c", broker.bootstrap) as child:
            child.tail(topic, until=("end", 0))
            child.wait(lambda: child.finished, f"life {life}")
            assert child.rows == 1
            child.stop()
        if life == 1:
            delete_topic(broker.bootstrap, topic)
            create_topic(broker.bootstrap, topic)
            produce(broker.bootstrap, topic, [New(b"second life")])
        assert [record.value for record in records_in(tmp_path / "c")][-1] == value
    assert offsets(records_in(tmp_path / "c")) == [0, 0]


def test_that_reading_goes_on_without_a_gap_when_the_broker_comes_back(fresh_broker: Broker, tmp_path: Path) -> None:
    name, bootstrap = "restarts", fresh_broker.bootstrap
    create_topic(bootstrap, name, 2)
    wanted = produce(bootstrap, name, [New(b"before %d" % n, partition=n % 2) for n in range(50)])
    with CollectChild(tmp_path / "c", bootstrap) as child:
        child.tail(name)
        child.wait(lambda: child.rows == 50, "the first 50")
        fresh_broker.kill()
        child.wait(lambda: not child.all("progress")[-1]["connected"], "the loss of the connection")
        assert child.troubles[0].startswith(f"Nothing answers at {bootstrap}. ")
        fresh_broker.resume()
        wanted += produce(bootstrap, name, [New(b"after %d" % n, partition=n % 2) for n in range(50)])
        child.wait(lambda: child.rows == 100, "the next 50")
        child.wait(lambda: child.all("progress")[-1]["connected"], "the connection again")
        child.stop()
    records = records_in(tmp_path / "c")
    assert consumed(records) == sorted(wanted, key=lambda record: record.name)
    assert offsets(records, 0) == list(range(50))
