"""Consumer groups as facts, and what they have committed as samples; both by difference, a slice of the groups at a time.

`group` ID is what its coordinator says of it, `reads` "GROUP TOPIC" how many partitions of a topic it has now and how many it has
committed, and the samples "committed GROUP" are the offsets themselves, -1 for one that is no more.
"""

import time
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from heapq import nsmallest
from threading import Event

from confluent_kafka import KafkaError

from meshdesk.capture.writer import Writer
from meshdesk.collect.asking import Asking
from meshdesk.collect.client import now
from meshdesk.collect.coordinators import Described, Place, committed, described, listed, of_any_kind
from meshdesk.collect.sentences import (
    LATE,
    client_is_worn,
    too_many_groups,
    unseen_groups,
    without_coordinator,
)
from meshdesk.model.fact import Checked, Fact
from meshdesk.model.frame import Message
from meshdesk.model.trouble import Trouble

SOURCE = "kafka groups"  # of the checked lines; the facts are "kafka"'s, as all that the cluster says
GROUPS = 10_000  # are followed at most; more of them are a leak of names in somebody's program, and are counted
DESCRIBED_EVERY = 10.0  # s between two looks at a group; one that is new or in another state is looked at next
COMMITS_EVERY = 1.0  # s, as for end offsets, of which lag is the distance
OTHERS_EVERY = 60.0  # s between two looks at groups that are not of consumers: it has all groups described
A_SLICE = 100  # groups: 10 ms of work here and 300 small requests, so that 10,000 take some 100 s and no broker's time
SAMPLED_AGAIN = 30.0  # s; a commit that stays is written as often as beginnings are, so that each two minutes hold it
SILENT_AGAIN = 5.0  # s until a coordinator that did not answer is asked again, which may take ten and a new client;
SILENT_AT_MOST = 300.0  # twice as long each time, up to this
OTHERS_LATER = 15.0  # s by which its other groups are behind the one that is asked, so that one question goes in vain
REFUSED_AGAIN = 600.0  # s until a group that may not be described is; brokers log each time

NOBODY = -1  # the sample of a commit that is no more
SILENT = (
    *LATE,
    KafkaError._TRANSPORT,
    KafkaError._ALL_BROKERS_DOWN,
    KafkaError._WAIT_COORD,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    KafkaError.NOT_COORDINATOR,
)
REFUSED = (KafkaError.GROUP_AUTHORIZATION_FAILED, KafkaError.CLUSTER_AUTHORIZATION_FAILED)


@dataclass(slots=True)
class _Group:
    """What is known of one group, which is what was written of it."""

    listed: tuple[str, str] | None  # type and state; None: it was missing in the last list
    value: Message | None = None
    assigned: Counter[str] = field(default_factory=Counter)
    committed: Mapping[Place, int] | None = None  # None: nobody knows
    sampled: dict[Place, tuple[int, float]] = field(default_factory=dict)  # offset, and when it was written
    reads: dict[str, Message] = field(default_factory=dict)
    describe_at: float = 0.0  # when its turn is; 0: before all others
    commits_at: float = 0.0

    @property
    def coordinator(self) -> str:
        return str((self.value or {}).get("coordinator", ""))

    def put_off(self, seconds: float) -> None:
        """Asks for it again in so many seconds."""
        self.describe_at = self.commits_at = time.monotonic() + seconds


class Groups:
    """All groups of a cluster. Its steps are called by one thread, each of them often; what is not due is not asked."""

    def __init__(self, cluster: Asking, writer: Writer, stop: Event) -> None:
        self._cluster, self._writer, self._stop = cluster, writer, stop
        self._groups: dict[str, _Group] = {}
        self._silent: dict[str, None] = {}  # groups whose coordinator did not answer last time, in that order
        self._missed: dict[str, int] = {}  # answers in a row, by coordinator; by group where that is not known
        self._refused: dict[str, None] = {}
        self._failing: dict[str, str] = {}  # groups of which something else went wrong last time: a sentence
        self._others: dict[str, Message] = {}  # groups that are not of consumers
        # For these: the groups of consumers when they were asked for, and the answer, for which nobody waits.
        self._asked: tuple[frozenset[str], Future[dict[str, Message] | KafkaError]] | None = None
        self._others_at = 0.0  # when they are asked for again
        self._unlisted = self._too_many = ""  # sentences: not all are known, not all are asked for
        self._started = 0  # ms: when the round began that is not over
        self._checked: str | None = None  # how the last round ended that was written
        self._is_news = False  # facts were written since

    @property
    def committed(self) -> dict[str, Mapping[Place, int]]:
        """What each group has committed, as far as it is known; any thread may ask."""
        return {name: mine for name, group in list(self._groups.items()) if (mine := group.committed)}

    @property
    def trouble(self) -> Trouble | None:
        """What a person should know for as long as it lasts; one answer that is missed may be a broker that starts."""
        if not self._silent or max(self._missed.values(), default=0) < 2:
            return None
        return without_coordinator(self._cluster.source.bootstrap, list(self._silent), now())

    def find(self) -> None:
        """Asks which groups there are. Raises CaptureError."""
        self._started = self._started or now()
        said = listed(self._cluster, self._stop)
        if said.failure is not None:
            self._unlisted = self._cluster.failed(said.failure).trouble.text
        elif said.is_complete:
            self._unlisted = ""
        bootstrap = self._cluster.source.bootstrap
        self._too_many = too_many_groups(bootstrap, len(said.groups), GROUPS) if len(said.groups) > GROUPS else ""
        for name in sorted(said.groups):
            if name not in self._groups and len(self._groups) >= GROUPS:
                continue
            group = self._groups.setdefault(name, _Group(said.groups[name]))
            if group.listed != said.groups[name]:
                group.listed, group.describe_at = said.groups[name], 0.0
        # The groups of a broker that is away are missing, too, and nobody says so: their coordinator is asked.
        for name in self._groups.keys() - said.groups.keys() if said.is_complete else ():
            if self._groups[name].listed is not None:
                self._groups[name].listed, self._groups[name].describe_at = None, 0.0
        if said.is_complete:
            self._find_others(said.groups.keys())
        self._end_round()

    def _find_others(self, listed: Iterable[str]) -> None:
        """Asks for the groups of all kinds once in a while, and tells once the answer is there which of them are in no list of
        those of consumers, neither before nor behind it. Where a broker does not answer, what was known stays."""
        if self._asked is not None and self._asked[1].done():
            (before, asked), self._asked = self._asked, None
            said = asked.result()
            if not isinstance(said, KafkaError):
                self._tell_others({name: said[name] for name in said.keys() - before - set(listed)})
        if self._asked is None and not self._cluster.is_worn and time.monotonic() >= self._others_at:
            self._others_at = time.monotonic() + OTHERS_EVERY
            self._asked = frozenset(listed), of_any_kind(self._cluster)

    def _tell_others(self, found: dict[str, Message]) -> None:
        found = {name: found[name] for name in sorted(found)[:GROUPS]}
        told = self._others
        changed = [name for name in found.keys() | told.keys() if found.get(name) != told.get(name)]
        # One that turned out to be of consumers is described as such in its turn.
        facts = [
            Fact("group", name, found.get(name), now(), "kafka") for name in sorted(changed) if name not in self._groups
        ]
        self._others = found
        self._write(facts)

    def describe(self) -> None:
        """Asks for the groups whose turn it is, those that are new or have changed first. Raises CaptureError."""
        turn = self._due("describe_at")
        said = described(self._cluster, turn, self._stop) if turn else {}
        facts = self._forget([name for name, answer in said.items() if answer is None])
        said = {name: answer for name, answer in said.items() if answer is not None}
        self._note(said)  # who was asked is what was known before
        for name, answer in said.items():
            group = self._groups[name]
            if isinstance(answer, Described):
                group.describe_at = time.monotonic() + DESCRIBED_EVERY
                if group.value != answer.value:
                    facts.append(Fact("group", name, answer.value, now(), "kafka"))
                group.value, group.assigned = answer.value, answer.assigned
                if group.commits_at:  # or the first look at its commits says both
                    facts += self._reads(name, group)
        self._write(facts)

    def commits(self) -> None:
        """Asks the groups whose turn it is what they have committed. Raises CaptureError."""
        turn = self._due("commits_at")
        said = committed(self._cluster, turn, self._stop) if turn else {}
        facts: list[Fact] = []
        samples: list[tuple[int, int, int]] = []
        seen = now()
        for name, answer in said.items():
            group = self._groups[name]
            group.commits_at = time.monotonic() + COMMITS_EVERY
            if not isinstance(answer, KafkaError):
                group.committed = answer
                samples += self._samples(name, group, answer, seen)
            facts += self._reads(name, group)
        self._note(said)
        self._writer.samples(samples)
        self._write(facts)

    def _due(self, which: str) -> list[str]:
        """The groups that have waited longest; what they committed is asked of those that were described."""
        moment = time.monotonic()
        if self._cluster.is_worn:
            return []
        due = [
            (at, name)
            for name, group in self._groups.items()
            if (at := getattr(group, which)) <= moment and (which == "describe_at" or group.value is not None)
        ]
        return [name for _, name in nsmallest(A_SLICE, due)]

    def _samples(self, name: str, group: _Group, found: Mapping[Place, int], seen: int) -> list[tuple[int, int, int]]:
        moment, rows = time.monotonic(), {}
        for place, offset in found.items():
            written, when = group.sampled.get(place, (NOBODY, 0.0))
            if offset != written or moment - when >= SAMPLED_AGAIN:
                rows[place] = offset
        rows |= dict.fromkeys(group.sampled.keys() - found.keys(), NOBODY)
        for place, offset in rows.items():
            group.sampled[place] = offset, moment
        group.sampled = {place: group.sampled[place] for place in found}
        return [
            (seen, self._writer.series(f"committed {name}", *place), offset) for place, offset in sorted(rows.items())
        ]

    def _reads(self, name: str, group: _Group) -> list[Fact]:
        """Which topics it reads, as far as that is other than was written."""
        counts = Counter(topic for topic, _ in group.committed or ())
        reads: dict[str, Message] = {}
        for topic in sorted(group.assigned.keys() | counts.keys()):
            reads[topic] = {"assigned": group.assigned[topic]}
            if group.committed is not None:
                reads[topic]["committed"] = counts[topic]
        before, group.reads = group.reads, reads
        return [
            Fact("reads", f"{name} {topic}", reads.get(topic), now(), "kafka")
            for topic in sorted(before.keys() | reads.keys())
            if before.get(topic) != reads.get(topic)
        ]

    def _forget(self, gone: list[str]) -> list[Fact]:
        """Takes back what was said of groups that are no more."""
        facts: list[Fact] = []
        seen = now()
        for name in gone:
            group = self._groups.pop(name)
            self._missed.pop(name, None)
            self._clear(name)
            facts += [Fact("reads", f"{name} {topic}", None, seen, "kafka") for topic in group.reads]
            if group.value is not None:
                facts.append(Fact("group", name, None, seen, "kafka"))
            self._writer.samples(self._samples(name, group, {}, seen))
        return facts

    # What could not be had

    def _note(self, said: Mapping[str, object]) -> None:
        """Keeps which groups could not be asked, and puts off those for which it would be in vain."""
        away: dict[str, str] = {}  # the first group of each coordinator
        for name, answer in said.items():
            group = self._groups[name]
            if not isinstance(answer, KafkaError):
                self._clear(name)
                if self._missed.pop(group.coordinator or name, 0):
                    self._put_off(group.coordinator, 0.0)
            elif answer.code() in REFUSED:
                self._refused[name] = None
                group.put_off(REFUSED_AGAIN)
            elif answer.code() in SILENT:
                self._silent[name] = None
                away.setdefault(group.coordinator or name, name)
            else:
                self._failing[name] = self._cluster.failed(answer).trouble.text
                group.put_off(SILENT_AGAIN)
        for key, name in away.items():
            self._missed[key] = missed = self._missed.get(key, 0) + 1
            wait = min(SILENT_AGAIN * 2 ** min(missed - 1, 10), SILENT_AT_MOST)
            self._put_off(self._groups[name].coordinator, wait + OTHERS_LATER)
            self._groups[name].put_off(wait)

    def _put_off(self, coordinator: str, seconds: float) -> None:
        """All groups of one coordinator."""
        for group in self._groups.values() if coordinator else ():
            if group.coordinator == coordinator:
                group.put_off(seconds)

    def _clear(self, name: str) -> None:
        for those in (self._silent, self._refused, self._failing):
            those.pop(name, None)

    # Rounds

    def _write(self, facts: list[Fact]) -> None:
        if facts:
            self._writer.facts(facts)
            self._is_news = True
        self._end_round()

    def _end_round(self) -> None:
        """Writes that a round is over: once every group was asked for, where anything is other than at the last one."""
        bootstrap = self._cluster.source.bootstrap
        silent = without_coordinator(bootstrap, list(self._silent)).text if self._silent else ""
        refused = unseen_groups(bootstrap, list(self._refused)) if self._refused else ""
        worn = client_is_worn(bootstrap) if self._cluster.is_worn else ""
        failed = worn or self._unlisted or silent or next(iter(self._failing.values()), "") or self._too_many or refused
        is_over = all(group.describe_at for group in self._groups.values())
        if failed != self._checked if failed else is_over and (self._is_news or self._checked != ""):
            self._writer.facts([Checked(SOURCE, self._started or now(), now(), failed)])
            self._checked, self._is_news, self._started = failed, False, 0
