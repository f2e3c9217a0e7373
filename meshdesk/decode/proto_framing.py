"""What stands between a schema's id and a Protobuf message: which message of the schema it is.

Confluent (MessageIndexes.java, confluent-kafka-python): a zig-zag varint count and as many zig-zag varint indexes, a path
through nested messages; a count of 0 is short for the first message. An older form wrote plain varints. Apicurio
(ProtobufSerdeHeaders, Ref in ref.proto): the indexes where they are switched on, then a length and Ref {1: name}.
Nothing of it proves itself; the reading that knows all fields of its message wins.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from meshdesk.decode.contract import Bounds, Layer, Undecodable
from meshdesk.decode.proto_inspect import inspected
from meshdesk.decode.proto_plan import Book
from meshdesk.decode.proto_wire import LENGTH, varint, zigzag
from meshdesk.decode.protobuf import Reading, read
from meshdesk.model.proto_schema import Message, Types, all_messages

PATH = 32  # messages within messages that an index may lead through; protoc allows no more


class Framed(NamedTuple):
    """A message, and where it begins."""

    start: int
    message: Message
    layers: tuple[Layer, ...] = ()


Framing = Callable[[bytes, int, Types], Iterator[Framed]]  # of a message, from a byte on


def by_index(types: Types, path: list[int]) -> list[Message]:
    """The messages that a path of indexes can mean. Confluent's Python client counts the entry types of maps, its Java
    client does not."""
    found = []
    for with_entries in (True, False):
        message = _at(types, path, with_entries)
        if message is not None and not message.is_map and message not in found:
            found.append(message)
    return found


def _at(types: Types, path: list[int], with_entries: bool) -> Message | None:
    messages = types.files[0].messages if types.files else []
    message = None
    for index in path:
        choice = [one for one in messages if with_entries or not one.is_map]
        if not 0 <= index < len(choice):
            return None
        message = choice[index]
        messages = message.messages
    return message


def indexes(data: bytes, at: int) -> Iterator[tuple[list[int], int]]:
    """The paths that the bytes can begin with, and where each ends: zig-zag, then the deprecated plain form."""
    for is_zigzag in (True, False):
        try:
            path, end = _path(data, at, is_zigzag)
        except Undecodable:
            continue
        yield path, end


def _path(data: bytes, at: int, is_zigzag: bool) -> tuple[list[int], int]:
    count, at = varint(data, at, len(data))
    count = zigzag(count) if is_zigzag else count
    if not 0 <= count <= PATH:
        raise Undecodable("it does not begin with message indexes")
    path = []
    for _ in range(count):
        index, at = varint(data, at, len(data))
        path.append(zigzag(index) if is_zigzag else index)
    return path or [0], at


def confluent(data: bytes, at: int, types: Types) -> Iterator[Framed]:
    """What follows Confluent's prefix."""
    for path, start in indexes(data, at):
        for message in by_index(types, path):
            yield Framed(start, message, (Layer("message indexes", ".".join(map(str, path))),))


def apicurio(data: bytes, at: int, types: Types) -> Iterator[Framed]:
    """What follows Apicurio's prefix, or stands where its headers name the schema."""
    yield from referred(data, at, types)
    for framed in confluent(data, at, types):
        for inner in referred(data, framed.start, types):
            yield inner._replace(layers=framed.layers + inner.layers)
        yield framed
    if types.files and types.files[0].messages:
        yield Framed(at, types.files[0].messages[0])


def referred(data: bytes, at: int, types: Types) -> Iterator[Framed]:
    """A length, and so many bytes of Ref: the name of the message, often without its package and what is around it."""
    try:
        length, at = varint(data, at, len(data))
        end = at + length
        if not length or end > len(data):
            return
        parts = list(inspected(data, at, end))
        name = data[parts[0].begin : parts[0].end].decode("ascii")
    except (Undecodable, UnicodeDecodeError):
        return
    if len(parts) == 1 and parts[0].number == 1 and parts[0].wire == LENGTH:
        for message in types.named(name):
            yield Framed(end, message, (Layer("Apicurio type reference", name),))


def best(data: bytes, choices: Iterator[Framed], book: Book, bounds: Bounds) -> tuple[Framed, Reading]:
    """The first choice of which all fields are known, else the one with the fewest that are not. Raises Undecodable."""
    kept: tuple[Framed, Reading] | None = None
    why: Undecodable | None = None
    tried: set[tuple[int, str]] = set()
    for framed in choices:
        if (framed.start, framed.message.name) in tried:  # zig-zag and plain indexes are often the same
            continue
        tried.add((framed.start, framed.message.name))
        try:
            reading = read(data, framed.start, book, framed.message, bounds)
        except Undecodable as declined:
            why = why or declined
            continue
        if not reading.odd:
            return framed, reading
        if reading.known and (kept is None or reading.odd < kept[1].odd):
            kept = framed, reading
        why = why or Undecodable(f"{framed.message.name} has none of its fields")
    if kept is None:
        raise why or Undecodable("it names no message of the schema")
    return kept


def first(_: bytes, at: int, types: Types) -> Iterator[Framed]:
    """No framing at all, where nothing says which message it is: the first of the schema, then the others."""
    for message in all_messages(types.files[0].messages if types.files else []):
        if not message.is_map:
            yield Framed(at, message)
