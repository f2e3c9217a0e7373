"""Consumer groups on a real Kafka: who is in them, what they read and committed, and what is said where that cannot be had."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event

import pytest
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from meshdesk.collect import asking as asking_module
from meshdesk.collect import coordinators
from meshdesk.collect import groups as module
from meshdesk.collect.asking import Asking as Client
from meshdesk.collect.groups import Groups
from meshdesk.collect.properties import Source
from meshdesk.demo.broker import Broker, start_brokers
from meshdesk.demo.java import Java
from meshdesk.model.frame import Message
from meshdesk.model.lag import Commits
from meshdesk.model.position import Position
from meshdesk.model.rates import Offsets
from tests.broker import oracles
from tests.broker.collect.consuming import (
    commit,
    commit_for,
    delete_group,
    group_name,
    member,
    members,
    share_member,
    worker,
)
from tests.broker.collect.producing import New, create_topic, delete_records, produce
from tests.broker.collect.written import Written, begin_capture
from tests.kafka import MakeTopic
from tests.programs.running import wait_until
from tests.secure_kafka import OPEN, PLAIN_USER, SecureKafka
from tests.unit.capture.making import OPENED

ALLOW = AclPermissionType.ALLOW


class Asking(Written):
    """Groups with a capture of their own, asked when a test wants it."""

    def __init__(self, folder: Path, source: Source) -> None:
        self.writer = begin_capture(folder, source.bootstrap)
        super().__init__(folder)
        self.cluster = Client(source)
        self.groups = Groups(self.cluster, self.writer, Event())

    def round(self) -> None:
        """Every question once, of all groups."""
        self.groups.find()
        self.groups.describe()
        self.groups.commits()

    def until(self, claim: Callable[[], object], what: str, seconds: float = 60.0) -> None:
        """Rounds until it holds; those that a broker is missed in take their time."""

        def holds() -> object:
            self.round()
            return claim()

        wait_until(holds, what, seconds)

    def of(self, group: str) -> Message:
        """What a group is by now."""
        value = self.values("group", group)[-1]
        assert isinstance(value, dict)
        return value

    def lags(self, group: str) -> dict[tuple[str, int], tuple[int | None, int]]:
        """By place: the lag, and what was lost."""
        commits, offsets = Commits(), Offsets()
        commits.know(self.facts)
        for of, topic, partition, seen, value in self.rows():
            commits.add(of, topic, partition, seen, value)
        places = commits.commits[group].keys() | commits.assigned.get(group, frozenset())
        seen = int(time.time() * 1000)
        for of in ("beginning", "end"):
            for (topic, partition), offset in self.cluster.offsets(places, _at(of), "read_uncommitted").items():
                offsets.add(of, topic, partition, seen, offset)
        return {place: (lag.offsets, lag.lost) for place, lag in commits.lags(offsets).of(group).items()}


def _at(of: str) -> Position:
    return Position("beginning") if of == "beginning" else Position("end")


Ask = Callable[[Source], Asking]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """Everything is due whenever it is asked for, also the groups of other tests."""
    for name, value in {"DESCRIBED_EVERY": 0.0, "COMMITS_EVERY": 0.0, "SILENT_AGAIN": 0.0, "A_SLICE": 10_000}.items():
        monkeypatch.setattr(module, name, value)
    begun: list[Asking] = []

    def one(source: Source) -> Asking:
        begun.append(Asking(tmp_path / f"capture-{len(begun)}", source))
        return begun[-1]

    yield one
    for asking in begun:
        asking.writer.close()
    while OPENED:
        OPENED.pop().close()


# Facts


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_that_a_group_of_each_protocol_is_told_with_its_members_and_what_they_read(
    broker: Broker, make_topic: MakeTopic, ask: Ask, protocol: str
) -> None:
    topic, group = make_topic(3), group_name()
    asking = ask(Source(broker.bootstrap))
    with member(broker.bootstrap, group, [topic], group_protocol=protocol, client_id="fraud scorer"):
        asking.until(lambda: asking.of(group)["state"] == "stable", "a group that is settled")
        told = asking.of(group)
        (only,) = told["members"]
        assert only == only | {"client": "fraud scorer", "host": "127.0.0.1", "reads": {topic: [0, 1, 2]}}
        assert told == told | {"type": protocol, "coordinator": broker.bootstrap, "count": 1}
    assert asking.values("reads", f"{group} {topic}") == [{"assigned": 3, "committed": 0}]


def test_that_more_members_than_are_listed_are_counted(
    broker: Broker, make_topic: MakeTopic, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coordinators, "MEMBERS", 1)
    topic, group = make_topic(2), group_name()
    asking = ask(Source(broker.bootstrap))
    with members(broker.bootstrap, group, [topic], 2):
        asking.until(lambda: asking.of(group)["count"] == 2, "two members")
    assert len(asking.of(group)["members"]) == 1
    assert asking.values("reads", f"{group} {topic}")[-1] == {"assigned": 2, "committed": 0}


def test_that_a_group_is_told_by_difference_until_it_is_no_more(
    broker: Broker, make_topic: MakeTopic, ask: Ask
) -> None:
    topic, group = make_topic(2), group_name()
    asking = ask(Source(broker.bootstrap))
    with member(broker.bootstrap, group, [topic]) as joined:
        commit(joined, {(topic, 0): 0})
        asking.round()
        said = [fact for fact in asking.facts if group in str(fact)]
        asking.round()
        assert [fact for fact in asking.facts if group in str(fact)] == said
    asking.round()
    assert (asking.of(group)["state"], asking.of(group)["members"], asking.of(group)["count"]) == ("empty", [], 0)
    delete_group(broker.bootstrap, group)
    asking.round()
    assert asking.values("group", group)[-1] is None
    assert asking.values("reads", f"{group} {topic}") == [
        {"assigned": 2, "committed": 1},
        {"assigned": 0, "committed": 1},
        None,
    ]
    assert asking.samples(f"committed {group}") == {(topic, 0): [0, -1]}
    assert set(asking.checked("kafka groups")) == {""}


@pytest.mark.parametrize("name", ["a name with spaces ", "n" * 249, "قارئ الطلبات", "line\nbreak\x00"[:10]])
def test_that_every_name_of_a_group_is_told_as_it_is(
    broker: Broker, make_topic: MakeTopic, ask: Ask, name: str
) -> None:
    topic = make_topic()
    commit_for(broker.bootstrap, name, {(topic, 0): 3})
    asking = ask(Source(broker.bootstrap))
    asking.round()
    assert asking.of(name)["state"] == "empty"
    assert asking.values("reads", f"{name} {topic}") == [{"assigned": 0, "committed": 1}]
    assert asking.samples(f"committed {name}") == {(topic, 0): [3]}
    delete_group(broker.bootstrap, name)


def test_that_a_cluster_without_groups_says_so_once(bare_broker: Broker, ask: Ask) -> None:
    asking = ask(Source(bare_broker.bootstrap))
    asking.round()
    asking.round()
    assert asking.facts == asking.facts[:1]
    assert asking.checked("kafka groups") == [""]


def test_that_a_group_that_vanishes_between_two_questions_is_no_trouble(
    broker: Broker, make_topic: MakeTopic, ask: Ask
) -> None:
    topic, group = make_topic(), group_name()
    commit_for(broker.bootstrap, group, {(topic, 0): 3})
    asking = ask(Source(broker.bootstrap))
    asking.groups.find()
    delete_group(broker.bootstrap, group)
    asking.groups.describe()
    asking.round()
    assert asking.values("group", group) == []
    assert set(asking.checked("kafka groups")) == {""}
    assert asking.groups.trouble is None


# Many


def test_that_many_groups_are_asked_slice_by_slice_and_none_is_left_out(
    bare_broker: Broker, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_topic(bare_broker.bootstrap, "read", 1)
    names = [f"group {number}" for number in range(7)]
    for name in names:
        commit_for(bare_broker.bootstrap, name, {("read", 0): 1})
    monkeypatch.setattr(module, "A_SLICE", 3)
    asking = ask(Source(bare_broker.bootstrap))
    asking.groups.find()
    for described in (3, 6, 7):
        assert asking.checked("kafka groups") == [], "a round is over when all of them were asked"
        asking.groups.describe()
        assert sum(asking.values("group", name) != [] for name in names) == described
    for sampled in (3, 6, 7):
        asking.groups.commits()
        assert sum(asking.samples(f"committed {name}") != {} for name in names) == sampled
    commit_for(bare_broker.bootstrap, "group 9", {("read", 0): 1})
    asking.groups.find()
    asking.groups.describe()
    assert asking.values("group", "group 9") != [], "a new one is the next, whoever waits"


def test_that_more_groups_than_are_followed_are_counted_in_a_sentence(
    bare_broker: Broker, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_topic(bare_broker.bootstrap, "read", 1)
    for name in "abc":
        commit_for(bare_broker.bootstrap, name, {("read", 0): 1})
    monkeypatch.setattr(module, "GROUPS", 2)
    asking = ask(Source(bare_broker.bootstrap))
    asking.round()
    said = f"{bare_broker.bootstrap} has 3 consumer groups, of which MeshDesk follows 2."
    assert asking.checked("kafka groups") == [said]
    assert [asking.values("group", name) != [] for name in "abc"] == [True, True, False]


# Samples


def test_that_a_commit_is_sampled_when_it_changes_and_again_after_a_while(
    broker: Broker, make_topic: MakeTopic, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic, group = make_topic(2), group_name()
    commit_for(broker.bootstrap, group, {(topic, 0): 3, (topic, 1): 5})
    asking = ask(Source(broker.bootstrap))
    asking.round()
    asking.round()
    commit_for(broker.bootstrap, group, {(topic, 0): 4})
    asking.round()
    assert asking.samples(f"committed {group}") == {(topic, 0): [3, 4], (topic, 1): [5]}
    monkeypatch.setattr(module, "SAMPLED_AGAIN", 0.0)
    asking.round()
    assert asking.samples(f"committed {group}") == {(topic, 0): [3, 4, 4], (topic, 1): [5, 5]}


def test_that_lag_is_what_kafkas_own_tool_says(broker: Broker, make_topic: MakeTopic, ask: Ask) -> None:
    topic, trimmed = make_topic(3), make_topic()
    produce(broker.bootstrap, topic, [New(b"%d" % n, partition=n % 3) for n in range(30)])
    produce(broker.bootstrap, trimmed, [New(b"%d" % n) for n in range(10)])
    old, new, stopped, silent, late = (group_name() for _ in range(5))
    commit_for(broker.bootstrap, stopped, {(topic, 0): 10, (topic, 2): 1})
    commit_for(broker.bootstrap, late, {(trimmed, 0): 2})
    delete_records(broker.bootstrap, trimmed, 6)
    asking = ask(Source(broker.bootstrap))
    with (
        member(broker.bootstrap, old, [topic]) as one,
        member(broker.bootstrap, new, [topic], group_protocol="consumer") as two,
        member(broker.bootstrap, silent, [topic]),
    ):
        commit(one, {(topic, 0): 4, (topic, 1): 10})
        commit(two, {(topic, number): number for number in range(3)})
        asking.round()
        lines = oracles.consumer_groups(broker, old, new, stopped, silent, late)
    said = {(line.group, line.topic, line.partition): line.lag for line in lines}
    ours = {
        (group, *place): lag for group in (old, new, stopped, silent, late) for place, lag in asking.lags(group).items()
    }
    assert {place: None if lag is None else lag + lost for place, (lag, lost) in ours.items()} == said
    assert ours[late, trimmed, 0] == (4, 4), "Kafka's tool counts what is lost as lag"
    assert [ours[silent, topic, number] for number in range(3)] == [(None, 0)] * 3
    assert ours[old, topic, 1] == (0, 0)


# What cannot be had


def test_that_a_login_that_may_describe_no_group_sees_none_and_is_left_in_peace(
    secure_kafka: SecureKafka, ask: Ask
) -> None:
    commit_for(secure_kafka["PLAIN"], "not for ada", {(OPEN, 0): 0})
    asking = ask(Source(secure_kafka["LOGIN"], properties=secure_kafka.plain_login))
    asking.round()
    assert [fact for fact in asking.facts if "not for ada" in str(fact)] == []
    assert asking.checked("kafka groups") == [""], "the broker says the same where there is no group"
    assert asking.groups.trouble is None


def test_that_groups_that_may_only_be_listed_are_said_once(secure_kafka: SecureKafka, ask: Ask) -> None:
    commit_for(secure_kafka["PLAIN"], "not for ada", {(OPEN, 0): 0})
    admin = AdminClient({"bootstrap.servers": secure_kafka["PLAIN"], "log_level": 0})
    everywhere = (ResourcePatternType.LITERAL, f"User:{PLAIN_USER}", "*")
    right = AclBinding(ResourceType.BROKER, "kafka-cluster", *everywhere, AclOperation.DESCRIBE, ALLOW)
    same = AclBindingFilter(ResourceType.BROKER, "kafka-cluster", *everywhere, AclOperation.DESCRIBE, ALLOW)
    admin.create_acls([right])[right].result(30)
    try:
        asking = ask(Source(secure_kafka["LOGIN"], properties=secure_kafka.plain_login))
        asking.until(lambda: asking.checked("kafka groups") not in ([], [""]), "the refusal")
        asking.round()
    finally:
        (deleted,) = admin.delete_acls([same]).values()
        deleted.result(30)
    (said,) = filter(None, asking.checked("kafka groups"))
    assert said.startswith("This login may not describe the consumer group ")
    assert said.endswith(f" at {secure_kafka['LOGIN']} (ACL: DESCRIBE on the group).")
    assert asking.groups.trouble is None


def test_that_a_coordinator_that_is_away_is_said_and_all_others_go_on(
    kafka_java: Java, tmp_path: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking_module, "WAIT", 2.0)
    single = {"offsets.topic.replication.factor": "1"}
    with ExitStack() as running:
        first, second = map(running.enter_context, start_brokers(tmp_path / "kafka", 2, properties=single))
        create_topic(first.bootstrap, "read", replicas=[[1]])
        names = [f"group {number}" for number in range(8)]
        for name in names:
            commit_for(first.bootstrap, name, {("read", 0): 1})
        asking = ask(Source(first.bootstrap))
        asking.round()
        here = [name for name in names if asking.of(name)["coordinator"] == first.bootstrap]
        there = [name for name in names if name not in here]
        assert here
        assert there
        second.kill()
        asking.until(lambda: asking.groups.trouble is not None, "the trouble")
        trouble = asking.groups.trouble
        assert trouble is not None
        assert trouble.text.startswith(f"No coordinator at {first.bootstrap} answers for the consumer group ")
        assert trouble.passes
        commit_for(first.bootstrap, here[0], {("read", 0): 5})
        asking.until(lambda: asking.samples(f"committed {here[0]}")[("read", 0)][-1] == 5, "a commit")
        assert all(asking.values("group", name)[-1] is not None for name in names), "not known is not absent"
        assert asking.checked("kafka groups")[-1] != ""
        second.resume()
        asking.until(lambda: asking.groups.trouble is None, "the coordinator again")
        asking.until(lambda: asking.checked("kafka groups")[-1] == "", "a whole round")


def test_that_groups_of_other_kinds_are_named_with_their_members_where_these_are_told(
    broker: Broker, make_topic: MakeTopic, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "OTHERS_EVERY", 0.0)
    topic, reading, working, sharing = make_topic(), group_name(), group_name(), group_name()
    asking = ask(Source(broker.bootstrap))
    with share_member(broker, sharing, topic), member(broker.bootstrap, reading, [topic], group_protocol="consumer"):
        with worker(broker.bootstrap, working, "connect"):
            named = (reading, working, sharing)
            asking.until(lambda: all(asking.values("group", one) for one in named), "all three")
            asking.until(lambda: asking.of(reading)["type"] == "consumer", "one that is described in its turn")
            told = asking.of(working)
            assert (told["type"], told["count"], told["coordinator"]) == ("connect", 1, broker.bootstrap)
            assert [(one["client"], one["host"], one["reads"]) for one in told["members"]] == [
                ("a-worker", "127.0.0.1", {})
            ]
            assert told["members"][0]["id"].startswith("a-worker-")
        shared = asking.of(sharing)
        assert (shared["type"], shared["state"], shared["count"]) == ("share or streams", "", 0)
    assert not asking.values("reads", f"{sharing} {topic}")


def test_that_a_group_of_another_kind_that_is_gone_is_taken_back(
    broker: Broker, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "OTHERS_EVERY", 0.0)
    group, asking = group_name(), ask(Source(broker.bootstrap))
    with worker(broker.bootstrap, group, "sr"):
        asking.until(lambda: asking.values("group", group), "its name")
    delete_group(broker.bootstrap, group)
    asking.until(lambda: asking.values("group", group)[-1] is None, "its end")
