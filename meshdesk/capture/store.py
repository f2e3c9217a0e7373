"""Where a capture's bytes lie: a folder that may still grow, or a folder within a .meshcap file, read in place."""

import json
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from meshdesk.capture.upgrade import NEWEST, upgraded

FORMAT = "meshdesk capture"
HEAD_ROOM = 4096  # bytes in front of a segment that will become a .meshcap itself: the zip's header for it goes there
ROOM = "head_room"  # the manifest's word for it; only in a folder, never in a .meshcap
MESHCAP = "meshcap"
MESHCAP_VERSION = 1
SIZE_LIMIT = 2_000_000_000  # bytes of a live capture, unless somebody says otherwise
KEPT_FREE = 0.1  # share of the disk that stays free, likewise
KEPT_OPEN = 64  # files of one capture; a process may have 1,024, and many captures, each of many segments and writers


# What zipfile raises for files that are no zip, cut, damaged, encrypted or packed in a way that it does not know.
NOT_OURS = (zipfile.BadZipFile, zlib.error, struct.error, KeyError, ValueError, OverflowError, EOFError, RuntimeError)


class CaptureError(Exception):
    """A capture cannot be opened, read or written. The text is a sentence: what, and what to do next."""


class Store(Protocol):
    """Files by name, read at a position; nothing is mapped, as a mapped file that is cut kills its reader."""

    path: Path
    manifest: dict[str, Any]

    def names(self) -> list[str]: ...

    def size(self, name: str) -> int:
        """Bytes of the file now; 0 where it is not there."""

    def read(self, name: str, position: int, length: int) -> bytes:
        """Up to `length` bytes from `position`; fewer at the end of the file. Raises CaptureError where it is gone."""

    def read_into(self, name: str, position: int, room: memoryview) -> int:
        """The same into memory that is there already, as much as it holds; how many bytes there were.

        Python's fresh memory is handed over by the system page by page, which takes five times as long as to read 660 kB
        into it (measured 2026-11).
        """

    def forget(self, names: Iterable[str]) -> None:
        """Lets go of files that are not read any more: while they are open, the system keeps their bytes."""

    def close(self) -> None: ...


class Folder:
    """A capture in a folder. Files are kept open, up to KEPT_OPEN; one that is gone raises CaptureError when read anew."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.manifest = _manifest(path, _text_of(path / "manifest.json"))
        self._room = int(self.manifest.get(ROOM, 0))
        self._open: dict[str, int] = {}
        self._held: dict[str, int] = {}

    def names(self) -> list[str]:
        with _sentences(self.path):
            return sorted(os.listdir(self.path))

    def _front(self, name: str) -> int:
        return self._room if name.startswith("records-") else 0

    def size(self, name: str) -> int:
        try:
            return max(0, os.stat(self.path / name).st_size - self._front(name))
        except FileNotFoundError:
            return 0

    def read(self, name: str, position: int, length: int) -> bytes:
        with _sentences(self.path / name):
            return _read_at(self._file(name), position + self._front(name), length)

    def read_into(self, name: str, position: int, room: memoryview) -> int:
        with _sentences(self.path / name):
            return _read_into(self._file(name), position + self._front(name), room)

    def _file(self, name: str) -> int:
        if name in self._held:
            return self._held[name]
        file = self._open.pop(name, -1)
        if file < 0:
            if len(self._open) >= KEPT_OPEN:
                os.close(self._open.pop(next(iter(self._open))))  # the one that was not read for longest
            file = os.open(self.path / name, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        self._open[name] = file
        return file

    def hold(self, names: Iterable[str]) -> None:
        """Opens files that may be sealed or dropped before they are read. Raises CaptureError."""
        for name in names:
            with _sentences(self.path / name):
                self._held[name] = os.open(self.path / name, os.O_RDONLY | getattr(os, "O_BINARY", 0))

    def forget(self, names: Iterable[str]) -> None:
        for name in names:
            if (file := self._open.pop(name, -1)) >= 0:
                os.close(file)

    def close(self) -> None:
        for file in (*self._open.values(), *self._held.values()):
            os.close(file)
        self._open.clear()
        self._held.clear()


class Packed:
    """One capture of a .meshcap file. Entries are stored, not compressed, so that they are read in place."""

    def __init__(self, path: Path, capture: str, entries: dict[str, tuple[int, int]]) -> None:
        self.path = path
        self._entries = entries  # name: (position in the file, bytes)
        with _sentences(path):
            self._file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        self.capture = capture
        try:
            self.manifest = _manifest(path, self.read("manifest.json", 0, 1 << 20).decode("utf-8", "replace"))
        except CaptureError:
            self.close()
            raise

    def names(self) -> list[str]:
        return sorted(self._entries)

    def size(self, name: str) -> int:
        position, length = self._entries.get(name, (0, 0))
        return max(0, min(length, os.fstat(self._file).st_size - position))

    def read(self, name: str, position: int, length: int) -> bytes:
        start, size = self._place(name)
        with _sentences(self.path):
            return _read_at(self._file, start + position, max(0, min(length, size - position)))

    def read_into(self, name: str, position: int, room: memoryview) -> int:
        start, size = self._place(name)
        with _sentences(self.path):
            return _read_into(self._file, start + position, room[: max(0, size - position)])

    def _place(self, name: str) -> tuple[int, int]:
        if name not in self._entries:
            raise CaptureError(f"{self.path} holds no {name}; it is not whole. Open another copy of it.")
        return self._entries[name]

    def forget(self, names: Iterable[str]) -> None:
        """One file is all there is."""

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
        self._file = -1


def open_stores(path: Path) -> list[Store]:
    """The captures at `path`: the one in a folder, or all that a .meshcap holds. Raises CaptureError."""
    with _sentences(path):
        if path.is_dir():
            return [Folder(path)]
        if not path.exists():
            raise CaptureError(f"There is no file {path}. Check the name, or open another capture.")
        if not path.is_file():  # which would be waited for, or never end
            raise CaptureError(
                f"{path} is a pipe or a device. Save the capture that comes from it, and open that file."
            )
    stores: list[Store] = []
    try:
        stores.extend(_packed(path))
    except CaptureError:
        for store in stores:
            store.close()
        raise
    return stores


def _packed(path: Path) -> Iterator[Store]:
    with _sentences(path):
        try:
            with zipfile.ZipFile(path) as archive, path.open("rb") as raw:
                infos = archive.infolist()
                head = json.loads(archive.read("meshcap.json"))
                places = {info.filename: (_data_position(raw, info), info.file_size) for info in infos}
                compressed = any(info.compress_type != zipfile.ZIP_STORED for info in infos)
        except NOT_OURS as error:
            raise CaptureError(
                f"{path} is not a MeshDesk capture, or only a part of one. Open a .meshcap file, or ask for it again."
            ) from error
    if not isinstance(head, dict) or head.get("format") != MESHCAP:
        raise CaptureError(f"{path} is a zip file but not a MeshDesk capture. Open a .meshcap file.")
    if not isinstance(head.get("version"), int) or head["version"] > MESHCAP_VERSION:
        raise _newer(path, head.get("version"))
    if compressed:
        raise CaptureError(f"{path} was compressed after it was saved. Unpack it and open the folder inside.")
    captures = head.get("captures")
    if not isinstance(captures, list) or not captures:
        raise CaptureError(f"{path} names no capture that it holds. Ask for it again where it came from.")
    for capture in captures:
        prefix = f"{capture}/"
        entries = {name[len(prefix) :]: place for name, place in places.items() if name.startswith(prefix)}
        yield Packed(path, str(capture), entries)


def _data_position(raw: Any, info: zipfile.ZipInfo) -> int:
    """Where an entry's bytes begin: behind its local header (APPNOTE 4.3.7), whose extra field may differ from the directory's."""
    raw.seek(info.header_offset)
    header = raw.read(30)
    name, extra = struct.unpack("<HH", header[26:30])
    return info.header_offset + 30 + int(name) + int(extra)


def _manifest(path: Path, text: str) -> dict[str, Any]:
    try:
        manifest = json.loads(text)
    except ValueError:
        manifest = None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise CaptureError(f"{path} is not a MeshDesk capture: its manifest says something else. Open another file.")
    if not re.fullmatch(r"\w+", str(manifest.get("id") or "")):
        raise CaptureError(f"{path} is a MeshDesk capture without a name of its own (id). Open another copy of it.")
    version = manifest.get("version")
    if not isinstance(version, int) or version > NEWEST:
        raise _newer(path, version)
    return upgraded(manifest)


def _newer(path: Path, version: object) -> CaptureError:
    return CaptureError(
        f"{path} was written by a newer MeshDesk (format {version}; this one reads up to {NEWEST}). "
        "Update MeshDesk to open it."
    )


def _text_of(path: Path) -> str:
    if not path.exists():
        raise CaptureError(
            f"{path.parent} is no capture: it holds no manifest.json. Open another folder or a .meshcap file."
        )
    with _sentences(path):
        return path.read_text("utf-8", "replace")


def _read_at(file: int, position: int, length: int) -> bytes:
    if hasattr(os, "pread"):
        return os.pread(file, length, position)
    os.lseek(file, position, os.SEEK_SET)  # Windows: each store is read by one thread
    return os.read(file, length)


def _read_into(file: int, position: int, room: memoryview) -> int:
    if hasattr(os, "preadv"):
        return os.preadv(file, [room], position)
    data = _read_at(file, position, len(room))
    room[: len(data)] = data
    return len(data)


@contextmanager
def _sentences(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise CaptureError(
            f"{path} is gone. It was moved or deleted while the capture was open. Open another copy of it."
        ) from error
    except OSError as error:
        raise CaptureError(f"{path} cannot be read: {error.strerror}. Check its rights and the disk.") from error
