"""ListOffsets by timestamp (KIP-79): the first offset at or after a moment, of many partitions and moments at once.

It needs the right to describe the topic, and none to read it.
"""

from collections.abc import Iterable, Mapping, Sequence
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
    that is not known. The end is asked first: what arrives meanwhile never lies before it. Less once `stop` is set."""
    moments = sorted(asked)
    said = offsets_of(cluster, [dict.fromkeys(asked[moment], moment) for moment in moments], stop)
    return {
        (moment, place): answer
        for moment, answers in zip(moments, said, strict=True)
        for place, answer in answers.items()
    }


def offsets_of(
    cluster: Asking, calls: Sequence[Mapping[Place, int]], stop: Event
) -> list[dict[Place, int | KafkaError]]:
    """The same for several requests, in each of which every partition has a moment of its own."""
    if not cluster.leads({topic for call in calls for topic, _ in call}, stop):
        away = KafkaError(KafkaError._TIMED_OUT)
        return [{} if stop.is_set() else dict.fromkeys(call, away) for call in calls]
    questions: dict[tuple[int, Place], Future[Any]] = {}
    for number, call in enumerate(calls):
        specs = {TopicPartition(*place): _spec(moment) for place, moment in call.items()}
        if specs:
            said = cluster.admin.list_offsets(
                specs, isolation_level=IsolationLevel.READ_UNCOMMITTED, request_timeout=PATIENCE
            )
            questions |= {(number, (place.topic, place.partition)): answer for place, answer in said.items()}
    found: list[dict[Place, int | KafkaError]] = [{} for _ in calls]
    for (number, place), answer in cluster.answers(questions, stop).items():
        found[number][place] = answer if isinstance(answer, KafkaError) else int(answer.offset)
    return found


def _spec(moment: int) -> OffsetSpec:
    spec: OffsetSpec = OffsetSpec.earliest() if moment == BEGINNING else OffsetSpec.latest()
    if moment >= 0:
        spec = OffsetSpec.for_timestamp(moment)
    return spec
