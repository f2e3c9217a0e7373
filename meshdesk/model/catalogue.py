"""What contracts and data products say, read from their facts: leniently, as real files leave out and misspell much."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from sys import intern
from typing import Any

from meshdesk.model.fact import Fact


@dataclass(frozen=True, slots=True)
class Team:
    """Who owns something; "" where it is not said."""

    name: str = ""
    members: tuple[tuple[str, str], ...] = ()  # (name, role)

    @property
    def owner(self) -> str:
        """The team, or the member who is called its owner, or "" where nobody is named."""
        owners = [name for name, role in self.members if "owner" in role.casefold()]
        return self.name or (owners[0] if owners else "")


@dataclass(frozen=True, slots=True)
class Column:
    """A field of a topic as its contract describes it."""

    name: str  # dotted path
    type: str
    required: bool
    key: bool
    classification: str
    description: str
    line: int


@dataclass(frozen=True, slots=True)
class Described:
    """A topic that a contract is about."""

    name: str  # its name, or a pattern
    is_pattern: bool
    line: int
    said: Mapping[str, Any]  # as the contract's fact has it

    @property
    def fields(self) -> tuple[Column, ...]:
        """Read when they are asked for: of 10,000 topics a moment's mesh needs the names, and one page the fields."""
        return tuple(map(_column, _items(self.said, "fields")))


@dataclass(frozen=True, slots=True)
class Server:
    """Where a contract says that its data is."""

    name: str
    type: str
    host: str
    line: int


@dataclass(frozen=True, slots=True)
class Promise:
    """One property of a service level agreement."""

    property: str
    value: str
    unit: str
    line: int


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract as one file has it. What is not said is "" or ()."""

    id: str
    name: str
    version: str
    status: str
    domain: str
    product: str  # id or name
    purpose: str
    team: Team
    servers: tuple[Server, ...]
    topics: tuple[Described, ...]
    sla: tuple[Promise, ...]
    lines: Mapping[str, int]  # of the file: where each of these is said
    fact: Fact

    def line(self, of: str) -> int:
        """Where the file says it; where the whole begins, if it does not tell."""
        return self.lines.get(of) or self.fact.line


@dataclass(frozen=True, slots=True)
class Port:
    """Where a product gives data out, or takes it in."""

    direction: str  # "output", "input", "management"
    name: str
    version: str
    contract: str  # its id
    reads: tuple[str, ...]  # ids of the contracts that an output is made from
    line: int


@dataclass(frozen=True, slots=True)
class Product:
    """A data product as one file has it."""

    id: str
    name: str
    version: str
    status: str
    domain: str
    description: str
    team: Team
    ports: tuple[Port, ...]
    lines: Mapping[str, int]
    fact: Fact

    @property
    def title(self) -> str:
        return self.name or self.id

    def line(self, of: str) -> int:
        """Where the file says it; where the whole begins, if it does not tell."""
        return self.lines.get(of) or self.fact.line


def contract_from(fact: Fact) -> Contract:
    """What the fact says; a value of the wrong kind counts as not said."""
    value = fact.value or {}
    description = value.get("description")
    return Contract(
        id=fact.about,
        name=_text(value, "name"),
        version=_text(value, "version"),
        status=_text(value, "status"),
        domain=_text(value, "domain"),
        product=_text(value, "product"),
        purpose=_text(description if isinstance(description, dict) else {"purpose": description}, "purpose"),
        team=_team(value),
        servers=tuple(
            Server(_text(one, "name"), _text(one, "type"), _text(one, "host"), _number(one, "line"))
            for one in _items(value, "servers")
        ),
        topics=tuple(
            Described(  # a topic's facts have the same string, which is found at once
                intern(name), bool(one.get("pattern")), _number(one, "line"), one
            )
            for one in _items(value, "topics")
            if (name := _text(one, "name"))
        ),
        sla=tuple(
            Promise(_text(one, "property"), _text(one, "value"), _text(one, "unit"), _number(one, "line"))
            for one in _items(value, "sla")
        ),
        lines=_lines(value),
        fact=fact,
    )


def product_from(fact: Fact) -> Product:
    """What the fact says; a value of the wrong kind counts as not said."""
    value = fact.value or {}
    return Product(
        id=fact.about,
        name=_text(value, "name"),
        version=_text(value, "version"),
        status=_text(value, "status"),
        domain=_text(value, "domain"),
        description=_text(value, "description"),
        team=_team(value),
        ports=tuple(map(_port, _items(value, "ports"))),
        lines=_lines(value),
        fact=fact,
    )


def _port(one: Mapping[str, Any]) -> Port:
    reads = one.get("reads")
    return Port(
        direction=_text(one, "direction"),
        name=_text(one, "name"),
        version=_text(one, "version"),
        contract=_text(one, "contract"),
        reads=tuple(str(contract) for contract in reads) if isinstance(reads, list) else (),
        line=_number(one, "line"),
    )


def _column(one: Mapping[str, Any]) -> Column:
    return Column(
        name=_text(one, "name"),
        type=_text(one, "type"),
        required=one.get("required") is True,
        key=one.get("key") is True,
        classification=_text(one, "classification"),
        description=_text(one, "description"),
        line=_number(one, "line"),
    )


def _team(value: Mapping[str, Any]) -> Team:
    team = value.get("team")
    if not isinstance(team, dict):
        return Team()
    return Team(_text(team, "name"), tuple((_text(one, "name"), _text(one, "role")) for one in _items(team, "members")))


def _text(value: Mapping[str, Any], key: str) -> str:
    said = value.get(key)
    return str(said).strip() if isinstance(said, str | int | float) and not isinstance(said, bool) else ""


def _number(value: Mapping[str, Any], key: str) -> int:
    said = value.get(key)
    return said if isinstance(said, int) else 0


def _items(value: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    said = value.get(key)
    return (one for one in said if isinstance(one, dict)) if isinstance(said, list) else iter(())


def _lines(value: Mapping[str, Any]) -> Mapping[str, int]:
    said = value.get("lines")
    return {key: line for key, line in said.items() if isinstance(line, int)} if isinstance(said, dict) else {}
