"""Real processes and what becomes of them: for the tests of who outlives whom."""

import time
from collections.abc import Callable

import psutil

SECONDS = 20.0  # for a death to be noticed and tidied up; 1 s on idle cores


def wait_until(claim: Callable[[], bool], what: str, seconds: float = SECONDS) -> None:
    """Returns when the claim holds; fails the test when it does not within `seconds`."""
    until = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < until, f"not within {seconds} s: {what}"
        time.sleep(0.02)


def gone(pid: int) -> bool:
    """Whether no process with this id runs (a zombie has run)."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
