"""The embedded mesh: a real Kafka, a small schema registry and believable traffic.

Nothing outside this folder knows a topic, a group or a schema of it.
"""
