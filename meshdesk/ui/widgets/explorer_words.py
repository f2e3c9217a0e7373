"""What the explorer says of a line: when the pointer rests on it, and to whoever hears it."""

from collections.abc import Sequence

from meshdesk.model import wording
from meshdesk.model.group import Group
from meshdesk.model.offers import Said
from meshdesk.model.placing import Domain, PlacedProduct
from meshdesk.ui.evidence import how_known, seen, sentence
from meshdesk.ui.widgets.explorer_lines import Entry, group_state
from meshdesk.ui.widgets.map_words import how_far

READ_MOST = 5  # topics that a group's tip names


def tip(entry: Entry) -> str:
    """Whole sentences, one a line."""
    if entry.topic is not None:
        return "\n".join(_of_topic(entry))
    if isinstance(entry.about, Group):
        return "\n".join(_of_group(entry, entry.about))
    if isinstance(entry.about, Domain):
        return "\n".join(
            [*_of_domain(entry.about), *(["The line is its rate of late, at most an hour."] if entry.trend else [])]
        )
    if isinstance(entry.about, PlacedProduct):
        return "\n".join(_of_product(entry, entry.about))
    if entry.kind == "unplaced":
        return "No contract and no product file says of which domain these are, and their names do not tell."
    if entry.kind == "internal":
        return "Topics that Kafka and its tools keep for themselves."
    return entry.text


def accessible(entry: Entry) -> str:
    """What a screen reader says: what it is, its numbers, and whether it is folded."""
    lead = {"domain": "domain ", "product": "product ", "group": "group "}.get(entry.kind, "")
    amount = wording.plural(entry.topics, "topic") if entry.kind in ("domain", "product", "unplaced") else entry.amount
    words = ", ".join(word for word in (lead + entry.text, entry.rate, amount) if word)
    return f"{words}, {'folded' if entry.is_folded else 'unfolded'}" if entry.is_fold else words


def differing(said: Sequence[Said]) -> list[Said]:
    """One of each value, the one to go by first: more than one is a conflict."""
    return list({one.key: one for one in reversed(said)}.values())[::-1]


def _of_topic(entry: Entry) -> list[str]:
    topic = entry.topic
    assert topic is not None
    lines = [topic.name, f"It has {wording.plural(topic.partitions, 'partition')}."]
    if topic.records is not None:
        lines.append(f"{wording.plural(topic.records, 'record')} in the topic, {wording.count(topic.rows)} captured.")
    else:
        lines.append(f"{wording.plural(topic.rows, 'record')} captured.")
    place = entry.opened.mesh.belonging(topic.name)
    for what, said in (("Domain", place.domains), ("Product", place.products), ("Owner", place.owners)):
        lines += [sentence(what, one) for one in differing(said)]
    return lines


def _of_domain(domain: Domain) -> list[str]:
    if domain.is_inferred:
        return [f"Domain {domain.name}: inferred from the names of its topics."]
    return [f"Domain {domain.name}: {how_known(said)}." for said in domain.said]


def _of_product(entry: Entry, product: PlacedProduct) -> list[str]:
    lines = [f"Product {product.name}: {how_known(said)}." for said in product.said]
    if not product.topics:
        lines.append("None of its topics is on this cluster.")
    files = entry.opened.mesh.products.get(product.id, ())
    status = {
        word: None for file in files for word in (file.version and f"version {file.version}", file.status) if word
    }
    return [*lines, *([f"It is {', '.join(status)}."] if status else [])]


def _of_group(entry: Entry, group: Group) -> list[str]:
    reads = entry.opened.mesh.read_by(group.id)
    lines = [f"Group {group.id}: {group_state(group)}, {seen(group.fact.seen)}."]
    if entry.total is not None:
        said = how_far(entry.total)
        lines.append(f"It is {said}." if entry.total.offsets is not None else f"{said[:1].upper()}{said[1:]}.")
    if reads:
        names = [one.topic for one in reads[:READ_MOST]]
        rest = len(reads) - len(names)
        lines.append(f"It reads {', '.join(names)}{f' and {rest} more' if rest else ''}.")
    else:
        lines.append("What it reads is not known.")
    return lines
