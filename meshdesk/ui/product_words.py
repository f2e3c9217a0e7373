"""What the page of a product says, in words: its figures, and the lines of its tables with a tone for each cell. Without Qt."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from meshdesk.model import wording
from meshdesk.model.lag import Total
from meshdesk.model.product_page import FieldLine, PortLine, ProductPage, ReaderLine
from meshdesk.ui.about import setting
from meshdesk.ui.widgets.explorer_lines import repeated
from meshdesk.ui.widgets.record_lines import CONTROLS

UNKNOWN, NONE = "unknown", "–"
STATES = {"there": ("there", "good_text"), "not in the cluster": ("not in the cluster", "attention_text")}
SHOWN = 3  # topics of a reader that are named


class Cell(NamedTuple):
    """One cell of a table. `tone` is a colour of the theme."""

    text: str
    tone: str = "text"
    tip: str = ""


class Figure(NamedTuple):
    """One of the numbers that are read first."""

    label: str
    value: str
    note: str
    tone: str = "second"  # of the note


PORTS = ("Port", "Format", "Rate", "Kept", "State")
READERS = ("Consumer", "Domain", "Reads", "Behind", "Declared", "Seen")
FIELDS = ("Field", "Type", "Topic", "Stands in")
PROMISES = ("Promise", "Value", "Stands in")


def subtitle(page: ProductPage) -> str:
    """Where it belongs, whose it is, and in which state."""
    versions = list(dict.fromkeys(contract.version for contract in page.contracts if contract.version))
    contract = f"contract {versions[0]}" if len(versions) == 1 else wording.plural(len(page.contracts), "contract")
    words = [
        page.domain or "no domain known",
        f"owned by {page.owner}" if page.owner else "owner unknown",
        contract if page.contracts else "no contract",
        next((file.status for file in page.files if file.status), ""),
    ]
    return " · ".join(filter(None, words)).translate(CONTROLS)


def figures(page: ProductPage, rates: Mapping[str, float], records: Mapping[str, int]) -> tuple[Figure, ...]:
    """Rate, who reads it, how far the last of them is behind, and how much there is."""
    known = [rates[topic] for topic in page.topics if topic in rates]
    groups = [line for line in page.readers if line.kind == "group"]
    domains = {line.domain for line in groups if line.domain}
    worst = max(groups, key=lambda line: _late(line.behind), default=None)
    of_worst = "nobody reads it" if worst is None else f"at most: {worst.name}"
    if worst is not None and worst.behind is None:
        of_worst = "no commit is known"
    there = [records[topic] for topic in page.topics if topic in records]
    undeclared = (
        f"{page.undeclared} undeclared"
        if page.undeclared
        else "all declared"
        if groups
        else "nobody, as far as is known"
    )
    return (
        Figure("Rate", wording.rate(sum(known)) if known else UNKNOWN, wording.plural(len(page.topics), "topic")),
        Figure(
            "Read by",
            wording.plural(len(groups), "group"),
            f"{wording.plural(len(domains), 'domain')} · {undeclared}" if domains else undeclared,
            "attention_text" if page.undeclared else "second",
        ),
        Figure("Behind", behind(worst.behind) if worst else NONE, of_worst),
        Figure("Records", wording.count(sum(there)) if there else UNKNOWN, "there now, at most"),
    )


def behind(total: Total | None) -> str:
    """How far, in time where that is known."""
    if total is None or total.offsets is None:
        return UNKNOWN
    if total.late is not None:
        return wording.span_within(*total.late)
    return "0 s" if not total.offsets else wording.plural(total.offsets, "record")


def ports(lines: Sequence[PortLine], rates: Mapping[str, float]) -> list[list[Cell]]:
    """The rows of PORTS."""
    rows = []
    for line in lines:
        state, tone = STATES.get(line.state, (line.state, "attention_text"))
        contract = line.contract
        where = f"{contract.name or contract.id}, {contract.fact.source}" if contract else "No contract describes it."
        rate = rates.get(line.topic)
        rows.append(
            [
                Cell(line.name.translate(CONTROLS), "text", where),
                Cell(line.format or UNKNOWN, "second", "" if line.format else "No schema of it was read yet."),
                Cell(wording.rate(rate) if line.topic else NONE),
                Cell(kept(line.kept), "second"),
                Cell(state, tone),
            ]
        )
    return rows


def kept(settings: Mapping[str, str]) -> str:
    """How long records are kept.

    >>> kept({"retention.ms": "604800000"}), kept({"cleanup.policy": "compact"}), kept({"retention.ms": "-1"}), kept({})
    ('7 d', 'newest of a key', 'for ever', 'unknown')
    """
    retention = settings.get("retention.ms", "")
    if settings.get("cleanup.policy") == "compact":
        return "newest of a key"
    return "for ever" if retention.startswith("-") else setting("retention.ms", retention) if retention else UNKNOWN


def readers(lines: Sequence[ReaderLine], domain: str, clock: Callable[[int], str]) -> list[list[Cell]]:
    """The rows of READERS; `domain` is that of the product, `clock` words a moment."""
    rows = []
    for line in lines:
        named = ", ".join(_brief(topic, domain) for topic in line.topics[:SHOWN]) + (
            f" and {len(line.topics) - SHOWN} more" if len(line.topics) > SHOWN else ""
        )
        late = behind(line.behind) if line.kind == "group" else NONE
        rows.append(
            [
                Cell(line.name.translate(CONTROLS), "text" if line.kind == "group" else "second"),
                Cell(line.domain or UNKNOWN, "second"),
                Cell(named, "second", "\n".join(line.topics)),
                Cell(late, "text" if line.kind == "group" else "second"),
                _declared(line),
                _seen(line, clock),
            ]
        )
    return rows


def _seen(line: ReaderLine, clock: Callable[[int], str]) -> Cell:
    if line.seen is None:
        return Cell(
            "never seen", "attention_text", "A file says that it reads; no group that reads is known to be of it."
        )
    if line.has_members:
        return Cell("now", "second", "Partitions are assigned to its members.")
    why = "What assigns partitions to itself and only commits, as Flink and Spark do, reads all the same: look at how far it is behind."
    return Cell("no member", "attention_text", f"So seen {clock(line.seen)}. {why}")


def _declared(line: ReaderLine) -> Cell:
    if line.declared:
        return Cell("yes", "second", f"By {line.declared}.")
    return (
        Cell("own", "second", "A group of the domain that the product is of.")
        if line.is_own
        else Cell("no", "attention_text", "No product file names it.")
    )


def _where(source: str, line: int) -> Cell:
    """A place in a file: its name and the line; its folders are in the tip."""
    name = source.rpartition("/")[2]
    whole = f"{source}, line {line}" if line else source
    return Cell(f"{name}:{line}" if line else name, "declared_text", whole)


def _brief(topic: str, domain: str) -> str:
    """A topic's name without the domain in front of it, which the page names above."""
    return topic[repeated(topic, domain) :].translate(CONTROLS)


def fields(lines: Sequence[FieldLine], domain: str) -> list[list[Cell]]:
    """The rows of FIELDS; `domain` is that of the product."""
    rows = []
    for line in lines:
        column = line.column
        marks = (
            ["key"] * column.key
            + ["required"] * column.required
            + [column.classification] * bool(column.classification)
        )
        words = " · ".join([column.type or UNKNOWN, *marks])
        rows.append(
            [
                Cell(column.name.translate(CONTROLS), "text", column.description),
                Cell(words, "second"),
                Cell(_brief(line.topic, domain), "second", line.topic),
                _where(line.contract.fact.source, column.line),
            ]
        )
    return rows


def promises(page: ProductPage) -> list[list[Cell]]:
    """The rows of PROMISES."""
    return [
        [
            Cell(promise.property),
            Cell(f"{promise.value} {promise.unit}".strip(), "second"),
            _where(contract.fact.source, promise.line),
        ]
        for promise, contract in page.promises
    ]


def _late(total: Total | None) -> float:
    if total is None:
        return -1.0
    return total.late.seconds if total.late is not None else float(total.offsets or 0) / 1e9
