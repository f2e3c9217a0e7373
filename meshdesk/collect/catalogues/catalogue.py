"""What a format of catalogue is: a module with NAME, SIGN, is_one and read. What all of them answer with: claims."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from meshdesk.collect.catalogues.tree import Part, shortened
from meshdesk.model.frame import Message


@dataclass(frozen=True, slots=True)
class Claim:
    """What a document says of one thing: a fact without its source and its time."""

    kind: str  # "contract", "product"
    about: str
    value: Message
    line: int
    format: str  # "ODCS 3.1.0"


class Catalogue(Protocol):
    """One format."""

    NAME: str  # as people call it
    SIGN: re.Pattern[str]  # stands somewhere in each of its files: others are not parsed at all

    def is_one(self, document: Part) -> bool:
        """Whether the document is of this format, whatever is wrong with it."""

    def read(self, document: Part, name: str) -> Claim:
        """What it says; `name` stands for an id that is missing. Never raises: what is not understood is a notice."""


def number(document: Part, standard: str, versions: Sequence[str]) -> str:
    """The version of the standard that a document names, with a notice where it is none of those that are known."""
    document.notes.is_newer = False
    said = document.text("apiVersion").lower().removeprefix("v")
    found = document.find("apiVersion")
    if not said or found is None:
        here = document.here
        said = f"The document names no version of {standard} (apiVersion); it was read as {versions[-1]}."
        document.notes.add(here.line, here.column, said)
        return ""
    if not re.fullmatch(r"\d{1,3}(\.\d{1,3}){0,2}", said):
        document.notes.at(
            found[1], f"“{shortened(said, 40)}” is no version of {standard}; it was read as {versions[-1]}."
        )
        return ""
    full = ".".join([*said.split("."), "0", "0"][:3])
    if full not in versions:
        document.notes.is_newer = True
        newest = f"{standard} {full} is not known here, {versions[-1]} is the newest; what is alike was read."
        document.notes.at(found[1], newest)
    return full
