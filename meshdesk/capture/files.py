"""The files of a capture as the disk has them: how much they take, and removing those that nobody needs any more."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from meshdesk.capture.names import PARTS, number_of, segment_name, writer_of

ALL = (*PARTS, "sealed")

Name = tuple[int, int]  # a generation: (writer, number)


def disk_used(folder: Path) -> int:
    """Bytes of all files in the folder. Raises OSError where the folder is gone."""
    return sum(_size(path) for path in folder.iterdir())


def size_of(folder: Path, names: Iterable[str]) -> int:
    """Bytes of those of these files that are there."""
    return sum(_size(folder / name) for name in names)


def files_of(generation: Name, kinds: Sequence[str] = ALL) -> list[str]:
    """The names of a generation's files."""
    return [segment_name(*generation, kind) for kind in kinds]


def generations_in(folder: Path) -> set[Name]:
    """The generations of which a file is there, whether they are dropped or not."""
    found = set()
    for path in folder.iterdir():
        writer, number = writer_of(path.name), number_of(path.name)
        if writer is not None and number is not None:
            found.add((writer, number))
    return found


def remove(folder: Path, generation: Name, kinds: Sequence[str] = ALL) -> bool:
    """Removes files of a generation that nobody needs any more; False where the system refuses one for now."""
    refused = [name for name in files_of(generation, kinds) if not remove_file(folder / name)]
    return not refused


def remove_file(path: Path) -> bool:
    """Removes a file that nobody needs any more; False where the system refuses it for now."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return False  # somebody reads it; Windows lets nobody remove it then
    return True


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # it has just been removed
        return 0
