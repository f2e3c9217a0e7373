"""Schemas as a capture carries them, and what is known of an id that it does not carry."""

from dataclasses import dataclass
from enum import Enum


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
    id: int
    type: str  # "AVRO", "JSON", "PROTOBUF"
    text: str
    references: tuple[Reference, ...] = ()
    subject: str = ""
    version: int = 0


class SchemaState(Enum):
    """Why there is no schema for an id: four different answers."""

    UNKNOWN_ID = "unknown"  # the registry said 404
    NOT_FETCHED = "not fetched"
    UNREACHABLE = "unreachable"
    NO_REGISTRY = "no registry"
