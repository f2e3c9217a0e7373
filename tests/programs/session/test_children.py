"""Children: real programs, heard to their end whatever they do to their pipes, and never waited for."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue

import psutil
import pytest

from meshdesk.model.frame import Message, encode
from meshdesk.session.children import LAST_WORDS, UNHEARD, Child, Heard
from tests.programs.running import SECONDS, gone, wait_until
from tests.programs.session.serving import pipe_into, program, stopped

Start = Callable[..., "Told"]


class Told:
    """A child, and what it has said."""

    def __init__(self, *verb: str) -> None:
        self.heard: SimpleQueue[Heard] = SimpleQueue()
        self.said: list[Message] = []
        self.has_ended = False
        self.child = Child(verb, self.heard)

    def listen(self) -> None:
        with suppress(Empty):
            while True:
                heard = self.heard.get_nowait()
                assert not self.has_ended, "something came behind the end"
                assert heard.child is self.child
                if heard.message is None:
                    self.has_ended = True
                else:
                    self.said.append(heard.message)

    def wait(self, claim: Callable[[], object], what: str) -> None:
        def holds() -> object:
            self.listen()
            return claim()

        wait_until(holds, what)

    def wait_ready(self) -> None:
        self.wait(lambda: {"is": "ready"} in self.said, "its first word")

    def wait_end(self) -> None:
        self.wait(lambda: self.has_ended, "its end")


@pytest.fixture
def start() -> Iterator[Start]:
    """start("explain", "look"): a child that is ended with the test."""
    started: list[Told] = []

    def begin(*verb: str) -> Told:
        started.append(Told(*verb))
        return started[-1]

    yield begin
    for told in started:
        told.child.kill("the test ended")
        assert told.child.wait(SECONDS)


# In order


def test_that_a_child_answers_in_frames_and_its_end_comes_last(start: Start) -> None:
    told = start("explain", "look")
    for capture in range(50):
        told.child.send({"do": "close", "capture": capture, "id": capture + 1})
    told.wait(lambda: len(told.said) == 51, "all answers")
    told.child.hang_up()
    told.wait_end()
    assert told.said == [{"is": "ready"}, *({"id": n, "is": "closed"} for n in range(1, 51))]
    assert (told.child.code, told.child.reason, told.child.last_words) == (0, "", "")


def test_that_the_end_of_a_child_that_leaves_at_once_is_heard_with_its_words(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = program(tmp_path / "leaves", "", monkeypatch)
    path.write_text("#!/bin/sh\necho no room >&2\nexit 3\n")  # quicker than Python
    many = [start("leaves") for _ in range(20)]
    for told in many:
        told.wait_end()
    assert {(told.child.code, told.child.last_words) for told in many} == {(3, "no room")}


def test_that_a_message_of_many_megabytes_reaches_the_child_whole(start: Start) -> None:
    told = start("explain", "look")
    told.child.send({"do": "close", "capture": 1, "id": 1, "filler": "ü" * (10 << 20)})
    told.wait(lambda: {"id": 1, "is": "closed"} in told.said, "the answer")


def test_that_the_last_words_of_a_child_that_fails_are_kept(start: Start) -> None:
    told = start("explain", "nonsense")
    told.wait_end()
    assert told.child.code == 2
    assert "look|work" in told.child.last_words


def test_that_only_the_last_lines_of_much_that_a_child_says_on_stderr_are_kept(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = r"""
import os, sys
os.write(2, b"".join(b"line %d\n" % n for n in range(100_000)))
os.write(2, b"\xff\xfe" + b"x" * 3_000_000)
"""
    program(tmp_path / "talks", text, monkeypatch)
    told = start("talks")
    told.wait_end()
    lines = told.child.last_words.splitlines()
    assert len(lines) == LAST_WORDS
    assert max(map(len, lines)) <= 500
    assert lines[-1].endswith("xxx")  # of a line that never ended, only so much is held


# Killed, stopped, strange


def test_that_the_reason_of_a_kill_is_heard_with_its_end(start: Start) -> None:
    told = start("explain", "look")
    told.child.kill("it took too long")
    told.child.kill("another reason")
    told.wait_end()
    assert (told.child.reason, told.child.code) == ("it took too long", -signal.SIGKILL)


def test_that_speaking_to_a_child_that_is_dead_is_no_error(start: Start) -> None:
    told = start("explain", "look")
    told.wait_ready()
    os.kill(told.child.pid, signal.SIGKILL)
    for n in range(1_000):
        told.child.send({"do": "close", "capture": n})
    told.wait_end()
    told.child.send({"do": "close", "capture": 1})
    told.child.hang_up()
    assert told.child.reason == ""


def test_that_a_child_that_was_killed_does_not_live_whether_or_not_that_was_heard(start: Start) -> None:
    told = start("explain", "look")
    told.wait_ready()
    assert told.child.lives
    os.kill(told.child.pid, signal.SIGKILL)
    wait_until(lambda: gone(told.child.pid), "its death")
    assert not told.child.lives


def test_that_a_child_that_does_not_read_its_pipe_holds_nobody_up(start: Start) -> None:
    told = start("explain", "look")
    told.wait_ready()
    with stopped(told.child.pid):
        for n in range(200):
            told.child.send({"do": "close", "capture": n, "id": n + 1, "filler": "x" * 10_000})
        told.child.hang_up()
        assert not told.child.wait(0.05)
    told.wait_end()
    assert told.said[-1] in ({"is": "ready"}, *({"id": n + 1, "is": "closed"} for n in range(200)))


@pytest.mark.parametrize(
    ("garbage", "reason"),
    [
        (b"Traceback (most recent call last):\n", "no frame is larger"),
        (b"\x00\x00\x00\x04nope", "no JSON"),
        (b"\x00\x00\x00\x03[1]", "list"),
        (encode({"is": "odd"})[:-1] + b"\xff", "no JSON"),
    ],
)
def test_that_a_child_that_writes_garbage_is_ended_and_the_reason_says_what_it_wrote(
    start: Start, garbage: bytes, reason: str
) -> None:
    told = start("explain", "look")
    told.wait_ready()
    pipe = pipe_into(told.child.pid)
    os.write(pipe, encode({"is": "fine"}) + garbage)
    told.wait_end()
    os.close(pipe)
    assert told.said == [{"is": "ready"}, {"is": "fine"}]
    assert told.child.reason.startswith("it spoke out of turn")
    assert reason in told.child.reason
    assert gone(told.child.pid)


def test_that_half_a_frame_at_the_end_is_said_and_not_taken_for_a_message(start: Start) -> None:
    told = start("explain", "look")
    told.wait_ready()
    pipe = pipe_into(told.child.pid)
    os.write(pipe, encode({"is": "half"})[:-3])
    os.close(pipe)
    told.child.hang_up()
    told.wait_end()
    assert told.said == [{"is": "ready"}]
    assert "in the middle of a message" in told.child.last_words


def test_that_a_child_that_floods_waits_at_its_pipe_while_nobody_listens(start: Start) -> None:
    told = start("explain", "look")
    told.wait_ready()
    pipe = pipe_into(told.child.pid)
    frame = encode({"is": "flood", "filler": "x" * 1000})
    wanted, written = 5 * UNHEARD, 0

    def flood() -> None:
        nonlocal written
        for _ in range(wanted):
            os.write(pipe, frame)  # shorter than a page: written whole
            written += 1

    thread = threading.Thread(target=flood)
    thread.start()
    most = UNHEARD + (2 << 16) // len(frame) + 2  # heard, in the pipe, in the reader's hand
    wait_until(lambda: told.heard.qsize() >= UNHEARD, "the flood")
    held = written
    deadline = time.monotonic() + SECONDS
    while True:  # it stands still, and below the bound
        time.sleep(0.2)
        if written == held:
            break
        held = written
        assert time.monotonic() < deadline
    assert told.heard.qsize() == UNHEARD
    assert written <= most
    told.wait(lambda: len(told.said) == wanted + 1, "all that was said")
    thread.join()
    os.close(pipe)


def test_that_a_flooding_child_ends_at_once_when_it_is_let_go(start: Start) -> None:
    told = start("explain", "look")
    told.wait_ready()
    pipe = pipe_into(told.child.pid)
    frame = encode({"is": "flood", "filler": "x" * 1000})
    for _ in range(UNHEARD + 5):
        os.write(pipe, frame)
    wait_until(lambda: told.heard.qsize() >= UNHEARD, "the flood")
    os.close(pipe)
    told.child.hang_up()
    assert told.child.wait(SECONDS)  # though nobody has listened
    assert told.child.code == 0
    told.wait_end()


def test_that_a_child_that_closes_its_pipe_and_runs_on_is_ended(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "lingers", "import os, time\nos.close(1)\ntime.sleep(600)\n", monkeypatch)
    told = start("lingers")
    told.wait_end()
    assert told.child.reason == "it closed its pipe and ran on"


def test_that_a_child_does_not_die_of_a_ctrl_c_that_is_meant_for_the_window(start: Start) -> None:
    told = start("explain", "look")
    assert os.getpgid(told.child.pid) != os.getpgid(0)
    assert os.getsid(told.child.pid) == os.getsid(0)  # where time is shared by sessions, it is one of the window's
    told.wait_ready()
    assert psutil.Process(told.child.pid).ppid() == os.getpid()
