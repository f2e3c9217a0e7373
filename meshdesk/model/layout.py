"""Where the boxes of a picture stand: two levels, domains and what is in them. Pure, and the same for the same history.

Domains stand in columns, what is read to the left of who reads it, as far as there is no circle; in a domain its boxes do. Each
domain keeps room for a few more boxes. With a layout from before, every box stays where it is: a new one takes free room of its own
domain, and where there is none, its domain alone moves, to free room. What is away for a while, as at a moment at which it was not
there yet, or before its sources have spoken, comes back to where it stood.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from math import ceil, sqrt
from typing import NamedTuple, TypeVar

from meshdesk.model.graph import Box, Graph, Level

Key = TypeVar("Key", bound=Hashable)

# In pixels of a picture that is neither enlarged nor reduced, on a grid of 4.
SIZES: dict[Level, tuple[int, int]] = {"domains": (208, 84), "products": (188, 52), "topics": (216, 28)}
HEAD = 40  # of a domain, for its name
PAD = 12
GAPS: dict[Level, tuple[int, int]] = {
    "domains": (0, 0),
    "products": (48, 16),
    "topics": (44, 8),
}  # between columns, rows
BETWEEN = 76  # columns of domains: room for what flows
WIDEST_BETWEEN = 200  # of a picture that is higher than wide: it has room to spare
BELOW = 40  # a domain
WIDE = 1.1  # a picture's width for its height: the work area between two panels is about a square
TOO_WIDE = 1.5
FEW = 4  # columns are never too wide: that they lead from left to right says more
TRIES = 5  # to come near to it: columns are as wide as their widest domain, and seldom full
TALL: dict[Level, int] = {
    "domains": 1,
    "products": 8,
    "topics": 16,
}  # boxes in a column of a domain before there is another
TOGETHER: dict[Level, int] = {
    "domains": 0,
    "products": 5,
    "topics": 0,
}  # boxes of a domain that stand in one column, whoever reads whom: of a picture's width there is less than of its height
SPARE = 1  # rows of room that each column of a domain keeps
FILLED = 0.4  # of a column's height, from which on the next rank begins a column of its own
MOST_AWAY = 1_000  # boxes that are not in the picture and whose places are held; of more the longest away are forgotten
SWEEPS = 4  # over the columns, to lay who belongs together side by side


class Rect(NamedTuple):
    """A rectangle in pixels; y grows downwards."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def meets(self, other: "Rect") -> bool:
        """Whether they have room in common."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom


class Cell(NamedTuple):
    """A place within a domain."""

    column: int
    row: int


class Spot(NamedTuple):
    """Where a box stands."""

    domain: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class Places:
    """What a layout leaves to the one after it. What is away has its place back where that is free by then."""

    spots: Mapping[str, Spot] = field(default_factory=dict)  # by key
    domains: Mapping[str, Rect] = field(default_factory=dict)  # by name
    # Columns and rows of each domain, also of those away.
    room: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    away: Mapping[str, Spot] = field(default_factory=dict)  # of boxes that were there, by key, the newest first
    left: Mapping[str, Rect] = field(default_factory=dict)  # the same of domains


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands; `places` are for the layout after it."""

    boxes: Mapping[str, Rect] = field(default_factory=dict)  # by key
    domains: Mapping[str, Rect] = field(default_factory=dict)  # by name; "" for what is of none that is known
    places: Places = field(default_factory=Places)

    @property
    def whole(self) -> Rect:
        """All of it."""
        if not self.domains:
            return Rect(0, 0, 0, 0)
        rects = self.domains.values()
        x, y = min(rect.x for rect in rects), min(rect.y for rect in rects)
        return Rect(x, y, max(rect.right for rect in rects) - x, max(rect.bottom for rect in rects) - y)


def laid_out(graph: Graph, before: Layout | None = None) -> Layout:
    """A place for every box of a graph; those that `before` knows keep theirs."""
    known = before.places if before is not None else Places()
    level = graph.level
    held: dict[str, list[Box]] = defaultdict(list)
    for box in graph.boxes:
        held[box.domain].append(box)
    home = {box.key: box.domain for box in graph.boxes}
    inner: dict[str, list[tuple[str, str]]] = defaultdict(list)
    outer: dict[tuple[str, str], int] = defaultdict(int)
    for flow in graph.flows:
        source, target = home[flow.source], home[flow.target]
        if source == target:
            inner[source].append((flow.source, flow.target))
        else:
            outer[source, target] += 1
    # By domain; a box that has gone to another one is new there.
    stood, remembered = (_of_each_domain(spots, home) for spots in (known.spots, known.away))
    spots: dict[str, Spot] = {}
    room: dict[str, tuple[int, int]] = {}
    for domain, boxes in held.items():
        keys = [box.key for box in boxes]
        before_it = known.room.get(domain, (0, 0))
        room[domain], placed = _within(keys, inner[domain], level, stood[domain], remembered[domain], before_it)
        spots |= {key: Spot(domain, cell) for key, cell in placed.items()}
    sizes = {domain: _size(level, *room[domain]) for domain in held}
    domains = _beside(list(held), outer, sizes, known)
    rects = {key: _rect(level, domains[spot.domain], spot.cell) for key, spot in spots.items()}
    # One that stands in another domain until its sources have spoken is away from its own; a place has one owner.
    away = {key: spot for key, spot in known.away.items() if home.get(key) != spot.domain}
    owned = set(away.values())
    gone = {key: spot for key, spot in known.spots.items() if home.get(key) != spot.domain and spot not in owned}
    away = dict(islice((gone | away).items(), MOST_AWAY))
    there = {spot.domain for spot in away.values()} - held.keys()
    left = {domain: rect for domain, rect in {**known.domains, **known.left}.items() if domain in there}
    room |= {domain: known.room[domain] for domain in left}
    return Layout(rects, domains, Places(spots, domains, room, away, left))


def _of_each_domain(spots: Mapping[str, Spot], home: Mapping[str, str]) -> dict[str, dict[str, Cell]]:
    """By domain and key, without boxes that are in another one by now."""
    found: dict[str, dict[str, Cell]] = defaultdict(dict)
    for key, spot in spots.items():
        if home.get(key, spot.domain) == spot.domain:
            found[spot.domain][key] = spot.cell
    return found


# Within a domain


def _within(
    keys: Sequence[str],
    flows: Sequence[tuple[str, str]],
    level: Level,
    stood: Mapping[str, Cell],
    remembered: Mapping[str, Cell],
    before: tuple[int, int],
) -> tuple[tuple[int, int], dict[str, Cell]]:
    """(columns and rows that the domain has room for, the place of each box): what is `remembered` comes back to its place, what
    `stood` elsewhere stays, and what is new takes free room, before the domain grows also that of boxes that are away."""
    if not (stood or remembered):
        ranks = _columns(keys, flows, TALL[level], TOGETHER[level])
        rows = max(map(len, ranks)) + (SPARE if TALL[level] > 1 else 0)
        cells = {key: Cell(at, row) for at, column in enumerate(ranks) for row, key in enumerate(column)}
        return (len(ranks), rows), cells
    columns, rows = before
    owned = {
        cell: key
        for key in reversed(keys)
        if (cell := remembered.get(key)) and cell.column < columns and cell.row < rows
    }
    cells = {key: stood[key] for key in keys if key in stood and stood[key] not in owned}
    cells |= {key: cell for cell, key in owned.items() if key not in cells}
    taken = set(cells.values())
    kept = {cell for key, cell in (*stood.items(), *remembered.items()) if key not in cells}
    every = [Cell(column, row) for column in range(columns) for row in range(rows)]
    free = iter(sorted((cell for cell in every if cell not in taken), key=kept.__contains__))
    for key in keys:
        if key in cells:
            continue
        cell = next(free, None)
        if cell is None:  # no room: one row more below all columns
            free = iter([Cell(column, rows) for column in range(columns)])
            rows += 1
            cell = next(free)
        cells[key] = cell
    return (columns, rows), cells


def _columns(keys: Sequence[str], flows: Sequence[tuple[str, str]], tall: int, together: int) -> list[list[str]]:
    """What is read before who reads it; a column that would be too tall is several."""
    columns: list[list[str]] = []
    ranks = ranked(keys, dict.fromkeys(flows, 1))
    if len(keys) <= together:
        return [[key for rank in ranks for key in rank]]
    for rank in ranks:
        parts = ceil(len(rank) / tall)
        each = ceil(len(rank) / parts)
        columns += [rank[at : at + each] for at in range(0, len(rank), each)]
    return columns


def ranked(keys: Sequence[Key], flows: Mapping[tuple[Key, Key], int]) -> list[list[Key]]:
    """The keys in ranks, each flow leading to a later one where there is no circle; in a rank who flows together is near.

    Longest paths, then barycentres (Sugiyama, Tagawa and Toda 1981), without the edges that close a circle.
    """
    ahead: dict[Key, list[Key]] = {key: [] for key in keys}
    for (source, target), _ in sorted(flows.items(), key=lambda item: -item[1]):
        if source in ahead and target in ahead and source != target:
            ahead[source].append(target)
    order, straight = _without_circles(keys, ahead)
    behind: dict[Key, list[Key]] = {key: [] for key in keys}
    onward: dict[Key, list[Key]] = {key: [] for key in keys}
    for source, target in straight:
        behind[target].append(source)
        onward[source].append(target)
    rank: dict[Key, int] = {}
    for key in order:
        rank[key] = max([rank[one] + 1 for one in behind[key]], default=0)
    ranks: list[list[Key]] = [[] for _ in range(max(rank.values(), default=-1) + 1)]
    for key in keys:
        ranks[rank[key]].append(key)
    at = {key: place for one in ranks for place, key in enumerate(one)}
    for sweep in range(SWEEPS):
        near = behind if sweep % 2 == 0 else onward
        for one in ranks if sweep % 2 == 0 else reversed(ranks):
            one.sort(key=lambda key: sum(at[other] for other in near[key]) / len(near[key]) if near[key] else at[key])
            at.update({key: place for place, key in enumerate(one)})
    return ranks


def _without_circles(keys: Sequence[Key], ahead: Mapping[Key, list[Key]]) -> tuple[list[Key], list[tuple[Key, Key]]]:
    """(the keys, each before those that it flows to, the flows that are left)."""
    is_done: dict[Key, bool] = {}
    order: list[Key] = []
    straight: list[tuple[Key, Key]] = []
    for first in keys:
        if first in is_done:
            continue
        is_done[first] = False
        path = [(first, iter(ahead[first]))]
        while path:
            key, others = path[-1]
            for other in others:
                if is_done.get(other) is False:  # it is on the path: this flow closes a circle
                    continue
                straight.append((key, other))
                if other not in is_done:
                    is_done[other] = False
                    path.append((other, iter(ahead[other])))
                    break
            else:
                is_done[key] = True
                order.append(key)
                path.pop()
    return order[::-1], straight


def _size(level: Level, columns: int, rows: int) -> tuple[float, float]:
    width, height = SIZES[level]
    if level == "domains":
        return width, height
    across, down = GAPS[level]
    return 2 * PAD + columns * width + (columns - 1) * across, HEAD + PAD + rows * height + (rows - 1) * down


def _rect(level: Level, domain: Rect, cell: Cell) -> Rect:
    if level == "domains":
        return domain
    width, height = SIZES[level]
    across, down = GAPS[level]
    return Rect(
        domain.x + PAD + cell.column * (width + across), domain.y + HEAD + cell.row * (height + down), width, height
    )


# The domains


def _beside(
    domains: Sequence[str],
    flows: Mapping[tuple[str, str], int],
    sizes: Mapping[str, tuple[float, float]],
    before: Places,
) -> dict[str, Rect]:
    """A place for each domain: one that was there and has not grown stays, one that was away comes back where nobody is; others
    keep off the room of what is away."""
    placed = {
        domain: before.domains[domain]
        for domain in domains
        if domain in before.domains and before.domains[domain][2:] == sizes[domain]
    }
    for domain in domains:
        rect = before.left.get(domain)
        if rect is not None and rect[2:] == sizes[domain] and not any(map(rect.meets, placed.values())):
            placed[domain] = rect
    away = [rect for domain, rect in {**before.domains, **before.left}.items() if domain not in sizes]
    fresh = [domain for domain in domains if domain not in placed]
    if not placed and fresh:
        anew, right = _in_columns(fresh, flows, sizes), max((rect.right + BETWEEN for rect in away), default=0.0)
        return {domain: Rect(rect.x + right, *rect[1:]) for domain, rect in anew.items()}
    for domain in fresh:
        placed[domain] = _free_room(sizes[domain], [*placed.values(), *away])
    return placed


def _in_columns(
    domains: Sequence[str], flows: Mapping[tuple[str, str], int], sizes: Mapping[str, tuple[float, float]]
) -> dict[str, Rect]:
    """Columns of about the same height, filled rank by rank; what is of no known domain stands last."""
    ranks: list[list[str]] = ranked([domain for domain in domains if domain], flows)
    ranks.append([domain for domain in domains if not domain])
    every = [sizes[domain] for rank in ranks for domain in rank]
    area = sum((width + BETWEEN) * (height + BELOW) for width, height in every)
    tallest = max(sqrt(area / WIDE), *(height for _, height in every))
    columns: list[list[str]] = []
    high = 0.0
    for _ in range(TRIES):
        columns = _columns_of_domains(ranks, sizes, tallest)
        wide = sum(max(sizes[domain][0] for domain in column) + BETWEEN for column in columns)
        high = max(sum(sizes[domain][1] + BELOW for domain in column) for column in columns)
        if wide <= TOO_WIDE * high or len(columns) <= FEW:
            break
        tallest *= sqrt(wide / high / WIDE)
    widths = [max(sizes[domain][0] for domain in column) for column in columns]
    between = (WIDE * high - sum(widths)) / max(1, len(columns) - 1)
    between = round(min(WIDEST_BETWEEN, max(BETWEEN, between)) / 4) * 4.0
    placed: dict[str, Rect] = {}
    x = 0.0
    for column, width in zip(columns, widths, strict=True):
        y = 0.0
        for domain in column:
            placed[domain] = Rect(x, y, *sizes[domain])
            y += sizes[domain][1] + BELOW
        x += width + between
    return placed


def _columns_of_domains(
    ranks: Sequence[Sequence[str]], sizes: Mapping[str, tuple[float, float]], tallest: float
) -> list[list[str]]:
    columns: list[list[str]] = [[]]
    bottom = 0.0
    for rank in ranks:
        if bottom > FILLED * tallest and rank != [""]:
            columns.append([])
            bottom = 0.0
        for domain in rank:
            if columns[-1] and bottom + sizes[domain][1] > tallest:
                columns.append([])
                bottom = 0.0
            columns[-1].append(domain)
            bottom += sizes[domain][1] + BELOW
    return [column for column in columns if column]


def _free_room(size: tuple[float, float], taken: Sequence[Rect]) -> Rect:
    """Below one that stands there, or right of all: the highest place at which it meets nobody, then the leftmost."""
    whole = max(rect.bottom for rect in taken)
    places = [(rect.bottom + BELOW, rect.x) for rect in taken]
    for y, x in sorted(places):
        rect = Rect(x, y, *size)
        around = Rect(x - BETWEEN / 2, y - BELOW / 2, size[0] + BETWEEN, size[1] + BELOW)
        if rect.bottom <= whole and not any(around.meets(other) for other in taken):
            return rect
    column = min(taken, key=lambda rect: (rect.bottom, rect.x))
    below = Rect(
        column.x, max((rect.bottom for rect in taken if _share(rect, column.x, size[0])), default=0) + BELOW, *size
    )
    right = Rect(max(rect.right for rect in taken) + BETWEEN, min(rect.y for rect in taken), *size)
    wide = max(rect.right for rect in taken) - min(rect.x for rect in taken)
    return below if below.bottom * WIDE <= wide + size[0] else right


def _share(rect: Rect, x: float, width: float) -> bool:
    return rect.x < x + width + BETWEEN and x < rect.right + BETWEEN
