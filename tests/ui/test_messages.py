"""What Qt itself says: logged, left out where it means nothing, and a sentence where it would abort the process."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import qInstallMessageHandler, qWarning

from meshdesk.ui.messages import ADVICE, take_messages


def test_that_a_warning_of_qt_is_logged(expected_log: Callable[[str], None]) -> None:
    expected_log("WARNING meshdesk.ui: Qt: the roof leaks")
    before = qInstallMessageHandler(None)
    try:
        release = take_messages()
        qWarning("the roof leaks")  # held until there is an application
        release()
        qWarning("This plugin does not support raise()")
    finally:
        qInstallMessageHandler(before)


@pytest.mark.skipif(sys.platform != "linux", reason="Other systems have one platform, which is always there.")
def test_that_a_screen_that_is_not_there_is_a_sentence_and_no_aborted_process() -> None:
    environment = {**os.environ, "DISPLAY": ":9999", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": "xcb"}
    line = [sys.executable, "-m", "meshdesk"]
    ran = subprocess.run(line, env=environment, capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == f"No window can be opened: could not connect to display :9999. {ADVICE}\n"
