"""What is said of a box and of a flow of the map: whole sentences, each with who says it, where, and when it was seen."""

from collections.abc import Iterable, Mapping

from meshdesk.model import wording
from meshdesk.model.graph import Box, Flow
from meshdesk.model.lag import Total
from meshdesk.model.mesh import Mesh
from meshdesk.model.offers import Said
from meshdesk.session.pictures import Behind
from meshdesk.ui.evidence import how_known, seen, sentence

FEW = 5  # of what there is a lot of: a hover is read at a glance


def of_box(box: Box, mesh: Mesh, rates: Mapping[str, float]) -> str:
    """What a box is, what is in it, and how it is known that it belongs where it stands."""
    lines = [_what(box)]
    known = [rates[topic] for topic in box.topics if topic in rates]
    if known:
        lines.append(f"{wording.rate(sum(known))} arrive.")
    lines += _belonging(box, mesh)
    if box.kind == "topic":
        readers = [reads.group for reads in mesh.consumers(box.topics[0])]
        lines.append(f"Read by {_few(readers)}." if readers else "No group reads it, as far as is known.")
    if box.kind == "group":
        group = mesh.groups.get(box.groups[0])
        if group is not None:
            state = f"It is {group.state}" if group.state else "Its state is not known"
            lines.append(f"{state}, with {wording.plural(group.count, 'member')}; {seen(group.fact.seen)}.")
    return "\n".join(lines)


def of_flow(flow: Flow, behind: Behind) -> str:
    """Who reads what, how far behind, and who says so. Who is farthest behind comes first."""
    by_lag = sorted(flow.reads, key=lambda one: -_offsets(behind.get((one.group, one.topic))))
    lines = [
        f"{one.group} reads {one.topic}: observed, {seen(one.fact.seen)}.{_lag(behind.get((one.group, one.topic)))}"
        for one in by_lag[:FEW]
    ]
    if len(flow.reads) > FEW:
        lines.append(f"And {wording.plural(len(flow.reads) - FEW, 'more reader')}.")
    for product, contract in flow.declared[:FEW]:
        port = next((port for port in product.ports if contract in (port.contract, *port.reads)), None)
        line = (port.line if port else 0) or product.fact.line
        where = f"{product.fact.source}, line {line}" if line else product.fact.source
        lines.append(f"{product.title} reads contract {contract}: declared by {where}, {seen(product.fact.seen)}.")
    return "\n".join(lines)


def how_far(total: Total) -> str:
    """A lag as a phrase: what is known in time and in records, what was lost, and of how many partitions it is not known."""
    if total.offsets is None:
        return "how far behind is unknown"
    said = f"{wording.plural(total.offsets, 'record')} behind" if total.offsets else "not behind"
    if total.offsets and total.late is not None:
        said = f"{wording.span_within(*total.late)} behind, {wording.plural(total.offsets, 'record')}"
    if total.lost:
        said += f", {wording.count(total.lost)} lost"
    return said + (f", unknown in {wording.plural(total.unknown, 'partition')}" if total.unknown else "")


def _lag(total: Total | None) -> str:
    if total is None:
        return ""
    said = how_far(total)
    return f" It is {said}." if total.offsets is not None else f" {said[:1].upper()}{said[1:]}."


def _offsets(total: Total | None) -> int:
    return (total.offsets or 0) if total is not None else 0


def _what(box: Box) -> str:
    names = {"domain": "Domain", "product": "Data product", "topic": "Topic", "group": "Consumer group"}
    if box.kind in names:
        title = f"{names[box.kind]} {box.title}" if box.title else "No domain is known of these"
        parts = [wording.plural(len(box.topics), "topic")] if box.topics and box.kind != "topic" else []
        parts += [wording.plural(len(box.groups), "group")] if box.groups and box.kind != "group" else []
        return f"{title}: {' and '.join(parts)}." if parts else f"{title}."
    if box.kind == "topics":
        return f"{wording.plural(len(box.topics), 'topic')} of no data product: {_few(box.topics)}."
    return f"{wording.plural(len(box.groups), 'group')} of consumers: {_few(box.groups)}."


def _belonging(box: Box, mesh: Mesh) -> list[str]:
    placing = mesh.placing
    if box.kind == "topic":
        place = mesh.belonging(box.topics[0])
        lines = [sentence("Domain", said) for said in place.domains[:2]]
        lines += [sentence("Data product", said) for said in place.products[:1]]
        lines += [sentence("Owner", said) for said in place.owners[:1]]
        return lines or ["No domain is known of it."]
    domain = next((domain for domain in placing.domains if domain.name == box.domain), None)
    if domain is None:
        return []
    if box.kind == "product":
        product = next((one for one in domain.products if f"product {one.id}" == box.key), None)
        return _hows((product.said if product else ())[:2])
    if box.kind in ("group", "groups"):
        return [f"That it belongs to {box.domain} is inferred from its name."] if box.is_inferred else []
    return _hows(domain.said[:2])


def _hows(said: Iterable[Said]) -> list[str]:
    return [f"{how[:1].upper()}{how[1:]}." for how in map(how_known, said)]


def _few(names: Iterable[str]) -> str:
    every = list(names)
    more = len(every) - FEW
    return ", ".join(every[:FEW]) + (f" and {more:,} more" if more > 0 else "")
