"""All about a group of consumers for the inspector: its state, what it reads, its members, and as of when."""

from meshdesk.model import wording
from meshdesk.model.group import Group, Member, Reads
from meshdesk.model.lag import Total
from meshdesk.model.mesh import Mesh
from meshdesk.session.opened import Opened
from meshdesk.session.pictures import Behind
from meshdesk.ui.about import UNKNOWN, About, Note, Row, Section
from meshdesk.ui.evidence import seen
from meshdesk.ui.widgets.explorer_lines import group_state
from meshdesk.ui.widgets.map_words import how_far
from meshdesk.ui.widgets.record_lines import CONTROLS

MOST = 50  # topics, and members, that are listed


def about_group(opened: Opened, name: str, behind: Behind) -> About:
    """The page of a group, at the mesh of the last reading; `behind` is how far each group is in each topic."""
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
    observed = Note(f"observed in Kafka, {seen(group.fact.seen)}", "observed")
    rows = (
        Row("State", group.state.replace("_", " ") or UNKNOWN, (), is_quiet=not group.state),
        Row("Members", wording.count(group.count)),
        Row("Coordinator", group.coordinator.translate(CONTROLS) or UNKNOWN, (), is_quiet=not group.coordinator),
    )
    return About(
        title,
        "",
        False,
        f"{kind} of consumers · {group_state(group)}",
        (Section("", rows, (observed,)), _reads(mesh, name, behind), *_members(group)),
        has_domain=False,
    )


def _reads(mesh: Mesh, name: str, behind: Behind) -> Section:
    """The topics that it reads or has committed offsets of."""
    reads = mesh.read_by(name)
    if not reads:
        why = Note("No topic is assigned to it, and no committed offset of it is known.")
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
    far = how_far(total) if total is not None else ""
    return Row("", reads.topic.translate(CONTROLS), (Note(f"{words} · {where}"),), far)


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
