"""What the inspector says of a topic: each with its evidence, conflicts with all their sources, unknown with the reason."""

import pytest

from meshdesk.model.fact import Checked
from meshdesk.model.lag import Total
from meshdesk.model.late import Late
from meshdesk.model.mesh import Mesh
from meshdesk.ui.about import About, Row, about_topic, setting
from tests.ui.memory import MemoryCapture, Topic, opened
from tests.unit.model.facts import TOPICS, company, contract, group, mesh_of, topic


def about(mesh: Mesh, name: str = "orders.placed.v1") -> About:
    return about_topic(opened(MemoryCapture(mesh=mesh)), name, {})


def rows(page: About, label: str = "") -> list[Row]:
    return [row for section in page.sections for row in section.rows if row.label == label]


def value(page: About, label: str) -> tuple[str, str]:
    """The first value of a label, and what is said below it."""
    (row, *_) = rows(page, label)
    return row.value, " ".join(note.text for note in row.notes)


def test_that_domain_product_owner_and_contract_are_there_with_where_they_stand() -> None:
    page = about(company())
    assert (page.title, page.subtitle, page.domain) == ("orders.placed.v1", "Sales · owned by Orders squad", "Sales")
    assert value(page, "Domain") == ("Sales", "declared by contracts/orders.odps.yaml, line 6")
    assert value(page, "Product") == ("Orders", "declared by contracts/orders.odps.yaml, line 30")
    assert value(page, "Contract") == (
        "orders · version 1.2.0 · active",
        "declared by contracts/orders.odcs.yaml, line 5",
    )
    whole = rows(page, "Domain")[0].notes[0].whole
    assert whole.startswith("Declared by contracts/orders.odps.yaml, line 6, seen ")


def test_that_owners_who_differ_are_both_there_and_it_is_said() -> None:
    page = about(company())
    at = page.sections[0].rows.index(rows(page, "Owner")[0])
    owner, other, says = page.sections[0].rows[at : at + 3]
    assert [(row.value, row.notes[0].text) for row in (owner, other)] == [
        ("Orders squad", "declared by contracts/orders.odps.yaml, line 11"),
        ("shop", "declared by contracts/orders.odcs.yaml, line 9"),
    ]
    assert says.notes[0].text == "The sources differ: 2 values."


def test_that_what_nobody_says_is_unknown_and_why() -> None:
    page = about(company(), "fraud.scored.v2")
    assert page.subtitle == "No domain known · owner unknown"
    assert value(page, "Owner") == ("unknown", "No contract and no product file says its owner.")
    assert value(page, "Contract") == ("unknown", "No contract names it.")
    without = about(mesh_of(topic("t")), "t")
    assert value(without, "Owner") == ("unknown", "")
    assert [note.text for note in without.sections[0].notes] == ["No folder of contracts was read."]
    assert value(page, "Settings")[0] == "unknown"
    assert value(about(mesh_of()), "Partitions")[0] == "unknown"


def test_that_consumers_stand_there_with_their_state_and_that_nobody_reads_is_not_unknown() -> None:
    (_, readers, _) = about(company()).sections
    assert readers.heading == "Read by 2"
    assert [(row.value, row.right, row.notes[0].text) for row in readers.rows] == [
        ("billing", "2 members", "observed: 3 partitions assigned"),
        ("old-report", "empty", "observed: nothing assigned, 3 committed"),
    ]
    assert [row.value for row in about(company(), "fraud.scored.v2").sections[1].rows] == ["No group reads it."]
    assert [row.value for row in about(mesh_of(topic("t")), "t").sections[1].rows] == ["unknown"]
    failed = mesh_of(topic("t"), Checked("kafka groups", 1, 2, "The groups may not be listed."))
    assert [note.text for row in about(failed, "t").sections[1].rows for note in row.notes] == [
        "The groups may not be listed."
    ]


def test_that_a_reader_that_is_far_behind_comes_first_and_says_for_how_long() -> None:
    late = {("old-report", "orders.placed.v1"): Total(9, 0, 3, 0, Late(20.0, 0.5))}
    late |= {
        ("billing", "orders.placed.v1"): Total(90, 0, 3, 0, Late(112.0, 0.5)),
        ("billing", "other"): Total(1, 0, 1, 0),
    }
    page = about_topic(opened(MemoryCapture(mesh=company())), "orders.placed.v1", late)
    assert [(row.value, row.right, row.state) for row in page.sections[1].rows] == [
        ("billing", "1 m 52 s behind", "far behind"),
        ("old-report", "empty", "empty"),  # nobody is there who could be behind
    ]


def test_that_the_page_of_a_topic_says_how_much_is_there_and_arrives() -> None:
    for rate, said in ((812.0, "812/s"), (0.0, "nothing arrives")):
        known = Topic("orders.placed.v1", 3, 1_184_002, rate, 0)
        page = about_topic(opened(MemoryCapture(mesh=company(), topics=(known,))), "orders.placed.v1", {})
        assert value(page, "Rate")[0] == f"{said} · 1,184,002 records at most"


def test_that_of_many_readers_the_first_are_listed_and_the_rest_is_counted() -> None:
    mesh = mesh_of(topic("t"), *[fact for n in range(70) for fact in group(f"g{n:02d}", "t")])
    readers = about(mesh, "t").sections[1]
    assert (readers.heading, len(readers.rows), readers.rows[-1].value) == ("Read by 70", 51, "and 20 more")


def test_that_settings_are_words() -> None:
    page = about(company())
    assert [(row.label, row.value) for row in page.sections[2].rows] == [
        ("Partitions", "3"),
        ("cleanup.policy", "delete"),
        ("retention.ms", "7 d"),
        ("retention.bytes", "no limit"),
    ]


@pytest.mark.parametrize(
    ("key", "said", "shown"),
    [
        ("retention.ms", "-1", "no limit"),
        ("segment.bytes", "1073741824", "1.1 GB"),
        ("max.message.bytes", "1048588", "1.0 MB"),
        ("retention.ms", "90000", "1 m 30 s"),
        ("min.insync.replicas", "2", "2"),
        ("compression.type", "zstd", "zstd"),
        ("min.compaction.lag.ms", "", ""),
        ("min.compaction.lag.ms", "0", "0 ms"),
        ("segment.jitter.ms", "250", "250 ms"),
        ("flush.ms", "9223372036854775807", "no limit"),
        ("flush.messages", "9223372036854775807", "no limit"),
    ],
)
def test_that_a_setting_is_shown_as_people_read_it(key: str, said: str, shown: str) -> None:
    assert setting(key, said) == shown


def test_that_a_screen_reader_hears_all_of_it() -> None:
    spoken = about(company()).spoken
    for words in ("Domain: Sales, Declared by", "Read by 2", "billing, 2 members", "retention.ms: 7 d"):
        assert words in spoken


def test_that_names_from_files_hold_no_control_characters() -> None:
    mesh = mesh_of(topic(TOPICS[0]), contract("c", TOPICS[0], domain="a\u202eb\n"))
    assert "\u202e" not in about(mesh, TOPICS[0]).spoken
