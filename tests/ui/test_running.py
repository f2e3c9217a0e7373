"""What runs behind the window: what was named is opened, the beat goes on, and all of it ends."""

import gc
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from meshdesk.demo.broker import Broker
from meshdesk.model.profile import Profile
from meshdesk.session.connection import Connection
from meshdesk.session.profiles import Profiles
from meshdesk.ui import collector
from meshdesk.ui.options import Options
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.running import Running
from meshdesk.ui.window import Window
from tests.kafka import MakeTopic
from tests.ui.stored import TOPIC, packed


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MESHDESK_CAPTURES", str(tmp_path / "captures"))


def running_on(qtbot: QtBot, options: Options, leave: Callable[[], None] = lambda: None) -> tuple[Running, Window]:
    window = Window(Remembered(None), None)
    qtbot.addWidget(window)
    window.resize(1_280, 720)
    window.show()
    return Running(window, options, leave), window


def beats(running: Running) -> int:
    work = running.beat.report()["work_ms"]
    assert isinstance(work, dict)
    return int(work["count"])


def test_that_several_files_are_opened_and_the_named_topic_is_shown(qtbot: QtBot, tmp_path: Path) -> None:
    files = (packed(tmp_path / "a", tmp_path / "a.meshcap", 10), packed(tmp_path / "b", tmp_path / "b.meshcap", 20))
    running, window = running_on(qtbot, Options(files=files, select=TOPIC, beat_report=tmp_path / "beat.json"))
    qtbot.waitUntil(lambda: window.frame.records.topic == TOPIC, timeout=20_000)
    qtbot.waitUntil(lambda: window.frame.records.is_complete, timeout=20_000)
    assert len(window.session.captures) == 2
    assert window.current is window.session.captures[-1]
    running.end()
    assert json.loads((tmp_path / "beat.json").read_text(encoding="utf-8"))["work_ms"]["count"] > 0
    assert (running.code, running.sentence) == (0, "")


def test_that_what_stays_is_not_looked_through_by_the_collector_again_and_again(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collector, "LOADED", 0.05)
    running, _ = running_on(qtbot, Options(files=(packed(tmp_path / "a", tmp_path / "a.meshcap", 10),)))
    qtbot.waitUntil(lambda: gc.get_freeze_count() > 10_000, timeout=20_000)
    running.end()
    assert gc.get_freeze_count() == 0


def test_that_the_program_leaves_once_the_picture_is_taken(qtbot: QtBot, tmp_path: Path) -> None:
    left: list[bool] = []
    file = packed(tmp_path / "a", tmp_path / "a.meshcap", 10)
    options = Options(files=(file,), screenshot=tmp_path / "out.png")
    running, _ = running_on(qtbot, options, lambda: left.append(True))
    qtbot.waitUntil(lambda: bool(left), timeout=20_000)
    running.end()
    assert (running.code, running.sentence) == (0, "")
    assert (tmp_path / "out.png").exists()


def test_that_a_picture_that_was_not_taken_is_no_success(qtbot: QtBot, tmp_path: Path) -> None:
    file = packed(tmp_path / "a", tmp_path / "a.meshcap", 10)
    running, _ = running_on(qtbot, Options(files=(file,), screenshot=tmp_path / "out.png"))
    running.end()
    assert running.code == 1


def test_that_a_live_capture_stays_below_the_limit_that_was_named(qtbot: QtBot) -> None:
    running, window = running_on(qtbot, Options(capture_limit=123_456_789))
    opened = window.session.connect(Connection("127.0.0.1:1"))
    assert opened.limit == 123_456_789
    running.end()


def test_that_a_mesh_that_is_made_for_the_occasion_begins_with_its_map_unless_another_view_is_named(
    qtbot: QtBot,
) -> None:
    for view, shown in (("", "topology"), ("throughput", "throughput")):
        running, window = running_on(qtbot, Options(through=("--version",), through_title="A mesh", view=view))
        assert [opened.title for opened in window.session.captures] == ["A mesh"]
        assert window.view == shown
        running.end()


def test_that_a_saved_connection_is_opened_by_its_name(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESHDESK_CONFIG", str(tmp_path / "config"))
    Profiles().save(Profile("acme", "127.0.0.1:1"))
    running, window = running_on(qtbot, Options(names=("acme",), connections=(Connection("127.0.0.1:2"),)))
    qtbot.waitUntil(lambda: len(window.session.captures) == 2, timeout=20_000)
    assert [opened.title for opened in window.session.captures] == ["127.0.0.1:2", "acme"]
    running.end()


def test_that_pictures_of_a_tour_do_not_show_what_somebody_has_saved(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESHDESK_CONFIG", str(tmp_path / "config"))
    Profiles().save(Profile("acme", "127.0.0.1:1"))
    running, window = running_on(qtbot, Options())
    qtbot.waitUntil(lambda: window.start.saved is not None, timeout=20_000)
    running.end()
    toured, seen = running_on(qtbot, Options(screenshots=tmp_path / "pictures"))
    qtbot.waitUntil(lambda: toured.beat.work.count > 10, timeout=20_000)
    assert seen.start.saved is None
    toured.end()


def test_that_figures_that_cannot_be_written_are_a_sentence_and_no_success(qtbot: QtBot, tmp_path: Path) -> None:
    running, _ = running_on(qtbot, Options(beat_report=tmp_path / "no" / "beat.json"))
    running.end()
    assert running.code == 1
    assert running.sentence == (
        f"The figures of the beat could not be written to {tmp_path / 'no' / 'beat.json'}: No such file or directory. "
        "Name a file elsewhere."
    )


def test_that_a_link_to_a_cluster_fills_in_the_fields_and_talks_to_nobody_before_somebody_connects(
    qtbot: QtBot, broker: Broker, make_topic: MakeTopic
) -> None:
    topic = make_topic()
    running, window = running_on(qtbot, Options(cluster=(broker.bootstrap, "http://reg"), select=topic))
    assert window.start.isVisible()
    assert (window.start.bootstrap.text(), window.start.registry.text()) == (broker.bootstrap, "http://reg")
    assert window.toast.text == "A link has filled in where to connect. Nothing was sent: look at it, then connect."
    before = beats(running)
    qtbot.waitUntil(lambda: beats(running) > before + 5, timeout=20_000)
    assert window.session.captures == []
    window.start.registry.clear()
    QTest.keyClick(window.start.connect_button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.frame.records.topic == topic, timeout=20_000)
    running.end()


def test_that_a_link_that_opens_nothing_is_said_on_the_start_page(qtbot: QtBot) -> None:
    running, window = running_on(qtbot, Options(link_problem="It leads nowhere."))
    assert window.start.isVisible()
    qtbot.waitUntil(lambda: "It leads nowhere." in [trouble.text for trouble in window.troubles], timeout=20_000)
    running.end()


def test_that_the_tour_is_offered_to_who_names_nothing_and_to_nobody_else(qtbot: QtBot, tmp_path: Path) -> None:
    file = packed(tmp_path / "a", tmp_path / "a.meshcap", 10)
    offered = []
    for options in (
        Options(),
        Options(files=(file,)),
        Options(size=(1_000, 700)),
        Options(screenshot=tmp_path / "p.png"),
    ):
        running, window = running_on(qtbot, options)
        window.refresh()
        offered.append(window.offer.isVisible())
        running.end()
    assert offered == [True, False, False, False]
