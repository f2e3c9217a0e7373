"""The collect program as it is run: the window's child by its frames, and `meshdesk collect` by its words; and how both end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from meshdesk.capture.manifest import create_capture
from meshdesk.capture.reader import open_captures
from meshdesk.demo.broker import Broker, start_broker
from meshdesk.demo.java import Java
from meshdesk.model.frame import FrameReader, Message, encode
from meshdesk.session.launch import child_command, child_environment
from tests.broker import oracles
from tests.broker.collect.listening import closed_port
from tests.broker.collect.producing import (
    New,
    create_topic,
    delete_topic,
    offsets,
    produce,
    produced,
    producer,
)
from tests.kafka import MakeTopic
from tests.programs.running import (
    GONE,
    SECONDS,
    CollectChild,
    Ran,
    command,
    gone,
    records_in,
    run,
    wait_until,
)
from tests.unit.capture.making import disk_full_at

AVRO_7 = b"\x00\x00\x00\x00\x07\x02"  # what a record looks like that needs schema 7


# What the child says


def test_that_each_order_is_answered(broker: Broker, make_topic: MakeTopic, topic: str, tmp_path: Path) -> None:
    there = make_topic()
    produce(broker.bootstrap, there, [New(b"one"), New(b"two")])
    with CollectChild(tmp_path / "c", broker.bootstrap) as child:
        child.tail(there, ("offset", 1), ("end", 0))
        child.send({"do": "something of a later version"})
        child.tail(topic)
        child.wait(lambda: child.finished, "the end of what is there")
        child.stop()
    (tailing,) = child.all("tailing")
    topic_id = tailing["began"]["topic_id"]
    assert topic_id
    began = {"topic_id": topic_id, "offsets": {"0": 1}}
    assert tailing == {"is": "tailing", "topic": there, "start": ["offset", 1], "began": began}
    assert child.all("refused") == [{"is": "refused", "topic": topic}]
    assert child.troubles == [
        f"There is no topic {topic} at {broker.bootstrap}. Check its name; MeshDesk makes no topics."
    ]
    assert child.said[-2:] == [
        {
            "is": "progress",
            "connected": True,
            "rows": 1,
            "bytes": 3,
            "behind": None,
            "dropped": 0,
            "paused": "",
            "reading": [],
            "finished": True,
            "given_up": False,
        },
        {"is": "ended", "missing": []},
    ]


def test_that_an_order_that_makes_no_sense_is_said_and_the_next_one_is_obeyed(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic = make_topic()
    produce(broker.bootstrap, topic, [New(b"one")])
    orders: list[tuple[Message, str]] = [
        ({"do": "tail"}, "topic and start"),
        ({"do": "tail", "topic": 4, "start": ["end", 0]}, "topic"),
        ({"do": "tail", "topic": topic, "start": ["somewhere", 0]}, "['somewhere', 0] is no position."),
        ({"do": "tail", "topic": topic, "start": ["end", 0], "until": [1]}, "[1] is no position."),
        ({"do": "stop_tail", "topic": None}, "topic"),
        ({"do": "looked", "topic": topic, "k": "x"}, "k"),
    ]
    with CollectChild(tmp_path / "c", broker.bootstrap) as child:
        for order, _ in orders:
            child.send(order)
        child.send({"order": "no do at all"})
        child.tail(topic)
        child.wait(lambda: child.rows == 1, "the record")
        child.stop()
    assert child.troubles == [
        f"The collect program was told “{order['do']}” in words that it does not understand: {what.rstrip('.')}."
        for order, what in orders
    ]
    assert [message["topic"] for message in child.all("refused")] == ["", "4", topic, topic]


def test_that_progress_is_told_at_most_twenty_times_a_second_however_much_arrives(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic = make_topic()
    by = producer(broker.bootstrap)
    with CollectChild(tmp_path / "c", broker.bootstrap) as child:
        child.tail(topic, ("end", 0))
        child.listen()
        before, started, sent = len(child.all("progress")), time.monotonic(), 0
        while time.monotonic() < started + 1.5:
            sent += len(produced(by, topic, [New(b"x") for _ in range(20)]))
            child.listen()
        told, seconds = len(child.all("progress")) - before, time.monotonic() - started
        child.wait(lambda: child.rows == sent, "all records")
        child.stop()
    assert 3 <= told <= 20 * seconds + 2


# How the child ends


@contextmanager
def spoken_to(data: bytes) -> Iterator["subprocess.Popen[bytes]"]:
    """A child whose stdin holds these bytes so far."""
    pipe = subprocess.PIPE
    line = child_command("collect", "--child")
    with subprocess.Popen(line, stdin=pipe, stdout=pipe, stderr=pipe, env=child_environment()) as child:
        try:
            assert child.stdin is not None
            child.stdin.write(data)
            child.stdin.flush()
            yield child
        finally:
            child.kill()


def first_frame(folder: Path, broker: Broker) -> Message:
    create_capture(folder, "the tests", broker.bootstrap)
    return {"folder": str(folder), "bootstrap": broker.bootstrap}


@pytest.mark.parametrize(
    ("garbage", "words"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", "The pipe says that 1,195,725,856 bytes follow"),
        (b"\x00\x00\x00\x04nope", "A frame of 4 bytes holds no JSON"),
        (b"\x00\x00\x00\x04[42]", "A frame holds a list where an object was expected."),
    ],
    ids=["no frame", "no JSON", "no object"],
)
def test_that_garbage_on_its_pipe_ends_it_in_words(broker: Broker, tmp_path: Path, garbage: bytes, words: str) -> None:
    with spoken_to(encode(first_frame(tmp_path / "c", broker)) + garbage) as child:
        out, err = child.communicate(timeout=SECONDS)  # which closes the pipe only once all was said
    assert child.returncode == 1
    assert "The pipe from the window cannot be read any more: " + words in err.decode()
    assert list(FrameReader().feed(out))[-1] == {"is": "ended", "missing": []}


def test_that_half_a_frame_is_no_order_and_the_end_of_the_pipe_is_the_end(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    order = encode({"do": "tail", "topic": make_topic(), "start": ["beginning", 0]})
    with spoken_to(encode(first_frame(tmp_path / "c", broker)) + order[:-5]) as child:
        out, err = child.communicate(timeout=SECONDS)
    assert (child.returncode, err) == (0, b"")
    assert [message for message in FrameReader().feed(out) if message["is"] == "tailing"] == []


def test_that_a_pipe_that_says_nothing_leaves_nothing() -> None:
    with spoken_to(b"") as child:
        out, err = child.communicate(timeout=SECONDS)
    assert (child.returncode, out, err) == (0, b"", b"")


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ({"bootstrap": "", "folder": "c"}, "No bootstrap server is named. Give one as HOST:PORT."),
        (
            {"bootstrap": "127.0.0.1:1", "folder": "c", "properties": {"a.b": "c"}},
            'These settings cannot be used: No such configuration property: "a.b".',
        ),
        ({"bootstrap": "127.0.0.1:1", "folder": "elsewhere"}, "elsewhere. Check the name, or open another capture."),
        ({"folder": "c"}, "The collect program was not told the bootstrap. Connect again."),
        (
            {"folder": "c", "bootstrap": 1, "properties": "a=b"},
            "The collect program was not told the bootstrap and the properties. Connect again.",
        ),
    ],
    ids=["no server", "a setting", "no capture", "not told where", "not told how"],
)
def test_that_what_it_cannot_begin_with_is_a_trouble_and_exit_code_1(tmp_path: Path, first: Message, said: str) -> None:
    create_capture(tmp_path / "c", "the tests", "")
    with spoken_to(encode(first | {"folder": str(tmp_path / first["folder"])})) as child:
        out, err = child.communicate(timeout=SECONDS)
    (message,) = FrameReader().feed(out)
    assert (child.returncode, err, message["is"]) == (1, b"", "trouble")
    assert said in message["text"]


def test_that_it_ends_with_its_pipe_and_leaves_a_whole_capture(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic = make_topic()
    produce(broker.bootstrap, topic, [New(b"%d" % n) for n in range(100)])
    with CollectChild(tmp_path / "c", broker.bootstrap) as child:
        child.tail(topic)
        child.wait(lambda: child.rows == 100, "the records")
        child.child.hang_up()
        child.wait(lambda: child.ended, "its end", GONE)
        assert child.child.code == 0
    assert whole(tmp_path / "c") == 100


PARENT = """
import sys, time
from queue import SimpleQueue
from meshdesk.session.children import Child
heard = SimpleQueue()
child = Child(["collect", "--child"], heard)
child.send({"folder": sys.argv[1], "bootstrap": sys.argv[2]})
child.send({"do": "tail", "topic": sys.argv[3], "start": ["beginning", 0]})
while heard.get().message.get("rows") != 100:
    pass
print(child.pid, flush=True)
time.sleep(600)
"""


def test_that_it_ends_by_itself_when_its_parent_is_killed(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic, folder = make_topic(), tmp_path / "c"
    produce(broker.bootstrap, topic, [New(b"%d" % n) for n in range(100)])
    create_capture(folder, "the tests", broker.bootstrap)
    line = [sys.executable, "-c", PARENT, str(folder), broker.bootstrap, topic]
    with subprocess.Popen(line, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    wait_until(lambda: gone(pid), "the end of the child", GONE)
    assert whole(folder) == 100


def test_that_a_full_disk_ends_it_with_a_sentence_and_what_was_stored_stays(
    bare_broker: Broker, tmp_path: Path
) -> None:
    topic = "orders"
    create_topic(bare_broker.bootstrap, topic)
    by = producer(bare_broker.bootstrap)
    with disk_full_at(200_000):  # its, too: children inherit it; of many topics the facts alone would be more
        child = CollectChild(tmp_path / "c", bare_broker.bootstrap)
    with child:
        child.tail(topic)
        produced(by, topic, [New(b"fits")])
        child.wait(lambda: child.rows == 1, "what fits")
        produced(by, topic, [New(b"x" * 100_000) for _ in range(5)])
        child.wait(lambda: child.ended, "its end")
        assert child.child.code == 1
    assert child.troubles == [
        f"The capture in {tmp_path / 'c'} cannot be written: File too large. Free some space or choose another folder."
    ]
    records = records_in(tmp_path / "c")
    assert records[0].value == b"fits"
    assert offsets(records) == list(range(len(records)))


def whole(folder: Path) -> int:
    """How many records a capture holds of which nothing is torn."""
    (capture,) = open_captures(folder)
    try:
        assert capture.damage() == ""
        return capture.rows
    finally:
        capture.close()


# What takes its time, all at once


@dataclass(frozen=True, slots=True)
class Patience:
    """What programs said that waited for what did not come."""

    registry: str
    child: list[Message]  # one whose registry is down
    ran: Ran  # meshdesk collect, the same
    target: Path
    unreachable: list[Message]  # one whose cluster is


@pytest.fixture(scope="module")
def patience(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Patience:
    folder = tmp_path_factory.mktemp("patience")
    registry, nobody = f"http://127.0.0.1:{closed_port()}", f"127.0.0.1:{closed_port()}"
    topic = f"test.schemas.{time.time_ns()}"
    create_topic(broker.bootstrap, topic)
    produce(broker.bootstrap, topic, [New(AVRO_7), New(b'{"a": 1}')])

    def without_registry() -> list[Message]:
        with CollectChild(folder / "registry", broker.bootstrap, registry) as child:
            child.tail(topic, until=("end", 0))
            child.wait(lambda: child.finished, "the records")
            child.stop()
        return child.said

    def without_cluster() -> list[Message]:
        with CollectChild(folder / "cluster", nobody) as child:
            child.wait(lambda: len(child.all("trouble")) == 2, "the same again")
            child.stop()
        return child.said

    words: list[str | Path] = [
        "--bootstrap",
        broker.bootstrap,
        "--registry",
        registry,
        "--until",
        "end",
        "-o",
        folder / "all.meshcap",
    ]
    with ThreadPoolExecutor(3) as at_once:
        child, cluster = at_once.submit(without_registry), at_once.submit(without_cluster)
        ran = at_once.submit(run, "collect", topic, *words)
        return Patience(registry, child.result(), ran.result(), folder / "all.meshcap", cluster.result())


def test_that_schemas_that_could_not_be_fetched_are_named_at_the_end(patience: Patience) -> None:
    assert patience.child[-1] == {"is": "ended", "missing": [7]}
    (said,) = [message["text"] for message in patience.child if message["is"] == "trouble"]
    assert said == f"The schema registry {patience.registry} cannot be reached; 1 schema cannot be fetched."


def test_that_the_command_line_names_them_too_and_keeps_the_records(patience: Patience) -> None:
    assert patience.ran.code == 0
    assert patience.ran.err.splitlines()[-1] == "1 schema could not be fetched: ids 7."
    assert patience.ran.summary["missing_schemas"] == [7]
    assert [record.value for record in records_in(patience.target)] == [AVRO_7, b'{"a": 1}']


def test_that_a_trouble_that_goes_on_is_said_again_with_a_count(patience: Patience) -> None:
    troubles = [message for message in patience.unreachable if message["is"] == "trouble"]
    assert len({message["text"] for message in troubles}) == 1
    first, again, *_ = troubles
    assert first["text"].startswith("Nothing answers at 127.0.0.1:")
    assert again["count"] > 2
    assert again["seen"] - first["seen"] >= 2_000
    progress = [message for message in patience.unreachable if message["is"] == "progress"]
    assert {message["connected"] for message in progress} == {False}


# The command line


def test_that_ctrl_c_packs_what_is_there(broker: Broker, make_topic: MakeTopic, tmp_path: Path) -> None:
    topic, target = make_topic(), tmp_path / "until-now.meshcap"
    produce(broker.bootstrap, topic, [New(b"%d" % n) for n in range(100)])
    line = command("collect", topic, "--bootstrap", broker.bootstrap, "--from", "beginning", "-o", str(target))
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        try:
            wait_until(lambda: stored_beside(target) == 100, "the records")
            program.send_signal(signal.SIGINT)
            out, err = program.communicate(timeout=SECONDS)
        finally:
            program.kill()
    ran = Ran(program.returncode, out, err.decode(), 0)
    assert (ran.code, ran.err, ran.summary["records"]) == (0, "", 100)
    assert offsets(records_in(target)) == list(range(100))
    assert os.listdir(tmp_path) == [target.name]


def stored_beside(target: Path) -> int:
    """How many records the capture holds that is to become `target`."""
    for folder in target.parent.glob(f".{target.name}.*/capture"):
        if (folder / "manifest.json").exists():
            (capture,) = open_captures(folder)
            capture.close()
            return capture.rows
    return 0


@pytest.fixture(scope="module")
def three(broker: Broker) -> str:
    """A topic of three records."""
    name = f"test.three.{time.time_ns()}"
    create_topic(broker.bootstrap, name)
    produce(broker.bootstrap, name, [New(b"%d" % n) for n in range(3)])
    return name


def test_that_a_folder_that_is_not_there_is_said_before_anything_is_read(
    broker: Broker, three: str, tmp_path: Path
) -> None:
    target = tmp_path / "nowhere" / "all.meshcap"
    ran = run("collect", three, "--bootstrap", broker.bootstrap, "--until", "end", "-o", target)
    assert (ran.code, ran.out) == (1, b"")
    assert ran.err == f"There is no folder {target.parent}. Make it, or name another place for all.meshcap.\n"


def test_that_a_folder_is_no_place_to_write_a_file_to(broker: Broker, three: str, tmp_path: Path) -> None:
    ran = run("collect", three, "--bootstrap", broker.bootstrap, "--until", "end", "-o", tmp_path)
    assert (ran.code, ran.out, os.listdir(tmp_path)) == (1, b"", [])
    assert ran.err == f"{tmp_path} is a folder. Name a file for the capture, such as {tmp_path / 'orders.meshcap'}.\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no devices among its files.")
def test_that_neither_a_device_nor_a_name_that_is_too_long_becomes_a_file(tmp_path: Path) -> None:
    line = ("collect", "t", "--bootstrap", f"127.0.0.1:{closed_port()}", "--for", "1s", "-o")
    assert run(*line, os.devnull).err == f"{os.devnull} is a pipe or a device. Name a file for the capture.\n"
    long = tmp_path / ("x" * 300)
    assert run(*line, long).err == (
        f"Nothing can be written to {long}: File name too long. Choose another place for the capture.\n"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="A folder where even root makes nothing is Linux's /proc.")
def test_that_a_folder_where_nothing_can_be_written_is_said(broker: Broker, three: str) -> None:
    ran = run("collect", three, "--bootstrap", broker.bootstrap, "--until", "end", "-o", "/proc/all.meshcap")
    assert (ran.code, ran.out) == (1, b"")
    assert ran.err.startswith("Nothing can be written in /proc: ")
    assert ran.err.endswith(". Choose another place for all.meshcap.\n")


def test_that_an_older_file_is_replaced_by_a_whole_one_and_kept_where_there_is_none(
    broker: Broker, three: str, topic: str, tmp_path: Path
) -> None:
    target = tmp_path / "all.meshcap"
    target.write_bytes(b"older")
    ran = run("collect", topic, "--bootstrap", broker.bootstrap, "--until", "end", "-o", target)
    assert (ran.code, ran.out) == (1, b"")
    assert ran.err == f"There is no topic {topic} at {broker.bootstrap}. Check its name; MeshDesk makes no topics.\n"
    assert target.read_bytes() == b"older"
    ran = run("collect", three, "--bootstrap", broker.bootstrap, "--until", "end", "-o", target)
    assert (ran.code, ran.err) == (0, "")
    assert len(records_in(target)) == 3
    assert os.listdir(tmp_path) == [target.name]


def collect_onto_a_full_disk(broker: Broker, target: Path, fits: bytes) -> Ran:
    """Where there is room for 100 kB: a record that fits, and one that does not. The broker has no other topics: what is known
    of each takes 600 B of the file."""
    topic = "orders"
    create_topic(broker.bootstrap, topic)
    produce(broker.bootstrap, topic, [New(fits)])
    line = command("collect", topic, "--bootstrap", broker.bootstrap, "--from", "beginning", "-o", str(target))
    with disk_full_at(100_000):  # its, too: children inherit it
        program = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with program:
        try:
            wait_until(lambda: stored_beside(target) == 1, "what fits")
            produce(broker.bootstrap, topic, [New(b"x" * 200_000)])
            out, err = program.communicate(timeout=SECONDS)
        finally:
            program.kill()
    return Ran(program.returncode, out, err.decode(), 0)


def test_that_a_full_disk_ends_collecting_with_a_file_of_what_fits(bare_broker: Broker, tmp_path: Path) -> None:
    target = tmp_path / "all.meshcap"
    ran = collect_onto_a_full_disk(bare_broker, target, b"fits")
    assert (ran.code, ran.summary["records"]) == (1, 1)
    assert ran.err.endswith(
        "cannot be written: File too large. Free some space or choose another folder. "
        "What was collected until then is kept.\n"
    )
    assert [record.value for record in records_in(target)] == [b"fits"]
    assert os.listdir(tmp_path) == [target.name]


def test_that_a_disk_too_full_for_the_file_leaves_a_folder_that_can_be_read(
    bare_broker: Broker, tmp_path: Path
) -> None:
    target, kept = tmp_path / "all.meshcap", tmp_path / "all-1.capture"
    fits = b"fits" * 22_750  # with 3 kB left, a file's own parts do not
    ran = collect_onto_a_full_disk(bare_broker, target, fits)
    assert (ran.code, ran.out, os.listdir(tmp_path)) == (1, b"", [kept.name])
    assert ran.err.splitlines()[1] == (
        f"{target} cannot be written: File too large. Free some space or choose another place. "
        f"What was collected is kept in the folder {kept}; meshdesk read {kept} shows it."
    )
    assert [record.value for record in records_in(kept)] == [fits]
    read = run("read", kept)
    assert (read.code, read.err) == (0, "")
    assert b"fitsfits" in read.out


def test_that_a_topic_that_vanishes_ends_collecting_with_what_was_read_and_exit_code_1(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic, target = make_topic(), tmp_path / "all.meshcap"
    produce(broker.bootstrap, topic, [New(b"kept")])
    line = command("collect", topic, "--bootstrap", broker.bootstrap, "--from", "beginning", "-o", str(target))
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as program:
        try:
            wait_until(lambda: stored_beside(target) == 1, "the record")
            delete_topic(broker.bootstrap, topic)
            _, err = program.communicate(timeout=SECONDS)
        finally:
            program.kill()
    assert program.returncode == 1
    assert err.decode() == (
        f"The topic {topic} is not there (any more). What was read of it stays; choose another topic.\n"
    )
    assert [record.value for record in records_in(target)] == [b"kept"]


# Nothing is left at the cluster


def test_that_no_group_is_joined_nothing_is_committed_and_no_topic_is_made(kafka_java: Java, tmp_path: Path) -> None:
    makes_topics = {"auto.create.topics.enable": "true"}  # for whoever asks for one
    with start_broker(tmp_path / "kafka", properties=makes_topics) as broker:
        create_topic(broker.bootstrap, "orders")
        produce(broker.bootstrap, "orders", [New(b"one")])
        ran = run("collect", "orders", "--bootstrap", broker.bootstrap, "--until", "end", "-o", tmp_path / "o.meshcap")
        assert ran.summary["records"] == 1
        with CollectChild(tmp_path / "c", broker.bootstrap) as child:
            child.tail("no-such-topic")
            child.tail("orders")
            child.wait(lambda: child.rows == 1, "the record")
            child.stop()
        assert child.all("refused") == [{"is": "refused", "topic": "no-such-topic"}]
        with ThreadPoolExecutor(2) as at_once:
            groups = at_once.submit(oracles.all_consumer_groups, broker)
            topics = at_once.submit(oracles.topics, broker)
        assert groups.result() == []
        # The client asks for the coordinator of its group, which it never joins: Kafka makes its own topic for that.
        assert set(topics.result()) - {"__consumer_offsets"} == {"orders"}
