"""The window program: light to import, runs what was asked, survives its own mistakes, ends when it is told."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from meshdesk.session.settings import Settings
from meshdesk.session.settings_file import FILE
from meshdesk.ui import theme
from meshdesk.ui.app import NO_DISPLAY, Options, run
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.views.records import RecordsView
from meshdesk.ui.window import Window
from tests.ui.stored import TOPIC, packed

HEAVY = ("pyarrow", "numpy", "confluent_kafka", "fastavro", "httpx", "pyqtgraph", "duckdb", "keyring")


@pytest.fixture(autouse=True)
def own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MESHDESK_CAPTURES", str(tmp_path / "captures"))


def window() -> Window:
    return next(shown for shown in QApplication.topLevelWidgets() if isinstance(shown, Window) and shown.isVisible())


def later(do: Callable[[], object], ms: int = 200) -> None:
    """After some ms, and not before the window has its session: a busy machine takes a while to get there."""

    def once_attached() -> None:
        shown = [shown for shown in QApplication.topLevelWidgets() if isinstance(shown, Window) and shown.isVisible()]
        if shown and not shown[0]._is_attached:
            QTimer.singleShot(50, once_attached)
        else:
            do()

    QTimer.singleShot(ms, once_attached)


def test_that_nothing_heavy_is_imported_before_the_first_paint() -> None:
    ask = f"import meshdesk.ui.app, sys; print([name for name in {HEAVY} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_that_the_moment_of_the_first_paint_is_said_and_nothing_else_begins(
    qtbot: QtBot, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    before = time.time()
    assert run(Options(until_painted=True, config=tmp_path)) == 0
    assert before < float(capsys.readouterr().out) < time.time()
    assert not (tmp_path / "captures").exists()


def test_that_the_window_wears_the_icon_of_the_packages(qtbot: QtBot, tmp_path: Path) -> None:
    QGuiApplication.setWindowIcon(QIcon())
    assert run(Options(files=(packed(tmp_path / "c", tmp_path / "c.meshcap"),), screenshot=tmp_path / "out.png")) == 0
    worn = QGuiApplication.windowIcon().pixmap(64, 64).toImage()
    assert worn.pixelColor(8, 32).blue() > 200
    assert worn.pixelColor(8, 32).red() < 80
    assert worn.pixelColor(17, 32).lightness() > 240  # a line of the mesh


def test_that_a_picture_is_taken_without_anybody(qtbot: QtBot, tmp_path: Path) -> None:
    file = packed(tmp_path / "c", tmp_path / "c.meshcap")
    out = tmp_path / "out.png"
    assert run(Options(files=(file,), select=f"{TOPIC}[0]@3", screenshot=out, size=(1_280, 720), theme="dark")) == 0
    assert out.stat().st_size > 20_000


def test_that_what_prevents_a_picture_is_a_sentence_and_an_exit_code(
    qtbot: QtBot, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(Options(files=(tmp_path / "none.meshcap",), screenshot=tmp_path / "out.png")) == 1
    said = capsys.readouterr().err
    assert "none.meshcap" in said
    assert "Traceback" not in said


def test_that_the_beat_is_reported(qtbot: QtBot, tmp_path: Path) -> None:
    report = tmp_path / "beat.json"
    later(lambda: window().close(), 1500)
    assert run(Options(config=tmp_path / "config", beat_report=report)) == 0
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["lateness_ms"]["count"] >= 3
    assert set(told["work_ms"]) == {"count", "p50", "p99", "max"}


def test_that_the_theme_and_the_size_come_back_in_the_next_run(qtbot: QtBot, tmp_path: Path) -> None:
    config = tmp_path / "config"

    def change() -> None:
        window().wear("dark")
        window().resize(1_111, 666)
        later(lambda: window().close())

    later(change)
    assert run(Options(config=config)) == 0
    seen: list[object] = []

    def look() -> None:
        seen.extend([theme.choice(), (window().width(), window().height())])
        window().close()

    later(look)
    assert run(Options(config=config)) == 0
    assert seen == ["dark", (min(1_111, seen[1][0]), 666)] if isinstance(seen[1], tuple) else False


def test_that_the_appearance_that_an_early_version_remembered_becomes_the_setting(qtbot: QtBot, tmp_path: Path) -> None:
    Remembered(tmp_path).keep("window/theme", "dark")
    seen: list[object] = []

    def look() -> None:
        seen.extend([theme.choice(), window().settings.chosen])
        window().close()

    later(look)
    assert run(Options(config=tmp_path)) == 0
    assert seen == ["dark", {"appearance": "dark"}]
    assert Remembered(tmp_path).text("window/theme") == ""
    assert Settings(tmp_path).chosen == {"appearance": "dark"}


def test_that_settings_that_cannot_be_read_are_said_and_the_window_opens(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("appearance = \n", "utf-8")
    said: list[str] = []

    def look() -> None:
        said.append(window().trouble.text)
        window().close()

    later(look, 1_000)
    assert run(Options(config=tmp_path)) == 0
    assert said[0].startswith(f"The settings in {tmp_path / FILE} cannot be read: its line 1 is no TOML.")


def test_that_the_size_of_the_window_that_was_chosen_is_taken_before_qt_begins(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("window_scale = 150\n", "utf-8")
    program = (
        "from PySide6.QtCore import QTimer\n"
        "from PySide6.QtWidgets import QApplication\n"
        "from meshdesk.ui.app import Options, run\n"
        "from meshdesk.ui.window import Window\n"
        "import pathlib, meshdesk.ui.app as app\n"
        "begun = app._Program._begin\n"
        "def look(program):\n"
        "    print(program._window.devicePixelRatioF())\n"
        "    program._window.close()\n"
        "app._Program._begin = look\n"
        f"run(Options(config=pathlib.Path({str(tmp_path)!r})))\n"
    )
    for asked, scale in (("1", "1.5"), ("2", "3.0")):
        environment = {**os.environ, "QT_SCALE_FACTOR": asked}
        line = [sys.executable, "-c", program]
        ran = subprocess.run(line, capture_output=True, text=True, timeout=60, env=environment)
        assert ran.stdout.strip() == scale, ran.stderr


def test_that_a_mistake_of_ours_costs_a_sentence_and_not_the_window(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected_log: Callable[[str], None]
) -> None:
    expected_log("a mistake in the window")
    file = packed(tmp_path / "c", tmp_path / "c.meshcap", 20)
    said: list[str] = []

    def mistaken(view: RecordsView) -> None:
        raise ZeroDivisionError("1/0")

    def break_it() -> None:
        monkeypatch.setattr(RecordsView, "follow", lambda view, wanted: mistaken(view))
        window().actions_.follow.trigger()
        later(look)

    def look() -> None:
        said.append(window().trouble.text)
        window().close()

    later(break_it, 1_000)
    hook = sys.excepthook
    with qtbot.captureExceptions():
        pass
    assert run(Options(files=(file,), config=tmp_path / "config")) == 0
    assert sys.excepthook is hook
    assert said[0].startswith("MeshDesk made a mistake while drawing or acting: ZeroDivisionError (test_app.py")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_that_a_signal_closes_the_window_in_order(qtbot: QtBot, tmp_path: Path, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    later(lambda: os.kill(os.getpid(), number), 400)
    assert run(Options(config=tmp_path / "config")) == 0
    assert signal.getsignal(number) is before


def test_that_an_unknown_topic_is_said_in_the_open_window(qtbot: QtBot, tmp_path: Path) -> None:
    file = packed(tmp_path / "c", tmp_path / "c.meshcap", 20)
    said: list[str] = []

    def look() -> None:
        said.append(window().toast.text)
        if said[-1]:
            window().close()
        else:
            later(look)

    later(look)
    assert run(Options(files=(file,), select="none.v1", config=tmp_path / "config")) == 0
    assert said[-1].endswith("has no topic “none.v1”. Check its name.")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
def test_that_without_a_display_it_says_so_and_pictures_are_taken_all_the_same(tmp_path: Path) -> None:
    gone = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in gone}
    line = [sys.executable, "-m", "meshdesk"]
    ran = subprocess.run(line, env=environment, capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stderr) == (1, f"{NO_DISPLAY}\n")
    out = tmp_path / "start.png"
    ran = subprocess.run(
        [*line, "--view", "start", "--screenshot", str(out)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert out.stat().st_size > 5_000
