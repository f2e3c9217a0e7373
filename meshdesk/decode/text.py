"""Text in UTF-8, in UTF-16 or UTF-32 where a mark or the zero bytes say so, or in the encoding that a header names."""

import re
from dataclasses import replace

from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.model.node import Node, shortened

NAME = "text"
MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
DECLARING = ("content-type", "contenttype", "charset", "encoding")  # headers, in small letters
HEADERS = DECLARING
CHARSET = re.compile(rb"(?:charset\s*=\s*|^)[\"']?([A-Za-z0-9_.:-]{3,30})[\"']?\s*(?:;|$)", re.IGNORECASE)
ENCODINGS = re.compile("utf-?(8|16|32)|iso|latin|windows|cp|shift|s_?jis|euc|gb|big5|koi8|mac|us-ascii", re.IGNORECASE)
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f]")
LOOKED_AT = 4_096  # bytes, before it is asked for a text
UUID = re.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
ODD = 0.3  # share of control characters from which bytes are no text, though each of them is valid


def is_declared(payload: Payload, data: bytes) -> bool:
    """Whether a header declares an encoding by which bytes may read otherwise than without it; UTF-8 is what is tried in any
    case, but where every other byte is zero."""
    charset = charset_of(payload)
    return bool(charset) and not (charset.lower() == "utf-8" and b"\0" not in data)


minds = is_declared


def could_be(payload: Payload, data: bytes, schemas: Schemas) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether it is UTF-8, or there is a mark or are zeros of another encoding."""
    if 0 in data[:512] and wide(data):
        return True
    if not data[0] or 0x80 <= data[0] < 0xC2 or 0xF5 <= data[0] < 0xFE:
        return False
    if data.isascii() or data[0] >= 0xFE:
        return True
    try:
        data[:LOOKED_AT].decode()
    except UnicodeDecodeError as error:
        return error.start >= LOOKED_AT - 3  # a character may be cut there
    return True


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """Text that a person could have written. Raises Undecodable."""
    text, encoding = text_of(data, charset_of(payload))
    is_wanted = payload.wants(NAME)
    if data[:1] == b"\0" and encoding == "UTF-8" and not is_wanted:
        raise Undecodable("it begins with a zero byte, as no text does")
    sample = text[:4096]
    control = 0 if sample.isprintable() else len(CONTROL.findall(sample))
    if control > ODD * len(sample) and not is_wanted:
        raise Undecodable(f"{control} of its first {len(sample):,} characters are control characters")
    tree = as_uuid(Node("", "string", shortened(text, bounds.text), span=(0, len(data))))
    detail = "a UUID" if tree.kind == "uuid" else ""
    return Decoded(tree, (Layer(f"{encoding} text", detail),), "text" if encoding == "UTF-8" else encoding)


def as_uuid(node: Node) -> Node:
    """The text as a UUID, where it is one (as Kafka's UUIDSerializer writes it)."""
    return replace(node, kind="uuid") if len(node.text) == 36 and UUID.fullmatch(node.text) else node


def charset_of(payload: Payload) -> str:
    """The encoding that the last header of a few names declares; "" where there is none that is known."""
    for name, value in reversed(payload.headers):
        if value is not None and name.lower() in DECLARING and (found := CHARSET.search(value)):
            charset = found[1].decode("ascii")
            return charset if ENCODINGS.match(charset) else ""
    return ""


def text_of(data: bytes, charset: str = "") -> tuple[str, str]:
    """The text in some bytes, without its mark, and its encoding: what the mark says, else what is declared, else what it
    looks like. Raises Undecodable."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            if len(data) == len(mark) and encoding != "utf-8":
                raise Undecodable("it is the mark of an encoding, with nothing behind it")
            return _decoded(data, encoding, len(mark))
    if charset:
        try:
            return data.decode(charset), charset.upper() if charset.lower().startswith("utf") else charset
        except (LookupError, ValueError):
            pass  # what it declares is not so, or is nothing that is known
    found = wide(data)
    return _decoded(data, found) if found else _decoded(data, "utf-8")


def wide(data: bytes) -> str:
    """The encoding of UTF-16 or UTF-32 without a mark, "" where it is none: of mostly Latin text every other byte is zero."""
    sample = data[:512]
    if 0 not in sample:
        return ""
    if len(data) % 4 == 0 and len(data) >= 8 and sample.count(0) >= len(sample) // 2:
        for place, encoding in ((0, "utf-32-le"), (3, "utf-32-be")):
            if 0 not in sample[place::4] and sample.count(0) == len(sample) * 3 // 4:
                return encoding
    if len(data) % 2 or len(data) < 4:
        return ""
    odd, even, half = sample[1::2].count(0), sample[::2].count(0), len(sample) / 2
    if odd >= 0.6 * half and even <= 0.05 * half:
        return "utf-16-le"
    return "utf-16-be" if even >= 0.6 * half and odd <= 0.05 * half else ""


def _decoded(data: bytes, encoding: str, start: int = 0) -> tuple[str, str]:
    name = encoding.upper().replace("-LE", "LE").replace("-BE", "BE")
    try:
        return data[start:].decode(encoding), name
    except UnicodeDecodeError as error:
        raise Undecodable(f"it is no {name} at byte {start + error.start:,}") from None
