"""`meshdesk decode`: one payload from a file, how it was read, and what it says."""

import argparse
import os
import re
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import BinaryIO, Literal

from meshdesk.decode.chain import BOUNDS, decode
from meshdesk.decode.contract import Decoded, Layer, Payload
from meshdesk.decode.given import decode_by
from meshdesk.explain.how import reading_json, reading_text
from meshdesk.explain.lines import as_line
from meshdesk.explain.look import guarded
from meshdesk.explain.plugins import load_plugins
from meshdesk.explain.rows import schema_in
from meshdesk.model.decode_as import OF_TYPE
from meshdesk.model.fact import Checked, Fact
from meshdesk.model.mesh import Mesh, fold
from meshdesk.model.node import Node, hexed
from meshdesk.model.schema import Schema, SchemaName, SchemaState, is_fetched
from meshdesk.model.schema_formats import BY_ENDING, ENDINGS
from meshdesk.model.trouble import Trouble
from meshdesk.model.wording import listed, size
from meshdesk.session.connection import Connection
from meshdesk.session.file_notes import Note, notes_of
from meshdesk.told import add_schema_files, argument_problem, kind_problem, paths_problem

Say = Callable[[str], None]
PATIENCE = 10.0  # s for a schema with all that it refers to; one answer of a registry takes at most 5
SCHEMA_BYTES = 16 << 20  # of a schema's file, as of a registry's answer
IDS = range(1, 2**31)  # registries count from 1 in an int32
# A person waits for one payload and has asked for all of it; a list and an inspector are shown less (decode.contract.Bounds).
WHOLE = replace(BOUNDS, nodes=2_000_000, width=2_000_000, text=BOUNDS.bytes)
HEX = re.compile("0x((?:[0-9a-fA-F]{2})+)")


class Wrong(Exception):
    """What was asked for makes no sense; the text is a sentence with the next step."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line said."""

    file: str
    role: Literal["key", "value"]
    topic: str
    headers: tuple[tuple[str, bytes | None], ...]
    schema: Path | None = None
    source: Connection | None = None  # whose registry is asked, and whose files of schemas are read
    type: str = ""  # of a file of schemas, as which it is read
    as_json: bool = False


def add_options(parser: argparse.ArgumentParser) -> None:
    """The payload, what came with it, and where its schema is."""
    parser.add_argument("file", metavar="FILE|-", help="the bytes of one key or value; -: those of stdin")
    parser.add_argument(
        "--header",
        dest="headers",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a header of its record, several in their order; 0x01ab is bytes",
    )
    parser.add_argument("--topic", default="", metavar="T", help="its topic, by which some formats are known")
    parser.add_argument("--key", action="store_true", help="it is a record's key, and not its value")
    schema = parser.add_mutually_exclusive_group()
    schema.add_argument("--registry", default="", metavar="URL", help="who is asked for the schema that it names")
    schema.add_argument("--connection", default="", metavar="NAME", help="a saved connection, whose registry is asked")
    schema.add_argument("--schema", type=Path, metavar="FILE", help=f"the schema itself: an {listed(ENDINGS, 'or')}")
    add_schema_files(parser)
    parser.add_argument(
        "--type", default="", metavar="NAME", help="the type of these files that it is read as: acme.Order"
    )
    parser.add_argument("--json", action="store_true", help="one line of JSON with chain, schema, tried and value")


def understood(options: argparse.Namespace, say: Say) -> Asked | str:
    """What it was told, or the sentence why that makes no sense."""
    if problem := argument_problem(
        options.registry, "Save the connection in the window, and name that with --connection."
    ):
        return problem
    if problem := paths_problem(options.schemas):
        return problem
    if options.schema and (options.schemas or options.type):
        return "--schema is the schema itself. Leave it out, or leave out --schemas and --type."
    headers = []
    for text in options.headers:
        name, equals, value = text.partition("=")
        if not equals or not name:
            return f"“{text}” is no header. Write it as NAME=VALUE."
        in_hex = HEX.fullmatch(value)
        headers.append((name, bytes.fromhex(in_hex[1]) if in_hex else os.fsencode(value)))
    if options.schema and (problem := kind_problem(options.schema)):
        return problem
    source = Connection("", options.registry) if options.registry else None
    if options.connection:
        # Only for those who name one: the keyring takes its time.
        from meshdesk.named import open_saved
        from meshdesk.session.profiles import ProfileError

        try:
            source = open_saved(options.connection, say)
        except ProfileError as error:
            return str(error)
        if not source.registry and not source.schemas:
            return f"The saved connection “{options.connection}” has no schema registry and no schema files. Name one with --registry."
    if options.schemas:
        source = source or Connection("")
        source = replace(source, schemas=(*source.schemas, *(str(path.absolute()) for path in options.schemas)))
    if options.type and not (source and source.schemas):
        return "--type names a type of schema files. Name these, too, with --schemas."
    role: Literal["key", "value"] = "key" if options.key else "value"
    return Asked(options.file, role, options.topic, tuple(headers), options.schema, source, options.type, options.json)


def print_payload(asked: Asked, say: Say) -> int:
    """Prints how the payload was read and what it says. 0; or 1 where that is not as it should be, with the sentence why."""
    for sentence in load_plugins():
        say(sentence)
    data = _stored(asked.file, BOUNDS.bytes, "payload", say)
    schema = _schema(asked.schema, say) if asked.schema else None
    if data is None or (asked.schema and schema is None):
        return 1
    wanted = f"{OF_TYPE}{asked.type}" if asked.type else ""
    payload = Payload(data, asked.role, asked.topic, asked.headers, asked=wanted)
    decoded = guarded(lambda: _decoded(payload, schema, asked.source, say), lambda reason: _bytes(data, reason))
    text = as_line(reading_json(decoded)) if asked.as_json else reading_text(decoded)
    sys.stdout.buffer.write(text.encode() + b"\n")
    sys.stdout.buffer.flush()
    if decoded.trouble:
        say(decoded.trouble)
    return 1 if decoded.trouble else 0


def _decoded(payload: Payload, schema: Schema | None, source: Connection | None, say: Say) -> Decoded:
    if schema is not None:
        return decode_by(payload, schema, WHOLE)
    if source is None:
        return decode(payload, NOWHERE, WHOLE)
    with closing(_Answers(source, say)) as answers:
        return decode(payload, answers, WHOLE)


def _bytes(data: bytes, reason: str) -> Decoded:
    return Decoded(Node("", "bytes", hexed(data, WHOLE.text)), (Layer("not decoded"),), "bytes", trouble=reason)


def _stored(name: str, most: int, what: str, say: Say) -> bytes | None:
    """What a file holds, or stdin; None where it cannot be had, which is said."""
    try:
        if name == "-":
            data = _read(sys.stdin.buffer, most)
        else:
            with Path(name).open("rb") as file:
                data = _read(file, most)
    except (OSError, ValueError) as error:  # ValueError: a zero in the name
        why = error.strerror if isinstance(error, OSError) else str(error)
        say(f"The {what} cannot be read from {name}: {why}. Check its name and its rights.")
        return None
    if len(data) > most:
        say(f"{name} is larger than {size(most)}, and no {what} is. Give one {what} in a file of its own.")
        return None
    return data


def _read(file: BinaryIO, most: int) -> bytes:
    return file.read(most + 1)


def _schema(path: Path, say: Say) -> Schema | None:
    data = _stored(str(path), SCHEMA_BYTES, "schema", say)
    if data is None:
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        say(f"{path} is no text in UTF-8 at byte {error.start:,}. Save it as UTF-8.")
        return None
    return _with_references(
        Schema("", 0, BY_ENDING[path.suffix.lower()].type, text, subject=path.name), path.absolute(), say
    )


def _with_references(schema: Schema, path: Path, say: Say) -> Schema:
    """With what the schema of a file refers to, from the folder of the file; what is not there is said."""
    # Only for those who name a file: what reads folders takes its time.
    from meshdesk.collect.catalogues.folder import Folder
    from meshdesk.collect.schema_files import SCHEMAS, read

    said = read(schema.text.encode(), path.name)
    if said is None or not any(claim.value["needs"] for claim in said.claims):
        return schema
    mesh, folder = Mesh(), path.parent
    for facts in Folder(folder, folder.name or ".", lambda: 0, reader=SCHEMAS).look():
        fold(mesh, facts)
    source = f"{folder.name or '.'}/{path.name}"
    found = mesh.schema_files.of_file(source, schema.subject)
    for checked in mesh.checked.values():
        if checked.failed:
            say(checked.failed)
    for note in mesh.schema_files.lacks(source):
        say(Note(*note).words)
    return replace(schema, references=found.references) if found else schema


class _Nowhere:
    """No registry was named (decode.contract.Schemas)."""

    def find_schema(self, name: SchemaName) -> Schema | SchemaState:  # noqa: ARG002 (the contract's form)
        return SchemaState.NO_REGISTRY


NOWHERE = _Nowhere()


class _Answers:
    """The schemas of a registry, each asked for when the payload names it, and those of files (decode.contract.Schemas)."""

    def __init__(self, source: Connection, say: Say) -> None:
        # Only for those who name them: whoever reads a file must not pay for the network, nor for what reads folders.
        from meshdesk.collect.catalogues.watching import folders_of
        from meshdesk.collect.registry import Schemas

        self._heard: SimpleQueue[Fact | Checked] = SimpleQueue()
        self._mesh = Mesh()
        self._say, self._is_down = say, False
        self._schemas = Schemas(
            source.registry,
            source.registry_user,
            source.registry_ca,
            self._heard.put,
            self._report,
            lambda: time.time_ns() // 1_000_000,
        )
        fold(self._mesh, [Fact("cluster", "", {"registry": self._schemas.url}, 0, "meshdesk")])
        for folder in folders_of((), source.schemas, lambda: 0):
            for facts in folder.look():
                fold(self._mesh, facts)
        for note in notes_of(self._mesh):
            say(note.words)

    def close(self) -> None:
        self._schemas.stop()

    def find_schema(self, name: SchemaName) -> Schema | SchemaState:
        """The schema, once the registry has said it; or why there is none."""
        if is_fetched(name, self._schemas.url) and (not name.id.isdecimal() or int(name.id) in IDS):
            self._schemas.note({name})
        until = time.monotonic() + PATIENCE
        while self._schemas.settle(0.1) and not self._is_down and time.monotonic() < until:
            pass
        with suppress(Empty):
            while True:
                fold(self._mesh, [self._heard.get_nowait()])
        found = schema_in(self._mesh, name)
        return SchemaState.UNREACHABLE if found is SchemaState.NOT_FETCHED and self._is_down else found

    def _report(self, trouble: Trouble) -> None:
        """From the thread of the schemas."""
        self._is_down = trouble.severity == "bad"
        self._say(f"{trouble.text} {trouble.advice}".strip())
