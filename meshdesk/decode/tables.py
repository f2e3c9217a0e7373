"""Parquet, Arrow IPC (file and stream) and ORC in a value, read by Arrow and shown as a table: a list of rows.

Only as many rows are read as are shown; the file says how many there are.
"""

import sys
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from meshdesk.decode.contract import Bounds, Decoded, Layer, Payload, Schemas, Undecodable
from meshdesk.decode.moments import clock, day, moment, real
from meshdesk.model.node import SHORT, Kind, Node, hexed, more, shortened
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


Batches = tuple[int | None, list[str], Iterator[Any]]  # how many rows where that is known, the columns, batches


def _parquet(data: bytes) -> Batches:
    # As above.
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = pq.ParquetFile(pa.BufferReader(data))
    return file.metadata.num_rows, file.schema_arrow.names, file.iter_batches(batch_size=BATCH, use_threads=False)


def _arrow_file(data: bytes) -> Batches:
    # As above.
    import pyarrow as pa

    file = pa.ipc.open_file(pa.BufferReader(data))
    return None, file.schema.names, (file.get_batch(at) for at in range(file.num_record_batches))


def _arrow_stream(data: bytes) -> Batches:
    # As above.
    import pyarrow as pa

    stream = pa.ipc.open_stream(pa.BufferReader(data))
    return None, stream.schema.names, iter(stream)


def _orc(data: bytes) -> Batches:
    # As above.
    import pyarrow as pa
    from pyarrow import orc

    file = orc.ORCFile(pa.BufferReader(data))
    return file.nrows, file.schema.names, (file.read_stripe(at) for at in range(file.nstripes))


def _table(name: str, batches: Batches, bounds: Bounds) -> Decoded:
    known, columns, pieces = batches
    left = _Left(bounds)
    if not left.take():
        raise Undecodable("nothing may be made of it")
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
    # As above.
    from pyarrow import types

    if not left.take():
        return None
    if depth > left.bounds.depth:
        raise Undecodable(f"it is nested deeper than {left.bounds.depth} levels")
    kind = value.type
    if not value.is_valid:
        return Node(name, "null", "null")
    if types.is_dictionary(kind) or types.is_run_end_encoded(kind) or isinstance(kind, _extension_type()):
        inner = value.as_py() if types.is_run_end_encoded(kind) else value.value
        return _again(name, inner, left, depth, str(kind) if isinstance(kind, _extension_type()) else "")
    if types.is_struct(kind):
        fields = [kind.field(at) for at in range(kind.num_fields)]
        parts = [_node(field.name, value[at], left, depth + 1) for at, field in enumerate(fields[: left.bounds.width])]
        return _container(name, "record", parts, len(fields))
    if types.is_map(kind):
        return _map(name, value, left, depth)
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind) or types.is_list_view(kind):
        items = value.values
        shown = [_node(str(at), items[at], left, depth + 1) for at in range(min(len(items), left.bounds.width))]
        return _container(name, "array", shown, len(items))
    return _scalar(name, value, left.bounds)


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


def _map(name: str, value: Any, left: _Left, depth: int) -> Node:
    entries = value.values
    parts = []
    for at in range(min(len(entries), left.bounds.width)):
        key = _scalar("", entries[at][0], left.bounds)
        part = _node(key.text, entries[at][1], left, depth + 1)
        if part is not None and key.kind != "string":
            part = Node(part.name, part.kind, part.text, part.children, f"{key.kind} as key")
        parts.append(part)
    return _container(name, "map", parts, len(entries))


def _scalar(name: str, value: Any, bounds: Bounds) -> Node:
    # As above.
    from pyarrow import types

    kind = value.type
    for fits, read in _readers(types):
        if fits(kind):
            word, text, note = read(value)
            shown = hexed(bytes.fromhex(text), bounds.text) if word == "bytes" else shortened(text, bounds.text)
            return Node(name, word, shown, (), note)
    return Node(name, "string", shortened(str(value), bounds.text), (), str(kind))


Read = Callable[[Any], tuple[Kind, str, str]]


@cache  # of one module
def _readers(types: Any) -> tuple[tuple[Callable[[Any], bool], Read], ...]:
    return (
        (types.is_boolean, lambda value: ("boolean", "true" if value.as_py() else "false", "")),
        (types.is_integer, lambda value: ("int", str(value.as_py()), "")),
        (types.is_floating, lambda value: ("float", real(float(value.as_py())), str(value.type))),
        (types.is_decimal, _decimal),
        (lambda kind: types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind), _text),
        (lambda kind: types.is_binary(kind) or types.is_large_binary(kind) or types.is_binary_view(kind), _bytes),
        (types.is_fixed_size_binary, _bytes),
        (types.is_timestamp, _timestamp),
        (types.is_date, _date),
        (types.is_time, lambda value: ("time", clock(value.value, DIGITS[value.type.unit]), "")),
        (types.is_duration, lambda value: ("int", str(value.value), str(value.type))),
    )


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
    days = value.value if str(value.type) == "date32[day]" else value.value // 86_400_000
    text = day(days)
    return ("date", text, "") if text else ("int", str(value.value), str(value.type))
