"""Records that somebody could not process, and said so in the headers: whence they came and why, in the chain.

Sources: spring-kafka DeadLetterPublishingRecoverer, Kafka Connect's DeadLetterQueueReporter, Kafka Streams' error handlers
(KIP-1034). Spring's serialisers also name the Java type of what they wrote.
"""

from dataclasses import replace
from typing import NamedTuple

from meshdesk.decode.contract import Decoded, Layer, Payload
from meshdesk.decode.headers import header_node
from meshdesk.model.node import Node, shortened, visible

NAME = "dead letter"
MESSAGE = 200  # characters of the reason in the chain; the header has all of it
TYPE = {"value": "__TypeId__", "key": "__Key_TypeId__"}


class Convention(NamedTuple):
    """Names of headers."""

    name: str
    topic: str
    partition: str
    offset: str
    error: str
    message: str


SPRING = "kafka_dlt-"
CONNECT = "__connect.errors."
STREAMS = "__streams.errors."
CONVENTIONS = (
    Convention(
        "Spring dead letter", f"{SPRING}original-topic", f"{SPRING}original-partition", f"{SPRING}original-offset",
        f"{SPRING}exception-cause-fqcn", f"{SPRING}exception-message",
    ),
    Convention(
        "Connect dead letter", f"{CONNECT}topic", f"{CONNECT}partition", f"{CONNECT}offset",
        f"{CONNECT}exception.class.name", f"{CONNECT}exception.message",
    ),
    Convention(
        "Streams dead letter", f"{STREAMS}topic", f"{STREAMS}partition", f"{STREAMS}offset",
        f"{STREAMS}exception", f"{STREAMS}message",
    ),
)  # fmt: skip


def could_change(payload: Payload, tree: Node) -> bool:  # noqa: ARG001 (the contract's form)
    """Never: all of it stands in the chain."""
    return False


def opened(payload: Payload, decoded: Decoded) -> Decoded | None:
    """The same with what the headers tell of it; None where they tell nothing."""
    if not payload.headers:
        return None
    layers = [layer for layer in (_type(payload), _dead(payload)) if layer is not None]
    return replace(decoded, chain=(*decoded.chain, *layers)) if layers else None


def _type(payload: Payload) -> Layer | None:
    name = _text(payload, TYPE[payload.role])
    return Layer("Spring type", name) if name and payload.data is not None else None


def _dead(payload: Payload) -> Layer | None:
    if payload.role == "key":
        return None
    for convention in CONVENTIONS:
        topic = _text(payload, convention.topic)
        if topic:
            partition, offset = _text(payload, convention.partition), _text(payload, convention.offset)
            error = _text(payload, convention.error).rpartition(".")[2]
            reason = ": ".join(filter(None, (error, _text(payload, convention.message).strip())))
            words = f"of {topic}, partition {partition or '?'}, offset {offset or '?'}"
            return Layer(convention.name, f"{words}: {reason}" if reason else words)
    return None


def _text(payload: Payload, name: str) -> str:
    value = payload.header(name)
    if value is None:
        return ""
    node = header_node(name, value, MESSAGE)
    return (
        node.text if node is not None else visible(shortened(value[: 4 * MESSAGE].decode("utf-8", "replace"), MESSAGE))
    )
