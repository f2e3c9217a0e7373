"""How fast payloads are decoded as a list and a search have them, beside confluent-kafka's own deserialisers on the same bytes.

The payloads are the stored ones of tests/payloads. The peers ask a registry once for each schema, and keep it. Nothing waits
here, so what is counted is the time of the processor: others on the same machine change no figure.
"""

import base64
import gc
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.schema_registry.json_schema import JSONDeserializer
from confluent_kafka.schema_registry.protobuf import ProtobufDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from grpc_tools import protoc

from meshdesk.decode.chain import preview
from meshdesk.decode.contract import Schemas
from meshdesk.explain.look import PREVIEW, row_of
from meshdesk.explain.program import COLLECT_AFTER
from meshdesk.model.record import Record
from tests.speed.figures import figure, in_turn, median, share
from tests.unit.decode.golden import PAYLOADS, payload, schemas_of

ROUNDS = 15
SECONDS = 0.2  # that a round takes about
ROWS = 40  # of a screen
SCREENS = 12  # of each folder
SLOWEST = 5  # folders that are named
WARM = 3  # times that each record was shown before
GOALS = {"avro": 2.0, "protobuf": 2.0, "json": 3.0}
HALF, MOST = 2.0, 10.0  # ms; the goals of a screen's median and of its p99
BOMB = (
    "compressed-value/gzip-bomb"  # an attack, which costs what the bound on unpacking allows; no list is full of them
)

Said = dict[str, Any]
Run = Callable[[], object]


def main() -> None:
    """The figures decode.avro, decode.protobuf and decode.json as payloads a second, and decode.rows in ms, p50 and p99."""
    gc.set_threshold(*COLLECT_AFTER)  # as the explain program has it, for both sides
    for kind, goal in GOALS.items():
        cases = [case for case in _cases(f"confluent-{kind}") if _has_id(case)]
        with _registry(cases) as address:
            _beside(
                kind, goal, [(_ours(case), _theirs(kind, case, f"{address}/{at}")) for at, case in enumerate(cases)]
            )
    by_folder = _screens()
    for name, times in sorted(by_folder.items(), key=lambda one: -median(one[1]))[:SLOWEST]:
        print(f"{name}: {median(times):.2f} ms a screen, {max(times):.2f} at most")
    taken = [time for times in by_folder.values() for time in times]
    half, most = share(taken, 0.5), share(taken, 0.99)
    figure("decode.rows", "ms", half, None, "p50 <= 2 ms", half <= HALF)
    figure("decode.rows.p99", "ms", most, None, "p99 <= 10 ms", most <= MOST)


def _beside(kind: str, goal: float, runs: list[tuple[Run, Run | None]]) -> None:
    """Both over all payloads that both read, each payload as often as the others."""
    pairs = [(ours, theirs) for ours, theirs in runs if theirs is not None]
    sides = [[ours for ours, _ in pairs], [theirs for _, theirs in pairs]]
    slowest = max(_seconds(side, 3) for side in sides)
    times = max(3, int(3 * SECONDS / slowest))
    ours, theirs = in_turn(ROUNDS, *(lambda side=side: _seconds(side, times) for side in sides))
    payloads = times * len(pairs)
    figure(f"decode.{kind}", "payloads/s", payloads / ours, payloads / theirs, f">= {goal:g} x", theirs >= goal * ours)


def _seconds(runs: list[Run], times: int) -> float:
    began = time.thread_time()
    for _ in range(times):
        for run in runs:
            run()
    return time.thread_time() - began


def _cases(folder: str) -> list[Said]:
    return [json.loads(path.read_text("utf-8")) for path in sorted((PAYLOADS / folder).glob("*.json"))]


def _has_id(said: Said) -> bool:
    return bool(said["value"]) and base64.b64decode(said["value"])[:1] == b"\0"


def _ours(said: Said) -> Run:
    """The value as the list shows it: the schema found by its id, all bytes proved, one line and its tones."""
    value, schemas = payload(said, "value"), schemas_of(said)
    return lambda: preview(value, schemas, PREVIEW)


def _theirs(kind: str, said: Said, registry: str) -> Run | None:
    """The same bytes by confluent-kafka; None where it does not read them."""
    client = SchemaRegistryClient({"url": registry})
    data, context = base64.b64decode(said["value"]), SerializationContext(said["topic"], MessageField.VALUE)
    if kind == "avro":
        read: Any = AvroDeserializer(client)
    elif kind == "json":
        read = JSONDeserializer(None, schema_registry_client=client, conf={"validate": False})
    else:
        read = ProtobufDeserializer(_message_class(said), {}, client)
    try:
        read(data, context)
    except Exception as why:  # whatever the peer does not read is no part of the comparison
        print(f"left out, as the peer does not read it: {said['topic']} ({why!s:.80})")
        return None
    return lambda: read(data, context)


# The registry


@contextmanager
def _registry(cases: list[Said]) -> Iterator[str]:
    """The address of a server that answers, below /N, what the registry of case N would answer."""
    answers: dict[str, bytes] = {}
    for at, said in enumerate(cases):
        serialised = {file.name: base64.b64encode(file.SerializeToString()).decode() for file in _files(said)}
        for one in said["schemas"]:
            body = {"schema": one["schema"], "schemaType": one["type"], "references": one["references"]}
            body |= {"id": one["id"], "subject": one["subject"], "version": one["version"]}
            for place in (f"/schemas/ids/{one['id']}", f"/subjects/{one['subject']}/versions/{one['version']}"):
                answers[f"/{at}{place}"] = json.dumps(body).encode()
                if one["type"] == "PROTOBUF":
                    text = serialised[_file_name(one)]
                    answers[f"/{at}{place} serialized"] = json.dumps(body | {"schema": text}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.replace("%2F", "/").partition("?")
            body = answers.get(f"{path} serialized" if "format=serialized" in query else path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body or b'{"error_code": 40403, "message": "not found"}')

        def log_message(self, *words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, name="registry", daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def _file_name(one: Said) -> str:
    return str(one["subject"]) if str(one["subject"]).endswith(".proto") else "default"


def _files(said: Said) -> list[descriptor_pb2.FileDescriptorProto]:
    """The Protobuf schemas of a case as protoc understands them, each with its own name."""
    schemas = [one for one in said["schemas"] if one["type"] == "PROTOBUF"]
    if not schemas or not all("{" in one["schema"] for one in schemas):
        return [_described(one) for one in reversed(schemas)]
    with tempfile.TemporaryDirectory(prefix="meshdesk-speed-") as home:
        for one in schemas:
            path = Path(home) / _file_name(one)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(one["schema"], "utf-8")
        out = Path(home) / "out"
        known = str(Path(protoc.__file__).parent / "_proto")
        line = ["protoc", f"-I{home}", f"-I{known}", f"--descriptor_set_out={out}", "--include_imports"]
        if protoc.main([*line, *(str(Path(home) / _file_name(one)) for one in schemas)]):
            raise SystemExit(f"protoc does not read the schemas of {said['topic']}")
        return list(descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes()).file)


def _described(one: Said) -> descriptor_pb2.FileDescriptorProto:
    """A schema that the registry has as a descriptor already."""
    file = descriptor_pb2.FileDescriptorProto.FromString(base64.b64decode(one["schema"]))
    file.name = _file_name(one)
    return file


def _message_class(said: Said) -> Any:
    pool = descriptor_pool.DescriptorPool()
    for file in _files(said):
        for known in file.dependency:
            if known.startswith("google/"):  # of which the library has its own
                pool.AddSerializedFile(descriptor_pool.Default().FindFileByName(known).serialized_pb)
        pool.Add(file)  # each behind what it imports
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(said["expect"]["message"]))


# The rows


def _screens() -> dict[str, list[float]]:
    """How many ms each screen took, by folder: a list shows one topic, and the records of a topic are of one kind."""
    shown = {
        folder.name: [_record(said) for said in _shown(folder)] for folder in PAYLOADS.iterdir() if folder.is_dir()
    }
    for record, schemas in WARM * [record for records in shown.values() for record in records]:
        row_of(record, schemas)
    chance = random.Random(8)
    screens = [
        (name, chance.choices(records, k=ROWS)) for name, records in sorted(shown.items()) for _ in range(SCREENS)
    ]
    chance.shuffle(screens)
    taken: dict[str, list[float]] = {name: [] for name in shown}
    for name, screen in screens:
        began = time.thread_time()
        for record, schemas in screen:
            row_of(record, schemas)
        taken[name].append(1000 * (time.thread_time() - began))
    return taken


def _shown(folder: Path) -> list[Said]:
    return [
        json.loads(path.read_text("utf-8"))
        for path in sorted(folder.glob("*.json"))
        if f"{folder.name}/{path.stem}" != BOMB
    ]


def _record(said: Said) -> tuple[Record, Schemas]:
    key, value = (payload(said, role) for role in ("key", "value"))
    names = said["topic"], said["partition"], said["offset"], said["timestamp"]
    return Record(0, *names, 1, key.data, value.data, value.headers, None), schemas_of(said)


if __name__ == "__main__":
    main()
