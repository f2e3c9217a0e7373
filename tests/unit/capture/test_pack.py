"""Packing: the same rows in one file and back in a folder, whole or not at all."""

import itertools
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdesk.capture.index import SIZE
from meshdesk.capture.manifest import create_capture
from meshdesk.capture.pack import pack, pack_in_place, unpack
from meshdesk.capture.reader import Capture, open_captures
from meshdesk.capture.samples import read_samples
from meshdesk.capture.store import HEAD_ROOM, CaptureError, Folder
from meshdesk.capture.writer import Writer
from meshdesk.model.fact import Checked, Fact
from tests.unit.capture.making import (
    SEEN,
    Rec,
    all_rows,
    counted,
    disk_full_at,
    made_capture,
    opened,
    rows_of,
    table,
    write,
)

BATCHES = {
    "orders": [[counted(number * 4 + n) for n in range(4)] for number in range(6)],
    "é" * 100: [[Rec(0, 0, key=None, value=None)]],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A capture with two topics, several segments, two writers, facts and samples."""
    made = made_capture(tmp_path / "made", BATCHES, segment_size=2_000)
    writer = Writer(made)
    write(writer, writer.topic("payments"), [counted(n) for n in range(9)])
    writer.facts([Fact("topic", "orders", {"partitions": 4}, SEEN, "kafka"), Checked("kafka", SEEN, SEEN)])
    writer.samples([(SEEN, writer.series("end", "orders", 0), 7)])
    writer.close()
    return made


def content(capture: Capture) -> object:
    """All that a capture says, in a form that compares; its facts are taken."""
    return (
        capture.store.manifest,
        all_rows(capture),
        capture.take_facts(),
        [(writer, batch.to_pylist()) for writer, batch in read_samples(capture, capture.samples)],
        capture.series,
        {key: list(ranges) for key, ranges in capture.coverage.items()},
        capture.end_seen,
        capture.damage(),
    )


# There and back


def test_that_packed_in_place_and_unpacked_captures_say_the_same(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "saved.meshcap"
    assert pack([folder], target) == target.stat().st_size
    (home,) = unpack(target, tmp_path / "again")
    assert home == tmp_path / "again" / opened(folder).id
    assert content(opened(target)) == content(opened(folder)) == content(opened(home))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again", "made", "saved.meshcap"]


def test_that_a_meshcap_is_a_zip_with_stored_entries(folder: Path, tmp_path: Path) -> None:
    pack([folder], tmp_path / "saved.meshcap")
    capture = opened(folder).id
    with zipfile.ZipFile(tmp_path / "saved.meshcap") as archive:
        assert archive.testzip() is None
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
        assert json.loads(archive.read("meshcap.json")) == {"format": "meshcap", "version": 1, "captures": [capture]}
        for path in folder.iterdir():
            assert archive.read(f"{capture}/{path.name}") == path.read_bytes()


def test_that_several_captures_are_packed_into_one_file(folder: Path, tmp_path: Path) -> None:
    other = made_capture(tmp_path / "other", {"x": [[counted(1)]]})
    target = tmp_path / "both.meshcap"
    pack([folder, other], target)
    assert [content(capture) for capture in open_captures(target)] == [content(opened(folder)), content(opened(other))]
    assert [path.name for path in unpack(target, tmp_path / "again")] == [opened(folder).id, opened(other).id]


def test_that_a_packed_capture_is_packed_again_also_onto_itself(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "saved.meshcap"
    pack([folder], target)
    pack([target], target)
    assert content(opened(target)) == content(opened(folder))


def test_that_the_same_capture_twice_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match=r"are the same capture\. Save one of them\."):
        pack([folder, folder], tmp_path / "saved.meshcap")
    assert not list(tmp_path.glob("saved*"))


def test_that_an_unpacked_capture_is_written_on(folder: Path, tmp_path: Path) -> None:
    pack([folder], tmp_path / "saved.meshcap")
    (home,) = unpack(tmp_path / "saved.meshcap", tmp_path / "again")
    writer = Writer(home)
    write(writer, writer.topic("orders"), [counted(99)])
    writer.close()
    assert all_rows(opened(home)) == [*all_rows(opened(folder)), ("orders", counted(99))]


@settings(max_examples=20, deadline=None)
@given(cut=st.data(), kind=st.sampled_from(["index-1-000", "names-1", "records-1-001.arrow"]))
def test_that_a_torn_capture_is_packed_as_far_as_it_is_whole(
    tmp_path_factory: pytest.TempPathFactory, cut: st.DataObject, kind: str
) -> None:
    place = tmp_path_factory.mktemp("torn")
    made = made_capture(place / "made", {"orders": BATCHES["orders"]}, segment_size=2_000)
    with (made / kind).open("r+b") as file:
        file.truncate(cut.draw(st.integers(0, (made / kind).stat().st_size)))
    pack([made], place / "saved.meshcap")
    torn, saved = opened(made), opened(place / "saved.meshcap")
    assert saved.batches == torn.batches
    assert [tried(saved, n) for n in range(len(saved.batches))] == [tried(torn, n) for n in range(len(torn.batches))]
    assert ("a part of the file is missing" in saved.damage()) == ("a part of the file is missing" in torn.damage())
    assert "in the middle of a write" not in saved.damage()


def tried(capture: Capture, number: int) -> object:
    """The rows of a batch, or None where they are lost."""
    try:
        return rows_of(capture, [capture.batches[number]])
    except CaptureError:
        return None


def test_that_a_capture_that_grows_is_packed_as_a_prefix(tmp_path: Path) -> None:
    """Between any two pieces that are packed, the writer goes on: topics, batches, segments, another writer."""
    made = made_capture(tmp_path / "made", BATCHES, segment_size=2_000)
    before = all_rows(opened(made))
    writers, numbers = [Writer(made, segment_size=500)], itertools.count()

    def goes_on(_done: int, _of: int) -> None:
        writer = writers[-1]
        number = next(numbers)
        write(writer, writer.topic(f"new {number}"), [counted(number)] * 3)
        writer.facts([Checked("kafka", SEEN, number)])
        if number % 5 == 0:
            writer.close()
            writers.append(Writer(made, segment_size=500))

    for round_ in range(3):
        target = tmp_path / f"{round_}.meshcap"
        pack([made], target, goes_on)
        saved, grown = opened(target), opened(made)
        assert saved.damage() == ""
        assert len(before) <= saved.rows < grown.rows
        assert all_rows(saved) == all_rows(grown)[: saved.rows]
        before = all_rows(saved)
    writers[-1].close()


def test_that_a_segment_begun_while_the_index_is_read_is_packed_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The moment between the listing of the files and the reading of the index."""
    made = made_capture(tmp_path / "made", {"t": [[counted(0)]]})
    writer = Writer(made, segment_size=1)
    writes = iter(range(100))

    def names_and_then_a_write(store: Folder, names: Callable[[Folder], list[str]]) -> list[str]:
        listed = names(store)
        write(writer, writer.topic("t"), [counted(next(writes))])
        return listed

    names = Folder.names
    monkeypatch.setattr(Folder, "names", lambda store: names_and_then_a_write(store, names))
    pack([made], tmp_path / "saved.meshcap")
    monkeypatch.undo()
    writer.close()
    saved = opened(tmp_path / "saved.meshcap")
    assert saved.damage() == ""
    assert saved.rows > 1
    assert all_rows(saved) == all_rows(opened(made))[: saved.rows]


# Whole or not at all


def test_that_progress_goes_from_nothing_to_all(folder: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    pack([folder], tmp_path / "saved.meshcap", lambda done, of: told.append((done, of)))
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1] == sum(path.stat().st_size for path in folder.iterdir())
    assert len({of for _, of in told}) == 1


class CancelledError(Exception):
    """Somebody has pressed Cancel."""


@pytest.mark.parametrize("at", [0, 3])
def test_that_cancelling_leaves_nothing_behind_and_what_was_there_stays(folder: Path, tmp_path: Path, at: int) -> None:
    target = tmp_path / "saved.meshcap"
    target.write_bytes(b"an older one")
    calls: list[int] = []

    def cancels(done: int, _of: int) -> None:
        calls.append(done)
        if len(calls) > at:
            raise CancelledError

    with pytest.raises(CancelledError):
        pack([folder], target, cancels)
    assert target.read_bytes() == b"an older one"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["made", "saved.meshcap"]


@pytest.mark.parametrize("room", [0, 10, 1_000, 5_000, -1])
def test_that_a_full_disk_gives_a_sentence_and_leaves_nothing_behind(folder: Path, tmp_path: Path, room: int) -> None:
    target = tmp_path / "saved.meshcap"
    needed = pack([folder], target)
    target.unlink()
    with (
        disk_full_at(room if room >= 0 else needed - 1),
        pytest.raises(
            CaptureError, match=r"saved\.meshcap cannot be written: File too large\. Free some space or .* whole"
        ),
    ):
        pack([folder], target)
    assert [path.name for path in tmp_path.iterdir()] == ["made"]
    assert opened(folder).damage() == ""


@pytest.mark.parametrize("place", ["gone/saved.meshcap", "made/manifest.json/saved.meshcap"])
def test_that_a_place_that_is_not_there_gives_a_sentence(folder: Path, tmp_path: Path, place: str) -> None:
    with pytest.raises(
        CaptureError, match=r"saved\.meshcap cannot be written: (No such file|Not a directory).*choose another"
    ):
        pack([folder], tmp_path / place)


def test_that_a_folder_that_is_no_capture_is_not_packed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(CaptureError, match=r"empty is no capture: it holds no manifest\.json\."):
        pack([folder, tmp_path / "empty"], tmp_path / "saved.meshcap")
    assert not list(tmp_path.glob("saved*"))


def test_that_a_newer_capture_is_not_packed_in_part(folder: Path, tmp_path: Path) -> None:
    body = bytes([77]).ljust(SIZE - 4, b"\0")
    with (folder / "index-2-000").open("ab") as file:
        file.write(body + zlib.crc32(body).to_bytes(4, "little"))
    with pytest.raises(CaptureError, match=r"does not know\. Update MeshDesk"):
        pack([folder], tmp_path / "saved.meshcap")
    assert not list(tmp_path.glob("saved*"))


def test_that_files_of_others_in_the_folder_are_not_packed(folder: Path, tmp_path: Path) -> None:
    for name in ("lock", "notes.txt", "index-x", "facts-", "names-1.bak"):
        (folder / name).write_text("mine")
    pack([folder], tmp_path / "saved.meshcap")
    (home,) = unpack(tmp_path / "saved.meshcap", tmp_path / "again")
    assert {path.name for path in folder.iterdir()} - {path.name for path in home.iterdir()} == {
        "lock", "notes.txt", "index-x", "facts-", "names-1.bak",
    }  # fmt: skip


# In place


def to_be_a_file(folder: Path, batches: int = 6) -> Writer:
    """A capture that will become a file; its writer, still open."""
    create_capture(folder, "the tests", "broker:9092", to_be_a_file=True)
    writer = Writer(folder)
    for number in range(batches):
        write(writer, writer.topic(f"t{number % 2}"), [counted(number * 4 + n) for n in range(4)])
    writer.facts([Checked("kafka", SEEN, SEEN)])
    writer.samples([(SEEN, writer.series("end", "t0", 0), 7)])
    return writer


def test_that_a_capture_that_becomes_a_file_is_read_as_a_folder_and_as_a_file(tmp_path: Path) -> None:
    writer = to_be_a_file(tmp_path / "made")
    in_folder = opened(tmp_path / "made")
    assert all_rows(in_folder) == [(f"t{n // 4 % 2}", counted(n)) for n in range(24)]
    writer.close()
    segment = (tmp_path / "made" / "records-1-000.arrow").stat().st_ino
    target = tmp_path / "saved.meshcap"
    assert pack_in_place(tmp_path / "made", target, writer.checksum) == target.stat().st_size
    assert target.stat().st_ino == segment  # the records were not copied
    saved = opened(target)
    assert all_rows(saved) == [(f"t{n // 4 % 2}", counted(n)) for n in range(24)]
    assert [saved.damage(), saved.take_facts(), saved.id] == ["", [Checked("kafka", SEEN, SEEN)], in_folder.id]
    assert [batch.num_rows for _, batch in read_samples(saved, saved.samples)] == [1]
    (home,) = unpack(target, tmp_path / "again")
    assert content(opened(home)) == content(opened(target))


def test_that_other_programs_take_a_capture_packed_in_place_for_a_sound_zip(tmp_path: Path) -> None:
    writer = to_be_a_file(tmp_path / "made")
    writer.close()
    pack_in_place(tmp_path / "made", tmp_path / "saved.meshcap", writer.checksum)
    with zipfile.ZipFile(tmp_path / "saved.meshcap") as archive:
        assert archive.testzip() is None
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
        assert {info.filename.rpartition("/")[2] for info in archive.infolist()} == {
            "records-1-000.arrow", "samples-1-000.arrow", "index-1-000", "names-1", "facts-1", "manifest.json", "meshcap.json",
        }  # fmt: skip
    with (tmp_path / "saved.meshcap").open("rb") as file:  # read from its front, as a stream: no directory needed
        mark, _, name, extra = struct.unpack("<4s22sHH", file.read(30))
        assert (mark, file.read(name).rpartition(b"/")[2], 30 + name + extra) == (
            b"PK\3\4",
            b"records-1-000.arrow",
            4096,
        )


def test_that_a_capture_without_records_is_packed_all_the_same(tmp_path: Path) -> None:
    writer = to_be_a_file(tmp_path / "made", batches=0)
    writer.close()
    pack_in_place(tmp_path / "made", tmp_path / "saved.meshcap", writer.checksum)
    saved = opened(tmp_path / "saved.meshcap")
    assert (saved.rows, saved.take_facts(), saved.damage()) == (0, [Checked("kafka", SEEN, SEEN)], "")


@pytest.mark.parametrize("torn", [1, 500, 0])
def test_that_what_was_collected_before_the_disk_was_full_is_packed_in_place(tmp_path: Path, torn: int) -> None:
    """Where 0 bytes are torn it was the index that found no room, behind a batch that is whole."""
    writer = to_be_a_file(tmp_path / "made")
    records = tmp_path / "made" / "records-1-000.arrow"
    if torn:
        with disk_full_at(records.stat().st_size + torn), pytest.raises(CaptureError, match="File too large"):
            write(writer, writer.topic("t0"), [counted(24)])
    else:
        writer.records(0, table([counted(24)]), [], SEEN)
        index = tmp_path / "made" / "index-1-000"
        with index.open("r+b") as file:
            file.truncate(index.stat().st_size - 1)
    writer.close()
    pack_in_place(tmp_path / "made", tmp_path / "saved.meshcap", writer.checksum)
    saved = opened(tmp_path / "saved.meshcap")
    assert all_rows(saved) == [(f"t{n // 4 % 2}", counted(n)) for n in range(24)]
    assert saved.damage() == ""
    with zipfile.ZipFile(tmp_path / "saved.meshcap") as archive:
        assert archive.testzip() is None
        behind = HEAD_ROOM + archive.infolist()[0].file_size
    assert (tmp_path / "saved.meshcap").read_bytes()[behind : behind + 4] == b"PK\3\4"  # nothing torn lies between


def test_that_a_capture_that_finds_no_room_to_become_a_file_stays_a_capture(tmp_path: Path) -> None:
    writer = to_be_a_file(tmp_path / "made")
    writer.close()
    full = (tmp_path / "made" / "records-1-000.arrow").stat().st_size + 300
    with (
        disk_full_at(full),
        pytest.raises(CaptureError, match=r"saved\.meshcap cannot be written: File too large\. Free"),
    ):
        pack_in_place(tmp_path / "made", tmp_path / "saved.meshcap", writer.checksum)
    assert [path.name for path in tmp_path.iterdir()] == ["made"]
    before = all_rows(opened(tmp_path / "made"))
    assert len(before) == 24
    pack_in_place(tmp_path / "made", tmp_path / "saved.meshcap", writer.checksum)
    assert all_rows(opened(tmp_path / "saved.meshcap")) == before
    with zipfile.ZipFile(tmp_path / "saved.meshcap") as archive:
        assert archive.testzip() is None


def test_that_a_capture_that_becomes_a_file_may_have_had_two_writers(tmp_path: Path) -> None:
    first = to_be_a_file(tmp_path / "made")
    first.close()
    second = Writer(tmp_path / "made")
    write(second, second.topic("t0"), [counted(24)])
    second.close()
    before = content(opened(tmp_path / "made"))
    pack([tmp_path / "made"], tmp_path / "copied.meshcap")
    pack_in_place(tmp_path / "made", tmp_path / "saved.meshcap", first.checksum)
    copied, saved = content(opened(tmp_path / "copied.meshcap")), content(opened(tmp_path / "saved.meshcap"))
    assert copied == saved
    assert isinstance(before, tuple)
    assert isinstance(saved, tuple)
    assert before[1:] == saved[1:]
    assert "head_room" not in saved[0]


# Unpacking


def foreign(target: Path, captures: list[str], files: dict[str, bytes]) -> Path:
    """A .meshcap with these names in it."""
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("meshcap.json", json.dumps({"format": "meshcap", "version": 1, "captures": captures}))
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return target


MANIFEST = json.dumps({"format": "meshdesk capture", "version": 1, "id": "abc"}).encode()


@pytest.mark.parametrize(
    ("capture", "name"),
    [("../evil", "index-1-000"), ("/tmp", "index-1-000"), ("a/b", "index-1-000"), ("", "index-1-000"), ("..", "index-1-000"),
     ("abc", "../../evil"), ("abc", "../index-1"), ("abc", "..\\index-1"), ("abc", "/index-1")],
)  # fmt: skip
def test_that_names_that_lead_elsewhere_are_refused(tmp_path: Path, capture: str, name: str) -> None:
    source = foreign(
        tmp_path / "evil.meshcap", [capture], {f"{capture}/manifest.json": MANIFEST, f"{capture}/{name}": b"evil"}
    )
    with pytest.raises(CaptureError, match=r"evil\.meshcap names a capture or a file in a way .* Ask for it again"):
        unpack(source, tmp_path / "a" / "b")
    assert [path.name for path in tmp_path.rglob("*")] == ["evil.meshcap"]


def test_that_an_id_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    manifest = MANIFEST.replace(b"abc", b"../../evil")
    source = foreign(tmp_path / "evil.meshcap", ["abc"], {"abc/manifest.json": manifest})
    with pytest.raises(CaptureError, match=r"evil\.meshcap is a MeshDesk capture without a name of its own"):
        unpack(source, tmp_path / "a" / "b")
    assert [path.name for path in tmp_path.rglob("*")] == ["evil.meshcap"]


def test_that_other_files_beside_a_capture_are_left_in_the_zip(tmp_path: Path) -> None:
    source = foreign(tmp_path / "more.meshcap", ["abc"], {"abc/manifest.json": MANIFEST, "abc/run.sh": b"x", "y": b"z"})
    (home,) = unpack(source, tmp_path / "again")
    assert [path.name for path in home.iterdir()] == ["manifest.json"]


def test_that_nothing_is_unpacked_over_a_capture(folder: Path, tmp_path: Path) -> None:
    pack([folder], tmp_path / "saved.meshcap")
    (home,) = unpack(tmp_path / "saved.meshcap", tmp_path / "again")
    with pytest.raises(
        CaptureError, match=r"saved\.meshcap cannot be unpacked into .*: File exists\. .* another folder"
    ):
        unpack(tmp_path / "saved.meshcap", tmp_path / "again")
    assert content(opened(home)) == content(opened(folder))


def test_that_a_full_disk_leaves_no_part_of_an_unpacked_capture(folder: Path, tmp_path: Path) -> None:
    pack([folder], tmp_path / "saved.meshcap")
    with (
        disk_full_at(1_000),
        pytest.raises(CaptureError, match=r"cannot be unpacked into .*: File too large\. Free some"),
    ):
        unpack(tmp_path / "saved.meshcap", tmp_path / "again")
    assert list((tmp_path / "again").iterdir()) == []


def test_that_a_folder_is_not_unpacked(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="it is not unpacked"):
        unpack(folder, tmp_path / "again")


def test_that_an_empty_capture_is_packed(tmp_path: Path) -> None:
    create_capture(tmp_path / "empty", "the tests", "")
    pack([tmp_path / "empty"], tmp_path / "empty.meshcap")
    assert content(opened(tmp_path / "empty.meshcap")) == content(opened(tmp_path / "empty"))
