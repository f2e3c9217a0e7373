"""Parts of a value that its tree leaves out: decoding it once more, with those parts in place of the first ones (Bounds.windows).

A container is known by the byte at which it begins, as its node says it, whatever framing, compression or envelope is around it.
"""

from meshdesk.decode.contract import Decoded

# Layers whose decoders heed windows, and with them all envelopes, which keep what is in their values.
FORMATS = frozenset(
    ("JSON", "JSON Schema", "Avro", "Protobuf", "Protobuf without schema", "MessagePack", "CBOR", "BSON", "Smile", "Ion", "Thrift")
)  # fmt: skip


def has_windows(decoded: Decoded) -> bool:
    """Whether what the tree leaves out of its containers can be had."""
    return any(layer.name in FORMATS for layer in decoded.chain)
