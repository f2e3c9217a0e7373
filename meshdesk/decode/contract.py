"""What a decoder is: bytes in, `Decoded` out, or `Undecodable`.

The invariant, for every decoder and whatever bytes come: it returns or raises Undecodable, never anything else, and it
ends within its bounds. Anything else is a bug of the decoder and is shown as one.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from meshdesk.model.node import Node, Tones
from meshdesk.model.schema import Schema, SchemaState


class Undecodable(Exception):
    """This decoder does not read these bytes; the text is a phrase that says why ("it is no JSON at byte 12").

    `trouble` is a sentence for the reader, where the bytes look as if this decoder was meant to read them. It is shown
    only where nothing else reads them either.
    """

    def __init__(self, why: str, trouble: str = "") -> None:
        super().__init__(why)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Layer:
    """One step of the chain as the user reads it."""

    name: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Declined:
    """A decoder that was tried, and why it declined."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Payload:
    """A key or a value as received, and what may help to read it. `data` None is null, which is not empty."""

    data: bytes | None
    role: Literal["key", "value"]
    topic: str
    headers: tuple[tuple[str, bytes | None], ...]


class Schemas(Protocol):
    """Where schemas come from: the capture carries them."""

    def by_id(self, id: int) -> Schema | SchemaState:
        """The schema, or which of four reasons there is none."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a decoder may make of one payload; beyond it, it says what it leaves out."""

    bytes: int = 32 << 20  # Kafka's own limit is 1 MB by default, and brokers that were opened up take some 10 MB
    nodes: int = 50_000  # a tree of so many rows is 5 MB on the pipe; nobody reads more of one record
    depth: int = 200  # deeper nesting is an attack or a loop; Python's stack ends at a thousand
    text: int = 1_000_000  # characters of one scalar that are shown
    width: int = 50_000  # parts of one container that are shown; a line has room for few


@dataclass(frozen=True, slots=True)
class Decoded:
    """What the bytes say, and how that was found out."""

    tree: Node
    chain: tuple[Layer, ...]
    format: str  # a short word for a column: "Avro 42", "JSON", "text", "bytes", "null", "empty"
    schema: Schema | None = None
    tried: tuple[Declined, ...] = ()
    trouble: str = ""  # a sentence where it could not be decoded as it should; the bytes are shown all the same


@dataclass(frozen=True, slots=True)
class Preview:
    """The same on one line."""

    text: str
    spans: Tones
    format: str
    trouble: str = ""


class Decoder(Protocol):
    """A module of this package with these two names."""

    NAME: str

    def decode(self, payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:
        """Reads `data` (the payload's bytes, or what a framing left of them). Raises Undecodable."""
