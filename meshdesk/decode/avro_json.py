"""Avro's JSON encoding (Avro specification 1.12, "JSON Encoding"), written anew as binary and read by the one reader.

So logical types, bounds and words are those of the binary encoding. A union's value is {"branch": value}, and bytes are
text of one character a byte.
"""

import json
import struct
from typing import Any

from meshdesk.decode import avro, avro_skip
from meshdesk.decode.avro_cursor import READERS, zigzag
from meshdesk.decode.contract import Bounds, Undecodable
from meshdesk.model.node import Node
from meshdesk.model.schema import Schema


def tree_of(data: bytes, schema: Schema, bounds: Bounds) -> Node:
    """The value of a document. Raises Undecodable."""
    if len(data) > bounds.bytes:
        raise Undecodable(f"it is larger than {bounds.bytes:,} bytes")
    try:
        named: dict[str, Any] = {}
        for reference in schema.references:
            _note(json.loads(reference.text), "", named)
        wanted = json.loads(schema.text) if schema.text.lstrip()[:1] in '{["' else schema.text.strip()
        _note(wanted, "", named)
        out = bytearray()
        _write(json.loads(data.decode("utf-8")), wanted, "", named, out)
        if avro.compiled(schema) is READERS["bytes"]:
            out = bytearray(
                json.loads(data.decode("utf-8")).encode("latin-1")
            )  # which the reader takes without a length
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, struct.error, RecursionError, OverflowError):
        raise Undecodable(f"it is no JSON encoding of Avro schema {schema.called}") from None
    return avro.without_spans(avro.tree_of(bytes(out), schema, bounds))


def _full(schema: dict[str, Any], space: str) -> str:
    name = str(schema["name"])
    if "." in name:
        return name
    own = schema.get("namespace", space)
    return f"{own}.{name}" if own else name


def _note(schema: Any, space: str, named: dict[str, Any]) -> None:
    if isinstance(schema, list):
        for branch in schema:
            _note(branch, space, named)
    if not isinstance(schema, dict):
        return
    if schema.get("type") in avro.NAMED:
        full = _full(schema, space)
        named[full] = schema
        space = full.rpartition(".")[0]
        for field in schema.get("fields", ()):
            _note(field["type"], space, named)
    for part in ("type", "items", "values"):
        _note(schema.get(part), space, named)


def _meant(schema: Any, space: str, named: dict[str, Any]) -> tuple[Any, str]:
    """The schema itself where it is only its name or a wrapper, and the namespace within it."""
    while True:
        if isinstance(schema, str) and schema not in avro_skip.PRIMITIVES:
            full = f"{space}.{schema}" if space and f"{space}.{schema}" in named else schema
            schema = named[full]
            space = full.rpartition(".")[0]
        elif isinstance(schema, dict) and schema.get("type") in avro.NAMED:
            return schema, _full(schema, space).rpartition(".")[0]
        elif isinstance(schema, dict) and (isinstance(schema["type"], dict | list) or schema["type"] in named):
            schema = schema["type"]
        else:
            return schema, space


def _branch_names(schema: Any, space: str, named: dict[str, Any]) -> tuple[str, str]:
    meant, _ = _meant(schema, space, named)
    if isinstance(meant, dict) and meant.get("type") in avro.NAMED:
        full = _full(meant, space)
        return full, full.rpartition(".")[2]
    word = str(meant["type"] if isinstance(meant, dict) else meant)
    return word, word


def _long(value: Any, out: bytearray) -> None:
    if type(value) is not int or not -(1 << 63) <= value < 1 << 63:
        raise ValueError("no number")
    out += zigzag(value)


def _write(value: Any, schema: Any, space: str, named: dict[str, Any], out: bytearray) -> None:
    schema, space = _meant(schema, space, named)
    if isinstance(schema, list):
        _write_branch(value, schema, space, named, out)
        return
    kind = schema["type"] if isinstance(schema, dict) else schema
    if kind in ("record", "error"):
        if not isinstance(value, dict) or set(value) - {field["name"] for field in schema["fields"]}:
            raise ValueError("no record")
        for field in schema["fields"]:
            _write(value[field["name"]], field["type"], space, named, out)
    elif kind == "array":
        if not isinstance(value, list):
            raise ValueError("no array")
        if value:
            _long(len(value), out)
            for item in value:
                _write(item, schema["items"], space, named, out)
        out.append(0)
    elif kind == "map":
        if value:
            _long(len(value), out)
            for key, item in value.items():
                _write(key, "string", space, named, out)
                _write(item, schema["values"], space, named, out)
        out.append(0)
    elif kind == "enum":
        _long(schema["symbols"].index(value), out)
    else:
        _write_scalar(value, kind, out)


def _write_branch(value: Any, branches: list[Any], space: str, named: dict[str, Any], out: bytearray) -> None:
    if value is None:
        _long(next(at for at, branch in enumerate(branches) if branch in ("null", {"type": "null"})), out)
        return
    ((name, inner),) = value.items()
    for at, branch in enumerate(branches):
        if name in _branch_names(branch, space, named):
            _long(at, out)
            _write(inner, branch, space, named, out)
            return
    raise ValueError("no branch")


def _write_scalar(value: Any, kind: str, out: bytearray) -> None:
    if kind == "null":
        if value is not None:
            raise ValueError("no null")
    elif kind == "boolean":
        out.append({True: 1, False: 0}[value])
    elif kind in ("int", "long"):
        _long(value, out)
    elif kind in ("float", "double"):
        out += struct.pack("<f" if kind == "float" else "<d", float(value))
    else:
        text = value.encode("utf-8") if kind == "string" else value.encode("latin-1")
        if kind != "fixed":
            _long(len(text), out)
        out += text
