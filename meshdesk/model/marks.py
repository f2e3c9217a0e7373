"""Marks of time: what changed in the mesh while it was watched, each as a short phrase. Pure.

What a source says in its first round was there before: it is no change. Nor is a schema of which a record was read for the
first time, but a further version of a subject is one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from meshdesk.model.fact import Fact
from meshdesk.model.mesh import Mesh

MarkKind = Literal["topic", "group", "rebalance", "contract", "schema", "trouble", "older"]
KINDS = ("topic", "group", "contract", "product", "schema")
KEPT = 25_000  # of the newest, 5 MB: the changes of an hour of a large mesh


@dataclass(frozen=True, slots=True)
class Mark:
    """One change."""

    seen: int  # ms
    kind: MarkKind
    text: str  # a phrase: "topic orders.placed.v1 appeared"
    about: str  # which topic, group, contract or subject


@dataclass(slots=True)
class Marks:
    """The marks of one mesh, gone on with as it grows. Its newest are kept, and how many there were before them."""

    marks: list[Mark] = field(default_factory=list)
    _dropped: int = 0
    _place: int = 0
    _versions: dict[str, int] = field(default_factory=dict)  # of schemas, by subject

    def grow(self, mesh: Mesh) -> list[Mark]:
        """All marks up to the mesh, in the order of time; the first says how many are not kept, where there were more."""
        first, self._place = self._place, mesh.place
        firsts = mesh.timeline.first_checked()  # while a source has ended no round, all that it says was there before
        self.marks += [
            mark
            for seen, fact, former in mesh.timeline.changes(KINDS, first, mesh.place)
            for mark in self._marks(seen, fact, former, firsts)
        ]
        beyond = max(0, len(self.marks) - KEPT)
        self._dropped += beyond
        del self.marks[:beyond]
        if not self._dropped:
            return self.marks
        return [Mark(self.marks[0].seen, "older", f"{self._dropped:,} earlier changes are not shown", ""), *self.marks]

    def _marks(self, seen: int, fact: Fact, former: Fact | None, firsts: dict[str, int]) -> Iterator[Mark]:
        was_there = former is not None and former.value is not None
        if fact.kind == "schema":
            value = fact.value or {}
            subject, version = str(value.get("subject", "")), int(value.get("version", 0) or 0)
            before, self._versions[subject] = (
                self._versions.get(subject, 0),
                max(self._versions.get(subject, 0), version),
            )
            if subject and 0 < before < version:
                yield Mark(seen, "schema", f"version {version} of {subject} was read", subject)
        elif seen <= firsts.get(_source_of(fact), seen) and not was_there:
            return
        elif fact.value is None:
            if was_there:
                yield Mark(seen, _kind(fact), f"{_noun(fact)} {_name(former or fact)} is gone", fact.about)
        elif not was_there:
            yield Mark(seen, _kind(fact), f"{_noun(fact)} {_name(fact)} appeared", fact.about)
        elif fact.kind in ("contract", "product"):
            yield Mark(seen, "contract", f"{_noun(fact)} {_name(fact)} changed{_version(fact, former)}", fact.about)
        elif fact.kind == "group" and (text := _rebalanced(fact, former)):
            yield Mark(seen, "rebalance", text, fact.about)
        elif fact.kind == "topic" and (text := _partitioned(fact, former)):
            yield Mark(seen, "topic", text, fact.about)


def _source_of(fact: Fact) -> str:
    """The source of the checked lines to which the fact belongs."""
    if fact.kind == "group":
        return "kafka groups"
    return "kafka" if fact.kind == "topic" else f"files {fact.source.partition('/')[0]}"


def _kind(fact: Fact) -> MarkKind:
    return {"topic": "topic", "group": "group"}.get(fact.kind, "contract")  # type: ignore[return-value]


def _noun(fact: Fact) -> str:
    return {"topic": "topic", "group": "group", "contract": "contract", "product": "product"}[fact.kind]


def _name(fact: Fact) -> str:
    return str((fact.value or {}).get("name") or fact.about) if fact.kind in ("contract", "product") else fact.about


def _version(fact: Fact, former: Fact | None) -> str:
    before, now = ((one.value or {}).get("version", "") if one else "" for one in (former, fact))
    return f": {before} is now {now}" if before and now and before != now else ""


def _rebalanced(fact: Fact, former: Fact | None) -> str:
    """Who came or went in a group, or that its partitions were dealt anew."""
    before, now = (_members(former), _members(fact))
    if before == now:
        return ""
    came, went = now.keys() - before.keys(), before.keys() - now.keys()
    if came and not before:
        return f"{fact.about} has members again" if len(came) > 1 else f"{_client(now, came)} joined {fact.about}"
    if went and not now:
        return f"{fact.about} has no members any more"
    if len(came) == 1 and not went:
        return f"{_client(now, came)} joined {fact.about}"
    if len(went) == 1 and not came:
        return f"{_client(before, went)} left {fact.about}"
    return f"{fact.about} was rebalanced"


def _members(fact: Fact | None) -> dict[str, tuple[str, str]]:
    """By id: the client, and what it reads."""
    members = (fact.value or {}).get("members", ()) if fact is not None else ()
    return {str(one.get("id", "")): (str(one.get("client", "")), str(one.get("reads", ""))) for one in members}


def _client(members: dict[str, tuple[str, str]], which: set[str]) -> str:
    name = next(iter(which))
    return members[name][0] or name


def _partitioned(fact: Fact, former: Fact | None) -> str:
    before, now = ((one.value or {}).get("partitions") if one else None for one in (former, fact))
    return f"topic {fact.about} has {now} partitions, before {before}" if before != now and before and now else ""
