"""Records of Kafka's own topics: committed offsets, the state of groups of every kind, of transactions and of share groups.

Chosen by the topic's name, and proved by key and value being used up to their last bytes: a topic of that name may hold anything.
A value says only its version. What it is stands in its key, so both are read together; a tombstone says what was removed.
"""

from dataclasses import replace
from functools import lru_cache, partial
from typing import NamedTuple

from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.kafka_message import int16_at, number_at, say, tree_of
from meshdesk.decode.kafka_records import INTERNAL, RecordType, meaning
from meshdesk.decode.line import LONGEST
from meshdesk.decode.one_line import OneLine
from meshdesk.decode.parts import without_spans
from meshdesk.model.node import Node, Word

NAME = "Kafka internal"
HEAD = 2  # bytes of the type in front of a key, and of the version in front of a value
ROOT, CHAIN = Node("", "record", ""), (Layer(NAME),)  # of what is listed


def could_be(payload: Payload, data: bytes, schemas: Schemas) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether the topic is one of Kafka's own."""
    return payload.topic in INTERNAL


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """A key or a value of an internal topic, the value with its key. Raises Undecodable."""
    types = INTERNAL.get(payload.topic)
    if types is None:
        raise Undecodable("the topic is none of Kafka's own")
    if bounds.line:
        return _said(payload, data, types, bounds)
    if payload.role == "key":
        return _decoded(payload, *_head(data, types, bounds), (), (0, len(data)), bounds)
    if payload.record_key is None:
        raise Undecodable("its record has no key, which says what it is")
    number, record, key = _head(payload.record_key, types, bounds)
    version = number_at(data, 0, "value_version")
    noted = partial(meaning, record.name)
    value = tree_of(data, HEAD, record.value, int(version.text), _less(bounds), noted, "value")
    return _decoded(payload, number, record, key, (version, value), (0, len(data)), bounds)


def _said(payload: Payload, data: bytes, types: dict[int, RecordType], bounds: Bounds) -> Decoded:
    """The same as the words of a line."""
    key = data if payload.role == "key" else payload.record_key
    if key is None:
        raise Undecodable("its record has no key, which says what it is")
    known = _known(payload.topic, key) if len(key) <= LONGEST else _key(types, key, bounds)
    if payload.role == "key":
        return Decoded(ROOT, CHAIN, known.format, words=[*known.before, *known.words])
    version = int16_at(data, 0, "value_version")
    line = OneLine()
    whole = line.begin("", is_array=False)
    line.again(known.before)
    line.scalar("value_version", "int", str(version))
    if not line.again(known.words):
        say(key, HEAD, known.record.key, 0, bounds, line, "key")
    say(data, HEAD, known.record.value, version, bounds, line, "value")
    line.end(whole, "record", 3)
    return Decoded(ROOT, CHAIN, known.format, words=line.words)


class _Key(NamedTuple):
    """What a line says of a key: in a value's, the version of the value stands between."""

    record: RecordType
    format: str
    before: list[Word]  # type and number
    words: list[Word]


def _key(types: dict[int, RecordType], key: bytes, bounds: Bounds) -> _Key:
    number, record = _type(key, types)
    line = OneLine()
    whole = line.begin("", is_array=False)
    line.scalar("type", "enum", record.name)
    line.scalar("key_type", "int", str(number))
    count = len(line.words)
    say(key, HEAD, record.key, 0, bounds, line, "key")
    line.end(whole, "record", 3)
    return _Key(record, record.name.lower().replace("_", " "), line.words[:count], line.words[count:])


@lru_cache(maxsize=4_096)  # a group commits each of its partitions every five seconds, each time with the same key
def _known(topic: str, key: bytes) -> _Key:
    return _key(INTERNAL[topic], key, Bounds())


def could_change(payload: Payload, tree: Node) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether it is a tombstone in a topic of Kafka's own."""
    return payload.data is None and payload.topic in INTERNAL


def opened(payload: Payload, decoded: Decoded) -> Decoded | None:
    """What a tombstone removes, by its key."""
    types = INTERNAL.get(payload.topic)
    if types is None or payload.data is not None or payload.role == "key" or payload.record_key is None:
        return None
    bounds = Bounds()
    try:
        number, record, key = _head(payload.record_key, types, bounds)
    except Undecodable:
        return None
    nothing = (Node("value_version", "null", "null"), Node("value", "null", "null"))
    found = _decoded(payload, number, record, key, nothing, None, bounds)
    return Decoded(found.tree, (*decoded.chain, *found.chain), decoded.format)


def _head(data: bytes, types: dict[int, RecordType], bounds: Bounds) -> tuple[Node, RecordType, Node]:
    """The type of a key, and the key behind it."""
    _, record = _type(data, types)
    number = number_at(data, 0, "key_type")
    return number, record, tree_of(data, HEAD, record.key, 0, _less(bounds), partial(meaning, record.name), "key")


def _type(data: bytes, types: dict[int, RecordType]) -> tuple[int, RecordType]:
    number = int16_at(data, 0, "key_type")
    record = types.get(number)
    if record is None:
        raise Undecodable(f"{number} is no type of record of this topic")
    return number, record


def _less(bounds: Bounds) -> Bounds:
    """Half of the nodes for the key, half for the value, less those around them."""
    return replace(bounds, nodes=max(0, bounds.nodes // 2 - 4), depth=bounds.depth - 1)


def _decoded(
    payload: Payload,
    number: Node,
    record: RecordType,
    key: Node,
    value: tuple[Node, ...],
    span: tuple[int, int] | None,
    bounds: Bounds,
) -> Decoded:
    if bounds.width < 5 or bounds.text < len(record.name) or bounds.depth < 1:
        raise Undecodable("nothing may be made of it")
    parts: tuple[Node, ...]
    if payload.role == "key":
        parts = (Node("type", "enum", record.name, span=number.span), number, key)
    else:  # the key's bytes are not those of the value
        version, content = value
        parts = (Node("type", "enum", record.name), without_spans(number), version, without_spans(key), content)
    words = record.name.lower().replace("_", " ")
    return Decoded(Node("", "record", "", parts, span=span), (Layer("Kafka internal", words),), words)
