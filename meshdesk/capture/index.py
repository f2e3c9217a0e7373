"""The index of a capture: entries of 64 bytes with a checksum. What stands here is readable."""

import struct
import zlib
from dataclasses import dataclass

SIZE = 64
MAGIC = (
    b"MESHDESK INDEX 2"  # version 1 wrote one index for all generations of a writer, which begins with row 0 of its own
)

BATCH, RANGE, COVERED, SAMPLES, DROPPED = 1, 2, 3, 4, 5
READ_UNCOMMITTED, LOST = 1, 2  # flags of a range: read so; its offsets were gone before we came (retention)
NO_TIME = -(1 << 63)

_BATCH = struct.Struct("<BBHIIIQIqqqQ")  # 60 bytes, then the checksum
_RANGE = struct.Struct("<BBHIiIqqqqq4x")
_HEADER = struct.Struct("<16sQ36x")


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets [begin, end) of one partition that are settled: read, or lost to retention."""

    topic: int  # its number in the writer's names
    partition: int
    begin: int  # the position before the first record
    end: int  # the position behind the last one: gaps of compaction and transactions count as read
    rows: int = 0
    first: int = -1  # the first and the last record's offset; -1 without records
    last: int = -1
    end_seen: int = -1  # the partition's end offset as last seen; -1 unknown
    flags: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """Where a record batch lies, and what is in it."""

    segment: int
    position: int  # of the Arrow message in its segment
    length: int  # bytes of the message
    rows: int
    topic: int
    seen: int  # ms since the epoch, by collect's clock
    oldest: int  # the least and the greatest timestamp in it, ms; NO_TIME where no record has one
    newest: int
    payload: int  # bytes of keys, values and headers
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class SampleBatch:
    """Where a batch of samples lies."""

    segment: int
    position: int
    length: int
    rows: int
    first_seen: int
    last_seen: int
    kept: tuple[
        tuple[int, int, int], ...
    ] = ()  # of dropped generations, in order: (generation, rows [from, to) of its samples)


@dataclass(frozen=True, slots=True)
class Dropped:
    """A generation that went because of the size limit. Row numbers go on counting as if it were there."""

    writer: int
    generation: int
    rows: int  # of all that were dropped from the capture so far
    topics: tuple[tuple[int, int], ...] = ()  # (topic, rows dropped of it so far) of each topic in that generation
    samples: tuple[int, int] = (0, 0)  # (writer, generation): of dropped generations before it the samples went, too


Entry = Batch | Span | SampleBatch | Dropped


class NewerEntry(Exception):
    """An entry of a kind that this version does not know, with a sound checksum: the capture is newer than the program."""


def encode_header(first_row: int) -> bytes:
    """What an index begins with: the number, among all rows of the capture, of the first row that it names."""
    return _sealed(_HEADER.pack(MAGIC, first_row))


def decode_header(data: bytes) -> int | None:
    """The first row's number; None where the header is torn, or version 1 wrote it."""
    if not data.startswith(MAGIC) or not _sound(data, 0):
        return None
    first_row: int = _HEADER.unpack_from(data)[1]
    return first_row


def encode_entry(entry: Entry) -> bytes:
    """The entry's bytes; a batch with its ranges behind it, to be written at once."""
    if isinstance(entry, Span):
        return _range(entry, COVERED)
    if isinstance(entry, Dropped):
        head = _BATCH.pack(
            DROPPED, 0, len(entry.topics), entry.generation, entry.writer, 0, entry.rows, 0, *entry.samples, 0, 0
        )
        return _sealed(head) + b"".join(_range(Span(topic, 0, rows, rows), RANGE) for topic, rows in entry.topics)
    if isinstance(entry, SampleBatch):
        head = _BATCH.pack(
            SAMPLES, 0, len(entry.kept), entry.segment, entry.length, entry.rows, entry.position, 0,
            entry.last_seen, entry.first_seen, entry.last_seen, 0,
        )  # fmt: skip
        return _sealed(head) + b"".join(_range(Span(number, 0, at, end), RANGE) for number, at, end in entry.kept)
    head = _BATCH.pack(
        BATCH, 0, len(entry.spans), entry.segment, entry.length, entry.rows, entry.position, entry.topic,
        entry.seen, entry.oldest, entry.newest, entry.payload,
    )  # fmt: skip
    return _sealed(head) + b"".join(_range(span, RANGE) for span in entry.spans)


def decode_entries(data: bytes) -> tuple[list[Entry], int]:
    """The whole entries at the front of `data` (behind the header), and how many bytes they take.

    A wrong checksum, or a batch whose ranges are not all there, ends them. Raises NewerEntry.
    """
    entries: list[Entry] = []
    taken = 0
    while len(data) - taken >= SIZE:
        entry, size = _entry(data, taken)
        if entry is None:
            break
        entries.append(entry)
        taken += size
    return entries, taken


def _entry(data: bytes, at: int) -> tuple[Entry | None, int]:
    if not _sound(data, at):
        return None, 0
    kind = data[at]
    if kind == COVERED:
        return _span(data, at), SIZE
    if kind not in (BATCH, SAMPLES, DROPPED):
        raise NewerEntry
    _, _, ranges, segment, length, rows, position, topic, seen, oldest, newest, payload = _BATCH.unpack_from(data, at)
    places = [at + SIZE * (n + 1) for n in range(ranges)]
    if not all(_sound(data, place) and data[place] == RANGE for place in places):
        return None, 0
    spans = tuple(_span(data, place) for place in places)
    if kind == SAMPLES:
        kept = tuple((span.topic, span.begin, span.end) for span in spans)
        return SampleBatch(segment, position, length, rows, oldest, newest, kept), SIZE * (ranges + 1)
    if kind == DROPPED:
        topics = tuple((span.topic, span.begin) for span in spans)
        return Dropped(length, segment, position, topics, (seen, oldest)), SIZE * (ranges + 1)
    return Batch(segment, position, length, rows, topic, seen, oldest, newest, payload, spans), SIZE * (ranges + 1)


def _span(data: bytes, at: int) -> Span:
    _, flags, _, topic, partition, rows, begin, first, last, end, end_seen = _RANGE.unpack_from(data, at)
    return Span(topic, partition, begin, end, rows, first, last, end_seen, flags)


def _range(span: Span, kind: int) -> bytes:
    return _sealed(
        _RANGE.pack(kind, span.flags, 0, span.topic, span.partition, span.rows,
                    span.begin, span.first, span.last, span.end, span.end_seen)
    )  # fmt: skip


def _sealed(body: bytes) -> bytes:
    return body + zlib.crc32(body).to_bytes(4, "little")


def _sound(data: bytes, at: int) -> bool:
    body = data[at : at + SIZE - 4]
    return len(body) == SIZE - 4 and data[at + SIZE - 4 : at + SIZE] == zlib.crc32(body).to_bytes(4, "little")
