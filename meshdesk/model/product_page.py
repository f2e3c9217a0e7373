"""What there is to say of a data product on a page: its ports, fields, promises and readers, each with who says it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from meshdesk.model.catalogue import Column, Contract, Product, Promise
from meshdesk.model.graph import domain_of_group
from meshdesk.model.lag import Total
from meshdesk.model.mesh import Mesh
from meshdesk.model.offers import Said
from meshdesk.model.placing import PlacedProduct
from meshdesk.model.schema import Schema

Behind = Mapping[tuple[str, str], Total]  # by group and topic


class PortLine(NamedTuple):
    """A topic of the product, or a port whose topic nobody has named."""

    name: str  # the topic's, or the port's
    topic: str  # "" where it is no topic of the cluster
    contract: Contract | None
    format: str  # of its newest schema that was read: "Avro 42"; "" where none was
    kept: Mapping[str, str]  # its settings
    state: Literal["there", "not in the cluster", "without contract"]


class ReaderLine(NamedTuple):
    """Who depends on it: a group that reads, or a product that says that it does."""

    name: str
    kind: Literal["group", "product"]
    domain: str  # "" where none is known
    topics: tuple[str, ...]
    behind: Total | None  # None where nothing is known of it
    declared: str  # the product in whose file it stands; "" where it stands in none
    seen: int | None  # ms: since when this is known of its members; None: it was never seen to read
    has_members: bool = False  # that a partition is assigned to, so that it reads now
    is_own: bool = False  # of the domain that the product is of: nobody has to declare it
    id: str = ""  # of a product


class FieldLine(NamedTuple):
    """A field of a topic as a contract describes it."""

    topic: str
    column: Column
    contract: Contract


@dataclass(frozen=True, slots=True)
class ProductPage:
    """All of it, at one moment."""

    id: str
    title: str
    domain: str
    is_inferred: bool
    files: tuple[Product, ...]  # each that describes it, the newest first
    owners: tuple[Said, ...]
    contracts: tuple[Contract, ...]
    topics: tuple[str, ...]
    ports: tuple[PortLine, ...]
    readers: tuple[ReaderLine, ...]
    fields: tuple[FieldLine, ...]
    promises: tuple[tuple[Promise, Contract], ...]

    @property
    def owner(self) -> str:
        """Who is gone by; "" where nobody is named."""
        if self.owners:
            return self.owners[0].value
        return next((file.team.owner for file in self.files if file.team.owner), "")

    @property
    def undeclared(self) -> int:
        """Groups that read it and that no file names."""
        return sum(line.kind == "group" and not line.declared and not line.is_own for line in self.readers)


def product_ids(mesh: Mesh) -> list[tuple[str, str, str]]:
    """(id, name, domain) of every product, in the order of domains and names."""
    every = (*mesh.placing.domains, mesh.placing.unplaced)
    return [(product.id, product.name, domain.name) for domain in every for product in domain.products]


def product_page(mesh: Mesh, id: str, behind: Behind) -> ProductPage | None:
    """The page of a product; None where the mesh knows none of that id."""
    for domain in (*mesh.placing.domains, mesh.placing.unplaced):
        placed = next((product for product in domain.products if product.id == id), None)
        if placed is not None:
            return _page(mesh, placed, domain.name, domain.is_inferred, behind)
    return None


def _page(mesh: Mesh, placed: PlacedProduct, domain: str, is_inferred: bool, behind: Behind) -> ProductPage:
    files = mesh.products.get(placed.id, ())
    places = {topic: mesh.belonging(topic) for topic in placed.topics}
    contracts = {contract.id: contract for place in places.values() for contract, _ in place.contracts}
    for port in (port for file in files for port in file.ports if port.direction == "output"):
        for contract in mesh.contracts.get(port.contract, ())[:1]:
            contracts.setdefault(contract.id, contract)
    owners = {said.value: said for place in places.values() for said in place.owners}
    fields = [
        FieldLine(described.name, column, contract)
        for contract in contracts.values()
        for described in contract.topics
        for column in described.fields
    ]
    return ProductPage(
        placed.id,
        placed.name,
        domain,
        is_inferred,
        files,
        tuple(owners.values()),
        tuple(contracts.values()),
        placed.topics,
        tuple(_ports(mesh, placed.topics, files, contracts.values())),
        tuple(_readers(mesh, placed.topics, domain, behind)),
        tuple(fields),
        tuple((promise, contract) for contract in contracts.values() for promise in contract.sla),
    )


def _ports(
    mesh: Mesh, topics: Iterable[str], files: Iterable[Product], contracts: Iterable[Contract]
) -> Iterable[PortLine]:
    formats = _formats(mesh)
    named: set[str] = set()
    for topic in topics:
        own = mesh.belonging(topic).contracts
        named |= {described.name for _, described in own} | {contract.id for contract, _ in own}
        config = mesh.config(topic)
        settings = {key: str(value) for key, value in (config[-1].value or {}).items()} if config else {}
        yield PortLine(
            topic,
            topic,
            own[0][0] if own else None,
            formats.get(topic, ""),
            settings,
            "there" if own else "without contract",
        )
    for contract in contracts:
        for described in contract.topics:
            if described.name not in named and not described.is_pattern:
                named |= {described.name, contract.id}
                yield PortLine(described.name, "", contract, "", {}, "not in the cluster")
    for file in files:
        for port in file.ports:
            if port.direction == "output" and port.contract not in named:
                named.add(port.contract)
                yield PortLine(port.name or port.contract, "", None, "", {}, "not in the cluster")


def _formats(mesh: Mesh) -> dict[str, str]:
    """The newest schema of each topic whose records were read."""
    found: dict[str, Schema] = {}
    for schema in mesh.schemas.values():
        topic = schema.subject.removesuffix("-value") if isinstance(schema, Schema) else ""
        if isinstance(schema, Schema) and topic and schema.version >= getattr(found.get(topic), "version", 0):
            found[topic] = schema
    words = {"AVRO": "Avro", "JSON": "JSON Schema", "PROTOBUF": "Protobuf"}
    return {
        topic: f"{words.get(schema.type, schema.type)} {schema.id or ''}".strip() for topic, schema in found.items()
    }


def _readers(mesh: Mesh, topics: Iterable[str], home: str, behind: Behind) -> list[ReaderLine]:
    """Groups in the order of how far they are behind, then products that are not seen to read."""
    names = {domain.name.casefold(): domain.name for domain in mesh.placing.domains}
    homes = {product: domain for product, _, domain in product_ids(mesh)}
    declared: dict[str, tuple[Product, list[str]]] = {}
    read: dict[str, list[str]] = {}
    seen: dict[str, int] = {}
    busy: set[str] = set()
    for topic in topics:
        for product in mesh.declared_readers(topic):
            declared.setdefault(product.id, (product, []))[1].append(topic)
        for one in mesh.consumers(topic):
            read.setdefault(one.group, []).append(topic)
            seen[one.group] = max(seen.get(one.group, 0), one.fact.seen)
            busy |= {one.group} if one.assigned else set()
    lines, observed = [], set()
    for group, own in read.items():
        domain = domain_of_group(group, names)
        by = next((one for one, _ in declared.values() if domain and _home(one, homes) == domain), None)
        observed |= {one.id for one, _ in declared.values() if domain and _home(one, homes) == domain}
        totals = [behind[group, topic] for topic in own if (group, topic) in behind]
        worst = max(totals, key=_how_far, default=None)
        is_own = bool(domain) and domain == home
        line = ReaderLine(group, "group", domain, tuple(own), worst, by.title if by else "", seen[group], is_own=is_own)
        lines.append(line._replace(has_members=group in busy))
    lines.sort(key=lambda line: (-_how_far(line.behind), line.name))
    for product, own in declared.values():
        if product.id not in observed:
            title = product.title
            home_of = _home(product, homes)
            lines.append(ReaderLine(title, "product", home_of, tuple(own), None, title, None, id=product.id))
    return lines


def _home(product: Product, homes: Mapping[str, str]) -> str:
    return homes.get(product.id, product.domain)


def _how_far(total: Total | None) -> float:
    if total is None:
        return -1.0
    return total.late.seconds if total.late is not None else float(total.offsets or 0)
