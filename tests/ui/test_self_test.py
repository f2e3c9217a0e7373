"""The window's part of the self-test: a window on a stored capture is not blank."""

import time
from pathlib import Path

from pytestqt.qtbot import QtBot

from meshdesk.session.session import Session
from meshdesk.ui.self_test import paint
from tests.ui.stored import packed


def test_that_a_window_on_a_capture_is_painted(qtbot: QtBot, tmp_path: Path) -> None:
    session = Session(tmp_path / "captures")
    try:
        opened = session.open_file(packed(tmp_path / "a", tmp_path / "a.meshcap", 50))
        until = time.monotonic() + 20
        while not opened.topics and time.monotonic() < until:
            session.beat()
        assert paint(session) == ""
    finally:
        session.close()
