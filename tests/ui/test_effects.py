"""Every setting does something: what it changes is looked at where a person would see it."""

import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QFontInfo
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from meshdesk.model.position import Position
from meshdesk.session.connection import Connection
from meshdesk.session.session import Session
from meshdesk.session.settings import SETTINGS, Settings
from meshdesk.ui import effects, theme
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.widgets.record_lines import TIME
from meshdesk.ui.window import Window
from tests.ui.memory import MemorySession, Topic, capture, opened, turn, window_on

TOPIC = "orders.placed.v1"


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_that_every_setting_has_its_effect() -> None:
    assert list(effects.EFFECTS) == [setting.key for setting in SETTINGS]


def test_that_the_appearance_changes_at_once(qtbot: QtBot) -> None:
    window = window_on(MemorySession(capture()))
    qtbot.addWidget(window)
    window.settings.choose("appearance", "dark")
    assert theme.colours() is theme.DARK
    window.settings.choose("appearance", "light")
    assert theme.colours() is theme.LIGHT


def test_that_the_font_of_payloads_changes_in_lists_and_in_panes_that_are_there(
    qtbot: QtBot, qapp: QApplication
) -> None:
    window = window_on(MemorySession(capture()))
    qtbot.addWidget(window)
    assert window.frame.inspector.text.font().families()[0] == "JetBrains Mono"
    window.settings.choose("payload_font", "system")
    fixed = QFontInfo(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)).family()
    assert QFontInfo(theme.font("mono")).family() == fixed != "JetBrains Mono"
    assert theme.font("mono_small").families() == theme.font("mono").families()
    assert window.frame.inspector.text.font() == window.start.bootstrap.font() == theme.font("mono")
    assert theme.font("text").families()[0] == "Inter MeshDesk"
    window.settings.reset("payload_font")
    assert window.frame.inspector.text.font().families()[0] == "JetBrains Mono"


def test_that_nothing_fades_where_less_motion_was_chosen(qtbot: QtBot) -> None:
    window = window_on(MemorySession(capture()))
    qtbot.addWidget(window)
    window.settings.choose("less_motion", True)
    window.toast.say("It is there at once.")
    assert window.toast._shown == 1.0


@pytest.mark.usefixtures("berlin")
def test_that_times_change_in_the_list_its_head_the_inspector_and_the_chip_at_once(qtbot: QtBot) -> None:
    made = capture()
    session = MemorySession(made)
    window = window_on(session)
    qtbot.addWidget(window)
    window.open_topic(opened(made), TOPIC)
    turn(session, window)
    window.frame.records.table.choose(5)
    turn(session, window)

    def seen() -> tuple[str, str, str]:
        line = window.frame.records.table.records.line(5)
        assert line is not None
        head = window.frame.records.table.records.headerData(TIME, Qt.Orientation.Horizontal)
        stamp = dict(window.frame.inspector.facts._rows)["Timestamp"]
        return line.texts[TIME], str(head), stamp

    local = seen()
    window.settings.choose("times", "utc")
    turn(session, window)
    utc = seen()
    assert (local[0][:2], utc[0][:2]) == ("15", "14")
    assert local[0][2:] == utc[0][2:]
    assert ("CET" in local[1], "UTC" in utc[1]) == (True, True)
    assert ("CET" in local[2], "UTC" in utc[2]) == (True, True)


@pytest.mark.parametrize(
    ("word", "position"),
    [("beginning", Position("beginning")), ("1h", Position("ago", 3_600_000)), ("now", Position("end"))],
)
def test_that_a_large_topic_is_first_read_from_where_it_was_chosen(qtbot: QtBot, word: str, position: Position) -> None:
    made = capture()
    made.topics = (Topic("large.v1", 3, 10_001), Topic("small.v1", 3, 10_000))
    window = window_on(MemorySession(made))
    qtbot.addWidget(window)
    window.settings.choose("first_read", word)
    for name in ("large.v1", "small.v1"):
        window.open_topic(opened(made), name)
    assert made.tails == [("large.v1", position), ("small.v1", Position("beginning"))]


def test_that_the_limits_hold_for_the_next_connection(qtbot: QtBot) -> None:
    settings = Settings(None)
    settings.choose("capture_limit", 0.3)
    window = Window(Remembered(None), None, settings)
    qtbot.addWidget(window)
    session = Session()
    try:
        window.attach(session)
        settings.choose("kept_free", 25)
        made = session.connect(Connection("127.0.0.1:1"))
        assert (made.limit, made.kept_free) == (300_000_000, 0.25)
    finally:
        session.close()
