"""What the readers of contracts, products and schema files could not understand, as one trouble a folder. Without Qt."""

from collections.abc import Iterator
from dataclasses import dataclass

from meshdesk.model.mesh import Mesh
from meshdesk.model.trouble import Trouble
from meshdesk.model.wording import plural

NAMED = 3  # notes that are told; the page of a product has all of its own files


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that a file says and that was not understood."""

    source: str  # the file, with its folder
    line: int
    column: int
    text: str

    @property
    def words(self) -> str:
        """
        >>> Note("files/orders.yaml", 7, 3, "“colour” is no field of ODCS.").words
        'orders.yaml, line 7, column 3: “colour” is no field of ODCS.'
        """
        place = f", line {self.line}" * bool(self.line) + f", column {self.column}" * bool(self.line and self.column)
        return f"{self.source.rpartition('/')[2]}{place}: {self.text}"


def notes_of(mesh: Mesh) -> Iterator[Note]:
    """All notes, file by file, and then what files of schemas lack of each other, as soon as all of them are read."""
    for source, facts in mesh.each("file"):
        for notice in (facts[-1].value or {}).get("notices", ()):
            yield Note(source, int(notice.get("line", 0)), int(notice.get("column", 0)), str(notice.get("text", "")))
    files, rounds = mesh.schema_files, _rounds(mesh)
    if rounds and files.newest <= max(rounds):
        for source, line, column, text in files.notes(mesh.topics):
            yield Note(source, line, column, text)


def _rounds(mesh: Mesh) -> tuple[int, ...]:
    """When the folders of schemas were read through last, in ms since the epoch."""
    return tuple(checked.seen for source, checked in mesh.checked.items() if source.startswith("schemas "))


class FileNotes:
    """Tells of a capture's files what is new. Lives on the window's thread; it looks only when files were read anew."""

    def __init__(self) -> None:
        self._version: tuple[int, ...] = ()
        self._told: dict[str, str] = {}

    def look(self, mesh: Mesh, about: str) -> Iterator[Trouble]:
        """One trouble for each folder whose notes are others than they were. `about` is the connection."""
        version = (*mesh.timeline.version(("file",), mesh.place), *_rounds(mesh))
        if version == self._version:
            return
        self._version = version
        folders: dict[str, list[Note]] = {}
        for note in notes_of(mesh):
            folders.setdefault(note.source.partition("/")[0], []).append(note)
        for folder, notes in folders.items():
            files = len({note.source for note in notes})
            text = f"{plural(files, 'file')} of {folder} could not be understood in full. "
            text += " ".join(note.words for note in notes[:NAMED])
            text += f" And {plural(len(notes) - NAMED, 'more note')}." if len(notes) > NAMED else ""
            if self._told.get(folder) != text:
                self._told[folder] = text
                seen = max((facts[-1].seen for _, facts in mesh.each("file")), default=0)
                yield Trouble(text, "All the rest of them is used.", about, "attention", seen)
