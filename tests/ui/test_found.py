"""What the palette finds in a window: every action with its keys, every view, every open capture and every topic of each."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QKeySequence
from pytestqt.qtbot import QtBot

from meshdesk.model.profile import Profile
from meshdesk.session.book import Book
from meshdesk.session.profiles import Profiles
from meshdesk.ui.found import sources
from meshdesk.ui.pages import view_module
from meshdesk.ui.palette import Source
from meshdesk.ui.views import VIEWS
from meshdesk.ui.views.help import HelpView
from meshdesk.ui.views.settings import SettingsView
from meshdesk.ui.window import Window
from tests.ui.memory import MemorySession, capture, opened, turn, window_on

TOPIC = "orders.placed.v1"


def window_and_sources(qtbot: QtBot, *titles: str) -> tuple[Window, MemorySession, dict[str, Source]]:
    session = MemorySession(*(capture(title=title) for title in titles))
    window = window_on(session)
    qtbot.addWidget(window)
    return window, session, {source.group: source for source in sources(window)}


def test_that_every_action_is_found_with_its_keys(qtbot: QtBot) -> None:
    window, _, found = window_and_sources(qtbot, "acme")
    offered = {text: found["Actions"].note(k) for k, text in enumerate(found["Actions"].texts)}
    shown = [action for action in window.actions() if action not in (*window.actions_.views, window.actions_.palette)]
    assert {action.text().removesuffix("…") for action in shown} <= set(offered)
    assert offered["Save the capture as"] == QKeySequence("Ctrl+S").toString(QKeySequence.SequenceFormat.NativeText)
    assert {"Theme: Light", "Theme: Dark", "Theme: As the system"} <= set(offered)
    views = [view_module(name).TITLE for name in VIEWS]
    assert list(found["Views"].texts) == views
    assert found["Views"].note(1) == QKeySequence("Ctrl+2").toString(QKeySequence.SequenceFormat.NativeText)


def test_that_an_action_that_is_not_possible_now_is_said(qtbot: QtBot) -> None:
    window, session, found = window_and_sources(qtbot)
    actions = found["Actions"]
    k = list(actions.texts).index("Save the capture as")
    assert not actions.is_usable(k)
    actions.do(k)
    assert window.toast.text == "“Save the capture as” is not possible now."
    actions.do(list(actions.texts).index("Theme: Dark"))
    turn(session, window)
    assert window.actions_.themes.actions()[2].isChecked() or "Dark" in actions.texts[-1]


def test_that_every_topic_of_every_open_capture_is_found_and_leads_to_its_records(qtbot: QtBot) -> None:
    window, session, found = window_and_sources(qtbot, "acme", "beta")
    assert list(found["Open captures"].texts) == ["acme", "beta"]
    for title, made in zip(("acme", "beta"), session.captures, strict=True):
        topics = found[f"Topics of {title}"]
        assert sorted(topics.texts) == sorted(topic.name for topic in made.topics)
        assert topics.texts[-1].startswith("_")  # those that Kafka keeps for itself come last
        topics.do(list(topics.texts).index(TOPIC))
        turn(session, window)
        assert window.current is opened(made)
        assert window.frame.records.topic == TOPIC
        assert window.frame.records.table.hasFocus() or not window.isActiveWindow()
    found["Open captures"].do(0)
    turn(session, window)
    assert (window.top.place.text, window.frame.records.topic) == ("acme", "")


def test_that_a_saved_connection_is_found_and_opened(qtbot: QtBot, tmp_path: Path) -> None:
    profiles = Profiles(tmp_path / "connections", tmp_path / "recent.json")
    for profile in (Profile("acme-prod", "a:1", is_production=True), Profile("local", "localhost:9092")):
        profiles.save(profile)
    session = MemorySession(capture(), book=Book(profiles))
    window = window_on(session)
    qtbot.addWidget(window)

    def beat(until: Callable[[], bool]) -> None:
        def holds() -> bool:
            turn(session, window, 1)
            return until()

        qtbot.waitUntil(holds, timeout=20_000)

    beat(lambda: session.book.is_read)
    saved = {source.group: source for source in sources(window)}["Saved connections"]
    assert [(text, saved.note(k)) for k, text in enumerate(saved.texts)] == [
        ("acme-prod", "production"),
        ("local", "localhost:9092"),
    ]
    saved.do(1)
    beat(lambda: bool(session.connections))
    assert session.connections[0].title == "local"


def test_that_a_view_is_shown(qtbot: QtBot) -> None:
    window, session, found = window_and_sources(qtbot, "acme")
    found["Views"].do(VIEWS.index("trouble"))
    turn(session, window)
    assert window.pages.shown == "trouble"


def test_that_a_title_turns_nothing_around(qtbot: QtBot) -> None:
    _, _, found = window_and_sources(qtbot, "acme\u202eprod")
    assert list(found["Open captures"].texts) == ["acme·prod"]


def test_that_every_setting_is_found_with_what_was_chosen_and_every_page_of_the_help(qtbot: QtBot) -> None:
    window, session, _ = window_and_sources(qtbot, "acme")
    window.settings.choose("times", "utc")
    found = {source.group: source for source in sources(window)}
    k = list(found["Settings"].texts).index("Times are shown in")
    assert found["Settings"].note(k) == "UTC"
    found["Settings"].do(k)
    turn(session, window)
    view = window.pages.view("settings")
    assert isinstance(view, SettingsView)
    assert window.pages.shown == "settings"
    assert [key for key, row in view.rows.items() if row.isVisible()] == ["times"]
    found["Help"].do(list(found["Help"].texts).index("Captures"))
    turn(session, window)
    help_view = window.pages.view("help")
    assert isinstance(help_view, HelpView)
    assert (window.pages.shown, help_view.shown) == ("help", "captures")
