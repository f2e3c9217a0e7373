"""The demo's registry: asked over HTTP, and beside a real registry with the same questions."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from meshdesk.demo.registry import CONTENT_TYPE, Reference, Schema, SchemaRegistry
from tests.kafka import Apicurio

MONEY = '{"type":"record","name":"Money","namespace":"shop","fields":[{"name":"amount","type":"long"}]}'
ORDER = '{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"total","type":"shop.Money"}]}'
TEXT = '{"$schema":"http://json-schema.org/draft-07/schema#","type":"object"}'


@pytest.fixture
def registry() -> Iterator[SchemaRegistry]:
    with SchemaRegistry() as running:
        yield running


@pytest.fixture
def client(registry: SchemaRegistry) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=registry.url, trust_env=False) as one:
        yield one


def register(client: httpx.Client, subject: str, body: dict[str, object]) -> httpx.Response:
    return client.post(f"/subjects/{subject}/versions", json=body)


def test_that_the_same_text_has_one_id_in_every_subject_and_another_text_another_one(client: httpx.Client) -> None:
    assert register(client, "a-value", {"schema": '"string"'}).json() == {"id": 1}
    assert register(client, "b-value", {"schema": '"string"'}).json() == {"id": 1}
    assert register(client, "a-value", {"schema": '"long"'}).json() == {"id": 2}
    assert register(client, "a-value", {"schema": '"string"'}).json() == {"id": 1}
    assert client.get("/subjects").json() == ["a-value", "b-value"]
    assert client.get("/subjects/a-value/versions").json() == [1, 2]
    assert client.get("/schemas/ids/1/subjects").json() == ["a-value", "b-value"]
    assert client.get("/schemas/ids/1/versions").json() == [
        {"subject": "a-value", "version": 1},
        {"subject": "b-value", "version": 1},
    ]


def test_that_a_schema_is_answered_with_its_type_and_references_where_confluent_names_them(
    client: httpx.Client,
) -> None:
    register(client, "money", {"schema": MONEY})
    reference = {"name": "shop.Money", "subject": "money", "version": 1}
    register(client, "order", {"schema": ORDER, "schemaType": "AVRO", "references": [reference]})
    register(client, "note", {"schema": TEXT, "schemaType": "JSON"})
    assert client.get("/schemas/ids/1").json() == {"schema": MONEY}
    assert client.get("/schemas/ids/2").json() == {"schema": ORDER, "references": [reference]}
    assert client.get("/schemas/ids/3").json() == {"schema": TEXT, "schemaType": "JSON"}
    assert client.get("/schemas/ids/3/schema").text == TEXT
    assert client.get("/subjects/note/versions/latest").json() == {
        "subject": "note",
        "version": 1,
        "id": 3,
        "schemaType": "JSON",
        "schema": TEXT,
    }
    assert client.get("/subjects/note/versions/-1/schema").text == TEXT
    assert client.get("/subjects/money/versions/1/referencedby").json() == [2]


def test_that_a_schema_is_looked_up_by_its_text_within_a_subject(client: httpx.Client) -> None:
    register(client, "a", {"schema": '"string"'})
    found = client.post("/subjects/a", json={"schema": '"string"'})
    assert found.json() == {"subject": "a", "version": 1, "id": 1, "schema": '"string"'}
    missing = client.post("/subjects/a", json={"schema": '"long"'})
    assert (missing.status_code, missing.json()) == (404, {"error_code": 40403, "message": "Schema not found"})


@pytest.mark.parametrize(
    ("path", "status", "code", "message"),
    [
        ("/subjects/nobody/versions", 404, 40401, "Subject 'nobody' not found."),
        ("/subjects/nobody/versions/latest", 404, 40401, "Subject 'nobody' not found."),
        ("/subjects/a/versions/7", 404, 40402, "Version 7 not found."),
        ("/subjects/a/versions/0", 422, 42202, None),
        ("/subjects/a/versions/first", 422, 42202, None),
        ("/schemas/ids/7", 404, 40403, "Schema 7 not found"),
        ("/schemas/ids/7/schema", 404, 40403, "Schema 7 not found"),
        ("/schemas/ids/7/versions", 404, 40403, "Schema 7 not found"),
        ("/config/a", 404, 40408, None),
        ("/nowhere", 404, 404, "HTTP 404 Not Found"),
    ],
)
def test_that_what_is_not_there_has_confluents_error_code(
    client: httpx.Client, path: str, status: int, code: int, message: str | None
) -> None:
    register(client, "a", {"schema": '"string"'})
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == CONTENT_TYPE
    assert answer.json()["error_code"] == code
    assert set(answer.json()) == {"error_code", "message"}
    if message is not None:
        assert answer.json()["message"] == message


@pytest.mark.parametrize(
    "body",
    [
        {"schema": "{not json"},
        {"schema": '{"type":"nothing"}'},
        {"schema": ORDER},  # it names shop.Money without a reference
        {"schema": ORDER, "references": [{"name": "shop.Money", "subject": "nobody", "version": 1}]},
        {"schema": "{", "schemaType": "JSON"},
        {"schema": '"string"', "schemaType": "XML"},
        {"schema": '"string"', "references": [{"name": "x"}]},
        {"schema": ""},
        {},
    ],
)
def test_that_an_invalid_schema_is_refused_and_leaves_no_subject(client: httpx.Client, body: dict[str, object]) -> None:
    answer = register(client, "a", body)
    assert (answer.status_code, answer.json()["error_code"]) == (422, 42201)
    assert client.get("/subjects").json() == []


def test_that_names_with_slashes_and_umlauts_and_query_strings_are_understood(client: httpx.Client) -> None:
    assert register(client, "a%2Fb%C3%BC", {"schema": '"string"'}).json() == {"id": 1}
    assert client.get("/subjects").json() == ["a/bü"]
    assert client.get("/subjects/a%2Fb%C3%BC/versions/1?deleted=true").json()["id"] == 1
    assert client.get("/schemas/ids/1?subject=&fetchMaxId=false").json() == {"schema": '"string"'}


def test_that_the_whole_is_described(client: httpx.Client) -> None:
    assert client.get("/").json() == {}
    assert client.get("/schemas/types").json() == ["JSON", "PROTOBUF", "AVRO"]
    assert client.get("/config").json() == {"compatibilityLevel": "BACKWARD"}
    assert client.get("/mode").json() == {"mode": "READWRITE"}
    assert client.post("/config").status_code == 405


def test_that_a_body_that_is_no_json_or_has_no_length_is_refused_and_the_server_goes_on(
    registry: SchemaRegistry,
) -> None:
    url = f"{registry.url}/subjects/a/versions"
    assert httpx.post(url, content=b"{", trust_env=False).status_code == 400
    assert httpx.post(url, content=iter([b"{}"]), trust_env=False).status_code == 413
    assert httpx.get(f"{registry.url}/subjects", trust_env=False).json() == []


def test_that_ids_stay_one_to_one_when_many_register_at_once(registry: SchemaRegistry) -> None:
    texts = [f'{{"type":"fixed","name":"F","size":{size}}}' for size in range(1, 21)] * 5
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda text: registry.store.register("s", Schema(text)).id, texts))
    assert len(set(zip(texts, ids, strict=True))) == 20
    assert sorted(set(ids)) == list(range(1, 21))
    assert len(registry.store.versions("s")) == 20


def test_that_nothing_listens_after_close() -> None:
    registry = SchemaRegistry()
    registry.close()
    with pytest.raises(httpx.ConnectError):
        httpx.get(registry.url, trust_env=False)


def test_that_a_real_registry_gives_the_same_answers(client: httpx.Client, apicurio: Apicurio, topic: str) -> None:
    """Apicurio's Confluent API, version 7; ids differ, so they are read from the answers."""
    reference = {"name": "shop.Money", "subject": f"{topic}-money", "version": 1}
    bodies: list[tuple[str, dict[str, object]]] = [
        (f"{topic}-money", {"schema": MONEY}),
        (f"{topic}-order", {"schema": ORDER, "references": [reference]}),
        (f"{topic}-note", {"schema": TEXT, "schemaType": "JSON"}),
        (f"{topic}-note", {"schema": TEXT.replace("07", "04"), "schemaType": "JSON"}),
    ]
    with httpx.Client(base_url=apicurio.confluent_url, trust_env=False) as real:
        ours = [register(client, subject, body).json()["id"] for subject, body in bodies]
        theirs = [register(real, subject, body).json()["id"] for subject, body in bodies]
        for our_id, their_id in zip(ours, theirs, strict=True):
            assert client.get(f"/schemas/ids/{our_id}").json() == comparable(real.get(f"/schemas/ids/{their_id}"))
            path = f"/schemas/ids/{our_id}/versions"
            others = real.get(
                f"/schemas/ids/{their_id}/versions"
            ).json()  # other tests may have registered the same text
            assert client.get(path).json() == [one for one in others if one["subject"].startswith(topic)]
        for subject in (f"{topic}-money", f"{topic}-note", f"{topic}-nobody"):
            for path in (f"/subjects/{subject}/versions", f"/subjects/{subject}/versions/9"):
                same_refusal_or_answer(client.get(path), real.get(path))
        same_refusal_or_answer(client.get("/schemas/ids/999999"), real.get("/schemas/ids/999999"))


def comparable(answer: httpx.Response) -> dict[str, object]:
    """Apicurio names the type also for Avro, and empty references."""
    named: dict[str, object] = {**answer.json()}
    assert named.get("schema") is not None, json.dumps(named)
    return {
        key: value for key, value in named.items() if value and (key, value) != ("schemaType", "AVRO") and key in FIELDS
    }


FIELDS = ("schema", "schemaType", "references")


def same_refusal_or_answer(ours: httpx.Response, theirs: httpx.Response) -> None:
    assert ours.status_code == theirs.status_code
    if ours.is_error:
        assert ours.json()["error_code"] == theirs.json()["error_code"]
    else:
        assert ours.json() == theirs.json()


def test_that_a_reference_is_a_value_that_python_code_registers_with_too(registry: SchemaRegistry) -> None:
    registry.store.register("money", Schema(MONEY))
    order = Schema(ORDER, references=(Reference("shop.Money", "money", 1),))
    assert registry.store.register("order", order).id == 2
    assert registry.store.lookup("order", order).version == 1
