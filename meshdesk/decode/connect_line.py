"""JSON that says itself what it is, as the line that a list shows: Kafka Connect's with its schema, events of Debezium,
CloudEvents.

Connect writes its schema into each record of a topic, several times as long as the record and always the same. So it is known
by its bytes, and what is made of it is kept. What the line says is what connect_json.py, cloudevents.py and debezium.py make of
the tree that a list shows, in the order of line_order.py, held equal to them by tests; of a change event no more than its
decimals and its order look otherwise than its JSON.
"""

import json
from collections.abc import Callable, Collection
from functools import lru_cache
from operator import itemgetter
from typing import Any

from meshdesk.decode import cloudevents, connect_json, json_line
from meshdesk.decode.cloudevents import REQUIRED
from meshdesk.decode.connect_types import LOGICAL, as_bytes, variable_decimal
from meshdesk.decode.contract import Bounds, Payload
from meshdesk.decode.debezium import FLAT, MONGODB, WORDS
from meshdesk.decode.json_text import document_of
from meshdesk.decode.line import (
    CLOSE,
    INSIDE,
    LEFT,
    LONGEST,
    MOST,
    NOTHING,
    OPEN,
    TELLING,
    Unlisted,
    Words,
    close_array,
    count_word,
    is_inside,
    name_word,
    text_word,
)
from meshdesk.decode.line_order import OF_CHANGE, OF_EVENT, ordered
from meshdesk.decode.parts import part, text_of
from meshdesk.model.node import SHORT, Kind, Node, Tones, Word, line_of, word_of
from meshdesk.model.value import value as a_value

SCHEMA, PAYLOAD, END = b'{"schema":', b',"payload":', "}"  # as Connect's JsonConverter writes them, without blanks
LARGEST = 90_000  # bytes of a payload, of which each two may be a node: so the bound on nodes is not reached
LONG = 32 << 10  # bytes of a schema; that of a table of 200 columns, twice in a change event, has some 30 KB
SAMPLE = 200  # bytes by which one is found: names and types of the first columns
SCHEMAS = 64  # kept: those of keys and values of 32 topics, at most 2 MB and what is made of them
NEST = 100  # levels within each other
BRACKETS = 200  # that open: no more levels than those are within each other
EVENT = b'"specversion"'
BLANKS = " \t\r\n"
SCALED = {"scale", "value"}
NO_ROWS: frozenset[str] = frozenset()
IMAGES = frozenset(("before", "after"))
OF_MONGODB = ("connector", MONGODB)  # in the source of an event whose rows are documents, written as text
TEXTS = {str, type(None)}

# As in json_line.py: numbers are bytes, objects tuples of pairs; strict, so what has control characters is the decoder's.
_scan: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder(
    object_pairs_hook=tuple, parse_int=str.encode, parse_float=str.encode, parse_constant=str.encode
).scan_once  # type: ignore[attr-defined]
_name = lru_cache(maxsize=10_000)(name_word)  # names of fields, those of a mesh
_shapes: dict[bytes, list[tuple[bytes, "Shape | None"]]] = {}


@a_value(frozen=True, slots=True)
class Shape:
    """What a schema says of a value."""

    convert: Callable[[Node], Node | None] | None = None  # of a scalar, or of a decimal with its own scale
    is_variable: bool = False  # it is such a decimal
    fields: "dict[str, Shape | None] | None" = None  # of a struct
    items: "Shape | None" = None  # of an array
    values: "Shape | None" = None  # of a map
    is_map: bool = False


def may_be(payload: Payload) -> bool:
    """Whether an object or array of JSON is looked at here."""
    data = payload.data or b""
    if len(data) > LARGEST:
        return False
    if data.startswith(SCHEMA):
        return True
    return payload.role == "value" and (b'"op"' in data or b'"__op"' in data or b'"__deleted"' in data or EVENT in data)


def read(payload: Payload, limit: int, is_flat: bool) -> tuple[str, Tones, str]:
    """The line of the payload, and the word for its format; `is_flat` as debezium.is_flattened. Raises Unlisted, ValueError,
    StopIteration, RecursionError and Undecodable."""
    data = payload.data or b""
    if len(data) > LARGEST:
        raise Unlisted
    if not data.startswith(SCHEMA):
        found, rest = _document(data.decode())
        if rest:
            raise Unlisted
        is_event = EVENT in data and _is_event(payload, found)
        shown = _root(payload, found, None, is_flat, is_event, is_typed=False)
        in_order = _in_order(shown, is_event)
        # With no decimal among them all values stand as they are written.
        line = json_line.lay(in_order, limit, is_known=True) if shown is found else _line(in_order, None, limit)
        return *line, cloudevents.NAME if is_event else "JSON"
    shape, end = _shape_before(data)
    found, rest = _document(data[end:].decode())
    if rest != END:
        raise Unlisted
    is_event = data.find(EVENT, end) >= 0 and _is_event(payload, found)
    shown = _root(payload, found, shape, is_flat, is_event, is_typed=True)
    in_order = _in_order(shown, is_event)
    return *_line(in_order, shape, limit), "Connect JSON"


def _in_order(shown: Any, is_event: bool) -> Any:
    """As line_order.for_line."""
    if type(shown) is not tuple:
        return shown
    said = dict(shown)
    first = OF_EVENT if is_event else OF_CHANGE if "source" in said and _is_word(said.get("op")) else ()
    if not first:
        return shown
    if len(shown) > LONGEST:  # of so many a line's tree has not all
        raise Unlisted
    if len(said) < len(shown):  # a name comes twice
        return tuple(ordered(shown, itemgetter(0), first))
    return (*[(name, said[name]) for name in first if name in said], *[one for one in shown if one[0] not in first])


def _line(found: Any, shape: Shape | None, limit: int) -> tuple[str, Tones]:
    out: Words = []
    if type(found) is tuple and found:
        _fields(found, shape, 0, out, LONGEST + 1)
    else:
        _value(found, shape, 0, out, LONGEST)
    return line_of(out, limit)


def _document(text: str) -> tuple[Any, str]:
    """A document, and what is behind it but blanks."""
    found, end = _scan(text, 0)
    if end > 2 * BRACKETS and text.count("{") + text.count("[") > BRACKETS:
        raise Unlisted
    return found, text[end:].strip(BLANKS) if end < len(text) else ""


# The schema


def _shape_before(data: bytes) -> tuple[Shape | None, int]:
    """What the schema says that a payload begins with, and where its value begins. The records of a topic begin alike: what one
    begins with is found by its first bytes and compared, which is three times as fast as to look for its end and to hash it."""
    alike = _shapes.get(data[:SAMPLE], [])
    for written, shape in alike:
        if data.startswith(written):
            return shape, len(written)
    end = data.find(PAYLOAD, len(SCHEMA), LONG)
    if end < 0:
        raise Unlisted
    begin = data[:end]
    text = begin.decode()
    _, read = _scan(text, len(SCHEMA))
    if read != len(text):  # it has a "payload" in itself
        raise Unlisted
    schema = document_of(begin[len(SCHEMA) :], Bounds(depth=NEST))
    if schema.kind != "null" and text_of(schema, "type") not in connect_json.TYPES:
        raise Unlisted
    shape = _shape(schema)
    if sum(map(len, _shapes.values())) >= SCHEMAS:
        _shapes.clear()
    end += len(PAYLOAD)
    _shapes.setdefault(data[:SAMPLE], []).append((data[:end], shape))
    return shape, end


def _shape(schema: Node) -> Shape | None:
    """None of what stands as it is written."""
    logical = LOGICAL.get(text_of(schema, "name"))
    if logical is not None:
        return Shape(lambda node: logical(node, schema), logical is variable_decimal)
    match text_of(schema, "type"):
        case "struct":
            fields = part(schema, "fields")
            named = {text_of(field, "field"): _shape(field) for field in fields.children} if fields is not None else {}
            return Shape(fields=named)
        case "array":
            items = part(schema, "items")
            return Shape(items=_shape(items)) if items is not None else None
        case "map":
            keys, values = part(schema, "keys"), part(schema, "values")
            return Shape(values=_shape(values), is_map=True) if keys is not None and values is not None else None
        case "bytes":
            return Shape(as_bytes)
        case "float" | "double":
            return Shape(lambda node: Node("", "float", node.text) if node.text in connect_json.REALS else None)
    return None


# What it is


def _root(payload: Payload, found: Any, shape: Shape | None, is_flat: bool, is_event: bool, is_typed: bool) -> Any:
    """The same with its decimals; what it was given, where it has none."""
    if type(found) is not tuple:
        if is_flat and type(found) is list:
            raise Unlisted
        return found
    rows = _rows(payload, found, shape, is_flat, is_event)
    if rows is FLAT:
        return _with_decimals(found, shape, is_typed)
    if not rows:
        return found
    of_fields = shape.fields if shape is not None and shape.fields is not None else {}
    changed = {
        name: shown
        for name, one in found
        if name in rows and (shown := _with_decimals(one, of_fields.get(name), is_typed)) is not one
    }
    return tuple([(name, changed.get(name, one)) for name, one in found]) if changed else found


def _rows(
    payload: Payload, pairs: tuple[tuple[str, Any], ...], shape: Shape | None, is_flat: bool, is_event: bool
) -> Collection[str]:
    """Under which names rows of a table stand; FLAT where the value is one. Raises Unlisted."""
    said = dict(pairs)
    names = said.keys()
    known = TELLING & names
    if not known:
        return FLAT if is_flat else NO_ROWS
    typed = shape.fields if shape is not None and shape.fields is not None else {}
    if payload.role == "key" or "payload" in known or len(names) != len(pairs) or any(map(typed.get, known)):
        raise Unlisted
    if "specversion" in known and (typed or not is_event):
        raise Unlisted
    if "source" in names and _is_word(said.get("op")):
        source = said["source"]
        if type(source) is list or (type(source) is tuple and OF_MONGODB in source):
            if not {type(said.get(name)) for name in IMAGES} <= TEXTS:
                raise Unlisted  # no rows of a table, whose columns may be decimals
            return NO_ROWS
        return IMAGES
    if "data" in names and _is_word(said.get("iodebeziumop")):
        if type(said["data"]) is tuple and any(type(one) is list for name, one in said["data"] if name in IMAGES):
            raise Unlisted
        return NO_ROWS  # they lie deeper than what a line shows
    return FLAT if is_flat or not known.isdisjoint(FLAT) else NO_ROWS


def _is_word(op: Any) -> bool:
    return type(op) is str and op in WORDS


def _is_event(payload: Payload, pairs: Any) -> bool:
    """Whether it is an event of CloudEvents, whose data is JSON."""
    if payload.role == "key" or type(pairs) is not tuple:
        return False
    said = dict(pairs)
    version = said.get("specversion")
    return (
        type(version) is str
        and version[:2] in ("1.", "0.")
        and said.keys() >= REQUIRED
        and "data_base64" not in said
        and len(said) == len(pairs)
    )


def _with_decimals(row: Any, shape: Shape | None, is_typed: bool) -> Any:
    """A row whose columns with a scale and a value are the numbers that they mean (debezium._decimals)."""
    if type(row) is list:
        raise Unlisted
    if type(row) is not tuple:
        return row
    for _, column in row:
        if type(column) is tuple and _has_scale(column):
            break
    else:
        return row
    if not is_typed:
        return tuple([(name, _decimal(column) if _has_scale(column) else column) for name, column in row])
    typed = shape.fields if shape is not None and shape.fields is not None else {}
    for name, column in row:
        known = typed.get(name)
        if _has_scale(column) and not (known is not None and known.is_variable):
            raise Unlisted
    return row


def _has_scale(column: Any) -> bool:
    return type(column) is tuple and len(column) == len(SCALED) and {name for name, _ in column} == SCALED


def _decimal(column: Any) -> Any:
    return variable_decimal(_node("", column)) or column


# Words


def _fields(pairs: tuple[tuple[str, Any], ...], shape: Shape | None, depth: int, out: Words, room: int) -> None:
    """Names and values; no more of them than have room, in characters."""
    named = shape.fields if shape is not None else None
    each = shape.values if shape is not None else None
    for name, value in pairs:
        begin = len(out)
        out.append(_name(name) if len(name) <= LONGEST else name_word(name))
        kind = type(value)
        inner = named.get(name) if named is not None else each
        if inner is None and kind is str:
            out.append((value, "string") if value.isprintable() and 0 < len(value) <= LONGEST else text_word(value))
        elif inner is None and kind is bytes:
            out.append((value[: LONGEST + 1].decode(), "number"))
        else:
            _value(value, inner, depth + 1, out, room)
        room -= sum([len(word) + 1 for word, _ in out[begin:]])
        if room < 0:
            break


def _value(value: Any, shape: Shape | None, depth: int, out: Words, room: int) -> None:
    if shape is not None and value is not None:
        if shape.convert is not None:
            word = _converted(value, shape)
            if word is not None:
                out.append(word)
                return
            shape = None
        elif shape.is_map and type(value) is list:  # keys that are no text, in pairs
            raise Unlisted
    kind = type(value)
    if kind is str:
        out.append(text_word(value))
    elif kind is bytes:
        out.append((value[: LONGEST + 1].decode(), "number"))
    elif kind is list:
        _array(value, shape.items if shape is not None else None, depth, out, room)
    elif kind is Node:
        out.append(word_of(value.kind, value.text, LONGEST))
    elif kind is not tuple:
        out.append(json_line.WORDS[value])
    elif not value:
        out.append(NOTHING)
    elif is_inside(depth):
        out.append(INSIDE)
    else:
        out.append(OPEN)
        _fields(value, shape, depth, out, room)
        out.append(CLOSE)


def _array(values: list[Any], shape: Shape | None, depth: int, out: Words, room: int) -> None:
    if depth == 0 and values:
        out.append(count_word(len(values)))
        for value in values[:MOST]:
            _value(value, shape, 1, out, room)
        return
    begin = len(out)
    out.append(LEFT)
    if len(values) <= SHORT:
        for value in values:
            if type(value) in (list, tuple) and (shape is None or _converted(value, shape) is None):
                out[begin:] = [count_word(len(values))]
                return
            _value(value, shape, depth + 1, out, room)
    close_array(out, begin, len(values))


def _converted(value: Any, shape: Shape) -> Word | None:
    """The word of what its schema says that it is; None where it stands as it is written."""
    if shape.convert is None or type(value) is list or (type(value) is tuple and not shape.is_variable):
        return None
    node = shape.convert(_node("", value))
    return word_of(node.kind, node.text, LONGEST) if node is not None else None


def _node(name: str, value: Any) -> Node:
    kind = type(value)
    if kind is str:
        return Node(name, "string", value)
    if kind is bytes:
        text = value.decode()
        number: Kind = "int" if text.lstrip("-").isdigit() else "float"
        return Node(name, number, text)
    if kind is tuple:
        return Node(name, "record", "", tuple([_node(inner, one) for inner, one in value]))
    if kind is list:
        return Node(name, "array", "", tuple([_node(str(at), one) for at, one in enumerate(value)]))
    return Node(name, "null" if value is None else "boolean", json_line.WORDS[value][0])
