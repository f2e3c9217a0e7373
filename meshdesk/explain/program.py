"""The explain program: frames in, frames out, in the role that its argument names."""

import gc
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

from meshdesk.capture.pack import pack
from meshdesk.capture.store import CaptureError
from meshdesk.explain.lines import json_line, tab_line
from meshdesk.explain.look import culprit, details_of, row_of
from meshdesk.explain.rows import Rows, open_rows
from meshdesk.model.frame import Message
from meshdesk.model.record import RecordName
from meshdesk.model.row import details_frame, row_frame
from meshdesk.pipes import Pipes

# Python collects after 700 new containers; a document of 5 MB is a million, all of them alive until it is read: 160 ms
# instead of 500 (measured 2026-11).
COLLECT_AFTER = (200_000, 20, 100)
PROGRESS_EVERY = 8 << 20  # bytes between two words on how far saving is

Answer = Callable[["Explain", Message], Message]


class Explain:
    """The captures that are open in this program, by the number the window gave them."""

    def __init__(self, pipes: Pipes) -> None:
        self.pipes = pipes
        self.open: dict[int, Rows] = {}
        self.refused: dict[int, str] = {}  # captures that could not be opened: the sentence
        self.cancelled: set[int] = set()

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
    requests: SimpleQueue[Message] = SimpleQueue()
    explain = Explain(Pipes())
    threading.Thread(target=_listen, args=(explain, requests), name="listen", daemon=True).start()
    answers = ROLES[role]
    explain.pipes.send({"is": "ready"})
    while True:
        message = requests.get()
        explain.pipes.send({"id": message.get("id", 0), **_answer(explain, answers, message)})


def _listen(explain: Explain, requests: "SimpleQueue[Message]") -> None:
    while (message := explain.pipes.messages.get()) is not None:
        if message.get("do") == "cancel":
            explain.cancelled.add(int(message["of"]))
        else:
            requests.put(message)
    sys.stderr.flush()
    os._exit(0)  # the window is gone; a decoder that is at work would keep this program alive


def _answer(explain: Explain, answers: dict[str, Answer], message: Message) -> Message:
    try:
        answer = answers[str(message["do"])]
        return answer(explain, message)
    except CaptureError as error:
        return {"is": "failed", "text": str(error)}


def _open(explain: Explain, message: Message) -> Message:
    try:
        rows = open_rows(Path(str(message["path"])))
    except CaptureError as error:
        explain.refused[int(message["capture"])] = str(error)
        raise
    explain.open[int(message["capture"])] = rows[0]
    return {"is": "opened"}


def _close(explain: Explain, message: Message) -> Message:
    explain.refused.pop(int(message["capture"]), None)
    rows = explain.open.pop(int(message["capture"]), None)
    if rows is not None:
        rows.capture.close()
    return {"is": "closed"}


def _rows(explain: Explain, message: Message) -> Message:
    rows = explain.rows(message)
    records = rows.records(str(message["topic"]), int(message["first"]), int(message["count"]))
    reason = str(message.get("not", ""))  # decoding this row was ended before; only its columns are wanted
    shown = [culprit(record, reason) if reason else row_of(record, rows) for record in records]
    return {"is": "rows", "rows": [row_frame(row) for row in shown]}


def _record(explain: Explain, message: Message) -> Message:
    rows = explain.rows(message)
    for record in rows.records(str(message["topic"]), int(message["k"]), 1):
        return {"is": "record", "details": details_frame(details_of(record, rows, bool(message.get("raw"))))}
    return {"is": "failed", "text": "That record is not in the capture any more."}


def _find(explain: Explain, message: Message) -> Message:
    return {"is": "found", "k": explain.rows(message).find(RecordName(*message["name"]))}


def _copy(explain: Explain, message: Message) -> Message:
    rows = explain.rows(message)
    line = json_line if message["json"] else tab_line
    lines = [line(record, rows) for k in message["ks"] for record in rows.records(str(message["topic"]), int(k), 1)]
    return {"is": "copied", "text": "\n".join(lines)}


class _Cancelled(Exception):
    """The window does not want it any more."""


def _save(explain: Explain, message: Message) -> Message:
    told = 0

    def progress(done: int, of: int) -> None:
        nonlocal told
        if int(message["id"]) in explain.cancelled:
            raise _Cancelled
        if done - told >= PROGRESS_EVERY or done == of:
            told = done
            explain.pipes.send({"id": message["id"], "is": "progress", "done": done, "of": of})

    try:
        size = pack([Path(str(path)) for path in message["folders"]], Path(str(message["path"])), progress)
    except _Cancelled:
        return {"is": "failed", "text": "Saving was cancelled; nothing was written."}
    return {"is": "saved", "bytes": size}


LOOK: dict[str, Answer] = {"open": _open, "close": _close, "rows": _rows, "record": _record, "find": _find}
WORK: dict[str, Answer] = {"open": _open, "close": _close, "copy": _copy, "save": _save}
ROLES: dict[str, dict[str, Answer]] = {"look": LOOK, "work": WORK}
