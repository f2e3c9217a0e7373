"""One broker to be: its settings, its place on the disk and its ports, laid out as Kafka's own formatting does it."""

import base64
import contextlib
import shutil
import socket
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from meshdesk.demo.guard import GRACE

HOST = "127.0.0.1"

ALWAYS = {
    "auto.create.topics.enable": "false",
    "group.initial.rebalance.delay.ms": "0",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.num.partitions": "4",
    "log.retention.ms": "-1",  # back-dated records stay, unless a topic says otherwise
    "log.cleaner.dedupe.buffer.size": str(8 << 20),  # the default of 128 MB is most of the heap
}

BOUNDED = {
    # What keeps the internal topics and the metadata log small for weeks; the demo's topics bring their own bounds.
    "offsets.topic.segment.bytes": str(4 << 20),
    "transaction.state.log.segment.bytes": str(4 << 20),
    "share.coordinator.state.topic.segment.bytes": str(4 << 20),
    "metadata.log.segment.bytes": str(8 << 20),
    "metadata.max.retention.bytes": str(24 << 20),
    "metadata.log.max.record.bytes.between.snapshots": str(2 << 20),
    "log.segment.bytes": str(4 << 20),
    "log.retention.bytes": str(16 << 20),
    "log.retention.check.interval.ms": "30000",
    "log.segment.delete.delay.ms": "5000",
    "log.index.size.max.bytes": str(256 << 10),  # allocated at once for each segment where files cannot be sparse
    "log.cleaner.backoff.ms": "15000",
}

# WARN and above, at most two files of 5 MB; Kafka says all it has to say about a failed start at ERROR.
LOG4J = """\
rootLogger.level=WARN
rootLogger.appenderRef.file.ref=File
appender.file.type=RollingFile
appender.file.name=File
appender.file.fileName={log}
appender.file.filePattern={log}.%i
appender.file.layout.type=PatternLayout
appender.file.layout.pattern=%d %p %m %throwable{{short.message}}%n
appender.file.policies.type=Policies
appender.file.policies.size.type=SizeBasedTriggeringPolicy
appender.file.policies.size.size=5MB
appender.file.strategy.type=DefaultRolloverStrategy
appender.file.strategy.max=1
"""

REPLICATED = (
    "default.replication.factor",
    "offsets.topic.replication.factor",
    "transaction.state.log.replication.factor",
    "share.coordinator.state.topic.replication.factor",
)
MINIMUM_IN_SYNC = {"transaction.state.log.min.isr": "1", "share.coordinator.state.topic.min.isr": "1"}
QUICK_BACK = {"broker.session.timeout.ms": "3000", "broker.heartbeat.interval.ms": "500"}  # after kill(): not 9 s
SINGLE = {**dict.fromkeys(REPLICATED, "1"), **MINIMUM_IN_SYNC}


def nodes_in(folders: Sequence[Path], wish: "Wish") -> list["Node"]:
    """One for each folder, the first of which is the controller too, on ports that are free. Data that an earlier broker left
    in the first keeps its cluster's id."""
    controller, *ports = free_ports(len(folders) + 1)
    cluster_id = _cluster_id_in(folders[0]) or new_id()
    return [
        Node(
            folder=folder,
            number=number,
            roles="broker,controller" if number == 1 else "broker",
            port=wish.port or port,
            voters=f"1@{HOST}:{controller}",
            cluster_id=cluster_id,
            wish=wish,
        )
        for number, (folder, port) in enumerate(zip(folders, ports, strict=True), 1)
    ]


def free_ports(number: int) -> list[int]:
    """Ports that are free at this moment."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(number)]
        for one in sockets:
            one.bind((HOST, 0))
        return [int(one.getsockname()[1]) for one in sockets]


def _write_properties(path: Path, settings: Mapping[str, str]) -> None:
    """A Java properties file; a backslash would begin an escape (java.util.Properties)."""
    text = "".join(f"{name}={value}\n".replace("\\", "\\\\") for name, value in settings.items())
    path.write_text(text, encoding="utf-8")


def _cluster_id_in(folder: Path) -> str | None:
    try:
        lines = (folder / "data" / "meta.properties").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return dict(line.split("=", 1) for line in lines if "=" in line).get("cluster.id")


def new_id() -> str:
    """A random id as Kafka writes them: a UUID in URL-safe base64; one that begins with a dash is read as an option."""
    while (text := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return text


@dataclass(frozen=True, slots=True)
class Wish:
    """What is the same for all brokers of one start."""

    properties: Mapping[str, str]
    heap: str = "512m"
    fast_start: bool = True
    port: int = 0
    remove_folders: bool = False
    java_options: tuple[str, ...] = ()
    grace: float = GRACE  # s to end in order before it is killed


@dataclass(frozen=True, slots=True)
class Node:
    """One broker to be: its place, its ports and its settings."""

    folder: Path
    number: int
    roles: str
    port: int
    voters: str
    cluster_id: str
    wish: Wish

    def write(self, checkpoint: Path) -> None:
        """Lays out the folder as Kafka's own formatting does (meta.properties version 1, bootstrap.checkpoint)."""
        data = self.folder / "data"
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        data.mkdir(exist_ok=True)
        listeners = [f"PLAINTEXT://{HOST}:{self.port}"] if "broker" in self.roles else []
        listeners += [f"CONTROLLER://{self.voters.partition('@')[2]}"] if "controller" in self.roles else []
        settings = {
            "process.roles": self.roles,
            "node.id": str(self.number),
            "controller.quorum.voters": self.voters,
            "listeners": ",".join(listeners),
            "advertised.listeners": f"PLAINTEXT://{HOST}:{self.port}",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            "log.dirs": data.as_posix(),
            **self.wish.properties,
        }
        _write_properties(self.folder / "server.properties", settings)
        log = (self.folder / "broker.log").as_posix()
        (self.folder / "log4j2.properties").write_text(LOG4J.format(log=log), encoding="utf-8")
        if not (data / "meta.properties").exists():
            identity = {
                "version": "1",
                "cluster.id": self.cluster_id,
                "node.id": str(self.number),
                "directory.id": new_id(),
            }
            _write_properties(data / "meta.properties", identity)
            shutil.copyfile(checkpoint, data / "bootstrap.checkpoint")
