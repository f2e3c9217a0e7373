"""The explain program: frames in, frames out, in the role that its argument names."""

import gc
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from queue import PriorityQueue

import numpy as np

from meshdesk.capture.pack import pack
from meshdesk.capture.store import CaptureError
from meshdesk.decode.contract import Schemas
from meshdesk.explain.excerpts import with_hit
from meshdesk.explain.lines import Origin, json_line, tab_line
from meshdesk.explain.look import (
    Looked,
    Reached,
    Trees,
    columns_of,
    culprit,
    details_of,
    later,
    part_text,
    parts_of,
    payloads_of,
    reached,
    row_of,
)  # fmt: skip
from meshdesk.explain.moments import place_at, row_at
from meshdesk.explain.places import (
    PLACE,
    Places,
    Tail,
    append_places,
    find_place,
    places_of,
    read_places,
    write_places,
)
from meshdesk.explain.plugins import load_plugins
from meshdesk.explain.rows import Lost, Rows, open_rows
from meshdesk.model.decode_as import wishes_from
from meshdesk.model.frame import MAX_FRAME, FrameError, Message, lacking
from meshdesk.model.listing import Listing, listing_from
from meshdesk.model.node import Node, to_frame
from meshdesk.model.pages import Place
from meshdesk.model.record import Record, RecordName
from meshdesk.model.row import SLOW, details_frame, row_frame
from meshdesk.pipes import Pipes

# Python collects after 700 new containers; a document of 5 MB is a million, all of them alive until it is read: 160 ms
# instead of 500 (measured 2026-11).
COLLECT_AFTER = (200_000, 20, 100)
PROGRESS_EVERY = 0.1  # s between two words on how far something is; each wakes the window (its Pace keeps 20 a second)
TOO_LARGE = "The answer is too large to be handed over. Select fewer records, or save the capture."
LATER = 2  # trees of later parts of the record that was looked into, of as many nodes as its own: a page, and one in it
GONE = "That record is not in the capture any more."
TELL_EVERY = 0.05  # s between two words on rows that a filter has found: as often as the window draws, and a bit

AT_ONCE = ("columns",)  # answered before what was asked earlier: a reader has jumped, and waits for them

Answer = Callable[["Explain", Message], Message]
Requests = PriorityQueue[tuple[bool, int, Message]]  # whether it can wait, its place in the order of asking


@dataclass(slots=True)
class _AtWork:
    """A row that is being decoded for an answer."""

    question: int
    row: int  # of the answer, from 0
    since: float  # monotonic
    is_told: bool = False


class Explain:
    """The captures that are open in this program, by the number the window gave them."""

    def __init__(self, pipes: Pipes, answers: "dict[str, Answer]") -> None:
        self.pipes = pipes
        self.answers = answers
        self.requests: Requests = PriorityQueue()
        self.open: dict[int, Rows] = {}
        self.refused: dict[int, str] = {}  # captures that could not be opened: the sentence
        self.cancelled: set[int] = set()
        self.at_work: _AtWork | None = None
        self.has_rows = threading.Event()  # set while rows are decoded
        self.telling = threading.Lock()  # nothing is told of a row that is done
        # The one record that was looked into last, and its trees, of which parts may still be asked for.
        self.looked: tuple[tuple[object, ...], Trees] = (), {}
        self.later: dict[tuple[object, ...], Node] = {}  # trees of its later parts

    def next(self) -> None:
        """Answers the question that is to be answered next; waits for one."""
        _, _, message = self.requests.get()
        number = message.get("id", 0)
        try:
            self.pipes.send({"id": number, **_answer(self, self.answers, message)})
        except FrameError:
            self.pipes.send({"id": number, "is": "failed", "text": TOO_LARGE})

    def let_pass(self) -> None:
        """Answers what cannot wait, between two records of an answer that takes long."""
        waiting = self.requests.queue
        while waiting and not waiting[0][0]:
            self.next()

    def rows(self, message: Message) -> Rows:
        rows = self.open.get(int(message["capture"]))
        if rows is None:  # it could not be opened, or it was closed while the question was on its way
            refused = self.refused.get(int(message["capture"]))
            raise CaptureError(refused or "That capture is not open. Open it again.")
        rows.refresh()
        return rows


def child(role: str) -> int:
    """Serves the window in a role until its pipe ends; then it ends at once, whatever it is doing."""
    gc.set_threshold(*COLLECT_AFTER)
    explain = Explain(Pipes(), ROLES[role])
    load_plugins()
    threading.Thread(target=_listen, args=(explain,), name="listen", daemon=True).start()
    threading.Thread(target=_tell_of_slow, args=(explain,), name="tell", daemon=True).start()
    explain.pipes.send({"is": "ready"})
    if role == "work":
        _load_orders()
    while True:
        explain.next()


def _load_orders() -> None:
    """Loads what makes orders before one is asked for: the first click on a head has its rows a tenth of a second sooner."""
    from meshdesk.explain import merging, orders  # noqa: F401


def _listen(explain: Explain) -> None:
    numbers = count()  # in order, and no two messages are ever compared
    while (message := explain.pipes.messages.get()) is not None:
        if message.get("do") == "cancel" and not lacking(message, NEEDS["cancel"]):
            explain.cancelled.add(message["of"])
        else:
            explain.requests.put((message.get("do") not in AT_ONCE, next(numbers), message))
    sys.stderr.flush()
    os._exit(
        1 if explain.pipes.is_broken else 0
    )  # the window is gone; a decoder that is at work would keep this program alive


def _tell_of_slow(explain: Explain) -> None:
    """Says which row is at work where one takes long: should it never end, the window knows whom to blame.

    A decoder that holds Python's lock keeps this thread waiting, too; then the rows are asked for one by one.
    """
    while explain.has_rows.wait():
        time.sleep(SLOW / 5)
        with explain.telling:
            work = explain.at_work
            if work is not None and not work.is_told and time.monotonic() - work.since >= SLOW:
                work.is_told = True
                explain.pipes.send({"id": work.question, "is": "progress", "row": work.row})


def _answer(explain: Explain, answers: dict[str, Answer], message: Message) -> Message:
    asked = str(message.get("do"))
    if lacks := lacking(message, NEEDS.get(asked, {})):
        return {
            "is": "failed",
            "text": f"This program was asked for “{asked}”, and not told {' and '.join(lacks)}.",
        }
    answer = answers.get(asked)
    if answer is None:
        return {"is": "failed", "text": f"This program was asked for “{message.get('do')}”, which it does not do."}
    try:
        return answer(explain, message)
    except CaptureError as error:
        return {"is": "failed", "text": str(error)}


def _open(explain: Explain, message: Message) -> Message:
    which = int(message.get("which", 0))
    try:
        captures = open_rows(Path(str(message["path"])))
        for at, rows in enumerate(captures):
            if at != which:
                rows.capture.close()
        if which >= len(captures):  # another file has its name by now
            raise CaptureError(f"{message['path']} does not hold that capture any more. Open it again.")
    except CaptureError as error:
        explain.refused[int(message["capture"])] = str(error)
        raise
    explain.open[int(message["capture"])] = captures[which]
    return {"is": "opened"}


def _close(explain: Explain, message: Message) -> Message:
    explain.refused.pop(int(message["capture"]), None)
    rows = explain.open.pop(int(message["capture"]), None)
    if rows is not None:
        rows.capture.close()
    return {"is": "closed"}


def _listed(rows: Rows, message: Message, first: int, count: int) -> Iterator[tuple[int, Record | Lost]]:
    """(row of its topic, record) of rows [first, first + count) of the list that the message is about.

    That is a topic as its records arrived, or, where the message names the file of an order, that order of its topics.
    """
    if "order" not in message:
        yield from enumerate(rows.records(str(message["topic"]), first, count), first)
        return
    topics = list(map(str, message["topics"]))
    for topic, k in read_places(Path(str(message["order"])), first, count, _tail(message)):
        yield from enumerate(rows.records(topics[topic], k, 1), k)


def _tail(message: Message) -> Tail | None:
    """Where the newest rows of the order lie that the message is about, if not in its file."""
    return Tail(Path(str(message["tail"])), int(message["tail_at"])) if "tail" in message else None


def _rows(explain: Explain, message: Message) -> Message:
    rows = explain.rows(message)
    listed = list(_listed(rows, message, int(message["first"]), int(message["count"])))
    reason = str(message.get("not", ""))  # decoding this row was ended before; only its columns are wanted
    wishes, word = wishes_from(message.get("as")), str(message.get("word", ""))
    shown = []
    number = int(message.get("id", 0))
    explain.has_rows.set()
    try:
        for at, (k, record) in enumerate(listed):
            explain.at_work = work = _AtWork(number, at, time.monotonic())
            row = culprit(record, reason, k) if reason else row_of(record, rows, k, wishes)
            if word and isinstance(record, Record) and not reason:
                row = with_hit(row, payloads_of(record, wishes), record.headers, rows, word)
            shown.append(row)
            with explain.telling:
                explain.at_work = None
            if work.is_told:
                explain.pipes.send({"id": number, "is": "progress", "row": None})
            explain.let_pass()
    finally:
        explain.at_work = None
        explain.has_rows.clear()
    return {"is": "rows", "rows": [row_frame(row) for row in shown]}


def _columns(explain: Explain, message: Message) -> Message:
    listed = _listed(explain.rows(message), message, int(message["first"]), int(message["count"]))
    return {"is": "rows", "rows": [row_frame(columns_of(record, k)) for k, record in listed]}


def _record(explain: Explain, message: Message) -> Message:
    rows = explain.rows(message)
    for _, record in _listed(rows, message, int(message["k"]), 1):
        wishes, revealed = wishes_from(message.get("as")), list(map(str, message.get("revealed", ())))
        types = rows.mesh.schema_files.types
        trees: Trees = {}
        details = details_of(record, rows, bool(message.get("raw")), wishes, types, revealed, trees)
        explain.looked = _looked(message, record), trees
        return {"is": "record", "details": details_frame(details)}
    return {"is": "failed", "text": GONE}


def _looked(message: Message, record: Record | Lost) -> tuple[object, ...]:
    """What tells one look into a record from another: its number in which capture, and how it was to be read."""
    return message["capture"], record.topic, record.row, repr((message.get("as"), message.get("revealed")))


def _part(explain: Explain, message: Message) -> tuple[Looked | None, Reached | None]:
    """The key or value that the question is about, and the part of it: of the record that was looked into last, or anew where
    that was in another process."""
    rows = explain.rows(message)
    for _, record in _listed(rows, message, int(message["k"]), 1):
        if explain.looked[0] != _looked(message, record):
            trees: Trees = {}
            wishes, revealed = wishes_from(message.get("as")), list(map(str, message.get("revealed", ())))
            details_of(record, rows, False, wishes, (), revealed, trees)
            explain.looked = _looked(message, record), trees
        looked = explain.looked[1].get("key" if message["role"] == "key" else "value")
        if looked is not None:
            return looked, reached(looked, list(map(int, message["path"])), partial(_later, explain, rows, looked))
    return None, None


def _later(explain: Explain, schemas: Schemas, looked: Looked, windows: tuple[Place, ...]) -> Node:
    """The tree with later parts of its containers: whoever scrolls in a page asks for it again and again."""
    key = explain.looked[0], looked.payload.role, windows
    if key not in explain.later:
        while len(explain.later) >= LATER:
            del explain.later[next(iter(explain.later))]
        explain.later[key] = later(looked, schemas, windows)
    return explain.later[key]


def _parts(explain: Explain, message: Message) -> Message:
    """Parts of a container of the inspector's tree that its details left out."""
    looked, found = _part(explain, message)
    if looked is None:
        return {"is": "failed", "text": GONE}
    nodes, left = parts_of(looked, found, int(message["first"])) if found else ((), 0)
    return {"is": "parts", "nodes": list(map(to_frame, nodes)), "left": left}


def _text(explain: Explain, message: Message) -> Message:
    """A part of the inspector's tree as text, to be copied."""
    looked, found = _part(explain, message)
    if looked is None:
        return {"is": "failed", "text": GONE}
    return {"is": "text", "text": part_text(found.node) if found else ""}


def _find(explain: Explain, message: Message) -> Message:
    return {"is": "found", "k": explain.rows(message).find(RecordName(*message["name"]))}


def _where(_explain: Explain, message: Message) -> Message:
    """Which row of an order is row `k` of its topic number `of`."""
    place = find_place(Path(str(message["order"])), int(message["of"]), int(message["k"]), _tail(message))
    return {"is": "found", "k": place}


def _when(explain: Explain, message: Message) -> Message:
    """Which row of a list is at a moment; None where all are after it, or where the list is not in the order of time."""
    rows, moment = explain.rows(message), int(message["moment"])
    if "order" not in message:
        return {"is": "found", "k": row_at(rows, str(message["topic"]), moment)}
    listing = listing_from(message["listing"])
    places = places_of(Path(str(message["order"])), tail=_tail(message))
    k = place_at(rows, places, list(listing.topics), listing.by, listing.descending, moment)
    return {"is": "found", "k": k}


def _screen(explain: Explain, message: Message) -> Message:
    """The same, and the rows that are on the screen once that one is at its foot: whoever drags the time wants both at once."""
    k = _when(explain, message)["k"]
    if k is None and "order" in message:
        return {"is": "found", "k": None}
    fit, begin = int(message["fit"]), int(message["begin"])
    first = max(begin, (-1 if k is None else k) + 1 - fit)
    return {**_rows(explain, message | {"first": first, "count": fit + 1}), "k": k, "first": first}


def _copy(explain: Explain, message: Message) -> Message:
    rows = explain.rows(message)
    line = json_line if message["json"] else tab_line
    wishes, origin = wishes_from(message.get("as")), Origin(rows.capture.title, rows.capture.id)
    lines, length = [], 0
    for k in message["ks"]:
        for _, record in _listed(rows, message, int(k), 1):
            lines.append(line(record, rows, wishes, origin))
            length += len(lines[-1])
        if length > MAX_FRAME:  # known before memory is full of what no frame would hold
            return {"is": "failed", "text": TOO_LARGE}
    return {"is": "copied", "text": "\n".join(lines)}


class _Cancelled(Exception):
    """The window does not want it any more."""


def _progress(explain: Explain, message: Message) -> Callable[[int, int], None]:
    """Tells how far it is, now and then and at the end; raises _Cancelled where it is not wanted any more."""
    due = 0.0

    def progress(done: int, of: int) -> None:
        nonlocal due
        if int(message["id"]) in explain.cancelled:
            raise _Cancelled
        if (now := time.monotonic()) >= due or done == of:
            due = now + PROGRESS_EVERY
            explain.pipes.send({"id": message["id"], "is": "progress", "done": done, "of": of})

    return progress


def _save(explain: Explain, message: Message) -> Message:
    folders, target = [Path(str(path)) for path in message["folders"]], Path(str(message["path"]))
    draft = Path(str(message["draft"])) if "draft" in message else None
    try:
        size = pack(folders, target, _progress(explain, message), draft)
    except _Cancelled:
        return {"is": "failed", "text": "Saving was cancelled; nothing was written."}
    return {"is": "saved", "bytes": size}


def _order(explain: Explain, message: Message) -> Message:
    """Makes the order of a listing in the file `order`, or goes on with it from where it was left (`begin`): a filter grows at
    its end; into a list by time what has come is merged, as a new tail in the file `into`.

    As soon as rows can be shown their number is told; the answer says how many there are, and up to which row of each
    topic it has looked.
    """
    rows, listing = explain.rows(message), listing_from(message["listing"])
    file, begin = Path(str(message["order"])), [int(k) for k in message["begin"]]
    ends = [rows.capture.topics[topic].rows if topic in rows.capture.topics else 0 for topic in listing.topics]
    progress = _progress(explain, message)
    try:
        if "into" in message:
            return _gone_on(rows, listing, message, begin, ends, progress)
        count = _made(explain, message, rows, listing, file, begin, progress)
    except _Cancelled:
        return {"is": "failed", "text": "", "cancelled": True}
    except OSError as error:
        return {
            "is": "failed",
            "text": f"The order cannot be stored: {error.strerror}. Free some space and sort again.",
        }
    return {"is": "ordered", "rows": count, "ends": ends}


def _gone_on(
    rows: Rows,
    listing: Listing,
    message: Message,
    begin: list[int],
    ends: list[int],
    progress: Callable[[int, int], None],
) -> Message:
    """What has arrived in its places, and where these are; `late` where it has to be sorted anew for that."""
    # As with orders.
    from meshdesk.explain.merging import merge

    order = Path(str(message["order"])), _tail(message), int(message["rows"])
    merged = merge(rows, listing, order, (begin, ends), Path(str(message["into"])), progress)
    with suppress(OSError):
        Path(str(message["over"])).unlink(missing_ok=True)  # a tail that nobody reads any more
    if merged is None:
        return {"is": "ordered", "rows": order[2], "ends": begin, "late": True}
    tail = {"tail": str(merged.tail.file), "tail_at": merged.tail.at}
    return {"is": "ordered", "rows": merged.rows, "ends": ends, "runs": merged.runs, **tail}


def _made(
    explain: Explain,
    message: Message,
    rows: Rows,
    listing: Listing,
    file: Path,
    begin: list[int],
    progress: Callable[[int, int], None],
) -> int:
    # A look program, which makes no order, starts a fifth sooner without what this loads.
    from meshdesk.explain.orders import filtered, sorted_places

    def tell(count: int) -> None:
        explain.pipes.send({"id": message["id"], "is": "progress", "rows": count})

    count = file.stat().st_size // PLACE.itemsize if file.exists() else 0
    only: Places | None = None
    if listing.is_filtered:
        found: list[Places] = []
        is_shown, due = listing.by is None and len(listing.topics) == 1, 0.0
        for places in filtered(rows, listing, begin, progress):
            found.append(places)
            if is_shown and len(places) and time.monotonic() >= due:
                append_places(file, np.concatenate(found))
                count += sum(map(len, found))
                found.clear()
                tell(count)
                due = time.monotonic() + TELL_EVERY
        only = np.concatenate(found) if found else np.empty(0, PLACE)
        if is_shown:
            append_places(file, only)
            return count + len(only)
    for places in sorted_places(rows, listing, progress, only):
        write_places(file, places)
        count = len(places)
        tell(count)
    return count


# What a question has to say; a mistake in it is answered, as one in our own work would end the program.
LISTED: dict[str, type] = {"capture": int, "topic": str}
NEEDS: dict[str, dict[str, type]] = {
    "open": {"capture": int, "path": str},
    "close": {"capture": int},
    "rows": {**LISTED, "first": int, "count": int},
    "columns": {**LISTED, "first": int, "count": int},
    "record": {**LISTED, "k": int},
    "parts": {**LISTED, "k": int, "role": str, "path": list, "first": int},
    "text": {**LISTED, "k": int, "role": str, "path": list},
    "find": {"capture": int, "name": list},
    "where": {"order": str, "of": int, "k": int},
    "when": {**LISTED, "moment": int},
    "screen": {**LISTED, "moment": int, "fit": int, "begin": int},
    "copy": {**LISTED, "ks": list, "json": bool},
    "save": {"id": int, "folders": list, "path": str},
    "order": {"id": int, "capture": int, "listing": dict, "order": str, "begin": list},
    "cancel": {"of": int},
}
LOOK: dict[str, Answer] = {"open": _open, "close": _close, "rows": _rows, "columns": _columns,
                           "record": _record, "parts": _parts, "text": _text, "find": _find, "where": _where, "when": _when,
                           "screen": _screen}  # fmt: skip
WORK: dict[str, Answer] = {"open": _open, "close": _close, "copy": _copy, "save": _save, "order": _order}
ROLES: dict[str, dict[str, Answer]] = {"look": LOOK, "work": WORK}
