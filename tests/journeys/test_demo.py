"""The demo as a person runs it: pictures of a mesh at work, and nothing that is left of it, however it ends.

How the mesh program alone ends is tested in tests/broker/demo; here a window stands before it. A process that outlives
its test fails the file (tests/nets.py).
"""

import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from PySide6.QtGui import QImage

from meshdesk.demo.java import Java
from tests.programs.running import command, gone, run, wait_until

READY = 60.0  # s until the mesh is there; 3 s on two idle cores
PICTURES = ("record-dark.png", "record-light.png", "start.png", "topic.png")
BLANK = 0.97  # of one colour; the start page, the emptiest of them, has 90 %


@pytest.fixture
def places(tmp_path: Path) -> dict[str, str]:
    """Where a demo may put things: temporary files, captures, settings; each a folder of its own."""
    made = {name: tmp_path / name for name in ("TMPDIR", "MESHDESK_CAPTURES", "XDG_CONFIG_HOME", "XDG_STATE_HOME")}
    for folder in made.values():
        folder.mkdir()
    return {name: str(folder) for name, folder in made.items()}


def left_behind(places: dict[str, str]) -> list[Path]:
    """Everything but settings that lies in the places."""
    return [path for name, place in places.items() if name != "XDG_CONFIG_HOME" for path in Path(place).iterdir()]


class Window:
    """The demo's window and the programs behind it."""

    def __init__(self, places: dict[str, str]) -> None:
        self.process = subprocess.Popen(command("demo"), stderr=subprocess.PIPE, env={**os.environ, **places})

    def programs(self) -> dict[str, int]:
        """The processes behind the window: verb (or java) and id."""
        found = {}
        window = psutil.Process(self.process.pid)
        for child in window.children(recursive=True):
            try:
                words = child.cmdline()
            except psutil.NoSuchProcess:
                continue
            if words == window.cmdline():  # forked, and not yet the program that it is to become
                continue
            if "java" in child.name():
                found["java"] = child.pid
            elif "meshdesk" in words:
                found[words[words.index("meshdesk") + 1]] = child.pid
        return found

    def wait(self) -> dict[str, int]:
        """Waits until all programs run: `collect` is there once the mesh has announced itself."""
        whole = {"java", "demo", "collect", "explain"}
        wait_until(lambda: whole <= set(self.programs()) or self.process.poll() is not None, "the programs", READY)
        return self.programs()

    def end(self) -> tuple[int, str]:
        """Waits for its end; exit code and what it said on stderr."""
        said = self.process.communicate(timeout=READY)[1].decode()
        return self.process.returncode, said


@contextmanager
def demo(places: dict[str, str]) -> Iterator[Window]:
    window = Window(places)
    try:
        yield window
    finally:
        window.process.kill()
        window.process.wait()
        assert window.process.stderr is not None
        window.process.stderr.close()


def colours(picture: QImage) -> Counter[int]:
    """How often each colour stands on every fourth pixel of every fourth line."""
    return Counter(picture.pixel(x, y) for y in range(0, picture.height(), 4) for x in range(0, picture.width(), 4))


def test_that_a_bounded_demo_leaves_pictures_and_nothing_else(
    kafka_java: Java, places: dict[str, str], tmp_path: Path
) -> None:
    done = run("demo", "--for", "9s", "--screenshots", tmp_path / "pictures", timeout=2 * READY, env=places)
    assert (done.code, done.out, done.err) == (0, b"", "")
    assert sorted(path.name for path in (tmp_path / "pictures").iterdir()) == list(PICTURES)
    backs = {}
    for name in PICTURES:
        picture = QImage(str(tmp_path / "pictures" / name))
        assert (picture.width(), picture.height()) == (1_440, 900)
        found = colours(picture)
        assert len(found) > 50, f"{name} is nearly blank"
        backs[name], often = found.most_common(1)[0]
        assert often < BLANK * found.total(), f"{name} is nearly blank"
    assert backs["record-dark.png"] != backs["record-light.png"] == backs["topic.png"]
    wait_until(lambda: left_behind(places) == [], "its folders are removed")


def test_that_a_killed_window_takes_its_mesh_and_its_capture_with_it(kafka_java: Java, places: dict[str, str]) -> None:
    with demo(places) as window:
        programs = window.wait()
        assert left_behind(places), "the demo keeps its files elsewhere: this test would see nothing"
        window.process.send_signal(signal.SIGKILL)
        wait_until(lambda: all(gone(pid) for pid in programs.values()), f"the end of {programs}")
        wait_until(lambda: left_behind(places) == [], "its folders are removed")


@pytest.mark.parametrize("killed", ["demo", "java"])
def test_that_a_window_and_its_capture_outlive_the_mesh_and_end_in_order(
    kafka_java: Java, places: dict[str, str], killed: str
) -> None:
    with demo(places) as window:
        programs = window.wait()
        os.kill(programs[killed], signal.SIGKILL)
        wait_until(lambda: gone(programs["java"]) and gone(programs["demo"]), "the mesh ends")
        wait_until(lambda: "collect" not in window.programs(), "collecting ends")
        wait_until(lambda: not list(Path(places["TMPDIR"]).glob("meshdesk-demo-*")), "the mesh's folder is removed")
        assert window.process.poll() is None
        (capture,) = [path for path in Path(places["MESHDESK_CAPTURES"]).iterdir() if (path / "manifest.json").exists()]
        assert capture.stat().st_mode & 0o777 == 0o700
        window.process.terminate()
        assert window.end() == (0, "")
        wait_until(lambda: left_behind(places) == [], "its folders are removed")
