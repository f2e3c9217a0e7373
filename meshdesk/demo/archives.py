"""The archives that make Kafka's Java start quickly (broker.py makes them): which are kept, and when one is to be made."""

import contextlib
import os
import time
from pathlib import Path

AGAIN = 86_400.0  # s after which an archive that could not be made is tried once more
KEPT = 3  # of 70 MB each: of another MeshDesk beside this one, and of the Java before this one


def archive_in(home: Path, fingerprint: str) -> Path:
    """Where the archive lies that is of use to the Java and the class path of this fingerprint."""
    return home / f"quick-{fingerprint}.aot"


def is_to_be_made(archive: Path) -> bool:
    """Whether there is none, or an empty one, which could not be made a day ago. One that is there is marked as used."""
    try:
        known = archive.stat()
        if known.st_size:
            os.utime(archive)
    except FileNotFoundError:
        return True
    except OSError:  # somebody else's
        return False
    return not known.st_size and time.time() - known.st_mtime > AGAIN


def forget_archives(home: Path) -> None:
    """Removes those that were not used for the longest time."""
    with contextlib.suppress(OSError):  # another program has just removed one
        for old in sorted(home.glob("quick-*.aot"), key=lambda one: one.stat().st_mtime)[:-KEPT]:
            old.unlink()
