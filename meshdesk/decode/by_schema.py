"""A body whose schema is known: what all framings have in common, whichever way they name it."""

from meshdesk.decode import avro, avro_json, csfle, json_text
from meshdesk.decode.contract import Bounds, Decoded, Layer, Schemas, Undecodable
from meshdesk.decode.line import Unlisted
from meshdesk.decode.proto_framing import Framing, best
from meshdesk.decode.proto_line import lines_of
from meshdesk.decode.proto_plan import book_of
from meshdesk.model.node import Node
from meshdesk.model.schema import Schema, SchemaName, SchemaState

WHY = {
    SchemaState.UNKNOWN_ID: "schema {id} is not in the registry",
    SchemaState.NOT_FETCHED: "schema {id} has not been fetched yet",
    SchemaState.UNREACHABLE: "schema {id} is not known, as the schema registry cannot be reached",
    SchemaState.NO_REGISTRY: "no schema registry is set that could know schema {id}",
}
TROUBLE = {
    SchemaState.UNKNOWN_ID: "The {role} begins as if written by schema {id}, which is not in the registry. "
    "Either it is something else, or it was written with another registry.",
    SchemaState.NOT_FETCHED: "The {role} may need schema {id}, which has not been fetched yet. "
    "While the mesh is connected that happens by itself.",
    SchemaState.UNREACHABLE: "The {role} may need schema {id}, but the schema registry cannot be reached. "
    "It is asked again by itself.",
    SchemaState.NO_REGISTRY: "The {role} may need schema {id}, but no schema registry is set. "
    "Connect with the registry's address.",
}
SURELY = "The {role} was written by schema {id}, as its header says, which is not in the registry: was it another one?"
OPEN = (SchemaState.NOT_FETCHED, SchemaState.UNREACHABLE)  # an answer is still to come


class OneSchema:
    """One schema for every name that a payload can have for one, or for a payload that has none (contract.Schemas)."""

    def __init__(self, schema: Schema, has_no_name: bool) -> None:
        self._schema, self._has_no_name = schema, has_no_name

    def find_schema(self, name: SchemaName) -> Schema | SchemaState:
        is_no_name = name.kind in ("file", "subject", "type")
        is_wanted = is_no_name is self._has_no_name and name.kind not in ("subject", "type")
        return self._schema if is_wanted else SchemaState.UNKNOWN_ID


def schema_that_header_names(schemas: Schemas, name: SchemaName, role: str) -> Schema:
    """The schema that a header names, which is proof enough to miss it. Raises Undecodable."""
    schema = schemas.find_schema(name)
    if isinstance(schema, SchemaState):
        words = SURELY if schema is SchemaState.UNKNOWN_ID else TROUBLE[schema]
        raise Undecodable(WHY[schema].format(id=name.about), words.format(id=name.about, role=role), is_sure=True)
    return schema


def read(data: bytes, start: int, schema: Schema, bounds: Bounds, framing: Framing, encoding: str = "") -> Decoded:
    """What lies behind byte `start`, by the schema's type; all of it must be read. `encoding` "JSON" means Avro's own.
    Raises Undecodable."""
    rule = csfle.rule_of_payload(schema)
    if rule:
        return csfle.sealed(data, start, schema, rule, bounds)
    if schema.type == "AVRO":
        found = _avro(data, start, schema, bounds, encoding)
    elif schema.type == "JSON":
        found = Decoded(json_text.document_of(data[start:], bounds, start), (Layer("JSON Schema"),), "JSON", schema)
    elif schema.type.startswith("PROTOBUF"):
        found = _message(data, start, schema, bounds, framing)
    else:
        kind = schema.type.title()
        raise Undecodable(
            f"schema {schema.called} is {kind}, which this version does not read",
            f"Schema {schema.called} is {kind}, which this version of MeshDesk does not read; the bytes are shown.",
        )
    return csfle.marked(found, schema) if bounds.tells else found  # by notes and in the chain alone


def read_where_header_says(
    data: bytes, schema: Schema, bounds: Bounds, framing: Framing, role: str, encoding: str = ""
) -> Decoded:
    """The same of a whole payload whose header names the schema: where it is not read, that is worth a sentence."""
    try:
        return read(data, 0, schema, bounds, framing, encoding)
    except Undecodable as why:
        about = schema.called
        words = f"A header names schema {about} for the {role}, which does not read it: {why}."
        raise Undecodable(str(why), why.trouble or words, is_sure=True) from None


def _avro(data: bytes, start: int, schema: Schema, bounds: Bounds, encoding: str) -> Decoded:
    if encoding != "JSON":
        try:
            tree, words = avro.tree_or_words(data, schema, bounds, start)
            return Decoded(tree, (Layer("Avro"),), "Avro", schema, words=words)
        except Undecodable:
            # Apicurio's serialiser may write JSON behind the id, and nothing says so.
            if data[start : start + 1] not in (b"{", b"["):
                raise
    return Decoded(avro_json.tree_of(data[start:], schema, bounds), (Layer("Avro JSON"),), "Avro", schema)


def _message(data: bytes, start: int, schema: Schema, bounds: Bounds, framing: Framing) -> Decoded:
    book = book_of(schema)
    if bounds.line and not schema.rules and len(data) <= bounds.bytes:
        # The first of which all fields are known is the best (proto_framing.py).
        framed = next(framing(data, start, book.types), None)
        try:
            words = lines_of(schema).line_of(framed.message, data, framed.start) if framed else None
        except Unlisted:
            words = None
        if framed and words:
            return Decoded(Node("", "record", ""), (Layer("Protobuf"),), "Protobuf", schema, words=words)
    framed, reading = best(data, framing(data, start, book.types), book, bounds)
    trouble = ""
    if reading.missing:
        names = ", ".join(reading.missing[:3])
        trouble = f"The schema refers to {names}, which its registry does not have; those fields are shown by number."
    chain = (*framed.layers, Layer("Protobuf", framed.message.name))
    return Decoded(reading.tree, chain, "Protobuf", schema, trouble=trouble)


def framed_by(layer: Layer, found: Decoded, schema: Schema) -> Decoded:
    """What was read, behind the layer that named its schema."""
    about = f" {schema.id}" if schema.id else ""
    # Not by dataclasses.replace, which takes ten times as long; as in compressed.py.
    return Decoded(
        found.tree, (layer, *found.chain), f"{found.format}{about}", schema,
        found.tried, found.trouble, found.unpacked, found.words,
    )  # fmt: skip
