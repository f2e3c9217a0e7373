"""All about one topic for the inspector: where it belongs, what is promised, who reads it, and how each of it is known."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from meshdesk.model import wording
from meshdesk.model.catalogue import Contract
from meshdesk.model.fact import Evidence
from meshdesk.model.group import Group, Reads
from meshdesk.model.late import BEHIND
from meshdesk.model.mesh import Mesh
from meshdesk.model.offers import Said
from meshdesk.session.opened import Opened
from meshdesk.session.pictures import Behind
from meshdesk.session.readings import Topic
from meshdesk.ui.evidence import how_known, named, seen, where_known
from meshdesk.ui.widgets.explorer_lines import group_state, lateness
from meshdesk.ui.widgets.explorer_words import differing
from meshdesk.ui.widgets.record_lines import CONTROLS

READERS_MOST = 50  # groups that are listed: nobody reads through more here
UNKNOWN, NOTHING = "unknown", "–"
SETTINGS = ("cleanup.policy", "retention.ms", "retention.bytes", "min.insync.replicas")  # first, in this order
ENDLESS = (1 << 63) - 1  # Kafka's word for a limit that nobody set, as of flush.ms


@dataclass(frozen=True, slots=True)
class Note:
    """How a value is known, or why it is not: a phrase whose first word is toned by the evidence."""

    text: str
    evidence: Evidence | None = None
    whole: str = ""  # a whole sentence, with when it was seen
    is_conflict: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A label with its value; without a label a line of its own, with a dot where it has a state."""

    label: str
    value: str
    notes: tuple[Note, ...] = ()
    right: str = ""
    state: str | None = None  # of a group, for its dot
    is_quiet: bool = False  # there is no value: it says so


@dataclass(frozen=True, slots=True)
class Section:
    """Some rows under a heading."""

    heading: str
    rows: tuple[Row, ...]
    notes: tuple[Note, ...] = ()
    has_long_labels: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """What the inspector says of what is selected, where that is no record."""

    title: str
    domain: str  # whose hue stands beside the second line; "" where none is known
    is_inferred: bool
    subtitle: str
    sections: tuple[Section, ...]
    has_domain: bool = True  # it is something that belongs to one, known or not

    @property
    def spoken(self) -> str:
        """All of it for a screen reader."""
        words = [self.title, self.subtitle]
        for section in self.sections:
            words.append(section.heading)
            words += [": ".join(filter(None, (row.label, _spoken(row)))) for row in section.rows]
            words += [note.text for note in section.notes]
        return ". ".join(word.rstrip(".") for word in words if word)


def about_topic(opened: Opened, name: str, behind: Behind) -> About:
    """The page of a topic, at the mesh of the last reading; `behind` is how far each group is in each topic."""
    mesh = opened.mesh
    place = mesh.belonging(name)
    domains, owners, products = differing(place.domains), differing(place.owners), differing(place.products)
    domain = domains[0].value if domains else ""
    owner = f"owned by {owners[0].value}" if owners else "owner unknown"
    titles = {one.id: one.title for files in mesh.products.values() for one in files}
    belongs = (
        *_rows("Domain", domains, _why_unknown(mesh, "domain")),
        *_rows(
            "Product",
            [one._replace(value=titles.get(one.value, one.value)) for one in products],
            _why_unknown(mesh, "product"),
        ),
        *_rows("Owner", owners, _why_unknown(mesh, "owner")),
        *(
            _contract_rows([contract for contract, _ in place.contracts])
            or _rows("Contract", (), _why_unknown(mesh, "contract"))
        ),
        *_amounts(topic_of(opened, name)),
    )
    return About(
        _text(name),
        domain,
        bool(domains) and domains[0].evidence == "inferred",
        f"{_text(domain) or 'No domain known'} · {_text(owner)}",
        (
            Section("", belongs, () if _has_files(mesh) else (Note("No folder of contracts was read."),)),
            _readers(mesh, name, behind),
            _cluster(mesh, name),
        ),
    )


def _rows(label: str, said: Sequence[Said], unknown: str) -> tuple[Row, ...]:
    """A row for each value: more than one is a conflict, which is said."""
    if not said:
        return (Row(label, UNKNOWN, (Note(unknown),) if unknown else (), is_quiet=True),)
    rows = [Row(label if n == 0 else "", _text(one.value), (_note(one),)) for n, one in enumerate(said)]
    if len(said) > 1:
        rows.append(Row("", "", (Note(f"The sources differ: {len(said)} values.", is_conflict=True),)))
    return tuple(rows)


def _contract_rows(contracts: Iterable[Contract]) -> tuple[Row, ...]:
    rows: list[Row] = []
    for contract in contracts:
        said = Said("", contract.fact.evidence, contract.fact.source, contract.fact.seen, contract.fact.line)
        words = [contract.name or contract.id, contract.version and f"version {contract.version}", contract.status]
        rows.append(Row("Contract" if not rows else "", _text(" · ".join(filter(None, words))), (_note(said),)))
        if contract.sla:
            promises = [f"{one.property} {one.value} {one.unit}".strip() for one in contract.sla]
            line = f"line {contract.sla[0].line}" if contract.sla[0].line else ""
            where = Note(", ".join(filter(None, (f"declared by {contract.fact.source}", line))), "declared")
            rows.append(Row("Promise", _text(" · ".join(promises)), (where,)))
    return tuple(rows)


def _amounts(topic: Topic | None) -> tuple[Row, ...]:
    """How much arrives in a topic and is there, as far as its offsets tell."""
    if topic is None or (topic.rate is None and topic.records is None):
        return ()
    arriving = rate_words(topic.rate) if topic.rate is not None else UNKNOWN
    there = f"{wording.plural(topic.records, 'record')} at most" if topic.records is not None else ""
    return (Row("Rate", " · ".join(filter(None, (arriving, there)))),)


def topic_of(opened: Opened, name: str) -> Topic | None:
    """What is known of a topic at the moment that is shown."""
    place = bisect_left(opened.topics, name, key=lambda topic: topic.name)
    found = opened.topics[place] if place < len(opened.topics) else None
    return found if found is not None and found.name == name else None


def state_of(group: Group | None, seconds: float) -> tuple[str, str]:
    """(the words beside a group's name, the state of its dot): how far it is behind where that is much, else how it is."""
    if group is None:
        return UNKNOWN, ""
    state = lateness(group.state, seconds)
    return (f"{wording.span(seconds)} behind" if state != group.state else group_state(group)), state


def seconds_behind(behind: Behind, group: str, topics: Iterable[str]) -> float:
    """How long (s) a group is behind in the one of these topics in which it is farthest, as far as that is known."""
    totals = (behind.get((group, topic)) for topic in topics)
    return max((total.late.seconds for total in totals if total is not None and total.late is not None), default=0.0)


def _readers(mesh: Mesh, name: str, behind: Behind) -> Section:
    """The groups that read it, the last first, and the products that say that they do."""
    groups, late = mesh.groups, {one.group: seconds_behind(behind, one.group, (name,)) for one in mesh.consumers(name)}
    reads = sorted(mesh.consumers(name), key=lambda one: -late[one.group] if late[one.group] >= BEHIND else 0.0)
    rows = [_reader(one, groups.get(one.group), late[one.group]) for one in reads[:READERS_MOST]]
    if len(reads) > READERS_MOST:
        rows.append(Row("", f"and {len(reads) - READERS_MOST} more", is_quiet=True))
    for product in mesh.declared_readers(name):
        said = Said("", product.fact.evidence, product.fact.source, product.fact.seen, product.line("ports"))
        rows.append(Row("", _text(product.title), (_note(said),), "product"))
    if rows:
        return Section(f"Read by {wording.count(len(reads))}" if reads else "Read by", tuple(rows))
    checked = mesh.checked.get("kafka groups")
    if checked is None:
        why = Note("The groups of this cluster were not asked for.")
        return Section("Read by", (Row("", UNKNOWN, (why,), is_quiet=True),))
    if checked.failed:
        return Section("Read by", (Row("", UNKNOWN, (Note(checked.failed),), is_quiet=True),))
    why = Note(f"observed in Kafka, {seen(checked.seen)}", "observed")
    return Section("Read by", (Row("", "No group reads it.", (why,), is_quiet=True),))


def _reader(reads: Reads, group: Group | None, seconds: float) -> Row:
    partitions = f"{wording.plural(reads.assigned, 'partition')} assigned" if reads.assigned else "nothing assigned"
    committed = "" if reads.committed == reads.assigned else f", {wording.count(reads.committed)} committed"
    whole = f"Observed in Kafka: {partitions}{committed}, {seen(reads.fact.seen)}."
    note = Note(f"observed: {partitions}{committed}", "observed", whole)
    return Row("", _text(reads.group) or '""', (note,), *state_of(group, seconds))


def _cluster(mesh: Mesh, name: str) -> Section:
    """What the cluster says of it: partitions and settings."""
    topic = mesh.topics.get(name)
    facts = mesh.claims("topic", name)
    rows = []
    if topic is None:
        rows.append(
            Row("Partitions", UNKNOWN, (Note("The cluster does not have it, or was not asked."),), is_quiet=True)
        )
    else:
        rows.append(Row("Partitions", wording.count(topic.partitions)))
    configs = mesh.config(name)
    if not configs:
        checked = mesh.checked.get("kafka configs")
        why = (
            checked.failed
            if checked and checked.failed
            else "The settings of this topic were not asked for, or may not be read."
        )
        return Section(
            "In the cluster",
            (*rows, Row("Settings", UNKNOWN, (Note(why),), is_quiet=True)),
            _when(facts[0].seen) if facts else (),
        )
    settings = configs[0].value or {}
    names = [*[key for key in SETTINGS if key in settings], *sorted(settings.keys() - set(SETTINGS))]
    rows += [Row(_text(key), _text(setting(key, str(settings[key])))) for key in names]
    return Section("In the cluster", tuple(rows), _when(configs[0].seen), has_long_labels=True)


def rate_words(rate: float) -> str:
    """How much arrives, as a value beside its label."""
    return "nothing arrives" if (words := wording.rate(rate)) == NOTHING else words


def setting(key: str, value: str) -> str:
    """A setting's value as people read it.

    >>> setting("retention.ms", "604800000"), setting("retention.bytes", "-1"), setting("cleanup.policy", "compact")
    ('7 d', 'no limit', 'compact')
    """
    if not value.lstrip("-").isdecimal():
        return value
    number = int(value)
    if (number < 0 or number == ENDLESS) and key.endswith((".ms", ".bytes", ".messages")):
        return "no limit"
    if key.endswith(".ms"):
        if number < 1000:
            return f"{number} ms"
        return re.sub(r" 0 \w$", "", wording.span(number / 1000))
    return wording.size(number) if key.endswith(".bytes") else wording.count(number)


def _when(ms: int) -> tuple[Note, ...]:
    return (Note(f"observed in {named('kafka')}, {seen(ms)}", "observed"),)


def _has_files(mesh: Mesh) -> bool:
    """Whether any folder of contracts was read."""
    return any(source.startswith("files ") for source in mesh.checked)


def _why_unknown(mesh: Mesh, what: str) -> str:
    """Why nobody says it: no file does; "" where none was read, which is said once."""
    if not _has_files(mesh):
        return ""
    return f"No contract and no product file says its {what}." if what != "contract" else "No contract names it."


def _note(said: Said) -> Note:
    return Note(where_known(said), said.evidence, f"{(whole := how_known(said))[0].upper()}{whole[1:]}.")


def _spoken(row: Row) -> str:
    return ", ".join(word for word in (row.value, row.right, *[note.whole or note.text for note in row.notes]) if word)


def _text(text: str) -> str:
    return text.translate(CONTROLS)
