"""AWS Glue: versions by their UUIDs from moto's server, and what is said of every login and answer that does not do."""

import json
import os
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from botocore.stub import Stubber

from meshdesk.collect import glue as module
from meshdesk.collect import registry
from meshdesk.collect.glue import NOBODYS, GlueClient, GlueFailed
from meshdesk.collect.properties import PropertiesError
from meshdesk.collect.registry import Schemas
from meshdesk.demo.broker import Broker
from meshdesk.model.fact import Checked, Fact
from meshdesk.model.mesh import Mesh, fold
from meshdesk.model.schema import Schema, SchemaName, SchemaState
from meshdesk.model.trouble import Trouble
from tests.broker.collect.listening import closed_port, scripted_port
from tests.broker.collect.made import Made
from tests.broker.collect.producing import New, produce
from tests.glue import ORDER, REGION, aws, registered
from tests.kafka import MakeTopic
from tests.programs.running import SECONDS, run, wait_until

URL = f"glue://{REGION}"


@pytest.fixture(autouse=True)
def _login(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Credentials of nobody's, nothing of who runs the tests, and waits that a test can wait for."""
    for name in [name for name in os.environ if name.startswith("AWS_") or name.upper().endswith("_PROXY")]:
        monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("aws")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(home / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(home / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "the-secret-key")
    monkeypatch.setattr(registry, "AGAIN", (0.05, 0.1))
    monkeypatch.setattr(registry, "UNKNOWN_AGAIN", 0.3)


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with aws() as url:
        yield url


@pytest.fixture
def endpoint(moto: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The same, which is asked in the place of AWS."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_GLUE", moto)
    return moto


class Fetching:
    """A fetcher, what it stored, folded, and what it said."""

    def __init__(self, url: str = URL) -> None:
        self.stored: list[Fact | Checked] = []
        self.troubles: list[Trouble] = []
        self.schemas = Schemas(url, "", "", self.stored.append, self.troubles.append, lambda: 42)

    def note(self, *versions: str) -> None:
        self.schemas.note({SchemaName("glue", version) for version in versions})

    def known(self, version: str) -> Schema | SchemaState | None:
        mesh = Mesh()
        fold(mesh, self.stored)
        return mesh.schemas.get(f"glue {version}")


@pytest.fixture
def fetching() -> Iterator[Callable[[], Fetching]]:
    started: list[Fetching] = []

    def one() -> Fetching:
        started.append(Fetching())
        return started[-1]

    yield one
    for each in started:
        each.schemas.stop()


def test_that_a_version_is_stored_with_its_schema_and_one_that_is_not_known_as_such(
    endpoint: str, fetching: Callable[[], Fetching]
) -> None:
    avro, proto, nobodys = (
        registered("orders"),
        registered("p", 'syntax = "proto3"; message A {}', "PROTOBUF"),
        str(uuid4()),
    )
    one = fetching()
    one.note(avro, proto, nobodys)
    assert one.schemas.settle(SECONDS) == []
    assert one.known(avro) == Schema(URL, 0, "AVRO", ORDER, subject="orders", version=1, guid=avro)
    found = one.known(proto)
    assert isinstance(found, Schema)
    assert found.type == "PROTOBUF"
    assert one.known(nobodys) is SchemaState.UNKNOWN_ID
    assert one.troubles == []


def test_that_nothing_else_is_asked_of_glue_and_glue_of_nobody_else(
    endpoint: str, fetching: Callable[[], Fetching]
) -> None:
    one = fetching()
    one.schemas.note({SchemaName("id", "7"), SchemaName("guid", NOBODYS), SchemaName("content", "7")})
    assert one.schemas.settle(0) == []


def test_that_a_region_that_is_out_of_reach_is_said_once_and_all_is_fetched_when_it_answers(
    moto: str, monkeypatch: pytest.MonkeyPatch, fetching: Callable[[], Fetching]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_GLUE", moto)
    version = registered("later")
    monkeypatch.setenv("AWS_ENDPOINT_URL_GLUE", f"http://127.0.0.1:{closed_port()}")
    one = fetching()
    one.note(version)
    wait_until(lambda: one.troubles, "that it is away")
    assert one.known(version) is None, "it is no word on the version"
    assert one.troubles[0].sentence.startswith(
        f"The schema registry {URL} cannot be reached; 1 schema cannot be fetched. "
    )
    monkeypatch.setenv("AWS_ENDPOINT_URL_GLUE", moto)
    assert one.schemas.settle(SECONDS) == []
    assert isinstance(one.known(version), Schema)
    assert [trouble.text for trouble in one.troubles][1:] == [f"The schema registry {URL} answers again."]


def test_that_a_test_of_a_connection_asks_for_a_version_that_nobody_has(endpoint: str) -> None:
    step = Made("broker.invalid:1", registry=URL).steps["registry"]
    assert (step.state, step.text) == (
        "passed",
        f"The schema registry {URL} answers with the credentials of AWS on this machine.",
    )


def test_that_records_are_read_by_their_versions_and_a_capture_for_ever(
    endpoint: str, broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic, version = make_topic(), UUID(registered("kept"))
    body = zlib.compress(b"\x06B-2")
    produce(broker.bootstrap, topic, [New(b"\3\0" + version.bytes + b"\x06A-1"), New(b"\3\5" + version.bytes + body)])
    out = tmp_path / "out.meshcap"
    words = ("collect", topic, "--bootstrap", broker.bootstrap, "--registry", URL, "--until", "end", "-o", out)
    kept = run(*words, timeout=2 * SECONDS)
    assert kept.code == 0, kept.err
    read = run("read", out, "--json", timeout=2 * SECONDS)
    assert [line["value"] for line in read.lines] == [{"id": "A-1"}, {"id": "B-2"}]
    assert {line["schema"]["guid"] for line in read.lines} == {str(version)}
    assert {line["schema"]["registry"] for line in read.lines} == {URL}


# What does not do


def refusal(url: str = URL) -> str:
    """What is said where nothing can be asked, and the advice; the test of a connection says the same."""
    step = Made("broker.invalid:1", registry=url).steps["registry"]
    assert step.state == "failed"
    assert "the-secret-key" not in f"{step.text} {step.advice}"
    return f"{step.text.removeprefix(f'The schema registry {url} ')} {step.advice}"


def test_that_a_login_that_is_not_there_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal("glue:///nobody") == (
        "cannot be asked, as AWS has no profile “nobody” on this machine. Check its name in the file ~/.aws/config."
    )
    assert refusal("glue://").startswith("cannot be asked, as it names no region of AWS. Write its address as glue://")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert refusal().startswith("cannot be asked, as the login to AWS has ended or is not whole. ")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    assert refusal().startswith("cannot be asked, as AWS has no credentials on this machine. Log in ")


def test_that_the_profile_of_the_address_is_used(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with open(os.environ["AWS_CONFIG_FILE"], "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write("[profile acme]\nregion = eu-west-1\naws_access_key_id = a\naws_secret_access_key = b\n")
    assert Made("broker.invalid:1", registry="glue:///acme").steps["registry"].state == "passed"
    assert refusal("glue://eu-west-1").startswith("cannot be asked, as AWS has no credentials on this machine. ")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("ExpiredTokenException", "refuses the credentials of AWS. Log in again, or name another profile"),
        ("AccessDeniedException", "refuses these credentials of AWS. Ask for the right glue:GetSchemaVersion."),
        ("ThrottlingException", "is asked more often than this account may. It is asked again by itself."),
        ("InternalServiceException", "answers with an error (InternalServiceException). Check the region"),
    ],
)
def test_that_an_answer_that_refuses_is_said(code: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    body = json.dumps({"__type": code, "message": "no"}).encode()
    head = f"HTTP/1.1 400 Bad\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    with scripted_port(lambda _: [head.encode() + body]) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_GLUE", url)
        assert refusal().startswith(said)


def test_that_a_page_of_something_else_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted_port(lambda _: [b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\n<ht>"]) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_GLUE", url)
        assert refusal().startswith("answers, but not as AWS Glue does. Check what AWS_ENDPOINT_URL names")


def stubbed(answer: dict[str, Any]) -> dict[str, Any] | None:
    """What is made of an answer that moto never gives."""
    client = GlueClient(URL, "", 1.0)
    client._client = client._made()
    with Stubber(client._client) as stub:
        stub.add_response("get_schema_version", answer, {"SchemaVersionId": NOBODYS})
        try:
            return client.schema_of(SchemaName("glue", NOBODYS))
        finally:
            client.close()


def test_that_an_answer_without_a_schema_is_an_odd_one() -> None:
    whole = {
        "SchemaDefinition": ORDER,
        "DataFormat": "AVRO",
        "SchemaArn": "arn:aws:glue:r:1:schema/reg/orders",
        "VersionNumber": 3,
    }
    found = stubbed(whole)
    assert found is not None
    assert (found["subject"], found["version"], found["text"]) == ("orders", 3, ORDER)
    for name in ("SchemaDefinition", "DataFormat"):
        with pytest.raises(KeyError):
            stubbed({key: value for key, value in whole.items() if key != name})
    client = GlueClient(URL, "", 1.0)
    assert client.reason(KeyError("x"))[0] == "answers, but not as AWS Glue does"
    assert client.reason(GlueFailed(("is away", "wait"))) == ("is away", "wait")


def test_that_an_installation_without_the_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "botocore.session", None)
    with pytest.raises(PropertiesError, match="Install MeshDesk with its extra for AWS"):
        GlueClient(URL, "", 1.0)
    assert refusal() == module.MISSING
    one = Fetching()
    one.note(NOBODYS)
    wait_until(lambda: one.troubles, "the sentence")
    assert one.troubles[0].sentence.startswith(
        f"No schema is fetched from {URL}: the package botocore, which asks AWS Glue, "
    )
    one.schemas.stop()
