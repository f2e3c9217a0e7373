"""Schemas: every id that may stand in a stored record is fetched once, with its references, beside the consume loop.

Speaks the Confluent Schema Registry API (docs.confluent.io, Schema Registry API Reference): GET /schemas/ids/{id},
/schemas/ids/{id}/versions, /subjects/{subject}/versions/{version}.
"""

import json
import re
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx
import truststore

from meshdesk.model.fact import Checked, Fact
from meshdesk.model.trouble import Severity, Trouble
from meshdesk.model.wording import plural

IDS_PER_CAPTURE = 20_000  # binary data may look like ids by chance; a registry of ours holds fewer schemas than that
REFERENCES = 200  # of one schema, in all levels; the others are left out: a mistake, or nothing that a person wrote
MOST_BYTES = 16 << 20  # of one answer; the largest schemas known have some MB
TIMEOUT = 5.0  # s for one answer
AGAIN = (1.0, 2.0, 5.0, 15.0)  # s between attempts at a registry that is down; the last one repeats
# s until an id is asked for once more that the registry did not know, as it may have been registered since, or that
# it alone answered with an error.
UNKNOWN_AGAIN = 30.0
MALFORMED = (ValueError, KeyError, TypeError, AttributeError, RecursionError)  # what comes of JSON of another shape

STORED = "Records are stored all the same and decode as soon as it answers"
ODD = (
    "answers, but not as a schema registry does",
    f"{STORED}; check its address, which may lack a path (such as /apis/ccompat/v7).",
)


class _Refused(Exception):
    """An answer with a status that is neither success nor the registry's own word that it does not know."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class _Stopped(Exception):
    """Nobody wants the answer any more."""


class Schemas:
    """Fetches schema ids in a thread of its own; each answer becomes a fact. Owned by the collector."""

    def __init__(
        self,
        url: str,
        user: str,
        store: Callable[[Fact | Checked], None],
        report: Callable[[Trouble], None],
        clock: Callable[[], int],
    ) -> None:
        self._url = url.strip().rstrip("/")  # may carry a login
        self.url = shown(self._url)
        self._store, self._report, self._clock = store, report, clock
        name, _, password = user.partition(":")
        self._auth = httpx.BasicAuth(name, password) if user else None
        self._wanted: dict[int, float] = {}  # id: when it is next to be asked for (monotonic); who waits longest first
        self._resume = 0.0  # nothing is asked before (monotonic), while the registry is down
        self._odd: set[int] = set()  # answered with an error so far
        self._settled: set[int] = set()  # known, or asked for twice and not known
        self._unknown: set[int] = set()
        self._is_full = False
        self._change = threading.Condition()
        self._stopping = False
        self._down = False
        self._attempt = 0
        self._thread = threading.Thread(target=self._run, name="schemas", daemon=True)
        if self._url:
            self._thread.start()

    def note(self, ids: set[int]) -> None:
        """Wants these ids; cheap for the ones that are settled or on their way."""
        if not self._url:
            return
        with self._change:
            new = sorted(ids - self._settled - self._wanted.keys())
            room = max(0, IDS_PER_CAPTURE - len(self._settled) - len(self._wanted))
            self._wanted |= dict.fromkeys(new[:room], 0.0)
            first_too_many = len(new) > room and not self._is_full
            self._is_full = self._is_full or first_too_many
            if new:
                self._change.notify_all()
        if first_too_many:
            self._say(
                f"More than {IDS_PER_CAPTURE:,} different schema ids seem to stand in these records; no more are fetched.",
                "Check whether the topic is in the Confluent format at all.",
            )

    def settle(self, seconds: float) -> list[int]:
        """Waits until no id is on its way, at most so long; the ids that are still missing (unknown ones do not count)."""
        until = time.monotonic() + seconds
        with self._change:
            while self._missing() and time.monotonic() < until:
                self._change.wait(max(0.0, min(0.2, until - time.monotonic())))
            return self._missing()

    def stop(self) -> None:
        """Ends the thread after the answer it waits for."""
        with self._change:
            self._stopping = True
            self._change.notify_all()
        if self._thread.is_alive():
            self._thread.join(TIMEOUT * 2)

    def _missing(self) -> list[int]:
        return sorted(self._wanted.keys() - self._unknown)

    def _run(self) -> None:
        with self._client() as client:
            while (number := self._next()) is not None:
                try:
                    self._ask(client, number)
                except _Stopped:
                    return

    def _client(self) -> httpx.Client:
        verify = _authorities()
        try:
            return httpx.Client(auth=self._auth, timeout=TIMEOUT, verify=verify, follow_redirects=True)
        except (
            ImportError,
            ValueError,
            httpx.InvalidURL,
        ):  # a proxy of a kind that httpx does not speak, or no address
            self._say(
                "The proxy that the environment of this program names cannot be used for the schema registry.",
                "The registry is asked without it; mend HTTP_PROXY, HTTPS_PROXY or ALL_PROXY if that does not do.",
            )
            return httpx.Client(auth=self._auth, timeout=TIMEOUT, verify=verify, follow_redirects=True, trust_env=False)

    def _next(self) -> int | None:
        with self._change:
            while not self._stopping:
                now = time.monotonic()
                due = next((number for number, when in self._wanted.items() if when <= now), None)
                if due is not None and self._resume <= now:
                    return due
                self._change.wait(0.5 if self._wanted else None)
            return None

    def _ask(self, client: httpx.Client, number: int) -> None:
        try:
            value = self._schema(client, number)
        except (httpx.HTTPError, httpx.InvalidURL, _Refused, *MALFORMED) as error:
            self._postpone(number, error)
            return
        if self._down:
            self._down, self._attempt = False, 0
            self._store(Checked("registry", self._clock(), self._clock()))
            self._say(f"The schema registry {self.url} answers again.", "")
        self._store(Fact("schema", str(number), value or {"unknown": True}, self._clock(), self.url))
        with self._change:
            self._odd.discard(number)
            if value is None and number not in self._unknown:
                self._unknown.add(number)
                self._wait(number, UNKNOWN_AGAIN)
            else:
                self._settled.add(number)
                self._wanted.pop(number, None)
            self._change.notify_all()

    def _wait(self, number: int, seconds: float) -> None:
        """Asks for it again after so long, and behind all others: it must not be in their way."""
        self._wanted.pop(number, None)
        self._wanted[number] = time.monotonic() + seconds

    def _postpone(self, number: int, error: Exception) -> None:
        with self._change:
            is_alone = not self._down and number in self._odd  # others were answered since it was not
            if not isinstance(error, httpx.HTTPError):
                self._odd.add(number)
            self._wait(number, UNKNOWN_AGAIN if is_alone else 0.0)
            if is_alone:
                return
            self._resume = time.monotonic() + AGAIN[min(self._attempt, len(AGAIN) - 1)]
            first, self._down = not self._down, True
            self._attempt += 1
            missing = len(self._missing())
        if first:
            reason, advice = _reason(error)
            self._store(Checked("registry", self._clock(), self._clock(), f"The schema registry {reason}."))
            text = f"The schema registry {self.url} {reason}; {plural(missing, 'schema')} cannot be fetched."
            self._say(text, advice, "bad")

    def _say(self, text: str, advice: str, severity: Severity = "attention") -> None:
        self._report(Trouble(text, advice, self.url, severity, self._clock()))

    def _schema(self, client: httpx.Client, number: int) -> dict[str, Any] | None:
        found = self._get(client, f"/schemas/ids/{number}")
        if found is None:
            return None
        references = _References()
        self._resolve(client, found.get("references"), references)
        if references.missing:
            self._say(
                f"Schema {number} refers to {references.missing[0]}, and not all of that can be had from {self.url}.",
                "What is written with it may not decode; register what is missing, then connect again.",
            )
        try:
            versions = self._get(client, f"/schemas/ids/{number}/versions")
        except _Refused:  # older registries do not know the question, and some logins may not ask it
            versions = None
        named = versions[0] if isinstance(versions, list) and versions else {}
        return {
            "type": _word(found.get("schemaType") or "AVRO"),  # the registry leaves the word out for Avro
            "text": _word(found["schema"]),
            "subject": str(named.get("subject", "")),
            "version": int(named.get("version", 0)),
            "references": list(references.found.values()),
        }

    def _resolve(self, client: httpx.Client, named: Any, references: "_References") -> None:
        """References of references too, those that others need first."""
        for reference in named or []:
            name, subject, version = _word(reference["name"]), _word(reference["subject"]), int(reference["version"])
            place = subject, version
            if place not in references.answers:
                if len(references.answers) >= REFERENCES:
                    references.missing.append(f"more than {REFERENCES} others")
                    return
                answer = self._get(client, f"/subjects/{quote(subject, safe='')}/versions/{version}")
                references.answers[place] = answer
                if answer is None:
                    references.missing.append(f"version {version} of {subject}")
                else:
                    self._resolve(client, answer.get("references"), references)
            if (answer := references.answers[place]) is not None:
                text = _word(answer["schema"])
                references.found[name, *place] = {"name": name, "subject": subject, "version": version, "text": text}

    def _get(self, client: httpx.Client, path: str) -> Any:
        """The JSON that the registry answers; None where it says that it does not know.

        Raises httpx.HTTPError and httpx.InvalidURL without an answer, _Refused and ValueError for an answer of another kind.
        """
        accept = {"Accept": "application/vnd.schemaregistry.v1+json, application/json"}
        body = bytearray()
        until = time.monotonic() + TIMEOUT  # httpx counts from one piece to the next
        with client.stream("GET", self._url + path, headers=accept) as answer:
            for piece in answer.iter_bytes():
                body += piece
                if self._stopping:
                    raise _Stopped
                if time.monotonic() > until:
                    raise httpx.ReadTimeout("The answer does not end.")
                if len(body) > MOST_BYTES:
                    raise ValueError("The answer does not end.")
        if answer.status_code == httpx.codes.NOT_FOUND and _is_unknown(bytes(body)):
            return None
        if not answer.is_success:
            raise _Refused(answer.status_code)
        return json.loads(body)


@dataclass(slots=True)
class _References:
    """What one schema refers to, in all levels."""

    answers: dict[tuple[str, int], Any] = field(default_factory=dict)  # of (subject, version); None: not known
    found: dict[tuple[str, str, int], dict[str, Any]] = field(default_factory=dict)  # one may have several names
    missing: list[str] = field(default_factory=list)


def shown(url: str) -> str:
    """The address without a user and password in it, as it may be shown and stored.

    >>> shown("https://ada:love@registry:8081/api?key=1")
    'https://registry:8081/api'
    """
    scheme, slashes, rest = url.partition("://") if "://" in url else ("", "", url)
    return scheme + slashes + re.split(r"[?#]", rest.rpartition("@")[2])[0]


def _is_unknown(body: bytes) -> bool:
    """Whether a 404 is the registry's own word on a subject, a version or a schema (Confluent's error codes 40401 to 40499).

    Any web server says 404 to paths that it does not have, which says nothing of a schema.
    """
    try:
        return 40400 < int(json.loads(body)["error_code"]) < 40500
    except MALFORMED:
        return False


def _word(value: Any) -> str:
    """A text that must be one. Raises TypeError."""
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _reason(error: Exception) -> tuple[str, str]:
    """What stands behind "The schema registry" in a sentence, and the advice."""
    check = f"{STORED}; check its address and whether it runs."
    if isinstance(error, _Refused):
        if error.status in (401, 403):
            return "refuses the login", f"{STORED}; check its user and password."
        return ODD if error.status == 404 else (f"answers with an error ({error.status})", check)
    if isinstance(error, httpx.TimeoutException):
        return f"did not answer within {TIMEOUT:.0f} s", check
    if isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError | httpx.InvalidURL):
        return "has an address that cannot be asked", "Write it as http://HOST:PORT or https://HOST:PORT."
    if isinstance(error, httpx.TooManyRedirects):
        return "sends every question on to another address, without end", check
    if isinstance(error, httpx.ConnectError) and "certificate" in str(error).lower():
        return "has a certificate that is not trusted", f"{STORED}; add its authority to those of this system."
    if isinstance(error, httpx.ConnectError) and "ssl" in str(error).lower():
        return "does not speak TLS", f"{STORED}; if that is meant, write its address with http://."
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):
        return "ends the connection before its answer is whole", check
    return ("cannot be reached", check) if isinstance(error, httpx.TransportError) else ODD


def _authorities() -> ssl.SSLContext:
    """The system's own, which carry a company's authority too."""
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
