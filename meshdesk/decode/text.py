"""Text in UTF-8, or in UTF-16 where a mark or the zero bytes say so."""

from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.model.node import Node, shortened

NAME = "text"
MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
ODD = 0.3  # share of control characters from which bytes are no text, though each of them is valid


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """Text that a person could have written. Raises Undecodable."""
    text, encoding = text_of(data)
    if data[:1] == b"\0" and encoding == "UTF-8":
        raise Undecodable("it begins with a zero byte, as no text does")
    sample = text[:4096]
    control = sum(character < " " and character not in "\t\n\r\x1b" for character in sample)
    if control > ODD * len(sample):
        raise Undecodable(f"{control} of its first {len(sample):,} characters are control characters")
    tree = Node("", "string", shortened(text, bounds.text), span=(0, len(data)))
    return Decoded(tree, (Layer(f"{encoding} text"),), "text" if encoding == "UTF-8" else encoding)


def text_of(data: bytes) -> tuple[str, str]:
    """The text in some bytes, without its mark, and its encoding. Raises Undecodable."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _decoded(data, encoding, len(mark))
    wide = _wide(data)
    return _decoded(data, wide) if wide else _decoded(data, "utf-8")


def _wide(data: bytes) -> str:
    """UTF-16 without a mark: of mostly Latin text every other byte is zero."""
    sample = data[:512]
    if len(data) % 2 or len(data) < 4 or b"\0" not in sample:
        return ""
    odd, even, half = sample[1::2].count(0), sample[::2].count(0), len(sample) / 2
    if odd >= 0.6 * half and even <= 0.05 * half:
        return "utf-16-le"
    return "utf-16-be" if even >= 0.6 * half and odd <= 0.05 * half else ""


def _decoded(data: bytes, encoding: str, start: int = 0) -> tuple[str, str]:
    name = {"utf-8": "UTF-8", "utf-16-le": "UTF-16LE", "utf-16-be": "UTF-16BE"}[encoding]
    try:
        return data[start:].decode(encoding), name
    except UnicodeDecodeError as error:
        raise Undecodable(f"it is no {name} at byte {start + error.start:,}") from None
