"""Packing captures into one .meshcap file, and back into folders."""

import json
import os
import re
import shutil
import struct
import uuid
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import reduce
from pathlib import Path

from isal import isal_zlib

from meshdesk.capture.lines import decode_lines
from meshdesk.capture.names import is_ours, segment_name
from meshdesk.capture.parts import Placed, PlacedSamples
from meshdesk.capture.reader import Capture
from meshdesk.capture.store import (
    HEAD_ROOM,
    MESHCAP,
    MESHCAP_VERSION,
    ROOM,
    CaptureError,
    Folder,
    Packed,
    Store,
    open_stores,
)

CHUNK = 4 << 20

Progress = Callable[[int, int], None]  # bytes done, bytes in all; may raise to cancel


def no_progress(_done: int, _of: int) -> None:
    """For callers that show none."""


def pack(folders: Sequence[Path], target: Path, progress: Progress = no_progress, draft: Path | None = None) -> int:
    """Writes the captures in `folders` to one .meshcap; its size in bytes.

    A capture that still grows is packed as it is at this moment. The file appears whole or not at all. Raises CaptureError.
    `draft` is what it is called until then (draft_of).
    """
    stores: list[Store] = []
    draft = draft or draft_of(target)
    try:
        for folder in folders:
            stores += open_stores(folder)
        _refuse_twins(stores)
        plans = [(store, list(_whole(store))) for store in stores]
        total = sum(length for _, files in plans for _, length in files)
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_STORED) as archive:
            captures = [str(store.manifest["id"]) for store in stores]
            head = {"format": MESHCAP, "version": MESHCAP_VERSION, "captures": captures}
            archive.writestr("meshcap.json", json.dumps(head, indent=1))
            done = 0
            for store, files in plans:
                for name, length in files:
                    done = _copy(archive, store, name, length, done, total, progress)
        os.replace(draft, target)
        return target.stat().st_size
    except OSError as error:
        raise CaptureError(
            f"{target} cannot be written: {error.strerror}. Free some space or choose another place; the capture itself is whole."
        ) from error
    finally:
        with suppress(OSError):  # it was never made, or has its name already
            draft.unlink()
        for store in stores:
            store.close()


def draft_of(target: Path) -> Path:
    """Under which name a .meshcap is written until it is whole; a program that is killed meanwhile leaves it behind.

    Another one each time: two windows may save under one name, and must not write into the same file.
    """
    return target.with_name(f"{target.name}.{uuid.uuid4().hex[:8]}.part")


def pack_in_place(folder: Path, target: Path, checksum: int) -> int:
    """Turns a capture made `to_be_a_file` into one .meshcap; its size in bytes. The records are not copied: their
    segment becomes the file, its zip header goes into the room in front of them, all else behind them.

    `checksum` is the segment's crc32 (Writer.checksum). `folder` and `target` lie on one disk. Raises CaptureError;
    the folder is then still a capture, and may be packed again.
    """
    name = segment_name(1, 0)
    segment = folder / name
    store = Folder(folder)
    try:
        files = dict(_whole(store))
        size = files.pop(name, 0)
        if not size:
            return pack([folder], target)
        identity = str(store.manifest["id"])
        with segment.open("r+b") as raw:
            if size < store.size(name):  # a write that failed left bytes behind, which `checksum` may or may not count
                checksum = reduce(lambda sum_, piece: isal_zlib.crc32(piece, sum_), _pieces(store, name, size), 0)
                raw.truncate(HEAD_ROOM + size)
            raw.write(_local_header(f"{identity}/{name}", size, checksum))
            raw.seek(0, os.SEEK_END)
            with zipfile.ZipFile(raw, "w", zipfile.ZIP_STORED) as archive:
                info = zipfile.ZipInfo(f"{identity}/{name}")
                info.header_offset, info.CRC, info.file_size, info.compress_size = 0, checksum, size, size
                archive.filelist.append(info)
                archive.NameToInfo[info.filename] = info
                head = {"format": MESHCAP, "version": MESHCAP_VERSION, "captures": [identity]}
                archive.writestr("meshcap.json", json.dumps(head, indent=1))
                for file, length in files.items():
                    _copy(archive, store, file, length, 0, 0, no_progress)
        os.replace(segment, target)
        return target.stat().st_size
    except OSError as error:
        raise CaptureError(
            f"{target} cannot be written: {error.strerror}. Free some space or choose another place."
        ) from error
    finally:
        store.close()


def _local_header(name: str, size: int, checksum: int) -> bytes:
    """A zip64 local file header (APPNOTE 4.3.7, 4.5.3), padded by an extra field that readers pass over to HEAD_ROOM bytes."""
    words = name.encode()
    padding = HEAD_ROOM - 30 - len(words) - 20 - 4
    head = struct.pack(
        "<4sHHHHHIIIHH",
        *(b"PK\3\4", 45, 0, 0, 0, 33, checksum, 0xFFFFFFFF, 0xFFFFFFFF, len(words), 20 + 4 + padding),
    )
    zip64 = struct.pack("<HHQQ", 1, 16, size, size)
    return head + words + zip64 + struct.pack("<HH", 0xD935, padding) + bytes(padding)


def unpack(source: Path, folder: Path) -> list[Path]:
    """Writes each capture of a .meshcap into a folder of its own within `folder` (named by its id). Raises CaptureError."""
    stores = open_stores(source)
    try:
        return [_unpack(store, source, folder) for store in stores]
    finally:
        for store in stores:
            store.close()


def _unpack(store: Store, source: Path, folder: Path) -> Path:
    strange = not isinstance(store, Packed) or not re.fullmatch(r"\w+", store.capture)
    if strange or any(re.search(r"[/\\]", name) for name in store.names()):
        raise CaptureError(
            f"{source} names a capture or a file in a way that no MeshDesk does; it is not unpacked. "
            "Ask for it again where it came from."
        )
    home = folder / str(store.manifest["id"])
    made = False
    try:
        home.mkdir(mode=0o700, parents=True)
        made = True
        for name in filter(is_ours, store.names()):
            with (home / name).open("xb") as file:
                for piece in _pieces(store, name, store.size(name)):
                    file.write(piece)
    except OSError as error:
        if made:
            shutil.rmtree(home, ignore_errors=True)
        raise CaptureError(
            f"{source} cannot be unpacked into {home}: {error.strerror}. Free some space or choose another folder."
        ) from error
    return home


def _refuse_twins(stores: Sequence[Store]) -> None:
    first: dict[str, Path] = {}
    for store in stores:
        capture = str(store.manifest["id"])
        if capture in first:
            raise CaptureError(f"{first[capture]} and {store.path} are the same capture. Save one of them.")
        first[capture] = store.path


def _whole(store: Store) -> Iterator[tuple[str, int]]:
    """(file, bytes) of all that is whole now: each index up to its last sound entry, and the segments as far as it names them.

    Of a folder, the files are held open from here on: sealing and dropping may take their names away before they are copied.
    """
    capture = Capture(store)
    capture.refresh()
    ends: dict[str, int] = {}
    for generation in capture.generations:
        if generation.sealed:
            ends[generation.index] = store.size(generation.index)
            continue
        ends[generation.index] = generation.position
        stored: list[Placed | PlacedSamples] = [*generation.batches, *generation.samples]
        for placed in stored:
            ends[placed.file] = max(ends.get(placed.file, 0), placed.batch.position + placed.batch.length)
    ends |= {kept.name: store.size(kept.name) for kept in capture.kept}
    names = store.names()
    if isinstance(store, Folder):
        store.hold(name for name in names if name in ends)
    for name in names:
        if name.startswith(("names-", "facts-")) and is_ours(name):
            ends[name] = decode_lines(store.read(name, 0, store.size(name)))[1]
    yield "manifest.json", store.size("manifest.json")
    for name in names:
        if name in ends:
            yield name, min(ends[name], store.size(name))


def _copy(
    archive: zipfile.ZipFile, store: Store, name: str, length: int, done: int, total: int, progress: Progress
) -> int:
    if name == "manifest.json":
        manifest = {word: value for word, value in store.manifest.items() if word != ROOM}
        archive.writestr(f"{store.manifest['id']}/{name}", json.dumps(manifest, indent=1))
        return done + length
    with archive.open(f"{store.manifest['id']}/{name}", "w", force_zip64=True) as entry:
        for piece in _pieces(store, name, length):
            entry.write(piece)
            done += len(piece)
            progress(done, total)
    return done


def _pieces(store: Store, name: str, length: int) -> Iterator[bytes]:
    position = 0
    while position < length and (piece := store.read(name, position, min(CHUNK, length - position))):
        yield piece
        position += len(piece)
