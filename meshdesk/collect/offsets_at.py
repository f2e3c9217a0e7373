"""ListOffsets by timestamp (KIP-79): the first offset at or after a moment, of many partitions and moments at once.

It needs the right to describe the topic, and none to read it.
"""

from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from threading import Event
from typing import Any

from confluent_kafka import IsolationLevel, KafkaError, TopicPartition
from confluent_kafka.admin import OffsetSpec

from meshdesk.collect.asking import PATIENCE, Asking

BEGINNING, END = -2, -1  # as Kafka's protocol has them for the first offset that is there and the one behind the last

Place = tuple[str, int]  # topic, partition
Question = tuple[int, Place]  # a moment in ms, or BEGINNING or END
NONE = -1  # the answer where no record is that late


def offsets_at(cluster: Asking, asked: Mapping[int, Iterable[Place]], stop: Event) -> dict[Question, int | KafkaError]:
    """For each moment and partition the first offset whose timestamp is not before it, NONE where there is none, or why
    that is not known. The end is asked first: what arrives meanwhile never lies before it. Nothing once `stop` is set."""
    questions: dict[Question, Future[Any]] = {}
    for moment in sorted(asked):
        spec = _spec(moment)
        places = {TopicPartition(*place): spec for place in asked[moment]}
        said = cluster.admin.list_offsets(
            places, isolation_level=IsolationLevel.READ_UNCOMMITTED, request_timeout=PATIENCE
        )
        questions |= {(moment, (place.topic, place.partition)): answer for place, answer in said.items()}
    answers = cluster.answers(questions, stop)
    return {
        question: answer if isinstance(answer, KafkaError) else int(answer.offset)
        for question, answer in answers.items()
    }


def _spec(moment: int) -> OffsetSpec:
    spec: OffsetSpec = OffsetSpec.earliest() if moment == BEGINNING else OffsetSpec.latest()
    if moment >= 0:
        spec = OffsetSpec.for_timestamp(moment)
    return spec
