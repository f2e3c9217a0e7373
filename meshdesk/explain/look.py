"""Role look: records as the list and the inspector show them. Every answer is bounded, however large the record is."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple, TypeVar

from meshdesk.decode import chain
from meshdesk.decode.chain import BOUNDS, NO_VALUE, decode, preview
from meshdesk.decode.confluent import IDS, candidate
from meshdesk.decode.connect_secrets import masked
from meshdesk.decode.contract import Decoded, Layer, Payload, Preview, Schemas
from meshdesk.decode.headers import header_node
from meshdesk.decode.json_text import indented
from meshdesk.decode.windows import has_windows
from meshdesk.explain.how import chain_words, schema_link, schema_words
from meshdesk.explain.rows import Lost
from meshdesk.model.decode_as import OF_TYPE, Choice, Role, Wishes, about_record, about_schema, about_topic, choice_of
from meshdesk.model.node import Node, hexed, parts_at, pretty, shortened, visible, within
from meshdesk.model.pages import Place, has_pages, limited, paged, ranges
from meshdesk.model.record import Record, RecordName
from meshdesk.model.row import TIMESTAMP_TYPES, Details, Part, Row
from meshdesk.model.wording import plural

PREVIEW = 160  # characters; longer ones cost Qt more to lay out than a person reads in a row (measured)
KEY = 80
HEADERS = 60
# Details, key and value and headers together, are below 28 MB on the pipe whatever the record is, so they fit a frame.
# What of a tree is handed over at once, in bytes on the pipe. While Python reads JSON of 10 MB no thread of the window runs,
# and fifty thousand nodes are 60 ms there (measured 2026-11): the rest is asked for where somebody opens it or scrolls there.
TREE = 200_000
COPIED = 4_000_000  # characters of a part that is copied
TEXT = 400_000  # characters of pretty text; some 10,000 lines
DUMP = 64 << 10  # bytes of the dump: 4,096 lines
HEADER_TEXT = 2_000  # characters of one header's name or value
HEADER_DUMP = 1_024  # bytes of one header's dump
HEADERS_TEXT = 300_000  # of all headers together; where there are more than 150, each has an equal share of it
HEADERS_SHOWN = 2_000  # a record with more of them is shown with the first ones and their number
TYPES_SHOWN = 500  # of schema files, in a menu that scrolls; each record that is looked into brings them along
NO_WISHES: Wishes = {}
NOBODY = "", ""  # who is asked for the key, and for the value, where nobody wants anybody
ROLES: tuple[Role, Role] = ("key", "value")
WITH_SPANS = replace(BOUNDS, spans=True)

Answer = TypeVar("Answer")


class Looked(NamedTuple):
    """A key or a value that was looked into, of which more may be asked for."""

    tree: Node
    payload: Payload
    has_pages: bool  # whether the parts can be had that its tree leaves out (decode/windows.py)


Trees = dict[Role, Looked]


def payloads_of(record: Record, wishes: Wishes = NO_WISHES, revealed: Collection[str] = ()) -> tuple[Payload, Payload]:
    """Key and value of a record, each to be read by the decoder that somebody asked for, where there is one.

    Whatever is shown, copied or printed of a record is made of these: secrets are masked in them, but for the `revealed`.
    """
    of_key, of_value = [_choice(record, role, wishes).decoder for role in ROLES] if wishes else NOBODY
    return (
        Payload(record.key, "key", record.topic, record.headers, None, of_key),
        masked(Payload(record.value, "value", record.topic, record.headers, record.key, of_value), revealed),
    )


def _choice(record: Record, role: Role, wishes: Wishes) -> Choice:
    data = (record.key if role == "key" else record.value) or b""
    number = candidate(data)
    abouts = [about_record(RecordName(record.topic, record.partition, record.offset), role)]
    abouts += [about_schema(number)] if number is not None and number in IDS else []
    return choice_of(wishes, [*abouts, about_topic(record.topic, role)])


def row_of(record: Record | Lost, schemas: Schemas, k: int = -1, wishes: Wishes = NO_WISHES) -> Row:
    """The record, row `k` of its topic, as one row of a list; a lost one is a row that says why."""
    if isinstance(record, Lost):
        return _lost_row(record, k)
    of_key, of_value = payloads_of(record, wishes)
    key = _preview(of_key, schemas, KEY) if record.key is not None else NO_VALUE
    value = _preview(of_value, schemas, PREVIEW) if record.value is not None else NO_VALUE
    names = _header_names(tuple([name for name, _ in record.headers[:20]])) if record.headers else ""
    # By place: names of so many fields cost a twentieth of a row (measured 2026-11).
    return Row(
        record.row, record.topic, record.partition, record.offset, record.timestamp, key.text, value.text, value.spans,
        value.format, names, len(record.headers), record.size, record.key is None, record.value is None,
        value.trouble or key.trouble, k,
    )  # fmt: skip


@lru_cache(maxsize=500)  # sets of names that records of a topic have as headers; most topics have one of them
def _header_names(names: tuple[str, ...]) -> str:
    return ", ".join([visible(name[:HEADERS]) for name in names])[:HEADERS]


def columns_of(record: Record | Lost, k: int = -1) -> Row:
    """The columns of a record alone, for a reader who has jumped to it; its key and its value come with `row_of`."""
    return _undecoded_row(record, k, "", is_bare=True)


def culprit(record: Record | Lost, reason: str, k: int = -1) -> Row:
    """The row of a record whose decoding had to be ended: its columns, and the reason in place of the value."""
    return _undecoded_row(record, k, "not decoded", reason)


def _undecoded_row(record: Record | Lost, k: int, format: str, trouble: str = "", is_bare: bool = False) -> Row:
    if isinstance(record, Lost):
        return _lost_row(record, k)
    return Row(
        record.row, record.topic, record.partition, record.offset, record.timestamp, "", "", (), format,
        "", len(record.headers), record.size, record.key is None, record.value is None, trouble, k, is_bare,
    )  # fmt: skip


def _lost_row(lost: Lost, k: int) -> Row:
    return Row(lost.row, lost.topic, -1, -1, None, "", "", (), "lost", "", 0, 0, trouble=lost.reason, k=k)


def details_of(
    record: Record | Lost,
    schemas: Schemas,
    raw: bool = False,
    wishes: Wishes = NO_WISHES,
    types: Sequence[str] = (),
    revealed: Collection[str] = (),
    whole: Trees | None = None,
) -> Details:
    """All that the inspector shows; `raw` leaves the decoders out (their deadline passed). `types` are those of schema files
    (SchemaFiles.types), which may be asked for, too; `revealed` are names of secrets that are not masked. `whole` is given
    the trees with all that the details leave out."""
    if isinstance(record, Lost):
        gone = Part(Node("", "null", ""), (), "lost", None, "", (), 0, trouble=record.reason)
        return Details(record.row, record.topic, -1, -1, None, "none", None, 0, gone, gone, ())
    key, value = (
        replace(
            _undecoded(payload) if raw else part_of(payload, schemas, whole),
            choice=_choice(record, payload.role, wishes),
        )
        for payload in payloads_of(record, wishes, revealed)
    )
    headers = record.headers[:HEADERS_SHOWN]
    room = min(HEADER_TEXT, HEADERS_TEXT // max(1, len(headers)))
    return Details(
        row=record.row,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        timestamp=record.timestamp,
        timestamp_type=TIMESTAMP_TYPES[record.timestamp_type],
        leader_epoch=record.leader_epoch,
        size=record.size,
        key=key,
        value=value,
        headers=tuple((shortened(name, room), _header(name, value, room)) for name, value in headers),
        decoders=(
            *(decoder.NAME for decoder in (*chain.DECODERS, *chain.ON_REQUEST)),
            *(f"{OF_TYPE}{name}" for name in types[:TYPES_SHOWN]),
        ),
    )


def part_of(payload: Payload, schemas: Schemas, whole: Trees | None = None) -> Part:
    """A key or a value, decoded with its reasoning, as text and as a dump; `whole` is given all of its tree."""
    decoded = guarded(lambda: decode(payload, schemas, WITH_SPANS), lambda reason: _failed(payload, reason))
    if whole is not None:
        whole[payload.role] = Looked(decoded.tree, payload, has_windows(decoded))
    tree = within(decoded.tree, TREE, whole=_with_pages if whole is not None and has_windows(decoded) else None)
    text = pretty(decoded.tree)
    schema = decoded.schema
    dump, cut = _dump(payload.data or b"" if decoded.unpacked is None else decoded.unpacked)
    return Part(
        tree=tree,
        chain=chain_words(decoded),
        format=decoded.format,
        size=None if payload.data is None else len(payload.data),
        text=text if len(text) <= TEXT else f"{text[:TEXT]}\n… {plural(len(text) - TEXT, 'more character')}",
        dump=dump,
        cut=cut,
        schema=schema_words(schema),
        schema_link=schema_link(schema),
        schema_text=indented(schema.text)[:TEXT] if schema else "",
        tried=tuple((declined.name, declined.why) for declined in decoded.tried),
        trouble=decoded.trouble,
        unpacked=None if decoded.unpacked is None else len(decoded.unpacked),
    )


def _with_pages(node: Node) -> Node:
    return paged(node, 0) if has_pages(node) else node


class Reached(NamedTuple):
    """A part of a value."""

    node: Node
    first: int  # the number of its first child, which is not 0 where it is a page


def reached(looked: Looked, path: Sequence[int], read: Callable[[tuple[Place, ...]], Node]) -> Reached | None:
    """What is at a path of rows, which may lead through pages; None where nothing is. `read` gives the tree with later parts of
    some containers (Bounds.windows)."""
    node, first = looked.tree, 0
    windows: tuple[Place, ...] = ()
    rows: list[int] = []  # to the node, in the tree with those windows
    skipped = 0  # of its children, where it is a page that the tree holds
    for row in path:
        pages = ranges(node, first) if looked.has_pages and has_pages(node) else ()
        page = row - (pages[0][0] - first) if pages else -1
        if page >= 0:
            if page >= len(pages):
                return None
            begin, end = pages[page]
            here = node.children[begin - first : end - first]
            if begin == first or (
                len(here) == end - begin and here[-1].kind != "more"
            ):  # the tree holds them, or the first
                skipped += begin - first
                behind = node.children[begin - first :]
                node = limited(Node(node.name, node.kind, node.text, behind, node.note, node.span), end - begin)
            else:
                start = node.span[0] if node.span is not None else -1  # of what is left out it is known
                windows, skipped = (*(one for one in windows if one[0] != start), (start, begin)), 0
                found = _at(read(windows), rows)
                if found is None:
                    return None
                node = limited(found, end - begin)
            first = begin
        elif 0 <= row < len(node.children):
            rows.append(skipped + row)
            node, first, skipped = node.children[row], 0, 0
        else:
            return None
    return Reached(node, first)


def parts_of(looked: Looked, part: Reached, begin: int) -> tuple[tuple[Node, ...], int]:
    """Children of a container that was reached, from row `begin` on, and how many are left behind them."""
    node = paged(part.node, part.first) if looked.has_pages and has_pages(part.node) else part.node
    return parts_at(node, (), begin, TREE, _with_pages if looked.has_pages else None)


def _at(node: Node, rows: Sequence[int]) -> Node | None:
    for row in rows:
        if not 0 <= row < len(node.children):
            return None
        node = node.children[row]
    return node


def later(looked: Looked, schemas: Schemas, windows: tuple[Place, ...]) -> Node:
    """Its tree with later parts of some containers."""
    bounds = replace(WITH_SPANS, windows=windows)
    return guarded(lambda: decode(looked.payload, schemas, bounds).tree, lambda reason: Node("", "string", reason))


def part_text(tree: Node) -> str:
    """The text of a part, to be copied: all of it, or its beginning and how much more there is."""
    return shortened(pretty(tree) if tree.children else tree.text, COPIED)


def guarded(ask: Callable[[], Answer], failed: Callable[[str], Answer]) -> Answer:
    """The border of the decoders: whatever they raise is their bug; it costs a sentence, never the program."""
    try:
        return ask()
    except Exception as error:  # the border: a decoder answers or declines, anything else is a bug of it
        return failed(_bug(error))


def _bug(error: Exception) -> str:
    return (
        f"A decoder has a bug ({type(error).__name__}: {str(error)[:120]}); the bytes are shown. "
        "Copy this record into a report to have it mended."
    )


def _preview(payload: Payload, schemas: Schemas, limit: int) -> Preview:
    try:  # as `guarded`, without two functions made for each of a screen's rows
        return preview(payload, schemas, limit)
    except Exception as error:  # the border, as above
        return Preview((payload.data or b"")[: limit // 3].hex(" "), (), "bytes", _bug(error))


def _failed(payload: Payload, reason: str) -> Decoded:
    data = payload.data or b""
    return Decoded(Node("", "bytes", data[:1024].hex()), (Layer("not decoded"),), "bytes", None, (), reason)


def _undecoded(payload: Payload) -> Part:
    dump, cut = _dump(payload.data or b"")
    size = None if payload.data is None else len(payload.data)
    reason = "Decoding took too long or too much memory and was ended; the bytes are shown."
    return Part(Node("", "bytes", f"{size or 0} bytes"), (), "not decoded", size, "", dump, cut, trouble=reason)


def _header(name: str, value: bytes | None, room: int) -> Part:
    """A header's value as what its name says it is, else as text where it is printable, with at most `room` characters of it."""
    if value is None:
        return Part(Node("", "null", "null"), (), "null", None, "", (), 0)
    dumped = min(HEADER_DUMP, room)
    dump, _ = _dump(value[:dumped])
    known = header_node(name, value, room)
    if known is not None:
        return Part(known, (), known.note, len(value), known.text, dump, max(0, len(value) - dumped))
    text = _printable(value)
    shown = hexed(value, room) if text is None else shortened(text, room)
    node = Node("", "bytes" if text is None else "string", shown)
    kind = "bytes" if text is None else "text"
    return Part(node, (), kind, len(value), shown, dump, max(0, len(value) - dumped))


def _printable(data: bytes) -> str | None:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() else None


def _dump(data: bytes) -> tuple[tuple[tuple[str, str, str], ...], int]:
    """Lines of 12 bytes: offset, hex, and what of it is printable ASCII; 12 fit the inspector at its drawn width."""
    lines = []
    for at in range(0, min(len(data), DUMP), 12):
        piece = data[at : at + 12]
        lines.append((f"{at:04x}", piece.hex(" "), "".join(chr(b) if 32 <= b < 127 else "." for b in piece)))
    return tuple(lines), max(0, len(data) - DUMP)
