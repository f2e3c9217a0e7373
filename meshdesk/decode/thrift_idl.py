"""Names for Thrift: a struct by the names and types of the fields that its interface definition says."""

from dataclasses import replace

from meshdesk.decode import thrift
from meshdesk.decode.contract import Bounds, Decoded, Layer, Undecodable
from meshdesk.model.node import Node
from meshdesk.model.proto_schema import BadSchema
from meshdesk.model.schema import Schema
from meshdesk.model.thrift_text import DEEP, Idl, Type, joined

NODES = {
    "bool": "boolean", "byte": "int", "i8": "int", "i16": "int", "i32": "int", "i64": "int",
    "double": "float", "string": "string", "binary": "bytes", "uuid": "uuid",
}  # fmt: skip


def decode(data: bytes, schema: Schema, bounds: Bounds) -> Decoded:
    """A struct by a document that was chosen for it. Where it names no struct, the last defined that fits is taken.
    Raises Undecodable."""
    try:
        idl = joined(schema.text, tuple((one.name, one.text) for one in schema.references))
    except BadSchema as why:
        raise Undecodable(f"the schema is no IDL of Thrift: {why}") from None
    found = thrift.read(data, bounds)
    own = [name for name in idl.structs if "." not in name]  # the others are of documents that it includes
    candidates = [schema.subject] if schema.subject in idl.structs else own[::-1]
    for name in candidates:
        tree = _struct(found.tree, name, idl, 0)
        if tree is not None:
            layers = (found.chain[0].name, found.chain[0].detail.partition(",")[0])
            return Decoded(tree, (Layer(layers[0], f"{layers[1]}, {name}"),), thrift.NAME, schema)
    raise Undecodable(f"none of the {len(own)} structs of the schema fits")


# A tree of numbers with its names


def _struct(node: Node, name: str, idl: Idl, depth: int) -> Node | None:
    """The struct with names; None where a field is of another type than the document says."""
    if node.kind != "record" or node.note == "map" or depth > DEEP * 4:
        return None
    fields = idl.structs[name]
    children = []
    for child in node.children:
        known = fields.get(int(child.name)) if child.name.isdigit() else None
        if known is None:
            is_more = child.kind == "more"
            children.append(
                child if is_more else replace(child, note=", ".join(filter(None, (child.note, "unknown field"))))
            )
            continue
        read = _value(child, known[1], idl, depth + 1)
        if read is None:
            return None
        children.append(replace(read, name=known[0]))
    return replace(node, children=tuple(children))


def _value(node: Node, kind: Type, idl: Idl, depth: int) -> Node | None:
    for _ in range(DEEP):
        if kind.name not in idl.names:
            break
        kind = idl.names[kind.name]
    if kind.name in idl.structs:
        return _struct(node, kind.name, idl, depth)
    if kind.name in idl.enums:
        word = idl.enums[kind.name].get(int(node.text)) if node.kind == "int" else None
        return replace(node, kind="enum", text=word, note=node.text) if word else node if node.kind == "int" else None
    if kind.name in ("list", "set"):
        return _items(node, kind.inner[:1] * len(node.children), idl, depth) if node.kind == "array" else None
    if kind.name == "map":
        return _items(node, kind.inner[1:] * len(node.children), idl, depth) if node.note == "map" else None
    return _scalar(node, kind.name)


def _items(node: Node, kinds: tuple[Type, ...], idl: Idl, depth: int) -> Node | None:
    children = []
    for child, kind in zip(node.children, kinds, strict=True):
        read = child if child.kind == "more" else _value(child, kind, idl, depth + 1)
        if read is None:
            return None
        children.append(read)
    return replace(node, children=tuple(children))


def _scalar(node: Node, kind: str) -> Node | None:
    said = NODES.get(kind)
    if said == node.kind:
        return node
    if said == "bytes" and node.kind == "string" and "… " not in node.text:
        return replace(node, kind="bytes", text=node.text.encode("utf-8", "surrogatepass").hex())
    if said == "string" and node.kind == "bytes" and "… " not in node.text:
        try:
            return replace(node, kind="string", text=bytes.fromhex(node.text).decode("utf-8"))
        except UnicodeDecodeError:
            return replace(node, note="text that is no UTF-8")
    return node if said is None or {said, node.kind} == {"bytes", "string"} else None
