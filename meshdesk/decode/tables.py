"""Parquet, Arrow IPC (file and stream) and ORC in a value, read by Arrow and shown as a table: a list of rows.

Only as many rows are read as are shown; the file says how many there are. The line of a list has the first columns of each
row; of a small Parquet file no others are read for it, so that what is broken in those is told by the inspector alone.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from operator import eq
from typing import Any, NamedTuple

from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.moments import clock, day, moment, real
from meshdesk.decode.one_line import OneLine
from meshdesk.model.node import FULL, SHORT, Kind, Node, hexed, more, shortened
from meshdesk.model.wording import plural

NAME = "Parquet, Arrow, ORC"
BEGINS = b"PAO\xff"  # PAR1, ARROW1, ORC, FFFFFFFF
MARKS = (b"PAR1", b"ARROW1", b"\xff\xff\xff\xff", b"ORC")
FORMATS = ("Parquet", "Arrow file", "Arrow stream", "ORC")
BATCH = 1_000  # rows that are read at once
# Columns of a row that a list shows, so that some rows have room: to read one of Parquet takes 11 us (measured 2026-11).
LISTED = 4
DIGITS = {"s": 0, "ms": 3, "us": 6, "ns": 9}


def could_be(payload: Payload, data: bytes, schemas: Schemas) -> bool:  # noqa: ARG001 (the contract's form)
    """Whether it begins as one of them does."""
    return data.startswith(MARKS)


def decode(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded:  # noqa: ARG001 (the contract's form)
    """The rows of a file. Raises Undecodable."""
    if data[:4] == b"PAR1" and data[-4:] == b"PAR1" and len(data) > 11:
        name, opened = "Parquet", _parquet_listed if bounds.line else _parquet
    elif data[:6] == b"ARROW1" and data[-6:] == b"ARROW1" and len(data) > 17:
        name, opened = "Arrow file", _arrow_file
    elif (
        data[:4] == b"\xff\xff\xff\xff"
        and len(data) > 24
        and data[8:12] in (b"\x10\0\0\0", b"\x0c\0\0\0", b"\x14\0\0\0")
    ):
        name, opened = "Arrow stream", _arrow_stream
    elif data[:3] == b"ORC" and len(data) > 16:
        name, opened = "ORC", _orc
    else:
        raise Undecodable("it does not begin as Parquet, Arrow or ORC does")
    if len(data) > bounds.bytes:
        raise Undecodable(f"it is larger than {bounds.bytes:,} bytes")
    # Only where such a file is read: the import takes a tenth of a second.
    import pyarrow as pa

    try:
        return _shown(name, opened(data), bounds)
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


class _Table(NamedTuple):
    """A file that was opened."""

    rows: int | None  # how many, where that is known
    names: list[str]  # of all columns
    pieces: Iterator[tuple[int, Sequence[Any]]]  # of so many rows: the columns, or the first of them


def _parquet(data: bytes) -> _Table:
    # As above.
    import pyarrow as pa
    import pyarrow.parquet as pq

    # Nothing is to be fetched before it is asked for: the bytes are here, and a thread for that costs a tenth of the time.
    file = pq.ParquetFile(pa.BufferReader(data), pre_buffer=False)
    batches = file.iter_batches(batch_size=BATCH, use_threads=False)
    return _Table(file.metadata.num_rows, file.schema_arrow.names, map(_proved, batches))


def _parquet_listed(data: bytes) -> _Table:
    """The same with the columns alone that a list shows, where the file is small."""
    # As above.
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = pq.ParquetReader()  # what a ParquetFile knows of paths is not asked for: 10 us
    file.open(pa.BufferReader(data), pre_buffer=False)
    rows, names = file.metadata.num_rows, [path[0] for path in file.column_paths]
    if any(map(eq, names, names[1:])):  # parts of one column, which only its schema tells from two of a name, for 10 us
        names = file.schema_arrow.names
    if rows > BATCH or not names:
        return _parquet(data)
    columns = [_in_one(file.read_column(at)) for at in range(min(LISTED, len(names)))]
    if any([len(column) != rows for column in columns]):  # noqa: C419 (a generator takes longer)
        return _parquet(data)
    return _Table(rows, names, iter([(rows, columns)]))


def _in_one(column: Any) -> Any:
    """A column whose values are there."""
    column.validate(full=True)  # what lengths and offsets say is believed only now
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _proved(batch: Any) -> tuple[int, Sequence[Any]]:
    batch.validate(full=True)  # as above
    return batch.num_rows, batch.columns


def _arrow_file(data: bytes) -> _Table:
    # As above.
    import pyarrow as pa

    file = pa.ipc.open_file(pa.BufferReader(data), options=_alone())
    batches = (file.get_batch(at) for at in range(file.num_record_batches))
    return _Table(None, file.schema.names, map(_proved, batches))


def _arrow_stream(data: bytes) -> _Table:
    # As above.
    import pyarrow as pa

    stream = pa.ipc.open_stream(pa.BufferReader(data), options=_alone())
    return _Table(None, stream.schema.names, map(_proved, stream))


@cache
def _alone() -> Any:
    """That no threads are asked to unpack what is compressed: for so little to do that takes three times as long."""
    # As above.
    import pyarrow as pa

    return pa.ipc.IpcReadOptions(use_threads=False)


def _orc(data: bytes) -> _Table:
    # As above.
    import pyarrow as pa
    from pyarrow import orc

    file = orc.ORCFile(pa.BufferReader(data))
    stripes = (file.read_stripe(at) for at in range(file.nstripes))
    return _Table(file.nrows, file.schema.names, map(_proved, stripes))


def _shown(name: str, table: _Table, bounds: Bounds) -> Decoded:
    left = _Left(bounds)
    if not left.take():
        raise Undecodable("nothing may be made of it")
    if bounds.line:
        return _said(name, table, left)
    rows: list[Node] = []
    seen = 0
    limit = bounds.width - SHORT  # characters; a list shows no more than fits on its line
    room = limit + 1 if not bounds.tells else sys.maxsize
    titles = table.names[: bounds.width if bounds.tells else LISTED]
    for count, columns in table.pieces:
        seen += count
        for at in range(min(count, bounds.width - len(rows))):
            if room < 0 or not left.take():
                break
            cells: list[Node | None] = []
            for title, column in zip(titles, columns, strict=False):
                cells.append(_node(title, column[at], left, 1))
                room -= _length(cells[-1], limit)
                if room < 0:
                    break
            rows.append(_container(str(len(rows)), "record", cells, len(table.names)))
        if table.rows is not None and (left.nodes <= 0 or seen >= bounds.width):
            break
    all_of = seen if table.rows is None else table.rows
    detail = f"{plural(all_of, 'row')}, {plural(len(table.names), 'column')}"
    return Decoded(_container("", "array", list(rows), all_of), (Layer(name, detail),), name)


def _said(name: str, table: _Table, left: "_Left") -> Decoded:
    """The same as a line: no more cells are looked at than it has room for."""
    line = OneLine()
    whole = line.begin("", is_array=True)
    seen = 0
    titles = table.names[:LISTED]
    for count, values in table.pieces:
        columns = [_Column(title, column) for title, column in zip(titles, values, strict=False)]
        seen += count
        for at in range(count):
            if line.room < FULL:
                break
            row = line.begin("", is_array=False)
            for column in columns:
                _say(line, column, at, left)
                if line.room < FULL:
                    break
            if len(table.names) > LISTED:
                line.more()
            line.end(row, "record", len(table.names))
        if table.rows is not None and (seen >= left.bounds.width or seen == table.rows):
            break
    line.end(whole, "array", seen if table.rows is None else table.rows)
    return Decoded(Node("", "array", ""), (Layer(name),), name, words=line.words)


class _Column:
    """What reads one cell of it behind the other."""

    __slots__ = ("name", "read", "values")

    def __init__(self, name: str, values: Any) -> None:
        self.name, self.values = name, values
        self.read = _scalars().get(values.type.id)


def _say(line: OneLine, column: _Column, at: int, left: "_Left") -> None:
    value, read = column.values[at], column.read
    if read is None or not value.is_valid:
        node = _node(column.name, value, left, 1)
        if node is not None:
            line.whole(node)
        return
    kind, text, _ = read(value)
    line.scalar(column.name, kind, text)


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
