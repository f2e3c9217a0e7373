"""Text in an old encoding that nothing declares: of Latin letters (decode/legacy_latin.py) or of others (decode/legacy_scripts.py)."""

from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.legacy_guess import Found
from meshdesk.decode.legacy_latin import LEAST, encoding_of_latin, western_name
from meshdesk.decode.legacy_scripts import encoding_of_script
from meshdesk.model.node import Node, shortened

NAME = "text in an old encoding"


def could_be(payload: Payload, data: bytes, schemas: Schemas) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether it is longer than a number."""
    return len(data) >= LEAST


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """Such text. Raises Undecodable."""
    if len(data) > bounds.bytes:
        raise Undecodable(f"it is larger than {bounds.bytes:,} bytes")
    found = encoding_of_latin(data) or encoding_of_script(data)
    if found is not None:
        return _guessed(data.decode(found.codec), found.name, how_found(found), data, bounds)
    if payload.wants(NAME):
        text = data.decode("latin-1" if western_name(data) == "ISO-8859-1" else "cp1252", "replace")
        return _guessed(text, western_name(data), "guessed", data, bounds)
    raise Undecodable("its words are none that an old encoding would write")


def how_found(found: Found) -> str:
    """What is said of an encoding: another one than those of Western Europe has letters that tell it."""
    return "guessed" if found.codec == "cp1252" else "guessed from its letters"


def _guessed(text: str, encoding: str, how: str, data: bytes, bounds: Bounds) -> Decoded:
    tree = Node("", "string", shortened(text, bounds.text), span=(0, len(data)))
    return Decoded(tree, (Layer(f"{encoding} text", how),), encoding)
