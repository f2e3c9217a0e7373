"""Parquet, Arrow IPC (file and stream) and ORC in a value, read by Arrow and shown as a table: a list of rows.

Only as many rows are read as are shown; the file says how many there are. The line of a list has that number and the first
columns of the first row; of a small Parquet file no others are read for it, so that what is broken in those is told by the
inspector alone.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from operator import eq
from typing import Any, NamedTuple

from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.moments import clock, day, moment, real
from meshdesk.decode.one_line import OneLine
from meshdesk.model.node import FULL, Kind, Node, hexed, more, shortened
from meshdesk.model.wording import plural

NAME = "Parquet, Arrow, ORC"
BEGINS = b"PAO\xff"  # PAR1, ARROW1, ORC, FFFFFFFF
MARKS = (b"PAR1", b"ARROW1", b"\xff\xff\xff\xff", b"ORC")
FORMATS = ("Parquet", "Arrow file", "Arrow stream", "ORC")
ROOT, CHAINS = Node("", "array", ""), {name: (Layer(name),) for name in FORMATS}  # of what is listed
BATCH = 1_000  # rows that are read at once
LISTED = 3  # columns that a list shows of the first row: to read one of Parquet takes 11 us (measured 2026-11)
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
    try:
        return _shown(name, opened(data), bounds)
    except (
        _arrow().ArrowException,
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


@cache
def _arrow() -> Any:
    """Arrow's library, once: an import that is there already takes a microsecond each time."""
    # Only where such a file is read: the import takes a tenth of a second.
    import pyarrow as pa

    return pa


@cache
def _parquets() -> Any:
    # As above.
    import pyarrow.parquet as pq

    return pq


class _Table(NamedTuple):
    """A file that was opened."""

    rows: int | None  # how many, where that is known
    names: list[str]  # of all columns
    pieces: Iterator[tuple[int, Sequence[Any]]]  # of so many rows: the columns, or the first of them


def _parquet(data: bytes) -> _Table:
    # Nothing is to be fetched before it is asked for: the bytes are here, and a thread for that costs a tenth of the time.
    file = _parquets().ParquetFile(_arrow().BufferReader(data), pre_buffer=False)
    batches = file.iter_batches(batch_size=BATCH, use_threads=False)
    return _Table(file.metadata.num_rows, file.schema_arrow.names, map(_proved, batches))


def _parquet_listed(data: bytes) -> _Table:
    """The same with the columns alone that a list shows, where the file is small."""
    file = _parquets().ParquetReader()  # what a ParquetFile knows of paths is not asked for: 10 us
    file.open(_arrow().BufferReader(data), pre_buffer=False)
    rows, names = file.metadata.num_rows, [path[0] for path in file.column_paths]
    if any(map(eq, names, names[1:])):  # parts of one column, which only its schema tells from two of a name, for 10 us
        names = file.schema_arrow.names
    if rows > BATCH or not names:
        return _parquet(data)
    columns = [file.read_column(at) for at in range(min(LISTED, len(names)))]
    for column in columns:
        column.validate(full=True)  # what lengths and offsets say is believed only now
    if any([len(column) != rows for column in columns]):  # noqa: C419 (a generator takes longer)
        return _parquet(data)
    return _Table(rows, names, iter([(rows, columns)]))


def _proved(batch: Any) -> tuple[int, Sequence[Any]]:
    batch.validate(full=True)  # as above
    return batch.num_rows, batch.columns


def _arrow_file(data: bytes) -> _Table:
    pa = _arrow()
    file = pa.ipc.open_file(pa.BufferReader(data), options=_alone())
    batches = (file.get_batch(at) for at in range(file.num_record_batches))
    return _Table(None, file.schema.names, map(_proved, batches))


def _arrow_stream(data: bytes) -> _Table:
    pa = _arrow()
    stream = pa.ipc.open_stream(pa.BufferReader(data), options=_alone())
    return _Table(None, stream.schema.names, map(_proved, stream))


@cache
def _alone() -> Any:
    """That no threads are asked to unpack what is compressed: for so little to do that takes three times as long."""
    return _arrow().ipc.IpcReadOptions(use_threads=False)


def _orc(data: bytes) -> _Table:
    # As above.
    from pyarrow import orc

    file = orc.ORCFile(_arrow().BufferReader(data))
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
    most, width = (bounds.width, bounds.width) if bounds.tells else (1, LISTED)
    titles = table.names[:width]
    for count, columns in table.pieces:
        seen += count
        for at in range(min(count, most - len(rows))):
            if not left.take():
                break
            cells = [_node(title, column[at], left, 1) for title, column in zip(titles, columns, strict=False)]
            rows.append(_container(str(len(rows)), "record", cells, len(table.names)))
        if table.rows is not None and (left.nodes <= 0 or seen >= most):
            break
    all_of = seen if table.rows is None else table.rows
    detail = f"{plural(all_of, 'row')}, {plural(len(table.names), 'column')}"
    return Decoded(_container("", "array", list(rows), all_of), (Layer(name, detail),), name)


def _said(name: str, table: _Table, left: "_Left") -> Decoded:
    """The same as a line."""
    line = OneLine()
    whole = line.begin("", is_array=True)
    seen = 0
    for count, columns in table.pieces:
        if count and not seen:
            _say_first(line, table.names, columns, left)
        seen += count
        if table.rows is not None and seen:
            break
    line.end(whole, "array", seen if table.rows is None else table.rows)
    return Decoded(ROOT, CHAINS[name], name, words=line.words)


def _say_first(line: OneLine, names: list[str], columns: Sequence[Any], left: "_Left") -> None:
    row = line.begin("", is_array=False)
    for name, column in zip(names[:LISTED], columns, strict=False):
        value, read = column[0], _scalar_of(column.type)
        if read is not None and value.is_valid:
            kind, text, _ = read(value)
            line.scalar(name, kind, text)
        elif (node := _node(name, value, left, 1)) is not None:
            line.whole(node)
        if line.room < FULL:
            break
    if len(names) > LISTED:
        line.more()
    line.end(row, "record", len(names))


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
    read = _scalar_of(kind)
    if read is None:
        return Node(name, "string", shortened(str(value), bounds.text), (), str(kind))
    word, text, note = read(value)
    if len(text) > bounds.text:
        text = hexed(bytes.fromhex(text), bounds.text) if word == "bytes" else shortened(text, bounds.text)
    return Node(name, word, text, (), note)


@cache
def _extension_type() -> type:
    return _arrow().BaseExtensionType  # type: ignore[no-any-return]


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
def _scalars() -> dict[int, Callable[[Any], Read]]:
    """What reads the values of a type, by its number: it is asked for each column, and Arrow's own questions one by one take ten
    times as long (measured 2026-11)."""
    # As above.
    from pyarrow import lib

    integers = (
        lib.Type_INT8, lib.Type_INT16, lib.Type_INT32, lib.Type_INT64,
        lib.Type_UINT8, lib.Type_UINT16, lib.Type_UINT32, lib.Type_UINT64,
    )  # fmt: skip
    floats = (lib.Type_HALF_FLOAT, lib.Type_FLOAT, lib.Type_DOUBLE)
    decimals = (lib.Type_DECIMAL32, lib.Type_DECIMAL64, lib.Type_DECIMAL128, lib.Type_DECIMAL256)
    binaries = (lib.Type_BINARY, lib.Type_LARGE_BINARY, lib.Type_BINARY_VIEW, lib.Type_FIXED_SIZE_BINARY)
    return {
        lib.Type_BOOL: lambda _: _boolean,
        **dict.fromkeys(integers, lambda _: _integer),
        **dict.fromkeys(floats, _floats),
        **dict.fromkeys(decimals, _decimals),
        **dict.fromkeys((lib.Type_STRING, lib.Type_LARGE_STRING, lib.Type_STRING_VIEW), lambda _: _text),
        **dict.fromkeys(binaries, lambda _: _bytes),
        lib.Type_TIMESTAMP: _timestamps,
        **dict.fromkeys((lib.Type_DATE32, lib.Type_DATE64), _dates),
        **dict.fromkeys((lib.Type_TIME32, lib.Type_TIME64), _times),
        lib.Type_DURATION: _durations,
    }


def _scalar_of(kind: Any) -> Read | None:
    """What reads the values of a type that has no parts: their kind, text and note."""
    made = _scalars().get(kind.id)
    return made(kind) if made is not None else None


def _boolean(value: Any) -> tuple[Kind, str, str]:
    return "boolean", "true" if value.as_py() else "false", ""


def _integer(value: Any) -> tuple[Kind, str, str]:
    return "int", str(value.as_py()), ""


def _text(value: Any) -> tuple[Kind, str, str]:
    data = bytes(value.as_buffer())
    try:
        return "string", data.decode("utf-8"), ""
    except UnicodeDecodeError:
        return "bytes", data.hex(), "text that is no UTF-8"


def _bytes(value: Any) -> tuple[Kind, str, str]:
    return "bytes", bytes(value.as_buffer()).hex(), ""


def _floats(kind: Any) -> Read:
    note = str(kind)
    return lambda value: ("float", real(float(value.as_py())), note)


def _decimals(kind: Any) -> Read:
    def read(value: Any) -> tuple[Kind, str, str]:
        try:
            return "decimal", f"{value.as_py():f}", note
        except ArithmeticError:
            raise Undecodable(f"a number has more digits than its type, {kind}, says") from None

    note = f"decimal({kind.precision},{kind.scale})"
    return read


def _timestamps(kind: Any) -> Read:
    def read(value: Any) -> tuple[Kind, str, str]:
        units = value.value
        text = moment(units, digits, mark)
        return ("timestamp", text, note) if text else ("int", str(units), str(kind))

    digits, zone = DIGITS[kind.unit], kind.tz
    mark, note = "Z" if zone else "", zone if zone and zone != "UTC" else ""
    return read


def _dates(kind: Any) -> Read:
    def read(value: Any) -> tuple[Kind, str, str]:
        text = day(value.value // units)
        return ("date", text, "") if text else ("int", str(value.value), str(kind))

    units = 1 if kind.bit_width == 32 else 86_400_000  # days, or ms
    return read


def _times(kind: Any) -> Read:
    digits = DIGITS[kind.unit]
    return lambda value: ("time", clock(value.value, digits), "")


def _durations(kind: Any) -> Read:
    note = str(kind)
    return lambda value: ("int", str(value.value), note)
