"""The lines of the explorer: where they stand, which pass the filter, what is folded at first."""

from meshdesk.model.fact import Fact
from meshdesk.model.lag import Total
from meshdesk.model.late import ON_TIME, Late
from meshdesk.model.mesh import Mesh
from meshdesk.ui.widgets.explorer_lines import MANY, Entry, Lines, fill, group_state, lines_of, parts_of, short
from tests.ui.memory import MemoryCapture, Topic, opened
from tests.unit.model.facts import SEEN, company, contract, group, mesh_of, product, topic


def captured(mesh: Mesh, rate: float | None = 2.0) -> MemoryCapture:
    topics = tuple(
        Topic(name, facts.partitions, 10, rate, 0, False, facts.internal) for name, facts in sorted(mesh.topics.items())
    )
    return MemoryCapture("acme", topics=topics, mesh=mesh)


def lines(mesh: Mesh, *words: str, rate: float | None = 2.0, **folded: bool) -> Lines:
    made = opened(captured(mesh, rate))
    parts = parts_of(made.topics, mesh.placing)
    fill(parts, {one.name: one for one in made.topics})
    return lines_of(made, parts, mesh.groups, words, folded)


def drawn(found: Lines) -> list[str]:
    """Each line with its indent."""
    return [f"{'  ' * entry.level}{entry.text}" for entry in found.entries]


def test_that_domains_products_topics_and_groups_stand_below_their_capture() -> None:
    found = lines(company())
    assert drawn(found) == [
        "acme",
        "  payments",
        "    payment events",
        "      payments.failed.v1",
        "      payments.failed.v1.dlq",
        "  Sales",
        "    Orders",
        "      orders.placed.v1",
        "    baskets.changed.v1",
        "  No domain known",
        "    fraud.scored.v2",
        "  Internal",
        "  Consumers",
        "    billing",
        "    old-report",
    ]
    assert (found.topics, found.groups) == (6, 2)
    assert [(entry.amount, entry.rate) for entry in found.entries if entry.text in ("Sales", "Orders", "billing")] == [
        ("2", "4/s"),
        ("1", "2/s"),
        ("2 members", ""),
    ]


def test_that_without_any_domain_the_topics_are_one_list() -> None:
    mesh = mesh_of(topic("x7f3"), topic("kq.a9"), topic("__consumer_offsets"))
    assert drawn(lines(mesh)) == ["acme", "  kq.a9", "  x7f3", "  Internal"]


def test_that_topics_that_no_fact_tells_of_are_there_all_the_same() -> None:
    made = captured(company())
    made.topics = (*made.topics, Topic("deleted.long.ago", partitions=0, rows=7))
    parts = parts_of(opened(made).topics, made.mesh.placing)
    assert [part.names for part in parts if part.kind == "unplaced"] == [["fraud.scored.v2", "deleted.long.ago"]]


def test_that_the_filter_finds_domains_products_topics_and_groups() -> None:
    def hits(*words: str) -> list[str]:
        return [entry.text for entry in lines(company(), *words).entries[1:]]

    assert hits("sales") == ["Sales", "Orders", "orders.placed.v1", "baskets.changed.v1"]
    assert hits("payment", "events") == ["payments", "payment events", "payments.failed.v1", "payments.failed.v1.dlq"]
    assert hits("sales", "placed") == ["Sales", "Orders", "orders.placed.v1"]
    assert hits("bill") == ["Consumers", "billing"]
    assert hits("consumer") == ["Internal", "__consumer_offsets"]
    assert hits("nothing such") == []


def test_that_a_product_of_which_nothing_is_there_is_shown_and_found() -> None:
    mesh = company(product("returns", domain="Sales"))
    (line,) = [entry for entry in lines(mesh).entries if entry.text == "Returns"]
    assert line.amount == "no topic"
    assert [entry.text for entry in lines(mesh, "returns").entries] == ["acme", "Sales", "Returns"]


def test_that_in_a_large_mesh_declared_domains_are_folded_at_first_and_inferred_ones_are_not() -> None:
    names = [f"{domain}.event-{n}.v1" for n in range(MANY) for domain in ("sales", "stock")]
    inferred = lines(mesh_of(*map(topic, names)))
    assert sum(entry.kind == "topic" for entry in inferred.entries) == len(names)
    mesh = mesh_of(*map(topic, names), contract("c", *names, domain="Sales"))
    assert drawn(lines(mesh)) == ["acme", "  Sales"]
    assert lines(mesh).topics == len(names)
    assert len(lines(mesh, **{"domain sales": False}).entries) == len(names) + 2
    assert len(lines(mesh, "stock").entries) == MANY + 2  # what passes a filter is not folded away


def test_that_many_groups_are_folded_at_first() -> None:
    mesh = mesh_of(topic("t"), *[group(f"g{n}")[0] for n in range(MANY + 1)])
    assert drawn(lines(mesh))[-1] == "  Consumers"
    assert lines(mesh).entries[-1].amount == str(MANY + 1)


def test_that_a_rate_of_nothing_known_is_none() -> None:
    (sales,) = [entry for entry in lines(company(), rate=None).entries if entry.text == "Sales"]
    assert (sales.rate, sales.amount, sales.is_arriving) == ("", "2", False)


def test_that_a_group_says_its_members_or_its_state() -> None:
    def state(**said: object) -> str:
        mesh = mesh_of(Fact("group", "g", said, SEEN, "kafka"))
        return group_state(mesh.groups["g"])

    assert (state(count=3, state="stable"), state(count=0, state="empty"), state()) == ("3 members", "empty", "unknown")
    assert state(count=0, state="PREPARING_REBALANCE") == "preparing rebalance"


def test_that_a_group_that_is_behind_says_by_how_much() -> None:
    capture = opened(MemoryCapture(mesh=mesh_of(*group("g", "t", members=3))))
    entry = Entry("group", capture, "g", about=capture.mesh.groups["g"])
    amounts = [entry._replace(total=Total(9, 0, 1, 0, late)).amount for late in (None, ON_TIME, Late(112.0, 0.5))]
    assert amounts == ["3 members", "3 members", "1 m 52 s behind"]


def test_that_names_from_files_cannot_turn_the_text_around() -> None:
    mesh = mesh_of(topic("t"), contract("c", "t", domain="a\u202eb"))
    assert all("\u202e" not in entry.text for entry in lines(mesh).entries)


def test_that_counts_beside_names_are_short() -> None:
    assert [short(number) for number in (0, 9_999, 10_000, 999_499, 1_184_024)] == [
        "0",
        "9,999",
        "10 k",
        "999 k",
        "1.2 M",
    ]


def test_that_folds_are_told_from_topics_and_groups() -> None:
    kinds = {entry.kind: entry.is_fold for entry in lines(company()).entries}
    assert [kind for kind, is_fold in kinds.items() if not is_fold] == ["topic", "group"]
    assert isinstance(lines(company()).entries[0], Entry)
