"""How soon a mesh of two thousand topics stands on the map, how long a paint of it takes, and a change of all its rates."""

import tempfile
from pathlib import Path

from meshdesk.capture.manifest import create_capture
from meshdesk.capture.writer import Writer
from meshdesk.model.fact import Checked, Fact
from tests.speed.captures import BEGAN
from tests.speed.figures import figure, share
from tests.speed.window import in_window

DOMAINS = 50
TOPICS = 2_000
MANY = 10_000  # topics, reported
EACH = 4  # topics of a product
FIRST, PAN, LIVE = 1.0, 16.0, 8.0  # s, ms, ms


def main() -> None:
    """The figures topology.first in s, topology.pan in ms and topology.live in ms, of topics, the level with most boxes."""
    with tempfile.TemporaryDirectory(prefix="meshdesk-speed-") as home:
        took = in_window("topology", str(_mesh(Path(home) / "mesh", TOPICS)), "topics")
        size = f"with {TOPICS:,} topics in {DOMAINS} domains, {took['boxes']:,} boxes"
        figure("topology.first", "s", took["first"], None, f"<= 1 s {size}", took["first"] <= FIRST)
        pan, live = share(took["paints"], 0.99), share(took["live"], 0.99)
        figure("topology.pan", "ms", pan, None, "p99 <= 16 ms of paint", pan <= PAN)
        figure("topology.live", "ms", live, None, "p99 <= 8 ms of the beat", live <= LIVE)
        took = in_window("topology", str(_mesh(Path(home) / "many", MANY)), "topics")
        figure("topology.many.first", "s", took["first"], None, f"reported, with {MANY:,} topics", None)
        figure("topology.many.pan", "ms", share(took["paints"], 0.99), None, "reported", None)


def _mesh(folder: Path, topics: int) -> Path:
    """A capture of a mesh: products of four topics, a group for two products, and every product reads another's contract."""
    create_capture(folder, "the speed scripts", "127.0.0.1:9092")
    writer = Writer(folder)
    facts: list[Fact | Checked] = [
        Fact("topic", _topic(k), {"partitions": 6, "internal": False}, BEGAN, "kafka") for k in range(topics)
    ]
    for k in range(topics // EACH):
        domain = f"domain-{k % DOMAINS:02d}"
        named = [{"name": _topic(k * EACH + n), "line": 20 + n, "fields": []} for n in range(EACH)]
        facts.append(
            Fact("contract", f"c{k}", {"domain": domain, "topics": named}, BEGAN, f"contracts/{k}.yaml", "declared", 1)
        )
        ports = [
            {"direction": "output", "name": "out", "contract": f"c{k}", "reads": [], "line": 9},
            {"direction": "input", "name": "in", "contract": f"c{k * 7 % (topics // EACH)}", "reads": [], "line": 12},
        ]
        value = {"name": f"Product {k}", "domain": domain, "ports": ports}
        facts.append(Fact("product", f"p{k}", value, BEGAN, f"products/{k}.yaml", "declared", 1))
        if k % 2 == 0:
            facts.append(Fact("group", f"{domain}-reader-{k}", {"state": "stable", "count": 2}, BEGAN, "kafka"))
            for n in range(3):
                read = f"{domain}-reader-{k} {_topic(k * EACH + n * 97)}"
                facts.append(Fact("reads", read, {"assigned": 6, "committed": 6}, BEGAN, "kafka"))
    writer.facts([*facts, Checked("kafka", BEGAN, BEGAN)])
    for second in range(6):  # two rounds would do; a rate is one over some seconds
        writer.samples(
            [(BEGAN + 1_000 * second, writer.series("end", _topic(k), 0), second * (k % 900)) for k in range(topics)]
        )
    writer.close()
    return folder


def _topic(k: int) -> str:
    return f"event-{k:05d}.v1"


if __name__ == "__main__":
    main()
