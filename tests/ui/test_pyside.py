"""PySide6 itself: versions that take a reference to None away at every void call must not come back (PYSIDE-3474)."""

import os
import subprocess
import sys

# In a process of its own: where it happens, Python aborts.
COUNT = """
import sys
from PySide6.QtWidgets import QApplication, QWidget

application = QApplication([])
widget = QWidget()
before = sys.getrefcount(None)
for _ in range(1_000):
    widget.update()
print(sys.getrefcount(None) - before)
"""


def test_that_calls_that_return_nothing_take_no_reference_to_none_away() -> None:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    ran = subprocess.run([sys.executable, "-c", COUNT], env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) > -100
