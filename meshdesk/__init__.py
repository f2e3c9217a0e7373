"""MeshDesk: a desktop program for browsing an event-driven data mesh over Kafka."""

__version__ = "0.1.0"
