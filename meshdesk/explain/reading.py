"""`meshdesk read`: every record of a capture as a line."""

import sys
from collections.abc import Callable
from pathlib import Path

from meshdesk.capture.store import CaptureError
from meshdesk.decode.contract import Schemas
from meshdesk.explain.lines import Origin, json_line, text_line
from meshdesk.explain.plugins import load_plugins
from meshdesk.explain.rows import Lost, Rows, open_rows

Say = Callable[[str], None]


def read(path: Path, as_json: bool, say: Say) -> int:
    """Prints all rows in the order in which they arrived. 0, or 1 where the file cannot be read or rows of it are lost."""
    for sentence in load_plugins():
        say(sentence)
    try:
        captures = open_rows(path)
    except CaptureError as error:
        say(str(error))
        return 1
    lost = 0
    for rows in captures:
        lost += print_rows(rows, 0, as_json, is_named=len(captures) > 1)
        if damage := rows.capture.damage():
            say(damage)
    return 1 if lost else 0


def print_rows(
    rows: Rows,
    first: int,
    as_json: bool,
    end: int | None = None,
    schemas: Schemas | None = None,
    is_named: bool = False,
) -> int:
    """Prints the rows [first, end), or all from `first` on, by the capture's schemas or others; how many of them were lost.

    JSON names the capture always, a line for people where it `is_named`: one of several.
    """
    capture, lost, answers = rows.capture, 0, schemas or rows
    origin, title = Origin(capture.title, capture.id), capture.title if is_named else ""
    write = sys.stdout.buffer.write
    for record in rows.all(first):
        if end is not None and record.row >= end:
            break
        lost += isinstance(record, Lost)
        line = json_line(record, answers, origin=origin) if as_json else text_line(record, answers, title)
        write(line.encode() + b"\n")
    sys.stdout.buffer.flush()
    return lost
