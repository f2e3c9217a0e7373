"""The stored captures open for ever, and say what was stored in them."""

import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest

from meshdesk.capture.pack import pack, unpack
from meshdesk.capture.reader import Capture, open_captures
from meshdesk.capture.records import read_batch, read_numbered
from meshdesk.capture.samples import read_samples
from meshdesk.capture.store import CaptureError
from meshdesk.model.fact import Checked
from meshdesk.model.mesh import Mesh, TopicFacts, fold
from meshdesk.model.schema import Schema, SchemaState

HERE = Path(__file__).parent
STORED = {  # what is stored stays; a newer format is stored beside it
    "v1.meshcap": "962d5fb72397d53e7c55b424c43da2a057a245eca1cb6997674551a17d0aa338",
    "v1.json": "c489408da84a5e9276e0e31eb81516e54020f4ab74e0022fc50ae94a048cd310",
    "v2.meshcap": "5ca809b061a533f8564324578bf14e655557994c9fe7def44af792b302812bf5",
    "kept.meshcap": "7235f1d91f4c852642a97443a668a53ab10465089b6844b02d4835486daf23c3",
    "cut.meshcap": "d47aff43f15cfafad261c6dc06e94e896755bd057084fbced27ec9a109051a5f",
    "empty.meshcap": "e580ad962719e0ef5eeb5d8af37be7be474fff9a96d3008af83db6a85a3b6075",
}
T0 = 1_795_500_000_000
LONG = "domain.subdomain.a-name-as-long-as-kafka-lets-it-be." + "x" * 197
ORDERS, PAYMENTS, RAW = "orders.placed.v1", "payments.settled.v1", "raw.bytes"


def opened(name: str) -> Capture:
    (capture,) = open_captures(HERE / name)
    return capture


def rows(capture: Capture) -> list[dict[str, object]]:
    """Every row in the form of v1.json."""
    found: list[dict[str, object]] = []
    for placed in capture.batches:
        for row in read_batch(capture, placed).to_pylist():
            headers = row["headers"]
            pairs = None if headers is None else [[header["name"], shown(header["value"])] for header in headers]
            parts = {"key": shown(row["key"]), "value": shown(row["value"]), "headers": pairs}
            found.append({"topic": placed.topic} | row | parts)
    return found


def shown(data: bytes | None) -> str | None:
    """Bytes as v1.json has them: text where they are ASCII, otherwise in hex."""
    if data is None:
        return None
    return data.decode() if data.isascii() and not data.startswith(b"0x") else f"0x{data.hex()}"


@pytest.mark.parametrize("name", STORED)
def test_that_a_stored_file_is_the_one_that_was_stored(name: str) -> None:
    assert hashlib.sha256((HERE / name).read_bytes()).hexdigest() == STORED[name]


def test_that_every_record_of_version_1_is_read_as_it_was_stored() -> None:
    capture = opened("v1.meshcap")
    assert rows(capture) == json.loads((HERE / "v1.json").read_text("utf-8"))
    assert capture.damage() == ""
    capture.close()


def test_that_version_1_says_when_and_where_its_rows_were_read() -> None:
    capture = opened("v1.meshcap")
    assert capture.id == "00000000000000000000000000000001"
    assert capture.store.manifest["title"] == "kafka.example:9092"
    assert [(p.first_row, p.topic, p.batch.rows, p.batch.seen - T0, p.writer) for p in capture.batches] == [
        (0, ORDERS, 60, 100, 1),
        (60, PAYMENTS, 10, 200, 1),
        (70, ORDERS, 30, 300, 1),
        (100, RAW, 7, 400, 1),
        (107, PAYMENTS, 1, 500, 1),
        (108, PAYMENTS, 1, 600, 1),
        (109, LONG, 6, 700, 1),
        (115, RAW, 5, 60_100, 2),
        (120, ORDERS, 30, 60_200, 2),
        (150, PAYMENTS, 36, 60_300, 2),
        (186, ORDERS, 4, 60_400, 2),
    ]
    assert len(LONG) == 249
    assert {name: topic.rows for name, topic in capture.topics.items()} == {ORDERS: 124, PAYMENTS: 48, RAW: 12, LONG: 6}
    payments = capture.batches[9].batch
    assert (payments.oldest, payments.newest) == (0, 4_102_444_800_000)
    capture.close()


def test_that_what_is_odd_in_version_1_is_still_odd() -> None:
    capture = opened("v1.meshcap")
    found = {(row["topic"], row["partition"], row["offset"]): row for row in rows(capture)}
    no_time = found[PAYMENTS, 0, 120]
    assert (no_time["timestamp"], no_time["timestamp_type"], no_time["key"], no_time["headers"]) == (-1, 0, None, [])
    assert no_time["leader_epoch"] == -1
    assert (found[PAYMENTS, 0, 121]["key"], found[PAYMENTS, 0, 121]["headers"]) == ("", [["", ""]])
    assert (found[PAYMENTS, 0, 125]["value"], found[PAYMENTS, 0, 126]["value"]) == ("", None)
    assert found[PAYMENTS, 0, 100]["headers"] == [
        ["ce_type", "payment.settled"], ["ce_id", "0"], ["retry", "1"], ["retry", "2"], ["retry", None],
    ]  # fmt: skip
    assert found[RAW, 0, 0]["value"] == "0x" + bytes(range(256)).hex()
    assert found[RAW, 0, 1]["value"] == "0xfffe" + "Zürich, Łódź, 東京".encode("utf-16-le").hex()
    assert found[LONG, 0, 0]["key"] == "0x" + "طلب".encode().hex()
    assert found[LONG, 0, 3]["headers"] == [["\u202eredaeh", "0x" + "\u202eeulav".encode().hex()]]
    assert found[ORDERS, 0, 0]["value"] == (
        "0x000000000114"
        + b"order-0000".hex()
        + "809cebefc068"
        + "00"
        + "00"
        + "0234"
        + "Zażółć gęślą jaźń".encode().hex()
    )
    assert Counter(row["value"] is None for row in rows(capture)) == {False: 176, True: 14}
    capture.close()


def test_that_the_coverage_of_version_1_keeps_its_gaps() -> None:
    capture = opened("v1.meshcap")
    assert {(key.name, part): list(ranges) for (key, part), ranges in capture.coverage.items()} == {
        (ORDERS, 0): [(0, 49)],
        (ORDERS, 1): [(0, 45)],
        (ORDERS, 2): [(0, 30), (35, 45)],
        (PAYMENTS, 0): [(0, 128)],
        (PAYMENTS, 1): [(0, 120)],
        (RAW, 0): [(0, 12)],
        (LONG, 0): [(0, 6)],
        ("quiet.topic", 0): [],
    }
    assert {(key.name, part): end for (key, part), end in capture.end_seen.items()} == {
        (ORDERS, 0): 49, (ORDERS, 1): 45, (ORDERS, 2): 45, (PAYMENTS, 0): 128, (PAYMENTS, 1): 120, (RAW, 0): 12,
        (LONG, 0): 6, ("quiet.topic", 0): 0,
    }  # fmt: skip
    assert {key.topic_id for key, _ in capture.coverage} == {
        "id-of-orders", "id-of-paymen", "id-of-raw.by", "id-of-domain", "id-of-quiet",
    }  # fmt: skip
    capture.close()


def test_that_the_facts_of_version_1_fold_into_its_mesh() -> None:
    capture = opened("v1.meshcap")
    mesh = Mesh()
    fold(mesh, capture.take_facts())
    capture.close()
    assert (mesh.cluster, mesh.bootstrap, mesh.brokers) == ("mRq0xJ2sQkW1", "kafka.example:9092", 2)
    assert mesh.registry == "http://registry.example:8081"
    assert mesh.topics == {
        name: TopicFacts(name, partitions, internal)
        for name, partitions, internal in [
            (ORDERS, 3, False), (PAYMENTS, 2, False), (RAW, 1, False), (LONG, 1, False), ("quiet.topic", 4, False),
            ("__consumer_offsets", 50, True),
        ]
    }  # fmt: skip
    assert mesh.checked == {
        "kafka": Checked("kafka", T0 + 590, T0 + 600),
        "registry": Checked("registry", T0 + 500, T0 + 500),
    }
    assert sorted(mesh.schemas) == ["1", "2", "99"]
    assert mesh.schemas["99"] is SchemaState.UNKNOWN_ID
    first, second = mesh.schemas["1"], mesh.schemas["2"]
    assert isinstance(first, Schema)
    assert isinstance(second, Schema)
    assert (first.registry, first.type, first.subject, first.version) == (
        "http://registry.example:8081", "AVRO", "orders.placed.v1-value", 1,
    )  # fmt: skip
    assert [field["name"] for field in json.loads(first.text)["fields"]] == [
        "order",
        "placed",
        "channel",
        "lines",
        "note",
    ]
    assert json.loads(second.text)["fields"][-1] == {"name": "total", "type": "example.common.Money"}
    (reference,) = second.references
    assert (reference.name, reference.subject, reference.version) == ("example.common.Money", "common.money", 1)
    assert json.loads(reference.text)["fields"][0]["type"]["logicalType"] == "decimal"


def test_that_the_samples_of_version_1_say_what_was_measured() -> None:
    capture = opened("v1.meshcap")
    found: dict[tuple[str, str, int], list[tuple[int, int]]] = {}
    for writer, batch in read_samples(capture, capture.samples):
        for row in batch.to_pylist():
            of = capture.series[writer, row["series"]]
            found.setdefault((of["of"], of["name"], of["partition"]), []).append((row["seen"] - T0, row["value"]))
    capture.close()
    times = [0, 10_000, 20_000, 60_000, 70_000, 80_000]
    ends = {(ORDERS, 0): 45, (ORDERS, 1): 45, (ORDERS, 2): 45, (RAW, 0): 12, (LONG, 0): 6}
    begins = {place: 100 if place[0] == PAYMENTS else 0 for place in [*ends, (PAYMENTS, 0), (PAYMENTS, 1)]}
    assert found == {
        **{("end", *place): [(time, end) for time in times] for place, end in ends.items()},
        **{("end", PAYMENTS, n): list(zip(times, [106, 116, 126] * 2, strict=True)) for n in (0, 1)},
        **{("beginning", *place): [(0, begin), (60_000, begin)] for place, begin in begins.items()},
    }


def test_that_version_2_holds_the_same_in_generations_but_for_what_was_dropped() -> None:
    capture = opened("v2.meshcap")
    stored = json.loads((HERE / "v1.json").read_text("utf-8"))
    assert 0 < capture.dropped < capture.rows == len(stored)
    assert {generation.sealed for generation in capture.generations} == {True, False}
    assert {generation.writer for generation in capture.generations} == {1, 2}
    numbered = []
    for placed in capture.batches:
        batch, numbers = read_numbered(capture, placed)
        numbered += [
            (row, placed.topic, offset) for row, offset in zip(numbers, batch["offset"].to_pylist(), strict=True)
        ]
    assert [(topic, offset) for _, topic, offset in sorted(numbered)] == [
        (row["topic"], row["offset"]) for row in stored[capture.dropped :]
    ]
    of_topic = Counter(row["topic"] for row in stored)
    gone = Counter(row["topic"] for row in stored[: capture.dropped])
    assert {name: (rows.first, rows.rows) for name, rows in capture.topics.items()} == {
        name: (gone[name], count) for name, count in of_topic.items()
    }
    for name in of_topic:
        left = [row for row in rows(capture) if row["topic"] == name]
        assert left == [row for row in stored if row["topic"] == name][gone[name] :]
    assert capture.damage() == ""
    capture.close()


def test_that_version_2_holds_the_samples_and_facts_of_version_1() -> None:
    old, new = opened("v1.meshcap"), opened("v2.meshcap")
    assert new.take_facts() == old.take_facts()
    assert sampled(new) == sampled(old)
    old.close()
    new.close()


def test_that_samples_that_were_kept_of_dropped_generations_are_those_of_version_1() -> None:
    old, new = opened("v1.meshcap"), opened("kept.meshcap")
    assert [(kept.writer, kept.first, kept.last) for kept in new.kept] == [(1, 0, 3), (2, 0, 0), (2, 1, 1)]
    assert sampled(new) == sampled(old)
    assert new.take_samples() == new.samples
    left = rows(old)[new.dropped :]
    assert Counter((row["topic"], row["offset"]) for row in rows(new)) == Counter(
        (row["topic"], row["offset"]) for row in left
    )
    assert (new.rows, new.damage()) == (old.rows, "")
    old.close()
    new.close()


def sampled(capture: Capture) -> list[tuple[int, str, str, int, int]]:
    """(seen, of, topic, partition, value) of every sample."""
    found = []
    for writer, batch in read_samples(capture, capture.samples):
        for row in batch.to_pylist():
            line = capture.series[writer, row["series"]]
            found.append((row["seen"], str(line["of"]), str(line["name"]), int(line["partition"]), row["value"]))
    return found


def test_that_version_1_is_unpacked_and_packed_again(tmp_path: Path) -> None:
    (home,) = unpack(HERE / "v1.meshcap", tmp_path)
    pack([home], tmp_path / "again.meshcap")
    (again,) = open_captures(tmp_path / "again.meshcap")
    assert rows(again) == json.loads((HERE / "v1.json").read_text("utf-8"))
    again.close()


def test_that_the_torn_capture_gives_what_is_whole_and_says_what_is_not() -> None:
    capture = opened("torn.capture")
    stored = json.loads((HERE / "v1.json").read_text("utf-8"))
    of = {name: [row for row in stored if row["topic"] == name] for name in (RAW, PAYMENTS)}
    assert rows(capture) == of[RAW][:4] + of[PAYMENTS][:8]
    assert [fact.seen for fact in capture.take_facts()] == [T0, T0]
    assert sum(batch.num_rows for _, batch in read_samples(capture, capture.samples)) == 28
    assert capture.damage() == (
        "torn.capture ends in the middle of a write; its last 179 bytes are left out, all before is whole."
    )
    capture.close()


def test_that_the_cut_capture_says_so() -> None:
    with pytest.raises(CaptureError, match=r"cut\.meshcap is not a MeshDesk capture, or only a part of one\."):
        open_captures(HERE / "cut.meshcap")


def test_that_the_empty_capture_is_empty_and_whole() -> None:
    capture = opened("empty.meshcap")
    assert (capture.rows, capture.topics, capture.take_facts(), capture.damage()) == (0, {}, [], "")
    assert capture.store.manifest["title"] == "empty"
    capture.close()


def test_that_the_stored_captures_stay_small() -> None:
    assert sum(path.stat().st_size for path in HERE.rglob("*") if path.is_file() and path.suffix != ".pyc") < 320_000
