"""How flows run between the boxes of a picture: from the side of what is read that is nearer to who reads it. Pure.

Each flow has a place of its own on a box's side, in the order of where it comes from or leads to, so that lines part where they
begin and cross as late as they can. A flow that leads back is as short as one that leads on: which way it goes says its head.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from meshdesk.model.graph import Flow
from meshdesk.model.layout import Rect

Side = Literal["left", "right"]

MARGIN = 7.0  # px of a box's side, above and below, at which nothing begins
APART = 7.0  # px between two flows at most: more would not look like one bundle
LEAST_BEND = 36.0  # px that a flow leads straight away from its box
AROUND = 22.0  # px that a flow between boxes below each other keeps from them, at least
FARTHEST = 56.0  # px of those at most


class Point(NamedTuple):
    """In px of the picture."""

    x: float
    y: float


class Route(NamedTuple):
    """A cubic Bézier curve: it begins and ends level."""

    begin: Point
    leaving: Point  # the two controls
    coming: Point
    end: Point


def routes(flows: Sequence[Flow], boxes: Mapping[str, Rect]) -> list[Route]:
    """A way for each flow, in their order; `boxes` are by key."""
    sides = [_sides(boxes[flow.source], boxes[flow.target]) for flow in flows]
    ends: dict[tuple[str, Side], list[tuple[float, int, bool]]] = defaultdict(list)
    for at, (flow, (out, into)) in enumerate(zip(flows, sides, strict=True)):
        ends[flow.source, out].append((_middle(boxes[flow.target]), at, True))
        ends[flow.target, into].append((_middle(boxes[flow.source]), at, False))
    places: dict[tuple[int, bool], Point] = {}
    for (key, side), several in ends.items():
        rect = boxes[key]
        x = rect.x if side == "left" else rect.right
        apart = min(APART, max(0.0, rect.height - 2 * MARGIN) / max(1, len(several) - 1))
        first = _middle(rect) - apart * (len(several) - 1) / 2
        for place, (_, at, is_source) in enumerate(sorted(several)):
            places[at, is_source] = Point(x, first + place * apart)
    return [_curve(places[at, True], places[at, False], *both) for at, both in enumerate(sides)]


def _sides(source: Rect, target: Rect) -> tuple[Side, Side]:
    """(the side that a flow leaves, the side at which it arrives)."""
    if source.right <= target.x:
        return "right", "left"
    if target.right <= source.x:
        return "left", "right"
    return "right", "right"  # one stands below the other: around their right sides


def _middle(rect: Rect) -> float:
    return rect.y + rect.height / 2


def _curve(begin: Point, end: Point, out: Side, into: Side) -> Route:
    if out == into:
        beyond = max(begin.x, end.x) + min(FARTHEST, AROUND + abs(end.y - begin.y) / 8)
        return Route(begin, Point(beyond, begin.y), Point(beyond, end.y), end)
    bend = max(LEAST_BEND, abs(end.x - begin.x) / 2)
    way = 1 if out == "right" else -1
    return Route(begin, Point(begin.x + way * bend, begin.y), Point(end.x - way * bend, end.y), end)
