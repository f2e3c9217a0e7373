"""Schemas: every id that may stand in a stored record is fetched once, with its references, beside the consume loop.

Speaks the Confluent Schema Registry API (docs.confluent.io, Schema Registry API Reference): GET /schemas/ids/{id},
/schemas/ids/{id}/versions, /subjects/{subject}/versions/{version}.
"""

import ssl
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import httpx
import truststore

from meshdesk.model.fact import Checked, Fact
from meshdesk.model.trouble import Trouble
from meshdesk.model.wording import plural

IDS_PER_CAPTURE = 20_000  # binary data may look like ids by chance; a registry of ours holds fewer schemas than that
REFERENCES = 200  # a schema with more of them, in all levels, is not resolved: a loop or a mistake
TIMEOUT = 5.0  # s for one answer
AGAIN = (1.0, 2.0, 5.0, 15.0)  # s between attempts at a registry that is down; the last one repeats
UNKNOWN_AGAIN = (
    30.0  # s until an id that the registry did not know is asked for once more: it may have been registered since
)


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
        self.url = url.rstrip("/")
        self._store, self._report, self._clock = store, report, clock
        name, _, password = user.partition(":")
        self._auth = httpx.BasicAuth(name, password) if user else None
        self._wanted: dict[int, float] = {}  # id: when it is next to be asked for (monotonic)
        self._settled: set[int] = set()  # known, or asked for twice and not known
        self._unknown: set[int] = set()
        self._dropped = 0
        self._change = threading.Condition()
        self._stopping = False
        self._down = False
        self._attempt = 0
        self._thread = threading.Thread(target=self._run, name="schemas", daemon=True)
        if self.url:
            self._thread.start()

    def note(self, ids: set[int]) -> None:
        """Wants these ids; cheap for the ones that are settled or on their way."""
        new = ids - self._settled - self._wanted.keys() if self.url else set()
        if not new:
            return
        with self._change:
            room = IDS_PER_CAPTURE - len(self._settled) - len(self._wanted)
            for number in sorted(new)[: max(0, room)]:
                self._wanted[number] = 0.0
            if len(new) > room and not self._dropped:
                self._report(
                    Trouble(
                        f"More than {IDS_PER_CAPTURE:,} different schema ids seem to stand in these records; no more are fetched.",
                        "Check whether the topic is in the Confluent format at all.",
                        self.url,
                        "attention",
                        self._clock(),
                    )
                )
            self._dropped += max(0, len(new) - room)
            self._change.notify_all()

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
        with httpx.Client(auth=self._auth, timeout=TIMEOUT, verify=_authorities(), follow_redirects=True) as client:
            while (number := self._next()) is not None:
                self._ask(client, number)

    def _next(self) -> int | None:
        with self._change:
            while not self._stopping:
                due = [number for number, when in self._wanted.items() if when <= time.monotonic()]
                if due:
                    return min(due)
                self._change.wait(0.5 if self._wanted else None)
            return None

    def _ask(self, client: httpx.Client, number: int) -> None:
        try:
            value = self._schema(client, number)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError, AttributeError) as error:
            self._postpone(error)
            return
        if self._down:
            self._down, self._attempt = False, 0
            self._store(Checked("registry", self._clock(), self._clock()))
            self._report(
                Trouble(
                    f"The schema registry {shown(self.url)} answers again.", "", self.url, "attention", self._clock()
                )
            )
        self._store(Fact("schema", str(number), value or {"unknown": True}, self._clock(), shown(self.url)))
        with self._change:
            if value is None and number not in self._unknown:
                self._unknown.add(number)
                self._wanted[number] = time.monotonic() + UNKNOWN_AGAIN
            else:
                self._settled.add(number)
                self._wanted.pop(number, None)
            self._change.notify_all()

    def _postpone(self, error: Exception) -> None:
        wait = AGAIN[min(self._attempt, len(AGAIN) - 1)]
        with self._change:
            first, self._down = not self._down, True
            self._attempt += 1
            later = time.monotonic() + wait
            self._wanted = {other: max(when, later) for other, when in self._wanted.items()}
            missing = len(self._missing())
        if first:
            self._store(Checked("registry", self._clock(), self._clock(), f"The schema registry {_reason(error)}."))
            self._report(
                Trouble(
                    f"The schema registry {shown(self.url)} {_reason(error)}; {plural(missing, 'schema')} cannot be fetched.",
                    "Records are stored all the same and decode as soon as it answers; check its address and whether it runs.",
                    self.url,
                    "bad",
                    self._clock(),
                )
            )

    def _schema(self, client: httpx.Client, number: int) -> dict[str, Any] | None:
        found = self._get(client, f"/schemas/ids/{number}")
        if found is None:
            return None
        references: dict[tuple[str, int], dict[str, Any]] = {}
        self._resolve(client, found.get("references", []), references)
        versions = self._get(client, f"/schemas/ids/{number}/versions") or []
        named = versions[0] if isinstance(versions, list) and versions else {}
        return {
            "type": str(found.get("schemaType", "AVRO")),  # the registry leaves the word out for Avro
            "text": str(found["schema"]),
            "subject": str(named.get("subject", "")),
            "version": int(named.get("version", 0)),
            "references": list(references.values()),
        }

    def _resolve(self, client: httpx.Client, named: Any, found: dict[tuple[str, int], dict[str, Any]]) -> None:
        """References of references too, those that others need first."""
        for reference in named or []:
            subject, version = str(reference["subject"]), int(reference["version"])
            if (subject, version) in found or len(found) >= REFERENCES:
                continue
            answer = self._get(client, f"/subjects/{quote(subject, safe='')}/versions/{version}")
            if answer is None:
                continue
            self._resolve(client, answer.get("references", []), found)
            found[subject, version] = {
                "name": str(reference["name"]),
                "subject": subject,
                "version": version,
                "text": str(answer["schema"]),
            }

    def _get(self, client: httpx.Client, path: str) -> Any:
        """The JSON that the registry answers; None where it says 404. Raises httpx.HTTPError for all else."""
        answer = client.get(
            self.url + path, headers={"Accept": "application/vnd.schemaregistry.v1+json, application/json"}
        )
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        answer.raise_for_status()
        return answer.json()


def shown(url: str) -> str:
    """The address without a user and password in it, as it may be shown and stored."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.HTTPStatusError):
        code = error.response.status_code
        return "refuses the login" if code in (401, 403) else f"answers with an error ({code})"
    if isinstance(error, httpx.TimeoutException):
        return f"did not answer within {TIMEOUT:.0f} s"
    if isinstance(error, httpx.HTTPError):
        return "cannot be reached"
    return "answers, but not as a schema registry does"


def _authorities() -> ssl.SSLContext:
    """The system's own, which carry a company's authority too."""
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
