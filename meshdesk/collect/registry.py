"""Schemas: every id and GUID that may stand in a stored record is fetched once, with its references, beside the consume loop.

Speaks the Confluent Schema Registry API (docs.confluent.io, Schema Registry API Reference): GET /schemas/ids/{id},
/schemas/guids/{guid}, /schemas/ids/{id}/versions, /subjects/{subject}/versions/{version}. Apicurio's own ids and AWS Glue are
asked as collect/apicurio.py and collect/glue.py say.
"""

import json
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from meshdesk.collect import apicurio
from meshdesk.collect.glue import GlueClient, GlueFailed
from meshdesk.collect.properties import PropertiesError
from meshdesk.collect.registry_client import MALFORMED, NO_ANSWER, Refused, RegistryClient
from meshdesk.model.address import GLUE, shown
from meshdesk.model.fact import Checked, Fact
from meshdesk.model.schema import BY_CHANCE, SchemaName, is_fetched
from meshdesk.model.trouble import Severity, Trouble
from meshdesk.model.wording import plural

IDS_PER_CAPTURE = 20_000  # binary data may look like ids by chance; a registry of ours holds fewer schemas than that
GUIDS = 2_000  # any payload that begins with 01 (or with 03, at Glue) may have one: they must not take the room of the others
CONFLUENT = ("id", "guid")  # what its API can be asked for
REFERENCES = 200  # of one schema, in all levels; the others are left out: a mistake, or nothing that a person wrote
TIMEOUT = 5.0  # s for one answer
AGAIN = (1.0, 2.0, 5.0, 15.0)  # s between attempts at a registry that is down; the last one repeats
# s until an id is asked for once more that the registry did not know, as it may have been registered since, or that
# it alone answered with an error.
UNKNOWN_AGAIN = 30.0

STORED = "Records are stored all the same and decode as soon as it answers"


class _Stopped(Exception):
    """Nobody wants the answer any more."""


class Schemas:
    """Fetches schema ids in a thread of its own; each answer becomes a fact. Owned by the collector."""

    def __init__(
        self,
        url: str,
        user: str,
        ca: str,
        store: Callable[[Fact | Checked], None],
        report: Callable[[Trouble], None],
        clock: Callable[[], int],
    ) -> None:
        """`user` is user:password, `ca` a file of authorities (PEM; "": the system's)."""
        self._url, self._user, self._ca = url.strip(), user, ca  # the first two may hold secrets
        self.url = shown(self._url.rstrip("/"))
        self._store, self._report, self._clock = store, report, clock
        self._is_apicurio, self._is_glue = apicurio.PLACE in self._url, self._url.startswith(GLUE)
        self._wanted: dict[
            SchemaName, float
        ] = {}  # when it is next to be asked for (monotonic); who waits longest first
        self._resume = 0.0  # nothing is asked before (monotonic), while the registry is down
        self._odd: set[SchemaName] = set()  # answered with an error so far
        self._settled: set[SchemaName] = set()  # known, or asked for twice and not known
        self._unknown: set[SchemaName] = set()
        self._guids = 0  # that were wanted
        self._is_full = False
        self._is_hopeless = False  # it cannot be asked at all, which was said
        self._change = threading.Condition()
        self._stopping = False
        self._down = False
        self._attempt = 0
        self._thread = threading.Thread(target=self._run, name="schemas", daemon=True)
        if self._url:
            self._thread.start()

    def note(self, names: set[SchemaName]) -> None:
        """Wants these schemas; cheap for the ones that are settled or on their way."""
        if not self._url:
            return
        if self._is_apicurio:
            names = apicurio.all_names(names)
        names = {name for name in names if is_fetched(name, self._url)}
        with self._change:
            new = sorted(names - self._settled - self._wanted.keys(), key=_order)
            room = max(0, IDS_PER_CAPTURE - len(self._settled) - len(self._wanted))
            new_guids = [name for name in new if name.kind in BY_CHANCE][: max(0, GUIDS - self._guids)]
            new = [name for name in new if name.kind not in BY_CHANCE]
            self._guids += len(new_guids)
            self._wanted |= dict.fromkeys([*new[:room], *new_guids], 0.0)
            first_too_many = len(new) > room and not self._is_full
            self._is_full = self._is_full or first_too_many
            if new or new_guids:
                self._change.notify_all()
        if first_too_many:
            self._say(
                f"More than {IDS_PER_CAPTURE:,} different schema ids seem to stand in these records; no more are fetched.",
                "Check whether the topic is in the Confluent format at all.",
            )

    def settle(self, seconds: float) -> list[SchemaName]:
        """Waits until no id is on its way, at most so long; the ids that are still missing (unknown ones do not count)."""
        until = time.monotonic() + seconds
        with self._change:
            while self._missing() and not self._is_hopeless and time.monotonic() < until:
                self._change.wait(max(0.0, min(0.2, until - time.monotonic())))
            return self._missing()

    def stop(self) -> None:
        """Ends the thread after the answer it waits for."""
        with self._change:
            self._stopping = True
            self._change.notify_all()
        if self._thread.is_alive():
            self._thread.join(TIMEOUT * 2)

    def _missing(self) -> list[SchemaName]:
        return sorted(self._wanted.keys() - self._unknown, key=_order)

    def _run(self) -> None:
        try:
            client = self._client()
        except PropertiesError as error:
            text, _, advice = str(error).partition(". ")
            self._say(f"No schema is fetched from {self.url}: {text[:1].lower()}{text[1:]}.", advice, "bad")
            with self._change:
                self._is_hopeless = True
                self._change.notify_all()
            return
        with closing(client):
            while (name := self._next()) is not None:
                try:
                    self._ask(client, name)
                except _Stopped:
                    return

    def _client(self) -> RegistryClient | GlueClient:
        """Raises PropertiesError."""
        if self._is_glue:
            return GlueClient(self._url, self._ca, TIMEOUT)
        return RegistryClient(self._url, self._user, self._ca, TIMEOUT, lambda text, advice: self._say(text, advice))

    def _next(self) -> SchemaName | None:
        with self._change:
            while not self._stopping:
                now = time.monotonic()
                due = next((name for name, when in self._wanted.items() if when <= now), None)
                if due is not None and self._resume <= now:
                    return due
                self._change.wait(0.5 if self._wanted else None)
            return None

    def _ask(self, client: RegistryClient | GlueClient, name: SchemaName) -> None:
        try:
            value = self._answer(client, name)
        except (*NO_ANSWER, Refused, GlueFailed, *MALFORMED) as error:
            self._postpone(client, name, error)
            return
        if self._down:
            self._down, self._attempt = False, 0
            self._store(Checked("registry", self._clock(), self._clock()))
            self._say(f"The schema registry {self.url} answers again.", "")
        self._store(Fact("schema", name.about, value or {"unknown": True}, self._clock(), self.url))
        with self._change:
            self._odd.discard(name)
            if value is None and name not in self._unknown:
                self._unknown.add(name)
                self._wait(name, UNKNOWN_AGAIN)
            else:
                self._settled.add(name)
                self._wanted.pop(name, None)
            self._change.notify_all()

    def _wait(self, name: SchemaName, seconds: float) -> None:
        """Asks for it again after so long, and behind all others: it must not be in their way."""
        self._wanted.pop(name, None)
        self._wanted[name] = time.monotonic() + seconds

    def _postpone(self, client: RegistryClient | GlueClient, name: SchemaName, error: Exception) -> None:
        with self._change:
            is_alone = not self._down and name in self._odd  # others were answered since it was not
            if isinstance(error, (Refused, *MALFORMED)) or (isinstance(error, GlueFailed) and error.is_refusal):
                self._odd.add(name)
            self._wait(name, UNKNOWN_AGAIN if is_alone else 0.0)
            if is_alone:
                return
            self._resume = time.monotonic() + AGAIN[min(self._attempt, len(AGAIN) - 1)]
            first, self._down = not self._down, True
            self._attempt += 1
            missing = len(self._missing())
        if first:
            reason, advice = client.reason(error)
            self._store(Checked("registry", self._clock(), self._clock(), f"The schema registry {reason}."))
            text = f"The schema registry {self.url} {reason}; {plural(missing, 'schema')} cannot be fetched."
            self._say(text, f"{STORED}; {advice}.", "bad")

    def _say(self, text: str, advice: str, severity: Severity = "attention") -> None:
        self._report(Trouble(text, advice, self.url, severity, self._clock()))

    def _answer(self, client: RegistryClient | GlueClient, name: SchemaName) -> dict[str, Any] | None:
        if isinstance(client, GlueClient):
            return client.schema_of(name)
        if name.kind in CONFLUENT:
            return self._schema(client, name)
        found, missing = apicurio.schema_of(client, name, self._go_on)
        if missing:
            self._say_missing(name, missing)
        return found

    def _say_missing(self, name: SchemaName, missing: str) -> None:
        self._say(
            f"Schema {name.about} refers to {missing}, and not all of that can be had from {self.url}.",
            "What is written with it may not decode; register what is missing, then connect again.",
        )

    def _schema(self, client: RegistryClient, name: SchemaName) -> dict[str, Any] | None:
        found = self._get(client, f"/schemas/{name.kind}s/{name.id}")
        if found is None:
            return None
        references = _References()
        self._resolve(client, found.get("references"), references)
        if references.missing:
            self._say_missing(name, references.missing[0])
        number = name.id if name.kind == "id" else found.get("id")
        try:
            versions = self._get(client, f"/schemas/ids/{int(number)}/versions") if number else None
        except Refused:  # older registries do not know the question, and some logins may not ask it
            versions = None
        named = versions[0] if isinstance(versions, list) and versions else {}
        return {
            "type": _word(found.get("schemaType") or "AVRO"),  # the registry leaves the word out for Avro
            "text": _word(found["schema"]),
            "subject": str(named.get("subject", "")),
            "version": int(named.get("version", 0)),
            "references": list(references.found.values()),
        } | _besides(found, name)

    def _resolve(self, client: RegistryClient, named: Any, references: "_References") -> None:
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

    def _get(self, client: RegistryClient, path: str) -> Any:
        return client.get(path, self._go_on)

    def _go_on(self) -> None:
        if self._stopping:
            raise _Stopped


@dataclass(slots=True)
class _References:
    """What one schema refers to, in all levels."""

    answers: dict[tuple[str, int], Any] = field(default_factory=dict)  # of (subject, version); None: not known
    found: dict[tuple[str, str, int], dict[str, Any]] = field(default_factory=dict)  # one may have several names
    missing: list[str] = field(default_factory=list)


def _order(name: SchemaName) -> tuple[str, int, str]:
    """Numbers as numbers."""
    return name.kind, len(name.id), name.id


def _besides(found: dict[str, Any], name: SchemaName) -> dict[str, Any]:
    """What newer registries say besides: the schema's other name, and its rules, which tell what is encrypted."""
    said: dict[str, Any] = {}
    if name.kind == "guid":
        said |= {"guid": name.id} | ({"id": int(found["id"])} if found.get("id") else {})
    elif found.get("guid"):
        said["guid"] = str(found["guid"])
    if found.get("ruleSet"):
        said["rules"] = json.dumps(found["ruleSet"])
    return said


def _word(value: Any) -> str:
    """A text that must be one. Raises TypeError."""
    if not isinstance(value, str):
        raise TypeError(value)
    return value
