"""Parquet, Arrow and ORC: what Arrow wrote is in the rows, exactly; torn and hostile files end as a sentence."""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import orc

from meshdesk.decode import tables
from meshdesk.decode.chain import BOUNDS, decode, preview
from meshdesk.decode.contract import Bounds, Decoded, Payload
from meshdesk.model.node import Node, count_of
from meshdesk.model.schema import SchemaState
from tests.unit.decode.lines import by_chain
from tests.unit.decode.poison import Every

NONE = Every(SchemaState.NO_REGISTRY)
TABLE = pa.table(
    {
        "id": pa.array([2**63 - 1, -(2**63), None], pa.int64()),
        "amount": pa.array([Decimal("12.34"), Decimal("-0.01"), None], pa.decimal128(20, 2)),
        "at": pa.array([datetime(2026, 3, 1, 12, 0, 1, 123456, tzinfo=UTC), None, None], pa.timestamp("us", "UTC")),
        "day": pa.array([date(2026, 2, 28), date(1, 1, 1), None]),
        "raw": pa.array([b"\0\xff", b"", None]),
        "tags": pa.array([["a", None], [], None]),
        "address": pa.array([{"city": "Brno"}, {"city": None}, None]),
        "rate": pa.array([0.1, float("nan"), None]),
        "paid": pa.array([True, False, None]),
    }
)
ARROW = TABLE.append_column("nano", pa.array([1, -1, None], pa.timestamp("ns"))).append_column(
    "other",
    pa.array([[("a", 1)], [], None], pa.map_(pa.string(), pa.int32())),
).append_column("word", pa.array(["x", "y", None]).dictionary_encode()).append_column(
    "clock", pa.array([time(1, 2, 3), None, None], pa.time64("us"))
).append_column("took", pa.array([timedelta(seconds=1), None, None], pa.duration("ms")))  # fmt: skip


def parquet(table: pa.Table) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file)
    return file.getvalue()


def of_orc(table: pa.Table) -> bytes:
    file = io.BytesIO()
    orc.write_table(table, file)
    return file.getvalue()


def arrow(opened: Callable[..., Any]) -> Callable[[pa.Table], bytes]:
    def write(table: pa.Table) -> bytes:
        sink = pa.BufferOutputStream()
        with opened(sink, table.schema) as writer:
            writer.write_table(table)
        return bytes(sink.getvalue())

    return write


WRITERS = {
    "Parquet": parquet,
    "ORC": of_orc,
    "Arrow file": arrow(pa.ipc.new_file),
    "Arrow stream": arrow(pa.ipc.new_stream),
}
each = pytest.mark.parametrize("name", WRITERS)


def read(data: bytes, bounds: Bounds = BOUNDS) -> Decoded:
    return decode(Payload(data, "value", "orders", ()), NONE, bounds)


def texts(row: Node) -> dict[str, str]:
    return {cell.name: cell.text or str([(part.name, part.text) for part in cell.children]) for cell in row.children}


@each
def test_that_every_cell_is_exact(name: str) -> None:
    decoded = read(WRITERS[name](TABLE))
    assert decoded.format == name
    assert decoded.chain[0].detail == "3 rows, 9 columns"
    first, second, third = decoded.tree.children
    assert texts(first) == {
        "id": "9223372036854775807",
        "amount": "12.34",
        "at": "2026-03-01T12:00:01.123456Z" if name != "ORC" else texts(first)["at"],
        "day": "2026-02-28",
        "raw": "00ff",
        "tags": "[('0', 'a'), ('1', 'null')]",
        "address": "[('city', 'Brno')]",
        "rate": "0.1",
        "paid": "true",
    }
    assert texts(first)["at"].startswith("2026-03-01T12:00:01.123456")
    assert (texts(second)["id"], texts(second)["rate"], texts(second)["raw"]) == ("-9223372036854775808", "NaN", "[]")
    assert set(texts(third).values()) == {"null"}


def test_that_arrow_s_other_types_are_exact() -> None:
    first, second, _ = read(WRITERS["Arrow file"](ARROW)).tree.children
    shown = texts(first)
    assert shown["nano"] == "1970-01-01T00:00:00.000000001"
    assert texts(second)["nano"] == "1969-12-31T23:59:59.999999999"
    assert (shown["other"], shown["word"], shown["clock"], shown["took"]) == (
        "[('a', '1')]",
        "x",
        "01:02:03.000000",
        "1000",
    )


@each
def test_that_no_more_rows_are_made_than_are_shown(name: str) -> None:
    data = WRITERS[name](pa.table({"n": list(range(10_000))}))
    for bounds in (Bounds(nodes=30), Bounds(width=7)):
        decoded = read(data, bounds)
        assert count_of(decoded.tree) == 10_000
        assert len(decoded.tree.children) < 20


@each
def test_that_a_torn_file_is_bytes_with_the_reason(name: str) -> None:
    data = WRITERS[name](TABLE)
    half = data[: len(data) // 2]
    torn = half + data[-6:] if name != "Arrow stream" else half
    decoded = read(torn)
    assert decoded.format == "bytes"
    assert name in decoded.trouble or name == "Arrow stream"


@each
def test_that_a_file_with_a_wrong_byte_is_read_or_declined(name: str) -> None:
    random = Random(4)
    data = WRITERS[name](TABLE)
    for _ in range(150):
        at = random.randrange(8, len(data) - 8)
        broken = data[:at] + random.randbytes(random.randint(1, 8)) + data[at + 4 :]
        assert read(broken).format


def test_that_a_number_of_more_digits_than_its_type_has_is_declined() -> None:
    data = bytearray(WRITERS["Arrow stream"](pa.table({"amount": pa.array([Decimal("0.01")], pa.decimal128(5, 2))})))
    at = data.rindex((1).to_bytes(16, "little"))
    data[at : at + 16] = b"\xff" * 15 + b"\x7f"
    assert read(bytes(data)).format == "bytes"


def test_that_numbers_and_text_are_no_files() -> None:
    for data, name in (
        (b"\xff\xff\xff\xff", "int32"),
        (b"PAR1", "text"),
        (b"ORC is a word and no file", "text"),
        (b"ARROW1", "text"),
    ):
        assert read(data).format == name
    assert tables.NAME


@each
@pytest.mark.parametrize("limit", [30, 80, 160])
def test_that_a_list_shows_of_a_table_what_the_chain_says(name: str, limit: int) -> None:
    nested = pa.array([[{"a": [1]}, {"a": []}, {"a": None}, {"a": [2]}], [], None])
    for table in (
        TABLE, TABLE.slice(2), TABLE.slice(0, 0), TABLE.select(["tags", "address"]), pa.table({}),
        pa.table({"deep": nested}), pa.table({"text": ["x" * 400, "y"]}), pa.table({"n": list(range(400))}),
    ):  # fmt: skip
        sent = Payload(WRITERS[name](table), "value", "orders", ())
        assert preview(sent, NONE, limit) == by_chain(sent, NONE, limit)


@each
def test_that_a_line_has_the_number_of_rows_and_the_first_columns_of_the_first_one(name: str) -> None:
    table = pa.table({f"c{number}": [number, None] for number in range(6)})
    sent = Payload(WRITERS[name](table), "value", "orders", ())
    assert preview(sent, NONE).text == "[2] { c0 0 c1 1 c2 2 … }"
    sent = Payload(WRITERS[name](table.select(["c0", "c1", "c2"])), "value", "orders", ())
    assert preview(sent, NONE).text == "[2] { c0 0 c1 1 c2 2 }"
    assert len(decode(sent, NONE).tree.children) == 2


def test_that_of_parquet_a_list_proves_the_columns_that_it_shows_and_the_inspector_all() -> None:
    data = parquet(pa.table({f"c{number}": [f"text {number}"] for number in range(6)}))
    for number, is_listed in ((0, False), (2, False), (5, True)):
        at = data.index(f"text {number}".encode())
        broken = Payload(data[: at - 1] + b"\xff\xff" + data[at + 1 :], "value", "orders", ())
        assert (preview(broken, NONE).format == "Parquet") is is_listed
        assert decode(broken, NONE).format == "bytes"


def test_that_columns_of_one_name_are_listed_as_those_of_any_other() -> None:
    structs = pa.array([{"a": 1, "b": 2}])
    for names in (["s", "s"], ["s", "t"]):
        table = pa.Table.from_arrays([structs, structs, pa.array([1])], names=[*names, "n"])
        sent = Payload(parquet(table), "value", "orders", ())
        assert preview(sent, NONE) == by_chain(sent, NONE)
        assert preview(sent, NONE).text == f"[1] {{ {names[0]} {{…}} {names[1]} {{…}} n 1 }}"


def test_that_a_large_file_of_parquet_is_listed_as_a_small_one() -> None:
    for count in (tables.BATCH, tables.BATCH + 1):
        file = io.BytesIO()
        pq.write_table(pa.table({f"c{number}": range(count) for number in range(6)}), file, row_group_size=300)
        sent = Payload(file.getvalue(), "value", "orders", ())
        assert preview(sent, NONE) == by_chain(sent, NONE)
        assert preview(sent, NONE).text == f"[{count:,}] {{ c0 0 c1 0 c2 0 … }}"
