"""What the demo makes on a Kafka, and removes again from somebody's own: its topics, and the groups that read them."""

from collections.abc import Sequence
from itertools import islice

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, NewTopic

from meshdesk.demo import topics
from meshdesk.demo.trouble import DemoError, reason
from meshdesk.model import wording

ANSWER_SECONDS = 30  # for one question to the cluster
REACH_SECONDS = 10  # for the first answer of a Kafka that may not be there


def make_topics(bootstrap: str, later: Sequence[str] = ()) -> list[str]:
    """Makes the demo's topics and returns their names. Raises DemoError; then none of them was left behind.

    A topic that exists already is somebody else's: nothing is written to it, so the demo does not start. The same holds
    for those of `later`, which it makes in its course.
    """
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    try:
        there = admin.list_topics(timeout=REACH_SECONDS).topics
    except KafkaException as error:
        raise _no_answer(bootstrap, error) from error
    taken = [name for name in (*(topic.name for topic in topics.TOPICS), *later) if name in there]
    if taken:
        raise DemoError(
            f"The Kafka on {bootstrap} already has {_listed(taken)}, and the demo writes only to topics that it made.",
            "Delete what an earlier demo left there, or use another Kafka.",
        )
    made: list[str] = []
    failure = _create(admin, topics.TOPICS, made)
    if failure is not None:
        remove_topics(bootstrap, made)
        raise DemoError(
            f"The topic {failure[0]} could not be made on {bootstrap}: {reason(failure[1])}.",
            "The demo needs a Kafka on which it may make topics.",
        )
    return made


def make_topic(bootstrap: str, topic: topics.Topic) -> KafkaError | None:
    """Makes one more; why not, where Kafka refuses."""
    failure = _create(AdminClient({"bootstrap.servers": bootstrap, "log_level": 0}), [topic], [])
    return None if failure is None else failure[1]


def remove_topics(bootstrap: str, names: Sequence[str], groups: Sequence[str] = ()) -> list[str]:
    """Removes topics and groups that the demo made on somebody's Kafka; returns the names that it could not remove."""
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    wait = {"request_timeout": ANSWER_SECONDS * 2}
    answers = {**(admin.delete_topics([*names], **wait) if names else {})}
    answers |= admin.delete_consumer_groups([*groups], **wait) if groups else {}
    left = []
    for name, answer in answers.items():
        try:
            answer.result(ANSWER_SECONDS * 2 + 1)
        except TimeoutError:
            left.append(name)
        except KafkaException as error:
            if error.args[0].code() not in (KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError.GROUP_ID_NOT_FOUND):
                left.append(name)
    return left


def groups_there(bootstrap: str) -> set[str]:
    """The consumer groups that a Kafka has. Raises DemoError where none answers."""
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    try:
        admin.list_topics(timeout=REACH_SECONDS)
        return {group.group_id for group in admin.list_consumer_groups().result(ANSWER_SECONDS).valid}
    except KafkaException as error:
        raise _no_answer(bootstrap, error) from error


def _create(admin: AdminClient, wanted: Sequence[topics.Topic], made: list[str]) -> tuple[str, KafkaError] | None:
    """Asks for all at once and adds to `made` what was made; the last that was refused, and why."""
    failure: tuple[str, KafkaError] | None = None
    new = [NewTopic(topic.name, topic.partitions, config={**topic.settings}) for topic in wanted]
    for name, answer in admin.create_topics(new, operation_timeout=ANSWER_SECONDS).items():
        try:
            answer.result(ANSWER_SECONDS * 2)
            made.append(name)
        except KafkaException as error:
            failure = name, error.args[0]
    return failure


def _no_answer(bootstrap: str, error: KafkaException) -> DemoError:
    if error.args[0].code() == KafkaError._TRANSPORT:
        return DemoError(f"No Kafka answers on {bootstrap}.", "Check the address, then start again.")
    return DemoError(
        f"Kafka on {bootstrap} refused the demo: {reason(error.args[0])}.", "Check what it asks of clients."
    )


def _listed(names: Sequence[str]) -> str:
    first, more = [*islice(names, 2)], len(names) - 2
    return f"{', '.join(first)} and {wording.count(more)} more of its topics" if more > 0 else " and ".join(first)
