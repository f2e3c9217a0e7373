"""Where live captures are kept, who owns each of them, and which ones nobody owns any more.

A capture is owned by the session that holds the lock on its file `lock`. The system lets go of it when that session's
process ends, however it ends; what is left then is an orphan, and is offered at the next start.
"""

import json
import os
import shutil
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from meshdesk.capture.files import disk_used
from meshdesk.capture.reader import open_captures
from meshdesk.capture.store import CaptureError
from meshdesk.session.folders import state_folder

LOCK = "lock"
SCRATCH = "scratch-"  # begins the names of folders that are of no use to anybody once their owner has ended
TRIES = 3  # at a scratch folder: somebody may clear it away between its making and its lock
ORPHANS = 50  # looked at; more were left by something that does not end


def captures_home() -> Path:
    """Where live captures are kept while they are open: the platform's state folder of this user, never a synced one."""
    named = os.environ.get("MESHDESK_CAPTURES")
    return Path(named) if named else state_folder() / "captures"


class Owned:
    """The lock on one capture. Held until `release`, or until this process ends."""

    def __init__(self, folder: Path, file: int) -> None:
        self.folder = folder
        self._file = file

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def release(self) -> None:
        if self._file >= 0:
            os.close(self._file)
        self._file = -1

    def delete(self) -> None:
        """Removes the capture with everything in it."""
        if sys.platform == "win32":
            self.release()  # an open file cannot be removed there
        shutil.rmtree(self.folder, ignore_errors=True)
        self.release()


def own(folder: Path) -> Owned | None:
    """Takes the lock on a capture's folder; None where another session holds it. Raises OSError where it cannot be made."""
    file = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(file)
    except OSError:
        os.close(file)
        return None
    return Owned(folder, file)


def is_anothers(folder: Path) -> bool:
    """Whether another session has the lock on a capture's folder, and may be writing it right now. Leaves no trace."""
    try:
        file = os.open(folder / LOCK, os.O_RDWR)
    except OSError:  # there is none, or no right to it: nobody says that it is written
        return False
    try:
        _lock(file)
    except OSError:
        return True
    finally:
        os.close(file)
    return False


def own_new(folder: Path) -> Owned:
    """Makes the folder of a new capture (mode 0700) and owns it. Raises OSError.

    It becomes a capture, which others could take for an orphan, only when its manifest is written: after this.
    """
    folder.mkdir(mode=0o700, parents=True)
    owned = own(folder)
    if owned is None:
        raise OSError(None, "another program has it already", str(folder))
    return owned


def own_scratch(home: Path) -> Owned:
    """Makes and owns a folder for what goes with this process; `clear_scratch` removes it where it could not. Raises OSError."""
    for _ in range(TRIES - 1):
        with suppress(OSError):
            return own_new(_scratch_in(home))
    return own_new(_scratch_in(home))


def _scratch_in(home: Path) -> Path:
    return home / f"{SCRATCH}{uuid.uuid4().hex[:8]}"


def clear_scratch(home: Path) -> None:
    """Removes the scratch folders whose owners have ended."""
    with suppress(OSError):
        for folder in home.glob(f"{SCRATCH}*"):
            with suppress(OSError):
                left = own(folder)
                if left is not None:
                    left.delete()


@dataclass(frozen=True, slots=True)
class Orphan:
    """A capture whose session has ended without closing it."""

    folder: Path
    title: str
    made: int  # ms since the epoch
    rows: int
    bytes: int  # on the disk


def orphans(home: Path) -> list[Orphan]:
    """The captures in `home` that nobody owns, newest first. Reads their indexes: not for the window's thread."""
    found: list[Orphan] = []
    with suppress(OSError):
        for folder in sorted(home.iterdir(), reverse=True)[:ORPHANS]:
            with suppress(OSError, CaptureError, ValueError, TypeError):
                found += _orphan(folder)
    return found


def _orphan(folder: Path) -> Iterator[Orphan]:
    if not (folder / "manifest.json").is_file():
        return
    with _owned(folder) as owned:
        if owned is None:
            return
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        (capture,) = open_captures(folder)
        rows = capture.rows - capture.dropped
        capture.close()
        yield Orphan(folder, str(manifest.get("title", "")), int(manifest.get("created", 0)), rows, disk_used(folder))


@contextmanager
def _owned(folder: Path) -> Iterator[Owned | None]:
    owned = own(folder)
    try:
        yield owned
    finally:
        if owned is not None:
            owned.release()


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> None:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
