"""The mesh: the fold of all facts up to a moment. What is not there is unknown, never absent."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from meshdesk.model.catalogue import Contract, Product, contract_from, product_from
from meshdesk.model.fact import Checked, Fact
from meshdesk.model.group import Group, Reads, group_from, reads_from
from meshdesk.model.offers import Offers
from meshdesk.model.placing import Place, Placing
from meshdesk.model.schema import Reference, Schema, SchemaState
from meshdesk.model.schema_files import ABOUT, SchemaFiles, is_link, link_from, schema_file_from
from meshdesk.model.timeline import KINDS, Timeline

Made = TypeVar("Made")
PLACED_BY = ("topic", "contract", "product")  # the kinds that say where a topic belongs


@dataclass(slots=True)
class TopicFacts:
    """What the cluster says of a topic."""

    name: str
    partitions: int
    internal: bool
    topic_id: str = ""


class Mesh:
    """What stands at a moment. One with a fixed place never changes; else it is the mesh of now, and `fold` adds to it."""

    __hash__ = None  # type: ignore[assignment]  # meshes are compared by what they say

    def __init__(self, timeline: Timeline | None = None, place: int | None = None) -> None:
        """`place` is how many of the timeline's facts are in it; None: all, also those that come later."""
        self.timeline = Timeline() if timeline is None else timeline
        self._place = place
        self._made: dict[str, object] = {}  # of a fixed place, what is asked for again and again

    @property
    def place(self) -> int:
        """How many facts are in it."""
        return len(self.timeline) if self._place is None else self._place

    def at(self, moment: int) -> "Mesh":
        """The mesh at a moment, in ms since the epoch. Before the first fact nothing is known."""
        return Mesh(self.timeline, self.timeline.place(moment))

    def now(self) -> "Mesh":
        """The mesh as it is, to be handed over: it does not change when more facts come."""
        return Mesh(self.timeline, self.place)

    def claims(self, kind: str, about: str) -> tuple[Fact, ...]:
        """What each source says of one subject; () is unknown."""
        return self.timeline.claims(kind, about, self.place)

    def each(self, kind: str) -> Iterator[tuple[str, tuple[Fact, ...]]]:
        """Every subject of a kind with what the sources say of it."""
        return self.timeline.each(kind, self.place)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mesh) and self._all() == other._all()

    # What the cluster says

    @property
    def cluster(self) -> str:
        """The cluster's own id."""
        return str(self._cluster.get("id", ""))

    @property
    def bootstrap(self) -> str:
        return str(self._cluster.get("bootstrap", ""))

    @property
    def brokers(self) -> int:
        return len(self._cluster.get("brokers", ()))

    @property
    def registry(self) -> str:
        return str(self._cluster.get("registry", ""))

    @property
    def checked(self) -> dict[str, Checked]:
        """The newest round of each source."""
        return self.timeline.checked(self.place)

    def is_known(self, source: str) -> bool:
        """Whether a source had told all that it had: what it has not said then is not there. Else it is unknown."""
        return source in self.checked

    @property
    def topics(self) -> Mapping[str, TopicFacts]:
        """The topics that are there, by name. Nobody changes it."""
        return self._kept("topics", lambda: self._newest("topic", _topic))

    @property
    def schemas(self) -> Mapping[str, Schema | SchemaState]:
        """The schemas of registries, by what they are called (SchemaName.about). Nobody changes it."""
        return self.timeline.derived("schemas", ("schema",), self.place, self._schemas)

    @property
    def reading(self) -> Hashable:
        """Changes when a payload could be read differently: another schema is known, or why one is not."""
        checked = self.checked.get("registry")
        is_away = checked is not None and bool(checked.failed)
        return self.timeline.version(("schema",), self.place), self.registry, is_away

    @property
    def schema_files(self) -> SchemaFiles:
        """The schemas that stand in files of this machine, or of the one that recorded the capture."""
        return self.timeline.derived("schema files", ("schema",), self.place, self._schema_files)

    def config(self, topic: str) -> tuple[Fact, ...]:
        """The settings of a topic, which stand in the fact's value."""
        return self.claims("config", topic)

    # Who reads

    @property
    def groups(self) -> Mapping[str, Group]:
        """The groups that are there, by id. Nobody changes it."""
        return self._kept("groups", lambda: self._newest("group", group_from))

    def consumers(self, topic: str) -> tuple[Reads, ...]:
        """Which groups read a topic, in the order of their ids.

        Made each time: kept, those of all topics that were ever on the screen at some moment are objects by the hundred
        thousand, and whenever Python's collector looks through them everything waits for 50 ms.
        """
        return tuple(
            map(reads_from, self._reads([f"{group} {topic}" for group in sorted(self.timeline.groups_of(topic))]))
        )

    def read_by(self, group: str) -> tuple[Reads, ...]:
        """Which topics a group reads, in the order of their names."""
        facts = self._reads([f"{group} {topic}" for topic in sorted(self.timeline.topics_of(group))])
        return tuple([self.timeline.made(fact, reads_from) for fact in facts])

    # What is declared

    @property
    def contracts(self) -> Mapping[str, tuple[Contract, ...]]:
        """By id what each file says of it, the newest first. Nobody changes it."""
        return self._by_file("contract", contract_from)

    @property
    def products(self) -> Mapping[str, tuple[Product, ...]]:
        """By id what each file says of it, the newest first. Nobody changes it."""
        return self._by_file("product", product_from)

    @property
    def placing(self) -> Placing:
        """Which topic belongs to which domain and product."""
        return self._kept(
            "placing", lambda: self.timeline.derived("placing", PLACED_BY, self.place, self._place_topics)
        )

    def belonging(self, topic: str) -> Place:
        """Where a topic belongs."""
        facts = self.claims("topic", topic)
        return self.placing.place(topic, facts[0] if facts else None)

    def declared_readers(self, topic: str) -> tuple[Product, ...]:
        """The products that say that they are made from a topic: by an input port, or by what an output port reads.

        By title: the order in which they were seen is another one in a file than while it was recorded.
        """
        ids = {contract.id for contract, _ in self.belonging(topic).contracts}
        found = (
            product
            for files in self.products.values()
            for product in files
            if any(
                ids & {*port.reads, *((port.contract,) if port.direction == "input" else ())} for port in product.ports
            )
        )
        return tuple(sorted(found, key=lambda product: (product.title.casefold(), product.id)))

    # How

    @property
    def _cluster(self) -> Mapping[str, Any]:
        """What its facts say; what a later one leaves out is as it was."""
        said: dict[str, Any] = {}
        for _, facts in self.each("cluster"):
            for fact in facts:
                said |= fact.value or {}
        return said

    def _kept(self, name: str, make: Callable[[], Made]) -> Made:
        """What `make` gives, as long as this mesh is in use: the timeline has it at hand for some moments only, and while those
        pass by the window would make it anew. The mesh of now changes, and keeps nothing."""
        found = self._made.get(name)
        if found is None:
            found = make()
            if self._place is not None:
                self._made[name] = found
        return found  # type: ignore[return-value]  # a name is of one type

    def _newest(self, kind: str, make: Callable[[Fact], Made]) -> Mapping[str, Made]:
        """By subject what is made of the fact of it; where several sources speak, of the newest."""
        made = self.timeline.made
        return self.timeline.by_subject(kind, self.place, lambda facts: made(max(facts, key=_seen), make))

    def _by_file(self, kind: str, make: Callable[[Fact], Made]) -> Mapping[str, tuple[Made, ...]]:
        made = self.timeline.made
        return self.timeline.by_subject(
            kind, self.place, lambda facts: tuple([made(fact, make) for fact in sorted(facts, key=_seen, reverse=True)])
        )

    def _reads(self, abouts: Iterable[str]) -> list[Fact]:
        """As a group commits to one cluster, there is one source."""
        claimed = [self.timeline.claims("reads", about, self.place) for about in abouts]
        return [claims[0] for claims in claimed if claims]

    def _schemas(self) -> dict[str, Schema | SchemaState]:
        found: dict[str, Schema | SchemaState] = {}
        for about, facts in self.each("schema"):
            if about.startswith(ABOUT):
                continue
            made = [self.timeline.made(fact, _schema) for fact in sorted(facts, key=_seen)]
            found[about] = next((one for one in reversed(made) if isinstance(one, Schema)), made[-1])
        return found

    def _schema_files(self) -> SchemaFiles:
        made = self.timeline.made
        said = [fact for about, facts in self.each("schema") if about.startswith(ABOUT) for fact in facts]
        files = [made(fact, schema_file_from) for fact in said if not is_link(fact)]
        return SchemaFiles(files, [made(fact, link_from) for fact in said if is_link(fact)])

    def _place_topics(self) -> Placing:
        offers = self.timeline.derived("offers", ("product",), self.place, self._offers)
        near = self.timeline.nearest("placing", PLACED_BY, self.place)
        return Placing(self.topics, self.contracts, offers, near if isinstance(near, Placing) else None)

    def _offers(self) -> Offers:
        return Offers(product for files in self.products.values() for product in files)

    def _all(self) -> list[object]:
        """Everything that is said, for a comparison."""
        return [*[dict(self.each(kind)) for kind in KINDS], self.checked]


def fold(mesh: Mesh, facts: Iterable[Fact | Checked]) -> None:
    """Takes `facts` into the mesh of now, in the order in which they were written."""
    mesh.timeline.take(facts)


def _seen(fact: Fact) -> int:
    return fact.seen


def _topic(fact: Fact) -> TopicFacts:
    value = fact.value or {}
    return TopicFacts(
        name=fact.about,
        partitions=int(value.get("partitions", 0)),
        internal=bool(value.get("internal", False)),
        topic_id=str(value.get("id", "")),
    )


def _schema(fact: Fact) -> Schema | SchemaState:
    value = fact.value or {}
    if value.get("unknown"):
        return SchemaState.UNKNOWN_ID
    return Schema(
        registry=fact.source,
        id=int(fact.about) if fact.about.isdecimal() else int(value.get("id", 0) or 0),
        type=str(value.get("type", "AVRO")),
        text=str(value.get("text", "")),
        references=tuple(
            Reference(str(r["name"]), str(r["subject"]), int(r["version"]), str(r["text"]))
            for r in value.get("references", ())
        ),
        subject=str(value.get("subject", "")),
        version=int(value.get("version", 0)),
        guid=str(value.get("guid", "") or ""),
        rules=str(value.get("rules", "") or ""),
    )
