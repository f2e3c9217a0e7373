"""What is installed runs: by itself, with the recorded demo on the screen, with the keyring."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from meshdesk import __version__
from meshdesk.ui.views import VIEWS
from tests.keyring import SecretService
from tests.package.installed import ROOT, Installed
from tests.programs.test_self_test import STEPS

pytestmark = pytest.mark.timeout(600)  # the first test of each waits for pip or apt

DEMO = ROOT / "resources" / "demo" / "demo.meshcap"


def test_that_it_passes_its_own_test(installed: Installed) -> None:
    ran = installed.run("self-test")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"MeshDesk {__version__} · ")
    assert [line.rpartition(" (")[0].strip() for line in ran.out.splitlines() if line.startswith("  ")] == STEPS


def test_that_nothing_of_it_comes_from_the_checkout(wheel: Installed) -> None:
    line = [str(wheel.program.with_name("python")), "-c", "import meshdesk, sys; print(meshdesk.__file__, *sys.path)"]
    ran = subprocess.run(line, cwd=wheel.home, env=wheel.environment, capture_output=True, text=True, check=True)
    assert str(ROOT) not in ran.stdout
    assert str(wheel.program.parents[1]) in ran.stdout


# The window


def picture_of_the_checkout(out: Path, *words: str | Path) -> QImage:
    line = [sys.executable, "-m", "meshdesk", *map(str, words), "--screenshot", str(out)]
    subprocess.run(line, cwd=ROOT, check=True, timeout=120)
    return QImage(str(out))


def unlike(one: QImage, other: QImage) -> float:
    """The share of pixels that differ."""
    assert one.size() == other.size()
    pairs = [(x, y) for x in range(0, one.width(), 2) for y in range(0, one.height(), 2)]
    return sum(one.pixel(x, y) != other.pixel(x, y) for x, y in pairs) / len(pairs)


def test_that_the_recorded_demo_looks_as_in_the_checkout(installed: Installed, tmp_path: Path) -> None:
    ran = installed.run("demo", "--screenshot", tmp_path / "demo.png")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.endswith("The recorded demo is opened instead.\n")
    demo = QImage(str(tmp_path / "demo.png"))
    # It is full of rows, and no empty frame is like it.
    empty = picture_of_the_checkout(
        tmp_path / "empty.png", ROOT / "tests" / "captures" / "empty.meshcap", "--view", "start"
    )
    assert unlike(demo, empty) > 0.03
    assert unlike(demo, picture_of_the_checkout(tmp_path / "own.png", DEMO)) < 0.001


def test_that_every_view_is_there(installed: Installed, tmp_path: Path) -> None:
    pictures = set()
    for view in VIEWS:
        ran = installed.run(DEMO, "--view", view, "--screenshot", tmp_path / "view.png")
        assert (ran.code, ran.out, ran.err) == (0, "", "")
        pictures.add((tmp_path / "view.png").read_bytes())
    assert len(pictures) == len(VIEWS)


def test_that_a_link_and_a_file_manager_open_a_capture(installed: Installed, tmp_path: Path) -> None:
    file = installed.home / "a capture.meshcap"
    shutil.copyfile(DEMO, file)
    link = f"meshdesk://open?file={str(file).replace(' ', '%20')}"
    pictures = []
    for word in (link, file.as_uri(), file):
        ran = installed.run(word, "--screenshot", tmp_path / "out.png")
        assert (ran.code, ran.out, ran.err) == (0, "", "")
        pictures.append((tmp_path / "out.png").read_bytes())
    assert pictures[0] == pictures[1] == pictures[2]


def test_that_a_window_is_painted(installed: Installed) -> None:
    """How soon is a figure: make speed NAME=start measures the packaged program, too."""
    began = time.time()
    ran = installed.run("--until-painted")
    assert (ran.code, ran.err) == (0, "")
    assert began < float(ran.out) < time.time()


# The keyring


def test_that_a_secret_makes_the_round_trip_through_the_keyring(
    installed: Installed, secret_service: SecretService
) -> None:
    secret_service.start()
    ran = installed.run("self-test", "--keyring", env=secret_service.environment)
    assert (ran.code, ran.err) == (0, "")
    assert "\n  a secret is kept in the keyring, read and removed (" in ran.out
    assert len(secret_service.files()) > 0
