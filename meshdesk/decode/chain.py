"""The chain: decoders asked in order, the first that reads all bytes wins, and why the others declined is kept."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any

from meshdesk.decode import (
    apicurio,
    avro_container,
    avro_single,
    azure,
    bson,
    buf,
    cbor,
    chosen,
    cloudevents,
    cloudevents_proto,
    compressed,
    compressed_bare,
    confluent,
    connect_internal,
    connect_json,
    dead_letter,
    debezium,
    glue,
    guid_header,
    guid_prefix,
    ion,
    ion_text,
    java_serialized,
    json_text,
    kafka_internal,
    kafka_primitives,
    legacy_text,
    messagepack,
    mirrormaker,
    number,
    otlp,
    otlp_json,
    protobuf_bare,
    quick,
    raw,
    schema_file,
    smile,
    tables,
    text,
    text_as,
    thrift,
    tibco,
    xml_text,
    yaml_text,
)
from meshdesk.decode.contract import (
    Bounds,
    Declined,
    Decoded,
    Decoder,
    Envelope,
    Layer,
    Payload,
    Preview,
    Schemas,
    Undecodable,
)
from meshdesk.decode.line import LONGEST, TELLING, Unlisted, line_in
from meshdesk.decode.line_order import for_line
from meshdesk.model.decode_as import OF_TYPE
from meshdesk.model.node import SHORT, Node, one_line_spans

# A new decoder is a file with NAME and decode, and its line here. Order is meaning: formats that prove themselves first.
DECODERS: tuple[Decoder, ...] = (
    chosen,  # the user says it
    kafka_internal, mirrormaker,  # a topic's name names them, and all bytes prove them
    # What a header says; prefixes that a registry proves.
    cloudevents_proto, guid_header, azure, buf, confluent, apicurio, guid_prefix, glue, tibco,
    avro_container, compressed, tables, java_serialized, avro_single, ion, smile,  # bytes that mark them
    schema_file,  # a file's name says it
    bson, kafka_primitives, otlp, messagepack, cbor, thrift,  # what all bytes prove
    json_text, ion_text, xml_text, yaml_text,
    protobuf_bare,  # what all bytes prove, and could as well be text
    compressed_bare, text, legacy_text, number, raw,
)  # fmt: skip
ON_REQUEST: tuple[Decoder, ...] = text_as.DECODERS  # which are asked only where somebody says their name
BUILT_IN = DECODERS
UNPROVED: tuple[Decoder, ...] = (number, raw)  # which any bytes would please
# What a value that was read may be in, and in that again: each is asked of what the one before has left.
ENVELOPES: tuple[Envelope, ...] = (
    kafka_internal,
    connect_json,
    connect_internal,
    cloudevents,
    debezium,
    otlp_json,
    dead_letter,
)
CHANGING = tuple((envelope, envelope.could_change) for envelope in ENVELOPES)
BOUNDS = Bounds()
AS_ASKED = Layer("as asked")  # the layer before what somebody asked for (Payload.asked)


def with_decoders(more: Iterable[Decoder]) -> tuple[Decoder, ...]:
    """The decoders and some more: behind formats that a registry or a mark proves, before those that have none."""
    at = DECODERS.index(schema_file)
    return (*DECODERS[:at], *more, *DECODERS[at:])


def decode(payload: Payload, schemas: Schemas, bounds: Bounds = BOUNDS) -> Decoded:
    """What a key or a value says. Always answers: null, empty, or the first decoder that reads it; at the end its bytes."""
    data = payload.data
    if data is None:
        layer = Layer("tombstone" if payload.role == "value" else "null")
        return _in_envelope(payload, Decoded(Node("", "null", "null"), (layer,), "null"), bounds)
    if not data:
        return _in_envelope(payload, Decoded(Node("", "string", ""), (Layer("empty"),), "empty"), bounds)
    found = _in_envelope(payload, inner(payload, data, schemas, bounds), bounds)
    if payload.asked and AS_ASKED not in found.chain:
        why = next((one.why for one in found.tried if one.name == payload.asked), "this version has no such decoder")
        found = replace(
            found, trouble=f"The {payload.role} is not read as {payload.asked}: {why}. It is shown as found."
        )
    return found


def _in_envelope(payload: Payload, decoded: Decoded, bounds: Bounds) -> Decoded:
    if not bounds.tells and (decoded.words is not None or _is_bare(payload, decoded.tree)):
        return decoded
    for envelope, could_change in CHANGING:
        if bounds.tells or could_change(payload, decoded.tree):
            decoded = envelope.opened(payload, decoded) or decoded
    return decoded


def _is_bare(payload: Payload, tree: Node) -> bool:
    """Whether neither the record nor a name in the value says anything to an envelope, as line.py has it."""
    return (
        payload.data is not None
        and not payload.headers
        and not payload.masked
        and TELLING.isdisjoint([child.name for child in tree.children])
    )


def inner(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds, is_plain: bool = False) -> Decoded:
    """What some bytes say, those of the payload or what was unpacked from them: the first decoder that reads all of them.
    Whoever unpacks asks with one layer less (Bounds.layers). `is_plain` as `worth_asking` has it."""
    tried: list[Declined] = []
    trouble = sure = ""
    if payload.asked:
        wanted = _as_asked(payload, data, schemas, bounds)
        if isinstance(wanted, Decoded):
            return wanted
        tried += [wanted] if wanted else []
    for decoder, could_be in _all_of(DECODERS) if bounds.tells else worth_asking(payload, data, is_plain):
        if could_be is not None and not could_be(payload, data, schemas):
            continue
        try:
            found = decoder.decode(payload, data, schemas, bounds)
        except Undecodable as why:
            if bounds.tells or payload.asked:
                tried.append(Declined(decoder.NAME, str(why)))
            trouble = trouble or why.trouble
            sure = sure or (why.trouble if why.is_sure else "")
        else:
            # Bytes that something reads have proved what they are, whatever else they looked like.
            # A number proves nothing: every eight bytes are one.
            trouble = (trouble or found.trouble) if decoder in UNPROVED else (sure or found.trouble)
            if not tried and trouble == found.trouble:
                return found
            return replace(found, tried=(*tried, *found.tried), trouble=trouble)
    raise Undecodable("no decoder answered")  # raw never declines


# Who is asked where nobody wants to know who declined


class _Asked:
    """Which decoders are worth asking, by the first byte of a payload and by its headers; made anew where plug-ins came."""

    def __init__(self, decoders: tuple[Decoder, ...]) -> None:
        self.decoders = decoders
        self.by_first = _by_first(decoders)
        self._minding: dict[tuple[Any, Any], list[Decoder]] = {(cloudevents.HEADERS, cloudevents.minds): []}
        for decoder in decoders:
            if hasattr(decoder, "HEADERS"):
                group = decoder.HEADERS, getattr(decoder, "minds", _always)
                self._minding.setdefault(group, []).append(decoder)
        self._by_names: dict[tuple[str, ...], list[tuple[Any, list[Decoder]]]] = {}

    def minding(self, payload: Payload) -> list[tuple[Any, list[Decoder]]]:
        """Who looks at headers of such names as the record has: how each tells whether they say anything to it, and whom that
        concerns."""
        names = tuple([name for name, _ in payload.headers])
        found = self._by_names.get(names)
        if found is None:
            if len(self._by_names) >= NAMES:
                self._by_names.clear()
            lower = [name.lower() for name in names]
            found = self._by_names[names] = [
                (minds, decoders)
                for (starts, minds), decoders in self._minding.items()
                if any(name.startswith(starts) for name in lower)
            ]
        return found


Glanced = tuple[Decoder, Callable[[Payload, bytes, Schemas], bool] | None]


def _by_first(decoders: Iterable[Decoder]) -> list[tuple[Glanced, ...]]:
    looks = [(getattr(decoder, "BEGINS", EVERY), (decoder, getattr(decoder, "could_be", None))) for decoder in decoders]
    return [tuple([look for begins, look in looks if first in begins]) for first in EVERY]


def _always(*_: object) -> bool:
    return True


NAMES = 500  # sets of names that records of a topic have as headers; most topics have one of them
EVERY = bytes(range(256))
_asked = _Asked(DECODERS)
# Of payloads that quick.py has found to be like any other.
PLAIN = _by_first([one for one in BUILT_IN if one not in (chosen, kafka_internal, mirrormaker, schema_file)])


def worth_asking(payload: Payload, data: bytes, is_plain: bool = False) -> Sequence[Glanced]:
    """The decoders without those of which the first byte tells that they decline, and have nothing to say about it; each with the
    glance that tells it of the others, or None. `is_plain` where quick.py has found that nothing but its bytes says what it is."""
    global _asked  # noqa: PLW0603 (a table of DECODERS, which plug-ins change)
    if is_plain:
        return PLAIN[data[0]]
    if _asked.decoders is not DECODERS:
        _asked = _Asked(DECODERS)
    asked = _asked.by_first[data[0]]
    minding = _minding(payload, data)
    if not minding and not payload.asked:
        return asked
    glances = {id(decoder): could_be for decoder, could_be in asked} | dict.fromkeys(map(id, minding))
    glances |= {id(decoder): None for decoder in DECODERS if payload.wants(decoder.NAME)}
    return [(decoder, glances[id(decoder)]) for decoder in DECODERS if id(decoder) in glances]


@lru_cache(maxsize=2)  # the decoders, and those that plug-ins bring
def _all_of(decoders: tuple[Decoder, ...]) -> tuple[Glanced, ...]:
    return tuple((decoder, None) for decoder in decoders)


def _minding(payload: Payload, data: bytes) -> list[Decoder]:
    """The decoders to which headers of the record say something."""
    if not payload.headers:
        return []
    return [decoder for minds, decoders in _asked.minding(payload) if minds(payload, data) for decoder in decoders]


def has_telling_header(payload: Payload) -> bool:
    """Whether a header changes what a line says. Dead letters are told by the chain alone, and what Debezium's mean is known
    to quick.py."""
    if not payload.headers:
        return False
    minding = _asked.minding(payload)
    return bool(minding) and any(minds(payload, payload.data or b"") for minds, _ in minding)


def _as_asked(payload: Payload, data: bytes, schemas: Schemas, bounds: Bounds) -> Decoded | Declined | None:
    """What the decoder says that somebody asked for; why it declines, or None where it says that again in its turn.

    It is asked for a proof at first, then of what was compressed, and then for none (contract.Payload.wants).
    """
    if payload.asked.startswith(OF_TYPE):
        try:
            found = schema_file.decode_as(payload, data, schemas, bounds)
        except Undecodable as declined:
            return Declined(payload.asked, str(declined))
        return found if AS_ASKED in found.chain else replace(found, chain=(AS_ASKED, *found.chain))
    decoder = next((one for one in (*DECODERS, *ON_REQUEST) if payload.wants(one.NAME)), None)
    if decoder is None:
        return None
    asks = (
        [(decoder, payload)] if decoder in ON_REQUEST else [(decoder, replace(payload, asked="")), (decoder, payload)]
    )
    asks.insert(-1, (compressed, payload))
    why = ""
    for one, sent in asks:
        try:
            found = one.decode(sent, data, schemas, bounds)
        except Undecodable as declined:
            why = str(declined)
            continue
        if AS_ASKED in found.chain:
            return found
        if one is decoder:
            return replace(found, chain=(AS_ASKED, *found.chain))
    return Declined(decoder.NAME, why) if decoder in ON_REQUEST else None


def preview(payload: Payload, schemas: Schemas, limit: int = 160) -> Preview:
    """The same on one line of at most `limit` characters."""
    if payload.data is None:
        return NO_VALUE
    is_told = bool(payload.headers) and has_telling_header(payload)
    is_plain = False
    if DECODERS is BUILT_IN:  # what is quick knows DECODERS as they are here, and no plug-ins
        found = quick.by_header(payload, schemas, limit) if is_told else quick.preview_or_plain(payload, schemas, limit)
        if isinstance(found, Preview):
            return found
        is_plain = bool(found)
    try:
        decoded = _listed(
            payload, schemas, _enough_for(limit, limit <= LONGEST and not _is_opened(payload, is_told)), is_plain
        )
    except Unlisted:
        decoded = _listed(payload, schemas, _enough_for(limit, False), is_plain)
    if decoded.words is not None:
        return Preview(*line_in(decoded.words, limit), decoded.format, decoded.trouble)
    line, tones = one_line_spans(for_line(decoded), limit)
    return Preview(line if payload.data else "", tones if payload.data else (), decoded.format, decoded.trouble)


NO_VALUE = Preview("", (), "null")


def _listed(payload: Payload, schemas: Schemas, bounds: Bounds, is_plain: bool) -> Decoded:
    if not payload.data or not is_plain:
        return decode(payload, schemas, bounds)
    found = inner(payload, payload.data, schemas, bounds, is_plain=True)
    return found if found.words is not None else _in_envelope(payload, found, bounds)


def _is_opened(payload: Payload, is_told: bool) -> bool:
    """Whether an envelope may want the tree of the value, whatever names are in it."""
    return (
        bool(payload.masked)
        or (is_told and cloudevents.minds(payload))
        or (bool(payload.headers) and debezium.is_flattened(payload))
    )


@cache  # a list asks for four of them, a hundred times a screen
def _enough_for(limit: int, is_line: bool) -> Bounds:
    """What a line can show: each part takes a character and a space at least, and of the rest only the number counts.

    A list of 15,000 objects, 0.8 MB, takes 35 ms instead of 100 (measured 2026-11); a screen of rows has two seconds in all.
    """
    room = max(limit, LONGEST)  # also where the line is shorter: the name of a type in a schema has to be whole
    return replace(BOUNDS, text=2 * room + 2, width=room + SHORT, tells=False, line=is_line)
