"""Any moment: the mesh at it is what a fold from nothing up to it would be, whatever was looked at before and comes later."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.model.fact import Checked, Fact
from meshdesk.model.mesh import Mesh, fold
from meshdesk.model.timeline import Timeline, in_order
from tests.unit.model.facts import company, contract, mesh_of, topic

ABOUT = {
    "topic": ["orders", "payments", "orders.dlq"],
    "group": ["billing"],
    "reads": ["billing orders", "billing payments"],
    "contract": ["c1"],
    "config": ["orders"],
}
VALUES: st.SearchStrategy[dict[str, object] | None] = st.sampled_from(
    [None, {"partitions": 1}, {"partitions": 2, "topics": [{"name": "orders"}], "domain": "sales"}, {"assigned": 1}]
)


@st.composite
def said(draw: st.DrawFn) -> Fact | Checked:
    seen = draw(st.integers(0, 9))
    source = draw(st.sampled_from(["kafka", "a.yaml", "b.yaml"]))
    if draw(st.integers(0, 4)) == 0:
        return Checked(source, seen, seen, draw(st.sampled_from(["", "It was away."])))
    kind = draw(st.sampled_from(sorted(ABOUT)))
    return Fact(kind, draw(st.sampled_from(ABOUT[kind])), draw(VALUES), seen, source)


HISTORIES = st.lists(said(), max_size=24)


@given(HISTORIES, st.lists(st.integers(-1, 10), max_size=6))
def test_that_the_mesh_at_any_moment_is_the_fold_of_all_up_to_it(
    facts: list[Fact | Checked], moments: list[int]
) -> None:
    mesh = mesh_of(*facts)
    for moment in moments:  # forwards, backwards, in jumps
        assert_same(mesh.at(moment), mesh_of(*[fact for fact, seen in in_order(facts) if seen <= moment]))


@given(HISTORIES, HISTORIES)
def test_that_a_mesh_that_was_handed_over_does_not_change_when_more_is_said(
    facts: list[Fact | Checked], more: list[Fact | Checked]
) -> None:
    mesh = Mesh()
    fold(mesh, facts)
    handed_over = mesh.now()
    fold(mesh, more)
    assert handed_over.place == len(mesh_of(*facts).timeline)
    assert_same(handed_over, mesh_of(*facts))


@given(HISTORIES)
def test_that_facts_that_come_together_say_the_same_as_one_by_one(facts: list[Fact | Checked]) -> None:
    """As they do when a capture is opened, in the order of time."""
    facts = sorted(facts, key=lambda fact: fact.seen)
    together, one_by_one = mesh_of(*facts), Mesh()
    for fact in facts:
        fold(one_by_one, [fact])
    assert_same(together.now(), one_by_one.now())
    assert together.timeline.times("reads") == one_by_one.timeline.times("reads")
    assert sorted(together.timeline.topics_of("billing")) == sorted(one_by_one.timeline.topics_of("billing"))
    for moment in range(-1, 10):
        assert_same(together.at(moment), one_by_one.at(moment))


def assert_same(one: Mesh, other: Mesh) -> None:
    """Also in all that is derived, which is partly mended from what was derived before."""
    assert one == other
    assert one.topics == other.topics
    assert one.groups.keys() == other.groups.keys()
    assert one.contracts == other.contracts
    assert one.placing.domains == other.placing.domains
    assert one.placing.unplaced == other.placing.unplaced
    for name in ABOUT["topic"]:
        assert one.consumers(name) == other.consumers(name)
        assert one.belonging(name) == other.belonging(name)


@given(HISTORIES)
def test_that_what_is_said_anew_never_takes_effect_before_what_it_replaces(facts: list[Fact | Checked]) -> None:
    """A clock that was set back: what was written last is what stands."""
    last: dict[tuple[str, str], Fact] = {}
    for fact in facts:
        if isinstance(fact, Fact) and fact.source == "kafka":
            last[fact.kind, fact.about] = fact
    mesh = mesh_of(*facts)
    for (kind, about), fact in last.items():
        standing = [one for one in mesh.claims(kind, about) if one.source == "kafka"]
        assert standing == ([] if fact.value is None else [fact])


def test_that_two_sources_that_differ_are_both_there() -> None:
    one, other = contract("c", domain="sales", source="a.yaml"), contract("c", domain="risk", source="b.yaml")
    assert mesh_of(one, other).claims("contract", "c") == (one, other)
    gone = other._replace(value=None)
    assert mesh_of(one, other, gone).claims("contract", "c") == (one,)


def test_that_before_the_first_round_of_a_source_what_it_would_say_is_unknown() -> None:
    mesh = mesh_of(topic("orders", 100), Checked("kafka", 90, 110), topic("payments", 200))
    assert [(mesh.at(moment).is_known("kafka"), sorted(mesh.at(moment).topics)) for moment in (50, 105, 150, 250)] == [
        (False, []),
        (False, ["orders"]),
        (True, ["orders"]),
        (True, ["orders", "payments"]),
    ]


def test_that_a_small_past_forgets_its_older_half_and_says_since_when_it_knows() -> None:
    timeline = Timeline(past=100)
    mesh = Mesh(timeline)
    fold(mesh, [topic("steady", 0), topic("passing", 0)])
    for moment in range(1, 500):
        fold(mesh, [topic("orders", moment, partitions=moment)])
        if moment == 200:
            fold(mesh, [Fact("topic", "passing", None, moment, "kafka")])
    assert 300 < timeline.since < 499
    assert mesh.topics["orders"].partitions == 499
    assert mesh.at(499) == mesh
    assert mesh.at(timeline.since).topics["orders"].partitions == timeline.since
    assert sorted(mesh.at(timeline.since).topics) == ["orders", "steady"]
    assert not mesh.at(timeline.since - 1).topics  # unknown, not what it was later
    assert sum(fact is not None for fact in timeline._facts) < 160


def test_that_what_changed_is_listed_by_kind_in_order() -> None:
    mesh = mesh_of(topic("orders", 100), topic("orders", 300, partitions=4), topic("payments", 200))
    assert mesh.timeline.times("topic") == [100, 200, 300]
    assert mesh.timeline.times("group") == []


def test_that_what_is_derived_is_made_again_only_where_something_of_it_has_changed() -> None:
    mesh = Mesh(company().timeline)
    placing, topics = mesh.placing, mesh.topics
    fold(mesh, [Fact("group", "billing", {"state": "empty"}, 1 << 50, "kafka"), Checked("kafka", 1, 1 << 50)])
    assert mesh.placing is placing
    assert mesh.topics is topics
    fold(mesh, [topic("returns.asked.v1", 1 << 50)])
    assert mesh.placing is not placing
    assert "returns.asked.v1" in mesh.topics
    assert "returns.asked.v1" not in topics


def test_that_of_what_is_at_hand_the_nearest_is_that_with_the_fewest_changes_in_between() -> None:
    timeline = mesh_of(*[topic("orders", seen, partitions=seen) for seen in (1, 2, 3, 4, 5)]).timeline
    assert timeline.nearest("size", ("topic",), 3) is None
    for place in (1, 5):
        timeline.derived("size", ("topic",), place, lambda place=place: f"made at {place}")  # type: ignore[misc]
    found = [timeline.nearest("size", ("topic",), place) for place in (2, 4, 5)]
    assert found == ["made at 1", "made at 5", "made at 5"]


@pytest.mark.parametrize("about", ["billing orders", "name with spaces orders"])
def test_that_a_topic_is_behind_the_last_space(about: str) -> None:
    mesh = mesh_of(Fact("reads", about, {"assigned": 1, "committed": 0}, 1, "kafka"))
    assert [(reads.group, reads.topic) for reads in mesh.consumers("orders")] == [tuple(about.rsplit(" ", 1))]
    assert [reads.topic for reads in mesh.read_by(about.rsplit(" ", 1)[0])] == ["orders"]


def test_that_one_thread_looks_at_moments_while_another_takes_facts() -> None:
    timeline = Timeline()
    names = [f"{domain}.event-{n}" for domain in ("sales", "stock") for n in range(20)]

    def take() -> None:
        for moment in range(2_000):
            name = names[moment % 40]
            said = contract(f"c{moment % 7}", name, domain=f"domain {moment % 3}", seen=moment)
            gone = Fact("topic", names[moment * 7 % 40], None, moment, "kafka")
            timeline.take(
                [topic(name, moment), said, gone, Fact("reads", f"g {name}", {"assigned": 1}, moment, "kafka")]
            )

    def look() -> int:
        """How many topics stand in domains; the same mesh says the same twice."""
        mesh = Mesh(timeline).now()
        topics = dict(mesh.topics)
        placed = sum(domain.size for domain in (*mesh.placing.domains, mesh.placing.unplaced))
        assert len(topics) == placed
        assert mesh.at(mesh.timeline.since + 50).topics.keys() <= set(names)
        return sum(len(mesh.consumers(name)) for name in names)

    with ThreadPoolExecutor(1) as pool:
        taking = pool.submit(take)
        looked = 0
        while not taking.done():
            assert look() <= 40
            looked += 1
        taking.result()
    assert looked > 0
    assert look() == 40


def test_that_changes_are_told_with_what_they_replaced() -> None:
    mesh = mesh_of(topic("orders", 1), topic("orders", 2, partitions=9), Checked("kafka", 0, 3), topic("bills", 4))
    told = list(mesh.timeline.changes(("topic",), 1, len(mesh.timeline)))
    assert [(seen, fact.about) for seen, fact, _ in told] == [(2, "orders"), (4, "bills")]
    assert told[0][2] == topic("orders", 1)
    assert told[1][2] is None
    assert mesh.timeline.first_checked() == {"kafka": 3}
