"""How soon a mesh of ten thousand topics is folded from its facts, takes a change, and shows any moment of its hour."""

import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from meshdesk.capture.manifest import create_capture
from meshdesk.capture.reader import open_captures
from meshdesk.capture.writer import Writer
from meshdesk.model.fact import Checked, Fact
from meshdesk.model.mesh import Mesh, fold
from meshdesk.session.readings import many_that_stay
from tests.speed.captures import BEGAN
from tests.speed.figures import figure, median, share

TOPICS, GROUPS, READ_BY_EACH = 10_000, 7_000, 45
CONTRACTS = 5_000
CHANGES = 20_000  # in the hour
HOUR = 3_600_000  # ms
MOMENTS = 300  # of fewer, p99 would be one that another process of the machine held up
FOLD, CHANGE, MOMENT = 3.0, 20.0, 50.0  # s, µs, ms
SCREEN = 60  # topics whose consumers and settings are on the screen at once


def main() -> None:
    """The figures facts.fold in s, beside json.loads of the same lines; facts.change in µs and facts.moment in ms."""
    first, changes = list(facts()), list(hour())
    with tempfile.TemporaryDirectory(prefix="meshdesk-speed-") as home:
        folder = Path(home) / "mesh"
        create_capture(folder, "the speed scripts", "127.0.0.1:9092")
        writer = Writer(folder)
        writer.facts([*first, *changes])
        writer.close()
        theirs = median([_parsed(folder) for _ in range(3)])
        took = [_folded(folder) for _ in range(3)]
    ours = median([seconds for seconds, _, _ in took])
    _, mesh, kilobytes = took[-1]
    size = f"{len(first):,} facts and {CHANGES:,} changes"
    figure("facts.fold", "s", ours, theirs, f"<= 3 s with {size}", ours <= FOLD)
    figure("facts.memory", "MB", kilobytes / 1000, None, "reported", None)
    change = _changed(changes)
    figure("facts.change", "µs", change, None, "<= 20 µs", change <= CHANGE)
    moments = _moments(mesh)
    slowest = share([clock for clock, _ in moments], 0.99)
    figure("facts.moment", "ms", slowest, None, f"p99 <= 50 ms with {size}", slowest <= MOMENT)
    figure("facts.moment.half", "ms", median([clock for clock, _ in moments]), None, "reported", None)
    figure(
        "facts.moment.work", "ms", share([work for _, work in moments], 0.99), None, "reported: p99 of CPU time", None
    )


def facts() -> Iterator[Fact | Checked]:
    """A large mesh, as its sources tell it when they are asked for the first time."""
    yield Fact("cluster", "127.0.0.1:9092", {"bootstrap": "127.0.0.1:9092", "brokers": [1, 2, 3]}, BEGAN, "kafka")
    for k in range(TOPICS):
        yield Fact("topic", topic(k), {"partitions": 6, "internal": False}, BEGAN, "kafka")
        settings = {
            "cleanup.policy": "delete",
            "retention.ms": str(86_400_000 * (k % 7 + 1)),
            "min.insync.replicas": "2",
        }
        yield Fact("config", topic(k), settings, BEGAN, "kafka")
    yield Checked("kafka", BEGAN, BEGAN)
    for k in range(CONTRACTS):
        yield contract(k, BEGAN + 1_000)
        if k % 4 == 0:
            yield product(k // 4, BEGAN + 1_000)
    yield Checked("files contracts", BEGAN, BEGAN + 1_000)
    for k in range(GROUPS):
        yield group(k, "stable", BEGAN + 2_000)
        for n in range(READ_BY_EACH):
            value = {"assigned": 6, "committed": 6}
            yield Fact("reads", f"group-{k:05d} {topic(k * 31 + n * 7)}", value, BEGAN + 2_000, "kafka")
    yield Checked("kafka groups", BEGAN, BEGAN + 2_000)


def hour() -> Iterator[Fact]:
    """What changes: groups that come, go and are balanced anew, mostly; topics, settings and contracts sometimes."""
    chance = random.Random(7)
    for n in range(CHANGES):
        seen, k = BEGAN + 3_000 + n * (HOUR - 10_000) // CHANGES, chance.randrange(TOPICS)
        kind = chance.random()
        if kind < 0.5:
            about = f"group-{k % GROUPS:05d} {topic(k % GROUPS * 31)}"
            yield Fact("reads", about, None if kind < 0.1 else {"assigned": n % 6, "committed": 6}, seen, "kafka")
        elif kind < 0.9:
            yield group(k % GROUPS, ("stable", "empty")[n % 2], seen)
        elif kind < 0.95:
            yield Fact("topic", topic(k), None if n % 2 else {"partitions": 12, "internal": False}, seen, "kafka")
        elif kind < 0.98:
            yield Fact("config", topic(k), {"cleanup.policy": "compact", "retention.ms": "-1"}, seen, "kafka")
        else:
            yield contract(k % CONTRACTS, seen)


def topic(k: int) -> str:
    """The name of the k-th topic: fifty domains, and what happens in them."""
    k %= TOPICS
    return f"domain-{k % 50:02d}.product-{k % 500:03d}.event-{k:05d}.v1"


def contract(k: int, seen: int) -> Fact:
    """The contract of two topics, with ten fields each."""
    fields = [{"name": f"field_{n}", "type": "string", "required": True, "line": 30 + 4 * n} for n in range(10)]
    value = {
        "name": f"contract {k}",
        "version": f"1.{seen % 10}.0",
        "status": "active",
        "domain": f"domain-{k % 50:02d}",
        "team": {"name": f"team {k % 90}"},
        "topics": [{"name": topic(k * 2 + n), "pattern": False, "line": 20 + n, "fields": fields} for n in range(2)],
        "lines": {"domain": 7, "team": 9},
    }
    return Fact("contract", f"contract-{k}", value, seen, f"contracts/contract-{k}.odcs.yaml", "declared", 1)


def product(k: int, seen: int) -> Fact:
    """A product that gives out what four contracts describe."""
    ports = [{"direction": "output", "name": "out", "contract": f"contract-{4 * k + n}", "line": 20} for n in range(4)]
    value = {"name": f"product {k}", "domain": f"domain-{k % 50:02d}", "status": "active", "ports": ports}
    return Fact("product", f"product-{k}", value, seen, f"contracts/product-{k}.odps.yaml", "declared", 1)


def group(k: int, state: str, seen: int) -> Fact:
    """A group of three members."""
    members = [
        {"id": f"member-{n}", "client": f"client-{n}", "host": "/10.0.0.1", "reads": {topic(k * 31): [n, n + 3]}}
        for n in range(3 if state == "stable" else 0)
    ]
    value = {"type": "classic", "state": state, "coordinator": "b1:9092", "members": members, "count": len(members)}
    return Fact("group", f"group-{k:05d}", value, seen, "kafka")


def _parsed(folder: Path) -> float:
    """s in which json.loads reads the same lines, and does nothing with them."""
    began = time.perf_counter()
    with (folder / "facts-1").open("rb") as lines:
        for line in lines:
            json.loads(line[9:])
    return time.perf_counter() - began


def _folded(folder: Path) -> tuple[float, Mesh, int]:
    """s from opening the capture until the mesh of now can be shown; the mesh, and by how many kB the process grew."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    with many_that_stay():
        (capture,) = open_captures(folder)
        mesh = Mesh()
        fold(mesh, capture.take_facts())
        _look(mesh.now(), 0)
    took = time.perf_counter() - began
    capture.close()
    return took, mesh, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before


def _changed(changes: list[Fact]) -> float:
    """µs that one change takes; the median of ten parts of the hour."""
    mesh, took, part = Mesh(), [], len(changes) // 10
    fold(mesh, facts())
    for first in range(0, len(changes), part):
        began = time.perf_counter()
        for change in changes[first : first + part]:
            fold(mesh, (change,))
        took.append((time.perf_counter() - began) * 1e6 / part)
    return median(took)


def _moments(mesh: Mesh) -> list[tuple[float, float]]:
    """ms of the clock and of work that moments take in no order, with all that a screen shows of them."""
    chance, took = random.Random(3), []
    for _ in range(MOMENTS):
        moment = BEGAN + chance.randrange(HOUR)
        began, worked = time.perf_counter(), time.thread_time()
        _look(mesh.at(moment), chance.randrange(TOPICS))
        took.append(((time.perf_counter() - began) * 1000, (time.thread_time() - worked) * 1000))
    return took


def _look(mesh: Mesh, first: int) -> None:
    """What the views ask of a moment: all topics in their domains, and of what is on the screen who reads it."""
    if len(mesh.placing.domains) != 50 or not mesh.topics:
        sys.exit(f"the mesh has {len(mesh.placing.domains)} domains")
    for k in range(first, first + SCREEN):
        mesh.consumers(topic(k))
        mesh.config(topic(k))


if __name__ == "__main__":
    main()
