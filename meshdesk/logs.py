"""Logs: one rotating file a process, without secrets, and what was on its stack where it crashed. For every program.

Secrets are redacted by construction: whoever holds one says so (`keep_secret`), and it is never written in any form that
looks like it; besides, what stands behind a word such as `password=` is left out whether anybody said so or not.
"""

import base64
import faulthandler
import logging
import logging.handlers
import os
import re
import sys
import threading
import time
import traceback
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, quote_plus

import platformdirs

MOST_BYTES = 1_000_000  # of one file; one older file is kept behind it
PROCESSES = 40  # whose files are kept: some days of windows with their programs, 80 MB at the very most
TAIL = 200_000  # bytes read from the end of a log for its last lines
REDACTED = "•••"
LEAST = 4  # characters of a secret that is looked for everywhere; shorter ones are words of every line

# A name that carries a secret and what follows it, in properties, URLs, JSON and headers.
_NAMED = re.compile(
    r"((?:password|passwd|secret|token|jaas\.config|user\.info|authorization|api[_-]?key)\w*[\"']?\s*[=:]\s*)"
    r"(\"[^\"]*\"|'[^']*'|basic \S+|bearer \S+|[^\s,;}&]+)",
    re.IGNORECASE,
)
# From the beginning of a word: tried from each of its characters, a word of a megabyte takes hours.
_IN_URL = re.compile(r"\b(\w+://)[^/\s:@]+:[^/\s@]+@")
_secrets: set[str] = set()
_begun: list[Path] = []  # the file, once there is one


def keep_secret(*values: str) -> None:
    """These are secrets: no log line of this process shows them, nor what a header, an address or a repr makes of them."""
    for value in values:
        forms = {value, repr(value)[1:-1], quote(value, safe=""), quote_plus(value)}
        forms.add(base64.b64encode(value.encode("utf-8", "surrogatepass")).decode())
        _secrets.update(form for form in forms if len(value) >= LEAST)


def redacted(text: str) -> str:
    """The text without secrets.

    >>> redacted("sasl.password=abc, https://me:pass@registry/x")
    'sasl.password=•••, https://•••@registry/x'
    """
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, REDACTED)
    return _IN_URL.sub(rf"\1{REDACTED}@", _NAMED.sub(rf"\1{REDACTED}", text))


def logs_folder() -> Path:
    """Where the logs of all programs are: the platform's folder for them."""
    named = os.environ.get("MESHDESK_LOGS")
    return Path(named) if named else Path(platformdirs.user_log_dir("meshdesk", appauthor=False))


def begin(program: str) -> Path | None:
    """Logs this process from now on, once; the file, or None where none can be written (which costs the program nothing)."""
    if _begun:
        return _begun[0]
    folder = logs_folder()
    path = folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{program}-{os.getpid()}.log"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler = _Handler(path, maxBytes=MOST_BYTES, backupCount=1, encoding="utf-8", errors="backslashreplace")
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        crashed = os.open(path.with_suffix(".crash"), flags, 0o600)  # stays open as long as this process lives
    except OSError:
        return None
    handler.setFormatter(_Redacting("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    logging.getLogger("meshdesk").setLevel(logging.INFO)
    faulthandler.enable(crashed)
    logging.getLogger("meshdesk").info(
        "%s begins, Python %s on %s, process %d of %d",
        program, sys.version.split()[0], sys.platform, os.getpid(), os.getppid(),
    )  # fmt: skip
    _forget_old(folder)
    _begun.append(path)
    _watch_over_mistakes()
    return path


def last_lines(process: int, count: int, of_each: int = 3) -> list[tuple[str, list[str]]]:
    """The last lines of what a process and the programs that it started have logged: (name of the file, lines), oldest
    first, of each program the newest `of_each`. Reads files: not for the window's thread."""
    found: dict[str, list[tuple[str, list[str]]]] = defaultdict(list)
    with suppress(OSError):
        for path in sorted(logs_folder().glob("*.log"), reverse=True):
            named = re.fullmatch(r"\d{8}-\d{6}-([\w-]+)-(\d+)", path.stem)
            if named is None or len(found[named[1]]) >= of_each:
                continue
            with suppress(OSError):
                if int(named[2]) == process or f" of {process}\n" in _first_line(path):
                    found[named[1]].append((path.name, _tail(path, count)))
    return sorted(log for logs in found.values() for log in logs)


def _first_line(path: Path) -> str:
    """Of the older file, where there is one: it says whose child the program is."""
    older = path.with_name(f"{path.name}.1")
    with (older if older.exists() else path).open(encoding="utf-8", errors="replace") as file:
        return file.readline()


def _tail(path: Path, count: int) -> list[str]:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        return file.read().decode("utf-8", "replace").splitlines()[-count:]


def _watch_over_mistakes() -> None:
    """What nobody catches is logged, and goes to stderr as always, but without secrets: an error may name what it was given."""
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = lambda kind, error, trace: _mistake(error)
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = lambda said: _mistake(said.exc_value)


def _mistake(error: BaseException | None) -> None:
    if error is not None and not isinstance(error, SystemExit | KeyboardInterrupt):
        logging.getLogger("meshdesk").error("a mistake that nobody caught", exc_info=error)
        print_trace(error)


def print_trace(error: BaseException) -> None:
    """The traceback on stderr, without secrets."""
    if sys.stderr is not None:
        sys.stderr.write(redacted("".join(traceback.format_exception(error))))
        sys.stderr.flush()


class _Handler(logging.handlers.RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:
        """A full disk must not make a program speak about its log instead of its work."""


class _Redacting(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


def _forget_old(folder: Path) -> None:
    """Keeps the files of the newest processes."""
    with suppress(OSError):
        of_process: dict[str, list[Path]] = defaultdict(list)
        for path in folder.iterdir():
            if re.fullmatch(r"\d{8}-\d{6}-[\w-]+\.(log|log\.1|crash)", path.name):
                of_process[path.name.partition(".")[0]].append(path)
        for name in sorted(of_process)[:-PROCESSES]:
            for path in of_process[name]:
                path.unlink(missing_ok=True)
