"""The fold of facts: later ones replace earlier ones, what is taken back is gone, what is not known is passed over."""

from hypothesis import given
from hypothesis import strategies as st

from meshdesk.model.fact import Checked, Fact
from meshdesk.model.mesh import Mesh, TopicFacts, fold
from meshdesk.model.schema import Reference, Schema, SchemaState

CLUSTER = Fact("cluster", "c", {"id": "abc", "bootstrap": "127.0.0.1:9092", "brokers": [1, 2, 3]}, 1, "kafka")
REGISTRY = "http://127.0.0.1:8081"
FACTS: list[Fact | Checked] = [
    CLUSTER,
    Fact("topic", "orders", {"partitions": 3, "id": "t1"}, 2, "kafka"),
    Fact("topic", "orders", None, 3, "kafka"),
    Fact("topic", "payments", {"partitions": 1, "internal": False}, 4, "kafka"),
    Fact("schema", "42", {"type": "AVRO", "text": '"string"', "subject": "orders-value", "version": 2}, 5, REGISTRY),
    Fact("schema", "43", {"unknown": True}, 6, REGISTRY),
    Fact("weather", "here", {"rain": True}, 7, "window"),
    Checked("kafka", 1, 8),
]


def test_that_the_cluster_says_who_it_is() -> None:
    mesh = folded(CLUSTER)
    assert (mesh.cluster, mesh.bootstrap, mesh.brokers) == ("abc", "127.0.0.1:9092", 3)


def test_that_a_later_fact_replaces_an_earlier_one() -> None:
    mesh = folded(topic("orders", partitions=3, id="t1"), topic("orders", partitions=6, id="t2", internal=True))
    assert mesh.topics == {"orders": TopicFacts("orders", 6, True, "t2")}


def test_that_what_is_taken_back_is_gone_and_taking_back_what_was_never_said_is_nothing() -> None:
    gone = [Fact("topic", "orders", None, 3, "kafka"), Fact("schema", "42", None, 3, REGISTRY)]
    assert folded(*gone, topic("orders", partitions=1), FACTS[4], *gone) == Mesh()


def test_that_a_schema_carries_all_that_it_refers_to() -> None:
    said = {"name": "Money", "subject": "money", "version": 7, "text": '"double"'}
    mesh = folded(Fact("schema", "42", {"type": "JSON", "text": "{}", "references": [said]}, 5, REGISTRY))
    assert mesh.schemas["42"] == Schema(REGISTRY, 42, "JSON", "{}", (Reference("Money", "money", 7, '"double"'),))


def test_that_an_unknown_id_is_an_answer_that_a_found_schema_replaces_and_never_the_other_way() -> None:
    unknown = Fact("schema", "42", {"unknown": True}, 4, REGISTRY)
    assert folded(unknown).schemas == {"42": SchemaState.UNKNOWN_ID}
    for order in ((unknown, FACTS[4]), (FACTS[4], unknown)):
        assert isinstance(folded(*order).schemas["42"], Schema)


def test_that_the_newest_round_of_each_source_is_kept() -> None:
    rounds = [Checked("kafka", 1, 2), Checked("registry", 1, 3), Checked("kafka", 4, 5, "It was cut off.")]
    assert folded(*rounds).checked == {"kafka": rounds[2], "registry": rounds[1]}


def test_that_kinds_of_a_later_version_change_nothing() -> None:
    assert folded(FACTS[6]) == Mesh()


@given(st.lists(st.sampled_from(FACTS), max_size=12), st.integers(0, 12))
def test_that_facts_folded_in_two_goes_give_the_same_mesh(facts: list[Fact | Checked], cut: int) -> None:
    mesh = folded(*facts[:cut])
    fold(mesh, facts[cut:])
    assert mesh == folded(*facts)


def folded(*facts: Fact | Checked) -> Mesh:
    mesh = Mesh()
    fold(mesh, facts)
    return mesh


def topic(name: str, **value: int | str) -> Fact:
    return Fact("topic", name, dict(value), 2, "kafka")
