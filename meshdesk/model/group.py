"""Groups of consumers as the cluster describes them, read from their facts."""

from collections.abc import Mapping
from dataclasses import dataclass

from meshdesk.model.fact import Fact


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a group, and the partitions that it reads."""

    id: str
    client: str
    host: str
    reads: Mapping[str, tuple[int, ...]]  # partitions by topic


@dataclass(frozen=True, slots=True)
class Group:
    """What the cluster says of a group."""

    id: str
    type: str  # "classic", "consumer"; "connect", "sr", "share or streams" …: not of consumers; "": not known
    state: str  # "stable", "empty" …; "": not known
    coordinator: str  # "host:port"
    count: int  # all members, also those that are not among `members`
    members: tuple[Member, ...]
    fact: Fact

    @property
    def is_of_consumers(self) -> bool:
        """Whether it reads topics and commits offsets, as far as anybody can see."""
        return self.type in ("", "classic", "consumer")


@dataclass(frozen=True, slots=True)
class Reads:
    """That a group reads a topic: partitions that are assigned to a member now, and those with a committed offset."""

    group: str
    topic: str
    assigned: int
    committed: int
    fact: Fact


def group_from(fact: Fact) -> Group:
    """What the fact says."""
    value = fact.value or {}
    members = tuple(
        Member(
            str(member.get("id", "")),
            str(member.get("client", "")),
            str(member.get("host", "")),
            {str(topic): tuple(partitions) for topic, partitions in member.get("reads", {}).items()},
        )
        for member in value.get("members", ())
    )
    return Group(
        fact.about,
        str(value.get("type", "")),
        str(value.get("state", "")),
        str(value.get("coordinator", "")),
        int(value.get("count", len(members))),
        members,
        fact,
    )


def reads_from(fact: Fact) -> Reads:
    """What the fact says."""
    group, _, topic = fact.about.rpartition(" ")  # a topic's name holds no space
    value = fact.value or {}
    return Reads(group, topic, int(value.get("assigned", 0)), int(value.get("committed", 0)), fact)
