"""Topics with names by chance, from a real broker into a file, and out of it again where nothing can be reached any more."""

import base64
import io
import json
import random
import string
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import fastavro
import pytest
from PySide6.QtGui import QImage

from meshdesk.demo.broker import Broker
from meshdesk.demo.registry import Schema, SchemaRegistry
from tests.broker.collect.producing import New, create_topic, produce
from tests.broker.oracles import Consumed
from tests.programs.running import run

LETTERS = string.ascii_letters + string.digits + "._-"  # Kafka's alphabet (org.apache.kafka.common.internals.Topic)
LONGEST = 249
ZERO_AND_ID = 5  # bytes before the Avro (Confluent wire format)
AVRO = {
    "type": "record",
    "name": "Reading",
    "namespace": "by.chance",
    "fields": [
        {"name": "id", "type": "long"},
        {"name": "name", "type": ["null", "string"], "default": None},
        {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 18, "scale": 2}},
        {"name": "tags", "type": {"type": "array", "items": "string"}},
    ],
}


@dataclass(frozen=True, slots=True)
class Made:
    """A record that was produced, and what has to be read from it."""

    new: New
    key: Any
    value: Any


class Chance:
    """Everything that is drawn, from one seed, which a failing test prints."""

    def __init__(self) -> None:
        self.seed = random.SystemRandom().randrange(1 << 32)
        self._draw = random.Random(self.seed)
        sys.stdout.write(f"The seed was {self.seed}.\n")

    def names(self) -> list[str]:
        """The shortest and the longest, one that looks like an option, and some between."""
        lengths = [1, LONGEST, *(self._draw.randint(2, LONGEST - 1) for _ in range(3))]
        names = {"-" + self._word(3)}
        for length in lengths:
            name = "."
            while name in (".", "..") or name in names:
                name = self._word(length)
            names.add(name)
        return sorted(names)

    def partitions(self) -> int:
        return self._draw.randint(1, 24)

    def record(self, partitions: int, schema: int) -> Made:
        """JSON, Avro, text or nothing under a key, with headers; its time lies in the past, in no order."""
        number = self._draw.randint(-(2**63), 2**63 - 1)  # more than a float holds
        name = self._draw.choice([None, "", "Ærøskøbing 🛒", "שלום", 'a "quoted"\nline'])
        key = self._draw.choice([None, "", f"key-{number}"])
        kind = self._draw.choice(("json", "avro", "tombstone", "text"))
        value: Any = None
        data: bytes | None = None
        if kind == "json":
            value = {"id": number, "name": name, "lines": [{"n": n} for n in range(self._draw.randint(0, 3))]}
            data = json.dumps(value, ensure_ascii=self._draw.random() < 0.5).encode()
        elif kind == "avro":
            price = Decimal(self._draw.randint(-(10**17), 10**17)).scaleb(-2)
            datum = {"id": number, "name": name, "price": price, "tags": ["a"] * self._draw.randint(0, 3)}
            value, data = {**datum, "price": str(price)}, framed(datum, schema)
        elif kind == "text":
            value = "plain words"
            data = value.encode()
        headers = [("again", b"1"), ("again", b"2"), ("nothing", None), ("raw", b"\xff\x00")]
        new = New(
            data,
            None if key is None else key.encode(),
            headers[: self._draw.randint(0, len(headers))],
            self._draw.randrange(partitions),
            1_700_000_000_000 + self._draw.randrange(10**10),
        )
        return Made(new, key, value)

    def _word(self, length: int) -> str:
        return "".join(self._draw.choice(LETTERS) for _ in range(length))


def framed(datum: dict[str, Any], schema: int) -> bytes:
    """As Confluent's serialisers write it, by a library that is not ours."""
    out = io.BytesIO(b"\x00" + schema.to_bytes(4, "big"))
    out.seek(ZERO_AND_ID)
    fastavro.schemaless_writer(out, fastavro.parse_schema(AVRO), datum)
    return out.getvalue()


def unpacked(line: dict[str, Any]) -> Consumed:
    """The bytes of a line of `meshdesk read --json`."""

    def raw(text: str | None) -> bytes | None:
        return None if text is None else base64.b64decode(text, validate=True)

    headers = tuple((header["name"], raw(header["base64"])) for header in line["headers"])
    place = (line["topic"], line["partition"], line["offset"], line["timestamp"])
    return Consumed(*place, raw(line["key_base64"]), raw(line["value_base64"]), headers)


@pytest.fixture
def registry() -> Iterator[SchemaRegistry]:
    with SchemaRegistry() as running:
        yield running


def test_that_what_was_produced_is_read_from_the_file_when_broker_and_registry_are_gone(
    fresh_broker: Broker, registry: SchemaRegistry, tmp_path: Path
) -> None:
    chance = Chance()
    schema = registry.store.register("by-chance", Schema(json.dumps(AVRO))).id
    sent: dict[tuple[str, int, int], tuple[Consumed, Made]] = {}
    names = chance.names()
    for name in names:
        partitions = chance.partitions()
        create_topic(fresh_broker.bootstrap, name, partitions)
        made = [chance.record(partitions, schema) for _ in range(60)]
        ordered = sorted(made, key=lambda one: one.new.partition)  # stable: as the offsets will be
        records = produce(fresh_broker.bootstrap, name, [one.new for one in made])
        sent |= {
            (name, record.partition, record.offset): (record, one) for record, one in zip(records, ordered, strict=True)
        }
    file = tmp_path / "by chance.meshcap"
    options = ["--bootstrap", fresh_broker.bootstrap, "--registry", registry.url, "--until", "end"]
    collected = run("collect", *options, "-o", file, "--", *names)
    assert collected.code == 0
    late = [
        f"Records of {name} came behind newer ones of their partition." for name in names
    ]  # timestamps are by chance
    assert all(line.startswith(tuple(late)) for line in collected.err.splitlines()), collected.err
    assert (collected.summary["records"], collected.summary["missing_schemas"]) == (len(sent), [])
    registry.close()
    fresh_broker.stop()

    read = run("read", file, "--json")
    assert (read.code, read.err) == (0, "")
    lines = {(line["topic"], line["partition"], line["offset"]): line for line in read.lines}
    assert len(lines) == len(read.lines)
    assert lines.keys() == sent.keys()
    for place, (record, made_of) in sent.items():
        line = lines[place]
        assert unpacked(line) == record
        assert (line["key"], line["value"], line.get("trouble")) == (made_of.key, made_of.value, None), place


def test_that_the_window_shows_the_same_of_a_live_topic_and_of_its_file(
    fresh_broker: Broker, registry: SchemaRegistry, tmp_path: Path
) -> None:
    """Pixel by pixel, between the top bar and the time strip.

    Those two and the status line are left out: they say when it was recorded, and the two recordings were made one
    after the other. The topic has one partition: of several, each recording keeps the order in which records arrived,
    which is its own. That a capture which was saved from the window gives the picture of that window, with its bars and
    with several partitions, is tested in tests/ui/test_script.py.
    """
    chance = Chance()
    schema = registry.store.register("by-chance", Schema(json.dumps(AVRO))).id
    name = chance.names()[-1]
    create_topic(fresh_broker.bootstrap, name, 1)
    made = [chance.record(1, schema).new for _ in range(90)]
    # By time: a window that reads says which came late, and that of a file was not there to see it.
    produce(fresh_broker.bootstrap, name, sorted(made, key=lambda new: new.timestamp or 1 << 62))
    where = ["--bootstrap", fresh_broker.bootstrap, "--registry", registry.url]
    # Reading makes Kafka create __consumer_offsets, which both windows show then.
    assert run("collect", *where, "--until", "end", "-o", tmp_path / "first.meshcap", "--", name).code == 0
    assert run("collect", *where, "--until", "end", "-o", tmp_path / "file.meshcap", "--", name).code == 0
    select = f"--select={name}[0]@70"
    live = run(fresh_broker.bootstrap, "--registry", registry.url, select, "--screenshot", tmp_path / "live.png")
    assert (live.code, live.err) == (0, "")
    registry.close()
    fresh_broker.stop()
    file = run(tmp_path / "file.meshcap", select, "--screenshot", tmp_path / "file.png")
    assert (file.code, file.err) == (0, "")
    pictures = [QImage(str(tmp_path / name)) for name in ("live.png", "file.png")]
    high = 900 - 44 - 75 - 24
    live_part, file_part = (picture.copy(0, 44, 1_440, high) for picture in pictures)
    differing = [
        (x, y + 44) for y in range(high) for x in range(1_440) if live_part.pixel(x, y) != file_part.pixel(x, y)
    ]
    assert differing[:10] == []
    shown = Counter(live_part.pixel(x, y) for y in range(0, high, 4) for x in range(0, 1_440, 4))
    assert len(shown) > 100, "two empty pictures would be equal too"
