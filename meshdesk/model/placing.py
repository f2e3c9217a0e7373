"""Where each topic belongs: its domain, product, owner and contracts, by what is declared and, where nothing is, by its name."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from meshdesk.model.catalogue import Contract, Product
from meshdesk.model.descriptions import NONE, Describing, Descriptions, Own, mended
from meshdesk.model.fact import Fact
from meshdesk.model.naming import base_of, is_technical, rule_of
from meshdesk.model.offers import Offers, Said, Where, said

SAYING = 5  # who says that there is a domain: more than anybody reads
NOWHERE = Where("", "", "")


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

    With 10,000 topics one is made for every moment that is looked at: so it is mended from one of another moment, in which
    all but a few topics stand where they did, and who says what of a topic is found when it is asked for.
    """

    def __init__(
        self,
        topics: Mapping[str, object],
        contracts: Mapping[str, tuple[Contract, ...]],
        offers: Offers,
        near: "Placing | None" = None,
    ) -> None:
        """Topics by name, contracts by id; `near` is any other placing, best one of almost the same."""
        self._offers = offers
        self._descriptions: Descriptions
        self._descriptions, changed = mended(NONE if near is None else near._descriptions, topics, contracts)
        of = self._descriptions.of
        unsaid = topics.keys() - of.keys()
        technical = set(filter(is_technical, unsaid))
        untold = unsaid - technical
        told = {own[0][0].domain for own in of.values()} if untold else set()
        self.technical = tuple(sorted(technical))
        self.rule = rule_of(untold, (told | offers.spelt.keys()) - {""})
        if near is not None and (near._offers is not offers or near.rule != self.rule):
            near, changed = None, set(topics)
        changed.update([name for name in untold if base_of(name) in changed])
        self._where: dict[str, Where] = dict(near._where) if near is not None else {}
        self._held: dict[str, dict[str, PlacedProduct]] = dict(near._held) if near is not None else {}
        self._moved: set[str] = set()  # domains in which something differs from those of `near`
        products = self._move(changed, topics.keys() - technical)
        self._send_home(products if near is not None else offers.home)
        self._domains: dict[str, Domain] = dict(near._domains) if near is not None else {}
        for key in self._moved:
            self._domains.pop(key, None)
            if held := self._held[key]:
                self._domains[key] = self._domain(key, held)
        made = [domain for _, domain in sorted(self._domains.items())]
        self.domains: tuple[Domain, ...] = tuple([domain for domain in made if domain.name])
        self.unplaced = next((domain for domain in made if not domain.name), Domain("", ()))

    def place(self, topic: str, fact: Fact | None = None) -> Place:
        """Where a topic belongs; `fact` is the one that says that it is there, from whose name more may be inferred."""
        place = self._declared(self._descriptions.of.get(topic, ()))
        if fact is None or place.domains or is_technical(topic):
            return place
        base = base_of(topic)
        beside = self._declared(self._descriptions.of.get(base, ()))
        if beside.domains:
            return _beside(place, beside, base, fact)
        domain = self.rule.domain(base or topic) if self.rule else ""
        if not domain or self.rule is None:
            return place
        said = Said(domain, "inferred", fact.source, fact.seen, rule=self.rule.phrase)
        return Place((said,), place.products, place.owners, place.contracts)

    def _move(self, changed: Iterable[str], placed: Collection[str]) -> set[str]:
        """Puts topics into their products and domains, or takes them out; the products whose topics differ then."""
        gone: dict[tuple[str, str], set[str]] = defaultdict(set)  # by domain and product
        come: dict[tuple[str, str], list[str]] = defaultdict(list)
        for name in changed:
            if (before := self._where.pop(name, None)) is not None:
                gone[before.key, before.product].add(name)
            if name in placed:
                where = self._where[name] = self._found(name)
                come[where.key, where.product].append(name)
        for home in {*gone, *come}:
            key, product = home
            held, left = self._held_in(key), gone.get(home, ())
            before_of = held.pop(product, None)
            stayed = [name for name in before_of.topics if name not in left] if before_of is not None else []
            if names := sorted([*stayed, *come.get(home, ())]):
                held[product] = self._placed(product, names)
        return {product for _, product in (*gone, *come)}

    def _send_home(self, products: Iterable[str]) -> None:
        """Products of which no topic is there stand in the domain of their file."""
        at_home = {product for held in self._held.values() for product, placed in held.items() if placed.topics}
        for product in products:
            key = self._offers.home.get(product)
            if key is not None and product not in at_home:
                self._held_in(key)[product] = self._placed(product, [])
            elif key is not None and (stays := self._held.get(key, {}).get(product)) is not None and not stays.topics:
                del self._held_in(key)[product]

    def _held_in(self, key: str) -> dict[str, PlacedProduct]:
        """What a domain holds, by product, to be changed: that of another placing is copied first."""
        if key not in self._moved:
            self._moved.add(key)
            self._held[key] = dict(self._held.get(key, {}))
        return self._held[key]

    def _found(self, topic: str) -> Where:
        """Where a topic stands: as is said of it, or of the topic whose failed records it takes; else as its name tells."""
        of = self._descriptions.of
        own, base = of.get(topic), ""
        if own is None and (base := base_of(topic)):
            own = of.get(base)
        where = self._offers.where(own) if own else NOWHERE
        if where.domain or self.rule is None or not (domain := self.rule.domain(base or topic)):
            return where
        return where._replace(domain=domain, key=domain.casefold())

    def _domain(self, key: str, held: Mapping[str, PlacedProduct]) -> Domain:
        products = [placed for product, placed in held.items() if product]
        products.sort(key=lambda product: (product.name.casefold(), product.id))
        alone = held[""].topics if "" in held else ()
        names = sorted((*chain.from_iterable(product.topics for product in products), *alone))
        spelt = self._offers.spelt.get(key) or (self._where[names[0]].domain if names else "")
        by_source: dict[str, Contract | Product] = {one.fact.source: one for one in self._offers.saying.get(key, ())}
        for name in names:
            if len(by_source) >= SAYING:
                break
            for one in self._where[name].saying:
                by_source.setdefault(one.fact.source, one)
        sayers = tuple([said(one.domain, one.fact, one.line("domain")) for one in [*by_source.values()][:SAYING]])
        inferred = (Said("", "inferred", "", 0, rule=self.rule.phrase),) if self.rule is not None else ()
        return Domain(spelt, sayers or inferred, tuple(products), alone)

    def _placed(self, product: str, topics: list[str]) -> PlacedProduct:
        sayers = self._offers.said.get(product) or (self._where[topics[0]].giving if product else ())
        return PlacedProduct(product, sayers[0].value if sayers else "", sayers, tuple(topics))

    def _declared(self, own: Own) -> Place:
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
