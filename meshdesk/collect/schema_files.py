"""Files of schemas (model/schema_formats.py): what each declares and what it refers to, as the fact that a capture carries.

A file that is broken says nothing but where it is broken. A .json may be anything: one that is no schema is passed over.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any

from meshdesk.collect.catalogues.catalogue import Claim
from meshdesk.collect.catalogues.folder import Reader, is_of_schema
from meshdesk.collect.catalogues.reading import Said
from meshdesk.collect.catalogues.text import decoded
from meshdesk.collect.catalogues.tree import Notes, shortened
from meshdesk.model import fbs, thrift_text
from meshdesk.model.proto_schema import BadSchema, all_messages
from meshdesk.model.proto_text import file_of
from meshdesk.model.schema_files import ABOUT
from meshdesk.model.schema_formats import BY_TYPE, ENDINGS, format_of

FILES_MOST = (
    5_000  # of a folder: some 50 MB of texts in each program that decodes; a large company's have a tenth of it
)
NAMES_MOST = 5_000  # types that a file declares; the largest public .proto has some 700
INCLUDES_MOST = 200  # files that a file names: as many as are read for one schema (SchemaFiles)

PRIMITIVES = frozenset(("null", "boolean", "int", "long", "float", "double", "bytes", "string"))
KINDS = frozenset(("record", "error", "enum", "fixed", "array", "map"))
# What a .json holds that means to be a schema (json-schema.org, Core, $schema; Avro 1.12, Complex Types).
IS_ONE = re.compile(r'"\$schema"\s*:\s*"https?://json-schema\.org/|"type"\s*:\s*"(record|enum|fixed)"|"properties"\s*:')
JSON_TYPES = ("object", "array", "string", "number", "integer", "boolean", "null")

# What Python's reader of JSON says of a mistake, for people.
REASONS = (
    ("',' delimiter", "a comma, or the bracket that closes, is missing before this"),
    ("':' delimiter", "a colon is missing before this"),
    ("Expecting property name", "a name in double quotes is due here; is there a comma too many before it?"),
    ("Illegal trailing comma", "a comma too many stands here"),  # from Python 3.13 on
    ("Expecting value", "a value is due here"),
    ("Extra data", "the schema has ended before this"),
    ("Unterminated string", "a quote that opens here is never closed"),
    ("control character", "a text holds a line end or another sign that is written with a backslash"),
    ("escape", "a backslash stands before a sign that takes none"),
)


class _Broken(Exception):
    """The file is no schema; the text is a sentence, `at` the character where that shows."""

    def __init__(self, sentence: str, at: int) -> None:
        super().__init__(sentence)
        self.at = at


def read(data: bytes, name: str) -> Said | None:
    """What a file says, or None where it is no schema. `name` is its path, with / in it. Never raises."""
    notes = Notes()
    meant = format_of(name) or BY_TYPE["JSON"]  # which may be anything
    text = decoded(data, notes)
    try:
        reader = READERS.get(meant.type)
        value = reader(text) if reader else _json(text, meant.type == "AVRO")
    except _Broken as broken:
        notes.add(*_place(text, broken.at), str(broken))
        return Said(meant.name, (), tuple(notes.messages()))
    except RecursionError:
        notes.add(1, 1, "The schema is nested deeper than any that can be read.")
        return Said(meant.name, (), tuple(notes.messages()))
    if value is None:
        return None
    # Confluent's tools write orders-value.schema.json and orders-value.schema.proto.
    stem = PurePosixPath(name).stem.removesuffix(".schema")
    value |= {"subjects": [stem], "text": text}
    if value["type"] in ("AVRO", "JSON"):  # any other file that declares no message is there for others
        value["types"] = value["types"] or [stem]
    kind = BY_TYPE[value["type"]].name
    return Said(kind, (Claim("schema", f"{ABOUT}{name}", value, 1, kind),), tuple(notes.messages()))


def has_sign(data: bytes) -> bool:
    """Whether the beginning of a file is one of a schema."""
    text = data.decode("latin-1")
    return IS_ONE.search(text) is not None or re.search(r'\bmessage\s+\w+\s*\{|\bsyntax\s*=\s*"proto', text) is not None


SCHEMAS = Reader("schemas", "schema files", ENDINGS, read, has_sign, FILES_MOST, is_of_schema)


# Protobuf


def _protobuf(text: str) -> dict[str, Any]:
    try:
        file = file_of(text)
    except BadSchema as why:
        raise _Broken(f"This is no Protobuf schema: {why}. It is not used.", why.at or 0) from None
    messages = [message for message in all_messages(file.messages) if not message.is_map]
    needs = [[name, _line(text, f'"{name}"'), 1] for name in file.imports if not name.startswith("google/protobuf/")]
    return {
        "type": "PROTOBUF",
        "types": [message.name for message in file.messages][:NAMES_MOST],
        "names": [message.name for message in messages][:NAMES_MOST],
        "needs": needs,
    }


# Thrift and FlatBuffers


def _thrift(text: str) -> dict[str, Any]:
    try:
        found = thrift_text.parsed(text)
    except BadSchema as why:
        raise _Broken(f"This is no IDL of Thrift: {why}. It is not used.", 0) from None
    structs = list(found.structs)[:NAMES_MOST]
    return {"type": "THRIFT", "types": structs, "names": structs, "needs": _includes(text, found.includes)}


def _flatbuffers(text: str) -> dict[str, Any]:
    try:
        found = fbs.said_in(text)
        if not found.includes:  # else another file may declare what this one does not
            found = fbs.parsed(text)
    except BadSchema as why:
        raise _Broken(f"This is no schema of FlatBuffers: {why}. It is not used.", 0) from None
    tables = [name for name, table in found.tables.items() if not table.is_struct]
    return {
        "type": "FLATBUFFERS",
        "types": tables[:NAMES_MOST],
        "names": list(found.tables)[:NAMES_MOST],
        "needs": _includes(text, found.includes),
    }


def _includes(text: str, names: list[str]) -> list[list[Any]]:
    """Where a file includes which others."""
    return [[name, _line(text, name), 1] for name in dict.fromkeys(names)][:INCLUDES_MOST]


READERS: dict[str, Callable[[str], dict[str, Any]]] = {
    "PROTOBUF": _protobuf, "THRIFT": _thrift, "FLATBUFFERS": _flatbuffers,
}  # fmt: skip


def _line(text: str, words: str) -> int:
    return text.count("\n", 0, max(0, text.find(words))) + 1


# JSON: Avro, or JSON Schema


def _json(text: str, is_avro: bool) -> dict[str, Any] | None:
    try:
        schema = json.loads(text)
    except json.JSONDecodeError as error:
        if not is_avro and not IS_ONE.search(text):
            return None
        reason = next((words for sign, words in REASONS if sign in error.msg), "it cannot be read")
        raise _Broken(f"This is no JSON: {reason}. The schema is not used.", error.pos) from None
    if is_avro or _looks_like_avro(schema):
        return _avro(schema, text)
    if not _is_json_schema(schema):
        return None
    title = schema.get("title")
    return {"type": "JSON", "types": [title] if isinstance(title, str) and title else [], "names": [], "needs": []}


def _looks_like_avro(schema: Any) -> bool:
    if isinstance(schema, list):
        return bool(schema) and any(map(_looks_like_avro, schema))
    return isinstance(schema, dict) and schema.get("type") in ("record", "enum", "fixed") and "name" in schema


def _is_json_schema(schema: Any) -> bool:
    if not isinstance(schema, dict):
        return False
    if "json-schema.org/" in str(schema.get("$schema", "")):
        return True
    return schema.get("type") in JSON_TYPES and isinstance(schema.get("properties", schema.get("items")), dict)


def _avro(schema: Any, text: str) -> dict[str, Any]:
    names = _Names(text)
    names.walk(schema, "")
    needs = [[name, *_place(text, at)] for name, at in names.needs.items()]
    named = [one for one in (schema if isinstance(schema, list) else [schema]) if isinstance(one, dict)]
    types = [_full_name(one, "") for one in named if one.get("type") in ("record", "error", "enum", "fixed")]
    value = {"type": "AVRO", "types": types[:1], "names": list(names.declared)[:NAMES_MOST], "needs": needs}
    fingerprint = "" if needs else _fingerprint(schema)
    return value | ({"fingerprint": fingerprint} if fingerprint else {})


def _fingerprint(schema: Any) -> str:
    """By what Avro's single-object encoding names the schema; "" where the library does not take it."""
    # It takes 40 ms to import, which only those pay who have files of Avro.
    from fastavro.schema import fingerprint, parse_schema, to_parsing_canonical_form

    try:
        return str(fingerprint(to_parsing_canonical_form(parse_schema(schema)), "CRC-64-AVRO"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ""
    except Exception as error:  # its own kinds have no base of theirs (SchemaParseException, UnknownType)
        if type(error).__module__.startswith("fastavro."):
            return ""
        raise


class _Names:
    """What a schema declares and what it needs, walked in the order in which Avro takes the names (1.12, Names)."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.declared: dict[str, None] = {}
        self.needs: dict[str, int] = {}  # the full name, and the character at which it is named first

    def walk(self, schema: Any, space: str) -> None:
        """Raises _Broken."""
        if isinstance(schema, str):
            self._refer(schema, space)
        elif isinstance(schema, list):
            for branch in schema:
                self.walk(branch, space)
        elif not isinstance(schema, dict):
            raise self._broken(f"“{shortened(json.dumps(schema), 40)}” is no type of Avro", json.dumps(schema))
        elif "type" not in schema:
            raise self._broken("A type is said nowhere here", *map(json.dumps, list(schema)[:1]))
        elif isinstance(schema["type"], dict | list):
            self.walk(schema["type"], space)
        else:
            self._complex(schema, space)

    def _complex(self, schema: dict[str, Any], space: str) -> None:
        match schema["type"]:
            case "record" | "error":
                full = self._declare(schema, space)
                inner = full.rpartition(".")[0]
                for field in self._part(schema, "fields", list):
                    if not isinstance(field, dict) or not isinstance(field.get("name"), str):
                        raise self._broken(f"A field of the record {full} has no name", json.dumps(schema["name"]))
                    if "type" not in field:
                        raise self._broken(
                            f"The field “{field['name']}” of {full} has no type", json.dumps(field["name"])
                        )
                    self.walk(field["type"], inner)
            case "enum":
                self._declare(schema, space)
                self._part(schema, "symbols", list)
            case "fixed":
                self._declare(schema, space)
                self._part(schema, "size", int)
            case "array":
                self.walk(self._part(schema, "items", object), space)
            case "map":
                self.walk(self._part(schema, "values", object), space)
            case kind:
                self.walk(kind, space)

    def _declare(self, schema: dict[str, Any], space: str) -> str:
        if not isinstance(schema.get("name"), str) or not schema["name"]:
            raise self._broken(f"A type of the kind {schema['type']} has no name", json.dumps(schema["type"]))
        full = _full_name(schema, space)
        self.declared[full] = None
        return full

    def _part(self, schema: dict[str, Any], name: str, kind: type) -> Any:
        said = schema.get(name)
        if said is None or not isinstance(said, kind):
            about = schema.get("name", schema["type"])
            raise self._broken(f"The {schema['type']} “{about}” lacks its {name}", json.dumps(about))
        return said

    def _refer(self, name: str, space: str) -> None:
        if name in PRIMITIVES:
            return
        if name in KINDS:
            raise self._broken(f"“{name}” says a kind of type, and none of its parts", json.dumps(name))
        full = name if "." in name or not space else f"{space}.{name}"
        if full not in self.declared and name not in self.declared:
            self.needs.setdefault(full, next(_at(self._text, json.dumps(name)), 0))

    def _broken(self, what: str, *words: str) -> _Broken:
        at = next((at for word in words for at in _at(self._text, word)), 0)
        return _Broken(f"{what}. The schema is not used.", at)


def _at(text: str, word: str) -> Iterator[int]:
    """Where a value stands in the text of a JSON, as far as its words tell: as a type first, then anywhere but as a key."""
    typed = re.compile(rf'"(?:type|items|values|name)"\s*:\s*(?:\[[^\[\]{{}}]*)?({re.escape(word)})(?!\s*:)')
    yield from (found.start(1) for found in typed.finditer(text))
    yield from (found.start() for found in re.finditer(rf"{re.escape(word)}", text))


def _place(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _full_name(schema: dict[str, Any], space: str) -> str:
    name = str(schema.get("name", ""))
    if "." in name:
        return name
    own = schema.get("namespace")  # "" is one too: none
    space = space if own is None else str(own)
    return f"{space}.{name}" if space else name
