"""The past of topics from facts: steps of all partitions together, coarse under fine, and what is not known."""

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from meshdesk.model.fact import Fact
from meshdesk.model.past import COARSE, FINE, KIND, SOURCE, STEPS, Piece, about, coarse_step, fine_step, pieces, why
from tests.unit.model.facts import SEEN, mesh_of

HOUR = 3_600_000


def past(topic: str, start: int, step: int, seen: int = SEEN, why: str = "", **said: Any) -> Fact:
    """A page of the past; `said` are its offsets by partition, as p0, p1, and perhaps its beginnings."""
    offsets = {name[1:]: value for name, value in said.items() if name[0] == "p"}
    begin = {str(number): offset for number, offset in enumerate(said.get("begin", ()))}
    value = {"from": start, "step": step, "offsets": offsets, "beginnings": begin, "why": why}
    return Fact(KIND, about(topic, (start, step)), value, seen, SOURCE)


def test_that_the_partitions_of_a_topic_are_counted_together_and_fine_steps_lie_over_coarse_ones() -> None:
    mesh = mesh_of(
        past("t", 1_000, 1_000, p0=[3, 4, 4]),
        past("t", 0, 5_000, p0=[0, 7, 9], p1=[10, 10, 20]),
        past("other", 0, 5_000, p0=[1, 2]),
    )
    assert pieces(mesh, "t") == (Piece(0, 5_000, (7, 12)), Piece(1_000, 1_000, (1, 0)))
    assert pieces(mesh, "t")[0].end == 10_000
    assert pieces(mesh, "nobody knows it") == ()


def test_that_a_page_that_is_asked_again_replaces_and_one_that_is_taken_back_is_gone() -> None:
    mesh = mesh_of(past("t", 0, 5_000, p0=[0, 7]), past("t", 0, 5_000, p0=[0, 7, 8]))
    assert pieces(mesh, "t") == (Piece(0, 5_000, (7, 1)),)
    gone = Fact(KIND, about("t", (0, 5_000)), None, SEEN, SOURCE)
    assert pieces(mesh_of(past("t", 0, 5_000, p0=[0, 7]), gone), "t") == ()


def test_that_what_retention_took_is_unknown_and_not_nothing() -> None:
    taken = past("t", 0, HOUR, p0=[5, 5, 5, 6, 9], p1=[2, 2, 2, 2, 3], begin=(5, 2))
    assert pieces(mesh_of(taken), "t") == (Piece(2 * HOUR, HOUR, (1, 4)),)
    assert pieces(mesh_of(past("t", 0, HOUR, p0=[5, 5], begin=(5,))), "t") == ()
    never = past("t", 0, HOUR, p0=[0, 0, 0, 4], begin=(0,))
    assert pieces(mesh_of(never), "t") == (Piece(0, HOUR, (0, 0, 4)),)


def test_that_it_is_said_why_something_is_not_known() -> None:
    failed = past("t", 0, 5_000, why="This login may not read t.")
    assert why(mesh_of(failed), "t") == "This login may not read t."
    assert pieces(mesh_of(failed), "t") == ()
    mesh = mesh_of(failed, past("t", 5_000, 1_000, p0=[1, 2]))
    assert (pieces(mesh, "t"), why(mesh, "t")) == ((Piece(5_000, 1_000, (1,)),), "This login may not read t.")
    assert why(mesh_of(), "t") == ""


def test_that_a_moment_knows_what_was_asked_by_then() -> None:
    mesh = mesh_of(past("t", 0, 5_000, seen=SEEN, p0=[0, 7]), past("t", 0, 5_000, seen=SEEN + 9, p0=[0, 7, 8]))
    assert pieces(mesh.at(SEEN), "t") == (Piece(0, 5_000, (7,)),)


@given(st.integers(1, STEPS[-1] * COARSE))
def test_that_a_span_is_asked_in_few_steps_first_and_no_step_is_finer_than_needed(span: int) -> None:
    coarse, fine = coarse_step(0, span), fine_step(0, span)
    assert fine <= coarse
    assert coarse % fine == 0
    assert span <= coarse * COARSE
    assert span <= fine * FINE
    if coarse > STEPS[0]:
        assert span > STEPS[STEPS.index(coarse) - 1] * COARSE


def test_that_each_step_divides_the_next() -> None:
    assert all(longer % shorter == 0 for shorter, longer in pairwise(STEPS))
