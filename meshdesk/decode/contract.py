"""What a decoder is: bytes in, `Decoded` out, or `Undecodable`.

The invariant, for every decoder and whatever bytes come: it returns or raises Undecodable, never anything else, and it
ends within its bounds. Anything else is a bug of the decoder and is shown as one.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from meshdesk.model.node import Node, Tones, Word
from meshdesk.model.schema import Schema, SchemaName, SchemaState
from meshdesk.model.value import value

KEEPING = 5  # levels of arrays that leave some nodes to what stands behind them


class Undecodable(Exception):
    """This decoder does not read these bytes; the text is a phrase that says why ("it is no JSON at byte 12").

    `trouble` is a sentence for the reader, where the bytes look as if this decoder was meant to read them. It is shown
    only where nothing else reads them either; where it `is_sure`, as a header says so, it is shown whatever reads them.
    """

    def __init__(self, why: str, trouble: str = "", is_sure: bool = False) -> None:
        super().__init__(why)
        self.trouble, self.is_sure = trouble, is_sure


@value(frozen=True, slots=True)
class Layer:
    """One step of the chain as the user reads it."""

    name: str
    detail: str = ""


@value(frozen=True, slots=True)
class Declined:
    """A decoder that was tried, and why it declined."""

    name: str
    why: str


@value(frozen=True, slots=True)
class Payload:
    """A key or a value as received, and what may help to read it. `data` None is null, which is not empty."""

    data: bytes | None
    role: Literal["key", "value"]
    topic: str
    headers: tuple[tuple[str, bytes | None], ...]
    record_key: bytes | None = None  # of the record, where this is its value: Kafka's own topics need both to be read
    asked: str = ""  # the name of the decoder that somebody wants to read it, before all others
    masked: tuple[str, ...] = ()  # names of secrets whose bytes are no more than a mask (decode/connect_secrets.py)

    def wants(self, decoder: str) -> bool:
        """Whether somebody has asked for that decoder: then it needs no proof that the bytes are its own, and still reads all."""
        return self.asked == decoder

    def header(self, name: str) -> bytes | None:
        """The last header of that name; None where there is none, or where it is null."""
        for known, said in reversed(self.headers):
            if known == name:
                return said
        return None


class Schemas(Protocol):
    """Where schemas come from: the capture carries them."""

    def find_schema(self, name: SchemaName) -> Schema | SchemaState:
        """The schema, or which of four reasons there is none."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a decoder may make of one payload; beyond it, it says what it leaves out."""

    bytes: int = 32 << 20  # Kafka's own limit is 1 MB by default, and brokers that were opened up take some 10 MB
    # A tree of so many rows is 5 MB on the pipe; nobody reads more of one record at once. An array leaves a tenth of those
    # that are left when it begins (`kept_behind`): fields behind it say what the record is.
    nodes: int = 50_000
    depth: int = 200  # deeper nesting is an attack or a loop; Python's stack ends at a thousand
    text: int = 1_000_000  # characters of one scalar that are shown
    width: int = 50_000  # parts of one container that are shown; a line has room for few
    layers: int = 4  # compressions and containers within each other that are opened; more are an attack
    tells: bool = True  # whether it is wanted who declined, and why; a list asks only those that may read the payload
    line: bool = (
        False  # whether the words of a line do in place of a tree (Decoded.words); who makes none gives the tree
    )
    spans: bool = False  # whether the bytes behind nodes are wanted where that costs a second walk: JSON's
    # Containers of which parts are wanted that a tree leaves out: the byte at which each begins (Node.span), and the number of
    # the first part that is made. Which formats heed it stands in windows.py.
    windows: tuple[tuple[int, int], ...] = ()

    def first_at(self, start: int) -> int:
        """The number of the first part that is made of the container that begins at a byte."""
        return next((first for at, first in self.windows if at == start), 0)


def kept_behind(nodes: int, depth: int) -> int:
    """How many of the nodes that are left an array at a depth must not use up; of deep ones each would leave less to the next."""
    return nodes // 10 if depth <= KEEPING else 0


@value(frozen=True, slots=True)
class Decoded:
    """What the bytes say, and how that was found out."""

    tree: Node
    chain: tuple[Layer, ...]
    format: str  # a short word for a column: "Avro 42", "JSON", "text", "bytes", "null", "empty"
    schema: Schema | None = None
    tried: tuple[Declined, ...] = ()
    trouble: str = ""  # a sentence where it could not be decoded as it should; the bytes are shown all the same
    unpacked: bytes | None = (
        None  # what was compressed, unpacked: the spans of the tree lie in it, and not in the payload
    )
    # Those of its line, where Bounds.line asked for them, or the line itself where it was laid out already (line.Laid); the tree
    # is then no more than its root.
    words: list[Word] | tuple[str, Tones] | None = None
    listed: Node | None = None  # what a list shows in place of the tree: the same with text that the tree opens


@value(frozen=True, slots=True)
class Preview:
    """The same on one line."""

    text: str
    spans: Tones
    format: str
    trouble: str = ""


class Decoder(Protocol):
    """A module of this package with these two names.

    It may have four more, by which a list of rows is spared from asking it in vain. `BEGINS` holds the bytes that such a
    payload can begin with, and `could_be(payload, data, schemas)` is a glance that costs nothing: of anything else the decoder
    has no word to say but that it declines. `HEADERS` are the beginnings, in small letters, of the names of headers that it
    looks at, and `minds(payload, data)` tells whether those of a record say anything to it; where they do, the first two do
    not count.
    """

    NAME: str

    def decode(self, payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:
        """Reads `data` (the payload's bytes, or what was unpacked from them). Raises Undecodable."""


class Envelope(Protocol):
    """A module of this package that knows the form of a value that was read: CloudEvents, a change event, an internal topic."""

    NAME: str

    def opened(self, payload: Payload, decoded: Decoded) -> Decoded | None:
        """The same with its envelope named in the chain, and whatever it adds; None where this is not it. Also asked of null:
        a tombstone may be an event, too."""

    def could_change(self, payload: Payload, tree: Node) -> bool:
        """A glance: whether a line can look otherwise for it, or its format have another word. Most of what an envelope says
        stands in the chain and in notes, which a list does not show."""
