"""The collect program: the only one that talks to the network. It reads Kafka and registries and writes a capture.

Read-only by construction: partitions are assigned, no group is ever joined, nothing is committed, no topic is created.
One thing cannot be avoided: librdkafka asks for the coordinator of the group it was named, and on a brand-new cluster
the broker answers by creating its own topic `__consumer_offsets`.
"""
