"""`meshdesk tail` at a real Kafka: what it prints, how each way to its end comes out, and that nothing is left behind."""

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from meshdesk import tail
from meshdesk.collect.properties import Source
from meshdesk.demo.broker import Broker
from meshdesk.demo.registry import Schema, SchemaRegistry
from meshdesk.model.position import Position
from tests.broker.collect.listening import closed_port
from tests.broker.collect.producing import New, produce
from tests.kafka import MakeTopic
from tests.programs.running import GONE, SECONDS, Ran, command, gone, run, wait_until


@dataclass(slots=True)
class Asked:
    """What a command line said."""

    topics: tuple[str, ...]
    source: Source
    start: Position
    until: Position | None
    seconds: float | None


class Tail:
    """One tail that runs, and where it keeps what it collects."""

    def __init__(self, captures: Path, *words: str) -> None:
        self.captures = captures
        environment = {**os.environ, "MESHDESK_CAPTURES": str(captures)}
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command("tail", *words), stdout=pipe, stderr=pipe, env=environment)

    def line(self) -> str:
        """The next line that it prints."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().decode().rstrip("\n")

    def collect(self) -> psutil.Process:
        """Its collect program, once it runs: before that its process is a copy of the tail's, which waits for it."""

        def found() -> list[psutil.Process]:
            return [child for child in psutil.Process(self.process.pid).children() if "collect" in child.cmdline()]

        wait_until(found, "its collect program")
        return found()[0]

    def end(self, seconds: float = SECONDS) -> Ran:
        """Waits for its end."""
        out, err = self.process.communicate(timeout=seconds)
        return Ran(self.process.returncode, out, err.decode(), 0.0)

    def end_by(self, number: signal.Signals) -> Ran:
        self.process.send_signal(number)
        return self.end()

    @property
    def left(self) -> list[Path]:
        """What it has left where it kept what it collected."""
        return list(self.captures.iterdir()) if self.captures.exists() else []


@contextmanager
def tailing(captures: Path, *words: str) -> Iterator[Tail]:
    tail = Tail(captures, *words)
    try:
        yield tail
    finally:
        tail.process.kill()
        tail.process.communicate()


@contextmanager
def silent_server() -> Iterator[tuple[socket.socket, int]]:
    """One that takes connections and says nothing, and its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(SECONDS)
        yield server, int(server.getsockname()[1])


def texts(*values: bytes) -> list[New]:
    return [New(value, key=b"key") for value in values]


# What is printed


def test_that_what_arrives_is_printed_until_a_signal_ends_it_and_nothing_is_left(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic = make_topic()
    produce(broker.bootstrap, topic, texts(b"before"))
    with tailing(tmp_path / "c", topic, "--bootstrap", broker.bootstrap, "--from", "beginning") as tail:
        assert tail.line().endswith(f"  {topic}[0]@0  key  before")
        for at in (1, 2):
            produce(broker.bootstrap, topic, texts(b"now %d" % at))
            assert tail.line().endswith(f"  {topic}[0]@{at}  key  now {at}")
        assert tail.left
        ran = tail.end_by(signal.SIGINT)
    assert (ran.code, ran.out, ran.err) == (0, b"", "")
    assert tail.left == []


def test_that_without_a_position_only_what_arrives_from_now_on_is_printed(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic = make_topic()
    produce(broker.bootstrap, topic, texts(b"before"))
    with tailing(tmp_path / "c", topic, "--bootstrap", broker.bootstrap, "--json") as tail:
        by = ThreadPoolExecutor(1)
        first = by.submit(tail.line)

        def is_printed() -> bool:  # not faster: that keeps a machine that is busy from starting the tail
            produce(broker.bootstrap, topic, texts(b"later"))
            return bool(wait([first], 0.5).done)

        wait_until(is_printed, "a line", 2 * SECONDS)
        assert json.loads(first.result())["value"] == "later"
        assert tail.end_by(signal.SIGTERM).code == 0
        by.shutdown()
    assert tail.left == []


def test_that_several_topics_are_printed_to_their_ends_as_json(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    full, other, empty = make_topic(2), make_topic(), make_topic()
    produce(broker.bootstrap, full, [New(b'{"n": %d}' % n, partition=n % 2) for n in range(50)])
    produce(broker.bootstrap, other, [New(b"\xff\x00", key=b"k", headers=[("h", b"1")])])
    ran = run("tail", full, other, empty, full, "--bootstrap", broker.bootstrap, "--until", "end", "--json")
    assert (ran.code, ran.err) == (0, "")
    mine = [line for line in ran.lines if line["topic"] == full]
    assert sorted(line["value"]["n"] for line in mine) == list(range(50))
    for partition in (0, 1):
        assert [line["offset"] for line in mine if line["partition"] == partition] == list(range(25))
    (line,) = [line for line in ran.lines if line["topic"] == other]
    assert (line["value_base64"], line["key"], line["headers"][0]["base64"]) == ("/wA=", "k", "MQ==")


def test_that_a_topic_without_records_has_an_end_too(broker: Broker, make_topic: MakeTopic) -> None:
    ran = run("tail", make_topic(3), "--bootstrap", broker.bootstrap, "--until", "end")
    assert (ran.code, ran.out, ran.err) == (0, b"", "")


def test_that_a_part_of_a_topic_is_printed(broker: Broker, make_topic: MakeTopic) -> None:
    topic = make_topic()
    produce(broker.bootstrap, topic, texts(*(b"%d" % n for n in range(9))))
    ran = run("tail", topic, "--bootstrap", broker.bootstrap, "--from", "3", "--until", "5", "--json")
    assert (ran.code, [line["offset"] for line in ran.lines]) == (0, [3, 4])


def test_that_it_ends_after_the_time_that_it_was_given(broker: Broker, make_topic: MakeTopic) -> None:
    topic = make_topic()
    produce(broker.bootstrap, topic, texts(b"one"))
    words = (topic, "--bootstrap", broker.bootstrap, "--from", "beginning", "--json")

    def ran_for(seconds: int) -> Ran:
        ran = run("tail", *words, "--for", f"{seconds}s", timeout=seconds + SECONDS)
        assert ran.seconds >= seconds
        return ran

    tries = map(ran_for, (2, 8, 24))  # on a machine that is busy it takes so long until the record is there
    ran = next(ran for ran in tries if ran.out)
    assert (ran.code, ran.err, [line["value"] for line in ran.lines]) == (0, "", ["one"])


def test_that_of_several_servers_one_that_answers_is_enough(broker: Broker, make_topic: MakeTopic) -> None:
    topic = make_topic()
    produce(broker.bootstrap, topic, texts(b"one"))
    servers = f"127.0.0.1:{closed_port()},{broker.bootstrap}"
    ran = run("tail", topic, "--bootstrap", servers, "--until", "end", "--json")
    assert (ran.code, [line["value"] for line in ran.lines]) == (0, ["one"]), ran.err


def test_that_a_record_is_printed_once_its_schema_is_there_and_without_it_where_it_does_not_come(
    broker: Broker, make_topic: MakeTopic
) -> None:
    topic = make_topic()
    with SchemaRegistry() as registry:
        number = registry.store.register("by-chance", Schema('{"type": "array", "items": "long"}')).id
        known = b"\x00" + number.to_bytes(4, "big") + b"\x02\x54\x00"
        produce(broker.bootstrap, topic, [New(known), New(b"\x00\x00\x01\x00\x00\x02"), New(known)])
        words = (topic, "--bootstrap", broker.bootstrap, "--until", "end", "--json")
        ran = run("tail", *words, "--registry", registry.url)
        assert (ran.code, ran.err) == (0, "")
        first, unknown, last = ran.lines
        assert first["value"] == last["value"] == [42]
        assert "schema 65536, which is not in the registry" in unknown["trouble"]
    ran = run("tail", *words, "--registry", registry.url)
    assert [("cannot be reached" in line["trouble"], line["offset"]) for line in ran.lines] == [
        (True, 0), (True, 1), (True, 2),
    ]  # fmt: skip
    assert ran.err.startswith(f"The schema registry {registry.url} cannot be reached; ")
    assert "no schema registry is set" in run("tail", *words).lines[1]["trouble"]


# What goes wrong


def test_that_a_topic_that_is_not_there_is_said_beside_one_that_is_printed(
    broker: Broker, make_topic: MakeTopic, topic: str
) -> None:
    good = make_topic()
    produce(broker.bootstrap, good, texts(b"one"))
    ran = run("tail", topic, good, "--bootstrap", broker.bootstrap, "--until", "end", "--json")
    assert (ran.code, [line["value"] for line in ran.lines]) == (1, ["one"])
    assert ran.err == f"There is no topic {topic} at {broker.bootstrap}. Check its name; MeshDesk makes no topics.\n"


def test_that_a_server_where_nothing_answers_is_one_sentence() -> None:
    port = closed_port()
    ran = run("tail", "t", "--bootstrap", f"127.0.0.1:{port}")
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, b"", 1)
    assert ran.err.startswith(f"Nothing answers at 127.0.0.1:{port}. Check the host and the port")


def test_that_a_setting_that_kafka_does_not_know_is_one_sentence(broker: Broker) -> None:
    ran = run("tail", "t", "--bootstrap", broker.bootstrap, "-X", "a.b=c")
    assert (ran.code, ran.out) == (1, b"")
    assert ran.err == 'These settings cannot be used: No such configuration property: "a.b".\n'


@pytest.mark.skipif(not Path("/proc").exists(), reason="A folder where even root makes nothing is Linux's /proc.")
def test_that_a_place_where_nothing_can_be_kept_is_a_sentence(broker: Broker) -> None:
    ran = run("tail", "t", "--bootstrap", broker.bootstrap, env={"MESHDESK_CAPTURES": "/proc/captures"})
    assert (ran.code, ran.out) == (1, b"")
    assert ran.err.startswith("No capture can be made in /proc/captures: ")
    assert ran.err.endswith(". Free some space, or check its rights.\n")


def test_that_a_collect_program_that_dies_is_said_and_nothing_is_left(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic = make_topic()
    produce(broker.bootstrap, topic, texts(b"one"))
    with tailing(tmp_path / "c", topic, "--bootstrap", broker.bootstrap, "--from", "beginning") as tail:
        assert tail.line().endswith("  key  one")
        tail.collect().kill()
        ran = tail.end()
    assert (ran.code, ran.out) == (1, b"")
    assert ran.err == "The collect program ended unexpectedly: it was killed by signal 9. Run it again.\n"
    assert tail.left == []


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="This system stops no programs.")
def test_that_a_cluster_or_a_collect_program_that_never_answers_is_given_up_in_words(tmp_path: Path) -> None:
    def never(name: str, port: int, *words: str, hung: bool = False) -> Ran:
        with tailing(tmp_path / name, "t", "--bootstrap", f"127.0.0.1:{port}", *words) as tail:
            if hung:
                tail.collect().suspend()
            ran = tail.end(2 * SECONDS)
        assert tail.left == []
        return ran

    with silent_server() as (_, port), ThreadPoolExecutor(3) as at_once:
        silent = at_once.submit(never, "silent", port)
        hung = at_once.submit(never, "hung", port, hung=True)
        late = at_once.submit(never, "late", port, "--for", "2s")
        for ran in (silent.result(), hung.result(), late.result()):
            assert (ran.code, ran.out, ran.err.count("\n")) == (1, b"", 1)
        # Collect's own words; which of them depends on who loses patience first.
        assert silent.result().err.startswith(
            (f"127.0.0.1:{port} did not answer in time. ", f"127.0.0.1:{port} takes connections, and does not answer")
        )
        # It was stopped before its first word, or just behind it.
        assert hung.result().err in (
            "The collect program has not started within 30 s. See what keeps this machine busy.\n",
            f"127.0.0.1:{port} did not answer within 15 s. Check the network and the broker.\n",
        )
        assert late.result().err in (  # on a machine that is busy
            f"127.0.0.1:{port} did not answer within 2 s. Check the network and the broker.\n",
            "The collect program has not started within 2 s. Give it more time with --for.\n",
        )


def test_that_a_time_that_is_over_before_collect_has_started_blames_no_network(tmp_path: Path) -> None:
    with tailing(tmp_path / "c", "t", "--bootstrap", "127.0.0.1:1", "--for", "1ms") as tail:
        ran = tail.end()
    assert (ran.code, ran.out, tail.left) == (1, b"", [])
    first = ran.err.splitlines()[0]  # of what collect may say behind it
    assert first == "The collect program has not started within 0.001 s. Give it more time with --for."


def test_that_a_pause_that_comes_and_goes_is_said_once() -> None:
    said = list[str]()
    run = tail._Run(Asked(("t",), Source("127.0.0.1:1"), Position("end"), None, None), said.append)
    for paused in ("It is full.", "", "It is full.", "The disk is.", "It is full."):
        tail._take(run, {"is": "progress", "paused": paused})
    assert said == ["It is full.", "The disk is."]


# How it ends


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_that_a_signal_before_the_cluster_has_answered_is_no_failure(number: signal.Signals, tmp_path: Path) -> None:
    with (
        silent_server() as (server, port),
        tailing(tmp_path / "c", "t", "--bootstrap", f"127.0.0.1:{port}") as tail,
        server.accept()[0],
    ):  # both programs have started, which takes long on a machine that is busy
        child = tail.collect()
        ran = tail.end_by(number)
    assert (ran.code, ran.out, ran.err) == (0, b"", "")
    assert tail.left == []
    assert gone(child.pid)


def test_that_whoever_has_read_enough_is_no_error(broker: Broker, make_topic: MakeTopic, tmp_path: Path) -> None:
    topic = make_topic()
    produce(broker.bootstrap, topic, texts(*(b"x" * 1_000 for _ in range(500))))
    with tailing(tmp_path / "c", topic, "--bootstrap", broker.bootstrap, "--from", "beginning") as tail:
        assert tail.line()
        assert tail.process.stdout is not None
        assert tail.process.stderr is not None
        tail.process.stdout.close()
        assert (tail.process.stderr.read(), tail.process.wait(SECONDS)) == (b"", 0)
        assert tail.left == []


def test_that_a_second_signal_ends_it_where_nobody_reads_what_it_prints(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic = make_topic()
    produce(broker.bootstrap, topic, texts(*(b"x" * 10_000 for _ in range(200))))
    with tailing(tmp_path / "c", topic, "--bootstrap", broker.bootstrap, "--from", "beginning") as tail:
        assert tail.line()  # and then no more: the pipe is full
        child = tail.collect()
        tail.process.terminate()

        def is_ended() -> bool:
            tail.process.terminate()
            return tail.process.poll() is not None

        wait_until(is_ended, "its end")
        assert tail.process.returncode == -signal.SIGTERM
        wait_until(lambda: gone(child.pid), "the end of its collect program", GONE)


def test_that_what_a_killed_tail_has_left_goes_with_the_next(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic = make_topic()
    produce(broker.bootstrap, topic, texts(b"one"))
    words = (topic, "--bootstrap", broker.bootstrap, "--from", "beginning")
    with tailing(tmp_path / "c", *words) as other, tailing(tmp_path / "c", *words) as tail:
        assert other.line()
        assert tail.line()
        child = tail.collect()
        tail.process.kill()
        wait_until(lambda: gone(child.pid), "the end of its collect program", GONE)
        assert len(tail.left) == 2
        ran = run("tail", *words, "--until", "end", env={"MESHDESK_CAPTURES": str(tmp_path / "c")})
        assert (ran.code, ran.err) == (0, "")
        assert len(tail.left) == 1, "what the other one is at work on stays"
        produce(broker.bootstrap, topic, texts(b"two"))
        assert other.line().endswith("  key  two")
        assert other.end_by(signal.SIGINT).code == 0
    assert other.left == []
