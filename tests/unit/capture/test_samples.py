"""Samples: what was measured comes back with its writer, and a lost batch of them is named."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdesk.capture.manifest import create_capture
from meshdesk.capture.reader import Capture
from meshdesk.capture.samples import read_samples
from meshdesk.capture.writer import Writer
from tests.unit.capture.making import opened

I64 = st.integers(-(2**63), 2**63 - 1)
SAMPLES = st.lists(st.lists(st.tuples(I64, st.integers(0, 2**31 - 1), I64), min_size=1, max_size=5), max_size=5)

Sample = tuple[int, int, int]


def sampled(folder: Path, *writers: list[list[Sample]]) -> Capture:
    create_capture(folder, "the tests", "")
    for batches in writers:
        writer = Writer(folder)
        for batch in batches:
            writer.samples(batch)
        writer.close()
    return opened(folder)


def rows(capture: Capture, after: int = 0) -> list[tuple[int, Sample]]:
    """(writer, (seen, series, value)) of every sample."""
    found = read_samples(capture, capture.samples[after:])
    return [
        (writer, (row["seen"], row["series"], row["value"])) for writer, batch in found for row in batch.to_pylist()
    ]


@settings(max_examples=30, deadline=None)
@given(SAMPLES)
def test_that_samples_are_read_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[Sample]]
) -> None:
    capture = sampled(tmp_path_factory.mktemp("samples"), batches)
    assert rows(capture) == [(1, sample) for batch in batches for sample in batch]
    assert [(placed.batch.first_seen, placed.batch.last_seen) for placed in capture.samples] == [
        (min(seen), max(seen)) for batch in batches if (seen := [sample[0] for sample in batch])
    ]


def test_that_a_sample_says_whose_series_it_is(tmp_path: Path) -> None:
    capture = sampled(tmp_path / "two", [[(1, 0, 10)]], [[(2, 0, 20)], [(3, 1, 30)]])
    assert rows(capture) == [(1, (1, 0, 10)), (2, (2, 0, 20)), (2, (3, 1, 30))]


def test_that_only_the_samples_since_a_number_are_read(tmp_path: Path) -> None:
    capture = sampled(tmp_path / "three", [[(1, 0, 10)], [(2, 0, 20)], [(3, 0, 30)]])
    assert rows(capture, after=1) == [(1, (2, 0, 20)), (1, (3, 0, 30))]
    assert rows(capture, after=3) == []


def test_that_samples_that_were_cut_off_come_as_none_and_the_capture_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "cut"
    middle = sampled(folder, [[(1, 0, 10)], [(2, 0, 20), (2, 1, 21)], [(3, 0, 30)]]).samples[1].batch
    data = bytearray((folder / "samples-1-000.arrow").read_bytes())
    data[middle.position : middle.position + middle.length] = bytes(middle.length)
    (folder / "samples-1-000.arrow").write_bytes(data)
    assert [batch.num_rows for _, batch in read_samples(opened(folder), opened(folder).samples)] == [1, 0, 1]
    assert rows(opened(folder)) == [(1, (1, 0, 10)), (1, (3, 0, 30))]
    with (folder / "samples-1-000.arrow").open("r+b") as file:
        file.truncate(middle.position + middle.length - 1)
    assert rows(opened(folder)) == [(1, (1, 0, 10))]
    assert opened(folder).damage() == "Some counts and rates of cut are not shown: a part of the file is missing."
    (folder / "samples-1-000.arrow").unlink()
    assert rows(opened(folder)) == []
