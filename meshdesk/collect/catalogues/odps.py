"""Data products: the Open Data Product Standard of Bitol, 0.9 and 1.x (not the specification of the Linux Foundation).

https://bitol-io.github.io/open-data-product-standard/ : an output port names the contract (ODCS) of what it gives, and with
`inputContracts` what that is made from; an input port names the contract of what the product reads.
"""

import re

from meshdesk.collect.catalogues import alike
from meshdesk.collect.catalogues.alike import known
from meshdesk.collect.catalogues.catalogue import Claim, number
from meshdesk.collect.catalogues.tree import TEXT_MOST, Entries, Items, Part, Scalar, words
from meshdesk.model.frame import Message

NAME = "ODPS"
SIGN = re.compile(r"DataProduct", re.IGNORECASE)

VERSIONS = ("0.9.0", "1.0.0")
WORDS = {
    name: (name,)
    for name in ("id", "name", "version", "status", "domain", "description", "team", "support", "tags")
} | {"ports": ("outputPorts", "inputPorts", "managementPorts")}  # fmt: skip

TOP = words(
    "apiVersion kind id name version status domain tenant authoritativeDefinitions description customProperties tags inputPorts "
    "outputPorts managementPorts support team productCreatedTs"
)
PORT = words(
    "name version description type contractId sbom inputContracts tags customProperties authoritativeDefinitions"
)
DIRECTIONS = {"output": "outputPorts", "input": "inputPorts", "management": "managementPorts"}


def is_one(document: Part) -> bool:
    """Whether it is a data product of Bitol; a resource of Kubernetes of that kind has a group in its apiVersion."""
    return document.text("kind").lower() == "dataproduct" and "/" not in document.text("apiVersion")


def read(document: Part, name: str) -> Claim:
    """The product; `name` stands for an id that is missing."""
    version = number(document, NAME, VERSIONS)
    called = f"{NAME} {version}".strip()
    document.know(TOP, called)
    document.lacks(("status",), called)
    value = known(
        name=document.text("name"),
        version=document.text("version"),
        status=document.text("status"),
        domain=alike.filled_in(document, "domain"),
        description=_description(document),
        team=alike.team(document, "team"),
        tags=document.texts("tags"),
        support=alike.support(document),
        ports=[
            _port(direction, called, one)
            for direction, word in DIRECTIONS.items()
            for called, one in document.parts(word)
        ],
        lines=alike.lines_of(document, WORDS),
    )
    about = document.text("id") or name
    return Claim("product", about, value, document.line("id") or document.here.line, called)


def _description(document: Part) -> str:
    """One text of it: what it is for, and otherwise how it is used."""
    found = document.find("description")
    if found is not None and isinstance(found[1], Entries):
        return Part(found[1], document.notes).text("purpose", "usage", most=TEXT_MOST)
    return document.text("description", most=TEXT_MOST)


def _port(direction: str, called: str, one: Part) -> Message:
    if direction != "management":
        one.know(PORT, f"an {direction} port")
    return known(
        direction=direction,
        name=called or one.text("name"),
        version=one.text("version"),
        contract=one.text("contractId"),
        reads=_reads(one),
        line=one.here.line,
    )


def _reads(one: Part) -> list[str]:
    """The ids of the contracts that it is made from."""
    found = []
    for node in one.nodes("inputContracts"):
        if isinstance(node, Entries):
            found.append(Part(node, one.notes).text("id", "contractId"))
        elif isinstance(node, Scalar):
            found.append(one.notes.take(node))
        elif isinstance(node, Items):
            one.notes.at(node, "“inputContracts” holds a list where a contract is expected; it was passed over.")
    return list(dict.fromkeys(filter(None, found)))
