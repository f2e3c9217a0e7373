"""Where boxes stand: none upon another, each in its domain, what is read at the left; and where it stands it stays."""

import random
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshdesk.model import layout as module
from meshdesk.model.graph import LEVELS, Box, Flow, Graph, Level
from meshdesk.model.layout import BETWEEN, WIDEST_BETWEEN, Layout, Rect, laid_out, ranked

DOMAINS = st.sampled_from(["sales", "fraud", "payments", "shipping", ""])
BOXES = st.lists(st.tuples(DOMAINS, st.integers(0, 60)), min_size=1, max_size=80, unique=True)


def made(level: Level, boxes: Iterable[tuple[str, int]], flows: Iterable[tuple[int, int]] = ()) -> Graph:
    """A graph of numbered boxes in domains; flows go between places in the list."""
    every = [(domain, number) for domain, number in boxes]
    if level == "domains":
        every = list(dict.fromkeys((domain, 0) for domain, _ in every))
    each = [Box(f"topic {domain}.{number}", "topic", f"{domain}.{number}", domain) for domain, number in every]
    ends = {(each[a % len(each)].key, each[b % len(each)].key) for a, b in flows}
    return Graph(level, tuple(each), tuple(Flow(a, b) for a, b in sorted(ends) if a != b))


def upon_each_other(rects: list[Rect]) -> list[tuple[Rect, Rect]]:
    return [(a, b) for at, a in enumerate(rects) for b in rects[at + 1 :] if a.meets(b)]


def holds(outer: Rect, inner: Rect) -> bool:
    return outer.x <= inner.x and outer.y <= inner.y and inner.right <= outer.right and inner.bottom <= outer.bottom


def is_sound(graph: Graph, layout: Layout) -> bool:
    domain = {box.key: box.domain for box in graph.boxes}
    return (
        layout.boxes.keys() == domain.keys()
        and not upon_each_other(list(layout.boxes.values()))
        and not upon_each_other(list(layout.domains.values()))
        and all(holds(layout.domains[domain[key]], rect) for key, rect in layout.boxes.items())
    )


def stirred(layout: Layout, after: Layout) -> set[str]:
    """The boxes that stand elsewhere than before."""
    return {key for key, rect in layout.boxes.items() if key in after.boxes and after.boxes[key] != rect}


@given(st.sampled_from(LEVELS), BOXES, st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=120))
def test_that_no_box_stands_upon_another_and_each_stands_in_its_domain(
    level: Level, boxes: list[tuple[str, int]], flows: list[tuple[int, int]]
) -> None:
    graph = made(level, boxes, flows)
    layout = laid_out(graph)
    assert is_sound(graph, layout)
    assert laid_out(graph) == layout
    assert all(holds(layout.whole, rect) for rect in layout.domains.values())


@settings(deadline=None)
@given(st.sampled_from(LEVELS), BOXES, BOXES, st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=60))
def test_that_after_any_change_only_boxes_of_domains_that_have_grown_have_moved(
    level: Level, boxes: list[tuple[str, int]], others: list[tuple[str, int]], flows: list[tuple[int, int]]
) -> None:
    first, second = made(level, boxes, flows), made(level, others)
    before = laid_out(first)
    after = laid_out(second, before)
    assert is_sound(second, after)
    new = {box.domain for box in second.boxes if box.key not in before.boxes}
    domain = {box.key: box.domain for box in second.boxes}
    assert {domain[key] for key in stirred(before, after)} <= new


def test_that_two_hundred_changes_of_what_flows_move_no_box() -> None:
    chance = random.Random(7)
    boxes = [(f"domain-{number % 12}", number) for number in range(150)]
    layout = first = laid_out(
        made("topics", boxes, [(chance.randrange(150), chance.randrange(150)) for _ in range(200)])
    )
    for _ in range(200):
        flows = [(chance.randrange(150), chance.randrange(150)) for _ in range(chance.randrange(300))]
        layout = laid_out(made("topics", boxes, flows), layout)
    assert layout.boxes == first.boxes


def test_that_a_new_box_takes_room_that_its_domain_has_and_moves_nobody() -> None:
    boxes = [(f"domain-{number % 5}", number) for number in range(40)]
    before = laid_out(made("topics", boxes))
    after = laid_out(made("topics", [*boxes, ("domain-3", 99)]), before)
    assert stirred(before, after) == set()
    assert after.domains == before.domains
    assert holds(after.domains["domain-3"], after.boxes["topic domain-3.99"])


def test_that_a_domain_that_has_no_more_room_moves_alone() -> None:
    boxes = [(f"domain-{number % 5}", number) for number in range(40)]
    before = laid_out(made("products", boxes))
    many = [("domain-3", number) for number in range(100, 130)]
    after = laid_out(made("products", [*boxes, *many]), before)
    assert {key.split(".")[0] for key in stirred(before, after)} == {"topic domain-3"}


def test_that_what_is_read_stands_left_of_who_reads_it() -> None:
    graph = made("domains", [("c", 0), ("b", 0), ("a", 0)], [(2, 1), (1, 0)])
    layout = laid_out(graph)
    assert layout.domains["a"].x < layout.domains["b"].x < layout.domains["c"].x
    inside = made("topics", [("d", 0), ("d", 1)], [(1, 0)])
    rects = laid_out(inside).boxes
    assert rects["topic d.1"].right < rects["topic d.0"].x


def test_that_what_is_of_no_known_domain_stands_last() -> None:
    layout = laid_out(made("domains", [("", 0), ("a", 0), ("b", 0), ("c", 0)]))
    assert layout.domains[""].x >= max(rect.x for rect in layout.domains.values())


def test_that_circles_are_cut_where_they_close_and_every_key_has_one_rank() -> None:
    ranks = ranked(["a", "b", "c", "d"], {("a", "b"): 3, ("b", "c"): 3, ("c", "a"): 1, ("c", "d"): 1, ("d", "d"): 1})
    assert ranks == [["a"], ["b"], ["c"], ["d"]]
    deep = [str(number) for number in range(5_000)]  # no depth of Python's stack is the limit
    assert len(ranked(deep, dict.fromkeys(pairwise(deep), 1))) == 5_000


def test_that_an_empty_picture_has_no_size() -> None:
    assert laid_out(Graph("topics")).whole == Rect(0, 0, 0, 0)


def test_that_a_picture_that_is_higher_than_wide_leaves_its_flows_more_room_between_columns() -> None:
    few = [(domain, at) for domain in ("a", "b") for at in range(2)]
    many = [(domain, at) for domain in ("a", "b") for at in range(8)]
    gaps = []
    for boxes in (few, many):
        graph = made("products", boxes, [(0, len(boxes) - 1)])
        domains = laid_out(graph).domains
        gaps.append(domains["b"].x - domains["a"].right)
    assert BETWEEN <= gaps[0] < gaps[1] <= WIDEST_BETWEEN


@settings(deadline=None)
@given(st.lists(st.tuples(DOMAINS, DOMAINS), min_size=1, max_size=60), st.sampled_from(["products", "topics"]))
def test_that_a_box_whose_domain_is_another_one_by_now_stands_upon_nobody(
    homes: list[tuple[str, str]], level: Level
) -> None:
    def graph(at: int) -> Graph:
        boxes = [Box(f"topic {number}", "topic", str(number), home[at]) for number, home in enumerate(homes)]
        return Graph(level, tuple(sorted(boxes, key=lambda box: box.domain)))

    before = laid_out(graph(0))
    after = laid_out(graph(1), before)
    assert is_sound(graph(1), after)
    stayed = {f"topic {number}" for number, home in enumerate(homes) if home[0] == home[1]}
    came = {home[1] for home in homes if home[0] != home[1]}
    domain = {box.key: box.domain for box in graph(1).boxes}
    assert {domain[key] for key in stirred(before, after) & stayed} <= came


@settings(deadline=None)
@given(st.sampled_from(LEVELS), BOXES, st.lists(st.booleans(), min_size=80, max_size=80))
def test_that_what_was_away_for_a_while_comes_back_to_its_place(
    level: Level, boxes: list[tuple[str, int]], stays: list[bool]
) -> None:
    graph = made(level, boxes)
    left = Graph(level, tuple(box for box, stays_there in zip(graph.boxes, stays, strict=False) if stays_there))
    first = laid_out(graph)
    between = laid_out(left, first)
    assert stirred(first, between) == set()
    assert laid_out(graph, between).boxes == first.boxes


def test_that_a_domain_does_not_grow_while_a_box_is_away_which_has_its_place_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    boxes = [("a", number) for number in range(10)]
    full = laid_out(made("topics", boxes))
    columns, rows = full.places.room["a"]
    few = laid_out(made("topics", boxes[:5]), full)
    others = [("a", number) for number in range(100, 100 + columns * rows - 5)]
    crowded = laid_out(made("topics", [*boxes[:5], *others]), few)
    assert crowded.domains == full.domains
    back = laid_out(made("topics", boxes), crowded)
    assert back.boxes == full.boxes
    monkeypatch.setattr(module, "MOST_AWAY", 3)
    assert len(laid_out(made("topics", boxes[:5]), full).places.away) == 3
