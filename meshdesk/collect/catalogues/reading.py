"""One file of a catalogue: from its bytes to what it claims and what of it was not understood."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from meshdesk.collect.catalogues import odcs, odps
from meshdesk.collect.catalogues.catalogue import Catalogue, Claim
from meshdesk.collect.catalogues.events import documents
from meshdesk.collect.catalogues.text import decoded
from meshdesk.collect.catalogues.tree import Entries, Node, Notes, Part
from meshdesk.model.frame import Message
from meshdesk.model.schema_files import ABOUT, link

# A new format is a file with NAME, SIGN, is_one and read, and its line here. The first that knows a document reads it.
CATALOGUES: tuple[Catalogue, ...] = (odcs, odps)

DOCUMENTS_MOST = 200  # of a file
ENDINGS = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class Said:
    """What a file says."""

    format: str  # "ODCS 3.1.0"; several with commas; "" where none was recognised
    claims: tuple[Claim, ...]
    notices: tuple[Message, ...]  # {"line", "column", "text"}


def read(data: bytes, name: str) -> Said | None:
    """What a file says, or None where it is none of a catalogue. `name` is its path, with / in it. Never raises."""
    if not has_sign(data):
        return None
    notes = Notes()
    found = documents(decoded(data, notes), notes)
    claims: dict[tuple[str, str], Claim] = {}
    stem = PurePosixPath(name).name.partition(".")[0] or name
    for node in found[:DOCUMENTS_MOST]:
        claim = _claim(node, stem, notes)
        if claim is None:
            continue
        key = (claim.kind, claim.about)
        if key in claims:
            said = f"The {claim.kind} “{claim.about}” stands in line {claims[key].line} already; what stands here was read."
            notes.add(claim.line, 1, said)
        claims[key] = claim
        for one in _links(claim, name):
            claims[one.kind, one.about] = one
    if not claims and not _is_named_so(name):
        return None
    if not claims:
        notes.add(
            1,
            1,
            "Nothing in this file is a data contract (ODCS) or a data product (ODPS). Check its kind and apiVersion.",
        )
    if len(found) > DOCUMENTS_MOST:
        notes.at(
            found[DOCUMENTS_MOST], f"The file holds {len(found):,} documents; the first {DOCUMENTS_MOST} were read."
        )
    formats = dict.fromkeys(claim.format for claim in claims.values())
    return Said(", ".join(formats), tuple(claims.values()), tuple(notes.messages()))


def has_sign(data: bytes) -> bool:
    """Whether the bytes hold a word without which no file of a catalogue is, in any encoding."""
    text = data.decode("latin-1").replace("\0", "")
    return any(catalogue.SIGN.search(text) for catalogue in CATALOGUES)


def _claim(node: Node, stem: str, notes: Notes) -> Claim | None:
    if not isinstance(node, Entries):
        return None
    document = Part(node, notes)
    quiet = Part(node, Notes())  # whose document it is is asked of all, and said by none
    for catalogue in CATALOGUES:
        if catalogue.is_one(quiet):
            claim = catalogue.read(document, stem)
            if not document.find("id", "uuid", "info.id", "metadata.id"):
                notes.add(
                    node.line, node.column, f"The {claim.kind} has no id; the file's name, “{stem}”, stands for it."
                )
            return claim
    return None


def _links(claim: Claim, name: str) -> Iterator[Claim]:
    """The schema files that a contract says its topics are written by."""
    for topic in claim.value.get("topics", ()):
        if "schema" in topic and topic.get("name"):
            at, line = topic["schema"]["at"], topic["schema"]["line"]
            yield Claim("schema", f"{ABOUT}{name} {topic['name']}", link(topic["name"], at), line, claim.format)


def _is_named_so(name: str) -> bool:
    """A file that says by its name what it is, and holds nothing of it, is one that somebody misses."""
    return any(f".{catalogue.NAME.lower()}." in name.lower() for catalogue in CATALOGUES)
