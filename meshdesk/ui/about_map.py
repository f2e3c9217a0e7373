"""All about what is selected on the map for the inspector: a topic as elsewhere, a domain, a product, or who reads."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from meshdesk.model import wording
from meshdesk.model.catalogue import Port, Product
from meshdesk.model.graph import Box
from meshdesk.model.group import Reads
from meshdesk.model.late import BEHIND
from meshdesk.model.mesh import Mesh
from meshdesk.model.offers import Said
from meshdesk.model.placing import Domain, PlacedProduct
from meshdesk.session.opened import Opened
from meshdesk.session.pictures import Behind
from meshdesk.ui.about import (
    UNKNOWN,
    About,
    Note,
    Row,
    Section,
    about_topic,
    rate_words,
    seconds_behind,
    state_of,
    topic_of,
)
from meshdesk.ui.about_group import about_group
from meshdesk.ui.evidence import how_known, where_known
from meshdesk.ui.widgets.explorer_words import differing

MOST = 30  # of what is listed: the table has all


def about_box(opened: Opened, box: Box, behind: Behind) -> About:
    """The page of a box, at the mesh of the last reading; `behind` is how far its groups are."""
    mesh = opened.mesh
    if box.kind == "topic":
        return about_topic(opened, box.topics[0], behind)
    if box.kind == "group":
        return about_group(opened, box.groups[0], behind)
    domain = next((one for one in mesh.placing.domains if one.name == box.domain), mesh.placing.unplaced)
    if box.kind == "product":
        product = next((one for one in domain.products if f"product {one.id}" == box.key), None)
        if product is not None:
            return _of_product(opened, domain, product, behind)
    return _of_domain(opened, box, domain, behind)


def about_product(opened: Opened, id: str, behind: Behind) -> About:
    """The page of a product, as on the map; also of one that a file alone names."""
    mesh = opened.mesh
    for domain in (*mesh.placing.domains, mesh.placing.unplaced):
        for product in domain.products:
            if product.id == id:
                return _of_product(opened, domain, product, behind)
    files = mesh.products.get(id, ())
    home = Domain(files[0].domain if files else "", ())
    return _of_product(opened, home, PlacedProduct(id, files[0].title if files else id, (), ()), behind)


def _of_product(opened: Opened, domain: Domain, product: PlacedProduct, behind: Behind) -> About:
    mesh = opened.mesh
    files = mesh.products.get(product.id, ())
    owners = differing([said for topic in product.topics[:1] for said in mesh.belonging(topic).owners])
    owner = owners[0].value if owners else next((file.team.owner for file in files if file.team.owner), "")
    rows: list[Row] = []
    for file in files:
        words = [file.version and f"version {file.version}", file.status]
        said = next((one for one in product.said if one.source == file.fact.source), None)
        notes = (_noted(said),) if said else ()
        rows.append(Row("Product", " · ".join(filter(None, words)) or file.title, notes))
        if file.description:
            rows.append(Row("", file.description, is_quiet=True))
    readers = [reads for topic in product.topics for reads in mesh.consumers(topic)]
    sections = (
        Section("", (*rows, *_owned(owners, owner), *_rate(opened, product.topics))),
        _reading(readers, mesh, behind),
        _topics(f"Gives out {wording.plural(len(product.topics), 'topic')}", product.topics, mesh),
        _ports(files),
    )
    return About(
        product.name,
        domain.name,
        bool(domain.name) and domain.is_inferred,
        f"{domain.name or 'No domain known'} · {f'owned by {owner}' if owner else 'owner unknown'}",
        tuple(section for section in sections if section.rows),
    )


def _rate(opened: Opened, topics: Iterable[str]) -> list[Row]:
    """Records a second in all of them together, as far as that is known; nothing of no topic."""
    known = [topic for name in topics if (topic := topic_of(opened, name)) is not None]
    rates = [topic.rate for topic in known if topic.rate is not None]
    if not known:
        return []
    return [Row("Rate", rate_words(sum(rates)) if rates else UNKNOWN, is_quiet=not rates)]


def _owned(said: Sequence[Said], otherwise: str) -> list[Row]:
    rows = [Row("Owner" if at == 0 else "", one.value, (_noted(one),)) for at, one in enumerate(said)]
    return rows or [Row("Owner", otherwise or UNKNOWN, is_quiet=not otherwise)]


def _noted(said: Said) -> Note:
    whole = how_known(said)
    return Note(where_known(said), said.evidence, f"{whole[:1].upper()}{whole[1:]}.")


def _ports(files: Iterable[Product]) -> Section:
    """Of one file its path stands above already; of several each port says its own."""
    files = tuple(files)
    rows = [
        Row(
            f"{port.direction.capitalize()} port",
            port.name or port.contract or UNKNOWN,
            (_port_note(file, port, files),),
        )
        for file in files
        for port in file.ports
        if port.direction != "management"
    ]
    return Section("Ports", tuple(rows[:MOST]))


def _port_note(file: Product, port: Port, files: Sequence[Product]) -> Note:
    line = f"line {port.line} of {file.fact.source}"
    where = line if len(files) > 1 else f"line {port.line}"
    contract = f"contract {port.contract}" if port.contract else "no contract"
    return Note(f"{contract}, {where}", file.fact.evidence, f"{contract[:1].upper()}{contract[1:]}: {line}.")


def _of_domain(opened: Opened, box: Box, domain: Domain, behind: Behind) -> About:
    mesh = opened.mesh
    how = tuple(_noted(said) for said in domain.said)
    products = [
        Row("", product.name, right=wording.plural(len(product.topics), "topic")) for product in domain.products
    ]
    counts = " · ".join(
        filter(
            None,
            (
                wording.plural(len(box.topics), "topic") if box.topics else "",
                wording.plural(len(box.groups), "group") if box.groups else "",
            ),
        )
    )
    sections = (
        Section("", tuple(_rate(opened, box.topics))),
        Section("How we know", (Row("Domain", box.domain or UNKNOWN, how),) if box.domain else ()),
        Section("Data products", tuple(products[:MOST]) if box.kind == "domain" else ()),
        _topics(
            "Topics of no product" if box.kind == "domain" else "Topics",
            box.topics if box.kind == "topics" else domain.topics,
            mesh,
        ),
        _groups("Consumers", mesh, _late(box.groups, behind)),
    )
    title = box.title if box.kind != "domain" else box.domain or "No domain known"
    return About(title, box.domain, box.is_inferred, counts, tuple(section for section in sections if section.rows))


def _reading(reads: Iterable[Reads], mesh: Mesh, behind: Behind) -> Section:
    """Who reads these topics, and how far it is behind in them."""
    topics: dict[str, list[str]] = defaultdict(list)
    for one in reads:
        topics[one.group].append(one.topic)
    late = {group: seconds_behind(behind, group, names) for group, names in topics.items()}
    return _groups(f"Read by {wording.plural(len(late), 'group')}", mesh, late)


def _topics(heading: str, names: Sequence[str], mesh: Mesh) -> Section:
    known = mesh.topics
    rows = [
        Row("", name, right=wording.plural(known[name].partitions, "partition") if name in known else "not there")
        for name in names[:MOST]
    ]
    return Section(heading, (*rows, *_more(names)))


def _groups(heading: str, mesh: Mesh, late: Mapping[str, float]) -> Section:
    """Groups by how long (s) each is behind as far as that is known, the last first."""
    names = sorted(late, key=lambda name: (-late[name] if late[name] >= BEHIND else 0.0, name))
    known = mesh.groups
    rows = []
    for name in names[:MOST]:
        right, state = state_of(known.get(name), late[name])
        rows.append(Row("", name, right=right, state=state))
    return Section(heading, (*rows, *_more(names)))


def _late(groups: Iterable[str], behind: Behind) -> dict[str, float]:
    """How long (s) each group is behind in what it reads, where that is known."""
    late = dict.fromkeys(groups, 0.0)
    for (group, _), total in behind.items():
        if group in late and total.late is not None:
            late[group] = max(late[group], total.late.seconds)
    return late


def _more(names: Sequence[str]) -> list[Row]:
    return [Row("", f"and {len(names) - MOST:,} more", is_quiet=True)] if len(names) > MOST else []
