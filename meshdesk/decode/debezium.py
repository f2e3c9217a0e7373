"""Change events of Debezium: what was changed, from what to what (io.debezium.data.Envelope and its documentation).

The event may be the value, the data of a CloudEvent (op is then an attribute of it), or flattened to the row by
ExtractNewRecordState. The tree stays what was written, but for decimals that say their own scale and for MongoDB's documents,
which are written as text; what else it means stands in notes and in the chain.
"""

from collections.abc import Callable
from dataclasses import replace

from meshdesk.decode.connect_types import variable_decimal
from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Undecodable
from meshdesk.decode.json_text import document_in
from meshdesk.decode.parts import names_of, noted, part, text_of
from meshdesk.model.node import CONTAINERS, Node, one_line, shortened
from meshdesk.model.pages import is_cut

NAME = "Debezium"
WORDS = {
    "r": "snapshot", "c": "insert", "u": "update", "d": "delete", "t": "truncate", "m": "message",
}  # fmt: skip
PLACEHOLDER = "__debezium_unavailable_value"  # of a large column that was not changed and is not in the log
CONTEXT = "__debezium.context."
WAS = 60  # characters of a value as it was before
MONGODB = "mongodb"  # the connector whose rows are documents
BOUNDS = Bounds()
NODES = BOUNDS.nodes // 5  # of one document: an event has five at most, which together are no more than a tree
# Nothing within a document is cut: it is opened as a whole, or stays the text that it is. It lies up to two levels deep.
DOCUMENT = replace(BOUNDS, nodes=NODES, depth=BOUNDS.depth - 2, text=BOUNDS.bytes)
TOLD = 5  # names of changed columns in the chain
ROUNDED = "a double, to which the connector may have rounded a decimal"
FLAT = ("__op", "__deleted")
OF_ROWS = frozenset(("op", "iodebeziumop", *FLAT))


def could_change(payload: Payload, tree: Node) -> bool:
    """Whether it may be a row, whose decimals are shown as such, or an event, of which a list shows some parts first; all else
    stands in the chain, in notes and in documents, of which a list shows the text."""
    return (
        payload.role == "value"
        and payload.data is not None
        and (any(child.name in OF_ROWS for child in tree.children) or (bool(payload.headers) and is_flattened(payload)))
    )


def opened(payload: Payload, decoded: Decoded) -> Decoded | None:
    """The event with what it means; None where it is none."""
    if payload.role == "key":
        return None
    if payload.data is None:
        return _with(decoded, NAME, "behind a delete, so that the key may be forgotten") if _is_ours(payload) else None
    tree = decoded.tree
    names = names_of(tree)
    if "op" in names and "source" in names and text_of(tree, "op") in WORDS:
        return _change(payload, decoded)
    if "iodebeziumop" in names and "data" in names and text_of(tree, "iodebeziumop") in WORDS:
        return _in_cloud_event(payload, decoded)
    if names & set(FLAT) or is_flattened(payload):
        return _flat(payload, decoded)
    if (
        payload.topic.endswith(".transaction")
        and {"status", "id"} <= names
        and text_of(tree, "status") in ("BEGIN", "END")
    ):
        return _with(decoded, "Debezium transaction", f"{text_of(tree, 'status')} {text_of(tree, 'id')}")
    if payload.topic.startswith("__debezium-heartbeat"):
        return _with(decoded, "Debezium heartbeat", "")
    if {"source", "databaseName", "ddl"} <= names:
        return _with(decoded, "Debezium schema change", text_of(tree, "databaseName"))
    return None


def _with(decoded: Decoded, name: str, detail: str, tree: Node | None = None) -> Decoded:
    return replace(decoded, tree=tree or decoded.tree, chain=(*decoded.chain, Layer(name, detail)))


def _is_ours(payload: Payload) -> bool:
    return any(name.startswith(CONTEXT) for name, _ in payload.headers)


def is_flattened(payload: Payload) -> bool:
    """Whether headers say that the value is no more than the row."""
    names = [name for name, _ in payload.headers]
    is_told = FLAT[0] in names or FLAT[1] in names  # of a screen of records this is asked for each, and seldom so
    return is_told and _is_ours(payload) and any(payload.header(name) for name in FLAT)


def _change(payload: Payload, decoded: Decoded) -> Decoded:
    op, source = text_of(decoded.tree, "op"), part(decoded.tree, "source")
    if text_of(source, "connector") == MONGODB:  # documents have decimals of their own, and a double in them is one
        # A list shows them as text, as so short a line would of an opened one say {…} where its numbers are.
        decoded = replace(decoded, listed=decoded.tree)
        tree, changed = _compared(_documents(decoded.tree))
        changed = changed or _told(tree)
    else:
        tree, changed = _compared(decoded.tree)
        tree = _with_images(tree, _decimals if _untyped(decoded) else lambda row: _rounded(_decimals(row)))
    tree = _with_part(tree, "op", lambda node: noted(node, WORDS[op]))
    where = [text_of(source, name) for name in ("db", "schema", "table", "collection")]
    return _with(decoded, NAME, _detail(payload, decoded, op, where, changed), tree)


def _documents(event: Node) -> Node:
    """An event of MongoDB with its documents opened: the connector writes them as text (MongoDB Extended JSON v2), which a tree and
    a search of fields would show as one string."""
    for name in ("before", "after", "patch", "filter"):
        event = _with_part(event, name, _document)
    return _with_part(event, "updateDescription", lambda node: _with_part(node, "updatedFields", _document))


def _document(node: Node) -> Node:
    if node.kind != "string" or not node.text.startswith("{"):
        return node
    try:
        found = document_in(node.text, DOCUMENT)
    except Undecodable:
        return node  # cut where a list has no room for it, or no document
    return node if _is_cut(found) else replace(found, name=node.name, note="JSON text", span=node.span)


def _is_cut(node: Node) -> bool:
    return is_cut(node) or any(map(_is_cut, node.children))


def _told(event: Node) -> list[str]:
    """The names of the fields that MongoDB says it has changed: of the documents only the one after may be there."""
    told = part(event, "updateDescription")
    if told is None:
        return []
    set_to, removed, truncated = (part(told, name) for name in ("updatedFields", "removedFields", "truncatedArrays"))
    names = [child.name for child in set_to.children] if set_to is not None else []
    names += [child.text for child in removed.children if child.kind == "string"] if removed is not None else []
    names += [text_of(child, "field") for child in truncated.children] if truncated is not None else []
    return list(filter(None, names))


def _in_cloud_event(payload: Payload, decoded: Decoded) -> Decoded:
    op, data = text_of(decoded.tree, "iodebeziumop"), part(decoded.tree, "data")
    shown, changed = _compared(data) if data is not None else (None, [])
    shown = _with_images(shown, _decimals) if shown is not None else None
    tree = _with_part(decoded.tree, "iodebeziumop", lambda node: noted(node, WORDS[op]))
    tree = _with_part(tree, "data", lambda node: shown or node)
    where = [text_of(decoded.tree, f"iodebezium{name}") for name in ("db", "schema", "table", "collection")]
    return _with(decoded, NAME, _detail(payload, decoded, op, where, changed), tree)


def _detail(payload: Payload, decoded: Decoded, op: str, where: list[str], changed: list[str]) -> str:
    words = " of ".join(filter(None, (WORDS[op], ".".join(filter(None, where)))))
    if changed:
        rest = f" and {len(changed) - TOLD:,} more" if len(changed) > TOLD else ""
        words = f"{words}: {', '.join(changed[:TOLD])}{rest}"
    for header, said in (("__debezium.newkey", "the row goes on with key"), ("__debezium.oldkey", "the row had key")):
        key = payload.header(header)
        if key is not None:
            words = f"{words}; {said} {shortened(key.decode('utf-8', 'replace'), WAS)}"
    return words + _untyped(decoded)


def _untyped(decoded: Decoded) -> str:
    """Why dates and decimals look raw, where nothing says what they are."""
    is_plain = [layer.name for layer in decoded.chain if not layer.name.startswith("CloudEvents")] == ["JSON"]
    return "; without a schema, so numbers and base64 stand as Connect wrote them" if is_plain else ""


def _flat(payload: Payload, decoded: Decoded) -> Decoded:
    tree = decoded.tree
    header = payload.header("__op")
    op = text_of(tree, "__op") or (header.decode("utf-8", "replace") if header else "")
    word = WORDS.get(op, "")
    deleted = part(tree, "__deleted")
    if not word and deleted is not None and deleted.text == "true":
        word = WORDS["d"]
    tree = _with_part(tree, "__op", lambda node: noted(node, word) if word else node)
    return _with(decoded, "Debezium flattened", f"{word or 'row'}{_untyped(decoded)}", _decimals(tree))


def _compared(tree: Node) -> tuple[Node, list[str]]:
    """The event with what each changed column was before in a note, and the names of those columns."""
    before, after = part(tree, "before"), part(tree, "after")
    changed: list[str] = []
    if before is not None and after is not None and before.kind == after.kind == "record":
        old = {child.name: child for child in before.children}
        columns = []
        for child in after.children:
            was = old.get(child.name)
            if was is None or child.kind == "more" or _same(was, child):
                columns.append(child)
            elif child.text == PLACEHOLDER:
                columns.append(noted(child, "unchanged, and not in the log"))
            else:
                changed.append(child.name)
                columns.append(noted(child, f"was {one_line(was, WAS) or 'empty'}"))
        tree = _with_part(tree, "after", lambda node: replace(node, children=tuple(columns)))
    return tree, changed


def _with_images(tree: Node, shape: Callable[[Node], Node]) -> Node:
    """The event with the row as it was and as it is now as they are shaped."""
    for name in ("before", "after"):
        tree = _with_part(tree, name, shape)
    return tree


def _same(one: Node, other: Node) -> bool:
    """Whether two values are alike, their notes and places left out."""
    return (
        (one.kind, one.text) == (other.kind, other.text)
        and len(one.children) == len(other.children)
        and all(a.name == b.name and _same(a, b) for a, b in zip(one.children, other.children, strict=True))
    )


def _decimals(row: Node) -> Node:
    """Columns that carry their own scale say what number they are even where there is no schema."""
    if row.kind not in CONTAINERS or not any(names_of(child) == {"scale", "value"} for child in row.children):
        return row
    columns = (
        replace(found, note=f"{found.note}, {child.note}".strip(", ")) if (found := variable_decimal(child)) else child
        for child in row.children
    )
    return replace(row, children=tuple(columns))


def _rounded(row: Node) -> Node:
    """What only the connector's configuration tells: a column of numeric type may have been made a double.

    decimal.handling.mode=double does so, and neither the bytes nor the schema say it (Debezium for PostgreSQL 3.5).
    """
    if row.kind not in CONTAINERS or not any(child.kind == "float" for child in row.children):
        return row
    children = (noted(child, ROUNDED) if child.kind == "float" else child for child in row.children)
    return replace(row, children=tuple(children))


def _with_part(tree: Node, name: str, shape: Callable[[Node], Node]) -> Node:
    """The tree with each part of that name as it is shaped."""
    return replace(tree, children=tuple(shape(child) if child.name == name else child for child in tree.children))
