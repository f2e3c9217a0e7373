"""The chain: decoders asked in order, the first that reads all bytes wins, and why the others declined is kept."""

from dataclasses import replace

from meshdesk.decode import confluent, json_text, raw, text
from meshdesk.decode.contract import Bounds, Declined, Decoded, Decoder, Layer, Payload, Preview, Schemas, Undecodable
from meshdesk.model.node import Node, one_line_spans

# A new decoder is a file with NAME and decode, and its line here. Order is meaning: formats that prove themselves first.
DECODERS: tuple[Decoder, ...] = (confluent, json_text, text, raw)
BOUNDS = Bounds()


def decode(payload: Payload, schemas: Schemas, bounds: Bounds = BOUNDS) -> Decoded:
    """What a key or a value says. Always answers: null, empty, or the first decoder that reads it; at the end its bytes."""
    data = payload.data
    if data is None:
        return Decoded(Node("", "null", "null"), (Layer("tombstone" if payload.role == "value" else "null"),), "null")
    if not data:
        return Decoded(Node("", "string", ""), (Layer("empty"),), "empty")
    tried: list[Declined] = []
    for decoder in DECODERS:
        try:
            found = decoder.decode(payload, data, schemas, bounds)
        except Undecodable as why:
            tried.append(Declined(decoder.NAME, str(why)))
        else:
            return replace(found, tried=tuple(tried), trouble=_trouble(found, data, tried))
    raise Undecodable("no decoder answered")  # raw never declines


def preview(payload: Payload, schemas: Schemas, limit: int = 160) -> Preview:
    """The same on one line of at most `limit` characters."""
    if payload.data is None:
        return Preview("", (), "null")
    decoded = decode(payload, schemas)
    line, tones = one_line_spans(decoded.tree, limit)
    return Preview(line if payload.data else "", tones if payload.data else (), decoded.format, decoded.trouble)


def _trouble(found: Decoded, data: bytes, tried: list[Declined]) -> str:
    """A sentence where bytes were left that look as if a schema was meant to read them."""
    if found.format != raw.NAME or confluent.candidate(data) is None:
        return ""
    why = next((declined.why for declined in tried if declined.name == confluent.NAME), "")
    return why if why.endswith(".") else f"The bytes name schema {confluent.candidate(data)}, but do not fit it: {why}."
