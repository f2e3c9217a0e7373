"""How fast records are collected, everything stored, beside kcat to nowhere and Kafka's own console consumer."""

import sys
import tempfile
from pathlib import Path

from meshdesk.demo.broker import Broker
from tests.speed.figures import figure, in_turn, seconds
from tests.speed.kafka import fill, loaded_broker, make_topic

ROUNDS = 3
PARTITIONS = 4


def main() -> None:
    """The figures collect.small, collect.small.java, collect.1k and collect.headers, in records/s of whole processes."""
    with loaded_broker() as broker, tempfile.TemporaryDirectory(prefix="meshdesk-speed-") as home:
        target = Path(home)
        _compare(broker, target, "collect.small", count=5_000_000, size=140, headers=0, goal=0.4, java=True)
        _compare(broker, target, "collect.1k", count=1_500_000, size=1000, headers=0, goal=0.6)
        _compare(broker, target, "collect.headers", count=2_000_000, size=140, headers=6, goal=0.35)


def _compare(
    broker: Broker, home: Path, name: str, count: int, size: int, headers: int, goal: float, java: bool = False
) -> None:
    topic = make_topic(broker, name, PARTITIONS)
    fill(broker, topic, count, size, headers)
    runs = [lambda: _ours(broker, topic, home), lambda: _kcat(broker, topic)]
    if java:
        runs.append(lambda: _console(broker, topic, count))
    ours, kcat, *console = (count / took for took in in_turn(ROUNDS, *runs))
    figure(name, "records/s", ours, kcat, f">= {goal} x kcat", ours >= goal * kcat)
    for theirs in console:
        figure(f"{name}.java", "records/s", ours, theirs, ">= 1 x the console consumer", ours >= theirs)


def _ours(broker: Broker, topic: str, home: Path) -> float:
    target = home / "collected.meshcap"
    words = ["collect", topic, "--bootstrap", broker.bootstrap, "--from", "beginning", "--until", "end"]
    took = seconds([sys.executable, "-m", "meshdesk", *words, "-o", str(target)])
    target.unlink()
    return took


def _kcat(broker: Broker, topic: str) -> float:
    return seconds(["kcat", "-b", broker.bootstrap, "-C", "-t", topic, "-o", "beginning", "-e", "-q"])


def _console(broker: Broker, topic: str, count: int) -> float:
    return seconds(
        broker.java.line(
            "org.apache.kafka.tools.consumer.ConsoleConsumer",
            *("--bootstrap-server", broker.bootstrap, "--topic", topic, "--from-beginning"),
            *("--max-messages", str(count), "--timeout-ms", "30000"),
            fast_start=False,
        )
    )


if __name__ == "__main__":
    main()
