"""What every test stands on: the nets (tests/nets.py) and a screen that needs no display."""

import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent

pytest_plugins = ["tests.nets", "tests.kafka", "tests.keyring", "tests.secure_kafka"]

# One of several workers has a display of its own: what a key is pressed for is the one window that a display gives it to.
if (worker := os.environ.get("PYTEST_XDIST_WORKER")) and (displays := os.environ.get("MESHDESK_DISPLAYS", "").split()):
    os.environ["DISPLAY"] = displays[int(worker.removeprefix("gw")) % len(displays)]

if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


# Folders whose tests wait for brokers and for other programs during half of their time, and all others compute. Several
# workers take files from the front of the list, so the two kinds are mixed: three that wait leave a processor idle, and three
# that compute want three. The last tenth holds short files alone, so that no worker works on by itself in the end.
WAITING = ("broker", "journeys", "programs")
LAST = 0.9


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The order of files for several workers, which is the same for each; within a file it stays as it is."""
    if not os.environ.get("PYTEST_XDIST_WORKER"):
        return
    files = list(dict.fromkeys(item.path for item in items))
    waiting = [path for path in files if path.relative_to(HERE).parts[0] in WAITING]
    others = [path for path in files if path not in waiting]
    turns = {path: at / len(others) for at, path in enumerate(others)}
    turns |= {path: at / len(waiting) * LAST for at, path in enumerate(waiting)}
    items.sort(key=lambda item: turns[item.path])
