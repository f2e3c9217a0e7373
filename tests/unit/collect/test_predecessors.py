"""What predecessors have left in a capture: their facts, and where partitions ended when they saw them."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdesk.capture.manifest import create_capture
from meshdesk.capture.seal import seal
from meshdesk.capture.writer import Writer
from meshdesk.collect.predecessors import Ends, ends_in, facts_in
from meshdesk.model.fact import Fact
from tests.unit.capture.making import SEEN, opened

Rounds = list[list[dict[int, int]]]  # by program and by round: partition: its end


def write(folder: Path, programs: Rounds) -> Path:
    """A capture in which each of some programs, one after the other, has sampled ends, and other things beside them."""
    create_capture(folder, "the tests", "")
    for rounds in programs:
        writer = Writer(folder)
        for at, ends in enumerate(rounds):
            samples = [(SEEN + at, writer.series("beginning", "t", number), 0) for number in ends]
            samples += [(SEEN + at, writer.series("end", "t", number), end) for number, end in ends.items()]
            writer.samples(samples)
        writer.close()
    return folder


def plain(programs: Rounds) -> Ends:
    """The same, one sample after the other."""
    found: dict[tuple[str, int], tuple[int, int]] = {}
    for ends in (ends for rounds in programs for ends in rounds):
        for number, end in ends.items():
            first, last = found.get(("t", number), (end, end))
            found["t", number] = (first if end >= last else end, end)
    return found


def test_that_facts_come_in_the_order_in_which_they_were_written(tmp_path: Path) -> None:
    folder, facts = write(tmp_path / "c", []), [Fact("topic", name, None, SEEN, "kafka") for name in "ba"]
    for fact in facts:
        writer = Writer(folder)
        writer.facts([fact])
        writer.close()
    assert facts_in(folder) == facts


def test_that_the_ends_of_all_predecessors_are_known_and_a_topic_that_was_made_again_begins_anew(
    tmp_path: Path,
) -> None:
    programs = [[{0: 5, 1: 7}, {0: 6, 1: 9}, {1: 3}, {1: 4}], [{0: 8, 1: 2, 2: 1}, {0: 9}]]
    assert ends_in(write(tmp_path / "c", programs)) == {("t", 0): (5, 9), ("t", 1): (2, 2), ("t", 2): (1, 1)}
    assert ends_in(write(tmp_path / "none", [])) == {}


@settings(max_examples=20, deadline=None)  # each writes a capture and seals it
@given(st.lists(st.lists(st.dictionaries(st.integers(0, 2), st.integers(0, 5)), max_size=4), max_size=3))
def test_that_they_are_the_same_however_samples_are_stored(
    tmp_path_factory: pytest.TempPathFactory, programs: Rounds
) -> None:
    folder = write(tmp_path_factory.mktemp("ends") / "c", programs)
    assert ends_in(folder) == plain(programs)
    capture = opened(folder)
    for generation in capture.generations:
        if generation.samples:
            seal(capture, generation)
    capture.close()
    assert ends_in(folder) == plain(programs)
