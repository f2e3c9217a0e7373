"""The pipes of real child programs: whole frames in order both ways, nothing between them, and the end said once."""

import subprocess
import sys

from meshdesk.model.frame import FrameReader, Message, encode
from meshdesk.session.launch import child_environment
from tests.programs.running import SECONDS

# Answers every message with itself, and its end with how it was told of it.
ECHO = """
from meshdesk.pipes import Pipes

pipes = Pipes()
while (message := pipes.messages.get()) is not None:
    pipes.send({"heard": message})
pipes.send({"ended": True, "more": pipes.messages.qsize(), "broken": pipes.is_broken})
"""

CHATTY = """
import ctypes, os, subprocess, sys
from meshdesk.pipes import Pipes

print("said before", file=sys.stderr)
pipes = Pipes()
print("a library speaks")
sys.stdout.flush()
os.write(1, b"a library in C speaks\\n")
subprocess.run([sys.executable, "-c", "print('a program of ours speaks')"], stdin=subprocess.DEVNULL, check=True)
pipes.send({"is": "ready"})
"""

THREADS = """
import threading
from meshdesk.pipes import Pipes

pipes = Pipes()

def speak(number):
    for at in range(40):
        pipes.send({"thread": number, "at": at, "text": str(number) * 100_000})  # more than a pipe holds

threads = [threading.Thread(target=speak, args=(number,)) for number in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""

WOKEN = """
from queue import SimpleQueue
from meshdesk.pipes import Pipes

calls = SimpleQueue()
pipes = Pipes(lambda: calls.put(1))
woken = 0
while True:
    calls.get(timeout=30)
    woken += 1
    if pipes.messages.get_nowait() is None:
        break
pipes.send({"woken": woken})
"""

TOO_LARGE = """
from meshdesk.model.frame import MAX_FRAME, FrameError
from meshdesk.pipes import Pipes

pipes = Pipes()
try:
    pipes.send({"text": "x" * MAX_FRAME})
except FrameError as error:
    pipes.send({"text": str(error)})
"""

UNTIL_NOBODY_READS = """
import sys
from meshdesk.pipes import Pipes

pipes = Pipes()
while pipes.send({"text": "x" * 100_000}):
    pass
sys.stderr.write("nobody reads any more")
"""


def program(text: str) -> "subprocess.Popen[bytes]":
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", text], stdin=pipe, stdout=pipe, stderr=pipe, env=child_environment())


def ran(text: str, said: bytes = b"") -> tuple[list[Message], str]:
    """Runs a program that is told something and then the end: what it answers, and its stderr. No byte is between frames."""
    with program(text) as child:
        out, err = child.communicate(said, SECONDS)
    assert child.returncode == 0, err.decode()
    reader = FrameReader()
    messages = list(reader.feed(out))
    assert not reader.half_a_frame
    return messages, err.decode()


def test_that_messages_come_whole_and_in_order_and_the_end_once() -> None:
    said: list[Message] = [{"n": n, "text": "∅\x00\ud800" * size} for n, size in enumerate((0, 1, 10_000, 1_000_000))]
    messages, err = ran(ECHO, b"".join(map(encode, said)))
    assert messages == [*({"heard": message} for message in said), {"ended": True, "more": 0, "broken": False}]
    assert err == ""


def test_that_messages_are_heard_however_their_bytes_arrive() -> None:
    data = encode({"n": 1}) + encode({"n": 2})
    with program(ECHO) as child:
        assert child.stdin is not None
        for at in range(len(data)):
            child.stdin.write(data[at : at + 1])
            child.stdin.flush()
        out, _ = child.communicate(timeout=SECONDS)
    assert list(FrameReader().feed(out))[:2] == [{"heard": {"n": 1}}, {"heard": {"n": 2}}]


def test_that_what_libraries_print_is_on_stderr_and_not_between_the_frames() -> None:
    messages, err = ran(CHATTY)
    assert messages == [{"is": "ready"}]
    assert err.splitlines() == [
        "said before", "a library speaks", "a library in C speaks", "a program of ours speaks",
    ]  # fmt: skip


def test_that_threads_do_not_speak_into_each_others_frames() -> None:
    messages, _ = ran(THREADS)
    assert len(messages) == 160
    for number in range(4):
        mine = [message for message in messages if message["thread"] == number]
        assert [message["at"] for message in mine] == list(range(40))
        assert {message["text"] for message in mine} == {str(number) * 100_000}


def test_that_whoever_waits_elsewhere_is_woken_for_each_message_and_for_the_end() -> None:
    assert ran(WOKEN, encode({}) * 7)[0] == [{"woken": 8}]


def test_that_half_a_frame_at_the_end_is_no_message() -> None:
    messages, err = ran(ECHO, encode({"n": 1}) + encode({"n": 2})[:-1])
    assert messages == [{"heard": {"n": 1}}, {"ended": True, "more": 0, "broken": False}]
    assert err == ""


def test_that_what_is_no_frame_ends_the_hearing_in_words_and_what_came_before_is_heard() -> None:
    for garbage, words in (
        (b"\x7f\xff\xff\xff", "The pipe says that 2,147,483,647 bytes follow; no frame is larger than 33,554,432."),
        (b"\0\0\0\x02[]", "A frame holds a list where an object was expected."),
        (b"\0\0\0\x02{]", "A frame of 2 bytes holds no JSON"),
    ):
        messages, err = ran(ECHO, encode({"n": 1}) + garbage + encode({"n": 2}))
        assert messages == [{"heard": {"n": 1}}, {"ended": True, "more": 0, "broken": True}]
        assert err.startswith(f"The pipe from the window cannot be read any more: {words}")
        assert err.count("\n") == 1


def test_that_a_message_too_large_for_a_frame_is_refused_and_the_pipe_goes_on() -> None:
    messages, _ = ran(TOO_LARGE)
    assert len(messages) == 1
    assert messages[0]["text"].startswith("A message of 33,554,443 bytes is larger than a frame may be")


def test_that_a_program_is_told_that_nobody_reads_any_more() -> None:
    with program(UNTIL_NOBODY_READS) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        assert child.stdout.read(1_000_000)
        child.stdout.close()
        assert child.stderr.read() == b"nobody reads any more"
        assert child.wait(SECONDS) == 0
