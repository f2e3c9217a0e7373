"""Avro's single-object encoding (Avro specification 1.12): C3 01, the CRC-64-AVRO fingerprint of the schema, little-endian, the
value. The fingerprint is the name by which the schema is looked up, as 16 hex digits in the order of the bytes."""

from meshdesk.decode import avro
from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.model.schema import SchemaName, SchemaState

NAME = "Avro single object"
MAGIC = b"\xc3\x01"
BEGINS = MAGIC[:1]
PREFIX = 10
MISSING = (
    "The {role} is an Avro object of the schema with the fingerprint {id}, which is not known here. "
    "Schemas of this kind come from a file of yours."
)


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:
    """The value by the schema of that fingerprint. Raises Undecodable."""
    if len(data) < PREFIX or not data.startswith(MAGIC):
        raise Undecodable("it does not begin with the bytes C3 01 and a fingerprint")
    name = SchemaName("fingerprint", data[2:PREFIX].hex())
    schema = schemas.find_schema(name)
    if isinstance(schema, SchemaState):
        why = f"the schema of fingerprint {name.id} is not known"
        raise Undecodable(why, MISSING.format(role=payload.role, id=name.id))
    tree, words = avro.tree_or_words(data, schema, bounds, PREFIX)
    return Decoded(tree, (Layer(NAME, name.id), Layer("Avro")), "Avro", schema, words=words)
