"""The definitions of Kafka's own records, and what their numbers mean."""

from struct import pack

import pytest

from meshdesk.decode.kafka_message import NEVER, Field
from meshdesk.decode.kafka_records import INTERNAL, MIRRORED, meaning

TYPES = {"int8", "int16", "uint16", "int32", "int64", "string", "bytes", "uuid", "boolean", "struct"}


def every(fields: tuple[Field, ...]) -> list[Field]:
    return [one for field in fields for one in (field, *every(field.fields))]


def test_that_every_definition_is_of_types_that_can_be_read() -> None:
    messages = [one for types in INTERNAL.values() for record in types.values() for one in (record.key, record.value)]
    messages += [one for kind in MIRRORED for one in (kind.key, kind.value)]
    for message in messages:
        assert message.fields
        for field in every(message.fields):
            assert field.type in TYPES
            assert (field.type == "struct") == bool(field.fields)
            assert field.tag is None or message.flexible < NEVER


def test_that_consumer_offsets_have_all_kinds_without_a_gap() -> None:
    assert sorted(INTERNAL["__consumer_offsets"]) == list(range(25))


@pytest.mark.parametrize(
    ("record", "field", "number", "words"),
    [
        ("TRANSACTION_LOG", "transactionStatus", "1", "ongoing"),
        ("SHARE_UPDATE", "deliveryState", "4", "archived"),
        ("CONSUMER_GROUP_CURRENT_MEMBER_ASSIGNMENT", "state", "1", "unrevoked partitions"),
        ("STREAMS_GROUP_CURRENT_MEMBER_ASSIGNMENT", "state", "1", "unrevoked tasks"),
        ("OFFSET_COMMIT", "commitTimestamp", "-1", ""),
        ("OFFSET_COMMIT", "commitTimestamp", "9223372036854775807", ""),
        ("OFFSET_COMMIT", "offset", "5", ""),
        ("SHARE_UPDATE", "deliveryState", "77", ""),
    ],
)
def test_that_a_number_says_what_it_stands_for(record: str, field: str, number: str, words: str) -> None:
    assert meaning(record, field, number) == words


def test_that_a_member_with_more_partitions_than_are_said_has_as_many_as_there_is_room_for() -> None:
    for partitions in range(13):
        for topics in range(1, 70):
            each = b"".join(
                b"\0\6" + f"shop{at:02}".encode() + pack(">i", partitions) + pack(f">{partitions}i", *range(partitions))
                for at in range(topics)
            )
            data = b"\0\0" + pack(">i", topics) + each + pack(">i", -1)
            numbers = "".join(f" {number}" for number in range(partitions))
            said = meaning("GROUP_METADATA", "assignment", data.hex())
            assert said.startswith("has " + ", ".join(f"shop{at:02}{numbers}" for at in range(topics))[:150])
