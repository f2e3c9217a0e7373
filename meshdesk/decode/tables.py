"""Parquet, Arrow IPC (file and stream) and ORC in a value, read by Arrow and shown as a table: a list of rows.

Only as many rows are read as are shown; the file says how many there are.
"""

import sys
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.moments import clock, day, moment, real
from meshdesk.decode.one_line import OneLine
from meshdesk.model.node import FULL, SHORT, Kind, Node, hexed, more, shortened
from meshdesk.model.wording import plural

NAME = "Parquet, Arrow, ORC"
BEGINS = b"PAO\xff"  # PAR1, ARROW1, ORC, FFFFFFFF
MARKS = (b"PAR1", b"ARROW1", b"\xff\xff\xff\xff", b"ORC")
BATCH = 1_000  # rows that are read at once
DIGITS = {"s": 0, "ms": 3, "us": 6, "ns": 9}


def could_be(payload: Payload, data: bytes, schemas: Schemas) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether it begins as one of them does."""
    return data.startswith(MARKS)


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """The rows of a file. Raises Undecodable."""
    if data[:4] == b"PAR1" and data[-4:] == b"PAR1" and len(data) > 11:
        name, batches = "Parquet", _parquet
    elif data[:6] == b"ARROW1" and data[-6:] == b"ARROW1" and len(data) > 17:
        name, batches = "Arrow file", _arrow_file
    elif (
        data[:4] == b"\xff\xff\xff\xff"
        and len(data) > 24
        and data[8:12] in (b"\x10\0\0\0", b"\x0c\0\0\0", b"\x14\0\0\0")
    ):
        name, batches = "Arrow stream", _arrow_stream
    elif data[:3] == b"ORC" and len(data) > 16:
        name, batches = "ORC", _orc
    else:
        raise Undecodable("it does not begin as Parquet, Arrow or ORC does")
    if len(data) > bounds.bytes:
        raise Undecodable(f"it is larger than {bounds.bytes:,} bytes")
    # Only where such a file is read: the import takes a tenth of a second.
    import pyarrow as pa

    try:
        return _table(name, batches(data), bounds)
    except (
        pa.ArrowException,
        OSError,
        MemoryError,
        ValueError,
        TypeError,
        NotImplementedError,
        OverflowError,
    ) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
        trouble = f"The {payload.role} begins as {name} does, but Arrow cannot read it: {reason}."
        raise Undecodable(
            f"Arrow cannot read it as {name}: {reason}", "" if name == "Arrow stream" else trouble
        ) from None


# How many rows where that is known, what says the columns (of Parquet it takes 10 us, which a list does without), batches.
Batches = tuple[int | None, Callable[[], list[str]], Iterator[Any]]


def _parquet(data: bytes) -> Batches:
    # As above.
    import pyarrow as pa
    import pyarrow.parquet as pq

    # Nothing is to be fetched before it is asked for: the bytes are here, and a thread for that costs a tenth of the time.
    file = pq.ParquetFile(pa.BufferReader(data), pre_buffer=False)
    return (
        file.metadata.num_rows,
        lambda: file.schema_arrow.names,
        file.iter_batches(batch_size=BATCH, use_threads=False),
    )


def _arrow_file(data: bytes) -> Batches:
    # As above.
    import pyarrow as pa

    file = pa.ipc.open_file(pa.BufferReader(data))
    return None, lambda: file.schema.names, (file.get_batch(at) for at in range(file.num_record_batches))


def _arrow_stream(data: bytes) -> Batches:
    # As above.
    import pyarrow as pa

    stream = pa.ipc.open_stream(pa.BufferReader(data))
    return None, lambda: stream.schema.names, iter(stream)


def _orc(data: bytes) -> Batches:
    # As above.
    import pyarrow as pa
    from pyarrow import orc

    file = orc.ORCFile(pa.BufferReader(data))
    return file.nrows, lambda: file.schema.names, (file.read_stripe(at) for at in range(file.nstripes))


def _table(name: str, batches: Batches, bounds: Bounds) -> Decoded:
    known, names, pieces = batches
    left = _Left(bounds)
    if not left.take():
        raise Undecodable("nothing may be made of it")
    if bounds.line:
        return _said(name, batches, left)
    columns = names()
    rows: list[Node] = []
    seen = 0
    limit = bounds.width - SHORT  # characters; a list shows no more than fits on its line
    room = limit + 1 if not bounds.tells else sys.maxsize
    for piece in pieces:
        piece.validate(full=True)  # what lengths and offsets say is believed only now
        seen += piece.num_rows
        for at in range(min(piece.num_rows, bounds.width - len(rows))):
            if room < 0 or not left.take():
                break
            cells: list[Node | None] = []
            for number, column in enumerate(columns[: bounds.width]):
                cells.append(_node(column, piece.column(number)[at], left, 1))
                room -= _length(cells[-1], limit)
                if room < 0:
                    break
            rows.append(_container(str(len(rows)), "record", cells, len(columns)))
        if known is not None and (left.nodes <= 0 or seen >= bounds.width):
            break
    count = seen if known is None else known
    detail = f"{plural(count, 'row')}, {plural(len(columns), 'column')}"
    return Decoded(_container("", "array", list(rows), count), (Layer(name, detail),), name)


def _said(name: str, batches: Batches, left: "_Left") -> Decoded:
    """The same as a line: no more cells are looked at than it has room for."""
    known, _, pieces = batches
    line = OneLine()
    whole = line.begin("", is_array=True)
    seen = 0
    for piece in pieces:
        piece.validate(full=True)  # as above
        names = piece.schema.names
        columns: list[Any] = []  # those that a row has room for
        seen += piece.num_rows
        for at in range(piece.num_rows):
            if line.room < FULL:
                break
            row = line.begin("", is_array=False)
            for number, column in enumerate(names):
                if number == len(columns):
                    columns.append(piece.column(number))
                _say(line, column, columns[number][at], left)
                if line.room < FULL:
                    break
            line.end(row, "record", len(names))
        if known is not None and (seen >= left.bounds.width or seen == known):
            break
    count = seen if known is None else known
    line.end(whole, "array", count)
    return Decoded(Node("", "array", ""), (Layer(name),), name, words=line.words)


def _say(line: OneLine, name: str, value: Any, left: "_Left") -> None:
    kind = value.type
    read = _scalars().get(kind.id)
    if read is None or not value.is_valid:
        node = _node(name, value, left, 1)
        if node is not None:
            line.whole(node)
        return
    word, text, _ = read(value)
    line.scalar(name, word, text)


def _length(cell: Node | None, limit: int) -> int:
    """How many characters of a line a value takes at least, with its name and the blanks behind both."""
    return 0 if cell is None else len(cell.name) + min(len(cell.text), limit) + len("  ")


class _Left:
    """How many nodes may still be made."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds, self.nodes = bounds, bounds.nodes

    def take(self) -> bool:
        self.nodes -= 1
        return self.nodes >= 0


def _container(name: str, kind: Kind, parts: list[Node | None], count: int) -> Node:
    shown = [part for part in parts if part is not None]
    rest = (more(count - len(shown)),) if count > len(shown) else ()
    return Node(name, kind, "", (*shown, *rest))


def _node(name: str, value: Any, left: _Left, depth: int) -> Node | None:
    """A value of a column. Numbers, decimals and moments are exact to their last digit."""
    left.nodes -= 1
    if left.nodes < 0:
        return None
    if depth > left.bounds.depth:
        raise Undecodable(f"it is nested deeper than {left.bounds.depth} levels")
    if not value.is_valid:
        return Node(name, "null", "null")
    kind = value.type
    made = _containers().get(kind.id)
    if made is not None:
        return made(name, value, left, depth)
    if isinstance(kind, _extension_type()):
        return _again(name, value.value, left, depth, str(kind))
    return _scalar(name, value, kind, left.bounds)


def _scalar(name: str, value: Any, kind: Any, bounds: Bounds) -> Node:
    read = _scalars().get(kind.id)
    if read is None:
        return Node(name, "string", shortened(str(value), bounds.text), (), str(kind))
    word, text, note = read(value)
    if len(text) > bounds.text:
        text = hexed(bytes.fromhex(text), bounds.text) if word == "bytes" else shortened(text, bounds.text)
    return Node(name, word, text, (), note)


@cache
def _extension_type() -> type:
    # As above.
    import pyarrow as pa

    return pa.BaseExtensionType  # type: ignore[no-any-return]


def _again(name: str, inner: Any, left: _Left, depth: int, note: str) -> Node | None:
    left.nodes += 1
    if not hasattr(inner, "is_valid"):
        left.nodes -= 1
        return Node(name, "string", shortened(str(inner), left.bounds.text), (), note)
    node = _node(name, inner, left, depth)
    return Node(node.name, node.kind, node.text, node.children, note or node.note) if node else None


def _struct(name: str, value: Any, left: _Left, depth: int) -> Node:
    kind = value.type
    fields = [kind.field(at).name for at in range(kind.num_fields)]
    parts = [_node(field, value[at], left, depth + 1) for at, field in enumerate(fields[: left.bounds.width])]
    return _container(name, "record", parts, len(fields))


def _list(name: str, value: Any, left: _Left, depth: int) -> Node:
    items = value.values
    shown = [_node(str(at), items[at], left, depth + 1) for at in range(min(len(items), left.bounds.width))]
    return _container(name, "array", shown, len(items))


def _map(name: str, value: Any, left: _Left, depth: int) -> Node:
    entries = value.values
    parts = []
    for at in range(min(len(entries), left.bounds.width)):
        entry = entries[at]
        key = _scalar("", entry[0], entry[0].type, left.bounds)
        part = _node(key.text, entry[1], left, depth + 1)
        if part is not None and key.kind != "string":
            part = Node(part.name, part.kind, part.text, part.children, f"{key.kind} as key")
        parts.append(part)
    return _container(name, "map", parts, len(entries))


Read = Callable[[Any], tuple[Kind, str, str]]


@cache
def _containers() -> dict[int, Callable[[str, Any, _Left, int], Node | None]]:
    # As above.
    from pyarrow import lib

    return {
        lib.Type_STRUCT: _struct,
        lib.Type_MAP: _map,
        **dict.fromkeys((lib.Type_LIST, lib.Type_LARGE_LIST, lib.Type_FIXED_SIZE_LIST, lib.Type_LIST_VIEW), _list),
        lib.Type_DICTIONARY: lambda name, value, left, depth: _again(name, value.value, left, depth, ""),
        lib.Type_RUN_END_ENCODED: lambda name, value, left, depth: _again(name, value.as_py(), left, depth, ""),
    }


@cache
def _scalars() -> dict[int, Read]:
    """How values are read, by the number of their type: it is asked for each cell, and Arrow's own questions one by one
    take ten times as long (measured 2026-11)."""
    # As above.
    from pyarrow import lib

    integers = (
        lib.Type_INT8, lib.Type_INT16, lib.Type_INT32, lib.Type_INT64,
        lib.Type_UINT8, lib.Type_UINT16, lib.Type_UINT32, lib.Type_UINT64,
    )  # fmt: skip
    floats = (lib.Type_HALF_FLOAT, lib.Type_FLOAT, lib.Type_DOUBLE)
    decimals = (lib.Type_DECIMAL32, lib.Type_DECIMAL64, lib.Type_DECIMAL128, lib.Type_DECIMAL256)
    return {
        lib.Type_BOOL: lambda value: ("boolean", "true" if value.as_py() else "false", ""),
        **dict.fromkeys(integers, lambda value: ("int", str(value.as_py()), "")),
        **dict.fromkeys(floats, lambda value: ("float", real(float(value.as_py())), str(value.type))),
        **dict.fromkeys(decimals, _decimal),
        **dict.fromkeys((lib.Type_STRING, lib.Type_LARGE_STRING, lib.Type_STRING_VIEW), _text),
        **dict.fromkeys(
            (lib.Type_BINARY, lib.Type_LARGE_BINARY, lib.Type_BINARY_VIEW, lib.Type_FIXED_SIZE_BINARY), _bytes
        ),
        lib.Type_TIMESTAMP: _timestamp,
        **dict.fromkeys((lib.Type_DATE32, lib.Type_DATE64), _date),
        **dict.fromkeys(
            (lib.Type_TIME32, lib.Type_TIME64),
            lambda value: ("time", clock(value.value, DIGITS[value.type.unit]), ""),
        ),
        lib.Type_DURATION: lambda value: ("int", str(value.value), str(value.type)),
    }


def _text(value: Any) -> tuple[Kind, str, str]:
    data = bytes(value.as_buffer())
    try:
        return "string", data.decode("utf-8"), ""
    except UnicodeDecodeError:
        return "bytes", data.hex(), "text that is no UTF-8"


def _bytes(value: Any) -> tuple[Kind, str, str]:
    return "bytes", bytes(value.as_buffer()).hex(), ""


def _decimal(value: Any) -> tuple[Kind, str, str]:
    try:
        text = f"{value.as_py():f}"
    except ArithmeticError:
        raise Undecodable(f"a number has more digits than its type, {value.type}, says") from None
    return "decimal", text, f"decimal({value.type.precision},{value.type.scale})"


def _timestamp(value: Any) -> tuple[Kind, str, str]:
    units, zone = value.value, value.type.tz
    text = moment(units, DIGITS[value.type.unit], "Z" if zone else "")
    note = zone if zone and zone != "UTC" else ""
    return ("timestamp", text, note) if text else ("int", str(units), str(value.type))


def _date(value: Any) -> tuple[Kind, str, str]:
    days = value.value if value.type.bit_width == 32 else value.value // 86_400_000
    text = day(days)
    return ("date", text, "") if text else ("int", str(value.value), str(value.type))
