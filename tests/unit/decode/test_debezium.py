"""Change events: what was changed, the words of it, and what only looks like one."""

import json
from typing import Any

import pytest

from meshdesk.decode.chain import BOUNDS, decode
from meshdesk.decode.contract import Decoded, Payload
from meshdesk.decode.debezium import NODES
from meshdesk.decoding import WHOLE
from meshdesk.model.node import Node, to_json
from meshdesk.model.schema import SchemaState
from tests.unit.decode.golden import PAYLOADS, case, payload
from tests.unit.decode.poison import Every

NONE = Every(SchemaState.NO_REGISTRY)
SOURCE = {"connector": "postgresql", "db": "shop", "schema": "public", "table": "stock"}
CONTEXT = ("__debezium.context.taskId", b"0")


def read(said: Any, *headers: tuple[str, bytes], topic: str = "shop.public.stock") -> Decoded:
    data = None if said is None else json.dumps(said).encode()
    return decode(Payload(data, "value", topic, headers), NONE)


def change(op: str, before: Any, after: Any) -> dict[str, Any]:
    return {"before": before, "after": after, "source": SOURCE, "op": op, "ts_ms": 5}


def node(tree: Node, *path: str) -> Node:
    for name in path:
        tree = next(child for child in tree.children if child.name == name)
    return tree


def levels(tree: Node) -> int:
    """How many nodes are within each other, the tree's own left out."""
    return max((1 + levels(child) for child in tree.children), default=0)


def test_that_an_update_says_which_columns_were_what_before() -> None:
    said = change(
        "u",
        {"id": 1, "n": 10, "tags": ["a"], "big": "x"},
        {"id": 1, "n": 9, "tags": ["b"], "big": "__debezium_unavailable_value"},
    )
    found = read(said)
    assert found.chain[-1].name == "Debezium"
    assert found.chain[-1].detail.startswith("update of shop.public.stock: n, tags;")
    assert node(found.tree, "after", "n").note == "was 10"
    assert node(found.tree, "after", "tags").note == "was [1] a"
    assert node(found.tree, "after", "id").note == ""
    assert node(found.tree, "after", "big").note == "unchanged, and not in the log"
    assert node(found.tree, "op").note == "update"
    assert to_json(found.tree) == said  # nothing is added to what was written


@pytest.mark.parametrize(
    ("op", "word"), [("c", "insert"), ("r", "snapshot"), ("d", "delete"), ("t", "truncate"), ("m", "message")]
)
def test_that_each_operation_has_its_word(op: str, word: str) -> None:
    found = read(change(op, None, None))
    assert found.chain[-1].detail.startswith(f"{word} of shop.public.stock")


def test_that_a_key_that_was_changed_is_told() -> None:
    found = read(change("d", {"id": 1}, None), ("__debezium.newkey", b'{"id":2}'))
    assert 'the row goes on with key {"id":2}' in found.chain[-1].detail


def test_that_a_tombstone_of_debezium_says_what_it_is_for_and_another_one_does_not() -> None:
    assert [layer.name for layer in read(None, CONTEXT).chain] == ["tombstone", "Debezium"]
    assert [layer.name for layer in read(None).chain] == ["tombstone"]


def test_that_a_flattened_row_says_its_operation_from_field_or_header() -> None:
    assert read({"id": 1, "__op": "u"}).chain[-1].detail.startswith("update")
    assert read({"id": 1, "__deleted": "true"}).chain[-1].detail.startswith("delete")
    assert read({"id": 1}, CONTEXT, ("__op", b"c")).chain[-1].detail.startswith("insert")


def test_that_a_number_with_its_own_scale_is_read_without_a_schema() -> None:
    found = read(change("c", None, {"free": {"scale": 2, "value": "BNI="}}))
    assert (node(found.tree, "after", "free").kind, node(found.tree, "after", "free").text) == ("decimal", "12.34")


def test_that_the_topic_of_transactions_and_heartbeats_are_named() -> None:
    found = read({"status": "END", "id": "571:1", "event_count": 2}, topic="shop.transaction")
    assert (found.chain[-1].name, found.chain[-1].detail) == ("Debezium transaction", "END 571:1")
    assert read({"ts_ms": 5}, topic="__debezium-heartbeat.shop").chain[-1].name == "Debezium heartbeat"


MONGO = {"connector": "mongodb", "db": "shop", "collection": "orders"}
DOCUMENT = (
    '{"_id": {"$oid": "596e275826f08b2730779e1f"}, "total": {"$numberLong": "9007199254740993"}, "state": "paid"}'
)


def test_that_a_document_of_mongodb_is_opened_and_exact() -> None:
    found = read({"before": None, "after": DOCUMENT, "source": MONGO, "op": "u", "updateDescription": None})
    assert node(found.tree, "after", "total", "$numberLong").text == "9007199254740993"
    assert node(found.tree, "after").note == "JSON text"
    assert found.chain[-1].detail.startswith("update of shop.orders")


def test_that_what_changed_in_a_document_is_told_with_and_without_the_one_before() -> None:
    before = DOCUMENT.replace("paid", "new")
    found = read({"before": before, "after": DOCUMENT, "source": MONGO, "op": "u"})
    assert found.chain[-1].detail.startswith("update of shop.orders: state")
    assert node(found.tree, "after", "state").note == "was new"
    told = {"updatedFields": '{"state": "paid", "total": 5}', "removedFields": None}
    found = read({"before": None, "after": DOCUMENT, "source": MONGO, "op": "u", "updateDescription": told})
    assert found.chain[-1].detail.startswith("update of shop.orders: state, total")


def test_that_what_was_removed_from_a_document_is_told_too() -> None:
    told: dict[str, Any] = {
        "removedFields": ["note", "address.street"], "updatedFields": None,
        "truncatedArrays": [{"field": "lines", "size": 2}],
    }  # fmt: skip
    found = read({"before": None, "after": None, "source": MONGO, "op": "u", "updateDescription": told})
    assert found.chain[-1].detail.startswith("update of shop.orders: note, address.street, lines;")
    told["updatedFields"] = '{"state": "paid"}'
    found = read({"before": None, "after": None, "source": MONGO, "op": "u", "updateDescription": told})
    assert found.chain[-1].detail.startswith("update of shop.orders: state, note, address.street, lines;")
    for nothing in ({}, {"removedFields": None, "truncatedArrays": None}, None):
        found = read({"before": None, "after": None, "source": MONGO, "op": "u", "updateDescription": nothing})
        assert found.chain[-1].detail.startswith("update of shop.orders;")


def test_that_half_a_surrogate_in_a_document_of_mongodb_is_read_as_in_json() -> None:
    said = json.dumps({"before": None, "after": '{"a": "?", "b": 1}', "source": MONGO, "op": "c"})
    found = decode(Payload(said.replace("?", r"\ud800").encode(), "value", "shop.orders", ()), NONE)
    assert node(found.tree, "after", "a").text == "\ud800"
    assert node(found.tree, "after", "b").text == "1"


@pytest.mark.parametrize(
    "document",
    [
        {"parts": [{"n": n} for n in range(NODES)]},
        {f"field{n}": n for n in range(NODES + 1)},
        {"nested": {f"field{n}": [n, n] for n in range(NODES // 2)}},
    ],
    ids=["elements", "fields", "nested"],
)
def test_that_a_document_of_mongodb_that_would_be_cut_stays_the_whole_text(document: dict[str, Any]) -> None:
    written = json.dumps(document)
    found = read({"before": None, "after": written, "source": MONGO, "op": "c"})
    assert (node(found.tree, "after").kind, node(found.tree, "after").text) == ("string", written)


def test_that_a_long_text_in_a_document_of_mongodb_is_whole_where_all_is_wanted() -> None:
    document = {"title": "a", "text": "b" * (2 * BOUNDS.text)}
    said = {"before": None, "after": json.dumps(document), "source": MONGO, "op": "c"}
    found = decode(Payload(json.dumps(said).encode(), "value", "shop.orders", ()), NONE, WHOLE)
    assert to_json(node(found.tree, "after")) == document


def test_that_an_event_with_the_deepest_document_of_mongodb_keeps_to_the_bound_on_depth() -> None:
    for depth in range(BOUNDS.depth - 5, BOUNDS.depth + 2):
        nested = '{"a":' * depth + "1" + "}" * depth
        told = {"updatedFields": nested}
        found = read({"before": None, "after": nested, "source": MONGO, "op": "u", "updateDescription": told})
        assert levels(found.tree) <= BOUNDS.depth + 1  # the scalar in the deepest container has one of its own


def test_that_a_fraction_in_a_document_of_mongodb_is_no_rounded_decimal_and_a_scale_is_a_field_of_its_own() -> None:
    written = '{"price": 1.5, "ruler": {"scale": 2, "value": "BNI="}}'
    types = {"before": "string", "after": "string", "op": "string"}
    source = {"type": "struct", "field": "source", "fields": [{"type": "string", "field": name} for name in MONGO]}
    fields = [*({"type": kind, "field": name, "optional": True} for name, kind in types.items()), source]
    event = {"before": None, "after": written, "source": MONGO, "op": "c"}
    for said in (event, {"schema": {"type": "struct", "fields": fields}, "payload": event}):
        found = read(said)
        assert found.chain[-1].name == "Debezium"
        assert node(found.tree, "after", "price").note == ""
        assert to_json(node(found.tree, "after", "ruler")) == {"scale": 2, "value": "BNI="}


@pytest.mark.parametrize("text", ["{torn", "[1]", "", "plain", '{"a": 1} {"b": 2}', "{" * 5_000])
def test_that_what_is_no_document_of_mongodb_stays_text(text: str) -> None:
    found = read({"before": None, "after": text, "source": MONGO, "op": "c"})
    assert (node(found.tree, "after").kind, node(found.tree, "after").text) == ("string", text)
    assert (
        read({"before": None, "after": DOCUMENT, "source": {"connector": "mysql"}, "op": "c"}).tree.children[1].text
        == DOCUMENT
    )


def test_that_a_change_in_a_cloud_event_is_one_of_its_data() -> None:
    found = decode(payload(case(PAYLOADS / "debezium-cloudevents" / "ce-stock-SKU-13-u.json"), "value"), NONE)
    assert [layer.name for layer in found.chain] == ["CloudEvents structured", "JSON", "Debezium"]
    assert found.chain[-1].detail.startswith("update of shop.public.stock")


@pytest.mark.parametrize(
    "said",
    [
        {"op": "u"},
        {"op": "buy", "source": "web"},
        {"before": 1, "after": 2, "op": 5, "source": {}},
        {"status": "END", "id": "1"},
        {"op": ["c"], "source": None, "after": {}},
        ["__op"],
    ],
)
def test_that_what_only_has_such_fields_stays_as_it_is(said: Any) -> None:
    found = read(said)
    assert to_json(found.tree) == said
    assert [layer.name for layer in found.chain] == ["JSON"]
