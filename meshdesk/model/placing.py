"""Where each topic belongs: its domain, product, owner and contracts, by what is declared and, where nothing is, by its name."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from meshdesk.model.catalogue import Contract, Product
from meshdesk.model.fact import Fact
from meshdesk.model.naming import Rule, base_of, is_technical, rule_of
from meshdesk.model.offers import Describing, Offers, Said, Where, said
from meshdesk.model.topic_pattern import PLACEHOLDER

SAYING = 5  # who says that there is a domain: more than anybody reads
NOWHERE = Where("", "", "", ())


@dataclass(frozen=True, slots=True)
class Place:
    """Where a topic belongs. Of each the one to go by comes first; unknown is empty, and sources that differ are all there."""

    domains: tuple[Said, ...] = ()
    products: tuple[Said, ...] = ()  # ids
    owners: tuple[Said, ...] = ()
    contracts: tuple[Describing, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacedProduct:
    """A product with the topics that it gives out and that the cluster has."""

    id: str
    name: str
    said: tuple[Said, ...]  # that it is: by each file, or by the first contract that names it
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain; its name is "" for what is of none that is known."""

    name: str
    said: tuple[Said, ...]  # that it is: by the first who say so, `SAYING` at most
    products: tuple[PlacedProduct, ...] = ()
    topics: tuple[str, ...] = ()  # of no product

    @property
    def size(self) -> int:
        """How many topics are in it."""
        return len(self.topics) + sum(len(product.topics) for product in self.products)

    @property
    def is_inferred(self) -> bool:
        return all(said.evidence == "inferred" for said in self.said)


class Placing:
    """All topics, products and domains, in the order of names. Made once for what is there; nobody changes it.

    With 10,000 topics it is made at every moment that is looked at: so who says what of a topic is found when it is asked for.
    """

    def __init__(self, topics: Iterable[str], contracts: Iterable[Contract], offers: Offers) -> None:
        self._names = dict.fromkeys(topics)
        self._offers = offers
        self._described = _described(self._names, contracts, offers)
        self.domains: tuple[Domain, ...] = ()
        self.unplaced = Domain("", ())
        self.technical: tuple[str, ...] = ()
        untold = [name for name in self._names.keys() - self._described.keys() if not is_technical(name)]
        told = {own[0][0].domain for own in self._described.values()} if untold else set()
        self.rule = rule_of(untold, (told | set(offers.spelt)) - {""})
        self._put()

    def place(self, topic: str, fact: Fact | None = None) -> Place:
        """Where a topic belongs; `fact` is the one that says that it is there, from whose name more may be inferred."""
        place = self._declared(self._described.get(topic, ()))
        if fact is None or place.domains or is_technical(topic):
            return place
        base = base_of(topic)
        beside = self._declared(self._described.get(base, ()))
        if beside.domains:
            return _beside(place, beside, base, fact)
        domain = self.rule.domain(base or topic) if self.rule else ""
        if not domain or self.rule is None:
            return place
        said = Said(domain, "inferred", fact.source, fact.seen, rule=self.rule.phrase)
        return Place((said,), place.products, place.owners, place.contracts)

    def _put(self) -> None:
        """Puts every topic into its product and domain."""
        held: dict[str, dict[str, list[str]]] = {}  # topics by domain and product
        spelt = dict(self._offers.spelt)
        sayers: dict[str, list[Contract | Product]] = defaultdict(list)  # by domain
        naming: dict[str, Contract] = {}  # by product that no file describes: the contract that names it
        known: dict[int, list[str]] = {}  # where the topics of a contract go, by its identity
        technical: list[str] = []
        described, by_file, where_of = self._described, self._offers.files, self._offers.where
        for name in sorted(self._names):
            own = described.get(name)
            alone = own[0][0] if own is not None and len(own) == 1 else None
            if alone is not None and (goes := known.get(id(alone))) is not None:
                goes.append(name)
                continue
            base = ""
            if own is None:
                if is_technical(name):
                    technical.append(name)
                    continue
                base = base_of(name)
                own = described.get(base)
            where = where_of(own) if own else NOWHERE
            domain, key, product, saying = where
            if not domain and self.rule is not None:
                domain = self.rule.domain(base or name)
                key = domain.casefold()
            products = held.get(key)
            if products is None:
                products = held[key] = defaultdict(list)
                spelt.setdefault(key, domain)
            goes = products[product]
            goes.append(name)
            if own:
                if saying and len(said_by := sayers[key]) < SAYING:
                    said_by += saying
                if saying and alone is not None:
                    known[id(alone)] = goes
                if product and product not in by_file:
                    naming.setdefault(product, own[0][0])
        self.technical = tuple(technical)
        self._add_products(held, sayers)
        made = [
            Domain(
                spelt.get(key, ""),
                _of_domain(sayers.get(key, []), self.rule),
                self._placed(products, naming),
                tuple(products.get("", ())),
            )
            for key, products in sorted(held.items())
        ]
        self.domains = tuple(domain for domain in made if domain.name)
        self.unplaced = next((domain for domain in made if not domain.name), self.unplaced)

    def _add_products(self, held: dict[str, dict[str, list[str]]], sayers: dict[str, list[Contract | Product]]) -> None:
        """Products of which no topic is there stand in their domains, and all say that there are those."""
        at_home = {product for products in held.values() for product in products}
        for product, files in self._offers.files.items():
            domains = [one.domain.casefold() for one in files if one.domain]
            for key, one in zip(domains, [one for one in files if one.domain], strict=True):
                if len(sayers[key]) < SAYING:
                    sayers[key].insert(0, one)
            if product not in at_home:
                held.setdefault(domains[0] if domains else "", {})[product] = []

    def _placed(self, held: Mapping[str, list[str]], naming: Mapping[str, Contract]) -> tuple[PlacedProduct, ...]:
        placed = []
        for known, topics in held.items():
            sayers = self._offers.said.get(known, ())
            if known in naming:
                sayers = (said(known, naming[known].fact, naming[known].line("product")),)
            if known:
                placed.append(PlacedProduct(known, sayers[0].value if sayers else known, sayers, tuple(topics)))
        return tuple(sorted(placed, key=lambda product: product.name.casefold()))

    def _declared(self, own: tuple[Describing, ...]) -> Place:
        """What is declared of a topic that contracts are about: the product's file goes before the contract's."""
        domains: list[Said] = []
        owners: list[Said] = []
        products = [one for contract, _ in own for one in self._offers.products(contract)]
        ids = dict.fromkeys(one.value for one in products)
        files = [file for known in ids for file in self._offers.files.get(known, ())]
        sayers: list[Contract | Product] = [*files, *[contract for contract, _ in own]]
        for one in sayers:
            if one.domain:
                domains.append(said(one.domain, one.fact, one.line("domain")))
            if one.team.owner:
                owners.append(said(one.team.owner, one.fact, one.line("team")))
        return Place(tuple(domains), tuple(products), tuple(owners), own)


def pattern_of(name: str) -> re.Pattern[str] | None:
    """What a name with placeholders matches, each within one part between dots; None where nothing but they would be left.

    >>> pattern = pattern_of("${env}.orders.v1")
    >>> [bool(pattern.fullmatch(topic)) for topic in ("prod.orders.v1", "orders.v1", "prod.eu.orders.v1")]
    [True, False, False]
    """
    front, *literals = PLACEHOLDER.split(name)
    if not any(character.isalnum() for character in "".join([front, *literals])):
        return None
    # Each placeholder ends where what follows it first stands, for good: a file must not make the search endless.
    *inner, last = literals or [""]
    middle = "".join(f"(?>[^.]+?{re.escape(part)})" for part in inner if part)
    return re.compile(re.escape(front) + middle + ("[^.]+" if literals else "") + re.escape(last))


def _described(
    names: Mapping[str, None], contracts: Iterable[Contract], offers: Offers
) -> dict[str, tuple[Describing, ...]]:
    """Per topic that is there, which contracts are about it, the newest first."""
    found: dict[str, tuple[Describing, ...]] = {}
    shared: set[str] = set()
    patterns: list[tuple[Describing]] = []

    def add(name: str, alone: tuple[Describing]) -> None:
        if name in found:
            shared.add(name)
        found[name] = (*found.get(name, ()), *alone)

    for contract in contracts:
        for alone in offers.describing(contract):
            one = alone[0][1]
            if one.is_pattern:
                patterns.append(alone)
            elif one.name in found:
                add(one.name, alone)
            elif one.name in names:
                found[one.name] = alone
    for name, alone in _matched(names, patterns) if patterns else ():
        add(name, alone)
    for name in shared:
        found[name] = tuple(sorted(found[name], key=lambda pair: -pair[0].fact.seen))
    return found


def _matched(names: Iterable[str], patterns: list[tuple[Describing]]) -> Iterator[tuple[str, tuple[Describing]]]:
    """Each topic with each pattern that matches it. A placeholder stands for one part of a name: so only names that share a
    whole part, at its place, are tried."""
    by_part: dict[tuple[int, int, str], list[str]] = defaultdict(list)
    for name in names:
        parts = name.split(".")
        for at, part in enumerate(parts):
            by_part[len(parts), at, part].append(name)
        by_part[len(parts), -1, ""].append(name)
    for alone in patterns:
        said_name = alone[0][1].name
        pattern = pattern_of(said_name)
        if pattern is None:
            continue
        parts = PLACEHOLDER.sub("*", said_name).split(".")
        whole = [by_part.get((len(parts), at, part), []) for at, part in enumerate(parts) if "*" not in part]
        tried = min(whole, key=len) if whole else by_part.get((len(parts), -1, ""), [])
        longest = max(PLACEHOLDER.split(said_name), key=len)
        yield from ((name, alone) for name in tried if longest in name and pattern.fullmatch(name))


def _beside(own: Place, base: Place, name: str, fact: Fact) -> Place:
    """A topic that takes the failed records of another one belongs where that one does."""
    rule = f"its name, by which it belongs with {name}"

    def inferred(said: tuple[Said, ...]) -> tuple[Said, ...]:
        return tuple(Said(one.value, "inferred", fact.source, fact.seen, rule=rule) for one in said[:1])

    return Place(
        inferred(base.domains),
        own.products or inferred(base.products),
        own.owners or inferred(base.owners),
        own.contracts,
    )


def _of_domain(saying: Iterable[Contract | Product], rule: Rule | None) -> tuple[Said, ...]:
    """Who says that there is a domain; nobody does where it is only inferred."""
    by_source = {one.fact.source: said(one.domain, one.fact, one.line("domain")) for one in saying}
    inferred = (Said("", "inferred", "", 0, rule=rule.phrase),) if rule else ()
    return tuple(by_source.values())[:SAYING] or inferred
