"""What every test stands on: the nets (tests/nets.py) and a screen that needs no display."""

import os
import sys

pytest_plugins = ["tests.nets", "tests.kafka", "tests.keyring", "tests.secure_kafka"]

if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
