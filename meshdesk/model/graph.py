"""What a picture of the mesh shows at three levels: its boxes, and what flows between them. Pure.

A flow leads from what is read to who reads it. It is *observed* where a group of consumers reads a topic, *declared* where the file
of a product says that it is made from another's contract. Which domain a group belongs to is said nowhere: it is inferred from its
id, or unknown.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from meshdesk.model.catalogue import Product
from meshdesk.model.group import Reads
from meshdesk.model.mesh import Mesh
from meshdesk.model.placing import Domain

Level = Literal["domains", "products", "topics"]
LEVELS: tuple[Level, ...] = ("domains", "products", "topics")
Kind = Literal["domain", "product", "topics", "topic", "groups", "group"]
MOST = 3_000  # boxes of a picture: more are in the table beside it, where they can be found
PARTS = re.compile(r"[^.\-_:/ ]+")


@dataclass(frozen=True, slots=True)
class Box:
    """One box: a domain, a product, a topic, a group, or what a domain has beside its products."""

    key: str  # the same in every picture of the mesh: the kind, a space, a name
    kind: Kind
    title: str
    domain: str  # "" where none is known
    topics: tuple[str, ...] = ()  # whose rates add up to its own
    groups: tuple[str, ...] = ()
    is_inferred: bool = False  # that it belongs to its domain, from its name


def holding(boxes: Iterable[Box], word: str) -> tuple[str, ...]:
    """The keys of those boxes that have a word in their title or in the name of a topic or a group in them, in any case; none
    for an empty word."""
    folded = word.strip().casefold()
    if not folded:
        return ()
    return tuple(
        [box.key for box in boxes if any(folded in name.casefold() for name in (box.title, *box.topics, *box.groups))]
    )


@dataclass(frozen=True, slots=True)
class Flow:
    """All that leads from one box to another."""

    source: str  # keys of boxes
    target: str
    reads: tuple[Reads, ...] = ()  # observed
    declared: tuple[tuple[Product, str], ...] = ()  # the product that reads, and the contract that it names

    @property
    def evidence(self) -> Literal["both", "observed", "declared"]:
        if self.reads and self.declared:
            return "both"
        return "observed" if self.reads else "declared"

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that are read, once each, in the order of their names."""
        return tuple(sorted({reads.topic for reads in self.reads}))


@dataclass(frozen=True, slots=True)
class Graph:
    """A picture's content. Boxes stand in the order of their domains, the unknown one last."""

    level: Level
    boxes: tuple[Box, ...] = ()
    flows: tuple[Flow, ...] = ()
    left_out: int = 0  # boxes that were too many
    elsewhere: int = 0  # of the level of topics: what is declared, which is said of products and stands on their level
    domains: tuple[str, ...] = ()  # their names as they are written, in the order in which they were first seen


def graph(mesh: Mesh, level: Level, most: int = MOST) -> Graph:
    """The picture of a mesh. Topics that serve a tool are left away, as in the explorer, and so are their readers."""
    placing = mesh.placing
    every = (*placing.domains, placing.unplaced)
    home = {topic: domain.name for domain in every for topic in _topics(domain)}
    names = {domain.name.casefold(): domain.name for domain in placing.domains}
    reads = [one for group in mesh.groups for one in mesh.read_by(group) if one.topic in home]
    domain_of = {group: domain_of_group(group, names) for group in mesh.groups}
    boxes = [*boxes_of(every, level), *_readers(sorted({one.group for one in reads}), domain_of, level)]
    if level == "domains":
        boxes = _joined(boxes)
    shown = _most(boxes, reads, most)
    order = {domain.name: place for place, domain in enumerate(every)}
    shown.sort(key=lambda box: order[box.domain])
    of_topic = {topic: box.key for box in shown for topic in box.topics}
    of_group = {group: box.key for box in shown for group in box.groups}
    declared, elsewhere = _declared(mesh), 0
    if level == "topics":  # one line of a file would be as many flows as both products have topics, multiplied
        declared, elsewhere = [], len(declared)
    flows = _flows(reads, declared, of_topic, of_group, _of_product(shown, placing.domains))
    return Graph(level, tuple(shown), flows, len(boxes) - len(shown), elsewhere, _first_seen(placing.domains))


def domain_of_group(group: str, domains: Mapping[str, str]) -> str:
    """The domain that a group's id begins with, of `domains` (small letters: as it is written); "" where it names none.

    >>> domain_of_group("fraud-scorer", {"fraud": "Fraud"}), domain_of_group("frauds", {"fraud": "Fraud"})
    ('Fraud', '')
    """
    parts = [part.casefold() for part in PARTS.findall(group)[:3]]
    begins = ["".join(parts[:count]) for count in range(len(parts), 0, -1)]
    squeezed = {"".join(PARTS.findall(name)): domain for name, domain in domains.items()}
    return next((squeezed[begin] for begin in begins if begin in squeezed), "")


def _topics(domain: Domain) -> list[str]:
    return [*(topic for product in domain.products for topic in product.topics), *domain.topics]


def boxes_of(domains: Iterable[Domain], level: Level) -> list[Box]:
    """What there is of topics at a level, in the order of the domains."""
    boxes: list[Box] = []
    for domain in domains:
        name, is_inferred = domain.name, bool(domain.name) and domain.is_inferred
        if level == "topics":
            boxes += [
                Box(f"topic {topic}", "topic", topic, name, (topic,), (), is_inferred) for topic in _topics(domain)
            ]
            continue
        if level == "domains":
            topics = tuple(_topics(domain))
            if topics or domain.products:
                boxes.append(Box(f"domain {name}", "domain", name, name, topics, (), is_inferred))
            continue
        boxes += [Box(f"product {one.id}", "product", one.name, name, one.topics) for one in domain.products]
        if domain.topics:
            title = "Other topics" if domain.products else "Topics"
            boxes.append(Box(f"topics {name}", "topics", title, name, domain.topics, (), is_inferred))
    return boxes


def _readers(groups: Iterable[str], domain_of: Mapping[str, str], level: Level) -> list[Box]:
    """A box for each group, or one for all of a domain."""
    if level == "topics":
        return [
            Box(f"group {group}", "group", group, domain_of[group], (), (group,), bool(domain_of[group]))
            for group in groups
        ]
    by_domain: dict[str, list[str]] = defaultdict(list)
    for group in groups:
        by_domain[domain_of[group]].append(group)
    kind: Kind = "domain" if level == "domains" else "groups"
    return [
        Box(
            f"{kind} {domain}",
            kind,
            domain if kind == "domain" else "Consumers",
            domain,
            (),
            tuple(several),
            bool(domain),
        )
        for domain, several in by_domain.items()
    ]


def _joined(boxes: Iterable[Box]) -> list[Box]:
    """One box a domain, of its topics and its groups."""
    made: dict[str, Box] = {}
    for box in boxes:
        one = made.get(box.key)
        made[box.key] = (
            box
            if one is None
            else Box(
                box.key,
                one.kind,
                one.title,
                one.domain,
                one.topics + box.topics,
                one.groups + box.groups,
                one.is_inferred,
            )
        )
    return list(made.values())


def _most(boxes: list[Box], reads: Iterable[Reads], most: int) -> list[Box]:
    """Of too many, those that something flows to or from before the others."""
    if len(boxes) <= most:
        return boxes
    read = [*reads]
    busy = {one.topic for one in read} | {one.group for one in read}
    return sorted(boxes, key=lambda box: busy.isdisjoint((*box.topics, *box.groups)))[:most]


def _declared(mesh: Mesh) -> list[tuple[Product, str, tuple[str, ...]]]:
    """(the product that reads, the contract that it names, the topics of that contract)."""
    topics: dict[str, list[str]] = defaultdict(list)
    for topic in mesh.topics:
        for contract, _ in mesh.belonging(topic).contracts:
            topics[contract.id].append(topic)
    found = []
    for files in mesh.products.values():
        for product in files:
            wanted = [
                contract
                for port in product.ports
                for contract in (*port.reads, *((port.contract,) if port.direction == "input" else ()))
            ]
            found += [(product, one, tuple(topics[one])) for one in dict.fromkeys(wanted) if one in topics]
    return found


def _of_product(boxes: Iterable[Box], domains: Iterable[Domain]) -> dict[str, str]:
    """The key of the box that stands for a product: its own, or its domain's."""
    keys = {box.key for box in boxes}
    found: dict[str, str] = {}
    for domain in domains:
        for product in domain.products:
            own = next((key for key in (f"product {product.id}", f"domain {domain.name}") if key in keys), "")
            found[product.id] = own
    return found


def _flows(
    reads: Iterable[Reads],
    declared: Iterable[tuple[Product, str, tuple[str, ...]]],
    of_topic: Mapping[str, str],
    of_group: Mapping[str, str],
    of_product: Mapping[str, str],
) -> tuple[Flow, ...]:
    observed: dict[tuple[str, str], list[Reads]] = defaultdict(list)
    said: dict[tuple[str, str], dict[tuple[str, str], tuple[Product, str]]] = defaultdict(dict)
    for one in reads:
        source, target = of_topic.get(one.topic), of_group.get(one.group)
        if source and target and source != target:
            observed[source, target].append(one)
    for product, contract, topics in declared:
        target = of_product.get(product.id, "")
        for source in dict.fromkeys(of_topic[topic] for topic in topics if topic in of_topic):
            if target and source != target:
                said[source, target][product.id, contract] = (product, contract)
    return tuple(
        Flow(*ends, tuple(observed.get(ends, ())), tuple(said.get(ends, {}).values()))
        for ends in sorted(observed.keys() | said.keys())
    )


def _first_seen(domains: Iterable[Domain]) -> tuple[str, ...]:
    def seen(domain: Domain) -> tuple[int, str]:
        return min((said.seen for said in domain.said if said.seen), default=0), domain.name.casefold()

    return tuple(domain.name for domain in sorted(domains, key=seen))
