"""Logs: what is said is there, secrets are not, old files go, and a crash leaves its stack."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from meshdesk.logs import PROCESSES, REDACTED, last_lines, redacted

SAYS = """
import logging, sys
from meshdesk.logs import begin, keep_secret
keep_secret("hunter2-and-more", "ab")
begin("test")
log = logging.getLogger("meshdesk.some.room")
log.info("connecting with hunter2-and-more to https://me:other@registry/x")
log.warning("sasl.password = plain, Authorization: Basic YWJj and the rest ab")
try:
    raise ValueError("a trace with hunter2-and-more")
except ValueError:
    log.exception("it failed")
print("done")
"""


def run(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {"MESHDESK_LOGS": str(folder), "PYTHONPATH": ":".join(sys.path), "PATH": ""}
    return subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60)


def text_in(folder: Path) -> str:
    (file,) = folder.glob("*-test-*.log")
    return file.read_text("utf-8")


def test_that_lines_and_traces_are_logged_without_any_secret(tmp_path: Path) -> None:
    ran = run(SAYS, tmp_path / "logs")
    assert (ran.stdout, ran.stderr) == ("done\n", "")
    text = text_in(tmp_path / "logs")
    assert f"connecting with {REDACTED} to https://{REDACTED}@registry/x" in text
    assert f"sasl.password = {REDACTED}, Authorization: {REDACTED} and the rest ab" in text
    assert f"ValueError: a trace with {REDACTED}" in text
    assert not re.search("hunter2|plain|YWJj|other", text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"password": "p w", "user": "me"}', f'{{"password": {REDACTED}, "user": "me"}}'),
        ("ssl.key.password=x;y=1", f"ssl.key.password={REDACTED};y=1"),
        ("sasl.jaas.config=org.Login", f"sasl.jaas.config={REDACTED}"),
        ("basic.auth.user.info: a:b", f"basic.auth.user.info: {REDACTED}"),
        ("token = abc", f"token = {REDACTED}"),
        ("a tokenizer reads passwords", "a tokenizer reads passwords"),
        ("http://registry:8081/subjects", "http://registry:8081/subjects"),
        ("orders[3]@1042: key k1", "orders[3]@1042: key k1"),
    ],
)
def test_that_what_stands_behind_the_name_of_a_secret_is_left_out(text: str, shown: str) -> None:
    assert redacted(text) == shown


def test_that_a_crash_leaves_the_stack_of_every_thread(tmp_path: Path) -> None:
    ran = run("from meshdesk.logs import begin; begin('test'); import ctypes; ctypes.string_at(0)", tmp_path / "logs")
    assert ran.returncode < 0
    (file,) = (tmp_path / "logs").glob("*-test-*.crash")
    assert "Segmentation fault" in file.read_text()
    assert "string_at" in file.read_text()


def test_that_a_log_that_cannot_be_written_costs_the_program_nothing(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    ran = run(SAYS, tmp_path / "logs")
    assert (ran.returncode, ran.stdout) == (0, "done\n")


def test_that_only_the_files_of_the_newest_processes_are_kept_and_others_files_stay(tmp_path: Path) -> None:
    for number in range(PROCESSES + 20):
        for suffix in ("log", "log.1", "crash"):
            (tmp_path / f"20260101-{number:06d}-window-{number}.{suffix}").write_text("x")
    (tmp_path / "notes.txt").write_text("mine")
    assert run(SAYS, tmp_path).returncode == 0
    processes = {path.name.partition(".")[0] for path in tmp_path.iterdir()} - {"notes"}
    assert len(processes) == PROCESSES
    assert not list(tmp_path.glob("20260101-000020-*"))
    assert (tmp_path / "notes.txt").exists()


def test_that_a_word_of_a_megabyte_is_written_at_once() -> None:
    assert redacted("x" * 1_000_000 + " http://ada:geheim@registry") == "x" * 1_000_000 + " http://•••@registry"


def test_that_a_log_is_rolled_before_it_is_large(tmp_path: Path) -> None:
    ran = run(
        "import logging; from meshdesk.logs import begin; begin('test')\n"
        "for n in range(8_000): logging.getLogger('meshdesk').info('line %d %s', n, 'x' * 500)",
        tmp_path,
    )
    assert ran.returncode == 0
    sizes = [path.stat().st_size for path in tmp_path.glob("*-test-*.log*")]
    assert len(sizes) == 2
    assert max(sizes) <= 1_000_000


def test_that_the_last_lines_of_a_process_and_of_its_own_programs_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESHDESK_LOGS", str(tmp_path))
    for second, name, pid, begun in (
        (1, "window", 10, "process 10 of 1"),
        (2, "collect", 11, "process 11 of 10"),
        (3, "collect", 12, "process 12 of 10"),
        (4, "collect", 13, "process 13 of 99"),
        (5, "window", 99, "process 99 of 1"),
        (6, "explain-look", 14, "process 14 of 10"),
    ):
        lines = [f"{name} begins, {begun}", *(f"line {n}" for n in range(100))]
        (tmp_path / f"20260101-00000{second}-{name}-{pid}.log").write_text("\n".join(lines) + "\n")
    rolled = tmp_path / "20260101-000006-explain-look-14.log"
    rolled.rename(tmp_path / f"{rolled.name}.1")
    rolled.write_text("line 100\n")
    found = last_lines(10, 3, of_each=1)
    assert [(name.split("-", 2)[2], lines) for name, lines in found] == [
        ("window-10.log", ["line 97", "line 98", "line 99"]),
        ("collect-12.log", ["line 97", "line 98", "line 99"]),
        ("explain-look-14.log", ["line 100"]),
    ]
    monkeypatch.setenv("MESHDESK_LOGS", str(tmp_path / "none"))
    assert last_lines(10, 3) == []


FAILS = """
import threading
from meshdesk.logs import begin, keep_secret
keep_secret("hunter2/and+more")
begin("test")

def fail():
    raise ValueError("in a thread with hunter2/and+more, hunter2%2Fand%2Bmore and aHVudGVyMi9hbmQrbW9yZQ==")

thread = threading.Thread(target=fail)
thread.start()
thread.join()
raise KeyError("hunter2/and+more")
"""


def test_that_a_mistake_that_nobody_caught_is_logged_and_said_without_any_secret(tmp_path: Path) -> None:
    ran = run(FAILS, tmp_path / "logs")
    assert ran.returncode == 1
    for text in (ran.stderr, text_in(tmp_path / "logs")):
        assert f"ValueError: in a thread with {REDACTED}, {REDACTED} and {REDACTED}" in text
        assert f"KeyError: '{REDACTED}'" in text
        assert not re.search("hunter2|aHVudGVy", text)
