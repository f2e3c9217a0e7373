"""Rows of a capture: in the order in which they arrived, wherever they lie by now, and what is gone is said."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from meshdesk.capture.files import remove
from meshdesk.capture.manifest import create_capture
from meshdesk.capture.names import PARTS, segment_name
from meshdesk.capture.seal import seal
from meshdesk.capture.writer import Writer
from meshdesk.explain import rows as rows_module
from meshdesk.explain.rows import DROPPED, Lost, Rows, open_rows
from meshdesk.model.fact import Checked, Fact
from meshdesk.model.record import Record, RecordName
from meshdesk.model.schema import Schema, SchemaName, SchemaState
from tests.unit.capture.making import SEEN, Rec, counted, made_capture, opened, write

TURNS = ["a", "b", "a", "c", "b", "a"]  # whose batch is next
SMALL = 1_500  # bytes of a segment


def made(folder: Path, rounds: int = 5) -> Path:
    """Three topics in turns, one to three records a batch, over several generations."""
    create_capture(folder, "the tests", "")
    writer, number = Writer(folder, SMALL), 0
    for turn in range(rounds * len(TURNS)):
        topic = TURNS[turn % len(TURNS)]
        size = 1 + turn % 3
        write(writer, writer.topic(topic), [counted(number + n, 60) for n in range(size)])
        number += size
    writer.close()
    return folder


def sealed(folder: Path, which: slice = slice(None)) -> None:
    """Seals some of its generations, as the keeper does it."""
    capture = opened(folder)
    for generation in capture.generations[which]:
        if not generation.sealed and generation.rows:
            seal(capture, generation)
            remove(folder, generation.name, PARTS)


def rows_of(folder: Path) -> Rows:
    return Rows(opened(folder))


def records(found: Iterable[Record | Lost]) -> list[Record]:
    listed = []
    for record in found:
        assert isinstance(record, Record), record
        listed.append(record)
    return listed


def test_that_sealed_rows_come_in_the_order_and_with_the_numbers_of_their_arrival(tmp_path: Path) -> None:
    folder = made(tmp_path / "c")
    before = records(rows_of(folder).all())
    sealed(folder, slice(1, 4))
    assert records(rows_of(folder).all()) == before
    sealed(folder)
    after = rows_of(folder)
    assert records(after.all()) == before
    assert [record.row for record in before] == list(range(len(before)))
    for first in (0, 7, len(before) - 1, len(before)):
        assert records(after.all(first)) == before[first:]
    for topic in "abc":
        mine = [record for record in before if record.topic == topic]
        assert records(after.records(topic, 0, 1_000)) == mine
        assert records(after.records(topic, 3, 4)) == mine[3:7]
        assert after.count(topic) == len(mine)


def test_that_rows_are_merged_in_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = made(tmp_path / "c")
    before = records(rows_of(folder).all())
    sealed(folder)
    monkeypatch.setattr(rows_module, "WINDOW", 4)
    assert records(rows_of(folder).all(5)) == before[5:]


def test_that_rows_that_are_sealed_while_they_are_read_come_once_and_in_order(tmp_path: Path) -> None:
    folder = made(tmp_path / "c")
    wanted = records(rows_of(folder).all())
    for read in (0, 1, 5, 20):
        copy = made(tmp_path / f"c{read}")
        rows = rows_of(copy)
        rows._batches.clear()
        coming = rows.all()
        got = [next(coming) for _ in range(read)]
        sealed(copy)
        assert [*got, *coming] == wanted
        mine = [record for record in wanted if record.topic == "a"]
        again = made(tmp_path / f"d{read}")
        rows = rows_of(again)
        coming = rows.records("a", 0, len(mine))
        got = [next(coming) for _ in range(min(read, len(mine)))]
        sealed(again)
        assert [*got, *coming] == mine


def test_that_dropped_rows_are_lost_with_the_reason_and_the_others_keep_their_numbers(tmp_path: Path) -> None:
    folder = made(tmp_path / "c")
    rows = rows_of(folder)
    before = records(rows.all())
    (first, *_), writer = rows.capture.generations, Writer(folder, SMALL)
    writer.drop(first.name, first.rows, {name: part.rows for name, part in first.parts.items()})
    writer.close()
    rows.refresh()
    remove(folder, first.name)
    assert records(rows.all()) == before[first.rows :]
    gone = first.parts["a"].rows
    found = list(rows.records("a", 0, gone + 2))
    assert [record.reason for record in found if isinstance(record, Lost)] == [DROPPED] * gone
    assert found[gone:] == [record for record in before if record.topic == "a"][gone : gone + 2]


def test_that_a_damaged_batch_is_rows_with_a_reason_among_the_others(tmp_path: Path) -> None:
    folder = made_capture(tmp_path / "c", {"t": [[counted(n), counted(n + 1)] for n in range(0, 8, 2)]})
    second = opened(folder).batches[1].batch
    data = bytearray((folder / segment_name(1, 0)).read_bytes())
    data[second.position : second.position + second.length] = bytes(second.length)
    (folder / segment_name(1, 0)).write_bytes(data)
    found = list(rows_of(folder).all())
    assert [record.row for record in found] == list(range(8))
    assert [isinstance(record, Lost) for record in found] == [False] * 2 + [True] * 2 + [False] * 4
    lost = found[2]
    assert isinstance(lost, Lost)
    assert "records-1-000.arrow is damaged" in lost.reason
    assert [number for number, _ in rows_of(folder).batches("t", 0, 8)] == [0, 4, 6]


def test_that_a_damaged_sealed_batch_loses_its_rows_and_no_others(tmp_path: Path) -> None:
    folder = made(tmp_path / "c", rounds=1)
    before = records(rows_of(folder).all())
    sealed(folder)
    batch = next(placed for placed in opened(folder).batches if placed.topic == "b")
    data = bytearray((folder / batch.file).read_bytes())
    data[batch.batch.position : batch.batch.position + batch.batch.length] = bytes(batch.batch.length)
    (folder / batch.file).write_bytes(data)
    found = list(rows_of(folder).all())
    lost = [record for record in found if isinstance(record, Lost)]
    assert len(lost) == batch.batch.rows
    assert {record.topic for record in lost} == {"b"}
    kept = [record for record in found if isinstance(record, Record)]
    assert kept == [record for record in before if record in kept]
    assert len(kept) == len(before) - len(lost)


def test_that_a_record_is_found_by_its_name_wherever_it_lies(tmp_path: Path) -> None:
    folder = made(tmp_path / "c")
    wanted = {
        (r.topic, k): r.name for topic in "abc" for k, r in enumerate(records(rows_of(folder).records(topic, 0, 999)))
    }
    for seal_them in (False, True):
        if seal_them:
            sealed(folder)
        rows = rows_of(folder)
        assert {(name.topic, rows.find(name)): name for name in wanted.values()} == wanted
        assert rows.find(RecordName("a", 0, 9_999)) is None
        assert rows.find(RecordName("nobody", 0, 0)) is None


def test_that_a_record_of_a_compacted_topic_is_found_and_what_compaction_took_is_not(tmp_path: Path) -> None:
    kept = [[Rec(0, 3), Rec(1, 3), Rec(0, 40)], [Rec(0, 41), Rec(0, 900), Rec(1, 901)]]
    rows = rows_of(made_capture(tmp_path / "c", {"t": kept}))
    found = [rows.find(RecordName("t", rec.partition, rec.offset)) for batch in kept for rec in batch]
    assert found == list(range(6))
    for partition, offset in ((0, 4), (0, 39), (0, 42), (0, 901), (1, 41), (2, 3), (0, 2**63 - 1)):
        assert rows.find(RecordName("t", partition, offset)) is None


def test_that_of_a_topic_that_was_made_again_the_record_that_is_there_now_is_found(tmp_path: Path) -> None:
    create_capture(tmp_path / "c", "the tests", "")
    writer = Writer(tmp_path / "c", SMALL)
    lives = [(topic_id, at) for topic_id, count in (("one", 8), ("two", 3)) for at in range(count)]
    for topic_id, at in lives:
        write(writer, writer.topic("t", topic_id), [Rec(0, at, value=topic_id.encode())])
    writer.close()
    rows = rows_of(tmp_path / "c")
    assert len(rows.capture.generations) > 2
    assert [record.value for record in records(rows.records("t", 0, 99))] == [b"one"] * 8 + [b"two"] * 3
    assert [rows.find(RecordName("t", 0, at)) for at in range(8)] == [8, 9, 10, 3, 4, 5, 6, 7]


def test_that_a_record_is_found_that_is_sealed_while_it_is_looked_for(tmp_path: Path) -> None:
    rows = rows_of(made(tmp_path / "c"))
    wanted = records(rows.records("b", 0, 99))[-1].name
    k = rows.find(wanted)
    rows._batches.clear()
    rows.capture.store.close()  # nothing of it is held open
    sealed(tmp_path / "c")
    assert (rows.find(wanted), k) == (k, rows.count("b") - 1)


def test_that_a_capture_that_grows_is_read_on_where_it_has_grown(tmp_path: Path) -> None:
    create_capture(tmp_path / "c", "the tests", "")
    writer, rows = Writer(tmp_path / "c"), rows_of(tmp_path / "c")
    topic, values = writer.topic("t"), []
    for at in range(4):
        write(writer, topic, [Rec(0, at, value=b"%d" % at)])
        coming = rows.all()
        assert len(list(coming)) == at  # as of the last refresh
        rows.refresh()
        values = [record.value for record in records(rows.records("t", 0, 99))]
        assert (rows.find(RecordName("t", 0, at)), rows.count("t")) == (at, at + 1)
    assert values == [b"0", b"1", b"2", b"3"]
    writer.close()


def test_that_null_and_empty_and_repeated_headers_are_read_as_they_were_stored(tmp_path: Path) -> None:
    headers = (("a", b""), ("a", None), ("", b"1"), ("a", b""))
    recs = [Rec(0, 0, key=b"", value=None, headers=headers), Rec(0, 1, key=None, value=b"", headers=())]
    first, second = records(rows_of(made_capture(tmp_path / "c", {"t": [recs]})).all())
    assert (first.key, first.value, first.headers) == (b"", None, headers)
    assert (second.key, second.value, second.headers) == (None, b"", ())


def test_that_what_is_held_is_bounded_by_bytes_and_the_newest_use_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = [[Rec(0, at, value=b"x" * 10_000)] for at in range(20)]
    rows = rows_of(made_capture(tmp_path / "c", {"t": batches}))
    monkeypatch.setattr(rows_module, "CACHED_BYTES", 45_000)
    for k in (*range(20), 3, 17, 4):  # 17 was the oldest but for its second use
        assert len(records(rows.records("t", k, 1))) == 1
        assert rows._held <= 45_000
    positions = [placed.batch.position for placed in rows.capture.batches]
    assert [positions.index(position) for _, position in rows._batches] == [19, 3, 17, 4]
    assert rows._held == sum(batch.nbytes for batch, _ in rows._batches.values())


def test_that_one_batch_that_is_larger_than_all_that_may_be_held_is_read_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = rows_of(made_capture(tmp_path / "c", {"t": [[Rec(0, at, value=b"x" * 10_000)] for at in range(3)]}))
    monkeypatch.setattr(rows_module, "CACHED_BYTES", 5_000)
    assert len(records(rows.all())) == 3
    assert len(rows._batches) == 1


def test_that_four_reasons_for_a_missing_schema_are_told_apart(tmp_path: Path) -> None:
    create_capture(tmp_path / "c", "the tests", "")
    writer, rows = Writer(tmp_path / "c"), open_rows(tmp_path / "c")[0]

    def say(*facts: Fact | Checked) -> None:
        writer.facts(list(facts))
        rows.refresh()

    assert rows.find_schema(SchemaName("id", "7")) is SchemaState.NO_REGISTRY
    say(Fact("cluster", "b", {"id": "x", "bootstrap": "b", "registry": "http://r"}, SEEN, "kafka"))
    assert rows.find_schema(SchemaName("id", "7")) is SchemaState.NOT_FETCHED
    say(Checked("registry", SEEN, SEEN, "The schema registry cannot be reached."))
    assert rows.find_schema(SchemaName("id", "7")) is SchemaState.UNREACHABLE
    say(Fact("schema", "7", {"unknown": True}, SEEN, "http://r"))
    assert rows.find_schema(SchemaName("id", "7")) is SchemaState.UNKNOWN_ID
    say(Fact("schema", "7", {"type": "AVRO", "text": '"string"'}, SEEN, "http://r"))
    assert isinstance(rows.find_schema(SchemaName("id", "7")), Schema)
    writer.close()
    rows.capture.close()
