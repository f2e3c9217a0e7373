"""Schemas by Apicurio's own ids, from a real registry: both ids, both versions of its API, references in levels, and what it
does not know."""

import json
import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from meshdesk.collect.apicurio import all_names
from meshdesk.collect.registry import Schemas
from meshdesk.demo.node import HOST
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


@pytest.fixture(params=["3.x", "2.x"])
def registry(apicurio: Apicurio, request: pytest.FixtureRequest) -> Iterator[Apicurio]:
    """The real one, as it is and without the version of the API that came with 3.0."""
    if request.param == "3.x":
        yield apicurio
        return
    with ThreadingHTTPServer((HOST, 0), Older) as server:
        server.daemon_threads = True
        Older.behind = apicurio.url
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        url = f"http://{HOST}:{server.server_address[1]}"
        yield Apicurio(url, f"{url}/apis/ccompat/v7")
        server.shutdown()
        thread.join()


class Older(BaseHTTPRequestHandler):
    """Passes questions on, but those of the newer API, which it answers as what has no such path."""

    behind = ""

    def do_GET(self) -> None:
        if self.path.startswith("/apis/registry/v3"):
            status, body = HTTPStatus.NOT_FOUND.value, b'{"error_code":404,"name":"NotFoundException"}'
        else:
            said = httpx.get(self.behind + self.path, trust_env=False, timeout=10)
            status, body = said.status_code, said.content
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads along."""


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


def test_that_a_schema_is_had_by_either_id_with_all_that_it_refers_to(apicurio: Apicurio, registry: Apicurio) -> None:
    register(apicurio, "currency", "PROTOBUF", CURRENCY)
    register(apicurio, "money", "PROTOBUF", MONEY, ("currency", "currency.proto"))
    ids = register(apicurio, "order", "PROTOBUF", ORDER, ("money", "money.proto"))
    names: list[SchemaName] = []
    kinds: tuple[tuple[NameKind, str], ...] = (("content", "contentId"), ("global", "globalId"))
    for kind, word in kinds:
        names.append(SchemaName(kind, str(ids[word])))
    facts, said = fetched(registry, *names)
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


def test_that_avro_is_had_as_well_and_what_is_not_known_is_said_to_be_so(
    apicurio: Apicurio, registry: Apicurio
) -> None:
    text = json.dumps({"type": "record", "name": "Order", "fields": [{"name": "id", "type": "string"}]})
    ids = register(apicurio, "avro-order", "AVRO", text)
    facts, _ = fetched(registry, SchemaName("global", str(ids["globalId"])), SchemaName("content", "999999"))
    value = facts[f"global {ids['globalId']}"]
    assert (value["type"], json.loads(value["text"])) == ("AVRO", json.loads(text))
    assert facts["content 999999"] == {"unknown": True}


def test_that_an_id_of_four_bytes_is_asked_for_as_all_that_it_can_mean(apicurio: Apicurio) -> None:
    assert all_names({SchemaName("id", "7"), SchemaName("guid", "x")}) == {
        SchemaName("id", "7"), SchemaName("content", "7"), SchemaName("global", "7"), SchemaName("guid", "x"),
    }  # fmt: skip
    facts, _ = fetched(apicurio, SchemaName("id", "888888"))
    assert set(facts) == {"888888", "content 888888", "global 888888"}
