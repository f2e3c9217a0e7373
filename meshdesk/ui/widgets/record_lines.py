"""Records as lines of text: the columns of the list, and the strings of each row, made once when it arrives."""

from dataclasses import dataclass

from meshdesk.model import listing, wording
from meshdesk.model.row import Row
from meshdesk.model.value import value
from meshdesk.ui import theme, times

NOT_YET = "…"
NULL = "∅"
TOMBSTONE = "∅ tombstone"
EMPTY = '""'
NOTHING = "–"  # a record whose bytes are gone has no place

# Control characters and marks that turn the direction of what follows would break a line, and Qt knows no half of a
# surrogate pair; each becomes one dot, so that the places of tones stay right.
CONTROLS = dict.fromkeys(
    (
        *range(0x20),
        *range(0x7F, 0xA0),
        *range(0x200B, 0x2010),
        *range(0x2028, 0x202F),
        *range(0x2060, 0x206A),
        0xFEFF,
        *range(0xD800, 0xE000),
    ),
    "·",
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its label, its width at first, and how it is drawn."""

    name: str
    label: str
    width: int
    font: theme.FontName
    colour: str
    right: bool = False
    by: "listing.Column | None" = None  # what a list is sorted by when this head is clicked
    is_shown: bool = True  # until somebody says otherwise


PARTITION, OFFSET, TIME, KEY, VALUE, HEADERS, FORMAT, SIZE, TOPIC = range(9)
COLUMNS = (
    Column("partition", "P", 34, "mono", "second", True, "partition"),
    Column("offset", "Offset", 88, "mono", "text", True, "offset"),
    Column("time", "Time", 108, "mono", "second", False, "timestamp"),
    Column("key", "Key", 96, "mono", "text", False, "key"),
    Column("value", "Value", 260, "mono", "text", False, "value"),
    # The inspector has them whole; beside two panels their room is the value's.
    Column("headers", "Headers", 72, "text", "second", False, "headers", is_shown=False),
    Column("format", "Format", 72, "text", "second"),
    Column("size", "Size", 60, "text", "second", True, "size"),
    Column("topic", "Topic", 140, "text", "second"),  # the first one on the screen, while several topics are shown
)


QUIET = {  # by whether key and value say that there is nothing: which columns are drawn in the second colour
    (key, value): tuple((place == KEY and key) or (place == VALUE and value) for place in range(len(COLUMNS)))
    for key in (False, True)
    for value in (False, True)
}
DAY_WIDTH = 154  # of the column of times, where some are of another day than today


@value(frozen=True, slots=True)
class Line:
    """A row as strings, one for each column, ready to be drawn."""

    row: Row
    texts: tuple[str, ...]
    day: str  # "24 Nov", drawn where it differs from the row above
    zone: str
    quiet: tuple[bool, ...]  # by column: drawn in the second colour, as it says that there is nothing


def line_of(row: Row) -> Line:
    """The strings of a row; control characters become dots."""
    moment = times.moment(row.timestamp)
    empty = NOT_YET if row.is_bare else EMPTY
    key = NULL if row.null_key else shown(row.key) or empty
    text = shown(row.value) or empty
    if row.null_value:
        text = NULL if row.null_key else TOMBSTONE
    headers = f"{wording.count(row.header_count)}  {shown(row.headers)}" if row.header_count else ""
    texts = (
        str(row.partition) if row.partition >= 0 else NOTHING,
        wording.count(row.offset) if row.offset >= 0 else NOTHING,
        moment.clock,
        key,
        text,
        headers,
        "" if row.null_value else shown(row.format),
        wording.size(row.size),
        row.topic,
    )
    quiet = QUIET[row.null_key or not row.key, row.null_value or not row.value]
    return Line(row, texts, moment.day, moment.zone, quiet)


def shown(text: str) -> str:
    """A text as it can be drawn in a line. Most have nothing to be left out, which is seen in a fifth of the time."""
    return text if text.isprintable() else text.translate(CONTROLS)


def tip_of(line: Line, column: int) -> str | None:
    """What the pointer is told: the trouble of a row, the day of a time, what a column had to cut."""
    if line.row.trouble:
        return line.row.trouble
    if column == TIME and line.day:
        return f"{line.day} {line.texts[TIME]} {line.zone}"
    return line.texts[column] if column in (KEY, HEADERS, TOPIC) and line.texts[column] else None
