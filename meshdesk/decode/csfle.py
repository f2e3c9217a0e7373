"""Encryption by Confluent's data contracts (schema-registry, EncryptionExecutor.java): what is encrypted, by which rule and key.

A rule ENCRYPT encrypts the fields that carry one of its tags: text fields then hold base64 of the ciphertext, bytes the
ciphertext. A rule ENCRYPT_PAYLOAD encrypts all that stands behind the prefix. The key is not here, so nothing is decrypted.
"""

import base64
import binascii
import json
from dataclasses import replace
from typing import Any, NamedTuple

from meshdesk.decode.contract import Bounds, Decoded, Layer, Undecodable
from meshdesk.decode.proto_plan import book_of
from meshdesk.model.node import Node, hexed
from meshdesk.model.proto_schema import Types
from meshdesk.model.schema import Schema

NAME = "CSFLE"


class _Said(NamedTuple):
    """What a schema of Avro and its rules say."""

    tags: dict[str, str]  # the words for each
    named: dict[str, Any]  # types by their full names
    # Records that were looked through, by which node, as which type, in which namespace: of a union each branch is tried, which
    # within each other would take twice as long with each level.
    known: dict[tuple[int, int, str], Node]


def _rules(schema: Schema, kind: str) -> list[dict[str, Any]]:
    if kind not in schema.rules:
        return []
    try:
        said = json.loads(schema.rules)
        rules = [*(said.get("domainRules") or []), *(said.get("encodingRules") or [])]
        return [rule for rule in rules if rule.get("type") == kind and not rule.get("disabled")]
    except (ValueError, AttributeError, TypeError, RecursionError):
        return []


def _words(rule: dict[str, Any]) -> str:
    params = rule.get("params")
    key = params.get("encrypt.kek.name") if isinstance(params, dict) else None
    return f"encrypted by rule {rule.get('name')}, key {key or 'not named'}"


def rule_of_payload(schema: Schema) -> str:
    """Whether all of the payload is encrypted: the words for it, or ""."""
    rules = _rules(schema, "ENCRYPT_PAYLOAD") if schema.rules else []
    return _words(rules[0]) if rules else ""


def sealed(data: bytes, start: int, schema: Schema, words: str, bounds: Bounds) -> Decoded:
    """A payload that is ciphertext behind its prefix."""
    if len(data) > bounds.bytes or not bounds.nodes:
        raise Undecodable(f"it is larger than {bounds.bytes:,} bytes")
    kind = {"AVRO": "Avro", "JSON": "JSON Schema"}.get(schema.type, "Protobuf")
    tree = Node("", "bytes", hexed(data[start:], bounds.text), note=words, span=(start, len(data)))
    return Decoded(tree, (Layer(kind), Layer(NAME, words)), kind.partition(" ")[0], schema)


def marked(found: Decoded, schema: Schema) -> Decoded:
    """The value with its encrypted fields marked as such."""
    rules = _rules(schema, "ENCRYPT") if schema.rules else []
    if not rules:
        return found
    tree = found.tree
    try:
        tags = {tag: _words(rule) for rule in rules for tag in rule.get("tags") or [] if isinstance(tag, str)}
        if schema.type == "AVRO":
            named: dict[str, Any] = {}
            for text in (*(reference.text for reference in schema.references), schema.text):
                _note_names(json.loads(text), "", named)
            tree = _avro(tree, json.loads(schema.text), "", _Said(tags, named, {}))
        elif schema.type == "JSON":
            tree = _json(tree, json.loads(schema.text), tags)
        else:
            tree = _message(tree, found.chain[-1].detail, book_of(schema).types, tags)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return found
    words = ", ".join(dict.fromkeys(tags.values()))
    return replace(found, tree=tree, chain=(*found.chain, Layer(NAME, words))) if tree is not found.tree else found


def _seal(node: Node, words: str) -> Node:
    """A scalar that can be ciphertext, said to be so; and each of several."""
    if node.kind in ("array", "map"):
        return _with(node, tuple(_seal(child, words) for child in node.children))
    is_sealed = node.kind == "bytes"
    if node.kind == "string":
        try:
            is_sealed = bool(base64.b64decode(node.text.partition("… ")[0][: 4 * 8], validate=True))
        except (binascii.Error, ValueError):
            is_sealed = False
    return replace(node, note=", ".join(filter(None, (node.note, words)))) if is_sealed else node


def _with(node: Node, children: tuple[Node, ...]) -> Node:
    same = all(new is old for new, old in zip(children, node.children, strict=True))
    return node if same else replace(node, children=children)


def _note_names(schema: Any, space: str, named: dict[str, Any]) -> None:
    if isinstance(schema, list):
        for branch in schema:
            _note_names(branch, space, named)
    elif isinstance(schema, dict):
        inner = space
        if isinstance(schema.get("name"), str) and schema.get("type") in ("record", "error"):
            name = schema["name"]
            inner = name.rpartition(".")[0] if "." in name else str(schema.get("namespace", space) or "")
            named[name if "." in name else f"{inner}.{name}".lstrip(".")] = schema
        for field in schema.get("fields") or []:
            _note_names(field.get("type"), inner, named)
        for part in ("type", "items", "values"):
            if isinstance(schema.get(part), dict | list):
                _note_names(schema[part], inner, named)


def _avro(node: Node, schema: Any, space: str, said: _Said) -> Node:
    if isinstance(schema, list):  # the branch that marks something; others have no fields of these names
        for branch in schema:
            found = _avro(node, branch, space, said)
            if found is not node:
                return found
        return node
    if isinstance(schema, str):
        full = schema if "." in schema or not space else f"{space}.{schema}"
        schema = said.named.get(full, said.named.get(schema))
    if not isinstance(schema, dict):
        return node
    if node.kind == "record" and schema.get("type") in ("record", "error"):
        key = id(node), id(schema), space
        if key in said.known:
            return said.known[key]
        space = (
            schema["name"].rpartition(".")[0] if "." in schema["name"] else str(schema.get("namespace", space) or "")
        )
        fields = {field["name"]: field for field in schema["fields"]}
        children = []
        for child in node.children:
            field = fields.get(child.name) or {"type": "null"}
            words = next((said.tags[tag] for tag in field.get("confluent:tags") or [] if tag in said.tags), "")
            children.append(_seal(child, words) if words else _avro(child, field["type"], space, said))
        made = said.known[key] = _with(node, tuple(children))
        return made
    part = schema.get("items" if node.kind == "array" else "values")
    if part is not None and node.kind in ("array", "map"):
        return _with(node, tuple(_avro(child, part, space, said) for child in node.children))
    return _avro(node, schema["type"], space, said) if isinstance(schema["type"], dict | list) else node


def _json(node: Node, schema: Any, tags: dict[str, str]) -> Node:
    if not isinstance(schema, dict):
        return node
    if node.kind == "array":
        return _with(node, tuple(_json(child, schema.get("items"), tags) for child in node.children))
    properties = schema.get("properties") or {}
    children = []
    for child in node.children:
        said = properties.get(child.name) or {}
        words = next((tags[tag] for tag in said.get("confluent:tags") or [] if tag in tags), "")
        children.append(_seal(child, words) if words else _json(child, said, tags))
    return _with(node, tuple(children))


def _message(node: Node, name: str, types: Types, tags: dict[str, str]) -> Node:
    message = types.messages.get(name)
    if message is None:
        return node
    if node.kind in ("array", "map"):
        return _with(node, tuple(_message(child, name, types, tags) for child in node.children))
    fields = {field.name: field for field in message.fields}
    children = []
    for child in node.children:
        field = fields.get(child.name)
        if field is None:
            children.append(child)
            continue
        words = next((tags[tag] for tag in field.tags if tag in tags), "")
        inner = types.full_name(field.type, message.name)
        entry = types.messages.get(inner)
        if entry is not None and entry.is_map:
            value = next((one for one in entry.fields if one.number == 2), None)
            inner = types.full_name(value.type, entry.name) if value is not None else ""
        children.append(_seal(child, words) if words else _message(child, inner, types, tags))
    return _with(node, tuple(children))
