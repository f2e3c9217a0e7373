"""A certificate authority among those of the system, for one command: in a private copy of what the system trusts."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SYSTEM = Path("/etc/ssl/certs")  # what update-ca-certificates writes
LOCAL = Path("/usr/local/share/ca-certificates")  # what it adds

# The copies take the places of the system's own for this command and its children, and for nobody else.
PRIVATE = """
mount --bind "$1/certs" /etc/ssl/certs && mount --bind "$1/local" /usr/local/share/ca-certificates || exit 125
update-ca-certificates >/dev/null 2>&1 || exit 125
shift
exec "$@"
"""


def why_not() -> str:
    """Why this cannot be had here; "" where it can."""
    if not shutil.which("update-ca-certificates") or not shutil.which("unshare"):
        return "There is no update-ca-certificates or no unshare here."
    if os.geteuid() != 0:
        return "Only root can add an authority to the system's."
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode:
        return "This system lets nobody have mounts of their own, as a container often does."
    return ""


@contextmanager
def trusting(authority: Path, folder: Path) -> Iterator[tuple[str, ...]]:
    """Gives what to put before a command that trusts `authority` (PEM) as the system's own."""
    folder.mkdir()
    shutil.copytree(SYSTEM, folder / "certs", symlinks=True)
    shutil.copytree(LOCAL, folder / "local", symlinks=True)
    shutil.copyfile(authority, folder / "local" / "meshdesk-test.crt")
    yield ("unshare", "--mount", "sh", "-c", PRIVATE, "sh", str(folder))
