"""Schemas as a capture carries them, and what is known of an id that it does not carry."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Literal, NamedTuple

from meshdesk.model.address import GLUE

NameKind = Literal["id", "guid", "content", "global", "glue", "azure", "fingerprint", "buf", "file", "subject", "type"]
# What collect asks registries for; of other names nobody need wait for an answer.
FETCHED: frozenset[NameKind] = frozenset({"id", "guid", "content", "global", "glue"})

BY_CHANCE: frozenset[NameKind] = frozenset({"guid", "glue"})  # names that any payload may look as if it had
RANDOM = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
)  # a UUID of version 4 (RFC 9562)


class SchemaName(NamedTuple):
    """By what a record names its schema: a registry's number or GUID, Apicurio's content or global id, Glue's UUID of a
    version, Azure's id, Avro's CRC-64 fingerprint in hex, a commit of Buf's registry; "file" is what the user chose for the
    keys or the values of a topic: "orders-value". In files of schemas "subject" is what a file's name says that it is for, and
    "type" what it declares (SchemaFiles.types)."""

    kind: NameKind
    id: str

    @property
    def about(self) -> str:
        """As the subject of a fact: a plain number is the id of Confluent's API.

        >>> SchemaName("id", "42").about, SchemaName("global", "7").about
        ('42', 'global 7')
        """
        return self.id if self.kind == "id" else f"{self.kind} {self.id}"


def is_fetched(name: SchemaName, registry: str) -> bool:
    """Whether collect asks a registry, by its address, for schemas of such names: Apicurio's ids only one that is Apicurio's, and
    AWS Glue for its own alone, whose UUIDs are random ones: other bytes only look like one."""
    if name.kind == "glue" or registry.startswith(GLUE):
        return name.kind == "glue" and registry.startswith(GLUE) and RANDOM.fullmatch(name.id) is not None
    return name.kind in FETCHED and (name.kind in ("id", "guid") or "/apis/" in registry)


@dataclass(frozen=True, slots=True)
class Reference:
    """A schema that another one refers to by name."""

    name: str
    subject: str
    version: int
    text: str


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema as its registry answers it, with all that it refers to."""

    registry: str
    id: int  # 0 where it has another name
    type: str  # "AVRO", "JSON", "PROTOBUF"
    text: str  # of Protobuf also base64 of a FileDescriptorProto, as some registries answer
    references: tuple[Reference, ...] = ()
    subject: str = ""
    version: int = 0
    guid: str = ""  # or the name that it has instead
    rules: str = ""  # its ruleSet as JSON (Confluent's data contracts), which says what is encrypted

    @property
    def called(self) -> str:
        """What a sentence calls it: by its id, by the name that it has instead, or by its file."""
        return str(self.id) if self.id else self.guid or self.registry.rpartition("/")[2] or self.subject


class SchemaState(Enum):
    """Why there is no schema for an id: four different answers."""

    UNKNOWN_ID = "unknown"  # the registry said 404
    NOT_FETCHED = "not fetched"
    UNREACHABLE = "unreachable"
    NO_REGISTRY = "no registry"
