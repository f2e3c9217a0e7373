"""What the window knows of a record: one row of a list, and the details of the one that is selected. Text, never payload bytes."""

from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal, cast

from meshdesk.model.decode_as import NO_CHOICE, About, Choice
from meshdesk.model.frame import Message
from meshdesk.model.node import Node, from_frame, to_frame
from meshdesk.model.value import value

TimestampType = Literal["none", "create", "append"]
TIMESTAMP_TYPES: tuple[TimestampType, ...] = ("none", "create", "append")  # by Kafka's own numbers 0, 1, 2
SLOW = 0.5  # s at work on one row after which look says which it is: most screens take some ms, and have 2 s


@value(frozen=True, slots=True)
class Row:
    """A record as a list shows it. Texts are cut to what fits; `null_key` and `null_value` tell ∅ from empty."""

    row: int  # its number in the capture, by which everything else asks for it
    topic: str
    partition: int
    offset: int
    timestamp: int | None  # ms since the epoch; None where the record has none
    key: str
    value: str
    tones: tuple[tuple[int, int, str], ...]  # (start, end, tone) in `value`
    format: str  # a short word for the column: "Avro 42", "JSON", "text"
    headers: str  # names, as far as they fit
    header_count: int
    size: int  # bytes of key, value and headers as received
    null_key: bool = False
    null_value: bool = False
    trouble: str = ""  # a sentence where it could not be decoded as it should
    k: int = -1  # its number in its topic, which it keeps in every list
    is_bare: bool = False  # only what is stored as columns; key and value are still to be decoded


TONES = Row.__slots__.index("tones")


@value(frozen=True, slots=True)
class Part:
    """A key, a value or a header's value, read as far as it can be."""

    tree: Node
    chain: tuple[str, ...]  # how it was read: ("Confluent id 42", "Avro")
    format: str
    size: int | None  # bytes; None is null
    text: str  # pretty text, cut at a bound and saying so
    dump: tuple[tuple[str, str, str], ...]  # lines of (offset, bytes in hex, printable characters), cut likewise
    cut: int  # bytes that the dump leaves out
    schema: str = ""  # which schema was used, as a phrase; "" where none
    schema_text: str = ""
    schema_link: str = ""  # its address in the registry, for a browser
    tried: tuple[tuple[str, str], ...] = ()  # (decoder, why it declined)
    trouble: str = ""
    unpacked: int | None = None  # bytes of what was compressed, unpacked: the dump and all spans are of these
    choice: Choice = NO_CHOICE  # what somebody may ask, and has asked, it to be decoded as


@dataclass(frozen=True, slots=True)
class Details:
    """All that the inspector shows of one record."""

    row: int
    topic: str
    partition: int
    offset: int
    timestamp: int | None
    timestamp_type: TimestampType
    leader_epoch: int | None
    size: int
    key: Part
    value: Part
    headers: tuple[tuple[str, Part], ...]  # in the record's order, repeats kept
    decoders: tuple[str, ...] = ()  # the names of those that may be asked for


def row_frame(row: Row) -> list[Any]:
    """A row as JSON for the pipe: its fields in order. Its tones are one list, three items each: as lists in a list they would
    be ten objects more of each row, which Python's collector looks through."""
    values = [getattr(row, name) for name in Row.__slots__]
    values[TONES] = [*chain.from_iterable(row.tones)]
    return values


def row_from(fields: list[Any]) -> Row:
    """The row that `row_frame` wrote."""
    values = list(fields)  # in the order of the fields: some ten thousand rows a second come while a list is dragged
    flat = iter(values[TONES])
    values[TONES] = tuple(zip(flat, flat, flat, strict=True))
    return Row(*values)


def details_frame(details: Details) -> Message:
    """The details as JSON for the pipe."""
    plain = {name: getattr(details, name) for name in Details.__slots__}
    return plain | {
        "key": _part_frame(details.key),
        "value": _part_frame(details.value),
        "headers": [[name, _part_frame(part)] for name, part in details.headers],
    }


def details_from(message: Message) -> Details:
    """The details that `details_frame` wrote."""
    fields = {name: message[name] for name in Details.__slots__}
    return Details(
        **fields
        | {
            "key": _part_from(fields["key"]),
            "value": _part_from(fields["value"]),
            "headers": tuple((str(name), _part_from(part)) for name, part in fields["headers"]),
            "decoders": tuple(fields["decoders"]),
        }
    )


def _part_frame(part: Part) -> Message:
    choice = [part.choice.abouts, part.choice.asked, part.choice.decoder]
    return {name: getattr(part, name) for name in Part.__slots__} | {"tree": to_frame(part.tree), "choice": choice}


def _part_from(message: Message) -> Part:
    fields = {name: message[name] for name in Part.__slots__}
    pairs = {name: tuple(tuple(item) for item in fields[name]) for name in ("dump", "tried")}
    abouts, asked, decoder = fields["choice"]
    choice = Choice(tuple(About(*about) for about in abouts), About(*asked) if asked else None, decoder)
    whole = {"tree": from_frame(fields["tree"]), "chain": tuple(fields["chain"]), "choice": choice}
    return Part(**fields | cast(Message, pairs) | whole)
