"""Decode as …, as a person does it: chosen in the menu of a real window, seen in list and inspector, there the next time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from meshdesk.session.opened import Opened
from meshdesk.ui.options import Options
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.running import Running
from meshdesk.ui.window import Window
from tests.unit.capture.making import Rec, made_capture

LONG = 40_000  # ms on a machine that is very busy
TOPIC = "sensors"
# Thrift's compact protocol without a word in it, Cyrillic text in KOI8-R, and what names schema 7 of a registry that is gone.
VALUES = (b"\x15\x0e\x16\x02\x00", "Заказ".encode("koi8-r"), b"\0\0\0\0\x07\x92\x01\x02", b"\0\0\0\0\x07\x2a")

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    return made_capture(tmp_path / "capture", {TOPIC: [[Rec(0, k, value=value) for k, value in enumerate(VALUES)]]})


class Shown:
    """A window on the capture, with the list of its topic."""

    def __init__(self, qtbot: QtBot, window: Window) -> None:
        self.qtbot, self.window = qtbot, window
        self.until(lambda: self.opened.state == "ended" and self.opened.topics)
        window.open_topic(self.opened, TOPIC)
        self.until(lambda: all(self.opened.lists.row(TOPIC, k) for k in range(len(VALUES))))

    @property
    def opened(self) -> Opened:
        (opened,) = self.window.session.captures
        return opened

    def until(self, claim: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(claim()), timeout=LONG)

    def values(self) -> list[str]:
        """The list as it stands, once it is whole."""
        self.until(lambda: self.window.session.idle() and self.window.frame.records.is_complete)
        return [row.value if (row := self.opened.lists.row(TOPIC, k)) else "…" for k in range(len(VALUES))]

    def tree(self, k: int) -> list[str]:
        """The lines of the tree of a record that is selected, and its trouble."""
        self.window.frame.records.table.choose(k)
        self.until(lambda: self.opened.chosen.details is not None and self.opened.chosen.details.offset == k)
        self.until(self.window.session.idle)
        inspector = self.window.frame.inspector
        self.until(lambda: inspector._details is self.opened.chosen.details)
        nodes = inspector.tree.nodes
        lines = [str(nodes.index(row, 0).data()) for row in range(nodes.rowCount())]
        return [*lines, inspector.note.accessibleName()] if inspector.note.accessibleName() else lines

    def decode_as(self, k: int, what_for: str, *words: str) -> None:
        """Chooses a line of the menu, of which the first words may name a menu within it."""
        self.tree(k)
        pane = self.window.frame.inspector.schema_pane
        pane.menu.aboutToShow.emit()
        menu = pane.menu
        for word in (what_for, *words):
            action = next(action for action in menu.actions() if action.text() == word)
            below = action.menu()
            if isinstance(below, QMenu):
                menu = below
            else:
                action.trigger()
        pane.menu.close()


@contextmanager
def shown(qtbot: QtBot, capture: Path, remembered: Path) -> Iterator[Shown]:
    window = Window(Remembered(remembered), None)
    qtbot.addWidget(window)
    window.resize(1_280, 800)
    window.show()
    running = Running(window, Options(files=(capture,)), lambda: None)
    try:
        yield Shown(qtbot, window)
    finally:
        running.end()


def test_that_records_are_decoded_as_somebody_chooses_one_by_one_by_schema_by_topic_and_the_next_time_too(
    qtbot: QtBot, capture: Path, tmp_path: Path
) -> None:
    with shown(qtbot, capture, tmp_path / "remembered") as first:
        found = first.values()
        assert found[0] == "0x150e160200"
        first.decode_as(0, "This value", "Thrift")
        assert first.tree(0) == ["1 7", "2 1"]
        assert first.values() == ["1 7 2 1", *found[1:]]
        first.decode_as(1, "This value", "Text in the encoding", "KOI8-R")
        assert first.values()[1] == "Заказ"
        first.decode_as(2, "All that names schema 7", "MessagePack")
        assert first.values()[2:] == ["[6] 0 0 0 0 7 [ 1 2 ]", "[6] 0 0 0 0 7 42"]
        first.decode_as(3, "All values of the topic", "bytes")
        assert first.values()[:2] == ["1 7 2 1", "Заказ"]  # whoever is asked for the narrowest is obeyed
        asked = first.values()
    with shown(qtbot, capture, tmp_path / "remembered") as again:
        assert again.values() == asked
        again.decode_as(2, "All that names schema 7", "JSON")
        assert "is not read as JSON: it is no UTF-8 at byte 5. It is shown as found." in again.tree(2)[-1]
        again.decode_as(2, "All that names schema 7", "As found")
        again.decode_as(0, "This value", "As found")
        assert again.values() == ["0x150e160200", "Заказ", "0x0000000007920102", "0x00000000072a"]
