"""Records the demo that is opened where the embedded mesh is not installed: resources/demo/demo.meshcap.

The traffic of `meshdesk demo`, from its real broker: the last minutes of its history and a while of live records, all topics,
with the groups that read them.
Run it with the environment of the checkout: .venv/bin/python packaging/record_demo.py
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from meshdesk.session.children import Child, Heard

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "resources" / "demo" / "demo.meshcap"
NAME = "Demo mesh"  # what the capture is called, as the live demo is
HISTORY = "2m"  # the story is densest at its end: some 5,000 records of all topics
LIVE = "65s"  # a group joins after half a minute of the demo, a contract and a schema change after one
LEFT_OUT = "positions"  # topics whose name holds it are not read: many records of which nobody sees more than bytes
CALM = 500  # records/s: the history comes faster, what is live is slower
CALM_SECONDS = 5  # in which no more came: the history is in


def main() -> int:
    """Starts the mesh, waits until its history is in, collects, and ends the mesh. The exit code."""
    heard: SimpleQueue[Heard] = SimpleQueue()
    mesh = Child(["demo", "--mesh"], heard)
    try:
        where = _ready(heard)
        TARGET.parent.mkdir(parents=True, exist_ok=True)
        _wait_for_history(where["bootstrap"])
        read = [name for name in _topics(where["bootstrap"]) if LEFT_OUT not in name]
        words = ["collect", *read, "--connection", NAME]
        span = ["--from", HISTORY, "--for", LIVE, "-o", str(TARGET)]
        with tempfile.TemporaryDirectory() as config:
            saved = Path(config) / "connections" / f"{NAME}.toml"
            saved.parent.mkdir()
            lines = [f"{name} = {json.dumps(value)}" for name, value in where.items()]
            saved.write_text("\n".join(lines), "utf-8")
            environment = {**os.environ, "MESHDESK_CONFIG": config}
            code = subprocess.run([sys.executable, "-m", "meshdesk", *words, *span], env=environment).returncode
        TARGET.chmod(0o644)
        return code
    finally:
        mesh.hang_up()
        mesh.wait(20)


def _ready(heard: "SimpleQueue[Heard]") -> dict[str, Any]:
    """What the profile of a connection to it says."""
    while True:
        message = heard.get(timeout=300).message
        if message is None:
            raise SystemExit("The mesh ended before it was ready.")
        if message.get("is") == "mesh":
            return {name: message[name] for name in ("bootstrap", "registry", "catalogues")}


def _wait_for_history(bootstrap: str) -> None:
    """Back-dated records come first; a moment lies in them only once they are all there."""
    admin, before, calm = AdminClient({"bootstrap.servers": bootstrap}), 0, 0
    for _ in range(300):
        names = _topics(bootstrap)
        asked = {TopicPartition(name, number): OffsetSpec.latest() for name in names for number in range(3)}
        ends = 0
        for future in admin.list_offsets(asked).values():
            try:
                ends += future.result(10).offset
            except KafkaException:
                continue  # a topic of fewer partitions
        calm = calm + 1 if 0 < ends < before + CALM else 0
        if calm == CALM_SECONDS:
            return
        before = ends
        time.sleep(1)


def _topics(bootstrap: str) -> list[str]:
    topics = AdminClient({"bootstrap.servers": bootstrap}).list_topics(timeout=10).topics
    return sorted(name for name in topics if not name.startswith("__"))


if __name__ == "__main__":
    sys.exit(main())
