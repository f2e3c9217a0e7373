"""All about a group of consumers for the inspector: its state, what it reads, its members, and as of when."""

from dataclasses import replace

from meshdesk.model import wording
from meshdesk.model.consuming import Line
from meshdesk.model.group import Group, Member, Reads
from meshdesk.model.lag import NO_COMMIT, Lag, Total, total
from meshdesk.model.mesh import Mesh
from meshdesk.model.rates import Key
from meshdesk.session.opened import Opened
from meshdesk.session.pictures import Behind
from meshdesk.ui.about import UNKNOWN, About, Note, Row, Section
from meshdesk.ui.evidence import seen
from meshdesk.ui.widgets.explorer_lines import group_state
from meshdesk.ui.widgets.map_words import how_far
from meshdesk.ui.widgets.record_lines import CONTROLS

KINDS = {"connect": "Workers of Kafka Connect", "sr": "Schema registries"}  # by what their members call themselves
MOST = 50  # topics, and members, that are listed


def about_group(opened: Opened, name: str, behind: Behind, line: Line | None = None) -> About:
    """The page of a group, at the moment that is shown; `behind` is how far each group is in each topic, and `line` how fast
    this one reads, where that is at hand."""
    mesh = opened.mesh
    group = mesh.groups.get(name)
    title = name.translate(CONTROLS) or '""'
    if group is None:
        why = Note("The cluster does not have it any more, or was not asked.")
        return About(
            title,
            "",
            False,
            "Group of consumers",
            (Section("", (Row("State", UNKNOWN, (why,), is_quiet=True),)),),
            has_domain=False,
        )
    kind = f"{group.type.capitalize()} group" if group.type else "Group"
    kind = f"{kind} of consumers" if group.is_of_consumers else KINDS.get(group.type, kind)
    observed = Note(f"observed in Kafka, {seen(group.fact.seen)}", "observed")
    rows = (
        Row("State", group.state.replace("_", " ") or UNKNOWN, (), is_quiet=not group.state),
        _count(group),
        *_lag([total for (one, _), total in behind.items() if one == name]),
        *(_pace(line) if line is not None else ()),
        Row("Coordinator", group.coordinator.translate(CONTROLS) or UNKNOWN, (), is_quiet=not group.coordinator),
    )
    return About(
        title,
        "",
        False,
        f"{kind} · {group_state(group)}",
        (
            Section("", rows, (observed,)),
            _reads(mesh, group, behind),
            *_partitions(name, behind),
            *_members(group),
        ),
        has_domain=False,
    )


def _lag(topics: list[Total]) -> tuple[Row, ...]:
    """How far it is behind in all that it reads."""
    if not topics:
        return ()
    whole = total(part for topic in topics for part in topic.parts) if any(one.parts for one in topics) else topics[0]
    if whole.offsets is None:
        return (Row("Behind", UNKNOWN, (Note(whole.parts[0][1].why if whole.parts else NO_COMMIT),), is_quiet=True),)
    late = wording.span_within(*whole.late) if whole.late is not None else ""
    records = wording.plural(whole.offsets, "record")
    notes = []
    if whole.lost:
        notes.append(Note(f"{wording.plural(whole.lost, 'record')} went before it had read them"))
    if whole.unknown:
        notes.append(Note(f"unknown in {wording.plural(whole.unknown, 'partition')}"))
    if whole.offsets and not late:
        notes.append(Note("for how long is not known: what it reads next is older than this recording"))
    value = f"{late} · {records}" if late and whole.offsets else records if whole.offsets else "nothing"
    return (Row("Behind", value, tuple(notes)),)


def _pace(line: Line) -> tuple[Row, ...]:
    """How fast it reads, and where that leads."""
    if line.arriving is None or line.reading is None:
        return ()
    reading = wording.rate(line.reading) if line.reading >= 0.05 else "nothing"
    arriving = f"{wording.rate(line.arriving)} arrive" if line.arriving >= 0.05 else "nothing arrives"
    rows = [Row("Reads", f"{reading} while {arriving}")]
    if line.state in ("stuck", "not catching up", "behind", "draining"):
        ends = f"in {wording.span(line.ends_in)} at this rate" if line.ends_in is not None else "never at this rate"
        rows.append(Row("Caught up", ends))
    return tuple(rows)


def _partitions(name: str, behind: Behind) -> tuple[Section, ...]:
    """Of each topic the partitions in which it is behind, the worst first."""
    sections, left = [], MOST
    for (one, topic), whole in behind.items():
        late = [part for part in whole.parts if part[1].offsets != 0 or part[1].lost]
        if one != name or not late or left <= 0:
            continue
        rows = [_partition(key, lag) for key, lag in sorted(late, key=_worst)[:left]]
        if len(late) > len(rows):
            rows.append(Row("", f"and {wording.count(len(late) - len(rows))} more", is_quiet=True))
        left -= len(rows)
        heading = f"Behind in {len(late):,} of {wording.plural(len(whole.parts), 'partition')} of {topic}"
        sections.append(Section(heading.translate(CONTROLS), tuple(rows)))
    return tuple(sections)


def _worst(part: tuple[Key, Lag]) -> tuple[float, int, Key]:
    key, lag = part
    return -(lag.late.seconds if lag.late is not None else 0.0), -(lag.offsets or 0), key


def _partition(key: Key, lag: Lag) -> Row:
    label = f"Partition {key[1]}"
    if lag.offsets is None:
        return Row(label, UNKNOWN, (Note(lag.why),), is_quiet=True)
    notes = (Note(f"{wording.plural(lag.lost, 'record')} lost"),) if lag.lost else ()
    late = wording.span_within(*lag.late) if lag.late is not None else UNKNOWN
    return Row(label, wording.plural(lag.offsets, "record"), notes, late)


def _count(group: Group) -> Row:
    if group.is_of_consumers or group.count:
        return Row("Members", wording.count(group.count))
    return Row("Members", UNKNOWN, (Note("Kafka's client library has no more than its name."),), is_quiet=True)


def _reads(mesh: Mesh, group: Group, behind: Behind) -> Section:
    """The topics that it reads or has committed offsets of."""
    name = group.id
    reads = mesh.read_by(name)
    if not reads:
        no_commit = "No topic is assigned to it, and no committed offset of it is known."
        why = Note(no_commit if group.is_of_consumers else "It is no group of consumers; what it reads nobody says.")
        return Section("Reads", (Row("", UNKNOWN, (why,), is_quiet=True),))
    rows = [_row_of(mesh, one, behind.get((name, one.topic))) for one in reads[:MOST]]
    if len(reads) > MOST:
        rows.append(Row("", f"and {wording.count(len(reads) - MOST)} more", is_quiet=True))
    return Section(f"Reads {wording.plural(len(reads), 'topic')}", tuple(rows))


def _row_of(mesh: Mesh, reads: Reads, total: Total | None) -> Row:
    said = mesh.belonging(reads.topic).domains
    where = f"domain {said[0].value.translate(CONTROLS)}" if said else "no domain known"
    words = f"{reads.committed} committed, none assigned"
    if reads.assigned:
        words = f"{wording.plural(reads.assigned, 'partition')} assigned"
    notes, far = [Note(f"{words} · {where}")], ""
    if total is not None:
        far = how_far(total) if total.late is None else wording.span_within(*total.late)
        if total.late is not None and (total.offsets or total.lost):
            notes.append(Note(how_far(replace(total, late=None))))
    return Row("", reads.topic.translate(CONTROLS), tuple(notes), far)


def _members(group: Group) -> tuple[Section, ...]:
    if not group.members:
        return ()
    rows = [_member(member) for member in group.members[:MOST]]
    if group.count > len(rows):
        rows.append(Row("", f"and {wording.count(group.count - len(rows))} more", is_quiet=True))
    return (Section("Members", tuple(rows)),)


def _member(member: Member) -> Row:
    partitions = sum(len(one) for one in member.reads.values())
    words = [member.host.lstrip("/"), wording.plural(partitions, "partition")]
    return Row(
        "",
        (member.client or member.id).translate(CONTROLS),
        (Note(" · ".join(filter(None, words)).translate(CONTROLS)),),
    )
