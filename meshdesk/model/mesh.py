"""The mesh: the fold of all facts. What is not there is unknown, never absent."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from meshdesk.model.fact import Checked, Fact
from meshdesk.model.schema import Reference, Schema, SchemaState


@dataclass(slots=True)
class TopicFacts:
    """What the cluster says of a topic."""

    name: str
    partitions: int
    internal: bool
    topic_id: str = ""


@dataclass(slots=True)
class Mesh:
    """Facts folded up to a moment. One owner at a time: whoever reads the capture."""

    cluster: str = ""  # the cluster's own id
    bootstrap: str = ""
    brokers: int = 0
    topics: dict[str, TopicFacts] = field(default_factory=dict)
    schemas: dict[int, Schema | SchemaState] = field(default_factory=dict)
    registry: str = ""
    checked: dict[str, Checked] = field(default_factory=dict)  # the newest round of each source


def fold(mesh: Mesh, facts: Iterable[Fact | Checked]) -> None:
    """Takes `facts` into the mesh, in the order in which they were written."""
    for fact in facts:
        if isinstance(fact, Checked):
            mesh.checked[fact.source] = fact
        elif fact.kind in FOLDS:
            FOLDS[fact.kind](mesh, fact)


def _cluster(mesh: Mesh, fact: Fact) -> None:
    value = fact.value or {}
    mesh.cluster = str(value.get("id", mesh.cluster))
    mesh.bootstrap = str(value.get("bootstrap", mesh.bootstrap))
    mesh.brokers = len(value.get("brokers", ()))
    mesh.registry = str(value.get("registry", mesh.registry))


def _topic(mesh: Mesh, fact: Fact) -> None:
    if fact.value is None:
        mesh.topics.pop(fact.about, None)
        return
    mesh.topics[fact.about] = TopicFacts(
        name=fact.about,
        partitions=int(fact.value.get("partitions", 0)),
        internal=bool(fact.value.get("internal", False)),
        topic_id=str(fact.value.get("id", "")),
    )


def _schema(mesh: Mesh, fact: Fact) -> None:
    value = fact.value
    if value is None:
        mesh.schemas.pop(int(fact.about), None)
        return
    if value.get("unknown"):
        mesh.schemas.setdefault(int(fact.about), SchemaState.UNKNOWN_ID)
        return
    mesh.schemas[int(fact.about)] = Schema(
        registry=fact.source,
        id=int(fact.about),
        type=str(value.get("type", "AVRO")),
        text=str(value.get("text", "")),
        references=tuple(
            Reference(str(r["name"]), str(r["subject"]), int(r["version"]), str(r["text"]))
            for r in value.get("references", ())
        ),
        subject=str(value.get("subject", "")),
        version=int(value.get("version", 0)),
    )


FOLDS = {"cluster": _cluster, "topic": _topic, "schema": _schema}
