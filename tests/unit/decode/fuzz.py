"""Stored payloads, changed at random, through every decoder: `python -m tests.unit.decode.fuzz [INPUTS [SEED [NAME …]]]`.

Each decoder gets as many inputs (200,000 unless it is said otherwise): most are changed from what it reads, the others from
what anything reads, with the schemas of the record, with others, with broken ones and with none. Each must answer with a tree
that every form can show, or raise Undecodable, within its deadline. Envelopes get as many trees. So does what makes the line of
a list without a tree ("list Avro", "list CBOR"), whose line must be that of the tree; and what reads the files of schemas
("file .avsc"), which must be read or told to be broken. Prints a line for each with how many there were, how many of them it
read and the slowest, and each that ended otherwise as an expression of Python; the exit code is 1 then. All of it takes about
two hours of one core.
"""

import faulthandler
import json
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from types import FrameType

from meshdesk.collect import schema_files
from meshdesk.collect.catalogues.reading import Said
from meshdesk.decode import cloudevents, confluent, quick, schema_file, tables
from meshdesk.decode.chain import BOUNDS, DECODERS, ENVELOPES, decode, has_telling_header, inner, preview
from meshdesk.decode.confluent import PREFIX
from meshdesk.decode.contract import Bounds, Decoded, Decoder, Envelope, Payload, Preview, Schemas, Undecodable
from meshdesk.decode.line import Unlisted
from meshdesk.decode.line_order import for_line
from meshdesk.model.node import SHORT, Node, one_line, one_line_spans, pretty, to_frame, to_json
from meshdesk.model.schema import Schema, SchemaName, SchemaState
from meshdesk.model.schema_formats import BY_ENDING, ENDINGS
from tests.unit.decode import golden
from tests.unit.decode.golden import CASES, case, payload, schemas_of
from tests.unit.decode.poison import POISON, SCHEMAS, Every, EveryFile

INPUTS = 200_000  # for each decoder
LARGEST = 3_000  # bytes of a payload that is changed: the rest of a larger one is more of the same
FAILURES = 20  # of one decoder, after which it gets no more
DEADLINE = 2.0  # s of this process, in which look has to answer for a whole screen of rows
STUCK = 600.0  # s after which code that no signal reaches is told with its traceback, and all ends
LINE = 160  # characters of a list's line
OF_LINE = replace(BOUNDS, text=2 * LINE + 2, width=LINE + SHORT)  # what it can show of a tree (decode/chain.py)
SHOWN = 0.1  # of what was read is shown in every form


Input = tuple[Callable[[], str], Callable[[], Decoded | Preview | Said | None]]  # it in words, and what answers it


class Different(Exception):
    """Two readings of the same bytes say something else."""


class _TooLate(BaseException):
    """The deadline of an input has passed; nothing that a decoder catches."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A key or a value as it was recorded, and the schemas that its registry has."""

    payload: Payload
    data: bytes
    schemas: Schemas
    places: tuple[int, ...] = ()  # where parts of what a decoder reads in it begin and end


class Changed:
    """A registry whose schemas are broken: of each, the text is changed at random."""

    def __init__(self, random: Random, schemas: Schemas) -> None:
        self._random, self._schemas = random, schemas
        self._broken: dict[SchemaName, Schema] = {}

    def find_schema(self, name: SchemaName) -> Schema | SchemaState:
        found = self._schemas.find_schema(name)
        if not isinstance(found, Schema):
            return found
        if name not in self._broken:  # whoever asks again gets the same answer
            text = _changed(self._random, found.text.encode(), found.text.encode())
            self._broken[name] = replace(found, text=text.decode("utf-8", "replace"))
        return self._broken[name]


class OfFile:
    """A schema that stands in a file of the topic's name, and no registry."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def find_schema(self, name: SchemaName) -> Schema | SchemaState:
        return self._schema if name.kind in ("subject", "type") else SchemaState.NO_REGISTRY


def main(inputs: int, seed: int, names: list[str]) -> int:
    """The exit code."""
    signal.signal(signal.SIGPROF, _late)
    stored = _stored()
    failed = 0
    for decoder in DECODERS:
        if not names or decoder.NAME in names:
            failed += _through_decoder(decoder, stored, inputs, Random(f"{seed} {decoder.NAME}"))
    trees = _trees(stored)
    for envelope in ENVELOPES:
        if not names or f"envelope {envelope.NAME}" in names:
            failed += _through_envelope(envelope, trees, inputs, Random(f"{seed} envelope {envelope.NAME}"))
    for name, own in _lists(stored).items():
        if not names or name in names:
            failed += _through_list(name, own, stored, inputs, Random(f"{seed} {name}"))
    for ending in ENDINGS:
        if not names or f"file {ending}" in names:
            failed += _through_file(ending, stored, inputs, Random(f"{seed} file {ending}"))
    sys.stdout.write(f"seed {seed}: {failed} failures\n")
    return 1 if failed else 0


def _through_decoder(decoder: Decoder, stored: list[Stored], inputs: int, random: Random) -> int:
    """How many inputs of a decoder ended as none may."""
    own = [replace(one, places=places) for one in stored if (places := _reads(decoder, one)) is not None]

    def ask() -> Input:
        sent, answer = _sent(random, own, stored)
        if random.random() < 0.2:  # then it needs no proof
            sent = replace(sent, asked=decoder.NAME)
        data = sent.data or b""
        return lambda: _in_words(sent, answer), lambda: decoder.decode(sent, data, answer, BOUNDS)

    return _all(decoder.NAME, len(own), inputs, random, ask)


def _through_list(name: str, own: list[Stored], stored: list[Stored], inputs: int, random: Random) -> int:
    """The same of what makes lines without a tree: each must be the one that the tree has."""

    def ask() -> Input:
        sent, answer = _sent(random, own, stored)
        # Now and then the tree is asked of all decoders, also of those of which a glance tells that they decline.
        bounds = replace(OF_LINE, tells=random.random() < 0.2)
        return lambda: _in_words(sent, answer), lambda: _as_by_tree(sent, answer, bounds, name.rsplit(maxsplit=1)[-1])

    return _all(name, len(own), inputs, random, ask)


def _through_file(ending: str, stored: list[Stored], inputs: int, random: Random) -> int:
    """The same of what reads the files of schemas."""
    kind = BY_ENDING[ending].type
    schemas = {schema.text for one in stored for schema in _known(one.schemas) if schema.type == kind}
    texts = sorted(text.encode() for text in schemas | {one.text for one in SCHEMAS if one.type == kind})
    own = [text for text in texts if len(text) <= LARGEST]

    def ask() -> Input:
        data = _changed(random, random.choice(own), random.choice(own))
        return lambda: f"{data!r}", lambda: schema_files.read(data, f"sales/orders{ending}")

    return _all(f"file {ending}", len(own), inputs, random, ask)


def _sent(random: Random, own: list[Stored], stored: list[Stored]) -> tuple[Payload, Schemas]:
    """A payload that was changed, and what a registry answers."""
    was = random.choice(own if own and random.random() < 0.8 else stored)
    data = _changed(random, was.data, random.choice(stored).data, was.places)
    headers = was.payload.headers
    if headers and random.random() < 0.2:
        at = random.randrange(len(headers))
        name, value = headers[at]
        headers = (*headers[:at], (name, _changed(random, value or b"", value or b"x")), *headers[at + 1 :])
    return replace(was.payload, data=data, headers=headers), _registry(random, was.schemas)


def _in_words(sent: Payload, answer: Schemas) -> str:
    return f"{sent!r} {getattr(answer, '__dict__', answer)}"


def _as_by_tree(sent: Payload, schemas: Schemas, bounds: Bounds, word: str) -> Preview | None:
    """The line of a list; None where that has another word for its format. Raises Different."""
    if not sent.data:
        return None
    found = preview(sent, schemas, LINE)
    decoded = decode(sent, schemas, bounds)
    expected = Preview(*one_line_spans(for_line(decoded), LINE), decoded.format, decoded.trouble)
    is_other = found.format != expected.format or found.text.startswith(f"{expected.text} {{")  # no rows, or no table
    if found.format in tables.FORMATS and is_other:
        return None  # what is broken in columns that a list does not show is told by the tree alone
    # Of two damages a table has, which is read otherwise for a line, the other one may be told.
    if replace(found, trouble="") != replace(expected, trouble="") or bool(found.trouble) != bool(expected.trouble):
        raise Different(f"the list says {found}, the tree {expected}")
    return found if found.format.startswith(word) else None


def _through_envelope(envelope: Envelope, trees: list[tuple[Payload, Decoded]], inputs: int, random: Random) -> int:
    """The same of an envelope, which is given trees."""
    own = [one for one in trees if envelope.opened(*one)]
    pool = [node for _, decoded in trees for node in _nodes(decoded.tree)]

    def ask() -> Input:
        was, decoded = random.choice(own if own and random.random() < 0.8 else trees)
        other = random.choice(trees)[0]
        sent = replace(was, topic=random.choice((was.topic, was.topic, other.topic)))
        if random.random() < 0.2:
            sent = replace(sent, headers=other.headers)
        if random.random() < 0.2 and was.record_key:
            sent = replace(sent, record_key=_changed(random, was.record_key, other.record_key or b""))
        given = replace(decoded, tree=_changed_tree(random, decoded.tree, pool))
        return lambda: f"{sent!r} {given!r}", lambda: envelope.opened(sent, given)

    return _all(f"envelope {envelope.NAME}", len(own), inputs, random, ask)


def _all(
    name: str,
    own: int,
    inputs: int,
    random: Random,
    ask: Callable[[], Input],
) -> int:
    """Asks as often as it is wanted, and says how it went."""
    failed, read, count, slowest = 0, 0, 0, 0.0
    slowest_words: Callable[[], str] = str
    begun = time.monotonic()
    for count in range(1, inputs + 1):
        if count % 1_000 == 1:
            faulthandler.dump_traceback_later(STUCK, exit=True)
        words, answer = ask()
        wrong = ""
        began = time.process_time()
        try:
            signal.setitimer(signal.ITIMER_PROF, DEADLINE)
            found = answer()
            if found is not None:
                read += 1
                if isinstance(found, Decoded) and random.random() < SHOWN:
                    _show(found.tree)
        except Undecodable:
            pass
        except _TooLate:
            wrong = f"it takes longer than {DEADLINE} s"
        except Exception as error:
            wrong = f"{type(error).__name__}: {error}"
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        took = time.process_time() - began
        if took > DEADLINE and not wrong:
            wrong = f"it takes {took:.3f} s"
        if took > slowest:
            slowest, slowest_words = took, words
        if wrong:
            failed += 1
            sys.stdout.write(f"{name}: {wrong}\n  {words()}\n")
            if failed == FAILURES:
                break
    faulthandler.cancel_dump_traceback_later()
    sys.stdout.write(
        f"{name:28}{count:9,} inputs of {own:3} own samples, {read:8,} read, {failed} failures, slowest {slowest:.3f} s, "
        f"{time.monotonic() - begun:.0f} s in all\n"
    )
    if slowest > DEADLINE / 10:
        sys.stdout.write(f"  the slowest: {slowest_words()[:300]}\n")
    sys.stdout.flush()
    return failed


def _late(_signal: int, _frame: FrameType | None) -> None:
    raise _TooLate


def _show(tree: Node) -> None:
    """In every form that a tree has."""
    json.dumps(to_json(tree))
    json.dumps(to_frame(tree))
    pretty(tree)
    one_line(tree, 80)


def _stored() -> list[Stored]:
    """Every payload, what was compressed in it, and the samples of poison."""
    found: list[Stored] = []
    for path in CASES:
        said = case(path)
        for role in ("key", "value"):
            one, schemas = payload(said, role), schemas_of(said)
            if one.data and len(one.data) <= LARGEST:
                found.append(Stored(one, one.data, schemas))
                unpacked = inner(one, one.data, schemas, BOUNDS).unpacked
                if unpacked and len(unpacked) <= LARGEST:
                    found.append(Stored(replace(one, data=unpacked), unpacked, schemas))
    poison = [data for data in POISON.values() if len(data) <= LARGEST]
    return [
        *found,
        *_reframed(found),
        *_of_files(found),
        *(Stored(Payload(data, "value", "orders", ()), data, Every(SCHEMAS[0])) for data in poison),
    ]


def _reframed(stored: list[Stored]) -> list[Stored]:
    """What stands behind Confluent's ids in the framings of which no payload is stored: TIBCO's, Azure's."""
    found: list[Stored] = []
    for one in stored:
        if not one.data.startswith(b"\0") or _reads(confluent, one) is None:
            continue
        tibco = b"\x80" + one.data[1:]
        found.append(Stored(replace(one.payload, data=tibco), tibco, one.schemas))
        schema = one.schemas.find_schema(SchemaName("id", str(int.from_bytes(one.data[1:PREFIX], "big"))))
        if isinstance(schema, Schema):
            bare, header = one.data[PREFIX:], ("content-type", b"avro/binary+" + b"4b" * 16)
            found.append(Stored(replace(one.payload, role="value", data=bare, headers=(header,)), bare, Every(schema)))
    return found


def _of_files(stored: list[Stored]) -> list[Stored]:
    """What a schema's file reads: each payload with each of its schemas, as it is and without Confluent's prefix."""
    found: list[Stored] = []
    for one in stored:
        for schema in _known(one.schemas):
            for data in {one.data, one.data[PREFIX:]} if one.data.startswith(b"\0") else (one.data,):
                made = Stored(replace(one.payload, data=data, headers=()), data, OfFile(schema))
                if data and _reads(schema_file, made) is not None:
                    found.append(made)
    return found


def _known(schemas: Schemas) -> list[Schema]:
    return list(schemas.all_schemas()) if isinstance(schemas, golden.Stored) else []


def _lists(stored: list[Stored]) -> dict[str, list[Stored]]:
    """By what makes its line without a tree, the payloads of which one is made."""
    found: dict[str, list[Stored]] = {}
    for one in stored:
        name = _list_of(one.payload, one.schemas)
        if name:
            found.setdefault(f"list {name}", []).append(one)
    return dict(sorted(found.items()))


def _list_of(sent: Payload, schemas: Schemas) -> str:
    """Which reader makes the line of a payload without a tree; "" where there is none."""
    is_told = has_telling_header(sent)
    if is_told and cloudevents.is_binary(sent):
        return cloudevents.NAME
    quickly = quick.by_header(sent, schemas, LINE) if is_told else quick.preview(sent, schemas, LINE)
    if quickly is not None:
        return quickly.format.partition(" ")[0]
    try:
        decoded = decode(sent, schemas, replace(OF_LINE, tells=False, line=True))
    except Unlisted:
        return ""
    return f"walked {decoded.format.partition(' ')[0]}" if decoded.words is not None else ""


def _reads(decoder: Decoder, one: Stored) -> tuple[int, ...] | None:
    """The places of what a decoder reads, () where none are known; None where it declines."""
    try:
        found = decoder.decode(one.payload, one.data, one.schemas, BOUNDS)
    except Undecodable:
        return None
    spans = [node.span for node in _nodes(found.tree) if node.span] if found.unpacked is None else []
    return tuple(sorted({place for span in spans for place in span}))


def _registry(random: Random, schemas: Schemas) -> Schemas:
    """Mostly the record's own."""
    way = random.random()
    if way < 0.7:
        return schemas
    if way < 0.8:
        return Changed(random, schemas)
    return EveryFile(random.choice(SCHEMAS)) if way < 0.95 else Every(random.choice(list(SchemaState)))


def _trees(stored: list[Stored]) -> list[tuple[Payload, Decoded]]:
    """What envelopes are asked for: every value that was read, without and within the envelopes before."""
    found: list[tuple[Payload, Decoded]] = []
    for one in stored:
        decoded = inner(one.payload, one.data, one.schemas, BOUNDS)
        found.append((one.payload, decoded))
        for envelope in ENVELOPES:
            opened = envelope.opened(one.payload, decoded)
            if opened is not None:
                decoded = opened
                found.append((one.payload, decoded))
        gone = Decoded(Node("", "null", "null"), (), "null")
        found.append((replace(one.payload, role="value", data=None), gone))
    return [(sent, decoded) for sent, decoded in found if sum(1 for _ in _nodes(decoded.tree)) <= 500]


def _nodes(node: Node) -> list[Node]:
    return [node, *(one for child in node.children for one in _nodes(child))]


def _changed(random: Random, data: bytes, other: bytes, places: tuple[int, ...] = ()) -> bytes:
    """The data with one to four changes, four in ten of them where a part begins or ends."""
    if random.random() < 0.05:
        return random.randbytes(random.randint(1, 80))
    out = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 3, 4))):
        at = random.choice(places) if places and random.random() < 0.4 else random.randrange(len(out) + 1)
        way = random.randrange(7)
        if way == 0:
            out[at:at] = random.randbytes(random.randint(1, 4))
        elif way == 1:
            del out[at : at + random.randint(1, 6)]
        elif way == 2 and out:
            out[at % len(out)] ^= 1 << random.randrange(8)
        elif way == 3 and out:
            out[at % len(out)] = random.choice((0, 1, 0x7F, 0x80, 0xFF, random.randrange(256)))
        elif way == 4:
            del out[at:]
        elif way == 5:
            out[at:at] = bytes(out[at : at + random.randint(1, 40)]) * random.randint(1, 20)
        else:
            start = random.randrange(len(other) or 1)
            out[at : at + 8] = other[start : start + random.randint(1, 20)]
    return bytes(out)


def _changed_tree(random: Random, tree: Node, pool: list[Node]) -> Node:
    """The tree with some of its nodes gone, twice there, or of another kind."""
    if not tree.children or random.random() < 0.2:
        return replace(random.choice(pool), name=tree.name)
    at = random.randrange(len(tree.children))
    child, way = tree.children[at], random.randrange(5)
    if way == 0:
        put: tuple[Node, ...] = ()
    elif way == 1:
        put = (child, child)
    elif way == 2:
        put = (replace(child, name=random.choice(pool).name),)
    elif way == 3 and (alike := [node.text for node in random.choices(pool, k=20) if node.kind == child.kind]):
        put = (replace(child, text=alike[0]),)
    else:
        put = (_changed_tree(random, child, pool),)
    return replace(tree, children=(*tree.children[:at], *put, *tree.children[at + 1 :]))


if __name__ == "__main__":
    sys.exit(
        main(
            int(sys.argv[1].replace(",", "").replace("_", "")) if len(sys.argv) > 1 else INPUTS,
            int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns(),
            sys.argv[3:],
        )
    )
