"""Schemas by their ids: from the demo's registry, from Apicurio, and from addresses that answer in every other way."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest

from meshdesk.collect import registry as module
from meshdesk.collect import registry_client
from meshdesk.collect.registry import Schemas
from meshdesk.demo.registry import Reference, Schema, SchemaRegistry
from meshdesk.model.address import shown
from meshdesk.model.fact import Checked, Fact
from meshdesk.model.mesh import Mesh, fold
from meshdesk.model.schema import SchemaName, SchemaState
from meshdesk.model.trouble import Trouble
from tests.broker.collect.listening import closed_port, scripted_port, tls_port
from tests.kafka import Apicurio
from tests.programs.running import wait_until

STORED = "Records are stored all the same and decode as soon as it answers; "
CHECK = f"{STORED}check its address and whether it runs."


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits that a test can wait for, and no proxy between loopback and loopback."""
    monkeypatch.setattr(module, "AGAIN", (0.05, 0.1))
    monkeypatch.setattr(module, "UNKNOWN_AGAIN", 0.3)
    monkeypatch.setattr(module, "TIMEOUT", 2.0)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def registry() -> Iterator[SchemaRegistry]:
    with SchemaRegistry() as running:
        yield running


class Fetching:
    """A fetcher, and what it said and stored."""

    def __init__(self, url: str, user: str = "", ca: str = "") -> None:
        self.stored: list[Fact | Checked] = []
        self.troubles: list[Trouble] = []
        self.schemas = Schemas(url, user, ca, self.stored.append, self.troubles.append, lambda: 42)

    def facts(self, number: int) -> list[Any]:
        """What was stored of an id, one after the other."""
        return [fact.value for fact in self.stored if isinstance(fact, Fact) and fact.about == str(number)]

    @property
    def checked(self) -> list[str]:
        return [fact.failed for fact in self.stored if isinstance(fact, Checked)]

    @property
    def sentences(self) -> list[str]:
        return [trouble.sentence for trouble in self.troubles]

    def note(self, *numbers: int) -> None:
        self.schemas.note({SchemaName("id", str(number)) for number in numbers})

    def settle(self, seconds: float) -> list[int]:
        return [int(name.id) for name in self.schemas.settle(seconds) if name.kind == "id"]

    def fetch(self, *numbers: int) -> Any:
        """Waits until all are there; what is stored of the first."""
        self.note(*numbers)
        assert self.settle(20) == []
        return self.facts(numbers[0])[-1]

    def refusal(self, number: int = 1) -> str:
        """Waits until it is said why an id cannot be fetched."""
        self.note(number)
        wait_until(lambda: self.troubles, "the trouble")
        return self.sentences[0]


Fetch = Callable[..., Fetching]


@pytest.fixture
def fetching() -> Iterator[Fetch]:
    started: list[Fetching] = []

    def one(url: str, user: str = "") -> Fetching:
        started.append(Fetching(url, user))
        return started[-1]

    yield one
    for each in started:
        each.schemas.stop()
        assert not each.schemas._thread.is_alive()


def said(status: str, body: bytes, *headers: str) -> bytes:
    """An answer over HTTP."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def json_said(answer: object, status: str = "200 OK") -> bytes:
    return said(status, json.dumps(answer).encode())


# What is known


def test_that_a_schema_is_stored_with_its_subject_and_asked_for_once(registry: SchemaRegistry, fetching: Fetch) -> None:
    registry.store.register("orders-value", Schema('"string"'))
    registry.store.register("a/b c-value", Schema('{"type":"object"}', "JSON"))
    one = fetching(registry.url + "/")
    wanted = {"type": "AVRO", "text": '"string"', "subject": "orders-value", "version": 1, "references": []}
    assert one.fetch(1, 2) == wanted
    assert one.facts(2) == [
        {"type": "JSON", "text": '{"type":"object"}', "subject": "a/b c-value", "version": 1, "references": []}
    ]
    assert one.fetch(2, 1) is one.facts(2)[0]
    assert one.stored[0] == Fact("schema", "1", wanted, 42, registry.url)
    assert (one.troubles, one.checked) == ([], [])


def test_that_an_id_under_several_subjects_is_one_schema_with_the_first_of_them(
    registry: SchemaRegistry, fetching: Fetch
) -> None:
    for subject in ("b-value", "a-value"):
        registry.store.register(subject, Schema('"long"'))
    one = fetching(registry.url)
    assert one.fetch(1)["subject"] == "b-value"
    assert len(one.stored) == 1


def test_that_references_come_with_it_those_first_that_others_need(registry: SchemaRegistry, fetching: Fetch) -> None:
    def record(name: str, of: str) -> str:
        return json.dumps({"type": "record", "name": name, "fields": [{"name": "f", "type": of}]})

    registry.store.register("c", Schema(record("C", "long")))
    registry.store.register("b/2", Schema(record("B", "C"), references=(Reference("C", "c", 1),)))
    both = (Reference("B", "b/2", 1), Reference("C", "c", 1))
    registry.store.register("a", Schema(record("A", "B"), references=both))
    found = fetching(registry.url).fetch(3)["references"]
    assert [(r["name"], r["subject"], r["version"], r["text"]) for r in found] == [
        ("C", "c", 1, record("C", "long")),
        ("B", "b/2", 1, record("B", "C")),
    ]


def test_that_a_real_registry_gives_the_same(apicurio: Apicurio, fetching: Fetch) -> None:
    def register(subject: str, body: dict[str, object]) -> int:
        answer = httpx.post(f"{apicurio.confluent_url}/subjects/{subject}/versions", json=body, trust_env=False)
        return int(answer.raise_for_status().json()["id"])

    money = '{"type":"record","name":"Money","namespace":"shop","fields":[{"name":"amount","type":"long"}]}'
    order = '{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"total","type":"shop.Money"}]}'
    register("fetched-money", {"schema": money})
    reference = {"name": "shop.Money", "subject": "fetched-money", "version": 1}
    number = register("fetched-order", {"schema": order, "references": [reference]})
    one = fetching(apicurio.confluent_url)
    found = one.fetch(number, 99_999)
    assert json.loads(found["text"]) == json.loads(order)
    assert (found["type"], found["subject"], found["version"]) == ("AVRO", "fetched-order", 1)
    assert [(r["name"], r["subject"], json.loads(r["text"])) for r in found["references"]] == [
        ("shop.Money", "fetched-money", json.loads(money))
    ]
    assert one.facts(99_999) == [{"unknown": True}]
    assert fetching(f"{apicurio.url}/apis/ccompat/v8").fetch(number) == found
    wrong = fetching(apicurio.url)  # without /apis/ccompat/v7, where it says 404 to everything
    assert "answers, but not as a schema registry does" in wrong.refusal(number)
    assert wrong.facts(number) == []


# References of all kinds


def references_of(answers: dict[str, Any]) -> Callable[[str], list[bytes]]:
    """A registry that knows the versions named here and has schema 1."""

    def answer(head: str) -> list[bytes]:
        path = head.split()[1]
        found = answers.get(path)
        unknown = {"error_code": 40403, "message": "Schema not found"}
        return [json_said(found) if found is not None else json_said(unknown, "404 Not Found")]

    return answer


def referring(text: str, *names: tuple[str, str, int]) -> dict[str, Any]:
    return {"schema": text, "references": [{"name": n, "subject": s, "version": v} for n, s, v in names]}


def test_that_references_in_a_circle_are_each_stored_once(fetching: Fetch) -> None:
    answers = {
        "/schemas/ids/1": referring("1", ("a", "a", 1)),
        "/subjects/a/versions/1": referring("A", ("b", "b", 1)),
        "/subjects/b/versions/1": referring("B", ("a", "a", 1), ("b", "b", 1)),
    }
    with scripted_port(references_of(answers)) as url:
        one = fetching(url)
        assert {(r["name"], r["text"]) for r in one.fetch(1)["references"]} == {("a", "A"), ("b", "B")}
        assert len(one.facts(1)[0]["references"]) == 2
        assert one.troubles == []


def test_that_one_schema_that_is_referred_to_by_two_names_has_both(fetching: Fetch) -> None:
    answers = {
        "/schemas/ids/1": referring("1", ("money.proto", "m", 1), ("shop/money.proto", "m", 1)),
        "/subjects/m/versions/1": referring("M"),
    }
    with scripted_port(references_of(answers)) as url:
        assert [r["name"] for r in fetching(url).fetch(1)["references"]] == ["money.proto", "shop/money.proto"]


def test_that_a_reference_that_is_missing_is_said_and_the_schema_is_stored(fetching: Fetch) -> None:
    answers = {
        "/schemas/ids/1": referring("1", ("a", "lost", 3), ("b", "b", 1)),
        "/subjects/b/versions/1": referring("B"),
    }
    with scripted_port(references_of(answers)) as url:
        one = fetching(url)
        assert [r["name"] for r in one.fetch(1)["references"]] == ["b"]
        assert one.sentences == [
            (
                f"Schema 1 refers to version 3 of lost, and not all of that can be had from {url}. "
                "What is written with it may not decode; register what is missing, then connect again."
            )
        ]


def test_that_references_without_end_have_one(fetching: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REFERENCES", 10)

    def answer(head: str) -> list[bytes]:
        path = head.split()[1]
        number = int(path.rpartition("/")[2]) if "versions/" in path else 0
        return [json_said(referring(path, ("n", "n", number + 1)))]

    with scripted_port(answer) as url:
        one = fetching(url)
        assert len(one.fetch(1)["references"]) == 10
        assert one.sentences[0].startswith(
            "Schema 1 refers to more than 10 others, and not all of that can be had from "
        )


# What is not known


def test_that_an_unknown_id_is_stored_as_such_and_asked_for_once_more(
    registry: SchemaRegistry, fetching: Fetch
) -> None:
    one = fetching(registry.url)
    assert one.fetch(1) == {"unknown": True}
    registry.store.register("late", Schema('"string"'))
    wait_until(lambda: len(one.facts(1)) == 2, "the second answer")
    assert one.facts(1)[1]["text"] == '"string"'
    assert (one.troubles, one.checked) == ([], [])
    mesh = Mesh()
    fold(mesh, one.stored)
    assert not isinstance(mesh.schemas["1"], SchemaState)


@pytest.mark.parametrize(
    "answer",
    [
        said("404 Not Found", b"<html>nothing here</html>"),
        said("404 Not Found", b""),
        json_said({"error_code": 404, "message": "HTTP 404 Not Found"}, "404 Not Found"),
        json_said(["no object"], "404 Not Found"),
        said("200 OK", b"<html>Please log in</html>"),
        said("200 OK", b"[" * 100_000),
        said("200 OK", b'"text"'),
        said("200 OK", b"[]"),
        said("200 OK", b"{}"),
        said("200 OK", b'{"schema":null}'),
        said("200 OK", b'{"schema":"1","schemaType":7}'),
        said("200 OK", b'{"schema":"1","references":[{"name":"a"}]}'),
        said("200 OK", b"\xff\xfe\xfd"),
        said("200 OK", b"no gzip", "Content-Encoding: gzip"),
    ],
    ids=range(14),
)
def test_that_an_answer_of_something_else_is_no_word_on_the_id(fetching: Fetch, answer: bytes) -> None:
    with scripted_port(lambda head: [answer]) as url:
        one = fetching(url)
        assert one.refusal() == (
            f"The schema registry {url} answers, but not as a schema registry does; 1 schema cannot be fetched. "
            f"{STORED}check its address, which may lack a path (such as /apis/ccompat/v7)."
        )
        assert one.facts(1) == []
        assert one.checked == ["The schema registry answers, but not as a schema registry does."]
        assert one.settle(0) == [1]


# What does not answer


def test_that_a_registry_that_is_down_is_said_once_and_all_is_fetched_when_it_answers(fetching: Fetch) -> None:
    port = closed_port()
    url = f"http://127.0.0.1:{port}"
    one = fetching(url)
    one.note(1, 2)
    wait_until(lambda: one.troubles, "the trouble")
    one.note(7)
    assert one.settle(0.4) == [1, 2, 7]
    with SchemaRegistry(port) as late:
        late.store.register("a", Schema('"string"'))
        late.store.register("a", Schema('"long"'))
        assert one.settle(20) == []
    assert one.sentences == [
        f"The schema registry {url} cannot be reached; 2 schemas cannot be fetched. {CHECK}",
        f"The schema registry {url} answers again.",
    ]
    assert one.checked == ["The schema registry cannot be reached.", ""]
    assert [one.facts(number)[0].get("text") for number in (1, 2, 7)] == ['"string"', '"long"', None]


def test_that_new_ids_do_not_hammer_a_registry_that_is_down(fetching: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AGAIN", (60.0,))
    asked: list[str] = []

    def answer(head: str) -> list[bytes]:
        asked.append(head)
        return [said("503 Service Unavailable", b"")]

    with scripted_port(answer) as url:
        one = fetching(url)
        assert (
            one.refusal()
            == f"The schema registry {url} answers with an error (503); 1 schema cannot be fetched. {CHECK}"
        )
        for number in range(2, 30):
            one.note(number)
            assert one.settle(0.01) != []
        assert len(asked) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_that_a_login_that_is_refused_is_said_and_not_shown(fetching: Fetch, status: int) -> None:
    with scripted_port(lambda head: [said(f"{status} No", b"geheim")]) as url:
        one = fetching(url.replace("://", "://ada:geheim@"), "")
        assert one.refusal() == (
            f"The schema registry {url} refuses the login; 1 schema cannot be fetched. {STORED}check its user and password."
        )
        assert "geheim" not in repr((one.troubles, one.stored))


def test_that_one_id_that_the_registry_fails_at_is_not_in_the_way_of_the_others(fetching: Fetch) -> None:
    def answer(head: str) -> list[bytes]:
        path = head.split()[1]
        return [said("500 Oops", b"") if "/ids/1" in path else json_said({"schema": path})]

    with scripted_port(answer) as url:
        one = fetching(url)
        one.note(1, 2, 3)
        wait_until(lambda: one.facts(2) and one.facts(3), "the others")
        assert one.settle(1.0) == [1]  # it was asked again meanwhile
        assert one.sentences == [
            f"The schema registry {url} answers with an error (500); 3 schemas cannot be fetched. {CHECK}",
            f"The schema registry {url} answers again.",
        ]


def test_that_a_login_that_may_not_ask_for_subjects_still_gets_the_schema(fetching: Fetch) -> None:
    def answer(head: str) -> list[bytes]:
        return [said("403 No", b"") if "/versions" in head else json_said({"schema": '"int"'})]

    with scripted_port(answer) as url:
        assert fetching(url).fetch(1) == {
            "type": "AVRO",
            "text": '"int"',
            "subject": "",
            "version": 0,
            "references": [],
        }


def test_that_a_registry_that_is_slow_or_never_ends_is_said(fetching: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIMEOUT", 0.3)
    over = Event()

    def silent(head: str) -> Iterator[bytes]:
        over.wait(10)
        yield b""

    def dripping(head: str) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
        while not over.wait(0.05):
            yield b" "

    with ExitStack() as ports:
        ports.callback(over.set)
        for script in (silent, dripping):
            one = fetching(ports.enter_context(scripted_port(script)))
            assert "did not answer within 0 s; 1 schema cannot be fetched." in one.refusal()
        over.set()


def test_that_an_answer_has_a_largest_size(fetching: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry_client, "MOST_BYTES", 100_000)
    with scripted_port(lambda head: [json_said({"schema": "x" * 200_000})]) as url:
        assert "answers, but not as a schema registry does" in fetching(url).refusal()


@pytest.mark.parametrize("cut", [0, 10, 100, -1])
def test_that_an_answer_that_is_cut_off_is_said_and_asked_for_again(fetching: Fetch, cut: int) -> None:
    whole = json_said({"schema": "x" * 1000})
    healed = Event()
    with scripted_port(lambda head: [whole if healed.is_set() else whole[:cut]]) as url:
        one = fetching(url)
        assert one.refusal() == (
            f"The schema registry {url} ends the connection before its answer is whole; 1 schema cannot be fetched. {CHECK}"
        )
        healed.set()
        assert one.fetch(1)["text"] == "x" * 1000


@pytest.mark.parametrize("url", ["registry:8081", "ftp://registry", "http://[::1", "http://host:port", "//x"])
def test_that_an_address_that_is_none_is_said(fetching: Fetch, url: str) -> None:
    one = fetching(url)
    assert one.refusal() == (
        f"The schema registry {url} has an address that cannot be asked; 1 schema cannot be fetched. "
        f"{STORED}write it as http://HOST:PORT or https://HOST:PORT."
    )


def test_that_a_certificate_that_nobody_knows_and_a_port_without_tls_are_said(
    registry: SchemaRegistry, fetching: Fetch, tmp_path: Path
) -> None:
    with tls_port(tmp_path) as (port, _):
        one = fetching(f"https://127.0.0.1:{port}")
        assert one.refusal() == (
            f"The schema registry https://127.0.0.1:{port} has a certificate that is not trusted: it signed itself, and is "
            f"not known to this system; 1 schema cannot be fetched. {STORED}name the file of that authority (PEM) as that "
            "of the registry; whoever runs the server has it."
        )
        one.schemas.stop()
    two = fetching(registry.url.replace("http:", "https:"))
    assert "does not speak TLS; 1 schema cannot be fetched." in two.refusal()


def test_that_a_name_that_nobody_knows_is_said(fetching: Fetch) -> None:
    assert "http://registry.invalid cannot be reached" in fetching("http://registry.invalid").refusal()


# Logins and other addresses


def test_that_the_login_is_sent_and_not_to_where_the_registry_sends_us_on(fetching: Fetch) -> None:
    heads: list[str] = []

    def there(head: str) -> list[bytes]:
        heads.append(head.lower())
        return [json_said({"schema": '"int"'})]

    with scripted_port(there) as other:

        def here(head: str) -> list[bytes]:
            heads.append(head.lower())
            return [said("307 Elsewhere", b"", f"Location: {other}/moved")]

        word = base64.b64encode(b"ada:ge:heim").decode().lower()
        with scripted_port(here) as url:
            assert fetching(url, "ada:ge:heim").fetch(1)["text"] == '"int"'
            assert [f"authorization: basic {word}" in head for head in heads] == [True, False, True, False]
            heads.clear()
            assert fetching(url.replace("://", "://ada:ge%3Aheim@")).fetch(1)["text"] == '"int"'
            assert [f"authorization: basic {word}" in head for head in heads] == [True, False, True, False]


def test_that_being_sent_on_without_end_is_said(fetching: Fetch) -> None:
    with scripted_port(lambda head: [said("302 On", b"", "Location: /again")]) as url:
        assert f"{url} sends every question on to another address, without end" in fetching(url).refusal()


def test_that_a_proxy_that_cannot_be_used_is_said_and_done_without(
    registry: SchemaRegistry, fetching: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.store.register("a", Schema('"int"'))
    monkeypatch.setenv("ALL_PROXY", "socks9://127.0.0.1:1")
    one = fetching(registry.url)
    assert one.fetch(1)["text"] == '"int"'
    assert one.sentences == [
        (
            "The proxy that the environment of this program names cannot be used for the schema registry. "
            "The registry is asked without it; mend HTTP_PROXY, HTTPS_PROXY or ALL_PROXY if that does not do."
        )
    ]


@pytest.mark.parametrize(
    ("url", "as_shown"),
    [
        ("http://registry:8081", "http://registry:8081"),
        ("https://ada:geheim@registry/api/", "https://registry/api/"),
        ("http://ada:ge/he@im@registry", "http://registry"),
        ("http://ada:ge://heim@registry", "http://registry"),
        ("ada:geheim@registry:1", "registry:1"),
        ("http://registry/x?token=geheim#geheim", "http://registry/x"),
        ("http://[geheim@::1", "http://::1"),
        ("", ""),
    ],
)
def test_that_an_address_is_shown_without_what_is_secret_in_it(url: str, as_shown: str) -> None:
    assert shown(url) == as_shown


# Bounds and the end


def test_that_without_a_registry_nothing_is_wanted() -> None:
    one = Fetching("")
    one.note(1, 2)
    assert one.settle(0) == []
    one.schemas.stop()
    assert (one.stored, one.troubles) == ([], [])


def test_that_ids_beyond_the_bound_are_said_once(
    registry: SchemaRegistry, fetching: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "IDS_PER_CAPTURE", 5)
    one = fetching(registry.url)
    for first in (1, 4, 7):
        one.note(*range(first, first + 3))
    assert one.settle(20) == []
    assert [bool(one.facts(number)) for number in range(1, 10)] == [True] * 5 + [False] * 4
    assert one.sentences == [
        (
            "More than 5 different schema ids seem to stand in these records; no more are fetched. "
            "Check whether the topic is in the Confluent format at all."
        )
    ]


def test_that_it_ends_in_the_middle_of_an_answer(fetching: Fetch) -> None:
    begun, over = Event(), Event()

    def endless(head: str) -> Iterator[bytes]:
        begun.set()
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
        while not over.wait(0.05):
            yield b" "

    with ExitStack() as ports:
        one = fetching(ports.enter_context(scripted_port(endless)))
        ports.callback(over.set)
        one.note(1)
        assert begun.wait(20)
        started = time.monotonic()
        one.schemas.stop()
        assert time.monotonic() - started < 1.5
        assert not one.schemas._thread.is_alive()
        over.set()
    assert (one.stored, one.troubles) == ([], [])


# Other names than ids


def test_that_a_guid_is_asked_for_as_one(fetching: Fetch) -> None:
    guid = "9caf0f32-ed1b-4c2e-90d3-b2424a6f4536"
    rules = {"domainRules": [{"name": "hide"}]}
    answers = {
        f"/schemas/guids/{guid}": {"schema": '"long"', "schemaType": "AVRO", "id": 7, "guid": guid, "ruleSet": rules},
        "/schemas/ids/7/versions": [{"subject": "orders-value", "version": 3}],
    }
    with scripted_port(lambda head: [json_said(answers[head.split()[1]])]) as url:
        one = fetching(url)
        one.schemas.note({SchemaName("guid", guid)})
        assert one.schemas.settle(20) == []
    mesh = Mesh()
    fold(mesh, one.stored)
    schema = mesh.schemas[f"guid {guid}"]
    assert not isinstance(schema, SchemaState)
    assert (schema.id, schema.guid, schema.subject, schema.version) == (7, guid, "orders-value", 3)
    assert json.loads(schema.rules) == rules


def test_that_a_guid_alone_is_asked_for_however_long_nothing_was(fetching: Fetch) -> None:
    with scripted_port(lambda path: [json_said({"schema": '"long"'})]) as url:
        one = fetching(url)
        wait_until(lambda: one.schemas._change._waiters, "that it waits")  # type: ignore[attr-defined]
        one.schemas.note({SchemaName("guid", "9caf0f32-ed1b-4c2e-90d3-b2424a6f4536")})
        assert one.schemas.settle(5) == []


def test_that_names_of_apicurio_are_wanted_only_of_apicurio(fetching: Fetch) -> None:
    with scripted_port(lambda path: [json_said({"schema": '"long"'})]) as url:
        one = fetching(url)
        one.schemas.note({SchemaName("content", "7"), SchemaName("global", "7"), SchemaName("glue", "x")})
        assert one.schemas.settle(0) == []
        assert one.stored == []


def test_that_guids_by_chance_do_not_take_the_room_of_ids(fetching: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GUIDS", 3)
    with scripted_port(lambda path: [json_said({"schema": '"long"'})]) as url:
        one = fetching(url)
        one.schemas.note({SchemaName("guid", str(number)) for number in range(9)})
        one.fetch(7)
        assert one.schemas.settle(20) == []
    assert len([fact for fact in one.stored if isinstance(fact, Fact) and fact.about.startswith("guid")]) == 3
