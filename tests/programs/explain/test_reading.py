"""`meshdesk read`: every record a line, and a sentence with an exit code for what cannot be read."""

import json
import subprocess
from pathlib import Path

import pytest

from meshdesk.capture.manifest import create_capture
from meshdesk.capture.names import segment_name
from meshdesk.capture.pack import pack
from meshdesk.capture.writer import Writer
from meshdesk.explain.reading import print_rows
from meshdesk.explain.rows import open_rows
from tests.programs.running import command, run
from tests.unit.capture.making import Rec, counted, made_capture, opened, write


def test_that_all_records_of_all_captures_in_a_file_are_lines(tmp_path: Path) -> None:
    for name in ("a", "b"):
        made_capture(tmp_path / name, {f"of.{name}": [[Rec(0, n, value=b'{"n": %d}' % n) for n in range(3)]]})
    pack([tmp_path / "a", tmp_path / "b"], tmp_path / "both.meshcap")
    ran = run("read", tmp_path / "both.meshcap", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert [(line["topic"], line["value"]) for line in ran.lines] == [
        (f"of.{name}", {"n": n}) for name in ("a", "b") for n in range(3)
    ]
    text = run("read", tmp_path / "both.meshcap").out.decode().splitlines()
    assert len(text) == 6
    assert text[0].endswith("of.a[0]@0  ∅  n 0")


def test_that_a_record_names_its_capture_where_a_file_holds_several_of_the_same_topic(tmp_path: Path) -> None:
    ids = []
    for name in ("sales", "stock"):
        folder = made_capture(tmp_path / name, {"orders": [[Rec(0, 0, value=name.encode())]]}, title=name)
        ids.append(opened(folder).id)
    pack([tmp_path / "sales", tmp_path / "stock"], tmp_path / "both.meshcap")
    ran = run("read", tmp_path / "both.meshcap", "--json")
    assert [(line["value"], line["capture"], line["capture_id"]) for line in ran.lines] == [
        ("sales", "sales", ids[0]),
        ("stock", "stock", ids[1]),
    ]
    text = run("read", tmp_path / "both.meshcap").out.decode().splitlines()
    assert [line.split()[0] for line in text] == ["sales", "stock"]


FULL = Path("/dev/full")
STORED = Path(__file__).parents[2] / "captures" / "v1.meshcap"


def newer(path: Path) -> None:
    made_capture(path, {})
    manifest = path / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text("utf-8")) | {"version": 99}), "utf-8")


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda path: None, "There is no file"),
        (lambda path: path.write_text("Dear diary"), "is not a MeshDesk capture"),
        (lambda path: path.mkdir(), "holds no manifest.json"),
        (lambda path: newer(path), "was written by a newer MeshDesk"),
        (lambda path: path.write_bytes(STORED.read_bytes()[:-100]), "x.meshcap"),
    ],
    ids=["missing", "foreign", "a folder", "newer", "cut"],
)
def test_that_what_cannot_be_read_is_one_sentence(tmp_path: Path, make: object, sentence: str) -> None:
    assert callable(make)
    make(tmp_path / "x.meshcap")
    ran = run("read", tmp_path / "x.meshcap")
    assert (ran.code, ran.out) == (1, b"")
    assert sentence in ran.err
    assert ran.err.count("\n") == 1


def test_that_lost_rows_are_lines_too_and_the_exit_code_says_so(tmp_path: Path) -> None:
    folder = made_capture(tmp_path / "c", {"t": [[counted(n)] for n in range(5)]})
    third = opened(folder).batches[3].batch
    with (folder / segment_name(1, 0)).open("r+b") as file:
        file.truncate(third.position + 1)
    ran = run("read", folder, "--json")
    assert ran.code == 1
    assert ["trouble" in line for line in ran.lines] == [False] * 3 + [True] * 2
    assert ran.err == "2 records of c cannot be read: a part of the file is missing.\n"


def test_that_whoever_has_read_enough_is_no_error(tmp_path: Path) -> None:
    folder = made_capture(tmp_path / "c", {"t": [[Rec(0, n, value=b"x" * 1_000) for n in range(2_000)]]})
    with subprocess.Popen(
        command("read", str(folder), "--json"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        assert json.loads(program.stdout.readline())["offset"] == 0
        program.stdout.close()
        assert (program.stderr.read(), program.wait(30)) == (b"", 0)


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
def test_that_a_full_disk_under_the_output_is_a_sentence(tmp_path: Path) -> None:
    folder = made_capture(tmp_path / "c", {"t": [[Rec(0, n, value=b"x" * 1_000) for n in range(2_000)]]})
    with FULL.open("wb") as full:
        ran = subprocess.run(command("read", str(folder), "--json"), stdout=full, stderr=subprocess.PIPE, timeout=30)
    assert ran.returncode == 1
    assert ran.stderr.decode() == (
        "Not everything could be printed: No space left on device. "
        "Free some space where the output goes, and run it again.\n"
    )


def test_that_a_capture_that_still_grows_is_read_as_it_is(tmp_path: Path) -> None:
    create_capture(tmp_path / "c", "the tests", "")
    writer = Writer(tmp_path / "c")
    write(writer, writer.topic("t"), [counted(n) for n in range(5)])
    ran = run("read", tmp_path / "c", "--json")
    assert ([line["key"] for line in ran.lines], ran.code, ran.err) == (
        [f"key {n}" for n in range(5)], 0, "",
    )  # fmt: skip
    writer.close()


def test_that_a_part_of_the_rows_is_printed(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    (rows,) = open_rows(made_capture(tmp_path / "c", {"t": [[counted(n) for n in range(9)]]}))
    assert print_rows(rows, 2, True, 5) == 0
    assert [json.loads(line)["key"] for line in capfdbinary.readouterr().out.splitlines()] == [
        "key 2",
        "key 3",
        "key 4",
    ]
    rows.capture.close()
