"""What stands in the explorer: the lines of one capture, in their folds, as far as they pass the filter. Without Qt."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, NamedTuple

from meshdesk.model import wording
from meshdesk.model.group import Group
from meshdesk.model.lag import Total
from meshdesk.model.late import BEHIND, FAR_BEHIND
from meshdesk.model.placing import Domain, PlacedProduct, Placing
from meshdesk.session.opened import Opened
from meshdesk.session.readings import Topic
from meshdesk.session.trends import Trend
from meshdesk.ui.widgets.record_lines import CONTROLS

Kind = Literal["capture", "domain", "unplaced", "product", "topic", "internal", "consumers", "group"]
MANY = 60  # topics, or groups: of more, declared domains and the consumers are folded until somebody unfolds them
MARKS = re.compile(r"[._\-]")  # between the parts of a topic's name


class Entry(NamedTuple):
    """One line: a capture, a topic or group of it, or a fold that holds such."""

    kind: Kind
    opened: Opened
    text: str
    topic: Topic | None = None
    topics: int = 0  # of a fold: how many topics are in it, or groups
    level: int = 0  # how far it is indented
    speed: float | None = None  # of a fold: records per second in all its topics; None: not known
    folds: str = ""  # of a fold: what it is remembered by
    about: Domain | PlacedProduct | Group | None = None
    is_folded: bool = False
    total: Total | None = None  # of a group: how far it is behind
    trend: Trend = ()  # of a domain: how its rate went of late
    lead: int = 0  # of a topic: how much of its name repeats the domain that it stands in

    @property
    def rate(self) -> str:
        """How fast records arrive; one of a capture at rest, and one that was deleted, has no rate."""
        if self.opened.state != "live" or not self.opened.is_reached:
            return ""
        if self.topic is None:
            return wording.rate(self.speed) if self.speed is not None else ""
        if self.topic.rate is None or not self.topic.partitions:
            return ""
        return wording.rate(self.topic.rate)

    @property
    def is_arriving(self) -> bool:
        return bool(self.topic.rate if self.topic is not None else self.speed) and bool(self.rate)

    @property
    def amount(self) -> str:
        if isinstance(self.about, Group):
            late = self.total.late if self.total is not None else None
            return (
                f"{wording.span(late.seconds)} behind" if late is not None and late.seconds else group_state(self.about)
            )
        if self.kind == "product" and not self.topics:
            return "no topic"
        if self.topic is None:
            return wording.count(self.topics)
        return short(self.topic.rows) if self.topic.rows else ""

    @property
    def is_fold(self) -> bool:
        return self.kind not in ("topic", "group")


@dataclass(slots=True)
class Part:
    """A fold with the topics right in it and the parts below them."""

    kind: Kind
    text: str
    folds: str
    level: int
    names: list[str]
    keys: list[str]  # of each topic what the filter looks in: its name behind those of what it is in
    parts: "list[Part]" = field(default_factory=list)
    about: Domain | PlacedProduct | None = None
    is_folded: bool = False  # as long as nobody has said otherwise
    speed: float | None = None  # records per second in all its topics
    key: str = ""  # what the filter looks in where the fold itself may pass
    domain: str = ""  # that it is, or is in
    topics: Mapping[str, Topic] = field(default_factory=dict)  # of the capture, with the numbers of now
    lines: list[tuple[str, Entry]] | None = (
        None  # of its topics: key and line, once they are asked for with these numbers
    )

    @property
    def size(self) -> int:
        """How many topics are in it."""
        return len(self.names) + sum(part.size for part in self.parts)


class Lines(NamedTuple):
    """The lines of a capture, and how many of its topics and groups pass the filter."""

    entries: list[Entry]
    topics: int
    groups: int


def parts_of(topics: Sequence[Topic], placing: Placing) -> list[Part]:
    """The topics of a capture by domain and product; where none is known one list, and those that Kafka keeps for itself."""
    internal = [topic.name for topic in topics if topic.internal]
    names = {topic.name for topic in topics if not topic.internal}
    parts: list[Part] = []
    if placing.domains:
        folded = len(topics) > MANY
        technical = [name for name in placing.technical if name in names]
        internal = sorted([*internal, *technical])
        parts += [_part_of(one, "domain", names, folded and not one.is_inferred) for one in placing.domains]
        placed = {name for part in parts for name in _all_names(part)}
        left = names - placed - set(technical)  # once, not for each topic: with 10,000 of them that took seconds
        rest = [topic.name for topic in topics if topic.name in left]
        without = _part_of(placing.unplaced, "unplaced", names, False)
        inside = set(_all_names(without))
        without.names += [name for name in rest if name not in inside]
        without.keys = [name.lower() for name in without.names]
        if without.size or without.parts:
            parts.append(without)
    else:
        rest = [topic.name for topic in topics if not topic.internal]
        parts.append(Part("capture", "", "", 1, rest, [name.lower() for name in rest]))
    if internal:
        keys = [name.lower() for name in internal]
        parts.append(Part("internal", "Internal", "internal", 1, internal, keys, is_folded=True))
    return parts


def fill(parts: Iterable[Part], topics: Mapping[str, Topic]) -> None:
    """Takes the numbers of now."""
    for part in parts:
        part.topics, part.lines = topics, None
        fill(part.parts, topics)
        part.speed = _speed(part) if part.kind not in ("capture", "internal") else None


def lines_of(
    opened: Opened,
    parts: Iterable[Part],
    groups: Mapping[str, Group],
    words: tuple[str, ...],
    folded: Mapping[str, bool],
) -> Lines:
    """The lines of a capture that pass the filter, of which every word must be in a line's name or in what it is in. What
    passes a filter is never folded away; else `folded` says what somebody has folded or unfolded."""
    entries: list[Entry] = []
    passing = sum([_put(entries, opened, part, words, folded) for part in parts])
    found = [name for name in groups if _passes(name.lower(), words)]
    if found:
        is_folded = not words and folded.get("consumers", len(groups) > MANY)
        entries.append(
            Entry("consumers", opened, "Consumers", None, len(found), 1, folds="consumers", is_folded=is_folded)
        )
        totals = {} if is_folded else opened.pictures.totals(opened.lags)
        for name in () if is_folded else sorted(found):
            text = name.translate(CONTROLS) or '""'
            entries.append(Entry("group", opened, text, None, 0, 2, about=groups[name], total=totals.get(name)))
    is_folded = not words and folded.get("capture", False)
    title = opened.title.translate(CONTROLS)
    head = Entry("capture", opened, title, None, passing, folds="capture", is_folded=is_folded)
    return Lines([head] if is_folded else [head, *entries], passing, len(found))


def group_state(group: Group) -> str:
    """A group's state in a word or two."""
    if group.count:
        return wording.plural(group.count, "member")
    return group.state.replace("_", " ").lower() or "unknown"


def lateness(state: str, seconds: float) -> str:
    """What a group's dot says: its state, or, of one that has members, that it is behind.

    >>> lateness("stable", 0.0), lateness("stable", 20.0), lateness("stable", 80.0), lateness("empty", 80.0)
    ('stable', 'behind', 'far behind', 'empty')
    """
    if seconds < BEHIND or state in ("", "empty"):
        return state
    return "far behind" if seconds >= FAR_BEHIND else "behind"


@lru_cache(20_000)  # names: twice as many as a large cluster has topics; asked for again with all numbers
def repeated(name: str, domain: str) -> int:
    """How many characters at a topic's beginning say no more than its domain, with what stands before and the mark behind.

    >>> repeated("acme.sales.orders.placed", "Sales"), repeated("sales", "sales"), repeated("salesforce.x", "sales")
    (11, 0, 0)
    """
    lowered, lead = name.casefold(), domain.casefold()
    if not lead or len(lowered) != len(name):
        return 0
    begins = (at for at in (0, *(mark.end() for mark in MARKS.finditer(name))) if lowered.startswith(lead, at))
    ends = (at + len(lead) for at in begins)
    return next((end + 1 for end in ends if MARKS.match(name, end) and end + 1 < len(name)), 0)


def short(number: int) -> str:
    """A count in the little room beside a name.

    >>> short(812), short(9999), short(14200), short(1184024)
    ('812', '9,999', '14 k', '1.2 M')
    """
    if number < 10_000:
        return f"{number:,}"
    if number < 999_500:
        return f"{number / 1000:.0f} k"
    return f"{number / 1_000_000:.1f} M"


def _put(entries: list[Entry], opened: Opened, part: Part, words: tuple[str, ...], folded: Mapping[str, bool]) -> int:
    """Appends the lines of a part; how many topics pass, also where they are folded away."""
    at = len(entries)
    is_folded = not words and folded.get(part.folds, part.is_folded)
    if is_folded:
        passing = part.size
    else:
        if part.lines is None:  # of what is folded away there are none: of a large mesh that is most
            part.lines = _lines(part, opened)
        lines = part.lines
        for word in words:
            lines = [line for line in lines if word in line[0]]
        passing = len(lines)
        for below in part.parts:
            passing += _put(entries, opened, below, words, folded)
        entries += [line for _, line in lines]
    if part.text and (passing or len(entries) > at or _passes(part.key, words)):
        is_domain = part.kind in ("domain", "unplaced")
        trend = opened.trends.shown.get(part.domain, ()) if is_domain else ()
        head = Entry(
            part.kind,
            opened,
            part.text,
            None,
            passing,
            part.level,
            part.speed,
            part.folds,
            part.about,
            is_folded,
            trend=trend,
        )
        entries.insert(at, head)
    return passing


def _lines(part: Part, opened: Opened) -> list[tuple[str, Entry]]:
    """Of the topics right in it: what the filter looks in, and the line."""
    level = part.level + 1 if part.text else part.level
    return [
        (key, Entry("topic", opened, name, part.topics[name], 0, level, lead=repeated(name, part.domain)))
        for key, name in zip(part.keys, part.names, strict=True)
        if name in part.topics
    ]


def _passes(key: str, words: tuple[str, ...]) -> bool:
    return all(word in key for word in words)


def _part_of(domain: Domain, kind: Kind, names: set[str], folded: bool) -> Part:
    """A domain with its products and topics, as far as the capture has them."""
    text = domain.name.translate(CONTROLS) if domain.name else "No domain known"
    lead = domain.name.lower()
    folds = f"domain {domain.name.casefold()}"
    parts = []
    for product in domain.products:
        own = [name for name in product.topics if name in names]
        within = f"{lead} {product.name.lower()}"
        parts.append(
            Part(
                "product",
                product.name.translate(CONTROLS),
                f"product {domain.name.casefold()} {product.id}",
                2,
                own,
                [f"{within} {name.lower()}" for name in own],
                about=product,
                key=within,
                domain=domain.name,
            )
        )
    own = [name for name in domain.topics if name in names]
    keys = [f"{lead} {name.lower()}" for name in own]
    return Part(
        kind, text, folds, 1, own, keys, parts, domain if domain.name else None, folded, key=lead, domain=domain.name
    )


def _all_names(part: Part) -> list[str]:
    return [*part.names, *[name for below in part.parts for name in _all_names(below)]]


def _speed(part: Part) -> float | None:
    """Records per second in all topics of a part; None where no rate is known."""
    there = [part.topics[name].rate for name in part.names if name in part.topics]
    rates = [rate for rate in (*there, *[below.speed for below in part.parts]) if rate is not None]
    return sum(rates) if rates else None
