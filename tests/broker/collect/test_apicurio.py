"""Schemas by Apicurio's own ids, from a real registry: both ids, references in levels, and what it does not know."""

import json
from typing import Any

import httpx
import pytest

from meshdesk.collect.apicurio import all_names
from meshdesk.collect.registry import Schemas
from meshdesk.model.fact import Checked, Fact
from meshdesk.model.schema import NameKind, SchemaName
from meshdesk.model.trouble import Trouble
from tests.kafka import Apicurio

CURRENCY = 'syntax = "proto3"; package shop; enum Currency { NONE = 0; EUR = 1; }'
MONEY = 'syntax = "proto3"; package shop; import "currency.proto"; message Money { Currency currency = 1; }'
ORDER = 'syntax = "proto3"; package shop; import "money.proto"; message Order { Money total = 1; }'


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def register(apicurio: Apicurio, artifact: str, kind: str, text: str, *references: tuple[str, str]) -> dict[str, Any]:
    """Stored under its own API; its ids."""
    content = {
        "content": text,
        "contentType": "application/json" if kind == "AVRO" else "application/x-protobuf",
        "references": [
            {"groupId": "own", "artifactId": other, "version": "1", "name": name} for other, name in references
        ],
    }
    body = {"artifactId": artifact, "artifactType": kind, "firstVersion": {"version": "1", "content": content}}
    url = f"{apicurio.url}/apis/registry/v3/groups/own/artifacts?ifExists=FIND_OR_CREATE_VERSION"
    answer = httpx.post(url, json=body, trust_env=False, timeout=30)
    found: dict[str, Any] = answer.raise_for_status().json()["version"]
    return found


def fetched(apicurio: Apicurio, *names: SchemaName) -> tuple[dict[str, Any], list[str]]:
    """What was stored of each, and what was said."""
    stored: list[Fact | Checked] = []
    troubles: list[Trouble] = []
    schemas = Schemas(apicurio.confluent_url, "", "", stored.append, troubles.append, lambda: 42)
    try:
        schemas.note(set(names))
        assert schemas.settle(30) == []
    finally:
        schemas.stop()
    facts = {fact.about: fact.value for fact in stored if isinstance(fact, Fact)}
    return facts, [trouble.sentence for trouble in troubles]


def test_that_a_schema_is_had_by_either_id_with_all_that_it_refers_to(apicurio: Apicurio) -> None:
    register(apicurio, "currency", "PROTOBUF", CURRENCY)
    register(apicurio, "money", "PROTOBUF", MONEY, ("currency", "currency.proto"))
    ids = register(apicurio, "order", "PROTOBUF", ORDER, ("money", "money.proto"))
    names: list[SchemaName] = []
    kinds: tuple[tuple[NameKind, str], ...] = (("content", "contentId"), ("global", "globalId"))
    for kind, word in kinds:
        names.append(SchemaName(kind, str(ids[word])))
    facts, said = fetched(apicurio, *names)
    assert said == []
    for name in names:
        value = facts[name.about]
        assert (value["type"], value["subject"], value["version"], value["id"]) == (
            "PROTOBUF",
            "order",
            1,
            int(name.id),
        )
        assert value["text"] == ORDER
        assert [(r["name"], r["text"]) for r in value["references"]] == [
            ("currency.proto", CURRENCY),
            ("money.proto", MONEY),
        ]


def test_that_avro_is_had_as_well_and_what_is_not_known_is_said_to_be_so(apicurio: Apicurio) -> None:
    text = json.dumps({"type": "record", "name": "Order", "fields": [{"name": "id", "type": "string"}]})
    ids = register(apicurio, "avro-order", "AVRO", text)
    facts, _ = fetched(apicurio, SchemaName("global", str(ids["globalId"])), SchemaName("content", "999999"))
    value = facts[f"global {ids['globalId']}"]
    assert (value["type"], json.loads(value["text"])) == ("AVRO", json.loads(text))
    assert facts["content 999999"] == {"unknown": True}


def test_that_an_id_of_four_bytes_is_asked_for_as_all_that_it_can_mean(apicurio: Apicurio) -> None:
    assert all_names({SchemaName("id", "7"), SchemaName("guid", "x")}) == {
        SchemaName("id", "7"), SchemaName("content", "7"), SchemaName("global", "7"), SchemaName("guid", "x"),
    }  # fmt: skip
    facts, _ = fetched(apicurio, SchemaName("id", "888888"))
    assert set(facts) == {"888888", "content 888888", "global 888888"}
