"""What the lines of the consumers view say. Without Qt."""

from collections.abc import Callable
from typing import NamedTuple

from meshdesk.model import wording
from meshdesk.model.consuming import Line
from meshdesk.ui.widgets.record_lines import CONTROLS

NAMED = 3  # products, or topics, that are named; of more the number says more
LISTED = 8  # in a tip
TONES = {
    "losing records": "bad_text",
    "stuck": "bad_text",
    "not catching up": "bad_text",
    "behind": "attention_text",
    "draining": "attention_text",
    "rebalancing": "second",
    "no commits": "second",
    "steady": "good_text",
    "empty": "second",
    "other kind": "second",
}


class Column(NamedTuple):
    """One column of the table."""

    title: str
    words: Callable[[Line], str]
    is_number: bool = False
    least: int = 0  # the table is as wide before it is shown


def group(line: Line) -> str:
    return line.group.translate(CONTROLS) or '""'


def reads(line: Line) -> str:
    """Products by name, topics of none by theirs; of many how many they are.

    >>> from meshdesk.model.lag import Total
    >>> line = Line("g", ("a.v1", "b.v1"), ("Orders", "b.v1"), Total(0, 0, 2, 0), None, None, "steady")
    >>> reads(line), reads(line._replace(products=("1", "2", "3", "4"))), reads(line._replace(products=()))
    ('Orders, b.v1', '4 products', 'unknown')
    """
    if not line.products:
        return "unknown"
    if len(line.products) > NAMED:
        are_topics = set(line.products) <= set(line.topics)
        return wording.plural(len(line.products), "topic" if are_topics else "product")
    return ", ".join(line.products).translate(CONTROLS)


def late(line: Line) -> str:
    """How long it is behind."""
    total = line.total
    if total.offsets is None or (total.late is None and total.offsets):
        return "unknown"
    return wording.span_within(*total.late) if total.late is not None else "0 s"


def offsets(line: Line) -> str:
    if line.total.offsets is None:
        return "no commit" if line.state == "no commits" else "unknown"
    return wording.count(line.total.offsets)


def in_out(line: Line) -> str:
    """What arrives and what it reads, a second."""
    return f"{_rate(line.arriving)} / {_rate(line.reading)}"


def _rate(rate: float | None) -> str:
    return "–" if rate is None else "0" if rate < 0.05 else wording.rate(rate).removesuffix("/s")


def state(line: Line) -> str:
    return line.state


def tip(line: Line) -> str:
    """Whole sentences about one group, one a line."""
    total, name = line.total, group(line)
    lines = [f"{name}: {_meaning(line)}"]
    if line.products:
        rest = len(line.products) - LISTED
        named = ", ".join(line.products[:LISTED]).translate(CONTROLS)
        lines.append(f"It is known to read {named}{f' and {rest:,} more' if rest > 0 else ''}.")
    if total.offsets:
        known = f"{late(line)}, " if total.late is not None else ""
        lines.append(f"It is {known}{wording.plural(total.offsets, 'record')} behind.")
    if total.lost:
        lines.append(f"{wording.plural(total.lost, 'record')} went before it had read them.")
    if total.unknown:
        lines.append(f"How far it is behind is unknown in {wording.plural(total.unknown, 'partition')}.")
    if line.arriving is not None:
        reading = f"it reads {wording.rate(line.reading)}" if line.reading else "it reads nothing"
        arriving = f"{wording.rate(line.arriving)} arrive" if line.arriving >= 0.05 else "Nothing arrives"
        lines.append(f"{arriving}, {reading}.")
    if line.ends_in is not None and total.late is not None and total.late.seconds >= 1:
        lines.append(f"At this rate it has caught up in {wording.span(line.ends_in)}.")
    return "\n".join(lines)


def _meaning(line: Line) -> str:
    return {
        "losing records": "records that it had not read are gone.",
        "stuck": "it has committed nothing for a minute, and there is something to read.",
        "not catching up": "more arrives than it reads.",
        "behind": "it keeps its distance, or how fast it reads is not known.",
        "draining": "it reads more than arrives, and has not caught up yet.",
        "rebalancing": "its members are sharing out what they read.",
        "no commits": "it has committed nothing, so how far it is behind is unknown.",
        "steady": "it keeps up.",
        "empty": "it has no members.",
        "other kind": "it is no group of consumers, so what it reads is unknown.",
    }[line.state]


COLUMNS = (
    Column("Group", group),
    Column("Reads", reads),
    Column("Behind", late, is_number=True),
    Column("Offsets", offsets, is_number=True, least=440),
    Column("In / out", in_out, is_number=True, least=560),
    Column("Last hour", lambda line: "", least=660),
    Column("State", state),
)
GROUP, READS, BEHIND, OFFSETS, RATES, HOUR, STATE = range(7)
