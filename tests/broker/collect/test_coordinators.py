"""What coordinators answer, in our words; the rest of it stands in test_groups.py, as facts and samples."""

from threading import Event

from confluent_kafka import ConsumerGroupState, ConsumerGroupType, KafkaError

from meshdesk.collect import coordinators
from meshdesk.collect.asking import Asking
from meshdesk.collect.coordinators import Described, committed, described, listed
from meshdesk.collect.properties import Source
from meshdesk.demo.broker import Broker
from tests.broker.collect.consuming import commit_for, group_name, members
from tests.kafka import MakeTopic
from tests.programs.running import wait_until
from tests.secure_kafka import OPEN, SecureKafka


def cluster(bootstrap: str, **properties: str) -> Asking:
    return Asking(Source(bootstrap, properties=properties))


def test_that_a_group_that_is_not_there_is_none(broker: Broker) -> None:
    ask = cluster(broker.bootstrap)
    wait_until(lambda: described(ask, ["nobody"], Event())["nobody"] is None, "a coordinator that is ready")
    assert committed(ask, ["nobody"], Event()) == {"nobody": {}}


def test_that_a_list_names_types_and_states(broker: Broker, make_topic: MakeTopic) -> None:
    topic, group = make_topic(), group_name()
    commit_for(broker.bootstrap, group, {(topic, 0): 1})
    said = listed(cluster(broker.bootstrap), Event())
    assert said.is_complete
    assert said.groups[group] == ("classic", "empty")


def test_that_partitions_of_all_members_are_counted_by_topic(broker: Broker, make_topic: MakeTopic) -> None:
    one, two, group = make_topic(3), make_topic(1), group_name()
    ask = cluster(broker.bootstrap)
    with members(broker.bootstrap, group, [one, two], 2, group_protocol="consumer") as joined:

        def said() -> Described:
            answer = described(ask, [group], Event())[group]
            assert isinstance(answer, Described)
            return answer

        def is_settled() -> bool:
            for consumer in joined:
                consumer.consume(1, 0.05)
            return said().value["state"] == "stable" and said().assigned.total() == 4

        wait_until(is_settled, "a group that is settled")
        assert said().assigned == {one: 3, two: 1}
        ids = [member["id"] for member in said().value["members"]]
        assert ids == sorted(ids)


def test_that_a_question_ends_when_it_is_told_to(broker: Broker) -> None:
    over = Event()
    over.set()
    assert described(cluster("127.0.0.1:1"), ["a group"], over) == {}
    assert not listed(cluster("127.0.0.1:1"), over).is_complete


def test_that_a_group_without_rights_is_an_error(secure_kafka: SecureKafka) -> None:
    commit_for(secure_kafka["PLAIN"], "not for ada", {(OPEN, 0): 0})
    ask = cluster(secure_kafka["LOGIN"], **secure_kafka.plain_login)
    for answers in (described(ask, ["not for ada"], Event()), committed(ask, ["not for ada"], Event())):
        (error,) = answers.values()
        assert isinstance(error, KafkaError)
        assert error.code() == KafkaError.GROUP_AUTHORIZATION_FAILED


def test_that_every_state_and_type_that_the_client_knows_has_a_word() -> None:
    unknown = {"UNKNOWN", "UNKOWN"}
    assert {state.name for state in coordinators.STATES} == set(ConsumerGroupState.__members__) - unknown
    assert {kind.name for kind in coordinators.TYPES} == set(ConsumerGroupType.__members__) - unknown
