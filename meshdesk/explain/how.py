"""How a payload was read: the chain of its layers, the schema, and what else was tried; as words, as JSON, as text."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from meshdesk.decode.contract import Decoded
from meshdesk.model.node import pretty, to_json, visible
from meshdesk.model.schema import Schema

WIDE = 10  # characters of the words at the left


def chain_words(decoded: Decoded) -> tuple[str, ...]:
    """The layers from the outermost to the innermost: ("gzip", "Confluent id 42", "Avro")."""
    return tuple(f"{layer.name} {layer.detail}".strip() for layer in decoded.chain)


def schema_words(schema: Schema | None) -> str:
    """Which schema it is, and where it is from; "" for none.

    >>> schema_words(Schema("http://registry:8081", 42, "AVRO", "…", subject="orders-value", version=3))
    'orders-value version 3, id 42, of http://registry:8081'
    """
    if schema is None:
        return ""
    words = [f"{schema.subject or 'schema'}{f' version {schema.version}' if schema.version else ''}"]
    words += [f"id {schema.id}"] if schema.id else []
    words += [schema.guid] if schema.guid else []
    return ", ".join(words) + (f", of {schema.registry}" if schema.registry else "")


def schema_link(schema: Schema | None) -> str:
    """Where a browser finds it in its registry, by Confluent's API (Schema Registry API Reference); "" where that is not known.

    >>> schema_link(Schema("http://registry:8081", 42, "AVRO", "…", subject="orders/value", version=3))
    'http://registry:8081/subjects/orders%2Fvalue/versions/3'
    """
    if schema is None or not schema.registry.startswith(("http://", "https://")):
        return ""
    base = schema.registry.rstrip("/")
    if schema.subject and schema.version:
        return f"{base}/subjects/{quote(schema.subject, safe='')}/versions/{schema.version}"
    if schema.id:
        return f"{base}/schemas/ids/{schema.id}"
    return f"{base}/schemas/guids/{quote(schema.guid, safe='')}" if schema.guid else ""


def schema_json(schema: Schema | None) -> dict[str, Any] | None:
    """The schema's names, without its text; what it does not have is null."""
    if schema is None:
        return None
    return {
        "registry": schema.registry or None,
        "id": schema.id or None,
        "guid": schema.guid or None,
        "subject": schema.subject or None,
        "version": schema.version or None,
        "type": schema.type,
        "link": schema_link(schema) or None,
    }


def reading_json(decoded: Decoded) -> dict[str, Any]:
    """Chain, schema, what was tried, the exact value, and the trouble where there is some."""
    return {
        "chain": list(chain_words(decoded)),
        "format": decoded.format,
        "schema": schema_json(decoded.schema),
        "tried": [{"name": declined.name, "why": declined.why} for declined in decoded.tried],
        "value": to_json(decoded.tree),
    } | ({"trouble": decoded.trouble} if decoded.trouble else {})


def reading_text(decoded: Decoded) -> str:
    """The same for a person: how it was read, an empty line, the value. Nothing in it commands a terminal."""
    return "\n".join([*_how(decoded), "", pretty(decoded.tree)])


def _how(decoded: Decoded) -> Iterator[str]:
    yield visible(f"{'read as':{WIDE}}{' → '.join(chain_words(decoded))}")
    if decoded.schema is not None:
        yield visible(f"{'schema':{WIDE}}{schema_words(decoded.schema)}")
    for number, declined in enumerate(decoded.tried):
        yield visible(f"{'' if number else 'tried':{WIDE}}{declined.name}: {declined.why}")
