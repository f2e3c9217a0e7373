"""How a schema registry is spoken to: login, authorities, proxy, one question at a time; and why it does not answer, in a sentence.

The proxy is the one that the environment names (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY), or the system's settings.
"""

import json
import re
import ssl
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx

from meshdesk.collect.reach import Address, Unreached, resolve
from meshdesk.collect.tls import Trust, context, peer_certificate, untrusted
from meshdesk.model.address import shown

MOST_BYTES = 16 << 20  # of one answer; the largest schemas known have some MB
ACCEPT = {"Accept": "application/vnd.schemaregistry.v1+json, application/json"}
MALFORMED = (ValueError, KeyError, TypeError, AttributeError, RecursionError)  # what comes of JSON of another shape
APICURIOS = ("ContentNotFoundException", "ArtifactNotFoundException", "VersionNotFoundException")
NO_ANSWER = (httpx.HTTPError, httpx.InvalidURL)

PROXY_UNUSABLE = (
    "The proxy that the environment of this program names cannot be used for the schema registry.",
    "The registry is asked without it; mend HTTP_PROXY, HTTPS_PROXY or ALL_PROXY if that does not do.",
)
ODD = (
    "answers, but not as a schema registry does",
    "check its address, which may lack a path (such as /apis/ccompat/v7)",
)

Said = tuple[
    str, str
]  # what stands behind "The schema registry …" in a sentence, and the advice, both without their ends


class Refused(Exception):
    """An answer with a status that is neither success nor the registry's own word that it does not know."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class RegistryClient:
    """One registry. Used by one thread; close() ends its connections."""

    def __init__(
        self,
        url: str,
        user: str,
        ca: str,
        timeout: float,
        say: Callable[[str, str], None] = lambda text, advice: None,
    ) -> None:
        """`user` is user:password, `ca` a file of authorities (PEM; "": the system's), `timeout` in s for one answer.

        `say` is told what does not keep it from asking. Raises PropertiesError.
        """
        self._url = url.strip().rstrip("/")  # may carry a login
        self.url = shown(self._url)
        self.timeout = timeout
        self.trust = Trust(ca=ca, setting="as that of the registry")
        self._logs_in = bool(user) or "@" in self._url
        name, _, password = user.partition(":")
        settings: dict[str, Any] = {
            "auth": httpx.BasicAuth(name, password) if user else None,
            "timeout": timeout,
            "verify": context(self.trust),
            "follow_redirects": True,
        }
        try:
            self._client = httpx.Client(**settings)
        except (ImportError, ValueError, httpx.InvalidURL):  # a kind of proxy that httpx does not speak, or no address
            say(*PROXY_UNUSABLE)
            self._client = httpx.Client(**settings, trust_env=False)

    def close(self) -> None:
        self._client.close()

    def get(self, path: str, goes_on: Callable[[], None] = lambda: None) -> Any:
        """The JSON that the registry answers; None where it says that it does not know. `goes_on` may raise to give up.

        Raises NO_ANSWER without an answer, Refused and ValueError for an answer of another kind.
        """
        return self._json(*self._asked(self._url + path, goes_on))

    def get_beside(self, place: str, path: str, goes_on: Callable[[], None] = lambda: None) -> Any:
        """The same of a path that stands in the place of `place` in the registry's own address."""
        return self._json(*self._asked(self._url.partition(place)[0] + path, goes_on))

    def text_beside(self, place: str, path: str, goes_on: Callable[[], None] = lambda: None) -> str | None:
        """The text that is answered there, whatever it is."""
        status, body = self._asked(self._url.partition(place)[0] + path, goes_on)
        return None if self._is_none(status, body) else body.decode("utf-8")

    def _json(self, status: int, body: bytes) -> Any:
        return None if self._is_none(status, body) else json.loads(body)

    def _is_none(self, status: int, body: bytes) -> bool:
        """Whether the registry says that it does not know. Raises Refused."""
        if status == httpx.codes.NOT_FOUND and _is_unknown(body):
            return True
        if not httpx.codes.is_success(status):
            raise Refused(status)
        return False

    def _asked(self, url: str, goes_on: Callable[[], None]) -> tuple[int, bytes]:
        body = bytearray()
        until = time.monotonic() + self.timeout  # httpx counts from one piece to the next
        with self._client.stream("GET", url, headers=ACCEPT) as answer:
            for piece in answer.iter_bytes():
                body += piece
                goes_on()
                if time.monotonic() > until:
                    raise httpx.ReadTimeout("The answer does not end.")
                if len(body) > MOST_BYTES:
                    raise ValueError("The answer does not end.")
        return answer.status_code, bytes(body)

    def reason(self, error: Exception) -> Said:
        """Why it did not answer: what stands behind "The schema registry" in a sentence, and the advice."""
        check = "check its address and whether it runs"
        if isinstance(error, Refused):
            if error.status == 401 and not self._logs_in:
                return "wants a login, and none is given", "give its user and password"
            if error.status in (401, 403):
                return "refuses the login", "check its user and password"
            if error.status == httpx.codes.PROXY_AUTHENTICATION_REQUIRED:
                return "is behind a proxy that wants a login", "name the proxy with one in HTTPS_PROXY"
            return ODD if error.status == 404 else (f"answers with an error ({error.status})", check)
        if isinstance(error, httpx.TimeoutException):
            return f"did not answer within {self.timeout:.0f} s", check
        if isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError | httpx.InvalidURL):
            return "has an address that cannot be asked", "write it as http://HOST:PORT or https://HOST:PORT"
        if isinstance(error, httpx.TooManyRedirects):
            return "sends every question on to another address, without end", check
        if isinstance(error, httpx.ProxyError):
            return "is behind a proxy that refuses", "check HTTP_PROXY, HTTPS_PROXY and NO_PROXY"
        if isinstance(error, httpx.ConnectError) and "certificate" in str(error).lower():
            return self._untrusted(error)
        if isinstance(error, httpx.ConnectError) and "ssl" in str(error).lower():
            return "does not speak TLS", "if that is meant, write its address with http://"
        if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):
            return "ends the connection before its answer is whole", check
        return ("cannot be reached", check) if isinstance(error, httpx.TransportError) else ODD

    def _untrusted(self, error: httpx.ConnectError) -> Said:
        """With the words of the certificate, where it can be had without a proxy."""
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
            cause = cause.__cause__ or cause.__context__
        said = urlsplit(self._url)
        if cause is None or not said.hostname:
            return "has a certificate that is not trusted", "add its authority to those of this system"
        address = Address(said.hostname, said.port or 443)
        try:
            certificate = peer_certificate(address, resolve(address, 1.0))
        except Unreached:
            certificate = None
        told = untrusted(address, self.trust, cause, certificate)
        advice = told.advice.rstrip(".")
        what = re.sub(rf"^The certificate of {re.escape(str(address))} ", "", told.text).rstrip(".")
        return f"has a certificate that {what}", advice[:1].lower() + advice[1:]


def _is_unknown(body: bytes) -> bool:
    """Whether a 404 is the registry's own word on a subject, a version or a schema (Confluent's error codes 40401 to 40499).

    Any web server says 404 to paths that it does not have, which says nothing of a schema.
    """
    try:
        said = json.loads(body)
        return said.get("name") in APICURIOS or 40400 < int(said["error_code"]) < 40500
    except MALFORMED:
        return False
