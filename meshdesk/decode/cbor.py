"""CBOR (RFC 8949), walked with the bytes of each node: indefinite lengths, tags, half floats, simple values, undefined.

With its mark (tag 55799, D9 D9 F7) it is taken for what it says. Without, only an array or a map is that uses all bytes and that
no number, UUID or digest could be; any values are where somebody says so. Tags are read where their meaning is a value of ours; the
number of any other stands in the note. Text that is written once and referred to (tags 256 and 25, cbor.schmorp.de/stringref) is
shown wherever it is meant.
"""

import struct
from collections.abc import Iterable, Iterator
from fractions import Fraction

from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.moments import day, moment, real, scaled, seconds_as_moment
from meshdesk.decode.walk import BEYOND, KEY_NODES, STEPS, Walk, is_proved, whole, with_note, words_in
from meshdesk.model.node import CONTAINERS, Kind, Node

NAME = "CBOR"
MARK = b"\xd9\xd9\xf7"
FIRST = frozenset((*range(0x81, 0x9C), 0x9F, *range(0xA1, 0xBC), 0xBF))
TAGGED = frozenset(range(0xC6, 0xDC))  # of the first six the content is a scalar
BEGINS = bytes((*FIRST, *TAGGED))
INDEFINITE = -1
BREAK = 0xFF
DIGITS = 4_000  # of a number: Python writes those up to 4,300
# Typed arrays (RFC 8746): the bytes are shown, and what they are stands in the note.
ARRAYS = {
    64: "uint8 array", 65: "uint16 array", 66: "uint32 array", 67: "uint64 array", 68: "uint8 clamped array",
    69: "uint16 array, little-endian", 70: "uint32 array, little-endian", 71: "uint64 array, little-endian",
    72: "sint8 array", 73: "sint16 array", 74: "sint32 array", 75: "sint64 array",
    77: "sint16 array, little-endian", 78: "sint32 array, little-endian", 79: "sint64 array, little-endian",
    80: "float16 array", 81: "float32 array", 82: "float64 array", 83: "float128 array",
    84: "float16 array, little-endian", 85: "float32 array, little-endian", 86: "float64 array, little-endian",
    87: "float128 array, little-endian",
}  # fmt: skip


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """A value behind the mark; or an array or a map, or several maps. Raises Undecodable."""
    is_wanted = payload.wants(NAME)
    first = data[0] if data else 0
    if first not in FIRST and first not in TAGGED and not is_wanted:
        raise Undecodable("it does not begin as a map or an array of CBOR does")
    if len(data) > bounds.bytes:
        raise Undecodable(f"it is larger than {bounds.bytes:,} bytes")
    walk = Walk(data, bounds)
    if data.startswith(MARK):
        walk.at = len(MARK)
        tree = whole(_value(walk, ""), walk, NAME)
        return Decoded(tree, (Layer(NAME, "self-described"),), NAME, words=words_in(walk))
    walk, tree, detail = _documents(walk, is_wanted)
    if not is_wanted and (not is_proved(walk) or tree.kind not in CONTAINERS):
        raise Undecodable("it could be CBOR, but so could any number")
    return Decoded(tree, (Layer(NAME, detail),), NAME, words=words_in(walk))


def _documents(walk: Walk, is_wanted: bool) -> tuple[Walk, Node, str]:
    first = _value(walk, "")
    if walk.at == len(walk.data):
        return walk, whole(first, walk, NAME), ""
    walk = Walk(walk.data, walk.bounds)
    parts = walk.array("", 0)
    while walk.at < len(walk.data):
        if not 0xA1 <= walk.data[walk.at] <= 0xBF and not is_wanted:
            raise Undecodable(f"what follows at byte {walk.at:,} is no map of CBOR")
        parts.add(_value(walk, str(parts.count)))
    return walk, whole(parts.node("", "array"), walk, NAME), f"sequence of {parts.count:,}"


def _argument(walk: Walk, start: int, low: int) -> int:
    if low < 24:
        return low
    if low < 28:
        return walk.uint(1 << (low - 24))
    if low == 31:
        return INDEFINITE
    raise Undecodable(f"byte {start:,} has a form that CBOR keeps for later")


def _value(walk: Walk, name: str) -> Node | None:
    start = walk.at
    byte = walk.byte()
    if 0x60 <= byte < 0x78 and walk.strings is None:
        return _text(walk, name, walk.take(byte - 0x60), start)
    major, low = byte >> 5, byte & 0x1F
    if major == 7:
        return _simple(walk, name, start, low)
    argument = low if low < 24 else _argument(walk, start, low)
    if major in (2, 3):
        data = _chunks(walk, major) if argument == INDEFINITE else walk.take(argument)
        if walk.strings is not None and argument != INDEFINITE:
            _refer(walk.strings, data, is_text=major == 3)
        return walk.hex(name, data, start) if major == 2 else _text(walk, name, data, start)
    if major == 4:
        return _array(walk, name, start, argument)
    if major == 5:
        return _map(walk, name, start, argument)
    if argument == INDEFINITE:
        raise Undecodable(f"the number at byte {start:,} has no length")
    if major == 6:
        return _tagged(walk, name, start, argument)
    return walk.made(name, "int", str(argument if major == 0 else -1 - argument), start)


def _text(walk: Walk, name: str, data: bytes, start: int) -> Node | None:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Undecodable(f"the text at byte {start:,} is no UTF-8") from None
    walk.letters += len(text)
    return walk.made(name, "string", text, start)


def _chunks(walk: Walk, major: int) -> bytes:
    pieces = []
    while (byte := walk.byte()) != BREAK:
        walk.steps += 1
        length = _argument(walk, walk.at - 1, byte & 0x1F)
        if byte >> 5 != major or length == INDEFINITE:
            raise Undecodable(f"byte {walk.at - 1:,} is no piece of what it stands in")
        pieces.append(walk.take(length))
    return b"".join(pieces)


def _array(walk: Walk, name: str, start: int, count: int) -> Node | None:
    parts = walk.array(name, start)
    for number in _numbers(walk, count):
        parts.add(_value(walk, str(number)))
    return parts.node(name, "array")


def _map(walk: Walk, name: str, start: int, count: int) -> Node | None:
    parts = walk.record(name, start)
    is_record = True
    for _ in _numbers(walk, count):
        key, note = _key(walk)
        if note:
            is_record = False
            parts.add(with_note(_value(walk, key), note))
        else:
            parts.add(_value(walk, key))
    return parts.node(name, "record" if is_record else "map")


def _key(walk: Walk) -> tuple[str, str]:
    """A key and what stands in its value's note: short text in no time, as nearly all are."""
    at = walk.at
    first = walk.data[at] if at < len(walk.data) else 0
    end = at + first - 0x5F
    if 0x60 <= first < 0x78 and end <= len(walk.data) and walk.strings is None:
        try:
            text = walk.data[at + 1 : end].decode()
        except UnicodeDecodeError:
            raise Undecodable(f"the text at byte {at:,} is no UTF-8") from None
        walk.at = end
        walk.letters += len(text)
        return text, ""
    return walk.key(lambda walk: _value(walk, ""))


def _numbers(walk: Walk, count: int) -> Iterable[int]:
    """The numbers of so many values, each of which takes a byte; or as many as come before the end."""
    if count == INDEFINITE:
        return _until_break(walk)
    if count > len(walk.data) - walk.at:
        raise Undecodable(f"{count:,} values should follow byte {walk.at:,}, and fewer bytes are there")
    return range(count)


def _until_break(walk: Walk) -> Iterator[int]:
    number = 0
    while walk.data[walk.at : walk.at + 1] != b"\xff":
        yield number
        number += 1
    walk.at += 1


def _simple(walk: Walk, name: str, start: int, low: int) -> Node | None:
    if low in (20, 21):
        return walk.made(name, "boolean", "true" if low == 21 else "false", start)
    if low == 22:
        return walk.made(name, "null", "null", start)
    if low == 23:
        return walk.made(name, "null", "undefined", start, "undefined")
    if low in FLOATS:
        form, size, note = FLOATS[low]
        return walk.made(name, "float", real(struct.unpack(form, walk.take(size))[0]), start, note)
    number = walk.byte() if low == 24 else low
    if low > 24 or (low == 24 and number < 32):
        raise Undecodable(f"byte {start:,} has a form that CBOR keeps for later")
    return walk.made(name, "int", str(number), start, "simple value")


FLOATS = {25: (">e", 2, "float16"), 26: (">f", 4, "float32"), 27: (">d", 8, "")}


# Tags


def _tagged(walk: Walk, name: str, start: int, tag: int) -> Node | None:
    if walk.line is not None:  # a tag makes something else of its content
        return walk.apart(lambda walk: _tagged(walk, name, start, tag))
    walk.enter()
    if tag in (4, 5, 30):
        node = _of_two(walk, name, start, tag)
    elif tag == 256:
        outer, walk.strings = walk.strings, []
        node = _with_tag(walk, _value(walk, name), start, tag)
        walk.strings = outer
    elif tag == 25 and walk.strings is not None:
        node = _referred(walk, name, start)
    else:
        room = walk.nodes
        node = _with_tag(walk, _value(walk, name), start, tag)
        if node is not None and not node.children and room > 0:
            walk.nodes = room - 1
    walk.depth -= 1
    return node


def _refer(strings: list[tuple[bytes, bool]], data: bytes, is_text: bool) -> None:
    """A string that may be referred to from here on, unless the reference would be longer than the string."""
    number = len(strings)
    least = next((length for below, length in ((24, 3), (256, 4), (1 << 16, 5), (1 << 32, 7)) if number < below), 11)
    if len(data) >= least:
        strings.append((data, is_text))


def _referred(walk: Walk, name: str, start: int) -> Node | None:
    """The string that tag 25 refers to by its number."""
    at = walk.at
    byte = walk.byte()
    number = _argument(walk, at, byte & 0x1F) if byte < 0x20 else INDEFINITE
    if walk.strings is None or not 0 <= number < len(walk.strings):
        raise Undecodable(f"byte {start:,} refers to a string that is not there")
    data, is_text = walk.strings[number]
    walk.steps += len(data) // 16  # a few bytes may refer to much: what it comes to is bounded, as are values
    if walk.steps > STEPS:
        raise Undecodable(BEYOND)
    note = f"string {number:,} of those before"
    return walk.text(name, data, start, note) if is_text else walk.hex(name, data, start, note)


def _with_tag(walk: Walk, node: Node | None, start: int, tag: int) -> Node | None:
    """What a tag makes of its content: a value of ours, or the same with the tag in its note."""
    if node is None:
        return None
    span = (start, walk.at)
    if tag in (55799, 256):
        return Node(node.name, node.kind, node.text, node.children, node.note, span)
    found = _meaning(node, tag)
    if found is not None:
        kind, text = found
        note = f"tag {tag}" if node.kind == "string" and tag == 32 else ""
        return Node(node.name, kind, text, (), note, span)
    words = f"tag {tag} {ARRAYS[tag]}" if tag in ARRAYS else f"tag {tag}"
    note = f"{words}, {node.note}" if node.note else words
    return Node(node.name, node.kind, node.text, node.children, note, span)


def _meaning(node: Node, tag: int) -> tuple[Kind, str] | None:
    kind, text = node.kind, node.text
    if "… " in text:
        return None
    if tag == 0 and kind == "string" and _looks_dated(text):
        return "timestamp", text
    if tag == 1 and kind in ("int", "float"):
        # A whole number of seconds is shown as one.
        found = moment(int(text), 0) if kind == "int" else seconds_as_moment(text)
        return ("timestamp", found) if found else None
    if tag in (2, 3) and kind == "bytes" and len(text) < 2 * DIGITS // 3:
        number = int(text or "0", 16)
        return "int", str(number if tag == 2 else -1 - number)
    if tag == 37 and kind == "bytes" and len(text) == 32:
        return "uuid", "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
    if tag == 100 and kind == "int":
        found = day(int(text))
        return ("date", found) if found else None
    if tag == 1004 and kind == "string" and len(text) == 10 and text[4:8:3] == "--":
        return "date", text
    return None


def _looks_dated(text: str) -> bool:
    return len(text) >= 20 and text[4] == text[7] == "-" and text[10] in "Tt" and text[13] == text[16] == ":"


def _of_two(walk: Walk, name: str, start: int, tag: int) -> Node | None:
    """Decimal fractions (4), bigfloats (5) and rationals (30): an array of two numbers."""
    at = walk.at
    if at in walk.tried:  # within one that was none either: each level would double the time
        return _with_tag(walk, _value(walk, name), start, tag)
    room, known = walk.nodes, len(walk.strings or ())
    walk.nodes = KEY_NODES
    node = _value(walk, name)
    walk.nodes = room
    numbers = (
        [int(child.text) for child in node.children if child.kind == "int" and _is_whole(child.text)] if node else []
    )
    if node is not None and node.kind == "array" and len(numbers) == len(node.children) == 2:
        found = _number_of(tag, numbers[0], numbers[1])
        if found:
            return walk.made(name, found[0], found[1], start, found[2])
    walk.tried.add(at)
    walk.at = at
    if walk.strings is not None:
        del walk.strings[known:]
    return _with_tag(walk, _value(walk, name), start, tag)


def _is_whole(number: str) -> bool:
    """Whether all digits are there, and no more than are read."""
    return len(number) < DIGITS and "… " not in number


def _number_of(tag: int, first: int, second: int) -> tuple[Kind, str, str] | None:
    if tag == 4 and -DIGITS < first < DIGITS:
        return "decimal", scaled(second, -first), ""
    if tag == 5 and -1100 < first < 1100:
        number = Fraction(second) * Fraction(2) ** first
        if number == int(number):
            return "decimal", str(int(number)), "bigfloat"
        bits = number.denominator.bit_length() - 1  # a power of two: so many digits behind the point are exact
        return "decimal", scaled(number.numerator * 5**bits, bits), "bigfloat"
    if tag == 30:
        return "string", f"{first}/{second}", "rational"
    return None
