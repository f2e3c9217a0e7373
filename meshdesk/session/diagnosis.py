"""The diagnosis: a text for whoever is to mend something. It says what is the case and of whom it says it to nobody.

`asked` takes what only the window's thread may look at; `written` makes the text from it, and waits for the disk.
"""

import getpass
import os
import platform
import re
import socket
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from meshdesk import __version__, logs
from meshdesk.model import wording
from meshdesk.model.trouble import Trouble
from meshdesk.session.folders import config_folder
from meshdesk.session.home import captures_home
from meshdesk.session.labels import Labels
from meshdesk.session.parts import FIRST, Part
from meshdesk.session.resources import PACKAGE
from meshdesk.session.session import Session
from meshdesk.session.settings import Settings
from meshdesk.session.settings_file import FILE

TROUBLES = 30
LINES = 50  # of each log
CRASHES = 2
CRASH_LINES = 60
OWN_WORDS = {"", "window", "look", "work", "collect", "explain", FILE}  # what troubles are about that is no name
HEAD = f"""\
Diagnosis of MeshDesk {__version__}
Names of hosts, topics, connections, files and people are replaced by labels: the same name has the same label throughout.
Passwords and other secrets are left out, and no record is in it. Read it before you send it.
"""
ERROR = re.compile(r"^([\w.]+(?:Error|Exception|Exit|Interrupt|Warning|Empty|Problem)): .+")
STAMP = re.compile(r"^\d{4}-\d\d-\d\d ")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was the case when somebody asked for the diagnosis."""

    display: tuple[str, ...]  # lines about the screen, from the window
    settings: tuple[str, ...]
    captures: tuple[str, ...]
    troubles: tuple[Trouble, ...]
    processes: tuple[tuple[str, int], ...]  # what it does, its number
    replaced: str
    connections: frozenset[str]
    topics: frozenset[str]


def asked(session: Session, settings: Settings, troubles: Sequence[Trouble], display: Sequence[str]) -> Asked:
    """Takes what the window's thread may look at; waits for nothing."""
    names = session.names
    pids = [("window", os.getpid()), *((role, pid) for role, pids in session.pids.items() for pid in pids)]
    killed = ", ".join(f"{count} of {role}" for role, count in session.replaced.items())
    return Asked(
        tuple(display),
        tuple(f"{key} = {value}" for key, value in settings.chosen.items()),
        tuple(_capture(session, number) for number in range(len(session.captures))),
        tuple(troubles[-TROUBLES:]),
        tuple(pids),
        f"Explain programs that were ended for taking too long or too much: {killed}.",
        names["connection"],
        names["topic"],
    )


def _capture(session: Session, place: int) -> str:
    opened = session.captures[place]
    status = opened.status
    facts = [
        f"capture-{place + 1}: {'a connection' if opened.folder else 'a file'}, {opened.state}",
        wording.plural(len(opened.topics), "topic"),
        wording.plural(status.rows, "record"),
        wording.size(status.bytes),
        f"{wording.size(status.disk)} of {wording.size(opened.limit)} on the disk",
        f"dropped {wording.count(status.dropped)}",
    ]
    facts += [opened.protocol] if opened.protocol else []
    if opened.state == "live":
        behind = "unknown" if status.behind is None else wording.count(status.behind)
        facts += [f"{wording.rate(status.rows_rate)} stored", f"behind {behind}"]
        facts += ["paused"] if status.paused else []
        facts += [] if opened.is_reached else ["its brokers do not answer"]
    return ", ".join(facts)


def written(told: Asked, parts: Iterable[Part]) -> str:
    """The text. Reads logs and asks the system: not for the window's thread."""
    labels = _labels(told)
    sections = [
        ("Versions", _versions(parts)),
        ("System", _system()),
        ("Window", told.display),
        ("Settings that differ from their defaults", told.settings),
        ("Open captures", told.captures),
        ("Programs", (*_memory(told.processes), told.replaced)),
        (f"The last troubles, at most {TROUBLES}", [_hidden(labels, _trouble(trouble)) for trouble in told.troubles]),
    ]
    for name, lines in logs.last_lines(os.getpid(), LINES):
        sections.append((f"Log {name}", _log(labels, lines)))
    for name, lines in _crashes():
        sections.append((f"Crash {name}", _log(labels, lines)))
    body = [f"{title}\n{'-' * len(title)}\n" + ("\n".join(lines) or "none") for title, lines in sections]
    return "\n\n".join([HEAD.rstrip("\n"), *body]) + "\n"


def _labels(told: Asked) -> Labels:
    about = {trouble.about for trouble in told.troubles} - OWN_WORDS
    connections = told.connections | about
    hosts = {host for name in connections for host in re.findall(r"([\w.-]*[A-Za-z][\w.-]*):\d{1,5}", name)}
    titles = {name for name in connections if not re.fullmatch(r"[^\s,]+:\d{1,5}", name)}
    known = {"topic": told.topics, "host": hosts, "connection": titles - told.topics - hosts}
    folders = {
        "captures": captures_home(),
        "logs": logs.logs_folder(),
        "config": config_folder(),
        "program": PACKAGE,
        "python": Path(os.__file__).parent,
    }
    persons = [Path.home().name, socket.gethostname(), socket.gethostname().partition(".")[0]]
    with suppress(OSError, KeyError, ImportError):
        persons.append(getpass.getuser())
    return Labels(known, folders, [name for name in persons if name not in ("root", "home", "user", "localhost")])


def _hidden(labels: Labels, text: str) -> str:
    return labels.hide(logs.redacted(text))


def _log(labels: Labels, lines: Iterable[str]) -> list[str]:
    """Lines of a log; of an exception only its kind, as its words may be a record's."""
    shown = []
    for line in lines:
        error = None if STAMP.match(line) else ERROR.match(line)
        shown.append(f"{error[1]}: …" if error else _hidden(labels, line))
    return shown


def _versions(parts: Iterable[Part]) -> list[str]:
    return [f"{part.name} {part.version}".strip() for part in parts if part.name in FIRST]


def _system() -> list[str]:
    memory, disk = psutil.virtual_memory(), None
    with suppress(OSError):
        disk = psutil.disk_usage(
            str(next(path for path in (captures_home(), *captures_home().parents) if path.is_dir()))
        )
    lines = [
        platform.platform(),
        f"{os.cpu_count()} processors, {wording.size(memory.total)} of memory, {wording.size(memory.available)} available",
        f"zone {time.strftime('%Z (%z)')}, encoding {os.environ.get('LANG', 'not said')}",
    ]
    with suppress(OSError):
        lines.insert(1, platform.freedesktop_os_release().get("PRETTY_NAME", ""))
    if disk is not None:
        lines.append(f"disk of the captures: {wording.size(disk.free)} of {wording.size(disk.total)} free")
    return [line for line in lines if line]


def _memory(processes: Iterable[tuple[str, int]]) -> list[str]:
    lines = []
    for role, pid in processes:
        try:
            process = psutil.Process(pid)
            running = wording.span(time.time() - process.create_time())
            lines.append(f"{role}: {wording.size(process.memory_info().rss)}, {process.status()}, for {running}")
        except psutil.Error:
            lines.append(f"{role}: has ended")
    return lines


def _trouble(trouble: Trouble) -> str:
    times = f" ×{trouble.count}" if trouble.count > 1 else ""
    return f"{wording.iso(trouble.seen)} {trouble.severity}{times}: {trouble.sentence}"


def _crashes() -> list[tuple[str, list[str]]]:
    """What was on the stacks of the programs that crashed lately, of earlier runs too."""
    found: list[tuple[str, list[str]]] = []
    with suppress(OSError):
        for path in sorted(logs.logs_folder().glob("*.crash"), reverse=True):
            if len(found) < CRASHES and path.stat().st_size:
                text = path.read_text(encoding="utf-8", errors="replace")
                found.append((path.name, text.splitlines()[:CRASH_LINES]))
    return found
