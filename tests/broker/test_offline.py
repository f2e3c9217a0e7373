"""Offline for ever: what was collected decodes when broker and registry are gone, every row of it, though nobody saw it."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import fastavro
import httpx
import pytest

from meshdesk.demo.broker import Broker
from tests.broker.collect.listening import HOST, Relay
from tests.broker.collect.producing import New, create_topic, produce
from tests.kafka import Apicurio, MakeTopic
from tests.programs.running import CollectChild, Ran, run

MONEY = {
    "type": "record",
    "name": "Money",
    "namespace": "shop",
    "fields": [{"name": "amount", "type": "long"}, {"name": "currency", "type": "string"}],
}
LINE = {
    "type": "record",
    "name": "Line",
    "namespace": "shop",
    "fields": [{"name": "article", "type": "string"}, {"name": "price", "type": "shop.Money"}],
}
ORDER = {
    "type": "record",
    "name": "Order",
    "namespace": "shop",
    "fields": [{"name": "number", "type": "long"}, {"name": "lines", "type": {"type": "array", "items": "shop.Line"}}],
}
PLACE = {
    "type": "record",
    "name": "Place",
    "namespace": "shop",
    "fields": [{"name": "customer", "type": "string"}, {"name": "owes", "type": "shop.Money"}],
}
NOTE_1 = {"type": "record", "name": "Note", "fields": [{"name": "text", "type": "string"}]}
NOTE_2 = {
    "type": "record",
    "name": "Note",
    "fields": [{"name": "text", "type": "string"}, {"name": "by", "type": ["null", "string"], "default": None}],
}
NOBODY = 2_000_000_000  # an id that no registry has given


@dataclass(frozen=True, slots=True)
class Ids:
    """What the registry has called the schemas that records are written by; those that they use are behind references."""

    order: int
    place: int
    notes: tuple[int, int]


@pytest.fixture
def relay(apicurio: Apicurio) -> Iterator[Relay]:
    """Where the collecting programs look for the registry."""
    one = Relay((HOST, urlsplit(apicurio.url).port or 0))
    one.open()
    yield one
    one.close()


@pytest.fixture
def ids(apicurio: Apicurio, topic: str) -> Ids:
    """Subjects of this test's own; an order uses a line, which uses money."""
    with httpx.Client(base_url=apicurio.confluent_url, trust_env=False) as client:

        def register(subject: str, schema: dict[str, Any], **uses: str) -> int:
            references = [
                {"name": f"shop.{name}", "subject": f"{topic}-{used}", "version": 1} for name, used in uses.items()
            ]
            answer = client.post(
                f"/subjects/{topic}-{subject}/versions", json={"schema": json.dumps(schema), "references": references}
            )
            return int(answer.raise_for_status().json()["id"])

        register("money", MONEY)
        register("line", LINE, Money="money")
        return Ids(
            register("orders-value", ORDER, Line="line"),
            register("orders-key", PLACE, Money="money"),
            (register("notes-value", NOTE_1), register("notes-value", NOTE_2)),
        )


def registry_of(relay: Relay) -> str:
    return f"http://{HOST}:{relay.port}/apis/ccompat/v7"


def framed(datum: dict[str, Any], number: int, schema: dict[str, Any], *uses: dict[str, Any]) -> bytes:
    """As Confluent's serialisers write it, by a library that is not ours."""
    known: dict[str, Any] = {}
    for one in uses:
        fastavro.parse_schema(one, named_schemas=known)
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(schema, named_schemas=known), datum)
    return b"\x00" + number.to_bytes(4, "big") + out.getvalue()


def order(n: int) -> dict[str, Any]:
    price = {"amount": (1 << 53) + n, "currency": "EUR"}
    return {"number": n, "lines": [{"article": f"article {m}", "price": price} for m in range(n % 3)]}


def place(n: int) -> dict[str, Any]:
    return {"customer": f"c-{n % 7}", "owes": {"amount": n, "currency": "DKK"}}


def note(n: int) -> dict[str, Any]:
    return {"text": f"note {n}"} if n % 2 else {"text": f"note {n}", "by": None if n % 4 else "Ada"}


def orders(ids: Ids, count: int) -> list[New]:
    return [
        New(framed(order(n), ids.order, ORDER, MONEY, LINE), framed(place(n), ids.place, PLACE, MONEY), partition=n % 2)
        for n in range(count)
    ]


def notes(ids: Ids, count: int) -> list[New]:
    return [
        New(framed(note(n), ids.notes[0 if n % 2 else 1], NOTE_1 if n % 2 else NOTE_2), b"%d" % n) for n in range(count)
    ]


def read(path: Path, is_being_written: bool = False) -> list[Any]:
    """The lines of a capture, which nobody has looked at until now; one that is written may end in the middle of a write."""
    ran = run("read", path, "--json")
    assert ran.code == 0
    assert ran.err == "" or (is_being_written and ran.err.endswith("all before is whole.\n")), ran.err
    return ran.lines


def is_read(line: Any) -> bool:
    return line.get("trouble") is None and line["format"].startswith("Avro ")


def test_that_every_row_decodes_when_broker_and_registry_are_gone(
    fresh_broker: Broker, relay: Relay, ids: Ids, tmp_path: Path
) -> None:
    for name, partitions, records in (("orders", 2, orders(ids, 300)), ("notes", 1, notes(ids, 300))):
        create_topic(fresh_broker.bootstrap, name, partitions)
        produce(fresh_broker.bootstrap, name, records)
    target = tmp_path / "all.meshcap"
    where = ("--bootstrap", fresh_broker.bootstrap, "--registry", registry_of(relay))
    ran: Ran = run("collect", "orders", "notes", *where, "--until", "end", "-o", target)
    assert (ran.code, ran.err, ran.summary["missing_schemas"]) == (0, "", [])
    relay.close()
    fresh_broker.stop()
    lines = read(target)
    assert len(lines) == 600
    assert [line for line in lines if not is_read(line)] == []
    found = sorted((line for line in lines if line["topic"] == "orders"), key=lambda line: line["value"]["number"])
    assert [line["value"] for line in found] == [order(n) for n in range(300)]
    assert [line["key"] for line in found] == [place(n) for n in range(300)]
    assert {(line["format"], line["key_format"]) for line in found} == {(f"Avro {ids.order}", f"Avro {ids.place}")}
    assert [line["value"] for line in lines if line["topic"] == "notes"] == [note(n) for n in range(300)]


def test_that_schemas_are_fetched_when_a_registry_that_was_down_is_back_and_what_waits_for_it_says_so(
    broker: Broker, make_topic: MakeTopic, relay: Relay, ids: Ids, tmp_path: Path
) -> None:
    topic = make_topic(2)
    produce(broker.bootstrap, topic, orders(ids, 20))
    relay.close()
    with CollectChild(tmp_path / "c", broker.bootstrap, registry_of(relay)) as child:
        child.tail(topic)
        child.wait(lambda: child.rows == 20, "the records, which wait for no schema")
        child.wait(lambda: child.troubles, "a word on the registry")
        for line in read(tmp_path / "c", is_being_written=True):
            assert line["trouble"] == (
                f"The value may need schema {ids.order}, but the schema registry cannot be reached. "
                "It is asked again by itself."
            )
        relay.open()
        child.wait(lambda: len(child.troubles) > 1, "a word on its return")
        child.stop()
    assert child.said[-1] == {"is": "ended", "missing": []}
    assert [said.split(";")[0] for said in child.troubles] == [
        f"The schema registry {registry_of(relay)} cannot be reached",
        f"The schema registry {registry_of(relay)} answers again.",
    ]
    relay.close()
    lines = read(tmp_path / "c")
    assert [line for line in lines if not is_read(line)] == []
    assert sorted(line["value"]["number"] for line in lines) == list(range(20))


def test_that_an_id_that_the_registry_does_not_know_is_another_answer_than_a_registry_that_is_down(
    broker: Broker, make_topic: MakeTopic, relay: Relay, ids: Ids, tmp_path: Path
) -> None:
    topic = make_topic(2)
    strange = framed(note(1), NOBODY, NOTE_1)
    produce(broker.bootstrap, topic, [New(strange), *orders(ids, 2)])
    where = ("--bootstrap", broker.bootstrap, "--registry", registry_of(relay), "--until", "end")
    answered = run("collect", topic, *where, "-o", tmp_path / "answered.meshcap")
    assert (answered.code, answered.err, answered.summary["missing_schemas"]) == (0, "", [])
    first, *others = sorted(read(tmp_path / "answered.meshcap"), key=lambda line: (line["partition"], line["offset"]))
    assert first["trouble"] == (
        f"The value begins as if written by schema {NOBODY}, which is not in the registry. "
        "Either it is something else, or it was written with another registry."
    )
    assert all(is_read(line) for line in others)
    relay.close()
    with CollectChild(tmp_path / "silent", broker.bootstrap, registry_of(relay)) as child:
        child.tail(topic)
        child.wait(lambda: child.rows == 3 and child.troubles, "the records and a word on the registry")
    first, *_ = sorted(read(tmp_path / "silent"), key=lambda line: (line["partition"], line["offset"]))
    assert first["trouble"] == (
        f"The value may need schema {NOBODY}, but the schema registry cannot be reached. It is asked again by itself."
    )
