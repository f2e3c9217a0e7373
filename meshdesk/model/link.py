"""`meshdesk://` links: what a link names, read from its text. A link opens something; it never saves and never sends.

    meshdesk://open?file=PATH                                            a capture on this machine
    meshdesk://connection/NAME[/topic/TOPIC[/PARTITION/OFFSET]]          a connection that was saved under NAME
    meshdesk://cluster/HOST:PORT[/topic/TOPIC[/PARTITION/OFFSET]][?registry=URL]

`open` takes the place in a capture as `?file=PATH&topic=TOPIC[&partition=N&offset=N]`. Whatever is no letter, digit or one
of `-._~` may be percent-encoded (RFC 3986, UTF-8); a `/` in a name must be. Any web page may hold a link: one to a cluster
only fills in the fields of the start page, so that no page makes this machine talk to a host, and a file on another
machine is refused for the same reason.
"""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

from meshdesk.model.address import bootstrap_problem, holds_password, registry_problem
from meshdesk.model.record import RecordName

SCHEME = "meshdesk:"
LONGEST = 4_096  # characters; a topic has 249 and a path mostly below 300
GRAMMAR = "A link is meshdesk://open?file=…, meshdesk://connection/NAME or meshdesk://cluster/HOST:PORT."

Kind = Literal["file", "connection", "cluster"]


class LinkError(Exception):
    """The link names nothing that can be opened; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a link names: a file, a connection by its name or a cluster by its brokers, and a place in it."""

    kind: Kind
    what: str  # a path, a name, or HOST:PORT[,HOST:PORT …]
    select: str = ""  # a topic, or a record as topic[partition]@offset, as `--select` takes it; "" for neither
    registry: str = ""  # of a cluster


def is_link(text: str) -> bool:
    """Whether a word of the command line is meant as one.

    >>> is_link("MeshDesk://open"), is_link("orders.meshcap")
    (True, False)
    """
    return text.lower().startswith(SCHEME)


def named_path(word: str) -> str:
    """The path that a file manager hands over as file:///… (RFC 8089); every other word as it is.

    >>> named_path("file:///srv/my%20orders.meshcap"), named_path("file:///C:/a.meshcap"), named_path("a.meshcap")
    ('/srv/my orders.meshcap', 'C:/a.meshcap', 'a.meshcap')
    """
    match = re.fullmatch(r"file:(?://(?:localhost)?)?(/(?!/)[^?#]*)", word, re.IGNORECASE)
    if match is None:
        return word
    path = unquote(match[1], errors="surrogateescape")  # as Python takes names of files that are no UTF-8
    return path[1:] if re.match("/[A-Za-z]:", path) else path


def read_link(text: str) -> Link:
    """What a link names. Raises LinkError.

    >>> read_link("meshdesk://connection/shop/topic/orders/3/42")
    Link(kind='connection', what='shop', select='orders[3]@42', registry='')
    """
    if len(text) > LONGEST:
        raise LinkError(f"The link has {len(text):,} characters, which is too long for one. {GRAMMAR}")
    match = re.fullmatch(r"meshdesk:/{0,2}([a-z]+)(?:/([^?#]*))?(?:\?([^#]*))?", text, re.IGNORECASE)
    if match is None:
        raise LinkError(f"“{_shown(text)}” is no link of MeshDesk. {GRAMMAR}")
    word, path, query = match[1].lower(), match[2] or "", match[3] or ""
    parts = [_decoded(part) for part in path.rstrip("/").split("/")] if path.rstrip("/") else []
    more = _query(query)
    if word == "open" and not parts:
        return _file(more)
    if word == "connection" and parts:
        _only(more, ())
        return Link("connection", _named(parts[0]), _place(parts[1:]))
    if word == "cluster" and parts:
        return _cluster(parts, more)
    raise LinkError(f"“{_shown(text)}” does not say what to open. {GRAMMAR}")


def _file(more: dict[str, str]) -> Link:
    _only(more, ("file", "topic", "partition", "offset"))
    path = more.get("file", "")
    # \\host\share and //host/share would make Windows log in at that host.
    is_elsewhere = path.startswith(("//", "\\\\", "/\\", "\\/"))
    if is_elsewhere or not (path.startswith("/") or re.match(r"[A-Za-z]:[/\\]", path)) or not path.endswith(".meshcap"):
        raise LinkError(
            f"The link's file “{_shown(path)}” is no whole path of a .meshcap file on this machine. Open it from the start page."
        )
    where = [more[name] for name in ("topic", "partition", "offset") if name in more]
    if where and (len(where) == 2 or "topic" not in more):
        raise LinkError("The link names a part of a record's place. A record has topic, partition and offset.")
    return Link("file", path, _place(["topic", *where] if where else []))


def _cluster(parts: list[str], more: dict[str, str]) -> Link:
    _only(more, ("registry",))
    registry = more.get("registry", "")
    problem = bootstrap_problem(parts[0]) or registry_problem(registry)
    if not problem and holds_password(registry):
        problem = "A link must not hold a password. Leave it out, and write it into the field on the start page."
    if problem:
        raise LinkError(f"The link's cluster cannot be used. {problem}")
    return Link("cluster", parts[0], _place(parts[1:]), registry)


def _place(parts: list[str]) -> str:
    """What ["topic", TOPIC, PARTITION, OFFSET] selects; the last two or all may be left out."""
    if not parts:
        return ""
    if parts[0] != "topic" or len(parts) not in (2, 4):
        raise LinkError(
            f"The link's place “{_shown('/'.join(parts))}” is none. Write topic/TOPIC or topic/TOPIC/PARTITION/OFFSET."
        )
    # KIP-146's and Kafka's own rule for names (org.apache.kafka.common.internals.Topic).
    if not re.fullmatch(r"[a-zA-Z0-9._-]{1,249}", parts[1]):
        raise LinkError(
            f"“{_shown(parts[1])}” is no name of a topic. Kafka takes up to 249 letters, digits, dots, _ and -."
        )
    if len(parts) == 2:
        return parts[1]
    wrong = [part for part, most in ((parts[2], 10), (parts[3], 19)) if not re.fullmatch(rf"[0-9]{{1,{most}}}", part)]
    if wrong:
        raise LinkError(f"“{_shown(wrong[0])}” is no partition and no offset. Both are whole numbers from 0.")
    return str(RecordName(parts[1], int(parts[2]), int(parts[3])))


def _named(name: str) -> str:
    if not name.strip():
        raise LinkError("The link names no connection. Write meshdesk://connection/NAME.")
    return name


def _query(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in filter(None, text.split("&")):
        name, _, value = part.partition("=")
        name = _decoded(name)
        if name in found:
            raise LinkError(f"The link says “{_shown(name)}” twice. Say it once.")
        found[name] = _decoded(value)
    return found


def _only(more: dict[str, str], known: tuple[str, ...]) -> None:
    """What is not understood may be what matters: it is refused, not passed over."""
    unknown = [name for name in more if name not in known]
    if unknown:
        raise LinkError(f"The link says “{_shown(unknown[0])}”, which MeshDesk does not know. {GRAMMAR}")


def _decoded(part: str) -> str:
    if re.search("%(?![0-9A-Fa-f]{2})", part):
        raise LinkError(f"“{_shown(part)}” in the link has a % that encodes nothing. Write %25 for a % sign.")
    try:
        text = unquote(part, errors="strict")
    except UnicodeDecodeError:
        raise LinkError(
            f"“{_shown(part)}” in the link is no UTF-8. Copy the link again from where it stands."
        ) from None
    if not text.isprintable():
        raise LinkError("The link holds characters that cannot be shown. Copy it again from where it stands.")
    return text


def _shown(text: str) -> str:
    """What a sentence shows of it: short, and nothing that commands a terminal."""
    text = "".join(sign if sign.isprintable() else "�" for sign in text)
    return text if len(text) <= 80 else f"{text[:79]}…"
