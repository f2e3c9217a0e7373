"""Records of MirrorMaker's own topics: heartbeats, checkpoints of groups, and which offset there is which offset here.

Chosen by the end of the topic's name, as they may be mirrored themselves, and proved by key and value being used up to their last
bytes. Half of what a record says stands in its key, so a value is shown with it.
"""

from dataclasses import replace
from functools import lru_cache

from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.kafka_message import int16_at, number_at, say, tree_of
from meshdesk.decode.kafka_records import MIRRORED, Mirrored, meaning
from meshdesk.decode.line import LONGEST, Words
from meshdesk.decode.one_line import OneLine
from meshdesk.decode.parts import without_spans
from meshdesk.model.node import Node

NAME = "MirrorMaker"
ENDS = tuple(kind.ends for kind in MIRRORED)
VERSION = 2  # bytes of the version in front of a value


def could_be(payload: Payload, data: bytes, schemas: Schemas) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether the topic is named as one of MirrorMaker's."""
    return payload.topic.endswith(ENDS)


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """A key, or a value with its key's fields before its own. Raises Undecodable."""
    name = payload.topic
    kind = next((kind for kind in MIRRORED if name.endswith(kind.ends) and name.startswith(kind.begins)), None)
    if kind is None:
        raise Undecodable("the topic is none of MirrorMaker's")
    if bounds.line:
        return _said(payload, data, kind, bounds)
    half = replace(bounds, nodes=bounds.nodes // 2, width=bounds.width // 2)

    def noted(field: str, number: str) -> str:
        return meaning(NAME, field, number)

    if payload.role == "key":
        key = tree_of(data, 0, kind.key, 0, bounds, noted, "")
        return Decoded(key, (Layer(NAME, kind.name),), f"mirror {kind.name}")
    if payload.record_key is None:
        raise Undecodable("its record has no key, which says what it is of")
    key = tree_of(payload.record_key, 0, kind.key, 0, half, noted, "")
    start, detail = 0, kind.name
    if kind.has_version:
        version = number_at(data, 0, "version")
        if version.text != "0":
            raise Undecodable(f"it says version {version.text}, of which none is known")
        start, detail = VERSION, f"{kind.name}, version 0"
    value = tree_of(data, start, kind.value, 0, half, noted, "")
    parts = (*without_spans(key).children, *value.children)
    return Decoded(Node("", "record", "", parts, span=(0, len(data))), (Layer(NAME, detail),), f"mirror {kind.name}")


def _said(payload: Payload, data: bytes, kind: Mirrored, bounds: Bounds) -> Decoded:
    """The same as the words of a line."""
    key = data if payload.role == "key" else payload.record_key
    if key is None:
        raise Undecodable("its record has no key, which says what it is of")
    known = _known(kind, key) if len(key) <= LONGEST else None
    line = OneLine()
    whole = line.begin("", is_array=False)
    if known is None or not line.again(known):
        say(key, 0, kind.key, 0, bounds, line, None)
    if payload.role == "value":
        version = int16_at(data, 0, "version") if kind.has_version else 0
        if version:
            raise Undecodable(f"it says version {version}, of which none is known")
        say(data, VERSION if kind.has_version else 0, kind.value, 0, bounds, line, None)
    line.end(whole, "record", len(kind.key.fields))
    return Decoded(Node("", "record", ""), (Layer(NAME, kind.name),), f"mirror {kind.name}", words=line.words)


@lru_cache(maxsize=4_096)  # the same group and partition come every few seconds
def _known(kind: Mirrored, key: bytes) -> Words:
    """What a line says of a key. Raises Undecodable."""
    line = OneLine()
    line.begin("", is_array=False)
    say(key, 0, kind.key, 0, Bounds(), line, None)
    return line.words
