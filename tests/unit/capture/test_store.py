"""Opening: what is no capture, only a part of one, or from another version gets a sentence with its name and what to do."""

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdesk.capture.manifest import create_capture
from meshdesk.capture.pack import pack
from meshdesk.capture.reader import open_captures
from meshdesk.capture.store import KEPT_OPEN, CaptureError, Folder, open_stores
from tests.unit.capture.making import Rec, all_rows, counted, made_capture, opened, rows_of

BATCHES = {"orders": [[counted(number)] for number in range(3)]}
MANIFEST = {"format": "meshdesk capture", "version": 1, "id": "abc"}
HEAD = {"format": "meshcap", "version": 1, "captures": ["abc"]}


def packed(folder: Path) -> Path:
    """A small whole .meshcap."""
    made_capture(folder / "made", BATCHES)
    pack([folder / "made"], folder / "whole.meshcap")
    return folder / "whole.meshcap"


def zipped(path: Path, files: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def with_head(path: Path, **head: object) -> Path:
    files = {"meshcap.json": json.dumps(HEAD | head).encode(), "abc/manifest.json": json.dumps(MANIFEST).encode()}
    return zipped(path, files)


def with_manifest(path: Path, **manifest: object) -> Path:
    path.mkdir()
    (path / "manifest.json").write_text(json.dumps(MANIFEST | manifest))
    return path


def packed_manifest(path: Path, text: bytes) -> Path:
    return zipped(path, {"meshcap.json": json.dumps(HEAD).encode(), "abc/manifest.json": text})


def cut(path: Path) -> Path:
    data = packed(path.parent).read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])
    return path


def compressed(path: Path) -> Path:
    with zipfile.ZipFile(packed(path.parent)) as archive:
        return zipped(path, {name: archive.read(name) for name in archive.namelist()}, zipfile.ZIP_DEFLATED)


def encrypted(path: Path) -> Path:
    """A zip whose entries say that they are encrypted (APPNOTE 4.4.4, bit 0)."""
    data = bytearray(with_head(path).read_bytes())
    for mark, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + flags] |= 1
            at = data.find(mark, at + 4)
    path.write_bytes(data)
    return path


def fifo(path: Path) -> Path:
    os.mkfifo(path)
    return path


def made(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


NO_CAPTURE = r"is not a MeshDesk capture, or only a part of one\. Open a \.meshcap file, or ask for it again\."
OTHER_ZIP = r"is a zip file but not a MeshDesk capture\. Open a \.meshcap file\."
NEWER = r"was written by a newer MeshDesk \(format 99; this one reads up to 2\)\. Update MeshDesk to open it\."
OTHER_MANIFEST = r"is not a MeshDesk capture: its manifest says something else\. Open another file\."
NO_NAME = r"is a MeshDesk capture without a name of its own \(id\)\. Open another copy of it\."
NO_LIST = r"names no capture that it holds\. Ask for it again where it came from\."

WRONG: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a cut file": (cut, NO_CAPTURE),
    "an empty file": (lambda path: made(path, b""), NO_CAPTURE),
    "a text file": (lambda path: made(path, b"Dear diary, " * 100), NO_CAPTURE),
    "a zip of others": (lambda path: zipped(path, {"word/document.xml": b"<x/>"}), NO_CAPTURE),
    "a zip with another head": (lambda path: with_head(path, format="else"), OTHER_ZIP),
    "a head that is a list": (lambda path: zipped(path, {"meshcap.json": b"[]"}), OTHER_ZIP),
    "a head that is no JSON": (lambda path: zipped(path, {"meshcap.json": b"\xff{"}), NO_CAPTURE),
    "a compressed zip": (compressed, r"was compressed after it was saved\. Unpack it and open the folder inside\."),
    "an encrypted zip": (encrypted, NO_CAPTURE),
    "a file of version 99": (lambda path: with_head(path, version=99), NEWER),
    "a file without captures": (lambda path: with_head(path, captures=[]), NO_LIST),
    "captures that are no list": (lambda path: with_head(path, captures=7), NO_LIST),
    "a capture that is not there": (lambda path: with_head(path, captures=["other"]), r"holds no manifest\.json; it is"),
    "a packed manifest of version 99": (
        lambda path: packed_manifest(path, json.dumps(MANIFEST | {"version": 99}).encode()), NEWER,
    ),
    "a packed manifest of another": (lambda path: packed_manifest(path, b'{"format": "else"}'), OTHER_MANIFEST),
    "a packed manifest cut": (lambda path: packed_manifest(path, b'{"format": "meshd'), OTHER_MANIFEST),
    "a folder of version 99": (lambda path: with_manifest(path, version=99), NEWER),
    "a folder of version 'x'": (lambda path: with_manifest(path, version="x"), "was written by a newer MeshDesk"),
    "a folder of another format": (lambda path: with_manifest(path, format="else"), OTHER_MANIFEST),
    "a folder without an id": (lambda path: without_id(with_manifest(path)), NO_NAME),
    "a folder whose id is a path": (lambda path: with_manifest(path, id="../x"), NO_NAME),
    "a name too long for any file": (lambda path: path.with_name("x" * 300), "cannot be read: File name too long"),
    "a file that is not there": (lambda path: path, r"^There is no file .* Check the name, or open another capture\."),
}  # fmt: skip


if hasattr(os, "mkfifo"):
    WRONG["a pipe"] = (fifo, r"is a pipe or a device\. Save the capture that comes from it, and open that file\.")


def without_id(path: Path) -> Path:
    (path / "manifest.json").write_text(json.dumps({"format": "meshdesk capture", "version": 1}))
    return path


@pytest.mark.parametrize("case", WRONG)
def test_that_what_is_no_capture_gets_a_sentence_with_its_name_and_the_next_step(tmp_path: Path, case: str) -> None:
    make, sentence = WRONG[case]
    path = make(tmp_path / "given.meshcap")
    with pytest.raises(CaptureError, match=sentence) as caught:
        open_captures(path)
    assert path.name in str(caught.value)
    assert str(caught.value).endswith(".")


def test_that_a_folder_without_a_manifest_is_no_capture(tmp_path: Path) -> None:
    with pytest.raises(
        CaptureError, match=r"holds no manifest\.json\. Open another folder or a \.meshcap file\."
    ) as caught:
        open_stores(tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_that_a_meshcap_cut_at_any_byte_is_refused(tmp_path: Path) -> None:
    data = packed(tmp_path).read_bytes()
    given_file = tmp_path / "given.meshcap"
    for size in range(0, len(data), 7):
        given_file.write_bytes(data[:size])
        with pytest.raises(CaptureError, match=r"given\.meshcap is not a MeshDesk capture, or only a part of one"):
            open_stores(given_file)
    given_file.write_bytes(data)
    assert len(open_captures(given_file)) == 1


@settings(max_examples=400, deadline=None)
@given(flips=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 7)), min_size=1, max_size=4))
def test_that_flipped_bits_give_a_sentence_or_a_capture_that_can_be_read(
    tmp_path_factory: pytest.TempPathFactory, flips: list[tuple[int, int]]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "flipped"
    if not folder.exists():
        folder.mkdir()
        packed(folder)
    data = bytearray((folder / "whole.meshcap").read_bytes())
    for at, bit in flips:
        data[at % len(data)] ^= 1 << bit
    given_file = folder / "given.meshcap"
    given_file.write_bytes(data)
    try:
        for capture in open_captures(given_file):
            try:
                all_rows(capture)
                capture.damage()
            finally:
                capture.close()
    except CaptureError as error:
        assert str(error).endswith(".")


def test_that_no_error_leaves_a_file_open(tmp_path: Path) -> None:
    whole = packed(tmp_path)
    before = open_files()
    for capture in open_captures(whole) + open_captures(tmp_path / "made"):
        all_rows(capture)
        assert open_files() > before
        capture.close()
        capture.close()
    assert open_files() == before
    second = json.dumps(HEAD | {"captures": ["abc", "other"]}).encode()
    zipped(tmp_path / "half.meshcap", {"meshcap.json": second, "abc/manifest.json": json.dumps(MANIFEST).encode()})
    for path in (tmp_path / "half.meshcap", cut(tmp_path / "given.meshcap")):
        with pytest.raises(CaptureError):
            open_stores(path)
    assert open_files() == before


def open_files() -> int:
    return len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0


def test_that_a_capture_of_many_files_keeps_few_of_them_open(tmp_path: Path) -> None:
    batches = [[counted(number)] for number in range(KEPT_OPEN * 3)]
    before = open_files()
    capture = opened(made_capture(tmp_path / "many", {"t": batches}, segment_size=1))
    for _ in range(2):
        assert all_rows(capture) == [("t", record) for batch in batches for record in batch]
        assert open_files() <= before + KEPT_OPEN
    capture.close()
    assert open_files() == before


def test_that_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    store = Folder(with_manifest(tmp_path / "c"))
    with pytest.raises(CaptureError, match=r"c/index-7-000 is gone\. .* Open another copy of it\."):
        store.read("index-7-000", 0, 10)
    with pytest.raises(CaptureError, match=r"c/index-7-000 is gone\. .* Open another copy of it\."):
        store.read_into("index-7-000", 0, memoryview(bytearray(10)))
    assert store.size("index-7-000") == 0


def test_that_an_entry_is_read_in_place_and_not_beyond_its_end(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "c.meshcap",
        {"meshcap.json": json.dumps(HEAD).encode(), "abc/manifest.json": json.dumps(MANIFEST).encode(),
         "abc/facts-1": b"0123456789", "abc/facts-2": b"behind"},
    )  # fmt: skip
    (store,) = open_stores(path)
    assert store.names() == ["facts-1", "facts-2", "manifest.json"]
    assert (store.size("facts-1"), store.size("facts-3")) == (10, 0)
    reads = [
        store.read("facts-1", position, length) for position, length in ((0, 10), (3, 4), (8, 99), (10, 1), (99, 5))
    ]
    assert reads == [b"0123456789", b"3456", b"89", b"", b""]
    for position, length, there in (
        (0, 10, b"0123456789"),
        (3, 4, b"3456"),
        (8, 99, b"89"),
        (10, 1, b""),
        (99, 5, b""),
    ):
        room = bytearray(length)
        assert room[: store.read_into("facts-1", position, memoryview(room))] == there
        assert not any(room[len(there) :])
    with pytest.raises(CaptureError, match=r"c\.meshcap holds no facts-3; it is not whole"):
        store.read("facts-3", 0, 1)
    store.close()


def test_that_what_stands_before_the_zip_does_not_move_its_entries(tmp_path: Path) -> None:
    """As a download that was given a header, or a file within a file: the directory's positions are off by its length."""
    whole = packed(tmp_path)
    (tmp_path / "shifted.meshcap").write_bytes(b"x" * 1_000 + whole.read_bytes())
    assert all_rows(opened(tmp_path / "shifted.meshcap")) == all_rows(opened(whole))


def test_that_a_meshcap_cut_while_it_is_open_loses_only_what_is_gone(tmp_path: Path) -> None:
    made_capture(tmp_path / "made", {"t": [[Rec(0, 0, value=b"x" * 4_000)], [Rec(0, 1, value=b"y" * 4_000)]]})
    pack([tmp_path / "made"], tmp_path / "whole.meshcap")
    capture = opened(tmp_path / "whole.meshcap")
    with (tmp_path / "whole.meshcap").open("r+b") as file:
        at = (tmp_path / "whole.meshcap").read_bytes().index(b"y" * 4_000)
        file.truncate(at + 100)
    assert capture.damage() == "1 record of whole.meshcap cannot be read: a part of the file is missing."
    whole, cut = capture.batches
    assert len(rows_of(capture, [whole])) == 1
    with pytest.raises(CaptureError, match="was cut after it was written and lost 1 row"):
        rows_of(capture, [cut])


def test_that_old_manifests_keep_what_a_reader_needs(tmp_path: Path) -> None:
    create_capture(tmp_path / "c", "the tests", "broker:9092")
    (store,) = open_stores(tmp_path / "c")
    assert {"format", "version", "id", "made_by", "created", "title"} <= set(store.manifest)
