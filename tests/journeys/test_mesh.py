"""From a cluster to a file and back: the same topology, records, lags and curves when everything else is gone.

Each journey is one program (walk.py) that connects, goes by the map to a product, its page and a topic, takes a record apart,
strips back an hour, where nobody observed the mesh, and to the moment before a topic appeared, and saves; and one that opens the
file with everything stopped.
"""

import io
import json
import os
import random
import string
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fastavro
import httpx
import pytest
from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from meshdesk.demo.broker import Broker
from meshdesk.demo.java import Java
from meshdesk.demo.registry import Schema, SchemaRegistry
from meshdesk.model.profile import Credentials, Profile
from meshdesk.session.profiles import Profiles
from meshdesk.session.secrets import Secrets
from tests.broker.collect.producing import New, create_topic, produce
from tests.kafka import Apicurio
from tests.keyring import SecretService
from tests.programs.running import wait_until
from tests.secure_kafka import PASSWORD, USER, SecureKafka

SECONDS = 110
PARTITIONS, RECORDS, COMMITTED = 2, 60, 10  # COMMITTED of each partition
AVRO = {
    "type": "record",
    "name": "Booked",
    "fields": [{"name": "id", "type": "long"}, {"name": "guest", "type": ["null", "string"], "default": None}],
}


@dataclass(frozen=True, slots=True)
class Names:
    """All names of a mesh of one product; its topics are in Kafka's alphabet, the others in any."""

    domain: str
    product: str  # its id
    title: str
    topic: str
    later: str
    group: str


PLAIN = Names(
    "booking", "booking-stays", "Stays", "journey.booking.stays.v1", "journey.booking.later.v1", "journey-desk"
)


def by_chance(seed: int) -> Names:
    """Names of the longest and of any letters, drawn from a seed that a failing test prints."""
    draw = random.Random(seed)
    letters = string.ascii_letters + string.digits + "._-"
    any_of = "Ærøskøbing שלום 数据 ñandú 🛒 Ω"

    def topic(length: int) -> str:
        return draw.choice(string.ascii_letters) + "".join(draw.choice(letters) for _ in range(length - 1))

    def word() -> str:
        return "x" + "".join(draw.choice(any_of) for _ in range(draw.randint(4, 20))).strip()

    return Names(word(), word(), word(), topic(249), topic(248), word().replace(" ", "_"))


# A mesh of one product


def write_catalogue(folder: Path, names: Names) -> None:
    """One contract and one product; JSON is YAML."""
    folder.mkdir()
    contract = {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": f"{names.product}-contract",
        "name": "A contract",
        "version": "1.0.0",
        "status": "active",
        "domain": names.domain,
        "schema": [
            {
                "name": "Booked",
                "physicalName": names.topic,
                "physicalType": "topic",
                "logicalType": "object",
                "properties": [{"name": "id", "logicalType": "integer", "required": True}],
            }
        ],
    }
    product = {
        "apiVersion": "v1.0.0",
        "kind": "DataProduct",
        "id": names.product,
        "name": names.title,
        "version": "1.0.0",
        "status": "active",
        "domain": names.domain,
        "outputPorts": [{"name": "out", "version": "1.0.0", "type": "kafka", "contractId": contract["id"]}],
    }
    for name, content in (("stays.odcs.yaml", contract), ("stays.odps.yaml", product)):
        (folder / name).write_text(json.dumps(content, ensure_ascii=False, indent=2), "utf-8")


def fill(bootstrap: str, names: Names, schema: int) -> None:
    """The topic with Avro in it, and a group that has read some of it."""
    create_topic(bootstrap, names.topic, PARTITIONS)
    produce(bootstrap, names.topic, [record(number, schema) for number in range(RECORDS)])
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    read = [TopicPartition(names.topic, partition, COMMITTED) for partition in range(PARTITIONS)]
    wanted = [ConsumerGroupTopicPartitions(names.group, read)]

    def is_committed() -> bool:  # a coordinator that has just begun refuses each partition by itself
        told = admin.alter_consumer_group_offsets(wanted)[names.group].result(30)
        return not any(one.error for one in told.topic_partitions)

    wait_until(is_committed, "the group has committed")


def record(number: int, schema: int) -> New:
    out = io.BytesIO(b"\0" + schema.to_bytes(4, "big"))
    out.seek(5)
    fastavro.schemaless_writer(out, fastavro.parse_schema(AVRO), {"id": 10**15 + number, "guest": "Zoë"})
    return New(out.getvalue(), b"booking-%d" % number, [], number % PARTITIONS)


# The two walks


def walk(plan: dict[str, Any], folder: Path, env: Mapping[str, str]) -> dict[str, Any]:
    """What was seen on a walk; one that does not come to its end fails the test."""
    number = len([*folder.glob("plan-*")])
    paths = {name: str(folder / f"{name}-{number}{end}") for name, end in (("out", ".json"), ("picture", ".png"))}
    file = folder / f"plan-{number}.json"
    file.write_text(json.dumps({**plan, **paths}), "utf-8")
    line = [sys.executable, "-W", "error", "-m", "tests.journeys.walk", str(file)]
    done = subprocess.run(line, env={**os.environ, **env}, capture_output=True, timeout=SECONDS)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stderr == b""
    assert Path(paths["picture"]).stat().st_size > 20_000
    seen: dict[str, Any] = json.loads(Path(paths["out"]).read_text("utf-8"))
    return seen


def again(first: dict[str, Any], plan: dict[str, Any], folder: Path, env: Mapping[str, str]) -> None:
    """Opens what was saved and sees the same."""
    gone = {"MESHDESK_CONFIG": str(folder / "nothing"), "DBUS_SESSION_BUS_ADDRESS": "disabled:"}
    reopened = {key: plan[key] for key in ("topic", "product", "title", "groups")}
    back = {**reopened, "file": plan["save"], "moment": first["moment"], "hour": first["hour"]}
    second = walk(back, folder, {**env, **gone})
    assert second["troubles"] == []
    for when in ("then", "now"):
        for what in first["seen"][when]:
            assert second["seen"][when][what] == first["seen"][when][what], (when, what)
    for what in ("record", "hour"):
        assert second["seen"][what] == first["seen"][what], what
    hour = first["seen"]["hour"]
    assert hour["topology"].startswith("Not observed then."), hour
    assert hour["product"] == hour["topology"], hour
    assert first["seen"]["then"] != first["seen"]["now"]


@pytest.fixture
def places(tmp_path: Path) -> dict[str, str]:
    """Where the window keeps what it has."""
    names = ("MESHDESK_CONFIG", "MESHDESK_STATE", "MESHDESK_CAPTURES", "TMPDIR")
    made = {name: tmp_path / name.lower() for name in names}
    for folder in made.values():
        folder.mkdir()
    return {name: str(folder) for name, folder in made.items()} | {"QT_QPA_PLATFORM": "offscreen"}


def plan_of(names: Names, folder: Path, **more: object) -> dict[str, Any]:
    where = {"topic": names.topic, "product": names.product, "title": names.title, "groups": [names.group]}
    return {**where, "later": names.later, "save": str(folder / "saved.meshcap"), **more}


def save_profile(places: dict[str, str], monkeypatch: pytest.MonkeyPatch, profile: Profile) -> None:
    monkeypatch.setenv("MESHDESK_CONFIG", places["MESHDESK_CONFIG"])
    Profiles().save(profile)


@pytest.fixture
def readable(secure_kafka: SecureKafka) -> Iterator[SecureKafka]:
    """The login may read what the journey makes, and see its groups."""
    admin = AdminClient({"bootstrap.servers": secure_kafka["PLAIN"], "log_level": 0})
    rights = [
        AclBinding(kind, "journey", ResourcePatternType.PREFIXED, f"User:{USER}", "*", what, AclPermissionType.ALLOW)
        for kind, what in ((ResourceType.TOPIC, AclOperation.READ), (ResourceType.GROUP, AclOperation.DESCRIBE))
    ]
    for answer in admin.create_acls(rights).values():
        answer.result(30)
    yield secure_kafka
    names = [name for name in admin.list_topics(timeout=30).topics if name.startswith("journey")]
    for answer in [*admin.delete_topics(names).values(), *admin.delete_consumer_groups([PLAIN.group]).values()]:
        answer.result(30)
    asked = [
        AclBindingFilter(
            one.restype,
            one.name,
            one.resource_pattern_type,
            one.principal,
            one.host,
            one.operation,
            one.permission_type,
        )
        for one in rights
    ]
    for removed in admin.delete_acls(asked).values():
        removed.result(30)


def test_that_a_mesh_behind_tls_and_scram_is_the_same_in_its_file(
    readable: SecureKafka,
    apicurio: Apicurio,
    secret_service: SecretService,
    places: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    answer = httpx.post(
        f"{apicurio.confluent_url}/subjects/{PLAIN.topic}-value/versions",
        json={"schema": json.dumps(AVRO)},
        trust_env=False,
        timeout=30,
    )
    fill(readable["PLAIN"], PLAIN, answer.json()["id"])
    write_catalogue(tmp_path / "contracts", PLAIN)
    secret_service.start()
    profile = Profile(
        "acme",
        readable["SASL"],
        security="SASL_SSL",
        mechanism="SCRAM-SHA-512",
        user=USER,
        ca=str(readable.certificates.ca),
        registry=apicurio.confluent_url,
        catalogues=(str(tmp_path / "contracts"),),
    )
    save_profile(places, monkeypatch, profile)
    assert Secrets().keep("acme", Credentials(password=PASSWORD)) == ""
    plan = plan_of(PLAIN, tmp_path, name="acme", admin=readable["PLAIN"])
    first = walk(plan, tmp_path, places)
    assert first["troubles"] == []
    details = first["seen"]["record"]["details"]
    assert "Zoë" in details
    assert PLAIN.topic in details
    about_group = first["seen"]["now"][f"group {PLAIN.group}"]
    assert "40 records behind" in about_group
    again(first, plan, tmp_path, places)


def test_that_nothing_depends_on_names(
    fresh_broker: Broker, places: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    sys.stdout.write(f"The seed was {seed}.\n")
    names = by_chance(seed)
    write_catalogue(tmp_path / "contracts", names)
    with ExitStack() as parts:
        registry = parts.enter_context(SchemaRegistry())
        schema = registry.store.register("by-chance", Schema(json.dumps(AVRO))).id
        fill(fresh_broker.bootstrap, names, schema)
        where = {"registry": registry.url, "catalogues": (str(tmp_path / "contracts"),)}
        save_profile(places, monkeypatch, Profile("by chance", fresh_broker.bootstrap, **where))  # type: ignore[arg-type]
        plan = plan_of(names, tmp_path, name="by chance")
        first = walk(plan, tmp_path, places)
    fresh_broker.stop()
    assert first["troubles"] == []
    again(first, plan, tmp_path, places)


def test_that_the_embedded_mesh_is_the_same_in_its_file(
    kafka_java: Java, places: dict[str, str], tmp_path: Path
) -> None:
    from meshdesk.demo import topics
    from meshdesk.demo.groups import GROUPS

    plan = {
        "through": ["demo", "--mesh"],
        "topic": topics.PLACED,
        "product": "sales-orders",
        "title": "Orders",
        "groups": [group.id for group in GROUPS],
        "later": "journey.later.v1",
        "save": str(tmp_path / "saved.meshcap"),
    }
    first = walk(plan, tmp_path, places)
    assert first["troubles"] == []
    assert "OrderPlaced" in first["seen"]["record"]["details"]
    again(first, plan, tmp_path, places)
