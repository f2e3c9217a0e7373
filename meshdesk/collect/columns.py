"""From a batch of Kafka messages to Arrow columns, the offsets they settle, and the schema ids that may be in them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias, cast
from uuid import UUID

import numpy as np
import pyarrow as pa
from confluent_kafka import Message

from meshdesk.capture.index import Span
from meshdesk.capture.records import RECORDS
from meshdesk.collect.reading import Partition, needed
from meshdesk.model.schema import NameKind, SchemaName

HEADERS = RECORDS.field("headers").type
WIDE, GUID, GLUE = 9, 17, 18  # bytes of a prefix with an id of eight bytes, of one with a GUID, and of Glue's
# Headers that name a schema: Confluent's, whose value is a prefix of either kind, and Apicurio's numbers.
NAMING: dict[str, NameKind] = {f"__{role}_schema_id": "guid" for role in ("key", "value")}
NAMING |= {f"apicurio.{role}.contentId": "content" for role in ("key", "value")}
NAMING |= {f"apicurio.{role}.globalId": "global" for role in ("key", "value")}
PAIR = HEADERS.value_type
IDS = (1, (1 << 31) - 1)  # registries count from 1 in an int32
Headers: TypeAlias = list[tuple[str, bytes | None]] | None


@dataclass(frozen=True, slots=True)
class Rows:
    """Records of one topic as columns, and what each partition's offsets say."""

    batch: pa.RecordBatch
    partitions: "np.ndarray[tuple[int], np.dtype[np.int32]]"
    offsets: "np.ndarray[tuple[int], np.dtype[np.int64]]"
    headless: frozenset[tuple[int, int]] = frozenset()  # partition and offset of records whose headers cannot be had


def rows_of(messages: list[Message]) -> Rows:
    """The columns (as capture.records.RECORDS) of messages without errors, all of one topic, in their order.

    Whole columns at a time: a Python step per record costs more than all of librdkafka does.
    """
    types, times = zip(*map(Message.timestamp, messages), strict=True)
    partitions = np.array(list(map(Message.partition, messages)), np.int32)
    offsets = np.array(list(map(Message.offset, messages)), np.int64)
    kinds = np.array(types, np.int8)
    headers, failed = _headers_of(messages)
    columns = [
        pa.array(partitions),
        pa.array(offsets),
        pa.array(np.where(kinds == 0, -1, np.array(times, np.int64))),
        pa.array(kinds),
        pa.array(list(map(Message.key, messages)), pa.binary()),
        pa.array(list(map(Message.value, messages)), pa.binary()),
        _headers(headers),
        pa.array(list(map(Message.leader_epoch, messages)), pa.int32()).fill_null(-1),
    ]
    headless = frozenset((int(partitions[at]), int(offsets[at])) for at in failed)
    return Rows(pa.record_batch(columns, schema=RECORDS), partitions, offsets, headless)


def _headers_of(messages: list[Message]) -> tuple[list[Headers], list[int]]:
    """The headers of each message, and the places of those whose headers confluent_kafka cannot hand over.

    Kafka takes any bytes for a header's name, and confluent_kafka fails once where they are no UTF-8: with a SystemError
    around the UnicodeDecodeError, as its C returns a list all the same. That list is all that a second call would say.
    """
    found: list[Headers] = []
    failed: list[int] = []
    each = map(Message.headers, messages)
    while len(found) < len(messages):
        try:
            found.extend(cast(Iterator[Headers], each))
        except (UnicodeDecodeError, SystemError):
            failed.append(len(found))  # what came before it is there already
            found.append(None)
    return found, failed


def _headers(headers: list[Headers]) -> pa.ListArray:
    """The headers' column, made of its flat parts: two and a half times as fast as from lists of pairs."""
    if not any(headers):
        return pa.nulls(len(headers), HEADERS)
    pairs = list(chain.from_iterable(filter(None, headers)))
    counts = np.fromiter((len(pairs) if pairs else 0 for pairs in headers), np.int32, len(headers))
    offsets = np.zeros(len(headers) + 1, np.int32)
    np.cumsum(counts, out=offsets[1:])
    names, values = zip(*pairs, strict=True)
    flat = pa.StructArray.from_arrays([pa.array(names, pa.string()), pa.array(values, pa.binary())], fields=list(PAIR))
    missing = pa.array(counts == 0) if not counts.all() else None
    return pa.ListArray.from_arrays(pa.array(offsets), flat, type=HEADERS, mask=missing)


def keep(rows: Rows, mask: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> Rows:
    """The rows where `mask` is true."""
    partitions, offsets, headless = rows.partitions[mask], rows.offsets[mask], rows.headless
    if headless:
        headless &= set(zip(partitions.tolist(), offsets.tolist(), strict=True))
    return Rows(rows.batch.filter(pa.array(mask)), partitions, offsets, headless)


def lasts(rows: Rows) -> dict[int, int]:
    """The last offset of each partition in the rows; offsets of a partition only grow."""
    found: dict[int, int] = {}
    for partition in np.unique(rows.partitions).tolist():
        at = len(rows.partitions) - 1 - int(np.argmax(rows.partitions[::-1] == partition))
        found[partition] = int(rows.offsets[at])
    return found


def asked_for(rows: Rows, partitions: Mapping[int, Partition]) -> Rows:
    """Without records behind a stop, and without those that the capture holds already; nearly always all of them."""
    ahead = {number: p.settled.next_after(p.position) for number, p in partitions.items()}
    last = lasts(rows)
    crowded = [
        number
        for number, offset in last.items()
        if number not in partitions
        or ((stop := partitions[number].stop) is not None and offset >= stop)
        or ((settled := ahead[number]) is not None and offset >= settled[0])
    ]
    if not crowded:
        return rows
    mask = ~np.isin(rows.partitions, crowded)
    for number in crowded:
        if number in partitions:
            mine = rows.partitions == number
            mask[mine] = [needed(partitions[number], offset) for offset in rows.offsets[mine].tolist()]
    return keep(rows, mask)


def spans_of(
    rows: Rows, topic: int, partitions: Mapping[int, Partition], reached: Mapping[int, int], flags: int
) -> list[Span]:
    """What the rows settle: per partition from its position before to where reading stands now."""
    spans: list[Span] = []
    for number in np.unique(rows.partitions).tolist():
        offsets = rows.offsets[rows.partitions == number]
        state = partitions[number]
        first, last = int(offsets[0]), int(offsets[-1])
        begin = min(state.position, first)
        spans.append(Span(topic, number, begin, reached[number], len(offsets), first, last, state.end, flags))
    return spans


def schema_ids(column: pa.BinaryArray) -> set[int]:
    """The ids that payloads of the form 00 | id:int32 | … name (Confluent's wire format). Candidates: bytes alone prove nothing."""
    buffers = column.buffers()
    if len(column) == 0 or buffers[2] is None:
        return set()
    offsets = np.frombuffer(buffers[1], np.int32)[column.offset : column.offset + len(column) + 1]
    data = np.frombuffer(buffers[2], np.uint8)
    starts = offsets[:-1][np.diff(offsets) >= 5].astype(np.int64)
    starts = starts[data[starts] == 0]
    if not len(starts):
        return set()
    ids = sum(data[starts + 1 + n].astype(np.int64) << (24 - 8 * n) for n in range(4))
    return set(np.unique(ids[(ids >= IDS[0]) & (ids <= IDS[1])]).tolist())


def schema_names(batch: pa.RecordBatch) -> set[SchemaName]:
    """By what the records may name their schemas: Confluent's ids and GUIDs, before payloads and in headers, and Apicurio's
    content and global ids, and the versions of AWS Glue. Candidates: bytes alone prove nothing."""
    names: set[SchemaName] = set()
    for column in (batch.column("value"), batch.column("key")):
        names |= {SchemaName("id", str(number)) for number in schema_ids(column)}
        names |= _wider(column)
    return names | _in_headers(batch.column("headers"))


def _wider(column: pa.BinaryArray) -> set[SchemaName]:
    """Ids of eight bytes behind a zero, and GUIDs behind the byte 01 or Glue's two, of which a column gives a hundred each at
    the most."""
    buffers = column.buffers()
    if len(column) == 0 or buffers[2] is None:
        return set()
    offsets = np.frombuffer(buffers[1], np.int32)[column.offset : column.offset + len(column) + 1]
    data = np.frombuffer(buffers[2], np.uint8)
    sizes, starts = np.diff(offsets), offsets[:-1].astype(np.int64)
    wide = starts[sizes > WIDE]
    wide = wide[data[wide] == 0]
    ids: set[int] = set()
    if len(wide):
        numbers = sum(data[wide + 1 + n].astype(np.uint64) << np.uint64(56 - 8 * n) for n in range(8))
        ids = set(np.unique(numbers[(numbers > 0) & (numbers <= IDS[1])]).tolist())
    long = starts[sizes > GUID]
    guids = {bytes(data[at + 1 : at + GUID]) for at in long[data[long] == 1][:100].tolist()}
    named = {SchemaName("guid", str(UUID(bytes=guid))) for guid in guids}
    glue = starts[sizes >= GLUE]
    glue = glue[(data[glue] == 3) & np.isin(data[glue + 1], (0, 5))]
    glue = glue[(data[glue + 8] >> 4 == 4) & (data[glue + 10] >> 6 == 2)]  # its UUIDs are random ones, which say so
    versions = {bytes(data[at + 2 : at + GLUE]) for at in glue[:100].tolist()}
    named |= {SchemaName("glue", str(UUID(bytes=version))) for version in versions}
    return (
        named
        | {SchemaName("content", str(number)) for number in ids}
        | {SchemaName("global", str(number)) for number in ids}
    )


def _in_headers(column: pa.ListArray) -> set[SchemaName]:
    if column.null_count == len(column):
        return set()
    # Takes 50 of the 500 ms of a collect program that starts, and is of use where records have headers.
    import pyarrow.compute as pc

    flat = column.flatten()
    wanted = pc.is_in(flat.field("name"), pa.array(list(NAMING)))
    if not pc.any(wanted).as_py():
        return set()
    found = flat.filter(wanted)
    pairs = set(zip(found.field("name").to_pylist(), found.field("value").to_pylist(), strict=True))
    return {name for header, value in pairs if value and (name := _named(NAMING[header], value)) is not None}


def _named(kind: NameKind, value: bytes) -> SchemaName | None:
    if kind != "guid":
        return SchemaName(kind, str(int.from_bytes(value, "big"))) if len(value) == WIDE - 1 else None
    if value[0] == 1 and len(value) >= GUID:
        return SchemaName("guid", str(UUID(bytes=value[1:GUID])))
    return SchemaName("id", str(int.from_bytes(value[1:5], "big"))) if value[0] == 0 and len(value) >= 5 else None
