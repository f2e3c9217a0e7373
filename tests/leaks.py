"""A hunt for secrets that were planted: in files, and in what the system shows of processes, in whatever form they may be there."""

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

import psutil

PIECE = 4 << 20  # bytes of a file that are looked at together
OVERLAP = 4_096  # of two pieces; no form of a secret is longer


@dataclass(frozen=True, slots=True)
class Leak:
    """A secret that was found."""

    where: str
    form: str


def forms(secret: str) -> dict[bytes, str]:
    """What a secret looks like: plain, in UTF-16, percent-encoded, in base64 wherever in it it may begin, in a repr."""
    plain = secret.encode()
    found = {
        plain: "plain",
        secret.encode("utf-16-le"): "UTF-16",
        secret.encode("utf-16-be"): "UTF-16, big-endian",
        quote(secret, safe="").encode(): "percent-encoded",
        quote_plus(secret).encode(): "percent-encoded for a form",
        repr(secret)[1:-1].encode(): "in a repr",
    }
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for before in range(3):  # behind so many bytes of something else, what neighbours it is left out
            text = encode(b"\0" * before + plain)
            found[text[(before * 8 + 5) // 6 : (before + len(plain)) * 8 // 6]] = f"base64, {before} bytes in"
    return found


def hunt(secrets: Iterable[str], folders: Iterable[Path], pids: Iterable[int]) -> list[Leak]:
    """Every place where one of them is; what has gone meanwhile is no place."""
    wanted = {form: kind for secret in secrets for form, kind in forms(secret).items()}
    found = []
    for where, data in (*_files(folders), *_processes(pids)):
        found += [Leak(where, kind) for form, kind in wanted.items() if form in data]
    return found


def _files(folders: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if not path.is_file() or path.is_symlink():
                continue
            yield f"the name of {path}", str(path).encode()
            try:
                with path.open("rb") as file:
                    held = b""
                    while piece := file.read(PIECE):
                        yield str(path), held + piece
                        held = piece[-OVERLAP:]
            except OSError:
                continue


def _processes(pids: Iterable[int]) -> Iterator[tuple[str, bytes]]:
    for pid in pids:
        for what in ("cmdline", "environ"):
            try:
                yield f"{what} of {pid}", Path(f"/proc/{pid}/{what}").read_bytes()
            except OSError:
                continue


def running() -> list[int]:
    """This process and all that it has started."""
    me = psutil.Process()
    return [me.pid, *(child.pid for child in me.children(recursive=True))]
