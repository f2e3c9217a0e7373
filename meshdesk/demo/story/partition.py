"""Which partition a key goes to: Kafka's own choice, so that the story can say where one of its records lies."""

MASK = 0xFFFFFFFF
SEED = 0x9747B28C
M = 0x5BD1E995


def partition_of(key: bytes, partitions: int) -> int:
    """As org.apache.kafka.clients.producer.internals.BuiltInPartitioner does it, and librdkafka's `murmur2` partitioners.

    >>> partition_of(b"ORD-100001", 4)
    1
    """
    return (murmur2(key) & 0x7FFFFFFF) % partitions


def murmur2(data: bytes) -> int:
    """The 32-bit MurmurHash2 of org.apache.kafka.common.utils.Utils, without its sign.

    >>> murmur2(b"21") == -973932308 & MASK, murmur2(b"foobar") == -790332482 & MASK
    (True, True)
    """
    length = len(data)
    hashed = SEED ^ length
    whole = length & ~3
    for place in range(0, whole, 4):
        part = int.from_bytes(data[place : place + 4], "little") * M & MASK
        part = (part ^ part >> 24) * M & MASK
        hashed = hashed * M & MASK ^ part
    if length > whole:
        hashed = (hashed ^ int.from_bytes(data[whole:], "little")) * M & MASK
    hashed = (hashed ^ hashed >> 13) * M & MASK
    return hashed ^ hashed >> 15
