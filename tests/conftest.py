"""What every test stands on: the nets (tests/nets.py) and a screen that needs no display."""

import os
import sys
from functools import cache
from pathlib import Path

import pytest

pytest_plugins = ["tests.nets", "tests.kafka", "tests.keyring", "tests.secure_kafka"]

# One of several workers has a display of its own: what a key is pressed for is the one window that a display gives it to.
if (worker := os.environ.get("PYTEST_XDIST_WORKER")) and (displays := os.environ.get("MESHDESK_DISPLAYS", "").split()):
    os.environ["DISPLAY"] = displays[int(worker.removeprefix("gw")) % len(displays)]

if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


# In what order folders are tested. The brokers of a worker run from the first test that wants one to the end of the whole run,
# and take 2% of a processor each though nobody asks them anything (2026-11): so what needs none and takes long comes first. What
# takes long of the rest comes next, as several workers begin files in this order, and small files last, so that none of them
# works alone at the end.
FOLDERS = ("ui", "unit/decode", "broker", "journeys", "programs", "captures", "unit")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The order of FOLDERS; within each as always."""
    items.sort(key=lambda item: _turn(item.path))


@cache
def _turn(path: Path) -> int:
    here = Path(__file__).parent
    turns = [turn for turn, folder in enumerate(FOLDERS) if path.is_relative_to(here / folder)]
    return turns[0] if turns else len(FOLDERS)
