"""MeshDesk as people install it: the wheel in a virtual environment of its own, and the .deb on this very system."""

import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MINUTES = 10 * 60.0  # s for pip and apt on a slow line
SECONDS = 60.0  # s for a verb on a machine that is busy


@dataclass(frozen=True, slots=True)
class Ran:
    """A verb that has ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Installed:
    """One installation: how it is called, and a place of its own to be called from, far from the checkout."""

    name: str
    program: Path
    home: Path

    def run(self, *words: str | Path, before: tuple[str, ...] = (), env: Mapping[str, str] | None = None) -> Ran:
        """Runs a verb as somebody with a home of their own does; `before` is a command that runs it."""
        line = [*before, str(self.program), *map(str, words)]
        done = subprocess.run(
            line,
            cwd=self.home,
            env={**self.environment, **(env or {})},
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    @property
    def environment(self) -> dict[str, str]:
        """Nothing in it leads back to the checkout or its virtual environment."""
        left_out = ("PYTHON", "VIRTUAL_ENV", "MESHDESK_", "XDG_CONFIG", "XDG_STATE")
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(left_out) or name == "MESHDESK_TEST_RUN"
        }
        return kept | {"HOME": str(self.home), "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"}


def install_wheel(wheel: Path, folder: Path) -> Installed:
    """As pipx does it: a virtual environment, and pip; with the versions that this checkout is pinned to."""
    venv.create(folder / "venv", with_pip=True)
    pins = ROOT / "packaging" / "requirements" / f"run-{'3.11' if sys.version_info < (3, 12) else '3.12'}.txt"
    # Hashes among the constraints would make pip want one for the wheel, too.
    versions = re.findall(r"^[\w.-]+==[^\s;]+", pins.read_text(encoding="utf-8"), re.MULTILINE)
    (folder / "versions.txt").write_text("\n".join(versions), encoding="utf-8")
    home = folder / "home"
    home.mkdir()
    python = folder / "venv" / "bin" / "python"
    line = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    subprocess.run([*line, "-c", str(folder / "versions.txt"), str(wheel)], check=True, cwd=home, timeout=MINUTES)
    return Installed("wheel", folder / "venv" / "bin" / "meshdesk", home)


def why_no_deb(package: Path | None) -> str:
    """Why a .deb cannot be installed here; "" where it can."""
    if package is None or not shutil.which("apt-get"):
        return "There is no .deb: this is neither Debian nor Ubuntu."
    if os.geteuid() != 0:
        return "Only root can install a .deb."
    if Path("/usr/bin/meshdesk").exists():
        return "MeshDesk is installed here already, and that is not for a test to replace."
    return ""


@contextmanager
def installed_deb(package: Path, folder: Path) -> Iterator[Installed]:
    """Installs it with apt, and removes it again with all that came along."""
    before = set(_packages())
    try:
        _apt("install", str(package))
        yield Installed("deb", Path("/usr/bin/meshdesk"), folder)
    finally:
        came = sorted(set(_packages()) - before)
        if came:
            _apt("purge", *came)


def _packages() -> list[str]:
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Abbrev}${binary:Package}\n"], check=True, capture_output=True, text=True
    )
    return [line[3:].strip() for line in asked.stdout.splitlines() if line.startswith("ii")]


def _apt(*line: str) -> None:
    """Waits for another apt that runs at the moment."""
    options = ["-qq", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Use-Pty=0"]
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        ["apt-get", *options, *line], env=environment, capture_output=True, text=True, timeout=MINUTES
    )
    assert done.returncode == 0, f"apt-get {' '.join(line)}: {done.stdout}{done.stderr}"
