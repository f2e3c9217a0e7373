"""A small schema registry over HTTP on loopback, in memory, that answers as Confluent's does.

    with SchemaRegistry() as registry:
        registry.store.register("orders-value", Schema('"string"'))
        httpx.get(f"{registry.url}/schemas/ids/1")

Paths, bodies and error codes: docs.confluent.io, "Schema Registry API Reference" (7.x). Left out: deleting, checks of
compatibility, contexts, changing /config and /mode. Schemas are the same whose text, type and references are the same.
"""

import json
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

import fastavro

CONTENT_TYPE = "application/vnd.schemaregistry.v1+json"
TYPES = ("JSON", "PROTOBUF", "AVRO")  # in the order of /schemas/types
MAX_BODY = 4 << 20
IDLE_SECONDS = 60  # a connection that is kept open without a question is closed
MAX_VERSION = 2**31 - 1
AVRO_ERRORS = (fastavro.schema.SchemaParseException, fastavro.schema.UnknownType)  # besides what JSON may be instead


@dataclass(frozen=True, slots=True)
class Reference:
    """A name that a schema uses, and the subject and version that hold what it means."""

    name: str
    subject: str
    version: int


@dataclass(frozen=True, slots=True)
class Schema:
    """One schema: its text, AVRO or JSON or PROTOBUF, and the schemas that it uses."""

    text: str
    type: str = "AVRO"
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Registered:
    """A schema as one version of a subject."""

    subject: str
    version: int
    id: int
    schema: Schema


class RefusedError(Exception):
    """A question that has no answer: HTTP status, Confluent's error code and its message."""

    def __init__(self, status: HTTPStatus, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass(slots=True)
class Store:
    """What the registry knows. Ids begin at 1 and count up; safe to use from several threads."""

    subjects: dict[str, list[Registered]] = field(default_factory=dict)
    ids: dict[Schema, int] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def register(self, subject: str, schema: Schema) -> Registered:
        """The version of `subject` that is `schema`, a new one if there is none yet. RefusedError: it is invalid."""
        with self.lock:
            for known in self.subjects.get(subject, ()):
                if known.schema == schema:
                    return known
            self._check(schema)
            number = self.ids.setdefault(schema, len(self.ids) + 1)
            versions = self.subjects.setdefault(subject, [])
            new = Registered(subject, len(versions) + 1, number, schema)
            versions.append(new)
            return new

    def versions(self, subject: str) -> list[Registered]:
        """All versions of `subject`, the oldest first."""
        try:
            return self.subjects[subject]
        except KeyError:
            raise RefusedError(HTTPStatus.NOT_FOUND, 40401, f"Subject '{subject}' not found.") from None

    def version(self, subject: str, version: str) -> Registered:
        """One version: a number, or `latest` (which -1 means too)."""
        wanted = -1 if version == "latest" else int(version) if re.fullmatch(r"-?\d{1,18}", version) else 0
        if wanted != -1 and not 1 <= wanted <= MAX_VERSION:
            raise RefusedError(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                42202,
                f"The specified version '{version}' is not a valid version id. "
                'Allowed values are between [1, 2^31-1] and the string "latest"',
            )
        known = self.versions(subject)
        if wanted > len(known):
            raise RefusedError(HTTPStatus.NOT_FOUND, 40402, f"Version {wanted} not found.")
        return known[wanted - 1 if wanted > 0 else -1]

    def lookup(self, subject: str, schema: Schema) -> Registered:
        """The version of `subject` that is `schema`."""
        for known in self.versions(subject):
            if known.schema == schema:
                return known
        raise RefusedError(HTTPStatus.NOT_FOUND, 40403, "Schema not found")

    def by_id(self, number: int) -> list[Registered]:
        """Every subject and version that has this id, never none."""
        with self.lock:
            found = [known for versions in self.subjects.values() for known in versions if known.id == number]
        if not found:
            raise RefusedError(HTTPStatus.NOT_FOUND, 40403, f"Schema {number} not found")
        return found

    def _check(self, schema: Schema) -> None:
        if schema.type not in TYPES:
            raise _invalid(f"Invalid schema type {schema.type}")
        try:
            for reference in schema.references:
                self.version(reference.subject, str(reference.version))
            if schema.type == "AVRO":
                self._parse_avro(schema, {})
            elif schema.type == "JSON":
                json.loads(schema.text)
        except (ValueError, LookupError, TypeError, AttributeError, RefusedError, *AVRO_ERRORS) as error:
            raise _invalid(f"Invalid schema {schema.text} with refs {_references(schema)}, details: {error}") from error

    def _parse_avro(self, schema: Schema, named: dict[str, Any]) -> None:
        for reference in schema.references:
            self._parse_avro(self.version(reference.subject, str(reference.version)).schema, named)
        fastavro.parse_schema(json.loads(schema.text), named_schemas=named, _write_hint=False)


class SchemaRegistry:
    """The registry as a server: it listens from the start until close() or the end of a `with` block."""

    def __init__(self, port: int = 0) -> None:
        self.store = Store()
        self._server = _Server(("127.0.0.1", port), self.store)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """Ends it; a second call does nothing."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _subjects(store: Store) -> object:
    return sorted(store.subjects)


def _versions(store: Store, subject: str) -> object:
    return [known.version for known in store.versions(subject)]


def _version(store: Store, subject: str, version: str) -> object:
    return _whole(store.version(subject, version))


def _version_text(store: Store, subject: str, version: str) -> object:
    return _Text(store.version(subject, version).schema.text)


def _schema(store: Store, number: str) -> object:
    return _described(store.by_id(int(number))[0].schema)


def _schema_text(store: Store, number: str) -> object:
    return _Text(store.by_id(int(number))[0].schema.text)


def _schema_versions(store: Store, number: str) -> object:
    return [{"subject": known.subject, "version": known.version} for known in store.by_id(int(number))]


def _schema_subjects(store: Store, number: str) -> object:
    return sorted({known.subject for known in store.by_id(int(number))})


def _referenced_by(store: Store, subject: str, version: str) -> object:
    """The ids of the schemas that use this one."""
    wanted = store.version(subject, version)
    return sorted(
        number
        for schema, number in store.ids.items()
        if any((one.subject, one.version) == (wanted.subject, wanted.version) for one in schema.references)
    )


def _register(store: Store, body: object, subject: str) -> object:
    return {"id": store.register(subject, _schema_in(body)).id}


def _lookup(store: Store, body: object, subject: str) -> object:
    return _whole(store.lookup(subject, _schema_in(body)))


def _no_compatibility(store: Store, subject: str) -> object:
    del store  # nothing can be set here
    message = f"Subject '{subject}' does not have subject-level compatibility configured"
    raise RefusedError(HTTPStatus.NOT_FOUND, 40408, message)


def _no_mode(store: Store, subject: str) -> object:
    del store  # nothing can be set here
    message = f"Subject '{subject}' does not have subject-level mode configured"
    raise RefusedError(HTTPStatus.NOT_FOUND, 40409, message)


GET: Sequence[tuple[str, Callable[..., object]]] = (
    (r"/", lambda store: {}),
    (r"/subjects/?", _subjects),
    (r"/subjects/([^/]+)/versions/?", _versions),
    (r"/subjects/([^/]+)/versions/([^/]+)", _version),
    (r"/subjects/([^/]+)/versions/([^/]+)/schema", _version_text),
    (r"/subjects/([^/]+)/versions/([^/]+)/referencedby", _referenced_by),
    (r"/schemas/types/?", lambda store: list(TYPES)),
    (r"/schemas/ids/(\d{1,10})", _schema),
    (r"/schemas/ids/(\d{1,10})/schema", _schema_text),
    (r"/schemas/ids/(\d{1,10})/versions", _schema_versions),
    (r"/schemas/ids/(\d{1,10})/subjects", _schema_subjects),
    (r"/config/?", lambda store: {"compatibilityLevel": "BACKWARD"}),
    (r"/config/([^/]+)", _no_compatibility),
    (r"/mode/?", lambda store: {"mode": "READWRITE"}),
    (r"/mode/([^/]+)", _no_mode),
)
POST: Sequence[tuple[str, Callable[..., object]]] = (
    (r"/subjects/([^/]+)", _lookup),
    (r"/subjects/([^/]+)/versions/?", _register),
)


class _Text(str):
    """An answer that is a schema's own text, not JSON around it."""

    __slots__ = ()


def _whole(known: Registered) -> dict[str, object]:
    return {"subject": known.subject, "version": known.version, "id": known.id, **_described(known.schema)}


def _described(schema: Schema) -> dict[str, object]:
    """Confluent leaves the type out for Avro, and references where there are none."""
    answer: dict[str, object] = {} if schema.type == "AVRO" else {"schemaType": schema.type}
    if schema.references:
        answer["references"] = _references(schema)
    return {**answer, "schema": schema.text}


def _references(schema: Schema) -> list[dict[str, object]]:
    return [{"name": one.name, "subject": one.subject, "version": one.version} for one in schema.references]


def _invalid(message: str) -> RefusedError:
    return RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, 42201, message)


def _schema_in(body: object) -> Schema:
    """The schema of a question's body: schema (text), schemaType (none: AVRO), references (none: no references)."""
    said: dict[str, Any] = body if isinstance(body, dict) else {}
    text, kind, references = said.get("schema"), said.get("schemaType") or "AVRO", said.get("references") or []
    if not isinstance(text, str) or not text:
        raise _invalid("Empty schema")
    try:
        named = tuple(Reference(str(one["name"]), str(one["subject"]), int(one["version"])) for one in references)
    except (TypeError, KeyError, ValueError) as error:
        raise _invalid("Invalid references") from error
    return Schema(text, str(kind), named)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], store: Store) -> None:
        self.store = store
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "meshdesk-demo"
    sys_version = ""
    timeout = IDLE_SECONDS
    wbufsize = -1  # one packet an answer: with two, Nagle's algorithm costs 40 ms
    server: _Server

    def do_GET(self) -> None:
        """Answers a question."""
        self._answer(lambda: self._find(GET))

    def do_POST(self) -> None:
        """Registers or looks up."""
        self._answer(lambda: self._find(POST))

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads along."""

    def _answer(self, find: Callable[[], object]) -> None:
        status, answer = HTTPStatus.OK, None
        try:
            answer = find()
        except RefusedError as refused:
            status, answer = refused.status, {"error_code": refused.code, "message": refused.message}
        text = answer if isinstance(answer, _Text) else json.dumps(answer, separators=(",", ":"), ensure_ascii=False)
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", CONTENT_TYPE)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _find(self, routes: Sequence[tuple[str, Callable[..., object]]]) -> object:
        path = urlsplit(self.path).path
        for pattern, answer in routes:
            if found := re.fullmatch(pattern, path):
                body = (self._body(),) if routes is POST else ()
                return answer(self.server.store, *body, *map(unquote, found.groups()))
        if any(re.fullmatch(pattern, path) for pattern, _ in (*GET, *POST)):
            raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, 405, "HTTP 405 Method Not Allowed")
        raise RefusedError(HTTPStatus.NOT_FOUND, 404, "HTTP 404 Not Found")

    def _body(self) -> object:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > MAX_BODY:
            self.close_connection = True  # what follows cannot be skipped
            raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, 413, "The body has no length or is too long")
        try:
            return json.loads(self.rfile.read(int(length)))
        except ValueError as error:
            raise RefusedError(HTTPStatus.BAD_REQUEST, 400, "The body is not JSON") from error
