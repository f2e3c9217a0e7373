"""Thrift with its interface definition: a struct by the names and types of the fields that a document says."""

from meshdesk.decode import thrift
from meshdesk.decode.contract import Bounds, Decoded, Layer, Undecodable
from meshdesk.decode.walk import whole, words_in
from meshdesk.model.proto_schema import BadSchema
from meshdesk.model.schema import Schema
from meshdesk.model.thrift_text import joined


def decode(data: bytes, schema: Schema, bounds: Bounds) -> Decoded:
    """A struct by a document that was chosen for it. Where it names no struct, the last defined that fits is taken.
    Raises Undecodable."""
    try:
        idl = joined(schema.text, tuple((one.name, one.text) for one in schema.references))
    except BadSchema as why:
        raise Undecodable(f"the schema is no IDL of Thrift: {why}") from None
    own = [name for name in idl.structs if "." not in name]  # the others are of documents that it includes
    steps = 0  # of all that were tried: together they take no longer than one may
    for name in [schema.subject] if schema.subject in idl.structs else own[::-1]:
        walk = thrift.walk_of(data, bounds, idl)
        walk.steps = steps
        try:
            tree = whole(walk.struct("", idl.structs[name]), walk, thrift.NAME)
        except thrift.Unfit:
            steps = walk.steps
            continue
        layer = Layer(thrift.NAME, f"{walk.PROTOCOL}, {name}")
        return Decoded(tree, (layer,), thrift.NAME, schema, words=words_in(walk))
    walk = thrift.walk_of(data, bounds)
    whole(walk.struct(""), walk, thrift.NAME)  # what is damaged fits nothing, and that is said of it
    raise Undecodable(f"none of the {len(own)} structs of the schema fits")
