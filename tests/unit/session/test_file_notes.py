"""Notes on contract and product files: one trouble a folder, told once, and again when they are others."""

from meshdesk.model.fact import Checked, Fact
from meshdesk.model.frame import Message
from meshdesk.model.mesh import Mesh, fold
from meshdesk.session.file_notes import FileNotes, notes_of


def file(source: str, *notices: Message, seen: int = 1_000) -> Fact:
    return Fact("file", source, {"format": "ODCS 3.1.0", "notices": list(notices)}, seen, source, "declared")


def notice(line: int, text: str, column: int = 3) -> Message:
    return {"line": line, "column": column, "text": text}


def test_that_files_that_are_understood_are_no_trouble() -> None:
    mesh = Mesh()
    fold(mesh, [file("files/a.yaml"), file("files/b.yaml")])
    assert list(FileNotes().look(mesh, "acme")) == []


def test_that_a_folder_is_one_trouble_with_the_first_notes_and_how_many_more() -> None:
    mesh, notes = Mesh(), FileNotes()
    fold(
        mesh,
        [
            file("files/a.yaml", *[notice(n, f"Note {n}.") for n in range(1, 6)]),
            file("other/b.yaml", notice(0, "It is empty.")),
        ],
    )
    one, other = notes.look(mesh, "acme")
    assert one.text == (
        "1 file of files could not be understood in full. a.yaml, line 1, column 3: Note 1. a.yaml, line 2, column 3: "
        "Note 2. a.yaml, line 3, column 3: Note 3. And 2 more notes."
    )
    assert (one.about, one.severity, one.seen) == ("acme", "attention", 1_000)
    assert other.text.endswith("b.yaml: It is empty.")


def test_that_it_is_told_once_and_again_when_the_notes_are_others() -> None:
    mesh, notes = Mesh(), FileNotes()
    fold(mesh, [file("files/a.yaml", notice(1, "Wrong."))])
    assert len(list(notes.look(mesh, "acme"))) == 1
    assert list(notes.look(mesh, "acme")) == []
    fold(mesh, [file("files/a.yaml", notice(1, "Wrong."), seen=2_000)])
    assert list(notes.look(mesh, "acme")) == []
    fold(mesh, [file("files/a.yaml", notice(2, "Wrong."), seen=3_000)])
    assert len(list(notes.look(mesh, "acme"))) == 1
    fold(mesh, [file("files/a.yaml", seen=4_000)])
    assert list(notes.look(mesh, "acme")) == []
    assert list(notes_of(mesh)) == []


def test_that_what_schema_files_lack_is_told_once_all_of_them_are_read() -> None:
    mesh, notes = Mesh(), FileNotes()
    value: Message = {"type": "AVRO", "types": ["x.A"], "names": ["x.A"], "needs": [["x.B", 4, 9]]}
    source = "schemas/a.avsc"
    fold(mesh, [file(source), Fact("schema", "file a.avsc", value, 1_000, source, "declared")])
    assert list(notes.look(mesh, "acme")) == [], "the file of x.B may be the next one"
    fold(mesh, [Checked("schemas schemas", 900, 1_100)])
    (told,) = notes.look(mesh, "acme")
    assert told.text.startswith(
        "1 file of schemas could not be understood in full. a.avsc, line 4, column 9: The type “x.B”"
    )
    other: Message = {"type": "AVRO", "types": ["x.B"], "names": ["x.B"], "needs": []}
    fold(
        mesh,
        [
            Fact("schema", "file b.avsc", other, 2_000, "schemas/b.avsc", "declared"),
            Checked("schemas schemas", 1_900, 2_100),
        ],
    )
    assert list(notes_of(mesh)) == []
