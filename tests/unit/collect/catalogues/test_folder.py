"""A folder that changes: what came, changed, moved or went, as facts; what cannot be seen stays what it was."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from meshdesk.collect.catalogues import folder as folders
from meshdesk.collect.catalogues.folder import CONTRACTS, Folder, Reader, names
from meshdesk.model.fact import Checked, Fact


def contract(about: str, domain: str = "sales", more: str = "") -> str:
    return f"apiVersion: v3.1.0\nkind: DataContract\nid: {about}\nversion: 1\nstatus: active\ndomain: {domain}\n{more}"


class Seen:
    """A folder as a reader of its facts knows it."""

    def __init__(self, path: Path, known: tuple[Fact | Checked, ...] = (), reader: Reader = CONTRACTS) -> None:
        self.path = path
        self._time = self._written = 0
        self.folder = Folder(path, "contracts", self._now, known, reader)
        self.written: list[Fact | Checked] = []
        self.claims: dict[tuple[str, str, str], Fact] = {}
        self.failed = ""

    def _now(self) -> int:
        self._time += 1
        return self._time

    def look(self) -> list[str]:
        """What is new, as words: "contract a in x.yaml", "no contract a in x.yaml", "checked"."""
        new = [fact for facts in self.folder.look() for fact in facts]
        self.written += new
        words = []
        for fact in new:
            if isinstance(fact, Checked):
                assert fact.source == "files contracts"
                self.failed = fact.failed
                words.append("failed" if fact.failed else "checked")
                continue
            assert fact.evidence == "declared"
            file = fact.source.removeprefix("contracts/")
            key = (fact.kind, fact.about, fact.source)
            self.claims.pop(key, None)
            if fact.value is not None:
                self.claims[key] = fact
            words.append(
                f"{'' if fact.value is not None else 'no '}{fact.kind} {fact.about.removeprefix('contracts/')} in {file}"
            )
        return words

    def write(self, name: str, text: str | bytes) -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        self._written += 1  # as people do it, who are slower than a test
        os.utime(path, (1_700_000_000 + self._written, 1_700_000_000 + self._written))

    def notices(self, name: str) -> list[str]:
        value = self.claims["file", f"contracts/{name}", f"contracts/{name}"].value
        assert value is not None
        return [notice["text"] for notice in value["notices"]]


@pytest.fixture
def seen(tmp_path: Path) -> Seen:
    (tmp_path / "contracts").mkdir()
    return Seen(tmp_path / "contracts")


def test_that_an_empty_folder_is_checked_once(seen: Seen) -> None:
    assert seen.look() == ["checked"]
    assert seen.look() == []


def test_that_files_of_all_folders_within_are_read_by_what_they_hold(seen: Seen) -> None:
    seen.write("a.yaml", contract("a"))
    seen.write("deep/er/b.YML", contract("b"))
    seen.write("c.json", '{"apiVersion": "v1.0.0", "kind": "DataProduct", "id": "p", "status": "active"}')
    seen.write("other.yaml", "kind: ConfigMap\n")
    seen.write("readme.md", contract("no"))
    assert seen.look() == [
        "file a.yaml in a.yaml",
        "contract a in a.yaml",
        "file c.json in c.json",
        "product p in c.json",
        "file deep/er/b.YML in deep/er/b.YML",
        "contract b in deep/er/b.YML",
        "checked",
    ]
    fact = seen.claims["contract", "a", "contracts/a.yaml"]
    assert (fact.line, fact.value and fact.value["domain"]) == (3, "sales")
    about = seen.claims["file", "contracts/a.yaml", "contracts/a.yaml"].value
    assert about == {
        "format": "ODCS 3.1.0",
        "modified": (seen.path / "a.yaml").stat().st_mtime_ns // 1_000_000,
        "notices": [],
    }
    assert seen.look() == []


def test_that_a_change_gives_what_is_new_and_takes_back_what_is_no_more(seen: Seen) -> None:
    seen.write("a.yaml", f"{contract('a')}---\n{contract('b')}")
    seen.look()
    seen.write("a.yaml", f"{contract('a')}---\n{contract('c', more='name: C')}")
    assert seen.look() == [], "it may be half written"
    assert seen.look() == ["file a.yaml in a.yaml", "contract c in a.yaml", "no contract b in a.yaml", "checked"]
    assert [about for kind, about, _ in seen.claims if kind == "contract"] == ["a", "c"]


def test_that_a_contract_that_moved_within_its_file_has_its_new_line(seen: Seen) -> None:
    seen.write("a.yaml", contract("a"))
    seen.look()
    seen.write("a.yaml", f"# a remark\n{contract('a')}")
    assert seen.look() == ["file a.yaml in a.yaml", "contract a in a.yaml", "checked"]
    assert seen.claims["contract", "a", "contracts/a.yaml"].line == 4


def test_that_a_file_that_is_touched_says_nothing_new(seen: Seen) -> None:
    seen.write("a.yaml", contract("a"))
    seen.look()
    os.utime(seen.path / "a.yaml", (1, 1))
    assert seen.look() == []


def test_that_a_file_that_goes_is_taken_back(seen: Seen) -> None:
    seen.write("a.yaml", contract("a"))
    seen.write("b.yaml", contract("b"))
    seen.look()
    (seen.path / "a.yaml").unlink()
    assert seen.look() == ["no file a.yaml in a.yaml", "no contract a in a.yaml", "checked"]
    assert seen.look() == []


def test_that_of_a_file_that_is_moved_nothing_is_gone_in_between(seen: Seen) -> None:
    seen.write("a.yaml", contract("a"))
    seen.look()
    (seen.path / "new").mkdir()
    (seen.path / "a.yaml").rename(seen.path / "new" / "a.yaml")
    assert seen.look() == [
        "file new/a.yaml in new/a.yaml",
        "contract a in new/a.yaml",
        "no file a.yaml in a.yaml",
        "no contract a in a.yaml",
        "checked",
    ]


def test_that_another_file_of_the_same_size_and_time_is_seen(seen: Seen) -> None:
    seen.write("a.yaml", contract("a"))
    seen.look()
    before = (seen.path / "a.yaml").stat()
    seen.write("b.tmp", contract("b"))
    os.utime(seen.path / "b.tmp", ns=(before.st_atime_ns, before.st_mtime_ns))
    (seen.path / "b.tmp").replace(seen.path / "a.yaml")
    seen.look()
    assert seen.look() == ["contract b in a.yaml", "no contract a in a.yaml", "checked"]


def test_that_a_file_that_is_being_written_takes_nothing_back(seen: Seen) -> None:
    seen.write("a.yaml", contract("a"))
    seen.look()
    seen.write("a.yaml", "")
    assert seen.look() == []
    seen.write("a.yaml", contract("a")[:30])
    assert seen.look() == []
    seen.write("a.yaml", contract("a", domain="payments"))
    assert seen.look() == ["file a.yaml in a.yaml", "contract a in a.yaml", "checked"]
    seen.write("a.yaml", "")
    assert [seen.look(), seen.look()] == [[], ["no file a.yaml in a.yaml", "no contract a in a.yaml", "checked"]]


def test_that_a_folder_that_disappears_is_unknown_and_comes_back(seen: Seen) -> None:
    seen.write("a.yaml", contract("a"))
    seen.look()
    claims = dict(seen.claims)
    away = seen.path.with_name("away")
    seen.path.rename(away)
    assert seen.look() == ["failed"]
    assert seen.failed.startswith("The folder “contracts” cannot be read: ")
    assert seen.look() == [], "it is said once, with since when"
    assert seen.claims == claims
    away.rename(seen.path)
    assert seen.look() == ["checked"]
    assert seen.claims == claims


def test_that_a_file_that_changed_while_the_folder_was_away_is_read_anew(seen: Seen) -> None:
    seen.write("a.yaml", contract("a"))
    seen.look()
    seen.path.rename(seen.path.with_name("away"))
    seen.look()
    seen.path.mkdir()
    seen.write("b.yaml", contract("b"))
    assert seen.look()[-3:] == ["no file a.yaml in a.yaml", "no contract a in a.yaml", "checked"]


def test_that_a_folder_that_never_was_is_said(tmp_path: Path) -> None:
    one = Seen(tmp_path / "nowhere")
    assert one.look() == ["failed"]
    assert one.look() == []


def test_that_a_disk_that_is_not_mounted_is_not_taken_for_an_empty_folder(
    seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen.write("a.yaml", contract("a"))
    seen.look()
    (seen.path / "a.yaml").unlink()
    monkeypatch.setattr(seen.folder, "_device", -1)
    assert seen.look() == ["failed"]
    assert ("contract", "a", "contracts/a.yaml") in seen.claims


def test_that_a_file_whose_text_breaks_keeps_what_can_be_read(seen: Seen) -> None:
    seen.write("a.yaml", contract("a", more="tags: [x]\n"))
    seen.look()
    seen.write("a.yaml", contract("a", more="tags: [x\nname: n\n"))
    assert seen.look() == ["file a.yaml in a.yaml", "contract a in a.yaml", "checked"]
    assert seen.claims["contract", "a", "contracts/a.yaml"].value == {
        "name": "n",
        "version": "1",
        "status": "active",
        "domain": "sales",
        "lines": {"id": 3, "name": 8, "version": 4, "status": 5, "domain": 6},
    }
    assert len(seen.notices("a.yaml")) == 1


@pytest.mark.parametrize("refuse", ["rights", "disk"])
def test_that_a_file_that_cannot_be_read_keeps_what_it_said(
    seen: Seen, monkeypatch: pytest.MonkeyPatch, refuse: str
) -> None:
    seen.write("a.yaml", contract("a"))
    seen.look()
    seen.write("a.yaml", contract("a", domain="payments"))
    number = {"rights": 13, "disk": 5}[refuse]

    def refused(path: Path, stamp: object) -> bytes:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(folders, "_content", refused)
        assert seen.look() == ["file a.yaml in a.yaml", "checked"]
    assert seen.notices("a.yaml") == [f"The file cannot be read: {os.strerror(number)}. Check its rights."]
    value = seen.claims["contract", "a", "contracts/a.yaml"].value
    assert value is not None
    assert value["domain"] == "sales"
    os.utime(seen.path / "a.yaml", (5, 5))
    assert seen.look() == ["file a.yaml in a.yaml", "contract a in a.yaml", "checked"]


def test_that_a_file_that_is_too_large_is_said_and_others_of_that_size_are_nobodys(seen: Seen) -> None:
    with (seen.path / "large.yaml").open("wb") as file:
        file.write(contract("a").encode())
        file.truncate(100 << 20)
    with (seen.path / "data.json").open("wb") as file:
        file.truncate(100 << 20)
    assert seen.look() == ["file large.yaml in large.yaml", "checked"]
    assert seen.notices("large.yaml") == [
        "The file has 105 MB; of a catalogue those up to 2.1 MB are read. Take it out, or split it."
    ]
    seen.write("large.yaml", contract("a"))
    assert seen.look() == ["file large.yaml in large.yaml", "contract a in large.yaml", "checked"]
    assert seen.notices("large.yaml") == []


def test_that_hidden_folders_and_those_of_packages_are_passed_over(seen: Seen) -> None:
    for name in (".git/a.yaml", ".hidden.yaml", "node_modules/x/a.yaml", "src/.venv/a.yaml"):
        seen.write(name, contract(name))
    assert seen.look() == ["checked"]


def test_that_links_in_a_circle_are_walked_once(seen: Seen) -> None:
    seen.write("a/a.yaml", contract("a"))
    (seen.path / "a" / "up").symlink_to(seen.path, target_is_directory=True)
    (seen.path / "a" / "self.yaml").symlink_to("self.yaml")
    (seen.path / "nowhere.yaml").symlink_to("not-there.yaml")
    assert seen.look() == ["file a/a.yaml in a/a.yaml", "contract a in a/a.yaml", "checked"]
    assert seen.failed == ""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Pipes with names are there on Unix alone.")
def test_that_a_pipe_is_not_waited_for(seen: Seen) -> None:
    os.mkfifo(seen.path / "pipe.yaml")
    assert seen.look() == ["checked"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Pipes with names are there on Unix alone.")
def test_that_of_files_that_are_named_one_by_one_a_pipe_and_a_device_are_said_and_not_waited_for(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.yaml").write_text(contract("a"), "utf-8")
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "zero.yaml").symlink_to("/dev/zero")
    for name in ("pipe.yaml", "zero.yaml"):
        looked = Folder(tmp_path, "contracts", lambda: 0, only=("a.yaml", name)).look()
        facts = [fact for facts in looked for fact in facts]
        assert [(fact.kind, fact.about) for fact in facts if isinstance(fact, Fact)] == [
            ("file", "contracts/a.yaml"),
            ("contract", "a"),
        ]
        assert isinstance(facts[-1], Checked)
        assert facts[-1].failed == (
            f"“contracts/{name}” is a pipe, a socket or a device. Put a file there, or take it out of the connection."
        )


def test_that_what_is_named_as_a_file_and_is_a_folder_is_read_as_one(tmp_path: Path) -> None:
    for name in ("schemas.yaml/deep/a.yaml", "schemas.yaml/b.yaml", "c.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(contract(Path(name).stem), "utf-8")
    folder = Folder(tmp_path, "contracts", lambda: 0, only=("schemas.yaml",))
    found = {fact.source for facts in folder.look() for fact in facts if isinstance(fact, Fact)}
    assert found == {"contracts/schemas.yaml/deep/a.yaml", "contracts/schemas.yaml/b.yaml"}
    (tmp_path / "schemas.yaml" / "b.yaml").unlink()
    gone = [fact for facts in folder.look() for fact in facts if isinstance(fact, Fact)]
    assert {fact.source for fact in gone if fact.value is None} == {"contracts/schemas.yaml/b.yaml"}


def many_files(seen: Seen) -> None:
    for number in range(6):
        seen.write(f"{number}.yaml", contract(str(number)))


def deep_files(seen: Seen) -> None:
    seen.write(f"{'d/' * (folders.DEPTH_MOST + 1)}a.yaml", contract("a"))


@pytest.mark.parametrize(
    ("make", "bound", "sentence"),
    [
        (many_files, "PLACES_MOST",
         "“contracts” holds more than 3 files and folders; those behind them are not read. Choose a folder within it."),
        (deep_files, "", "Folders below “contracts/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d” lie too deep and are not read."),
    ],
)  # fmt: skip
def test_that_bounds_are_said(
    seen: Seen, monkeypatch: pytest.MonkeyPatch, make: Callable[[Seen], None], bound: str, sentence: str
) -> None:
    if bound:
        monkeypatch.setattr(folders, bound, 3)
    make(seen)
    assert seen.look()[-1] == "failed"
    assert seen.failed == sentence


def test_that_a_folder_of_too_many_files_says_so_and_what_lies_behind_the_bound_is_not_taken_back(seen: Seen) -> None:
    many_files(seen)
    seen.look()
    (seen.path / "5.yaml").unlink()
    after = Seen(seen.path, tuple(seen.written), replace(CONTRACTS, files_most=3))
    assert after.look() == ["no file 5.yaml in 5.yaml", "no contract 5 in 5.yaml", "failed"]
    assert after.failed == (
        "“contracts” holds more than 3 files; those behind them are not read. Choose a folder within it."
    )


def test_that_a_successor_says_only_what_is_not_written_yet(seen: Seen) -> None:
    many_files(seen)
    seen.look()
    (seen.path / "1.yaml").unlink()
    seen.write("2.yaml", contract("2", domain="payments"))
    after = Seen(seen.path, tuple(seen.written))
    assert after.look() == [
        "file 2.yaml in 2.yaml",
        "contract 2 in 2.yaml",
        "no file 1.yaml in 1.yaml",
        "no contract 1 in 1.yaml",
        "checked",
    ]
    assert Seen(seen.path, (*seen.written, *after.written)).look() == []


def test_that_names_in_any_script_are_kept_and_bytes_that_are_no_text_are_shown_as_such(seen: Seen) -> None:
    seen.write("عقود/ä b.yaml", contract("a"))
    assert seen.look()[:1] == ["file عقود/ä b.yaml in عقود/ä b.yaml"]
    try:
        (seen.path / os.fsdecode(b"\xff.yaml")).write_text(contract("b"), "utf-8")
    except OSError:
        pytest.skip("This system takes no such names.")
    assert seen.look()[:1] == ["file �.yaml in �.yaml"]


def test_that_a_folder_is_counted_for_people(seen: Seen) -> None:
    seen.write("a.yaml", contract("a"))
    seen.write("b.yaml", contract("b", more="odd: 1\n"))
    seen.look()
    counts = seen.folder.counts()
    assert (counts.files, counts.formats, counts.notices) == (2, {"ODCS 3.1.0": 2}, 1)
    assert counts.first == "contracts/b.yaml:7:1: “odd” is no key of ODCS 3.1.0; it was passed over."


def test_that_folders_have_names_that_tell_them_apart_and_none_is_read_twice(tmp_path: Path) -> None:
    paths = [tmp_path / "sales" / "contracts", tmp_path / "payments" / "contracts", tmp_path / "products"]
    found = names([*paths, paths[0], paths[2] / "within"])
    assert found == {paths[0]: "sales/contracts", paths[1]: "payments/contracts", paths[2]: "products"}
