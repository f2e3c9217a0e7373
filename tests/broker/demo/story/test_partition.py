"""Kafka's choice of a partition, by the values of its own tests (org.apache.kafka.common.utils.UtilsTest)."""

import pytest

from meshdesk.demo.story.partition import murmur2, partition_of


@pytest.mark.parametrize(
    ("data", "hashed"),
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_that_it_hashes_as_kafka_does(data: bytes, hashed: int) -> None:
    assert murmur2(data) == hashed & 0xFFFFFFFF


def test_that_every_partition_is_chosen() -> None:
    assert {partition_of(b"ORD-%d" % number, 6) for number in range(200)} == {*range(6)}
