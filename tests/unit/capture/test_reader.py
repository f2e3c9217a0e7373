"""Reading: always a prefix of what was written, and what is lost is said; a naive list of rows would answer the same."""

import random
import signal
import subprocess
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdesk.capture.index import LOST, SIZE, Span
from meshdesk.capture.manifest import create_capture
from meshdesk.capture.names import segment_name
from meshdesk.capture.parts import TopicKey
from meshdesk.capture.reader import CHUNK, Capture, open_captures
from meshdesk.capture.records import read_batch
from meshdesk.capture.samples import read_samples
from meshdesk.capture.store import CaptureError, Folder
from meshdesk.capture.writer import Writer
from meshdesk.model.fact import Checked, Fact
from tests.programs.running import wait_until
from tests.unit.capture.making import SEEN, Rec, all_rows, counted, made_capture, opened, place, recs, write

ROOT = Path(__file__).resolve().parents[3]
TURNS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5), st.booleans()), max_size=15)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty capture."""
    create_capture(tmp_path / "capture", "the tests", "127.0.0.1:9092")
    return tmp_path / "capture"


# Places


@settings(max_examples=60, deadline=None)
@given(turns=TURNS, first=st.integers(-3, 40), count=st.integers(-2, 40))
def test_that_rows_are_where_a_naive_list_has_them(
    tmp_path_factory: pytest.TempPathFactory, turns: list[tuple[int, int, bool]], first: int, count: int
) -> None:
    """Turns: a topic, how many records (none, too), and whether a new writer begins behind it."""
    folder = tmp_path_factory.mktemp("capture")
    create_capture(folder, "the tests", "")
    rows: list[tuple[str, Rec]] = []
    writer = Writer(folder)
    for number, size, another in turns:
        records = [counted(len(rows) + n) for n in range(size)]
        write(writer, writer.topic(f"t{number}"), records)
        rows += [(f"t{number}", record) for record in records]
        if another:
            writer.close()
            writer = Writer(folder)
    writer.close()
    capture = opened(folder)
    assert capture.rows == len(rows)
    for row, (topic, record) in enumerate(rows):
        placed, at = place(capture, row)
        assert (placed.topic, recs(read_batch(capture, placed))[at]) == (topic, record)
    for topic in ("t0", "t1", "t2", "unknown"):
        of_topic = [record for name, record in rows if name == topic]
        assert topic_part(capture, topic, first, count) == of_topic[max(0, first) : max(0, first + count)]
        assert (capture.topics[topic].rows if topic in capture.topics else 0) == len(of_topic)


def topic_part(capture: Capture, topic: str, first: int, count: int) -> list[Rec]:
    found: list[Rec] = []
    for placed, start, stop in capture.topic_rows(topic, first, count):
        found += recs(read_batch(capture, placed))[start:stop]
    return found


def test_that_every_part_of_a_topic_is_found_across_its_batches(tmp_path: Path) -> None:
    batches = [[counted(0)], [counted(n) for n in range(1, 5)], [counted(5), counted(6)]]
    folder = made_capture(tmp_path / "parts", {"before": [[counted(99)]], "t": batches, "behind": [[counted(98)]]})
    capture, rows = opened(folder), [record for batch in batches for record in batch]
    for first in range(8):
        for count in range(9):
            assert topic_part(capture, "t", first, count) == rows[first : first + count], (first, count)


def test_that_ranges_gaps_and_ends_add_up_to_coverage(folder: Path) -> None:
    writer = Writer(folder)
    topic = writer.topic("t", "id-1")
    write(writer, topic, [Rec(0, offset) for offset in (10, 11)])
    writer.cover(Span(topic, 0, 12, 20, end_seen=25))
    writer.cover(Span(topic, 0, 0, 5, end_seen=24, flags=LOST))
    writer.cover(Span(topic, 1, 0, 0, end_seen=0))
    writer.close()
    capture = opened(folder)
    assert {key: list(ranges) for key, ranges in capture.coverage.items()} == {
        (TopicKey("t", "id-1"), 0): [(0, 5), (10, 20)],
        (TopicKey("t", "id-1"), 1): [],
    }
    assert capture.end_seen == {(TopicKey("t", "id-1"), 0): 25, (TopicKey("t", "id-1"), 1): 0}
    assert capture.rows == 2


def test_that_a_line_longer_than_a_chunk_is_read_and_so_is_what_follows(folder: Path) -> None:
    facts: list[Fact | Checked] = [
        Fact("schema", "1", {"text": "é" * CHUNK}, SEEN, "http://registry"),
        Fact("schema", "2", {"text": "x" * (3 * CHUNK)}, SEEN, "http://registry"),
        Checked("registry", SEEN, SEEN),
    ]
    writer = Writer(folder)
    for fact in facts:
        writer.facts([fact])
    writer.close()
    capture = opened(folder)
    assert capture.take_facts() == facts
    assert capture.damage() == ""


def test_that_an_index_longer_than_a_chunk_is_read_to_its_end(folder: Path) -> None:
    writer = Writer(folder)
    topic = writer.topic("t")
    batch = write(writer, topic, [Rec(partition, 0) for partition in range(700)])
    writer.close()
    index = folder / "index-1-000"
    group = index.read_bytes()[SIZE:]
    times = CHUNK // len(group) + 2
    index.write_bytes(index.read_bytes()[:SIZE] + group * times)
    capture = opened(folder)
    assert index.stat().st_size > CHUNK
    assert (len(capture.batches), capture.rows) == (times, times * batch.rows)


# While it grows


@contextmanager
def flooded(folder: Path, seed: int, first: int) -> Iterator[subprocess.Popen[bytes]]:
    """A program that writes to the capture; it is killed at the end of the block."""
    line = [sys.executable, "-m", "tests.unit.capture.flood", str(folder), str(seed), str(first)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, cwd=ROOT) as child:
        try:
            yield child
        finally:
            child.kill()


def test_that_a_reader_sees_a_prefix_whenever_the_writer_is_killed(folder: Path) -> None:
    """Twenty writers one after the other, each killed in the middle of its work; one reader goes along the whole time."""
    chance = random.Random(4)
    capture, stored, read = opened(folder), 0, 0
    for round_ in range(20):
        before = len(list(folder.iterdir()))
        with flooded(folder, round_, stored) as child:
            goal = stored + chance.choice([1, 30, 300, 1500]) + chance.randrange(50)
            # It loads for longer than it writes: until it touches the folder there is nothing to see.
            wait_until(lambda: len(list(folder.iterdir())) > before, "its first file")  # noqa: B023 - within this round
            while capture.rows < goal:
                assert child.poll() is None, "the writer ended by itself"
                capture.refresh()
                read = check_rows(capture, read)
            child.send_signal(signal.SIGKILL)
            assert child.stdout is not None
            said = [int(line) for line in child.stdout.read().split(b"\n")[:-1]]
            assert child.wait() == -signal.SIGKILL
        capture.refresh()
        read = check_rows(capture, read)
        assert said[-1] <= capture.rows <= said[-1] + 100  # at most the batch in flight is more, and none is less
        stored = capture.rows
        for _writer, samples in read_samples(capture, capture.samples):
            assert samples.num_rows == 1
    again = opened(folder)
    assert [record for _, record in all_rows(again)] == [counted(number) for number in range(stored)]
    assert [placed.first_row for placed in again.batches] == [placed.first_row for placed in capture.batches]
    assert {key: list(ranges) for key, ranges in again.coverage.items()} == {
        key: list(ranges) for key, ranges in capture.coverage.items()
    }
    assert len({placed.writer for placed in again.batches}) == 20
    assert len({placed.batch.segment for placed in again.batches}) > 1


def check_rows(capture: Capture, read: int) -> int:
    """All rows from number `read` on are what the flood wrote there; how many there are now."""
    while read < capture.rows:
        placed, at = place(capture, read)
        assert at == 0
        assert recs(read_batch(capture, placed)) == [counted(read + n) for n in range(placed.batch.rows)]
        assert placed.topic == f"t{read % 2}"
        read += placed.batch.rows
    return read


class Busy(Folder):
    """A capture whose writer stores a record of a new topic after whatever is read of it."""

    writer: Writer
    stored = 0

    def read(self, name: str, position: int, length: int) -> bytes:
        data = super().read(name, position, length)
        write(self.writer, self.writer.topic(f"t{self.stored}"), [counted(self.stored)])
        self.stored += 1
        return data


def test_that_a_topic_that_is_new_between_two_reads_is_known_by_its_name(folder: Path) -> None:
    store = Busy(folder)
    store.writer = Writer(folder)
    write(store.writer, store.writer.topic("first"), [counted(0)])
    capture = Capture(store)
    for _ in range(5):
        capture.refresh()
    store.writer.close()
    assert capture.rows > 4
    assert list(capture.topics) == ["first", *(f"t{number}" for number in range(capture.rows - 1))]
    capture.close()


def test_that_refresh_says_whether_there_was_something(folder: Path) -> None:
    writer, capture = Writer(folder), opened(folder)
    assert not capture.refresh()
    write(writer, writer.topic("t"), [counted(0)])
    assert capture.refresh()
    assert not capture.refresh()
    writer.facts([Checked("kafka", SEEN, SEEN)])
    assert capture.refresh()
    assert not capture.refresh()
    writer.close()


@pytest.mark.parametrize("name", ["index-1-000", "names-1", "facts-1"])
def test_that_a_file_that_grows_byte_by_byte_gives_the_same_in_the_end(folder: Path, name: str) -> None:
    writer = Writer(folder)
    for number in range(3):
        write(writer, writer.topic(f"t{number}"), [counted(number), counted(number + 4)])
        writer.facts([Checked("kafka", SEEN, number)])
    writer.close()
    whole = opened(folder)
    expected = (whole.batches, whole.take_facts())
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(b"")
    # Names and facts before the entries that use them, as their writer does it.
    index = (folder / "index-1-000").read_bytes()
    (folder / "index-1-000").write_bytes(index if name == "facts-1" else b"")
    capture, facts = opened(folder), []
    with (folder / name).open("ab", buffering=0) as file:
        for at in range(len(data)):
            file.write(data[at : at + 1])
            capture.refresh()
            facts += capture.take_facts()
            assert capture.batches == expected[0][: len(capture.batches)]
    (folder / "index-1-000").write_bytes(index)
    capture.refresh()
    assert (capture.batches, [*facts, *capture.take_facts()]) == expected


# Damage


BATCHES: list[Sequence[Rec]] = [[counted(number * 4 + n) for n in range(4)] for number in range(6)]


def test_that_a_whole_capture_has_no_damage(tmp_path: Path) -> None:
    assert opened(made_capture(tmp_path / "whole", {"t": BATCHES})).damage() == ""


def test_that_a_cut_segment_says_how_many_records_are_lost_and_their_numbers_stay(tmp_path: Path) -> None:
    folder = made_capture(tmp_path / "cut", {"t": BATCHES})
    segment = folder / segment_name(1, 0)
    fourth = opened(folder).batches[3].batch
    with segment.open("r+b") as file:
        file.truncate(fourth.position + fourth.length - 1)
    capture = opened(folder)
    assert capture.damage() == "12 records of cut cannot be read: a part of the file is missing."
    assert capture.rows == 24
    assert [record for number in range(3) for record in recs(read_batch(capture, capture.batches[number]))] == [
        record for batch in BATCHES[:3] for record in batch
    ]
    for placed in capture.batches[3:]:
        with pytest.raises(CaptureError, match=r"records-1-000\.arrow was cut after it was written and lost 4 rows"):
            read_batch(capture, placed)


@pytest.mark.parametrize("kind", ["index", "names", "facts"])
def test_that_a_torn_file_says_how_much_is_left_out(tmp_path: Path, kind: str) -> None:
    folder = made_capture(tmp_path / "torn", {"t": BATCHES})
    with (folder / ("index-1-000" if kind == "index" else f"{kind}-1")).open("ab") as file:
        file.write(b"\7" * 21)
    capture = opened(folder)
    assert capture.damage() == (
        "torn ends in the middle of a write; its last 21 bytes are left out, all before is whole."
    )
    assert all_rows(capture) == [("t", record) for batch in BATCHES for record in batch]


def test_that_every_cut_of_the_index_leaves_the_batches_before_it(tmp_path: Path) -> None:
    folder = made_capture(tmp_path / "torn", {"t": BATCHES})
    index = (folder / "index-1-000").read_bytes()
    group = SIZE * 5  # a batch of four partitions
    for cut in range(0, len(index) + 1, 16):
        (folder / "index-1-000").write_bytes(index[:cut])
        capture = opened(folder)
        assert len(capture.batches) == max(0, cut - SIZE) // group
        assert (capture.damage() == "") == (cut <= SIZE or (cut - SIZE) % group == 0)


def test_that_without_its_names_a_capture_still_shows_its_rows(tmp_path: Path) -> None:
    folder = made_capture(tmp_path / "nameless", {"t": BATCHES})
    (folder / "names-1").unlink()
    assert {topic for topic, _ in all_rows(opened(folder))} == {"topic 0"}


def test_that_a_segment_that_is_gone_is_named_and_the_rest_can_be_read(tmp_path: Path) -> None:
    folder = made_capture(tmp_path / "gone", {"t": BATCHES}, segment_size=1_000)
    capture = opened(folder)
    segments = [placed.batch.segment for placed in capture.batches]
    assert segments == [0, 1, 2, 3, 4, 5]
    (folder / segment_name(1, 2)).unlink()
    with pytest.raises(CaptureError, match=r"gone/records-1-002\.arrow is gone\. .* Open another copy of it\."):
        read_batch(capture, capture.batches[2])
    for number in (0, 1, 3, 4, 5):
        assert recs(read_batch(capture, capture.batches[number])) == BATCHES[number]
    assert opened(folder).damage() == "4 records of gone cannot be read: a part of the file is missing."


def test_that_entries_of_a_newer_kind_ask_for_an_update(tmp_path: Path) -> None:
    folder = made_capture(tmp_path / "newer", {"t": BATCHES})
    body = bytes([77]).ljust(SIZE - 4, b"\0")
    with (folder / "index-1-000").open("ab") as file:
        file.write(body + zlib.crc32(body).to_bytes(4, "little"))
    with pytest.raises(CaptureError, match=r"newer holds entries .* does not know\. Update MeshDesk to open it\."):
        open_captures(folder)
