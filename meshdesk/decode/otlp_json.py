"""OpenTelemetry's traces, logs, metrics and profiles as JSON, as the Collector's Kafka exporter writes them (otlp_json).

The source: opentelemetry.io/docs/specs/otlp, JSON Protobuf Encoding. Ids are hex there and numbers of 64 bits text, so the
tree is what was written; moments, which are nanoseconds, stand in a note as moments.
"""

from dataclasses import replace

from meshdesk.decode.contract import Decoded, Layer, Payload
from meshdesk.decode.moments import moment
from meshdesk.decode.parts import noted
from meshdesk.model.node import Node

NAME = "OTLP JSON"
DIGITS = 20  # of a number of 64 bits
# What the root holds, and what that holds of each resource, with the word of it.
KINDS = {
    "resourceSpans": ("scopeSpans", "traces"),
    "resourceLogs": ("scopeLogs", "logs"),
    "resourceMetrics": ("scopeMetrics", "metrics"),
    "resourceProfiles": ("scopeProfiles", "profiles"),
}


def could_change(payload: Payload, tree: Node) -> bool:  # noqa: ARG001 (the contract's form)
    """Never: all that it says stands in the chain and in notes."""
    return False


def opened(payload: Payload, decoded: Decoded) -> Decoded | None:  # noqa: ARG001 (the contract's form)
    """The same with its kind named; None where it is none of them."""
    for resources in decoded.tree.children:
        scopes, word = KINDS.get(resources.name, ("", ""))
        if word and resources.kind == "array" and _holds(resources, scopes):
            return replace(decoded, tree=_dated(decoded.tree), chain=(*decoded.chain, Layer(f"OTLP {word}")))
    return None


def _holds(resources: Node, scopes: str) -> bool:
    return bool(resources.children) and all(
        any(part.name == scopes for part in resource.children)
        for resource in resources.children
        if resource.kind != "more"
    )


def _dated(node: Node) -> Node:
    if node.children:
        return replace(node, children=tuple(map(_dated, node.children)))
    if node.name.endswith("UnixNano") and node.text.isdecimal() and node.text != "0" and len(node.text) <= DIGITS:
        found = moment(int(node.text), 9)
        return noted(node, found) if found else node
    return node
