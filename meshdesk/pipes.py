"""A program's end of the pipes to the window: frames in on stdin, frames out on stdout. For collect, explain and demo."""

import os
import sys
import threading
from collections.abc import Callable
from queue import SimpleQueue

from meshdesk.model.frame import FrameError, FrameReader, Message, encode

PIECE = 1 << 16


class Pipes:
    """Reads messages in a thread; the end of stdin (the parent ended or died) is the message None, once."""

    def __init__(self, arrived: Callable[[], None] = lambda: None) -> None:
        self.messages: SimpleQueue[Message | None] = SimpleQueue()
        self.is_broken = False  # what came is no frame: the end, but not in order
        self._arrived = arrived
        self._lock = threading.Lock()
        # Whatever a library prints must not get between the frames.
        self._out = os.dup(sys.stdout.fileno())
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        self._in = sys.stdin.fileno()
        threading.Thread(target=self._read, name="pipe", daemon=True).start()

    def send(self, message: Message) -> bool:
        """Writes one frame; False where nobody reads any more."""
        data = memoryview(encode(message))
        with self._lock:
            try:
                while data:
                    data = data[os.write(self._out, data) :]
            except OSError:
                return False
        return True

    def _read(self) -> None:
        reader = FrameReader()
        try:
            while piece := os.read(self._in, PIECE):
                for message in reader.feed(piece):
                    self.messages.put(message)
                    self._arrived()
        except (OSError, FrameError) as error:
            self.is_broken = True
            sys.stderr.write(f"The pipe from the window cannot be read any more: {error}\n")
        self.messages.put(None)
        self._arrived()
