"""What every test stands on: the nets (tests/nets.py) and a screen that needs no display."""

import os
import sys

pytest_plugins = ["tests.nets", "tests.kafka", "tests.keyring", "tests.secure_kafka"]

# One of several workers has a display of its own: what a key is pressed for is the one window that a display gives it to.
if (worker := os.environ.get("PYTEST_XDIST_WORKER")) and (displays := os.environ.get("MESHDESK_DISPLAYS", "").split()):
    os.environ["DISPLAY"] = displays[int(worker.removeprefix("gw")) % len(displays)]

if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
