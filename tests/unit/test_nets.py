"""The nets themselves: an inner run of pytest on tests that misbehave."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.together import all_hold

ROOT = Path(__file__).resolve().parents[2]


def inner_run(folder: Path, source: str, **environment: str) -> str:
    """What pytest prints for one test file under the settings and nets of this repository."""
    (folder / "test_inner.py").write_text(source)
    line = [
        sys.executable,
        "-m",
        "pytest",
        "-c",
        str(ROOT / "pyproject.toml"),
        "-p",
        "tests.nets",
        "-p",
        "no:cacheprovider",
    ]
    clean = {name: value for name, value in os.environ.items() if name != "MESHDESK_REQUIRE_ALL"}
    ran = subprocess.run([*line, str(folder)], cwd=folder, env=clean | environment, capture_output=True, text=True)
    return ran.stdout + ran.stderr


def test_that_unannounced_log_lines_fail_a_test_and_so_do_announced_ones_that_never_come(tmp_path: Path) -> None:
    out = inner_run(
        tmp_path,
        """
import logging

def test_quiet(): logging.getLogger("a").info("nothing special")
def test_loud(): logging.getLogger("a").warning("the disk is full")
def test_announced(expected_log):
    expected_log("disk is")
    logging.getLogger("a").error("the disk is full")
def test_missing(expected_log): expected_log("never said")
""",
    )
    assert "4 passed, 2 errors" in out
    assert "WARNING a: the disk is full" in out
    assert "not logged: never said" in out


def test_that_a_process_left_running_fails_its_file_and_is_ended_unless_the_whole_run_shares_it(tmp_path: Path) -> None:
    source = """
import subprocess, sys, pytest

@pytest.fixture(scope="session")
def shared():
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as process:
        yield process
        process.stdin.close()

LEFT = []
def test_shared(shared): assert shared.poll() is None
def test_left(): LEFT.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(99)  # left behind"]))
"""
    out = inner_run(tmp_path, source)
    assert "2 passed, 1 error" in out
    assert len(set(re.findall(r"\d+: .*# left behind", out))) == 1
    assert "stdin.read" not in out


def test_that_a_skip_is_a_failure_where_everything_is_required(tmp_path: Path) -> None:
    (tmp_path / "test_whole_file.py").write_text("import pytest\npytest.skip('no keyring', allow_module_level=True)\n")
    source = """
import pytest

def test_inside(): pytest.skip("no kcat")
@pytest.mark.skipif(True, reason="no registry")
def test_marked(): pass
@pytest.mark.xfail(reason="known")
def test_expected(): assert False
"""
    assert "3 skipped, 1 xfailed" in inner_run(tmp_path, source)
    required = inner_run(tmp_path, source, MESHDESK_REQUIRE_ALL="1")
    assert "1 failed, 1 xfailed, 2 errors" in required
    assert [name for name in ("no kcat", "no registry", "no keyring") if name not in required] == []


def test_that_warnings_exceptions_in_threads_and_messages_of_qt_fail_a_test(tmp_path: Path) -> None:
    out = inner_run(
        tmp_path,
        """
import threading, warnings
from PySide6.QtCore import qWarning

def test_warning(): warnings.warn("old", DeprecationWarning)
def test_thread():
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()
def test_qt(qtbot): qWarning(b"a timer in the wrong thread")
def test_fine(qtbot): pass
""",
    )
    assert "3 failed, 1 passed" in out


def test_that_of_many_cases_in_one_test_all_that_fail_are_named() -> None:
    def check(number: int) -> None:
        assert number % 2 == 0

    all_hold(check, {"two": 2, "four": 4})
    with pytest.raises(ExceptionGroup, match="2 of 4 do not hold") as caught:
        all_hold(check, {"two": 2, "three": 3, "four": 4, "five": 5})
    assert [error.__notes__ for error in caught.value.exceptions] == [["The case: three"], ["The case: five"]]
