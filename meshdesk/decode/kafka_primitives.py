"""What Kafka's own serialisers write around others: lists, and the windowed keys of Kafka Streams. All bytes must fit.

The sources: kafka-clients 4.3 ListSerializer, kafka-streams WindowKeySchema (toStoreKeyBinary in changelogs) and SessionKeySchema.
"""

import struct
from collections.abc import Callable
from dataclasses import replace

from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.moments import moment
from meshdesk.decode.number import number
from meshdesk.decode.text import as_uuid
from meshdesk.model.node import Node, more

NAME = "Kafka's lists and windows"
FIXED = {2: "int16", 4: "int32", 8: "int64", 36: "UUID"}  # bytes of an entry: its serialiser
WINDOW = range(946_684_800_000, 4_102_444_800_000)  # ms from 2000 to 2100: when windows begin
LONG = 8
INT = 4
CHANGELOG = "-changelog"  # how topics of Kafka Streams end that are the backup of a store


def could_be(payload: Payload, data: bytes, schemas: Schemas) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether it is a key with room for a window, or begins as a list does."""
    return len(data) > LONG and (payload.role == "key" or data[0] < 2)


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:
    """A list or a windowed key. Raises Undecodable."""
    length = len(data)
    if bounds.nodes < 6 or bounds.text < 40:
        raise Undecodable("nothing may be made of it")
    if length >= 9 and data[0] in (0, 1):
        try:
            return _list(data, bounds)
        except Undecodable:
            if payload.role == "value":
                raise
    if payload.role == "key" and length > LONG:
        return _windowed(payload, data, schemas, bounds)
    raise Undecodable("it is neither a list of Kafka's nor a windowed key")


# Lists


def _list(data: bytes, bounds: Bounds) -> Decoded:
    """ListSerializer: 00, how many nulls, their indexes, a count and the entries that are none; or 01, a count, and each entry
    behind its length, of which -1 is a null."""
    parts, name = _fixed(data) if data[0] == 0 else _variable(data)
    count = len(parts)
    shown = parts[: max(0, min(bounds.width, bounds.nodes - 1))]
    rest = (more(count - len(shown)),) if count > len(shown) else ()
    children = tuple(read(str(at)) for at, read in enumerate(shown))
    layer = Layer("Kafka list", name)
    return Decoded(Node("", "array", "", (*children, *rest), span=(0, len(data))), (layer,), "Kafka list")


Entry = Callable[[str], Node]


def _fixed(data: bytes) -> tuple[list[Entry], str]:
    at = 5
    nulls = _count(data, 1)
    if len(data) < at + 4 * nulls + 4:
        raise Undecodable("it is no list of Kafka's: its nulls are not there")
    indexes = struct.unpack_from(f">{nulls}i", data, at)
    at += 4 * nulls
    count = _count(data, at)
    at += 4
    size, rest = divmod(len(data) - at, count - nulls) if count > nulls else (0, 1)
    if size not in FIXED or rest:
        raise Undecodable("it is no list of Kafka's: its entries do not fill it")
    if list(indexes) != sorted(set(indexes)) or any(not 0 <= index < count for index in indexes):
        raise Undecodable("it is no list of Kafka's: its nulls are none of its entries")
    places = {}
    for index in range(count):
        if index not in indexes:
            places[index] = at
            at += size
    return [_entry(data, places.get(index), size) for index in range(count)], FIXED[size]


def _entry(data: bytes, place: int | None, size: int) -> Entry:
    if place is None:
        return lambda name: Node(name, "null", "null")
    piece = data[place : place + size]
    if size == 36:
        return lambda name: as_uuid(Node(name, "string", piece.decode("ascii", "replace"), span=(place, place + size)))
    return lambda name: number(piece, name, place)


def _count(data: bytes, at: int) -> int:
    count = int.from_bytes(data[at : at + 4], "big", signed=True)
    if not 0 <= count <= len(data):
        raise Undecodable("it is no list of Kafka's: it says more entries than there are bytes")
    return count


def _variable(data: bytes) -> tuple[list[Entry], str]:
    count, at = _count(data, 1), 5
    entries: list[Entry] = []
    is_text = True
    for _ in range(count):
        length = int.from_bytes(data[at : at + 4], "big", signed=True)
        at += 4
        if at > len(data) or length < -1 or at + max(length, 0) > len(data):
            raise Undecodable("it is no list of Kafka's: its entries do not fill it")
        if length == -1:
            entries.append(lambda name: Node(name, "null", "null"))
            continue
        piece = data[at : at + length]
        is_text = is_text and _is_text(piece)
        entries.append(_piece(piece, at))
        at += length
    if at != len(data) or not entries:
        raise Undecodable("it is no list of Kafka's: its entries do not fill it")
    return entries, "text" if is_text else "bytes"


def _is_text(data: bytes) -> bool:
    try:
        return "\0" not in data.decode("utf-8")
    except UnicodeDecodeError:
        return False


def _piece(data: bytes, at: int) -> Entry:
    span = (at, at + len(data))
    if _is_text(data):
        return lambda name: Node(name, "string", data.decode("utf-8"), span=span)
    return lambda name: Node(name, "bytes", data.hex(), span=span)


# Windowed keys


def _windowed(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:
    """A key of Kafka Streams: the key itself, then when its window begins; of a session when it ends, and begins."""
    if payload.topic.endswith(CHANGELOG) and len(data) > LONG + INT:
        start, sequence = _time(data[:-INT], -LONG), int.from_bytes(data[-INT:], "big", signed=True)
        inner = _key(payload, data[: -LONG - INT], schemas, bounds) if start is not None and sequence >= 0 else None
        if inner is not None and start is not None:
            begins = _node("window_start", start, data[:-INT], 1)
            number = Node("sequence", "int", str(sequence), (), "int32", (len(data) - INT, len(data)))
            return _in_window(inner, (begins, number), len(data), "of a window store")
    if _time(data, -LONG) is None:
        raise Undecodable("it does not end with the time of a window")
    end = _time(data, -2 * LONG) if len(data) > 2 * LONG else None
    start = _time(data, -LONG)
    if end is not None and start is not None and start <= end:
        inner = _key(payload, data[: -2 * LONG], schemas, bounds)
        if inner is not None:
            times = (_node("window_start", start, data, 1), _node("window_end", end, data, 2))
            return _in_window(inner, times, len(data), "session window")
    inner = _key(payload, data[:-LONG], schemas, bounds)
    if inner is None or start is None:
        raise Undecodable("nothing reads what stands before the time of a window")
    return _in_window(inner, (_node("window_start", start, data, 1),), len(data), "window start")


def _time(data: bytes, at: int) -> int | None:
    found = int.from_bytes(data[at : at + LONG or None], "big", signed=True)
    return found if found in WINDOW else None


def _node(name: str, millis: int, data: bytes, place: int) -> Node:
    start = len(data) - place * LONG
    return Node(name, "timestamp", moment(millis, 3) or str(millis), (), "int64", (start, start + LONG))


def _key(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded | None:
    # The chain knows this decoder; this one asks the chain anew.
    from meshdesk.decode import chain

    if bounds.layers <= 0 or not data:
        return None
    inner = chain.inner(
        replace(payload, role="value"),
        data,
        schemas,
        replace(bounds, layers=bounds.layers - 1, nodes=bounds.nodes - 4, line=False),
    )
    return inner if inner.format != "bytes" and inner.unpacked is None else None


def _in_window(inner: Decoded, times: tuple[Node, ...], length: int, detail: str) -> Decoded:
    tree = Node("", "record", "", (replace(inner.tree, name="key"), *times), "windowed key", (0, length))
    return replace(inner, tree=tree, chain=(*inner.chain, Layer("windowed key", detail)), trouble="")
