"""Text in an old encoding that nothing declares: of Western Europe in ISO 8859-1 or Windows-1252, only where every word could be
one; and of other scripts, where the letters tell the encoding (decode/legacy_scripts.py).

Any bytes are text in ISO 8859-1. So control characters decline, and so do words that are half of letters with signs, or
in which a capital follows a small letter, as in UTF-8 that was read wrong.
"""

import re

from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.legacy_scripts import encoding_of_script
from meshdesk.model.node import Node, shortened

NAME = "text in an old encoding"
LEAST = 5  # bytes: shorter ones are numbers
LONG = 12  # bytes from which also quotes and dashes alone may be what is not ASCII
LARGEST = 1 << 20  # bytes that are looked through
# Tab, line ends, printable ASCII, what Windows-1252 has of quotes, dashes and letters, and the signs and letters that are written.
POSSIBLE = re.compile(
    rb"[\t\r\n\x20-\x7e\x80\x82\x84\x85\x8a\x8c\x8e\x91-\x97\x99\x9a\x9c\x9e"
    rb"\xa0\xa1\xa3\xa7\xa9\xab\xad\xae\xb0\xb2\xb3\xb5\xb7\xb9\xbb-\xd6\xd8-\xf6\xf8-\xfe]+"
)
HIGH = bytes(range(0x80, 0x100))
NO_WORDS = "its words are none that an old encoding would write"
WORD = re.compile(r"[^\W\d_]+")
ALONE = frozenset("àáâéèêíóôöøåæúùÀÁÉÍÓÖØÅÆÚ")  # words of one letter


def could_be(payload: Payload, data: bytes, schemas: Schemas) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether it is longer than a number."""
    return len(data) >= LEAST


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """Such text. Raises Undecodable."""
    if len(data) > bounds.bytes:
        raise Undecodable(f"it is larger than {bounds.bytes:,} bytes")
    try:
        return _western(data, bounds)
    except Undecodable as why:
        found = encoding_of_script(data)
        if found is not None:
            return _guessed(data.decode(found.codec), found.name, "guessed from its letters", data, bounds)
        if payload.wants(NAME):
            text = data.decode("cp1252", "replace") if _is_windows(data) else data.decode("latin-1")
            return _guessed(text, encoding_of(data), "guessed", data, bounds)
        raise why


def _western(data: bytes, bounds: Bounds) -> Decoded:
    if not LEAST <= len(data) <= LARGEST or not POSSIBLE.fullmatch(data):
        raise Undecodable("it holds bytes that no text of an old encoding has")
    if len(data.translate(None, HIGH)) < 0.6 * len(data):
        raise Undecodable(NO_WORDS)
    text = data.decode("cp1252")
    words = WORD.findall(text)
    plain = sum(character.isalnum() or character in " \t\r\n" for character in text)
    has_long = len(text) >= LONG or any(len(word) > 2 and not word.isascii() for word in words)
    if plain < 0.7 * len(text) or not has_long or not all(map(_is_word, words)):
        raise Undecodable(NO_WORDS)
    return _guessed(text, encoding_of(data), "guessed", data, bounds)


def _guessed(text: str, encoding: str, how: str, data: bytes, bounds: Bounds) -> Decoded:
    tree = Node("", "string", shortened(text, bounds.text), span=(0, len(data)))
    return Decoded(tree, (Layer(f"{encoding} text", how),), encoding)


def encoding_of(data: bytes) -> str:
    """The name of the encoding, of which the other is the smaller one."""
    return "windows-1252" if _is_windows(data) else "ISO-8859-1"


def _is_windows(data: bytes) -> bool:
    return any(0x80 <= byte < 0xA0 for byte in data)


def _is_word(word: str) -> bool:
    if word.isascii():
        return word[1:].islower() or word.isupper() or len(word) < 2 or len(word) > LONG
    if len(word) == 1:
        return word in ALONE
    high = [at for at, character in enumerate(word) if character > "\x7f"]
    is_turned = any(at and word[at].isupper() and word[at - 1].islower() for at in high)
    return 2 * len(high) <= len(word) + 1 and not is_turned
