"""The bytes of a batch: read as the index says, or refused with a sentence; damaged ones never end the program."""

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from meshdesk.capture.index import NO_TIME, Batch
from meshdesk.capture.parts import Placed
from meshdesk.capture.reader import Capture
from meshdesk.capture.records import KEPT, RECORDS, Room, payload_bytes, read_batch, read_message
from meshdesk.capture.samples import SAMPLES
from meshdesk.capture.seal import seal
from meshdesk.capture.store import CaptureError
from tests.unit.capture.making import Rec, made_capture, opened, recs, table

FEW = [
    Rec(0, 7, key=b"k", value=b"value", headers=(("a", b"b"), ("a", None))),
    Rec(1, 8, key=None, value=None),
    Rec(2, 9, key=b"", value=b"x" * 40, headers=()),
]


def message(records: list[Rec]) -> bytes:
    return bytes(table(records).serialize())


def entry(length: int, rows: int) -> Batch:
    return Batch(0, 0, length, rows, 0, 0, NO_TIME, NO_TIME, 0)


def test_that_the_columns_of_version_1_stay() -> None:
    assert str(RECORDS).splitlines() == [
        "partition: int32 not null",
        "offset: int64 not null",
        "timestamp: int64 not null",
        "timestamp_type: int8 not null",
        "key: binary",
        "value: binary",
        "headers: list<item: struct<name: string, value: binary>>",
        "  child 0, item: struct<name: string, value: binary>",
        "      child 0, name: string",
        "      child 1, value: binary",
        "leader_epoch: int32 not null",
    ]


def test_that_a_message_is_read_back() -> None:
    data = message(FEW)
    assert recs(read_message(data, entry(len(data), 3), RECORDS, "records-1-000.arrow")) == FEW


def test_that_a_message_cut_at_any_byte_is_named_as_lost() -> None:
    data = message(FEW)
    for cut in range(len(data)):
        with pytest.raises(CaptureError, match=r"records-1-000\.arrow was cut .* lost 3 rows at byte 0\. The rest"):
            read_message(data[:cut], entry(len(data), 3), RECORDS, "records-1-000.arrow")


def stored(folder: Path, data: bytes, rows: int) -> tuple[Capture, Placed]:
    """A capture whose one batch is `data`, and says that it has so many rows."""
    capture = opened(made_capture(folder, {"t": [FEW]}))
    (placed,) = capture.batches
    with (folder / placed.file).open("r+b") as file:
        file.seek(placed.batch.position)
        file.write(data)
    return capture, replace(placed, batch=replace(placed.batch, length=len(data), rows=rows))


@pytest.mark.parametrize("only", [(), ("key", "headers")], ids=["all columns", "some columns"])
def test_that_a_flipped_bit_gives_a_sentence_or_rows_that_can_be_read(tmp_path: Path, only: tuple[str, ...]) -> None:
    """Without the full check an offset behind the end of the payloads ends the process when the row is shown."""
    data = message(FEW)
    capture, placed = stored(tmp_path / "c", data, 3)
    begin, room, refused = placed.batch.position, Room(), 0
    with (tmp_path / "c" / placed.file).open("r+b", buffering=0) as file:
        for at in range(len(data)):
            for bit in (1, 16, 128, 255):
                file.seek(begin + at)
                file.write(bytes([data[at] ^ bit]))
                room.read(capture, placed)
                try:
                    read = room.batch(only)
                except CaptureError as error:
                    assert "records-1-000.arrow" in str(error)
                    assert str(error).endswith("The rest of the capture can be read.")
                    refused += 1
                else:
                    assert len(read.to_pylist()) == 3
            file.seek(begin + at)
            file.write(data[at : at + 1])
    assert refused > 400


@pytest.mark.parametrize(
    "data",
    [
        bytes(500),
        b"\xff" * 500,
        b"no arrow at all " * 40,
        bytes(RECORDS.serialize()),
        bytes(pa.record_batch([[1], [2], [3]], schema=SAMPLES).serialize()),
    ],
    ids=["zeroes", "ones", "text", "a schema", "samples"],
)
@pytest.mark.parametrize("only", [(), ("offset", "value")], ids=["all columns", "some columns"])
def test_that_other_bytes_are_refused(tmp_path: Path, data: bytes, only: tuple[str, ...]) -> None:
    with pytest.raises(
        CaptureError, match=r"^records-1-000\.arrow is damaged at byte [\d,]+ and lost 1 row\. The rest"
    ):
        read_batch(*stored(tmp_path / "c", data, 1), only)


@pytest.mark.parametrize("sealed", [False, True])
def test_that_only_the_columns_that_are_wanted_are_read(tmp_path: Path, sealed: bool) -> None:
    capture = opened(made_capture(tmp_path / "made", {"t": [FEW, FEW]}))
    if sealed:
        seal(capture, capture.generations[0])
        capture.refresh()
    for placed in capture.batches:
        whole = read_batch(capture, placed)
        for only in (("timestamp",), ("value", "offset"), ("headers",), tuple(RECORDS.names)):
            assert read_batch(capture, placed, only).equals(whole.select(only))


def test_that_a_room_holds_one_batch_after_the_other_whatever_their_sizes(tmp_path: Path) -> None:
    large = [Rec(0, 0, value=b"%d" % n * (KEPT // 2)) for n in range(3)]
    capture = opened(made_capture(tmp_path / "made", {"t": [FEW, FEW[:1], large, FEW[1:]]}))
    room = Room()
    for placed, records in zip(capture.batches, (FEW, FEW[:1], large, FEW[1:]), strict=True):
        room.read(capture, placed)
        assert recs(room.batch()) == records
        assert room.batch(("value",)).column("value").to_pylist() == [record.value for record in records]


def test_that_a_batch_with_other_rows_than_its_entry_says_is_not_shown() -> None:
    data = message(FEW)
    with pytest.raises(CaptureError, match="holds other rows at byte 0 than its index says"):
        read_message(data, entry(len(data), 4), RECORDS, "records-1-000.arrow")


def test_that_payload_bytes_are_those_of_keys_values_and_headers() -> None:
    assert payload_bytes(table(FEW)) == sum(map(size, FEW)) == 1 + 5 + 2 + 1 + 40
    assert payload_bytes(table(FEW[1:2])) == 0
    assert payload_bytes(table([])) == 0
    for start in range(3):
        assert payload_bytes(table(FEW * 2).slice(start, 2)) == sum(map(size, (FEW * 2)[start : start + 2]))


def size(record: Rec) -> int:
    headers = sum(len(name.encode()) + len(value or b"") for name, value in record.headers or ())
    return len(record.key or b"") + len(record.value or b"") + headers


def test_that_a_damaged_batch_leaves_the_others_readable(tmp_path: Path) -> None:
    folder = made_capture(tmp_path / "damaged", {"t": [FEW, FEW, FEW]})
    capture = opened(folder)
    middle = capture.batches[1].batch
    with (folder / "records-1-000.arrow").open("r+b") as file:
        file.seek(middle.position)
        file.write(bytes(middle.length))
    assert [told(capture, number) for number in (0, 2)] == [FEW, FEW]
    assert told(capture, 1) == (
        f"records-1-000.arrow is damaged at byte {middle.position:,} and lost 3 rows. The rest of the capture can be read."
    )


def told(capture: Capture, number: int) -> list[Rec] | str:
    try:
        return recs(read_batch(capture, capture.batches[number]))
    except CaptureError as error:
        return str(error)
