"""What is asked in the background, by a real collect program: groups, commits, lag and settings, as they stand in its folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from meshdesk.demo.broker import Broker
from meshdesk.model.frame import Message
from meshdesk.model.lag import Commits
from meshdesk.model.rates import Offsets
from tests.broker import oracles
from tests.broker.collect.consuming import commit, commit_for, delete_group, group_name, member
from tests.broker.collect.listening import closed_port
from tests.broker.collect.producing import New, create_topic, delete_records, delete_topic, produce
from tests.broker.collect.written import Written
from tests.kafka import MakeTopic
from tests.programs.running import CollectChild
from tests.secure_kafka import OPEN, SecureKafka
from tests.unit.capture.making import OPENED


@pytest.fixture(autouse=True)
def _closing() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().close()


def newest(written: Written, kind: str, about: str) -> Message | None:
    """What is said of one thing now; {} where nothing was said."""
    return ({}, *written.values(kind, about))[-1]


def test_that_members_come_and_leave_and_a_group_that_is_deleted_is_taken_back(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic, group = make_topic(2), group_name()
    reads = f"{group} {topic}"
    with CollectChild(tmp_path / "c", broker.bootstrap) as child:
        written = Written(tmp_path / "c")
        with member(broker.bootstrap, group, [topic], client_id="scorer") as joined:
            commit(joined, {(topic, 0): 0})
            child.wait(lambda: newest(written, "reads", reads) == {"assigned": 2, "committed": 1}, "what it reads")
            told = newest(written, "group", group)
            assert told is not None
            assert (told["type"], told["state"], told["count"]) == ("classic", "stable", 1)
            (only,) = told["members"]
            assert (only["client"], only["host"], only["reads"]) == ("scorer", "127.0.0.1", {topic: [0, 1]})
        child.wait(lambda: newest(written, "reads", reads) == {"assigned": 0, "committed": 1}, "its members to leave")
        assert (newest(written, "group", group) or {})["members"] == []
        delete_group(broker.bootstrap, group)
        child.wait(lambda: newest(written, "group", group) is None, "its end")
        assert newest(written, "reads", reads) is None
        assert written.samples(f"committed {group}")[topic, 0] == [0, -1]
        child.stop()
    assert set(written.checked("kafka groups")) == {""}
    assert child.troubles == []


def test_that_lag_in_a_growing_capture_is_what_kafkas_own_tool_says(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic, group = make_topic(3), group_name()
    produce(broker.bootstrap, topic, [New(b"%d" % n, partition=n % 3) for n in range(30)])
    commit_for(broker.bootstrap, group, {(topic, 0): 2, (topic, 1): 10})
    delete_records(broker.bootstrap, topic, 4)
    said = {line.partition: line.lag for line in oracles.consumer_groups(broker, group)}
    with CollectChild(tmp_path / "c", broker.bootstrap) as child:
        written = Written(tmp_path / "c")

        def lag() -> list[tuple[int | None, int]]:
            commits, offsets = Commits(), Offsets()
            for row in written.rows():
                commits.add(*row)
                offsets.add(*row)
            lags = commits.lags(offsets).of(group)
            return [(lag.offsets, lag.lost) for lag in lags.values()]

        child.wait(lambda: lag() == [(6, 2), (0, 0)], "the lag")
        child.stop()
    assert said == {0: 6 + 2, 1: 0}


def test_that_settings_come_with_a_topic_and_go_with_it(broker: Broker, topic: str, tmp_path: Path) -> None:
    with CollectChild(tmp_path / "c", broker.bootstrap) as child:
        written = Written(tmp_path / "c")
        child.wait(lambda: written.checked("kafka configs"), "the first round")
        create_topic(broker.bootstrap, topic, cleanup_policy="compact")
        child.wait(lambda: newest(written, "config", topic) != {}, "the settings of a new topic")
        assert (newest(written, "config", topic) or {})["cleanup.policy"] == "compact"
        delete_topic(broker.bootstrap, topic)
        child.wait(lambda: newest(written, "config", topic) is None, "their end")
        child.stop()
    assert child.troubles == []


def test_that_a_login_with_rights_on_topics_only_has_no_trouble(secure_kafka: SecureKafka, tmp_path: Path) -> None:
    login = {name.replace(".", "_"): value for name, value in secure_kafka.plain_login.items()}
    with CollectChild(tmp_path / "c", secure_kafka["LOGIN"], **login) as child:
        written = Written(tmp_path / "c")
        child.wait(lambda: written.checked("kafka configs") and written.checked("kafka groups"), "both answers")
        child.wait(lambda: len(written.samples("end").get((OPEN, 0), [])) > 3, "end offsets all the while")
        child.stop()
    assert child.troubles == []
    assert len(written.checked("kafka configs")) == 1, "a lack of rights is written once"
    assert written.checked("kafka groups") == [""]


def test_that_nothing_is_asked_of_a_cluster_that_never_answered(tmp_path: Path) -> None:
    with CollectChild(tmp_path / "c", f"127.0.0.1:{closed_port()}") as child:
        written = Written(tmp_path / "c")
        child.wait(lambda: written.checked("kafka"), "the watch's word")
        child.stop()
    assert written.checked("kafka groups") == written.checked("kafka configs") == []
