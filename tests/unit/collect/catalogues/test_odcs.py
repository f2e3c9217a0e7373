"""Contracts as people write them: 3.1 in full, 3.0, 2.2, the dialects, and what is a topic of them."""

import json
from typing import Any

import pytest

from meshdesk.collect.catalogues import odcs
from meshdesk.collect.catalogues.reading import read

FULL = """\
apiVersion: v3.1.0
kind: DataContract
id: c-1
name: Orders placed
version: 1.10
status: active
domain: sales
dataProduct: orders
description:
  purpose: What was ordered.
  usage: By order.
  limitations: Two days.
tags: [events, core]
servers:
  - server: prod
    type: kafka
    host: kafka.example:9092
    format: avro
schema:
  - name: OrderPlaced
    physicalName: sales.orders.placed.v1
    physicalType: topic
    properties:
      - name: order_id
        logicalType: string
        required: true
        primaryKey: true
        description: The key.
      - name: customer
        logicalType: object
        properties:
          - name: email
            logicalType: string
            classification: personal
      - name: lines
        logicalType: array
        items:
          logicalType: object
          properties:
            - name: sku
              logicalType: string
slaProperties:
  - property: retention
    value: 3e+1
    unit: d
  - property: latency
    value: < 5 minutes
roles:
  - role: reader
    access: read
support:
  - channel: "#orders"
    url: https://chat.example/orders
team:
  name: Order desk
  members:
    - username: ada@example
      role: owner
"""


def contract(text: str, name: str = "orders.yaml") -> tuple[dict[str, Any], list[str]]:
    """The value of the one contract, and the notices with their lines."""
    said = read(text.encode(), name)
    assert said is not None
    (claim,) = said.claims
    assert claim.kind == "contract"
    json.dumps(claim.value, allow_nan=False)
    return claim.value, [f"{notice['line']}: {notice['text']}" for notice in said.notices]


def test_that_a_whole_contract_is_read_with_the_line_of_each_value() -> None:
    value, notices = contract(FULL)
    assert notices == []
    assert {name: value[name] for name in ("name", "version", "status", "domain", "product", "tags")} == {
        "name": "Orders placed",
        "version": "1.10",
        "status": "active",
        "domain": "sales",
        "product": "orders",
        "tags": ["events", "core"],
    }
    assert value["description"] == {"purpose": "What was ordered.", "usage": "By order.", "limitations": "Two days."}
    assert value["team"] == {"name": "Order desk", "members": [{"name": "ada@example", "role": "owner"}]}
    assert value["servers"] == [{"name": "prod", "type": "kafka", "host": "kafka.example:9092", "line": 15}]
    assert value["sla"] == [
        {"property": "retention", "value": 30.0, "unit": "d", "line": 43},
        {"property": "latency", "value": "< 5 minutes", "line": 46},
    ]
    assert value["roles"] == [{"name": "reader", "access": "read", "line": 49}]
    assert value["support"] == [{"channel": "#orders", "url": "https://chat.example/orders"}]
    (topic,) = value["topics"]
    assert (topic["name"], topic["line"], "pattern" in topic) == ("sales.orders.placed.v1", 21, False)
    assert topic["fields"] == [
        {"name": "order_id", "type": "string", "description": "The key.", "line": 24, "required": True, "key": True},
        {"name": "customer", "type": "object", "line": 29},
        {"name": "customer.email", "type": "string", "classification": "personal", "line": 32},
        {"name": "lines", "type": "array", "line": 35},
        {"name": "lines.sku", "type": "string", "line": 40},
    ]
    lines = value["lines"]
    assert (lines["id"], lines["domain"], lines["product"], lines["schema"], lines["team"]) == (3, 7, 8, 19, 54)


def test_that_the_fact_stands_on_the_line_of_the_id() -> None:
    said = read(FULL.encode(), "orders.yaml")
    assert said is not None
    assert (said.format, said.claims[0].about, said.claims[0].line) == ("ODCS 3.1.0", "c-1", 3)


OLD = """\
version: 1.0.0
kind: DataContract
apiVersion: v2.2.2
uuid: 53581432
type: Topics
status: production
sourceSystem: Kafka
quantumName: orders
datasetDomain: sales
datasetName: Placed orders
username: geheim
password: geheim
dataset:
  - table: orders
    physicalName: orders.v1
    columns:
      - column: id
        logicalType: string
        physicalType: varchar
        isPrimaryKey: true
        isNullable: false
stakeholders:
  - {username: ceastwood, role: Data Scientist}
slaProperties:
  - {property: latency, value: 4, unit: d}
"""


def test_that_the_second_version_is_read_in_its_own_words() -> None:
    value, notices = contract(OLD)
    assert notices == []
    assert (value["name"], value["domain"], value["product"]) == ("Placed orders", "sales", "orders")
    assert value["topics"] == [
        {
            "name": "orders.v1",
            "line": 15,
            "fields": [{"name": "id", "type": "string", "line": 17, "required": True, "key": True}],
        }
    ]
    assert value["team"] == {"members": [{"name": "ceastwood", "role": "Data Scientist"}]}
    assert "geheim" not in json.dumps(value)


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("servers: [{server: a, type: kafka, host: h}]\nschema: [{name: orders.v1}]", ["orders.v1"]),
        ("servers: [{server: a, type: Kafka}]\nschema: [{name: Orders, physicalName: orders.v1}]", ["orders.v1"]),
        ("servers: {prod: {type: kafka}}\nschema: [{name: a}, {name: b, physicalType: topic}]", ["a", "b"]),
        ("servers: [{server: a, type: kafka}, {server: b, type: bigquery}]\nschema: [{name: a, physicalType: table}]", []),
        ("servers: [{server: b, type: bigquery}]\nschema: [{name: orders}]", []),
        ("schema: [{name: orders.v1, physicalType: Topic}, {name: x, physicalType: view}]", ["orders.v1"]),
        ("schema: [{name: orders}]", []),
        ("servers: [{server: a, type: kafka, topic: orders.v1}]\nschema: [{name: Orders}]", ["orders.v1"]),
        ("servers: [{server: a, type: kafka, topic: orders.v1}]", ["orders.v1"]),
        ("infrastructure: {topic: orders.v1}\nschema: [{name: Orders}]", ["orders.v1"]),
        ("spec: {topic: orders.v1}", ["orders.v1"]),
    ],
)  # fmt: skip
def test_which_objects_of_a_schema_are_topics(text: str, topics: list[str]) -> None:
    value, _ = contract(f"apiVersion: v3.0.2\nkind: DataContract\nid: c\nversion: 1\nstatus: active\n{text}\n")
    assert [topic["name"] for topic in value.get("topics", [])] == topics


@pytest.mark.parametrize("name", ["{{ env }}.orders", "${var.environment}-orders", "__HOST__-orders", "'{env}.orders'"])
def test_that_a_topic_with_a_placeholder_is_a_pattern(name: str) -> None:
    text = f"apiVersion: v3.0.2\nkind: DataContract\nid: c\nversion: 1\nstatus: a\nschema:\n- physicalName: {name}\n  physicalType: topic\n"
    value, notices = contract(text)
    assert notices == []
    assert value["topics"] == [{"name": name.strip("'"), "pattern": True, "line": 7}]


def test_that_a_name_that_no_topic_can_have_is_said_and_kept() -> None:
    text = "apiVersion: v3.0.2\nkind: DataContract\nid: c\nversion: 1\nstatus: a\nschema:\n- name: Placed orders\n  physicalType: topic\n"
    value, notices = contract(text)
    assert [topic["name"] for topic in value["topics"]] == ["Placed orders"]
    assert notices == [
        "7: “Placed orders” can be no topic's name: Kafka takes letters, digits, dots, - and _. Name it in physicalName."
    ]


@pytest.mark.parametrize(
    "words", ["info: {domain: sales}", "metadata: {domain: sales}", "dataProduct: {domain: sales, id: p}"]
)
def test_that_a_dialect_names_its_domain_elsewhere(words: str) -> None:
    value, _ = contract(f"apiVersion: v2.2.0\nkind: DataContract\nid: c\n{words}\n")
    assert value["domain"] == "sales"
    assert value.get("product", "p") == "p"


def test_that_a_contract_without_kind_is_known_by_its_words() -> None:
    value, notices = contract(
        "apiVersion: 2.3.0\ndatasetName: orders\nservers: {prod: {type: kafka, url: 'me:geheim@h:1'}}\n"
    )
    assert value["servers"] == [{"name": "prod", "type": "kafka", "host": "h:1", "line": 3}]
    assert notices == [
        "1: The contract has no id; the file's name, “orders”, stands for it.",
        "1: ODCS 2.3.0 is not known here, 3.1.0 is the newest; what is alike was read.",
    ]


def test_that_of_a_newer_standard_what_is_alike_is_read_and_what_is_new_is_no_mistake() -> None:
    text = (
        "apiVersion: v3.9.0\nkind: DataContract\nid: c\nnew: 1\nschema:\n- name: t\n  physicalType: topic\n  new: 1\n"
    )
    value, notices = contract(text)
    assert [topic["name"] for topic in value["topics"]] == ["t"]
    assert "1: ODCS 3.9.0 is not known here, 3.1.0 is the newest; what is alike was read." in notices
    assert not any("new" in notice and "no key" in notice for notice in notices)


def test_that_a_topic_is_linked_to_a_schema_file_and_to_nothing_else() -> None:
    text = FULL.replace(
        "    physicalType: topic\n",
        "    physicalType: topic\n    authoritativeDefinitions:\n    - {type: businessDefinition, url: 'https://wiki/orders'}\n"
        "    - type: implementation\n      url: 'https://me:geheim@git/a/o.avsc?token=geheim#L1'\n",
    )
    said = read(text.encode(), "sales/orders.yaml")
    assert said is not None
    assert "geheim" not in repr(said)
    _, link = said.claims
    assert (link.kind, link.about) == ("schema", "file sales/orders.yaml sales.orders.placed.v1")
    assert link.value == {"topic": "sales.orders.placed.v1", "at": "https://git/a/o.avsc"}
    assert text.splitlines()[link.line - 1].strip().startswith("url: 'https://me")
    whole = FULL + "authoritativeDefinitions: [{type: implementation, url: ../o.proto}]\n"
    assert [claim.value.get("at") for claim in read(whole.encode(), "o.yaml").claims] == [None, "../o.proto"]  # type: ignore[union-attr]
    assert len(read(FULL.encode(), "o.yaml").claims) == 1  # type: ignore[union-attr]  # fields are no schema of the bytes


def test_that_words_of_the_second_version_are_read_in_the_third_and_said() -> None:
    text = (
        "apiVersion: v3.0.0\nkind: DataContract\nid: c\nversion: 1\nstatus: a\nowner: me\nschema:\n- table: orders.v1\n"
        "  physicalType: topic\n  columns:\n  - column: id\n    isPrimaryKey: true\n    isNullable: false\n"
    )
    value, notices = contract(text)
    assert value["topics"][0]["name"] == "orders.v1"
    assert value["topics"][0]["fields"] == [{"name": "id", "line": 11, "required": True, "key": True}]
    assert notices == [
        "6: “owner” is no key of ODCS 3.0.0; it was passed over.",
        "8: “table” is called “name” in an object of a schema; it was read as that.",
        "10: “columns” is called “properties” in an object of a schema; it was read as that.",
        "11: “column” is called “name” in a field of a schema; it was read as that.",
        "12: “isPrimaryKey” is called “primaryKey” in a field of a schema; it was read as that.",
        "13: “isNullable” is called “required” in a field of a schema; it was read as that.",
    ]


def test_that_what_the_standard_demands_and_is_not_there_is_said() -> None:
    _, notices = contract("kind: DataContract\nid: c\nteam: ~\nschema: ~\nservers: ~\n")
    assert notices == [
        "1: The document names no version of ODCS (apiVersion); it was read as 3.1.0.",
        "1: The document has no “version”, which ODCS demands.",
        "1: The document has no “status”, which ODCS demands.",
    ]


def test_that_fields_in_fields_without_end_are_bounded() -> None:
    text = "apiVersion: v3.1.0\nkind: DataContract\nid: c\nversion: 1\nstatus: a\nx1: &f1 [{name: a, logicalType: string}]\n"
    for depth in range(2, 15):
        inner = ", ".join(f"{{name: {name}, properties: *f{depth - 1}}}" for name in "abc")
        text += f"x{depth}: &f{depth} [{inner}]\n"
    value, notices = contract(f"{text}schema:\n- name: t\n  physicalType: topic\n  properties: *f14\n")
    assert len(value["topics"][0]["fields"]) == odcs.FIELDS_MOST
    assert any(f"more than {odcs.FIELDS_MOST:,} fields" in notice for notice in notices)


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: data.example/v1\nkind: DataContract\nspec: {}\n",
        "apiVersion: v1\nkind: ConfigMap\ndata: {note: DataContract}\n",
        "asyncapi: 3.0.0\ninfo: {title: DataContract}\n",
    ],
)
def test_that_others_are_not_taken_for_contracts(text: str) -> None:
    assert read(text.encode(), "some.yaml") is None


def test_that_secrets_of_servers_and_custom_properties_are_kept_nowhere() -> None:
    text = (
        FULL.replace(
            "    format: avro\n",
            "    format: avro\n    password: geheim\n    customProperties: [{property: api.key, value: geheim}]\n    config: {a: geheim}\n",
        )
        + "customProperties:\n  - {property: token, value: geheim}\nodd: geheim\n"
    )
    said = read(text.encode(), "orders.yaml")
    assert "geheim" not in repr(said)
