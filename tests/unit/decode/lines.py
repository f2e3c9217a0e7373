"""What the whole chain says of a payload on one line, which quicker readings are held to."""

from meshdesk.decode import quick
from meshdesk.decode.chain import decode
from meshdesk.decode.contract import Payload, Preview, Schemas
from meshdesk.decode.line_order import for_line
from meshdesk.model.node import one_line_spans
from meshdesk.model.schema import Schema, SchemaName, SchemaState
from tests.unit.decode.poison import Every


class Named(Every):
    """A registry that answers every id alike, and for whose topics nobody chose a schema."""

    def find_schema(self, name: SchemaName) -> Schema | SchemaState:
        return SchemaState.NO_REGISTRY if name.kind in ("file", "subject", "type") else super().find_schema(name)


def by_chain(payload: Payload, schemas: Schemas, limit: int = 160) -> Preview:
    """The line of the whole tree, with all decoders asked."""
    decoded = decode(payload, schemas)
    line, tones = one_line_spans(for_line(decoded), limit)
    return Preview(line, tones, decoded.format, decoded.trouble)


def framed(body: bytes) -> Payload:
    """A value behind Confluent's prefix with id 42."""
    return Payload(b"\0\0\0\0\x2a" + body, "value", "orders", ())


def is_whole(schema: Schema, body: bytes) -> bool:
    """Whether the value says what the schema wrote, and is not declined."""
    return by_chain(framed(body), Named(schema)).format.endswith(" 42")


def line_of_message(data: bytes, schema: Schema) -> str | None:
    """What is said of a message without its tree, where it is what the tree says."""
    found = quick.preview(framed(data), Named(schema), 160)
    assert found is None or found == by_chain(framed(data), Named(schema))
    return None if found is None else found.text
