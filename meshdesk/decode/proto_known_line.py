"""Types that every library of Protobuf brings along, as words of the line that a list shows."""

from collections.abc import Callable

from meshdesk.decode.line import (
    CLOSE,
    EMPTY,
    FALSE,
    INSIDE,
    LEFT,
    LONGEST,
    NOTHING,
    NULL,
    OPEN,
    RIGHT,
    TRUE,
    Unlisted,
    Words,
    count_word,
    is_inside,
    name_word,
)
from meshdesk.decode.moments import DAY, MINUTES, day
from meshdesk.decode.moments import SECONDS as MINUTE
from meshdesk.decode.proto_fields import NEST
from meshdesk.decode.proto_known import NANOS, SECONDS, SHAPES, duration
from meshdesk.decode.proto_plan import MessagePlan
from meshdesk.decode.proto_scalar_line import ReadField, read_double, read_text, scalar_of
from meshdesk.decode.proto_skip import SkipField, length_at, skip_varint
from meshdesk.decode.proto_wire import FIXED64, LENGTH, VARINT, signed, varint
from meshdesk.model.node import SHORT, Node, Word, word_of


def moment_at(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Seconds and nanoseconds, each at most once, and where they end. Raises Unlisted."""
    stop = at + 1 + data[at]
    at += 1
    seconds = nanos = 0
    if at < stop and data[at] == 1 << 3 | VARINT:
        seconds, at = varint(data, at + 1, stop)
        seconds = signed(seconds, 64)
    if at < stop and data[at] == 2 << 3 | VARINT:
        nanos, at = varint(data, at + 1, stop)
        nanos = signed(nanos, 32)
    if at != stop or stop > end:
        raise Unlisted
    return seconds, nanos, stop


def timestamp_at(data: bytes, at: int, end: int) -> tuple[str, int]:
    """A moment as text, and where it ends. Raises Unlisted."""
    seconds, nanos, stop = moment_at(data, at, end)
    if seconds not in SECONDS or nanos not in NANOS:
        raise Unlisted
    days, rest = divmod(seconds, DAY)
    return f"{day(days)}T{MINUTES[rest // 60]}{MINUTE[rest % 60]}.{nanos:09d}Z", stop


def duration_at(data: bytes, at: int, end: int) -> tuple[str, int]:
    """The same of a length of time. Raises Unlisted."""
    seconds, nanos, stop = moment_at(data, at, end)
    if abs(nanos) not in NANOS or seconds * nanos < 0:
        raise Unlisted
    return duration(seconds, nanos), stop


def _known_text(
    text_at: Callable[[bytes, int, int], tuple[str, int]],
) -> Callable[[MessagePlan], tuple[ReadField, SkipField]]:
    def read(data: bytes, at: int, end: int, out: Words, _depth: int) -> int:
        text, at = text_at(data, at, end)
        out.append((text, "text"))
        return at

    return lambda _: (read, _skip_moment)


def _skip_moment(data: bytes, at: int, end: int, depth: int) -> int:
    at, stop = length_at(data, at, end)
    for number in (1, 2):
        if at < stop and data[at] == number << 3 | VARINT:
            at = skip_varint(data, at + 1, stop, depth)
    if at != stop:
        raise Unlisted
    return stop


def default_word(name: str) -> Word:
    """What the type of a scalar in a message of its own says where nothing is in it."""
    empty = SHAPES[name](Node("", "record", ""))
    return word_of(empty.kind, empty.text, LONGEST)


def _wrapped(inner: MessagePlan) -> tuple[ReadField, SkipField]:
    """A scalar in a message of its own, which is empty where it has its default."""
    value = inner.fields[1]
    read_value, skip_value = scalar_of(value)
    default = default_word(inner.name)

    def read(data: bytes, at: int, end: int, out: Words, depth: int) -> int:
        at, stop = length_at(data, at, end)
        if at == stop:
            out.append(default)
        elif data[at] != 1 << 3 | value.wire or read_value(data, at + 1, stop, out, depth) != stop:
            raise Unlisted
        return stop

    def skip(data: bytes, at: int, end: int, depth: int) -> int:
        at, stop = length_at(data, at, end)
        if at != stop and (data[at] != 1 << 3 | value.wire or skip_value(data, at + 1, stop, depth) != stop):
            raise Unlisted
        return stop

    return read, skip


# Struct


def _known_json(
    read_json: Callable[[bytes, int, int, Words, int], None], skip_json: Callable[[bytes, int, int, int], None]
) -> tuple[ReadField, SkipField]:
    def read(data: bytes, at: int, end: int, out: Words, depth: int) -> int:
        at, stop = length_at(data, at, end)
        if depth > NEST:
            raise Unlisted
        read_json(data, at, stop, out, depth + 1)
        return stop

    def skip(data: bytes, at: int, end: int, depth: int) -> int:
        at, stop = length_at(data, at, end)
        skip_json(data, at, stop, depth + 1)
        return stop

    return read, skip


def _struct(data: bytes, at: int, end: int, out: Words, depth: int) -> None:
    """Entries that have a key and a value, in this order, no key twice."""
    if depth > NEST:
        raise Unlisted
    if at == end:
        out.append(NOTHING)
        return
    if is_inside(depth):
        _skip_struct(data, at, end, depth)
        out.append(INSIDE)
        return
    names: set[str] = set()
    out.append(OPEN)
    while at < end:
        at, stop = _first(data, at, end)
        if at == stop or data[at] != 1 << 3 | LENGTH:
            raise Unlisted
        at, behind = length_at(data, at + 1, stop)
        name = data[at:behind].decode()
        if name in names or behind == stop or data[behind] != 2 << 3 | LENGTH:
            raise Unlisted
        names.add(name)
        at, behind = length_at(data, behind + 1, stop)
        if behind != stop:
            raise Unlisted
        out.append(name_word(name))
        _value(data, at, stop, out, depth + 1)
        at = stop
    out.append(CLOSE)


def _first(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Where what field 1 holds begins and ends, which stands there. Raises Unlisted."""
    if data[at] != 1 << 3 | LENGTH:
        raise Unlisted
    return length_at(data, at + 1, end)


def _list(data: bytes, at: int, end: int, out: Words, depth: int) -> None:
    if depth > NEST:
        raise Unlisted
    begin, count, are_scalars = len(out), 0, True
    out.append(LEFT)
    while at < end:
        at, stop = _first(data, at, end)
        # What is empty is a container, as an array and an object are.
        are_scalars = are_scalars and at != stop and data[at] not in (5 << 3 | LENGTH, 6 << 3 | LENGTH)
        _value(data, at, stop, out, depth + 1)
        at = stop
        count += 1
    if not count:
        out[begin:] = [EMPTY]
    elif are_scalars and count <= SHORT:
        out.append(RIGHT)
    else:
        out[begin:] = [count_word(count)]


def _value(data: bytes, at: int, end: int, out: Words, depth: int) -> None:
    """One field of six, or none."""
    if at == end:
        out.append(NOTHING)
        return
    tag = data[at]
    at += 1
    if tag == 3 << 3 | LENGTH:
        at = read_text(data, at, end, out, depth)
    elif tag == 2 << 3 | FIXED64:
        at = read_double(data, at, end, out, depth)
    elif tag in (1 << 3 | VARINT, 4 << 3 | VARINT):
        value, at = varint(data, at, end)
        out.append(NULL if tag == 1 << 3 | VARINT else TRUE if value else FALSE)
    elif tag in (5 << 3 | LENGTH, 6 << 3 | LENGTH):
        begin, at = length_at(data, at, end)
        (_struct if tag == 5 << 3 | LENGTH else _list)(data, begin, at, out, depth)
    else:
        raise Unlisted
    if at != end:
        raise Unlisted


def _skip_struct(data: bytes, at: int, end: int, depth: int) -> None:
    while at < end:
        at, stop = _first(data, at, end)
        if at == stop or data[at] != 1 << 3 | LENGTH:
            raise Unlisted
        length = data[at + 1]
        at = at + 2 + length if length < 0x80 else length_at(data, at + 1, stop)[1]
        if at >= stop or data[at] != 2 << 3 | LENGTH:
            raise Unlisted
        length = data[at + 1]
        at += 2
        if length >= 0x80:
            at, length = length_at(data, at - 1, stop)
            length -= at
        if at + length != stop:
            raise Unlisted
        # A short text, which most are, is passed over without a call.
        if not (length > 2 and data[at] == 3 << 3 | LENGTH and data[at + 1] == length - 2 < 0x80):
            _skip_value(data, at, stop, depth + 1)
        at = stop


def _skip_list(data: bytes, at: int, end: int, depth: int) -> None:
    while at < end:
        at, stop = _first(data, at, end)
        _skip_value(data, at, stop, depth + 1)
        at = stop


def _skip_value(data: bytes, at: int, end: int, depth: int) -> None:
    if depth > NEST:
        raise Unlisted
    if at == end:
        return
    tag = data[at]
    at += 1
    if tag == 3 << 3 | LENGTH:
        length = data[at]
        at = at + 1 + length if length < 0x80 else length_at(data, at, end)[1]
    elif tag == 2 << 3 | FIXED64:
        at += 8
    elif tag in (1 << 3 | VARINT, 4 << 3 | VARINT):
        at = at + 1 if data[at] < 0x80 else skip_varint(data, at, end, depth)
    elif tag in (5 << 3 | LENGTH, 6 << 3 | LENGTH):
        begin, at = length_at(data, at, end)
        (_skip_struct if tag == 5 << 3 | LENGTH else _skip_list)(data, begin, at, depth)
    else:
        raise Unlisted
    if at != end:
        raise Unlisted


WRAPPERS = tuple(
    f"google.protobuf.{kind}Value"
    for kind in ("Double", "Float", "Int64", "UInt64", "Int32", "UInt32", "Bool", "String", "Bytes")
)
CONTAINERS: dict[str, tuple[ReadField, SkipField]] = {
    "google.protobuf.Struct": _known_json(_struct, _skip_struct),
    "google.protobuf.ListValue": _known_json(_list, _skip_list),
    "google.protobuf.Value": _known_json(_value, _skip_value),
}


TEXTS: dict[str, Callable[[bytes, int, int], tuple[str, int]]] = {
    "google.protobuf.Timestamp": timestamp_at,
    "google.protobuf.Duration": duration_at,
}
KNOWN: dict[str, Callable[[MessagePlan], tuple[ReadField, SkipField]]] = {
    **{name: _known_text(text_at) for name, text_at in TEXTS.items()},
    **dict.fromkeys(WRAPPERS, _wrapped),
}
