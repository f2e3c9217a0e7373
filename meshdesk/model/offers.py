"""What data products give out: to which product and domain a contract belongs. Made once for the products that are there."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from meshdesk.model.catalogue import Contract, Product
from meshdesk.model.descriptions import Own
from meshdesk.model.fact import Evidence, Fact


class Said(NamedTuple):
    """A value, and how we know it."""

    value: str
    evidence: Evidence
    source: str
    seen: int  # ms
    line: int = 0  # of the source, from 1; 0: it has none
    rule: str = ""  # of what is inferred: from what, as a phrase

    @property
    def key(self) -> str:
        """The same for values that differ in nothing but case."""
        return self.value.casefold()


class Where(NamedTuple):
    """Where the topics of a contract stand, and who says so; "" is unknown."""

    domain: str
    key: str  # the same for domains that differ in nothing but case
    product: str  # id
    giving: tuple[Said, ...] = ()  # one: who says that the product gives it out; () where none does
    saying: tuple[Contract | Product, ...] = ()  # that it is this domain


class Offers:
    """The products by id, with what each file says, and which contracts they give out."""

    def __init__(self, products: Iterable[Product]) -> None:
        self.files: dict[str, list[Product]] = defaultdict(list)
        for product in products:
            self.files[product.id].append(product)
        # By id: in which order they were heard of depends on what was looked at before.
        every = [product for _, files in sorted(self.files.items()) for product in files]
        self.spelt = {product.domain.casefold(): product.domain for product in every if product.domain}  # domains
        self.saying: dict[str, list[Product]] = defaultdict(list)  # that there is a domain
        self.home = {id_: _home(files) for id_, files in self.files.items()}  # the domain of a product of no topics
        for product in every:
            if product.domain:
                self.saying[product.domain.casefold()].append(product)
        self.said = {
            id_: tuple(said(one.title, one.fact, one.fact.line) for one in files) for id_, files in self.files.items()
        }
        self._ids = {product.name.casefold(): product.id for product in every if product.name}
        self._ids |= {product.id.casefold(): product.id for product in every}
        self._giving: dict[str, list[tuple[Product, int]]] = defaultdict(list)
        for product in every:
            for port in product.ports:
                if port.direction == "output" and port.contract:
                    self._giving[port.contract].append((product, port.line or product.fact.line))
        self._known: dict[int, tuple[Contract, Where]] = {}

    def products(self, contract: Contract) -> list[Said]:
        """The products that give a contract out, by id; where none says so, the one that the contract names."""
        given = self._giving.get(contract.id)
        if given:
            return [said(product.id, product.fact, line) for product, line in given]
        if contract.product:
            known = self._ids.get(contract.product.casefold(), contract.product)
            return [said(known, contract.fact, contract.line("product"))]
        return []

    def where(self, own: Own) -> Where:
        """Where a topic stands that contracts are about: the product's file goes before the contract's."""
        if len(own) != 1:
            return self._where(own)
        contract = own[0][0]
        known = self._known.get(id(contract))
        if known is None or known[0] is not contract:
            known = self._known[id(contract)] = (contract, self._where(own))
        return known[1]

    def _where(self, own: Own) -> Where:
        contracts = [contract for contract, _ in own]
        giving = tuple([one for contract in contracts for one in self.products(contract)][:1])
        product = giving[0].value if giving else ""
        sayers = [one for one in (*self.files.get(product, ()), *contracts) if one.domain]
        if not sayers:
            return Where("", "", product, giving)
        key = sayers[0].domain.casefold()
        return Where(
            sayers[0].domain, key, product, giving, tuple([one for one in sayers if one.domain.casefold() == key])
        )


def said(value: str, fact: Fact, line: int) -> Said:
    """A value that a fact says on a line."""
    return Said(value, fact.evidence, fact.source, fact.seen, line)


def _home(files: Iterable[Product]) -> str:
    """The domain that the first of them says, in small letters; "" where none says one."""
    return next((one.domain.casefold() for one in files if one.domain), "")
