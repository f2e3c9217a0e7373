"""A figure: what we take, what a peer takes in the same run, the ratio, and whether the goal is met."""

import json
import math
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence


def figure(name: str, unit: str, ours: float, theirs: float | None, goal: str, met: bool | None) -> None:
    """Prints one figure; `theirs` None where there is no peer, `met` None where it is only reported."""
    ratio = None if not theirs else round(ours / theirs, 3)
    line = {"name": name, "unit": unit, "ours": _round(ours), "theirs": _round(theirs), "ratio": ratio}
    print(json.dumps({**line, "goal": goal, "met": met}, ensure_ascii=False), flush=True)


def seconds(command: Sequence[str]) -> float:
    """How long a whole process takes, its output read by nobody. A failure ends the script with its words."""
    began = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=300)
    took = time.monotonic() - began
    if done.returncode:
        raise SystemExit(f"{command[0]} failed: {done.stderr.decode(errors='replace')[-2000:]}")
    return took


def in_turn(rounds: int, *runs: Callable[[], float]) -> list[float]:
    """The median of each, run A B C A B C …, so that a machine that slows down slows all of them."""
    taken: list[list[float]] = [[] for _ in runs]
    for _ in range(rounds):
        for number, run in enumerate(runs):
            taken[number].append(run())
    return [statistics.median(times) for times in taken]


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def share(values: Sequence[float], part: float) -> float:
    """The value that such a part of them does not exceed (nearest rank): 0.99 is p99."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * part) - 1)]


def _round(number: float | None) -> float | None:
    return None if number is None else round(number, 3) if abs(number) < 1000 else round(number)
