"""Folders that change on the disk while a real collect program runs, with a broker and with none."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from meshdesk.capture.reader import open_captures
from meshdesk.collect.catalogues.watching import Catalogues, folders_of
from meshdesk.collect.predecessors import facts_in
from meshdesk.demo.broker import Broker
from meshdesk.model.fact import Checked, Fact
from meshdesk.model.mesh import Mesh as Folded
from meshdesk.model.mesh import fold
from meshdesk.model.trouble import Trouble
from meshdesk.session.file_notes import notes_of
from tests.broker.collect.listening import closed_port
from tests.broker.collect.producing import New, produce
from tests.programs.running import SECONDS, CollectChild, run


def contract(about: str, domain: str = "sales") -> str:
    return f"apiVersion: v3.1.0\nkind: DataContract\nid: {about}\nversion: 1\nstatus: active\ndomain: {domain}\n"


class Mesh:
    """What a reader of the capture knows of the files: read as the window reads it, while it is written."""

    def __init__(self, capture: Path) -> None:
        (self._capture,) = open_captures(capture)
        self.claims: dict[tuple[str, str, str], Fact] = {}
        self.checked: dict[str, Checked] = {}

    def refresh(self) -> "Mesh":
        self._capture.refresh()
        for fact in self._capture.take_facts():
            if isinstance(fact, Checked):
                self.checked[fact.source] = fact
            elif fact.value is None:
                self.claims.pop((fact.kind, fact.about, fact.source), None)
            else:
                self.claims[fact.kind, fact.about, fact.source] = fact
        return self

    def contracts(self) -> dict[str, str]:
        """By contract its domain."""
        return {
            about: str((fact.value or {}).get("domain"))
            for (kind, about, _), fact in self.refresh().claims.items()
            if kind == "contract"
        }

    def failed(self) -> str | None:
        """What failed in the last round through the folder; None before there was one."""
        checked = self.refresh().checked.get("files contracts")
        return None if checked is None else checked.failed

    def close(self) -> None:
        self._capture.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "contracts"
    place.mkdir()
    (place / "a.yaml").write_text(contract("a"), "utf-8")
    return place


@contextmanager
def collecting(capture: Path, bootstrap: str, *folders: Path) -> Iterator[tuple[CollectChild, Mesh]]:
    with CollectChild(capture, bootstrap, catalogues=os.pathsep.join(map(str, folders))) as child:
        mesh = Mesh(capture)
        try:
            yield child, mesh
        finally:
            mesh.close()


def test_that_a_folder_is_read_and_followed_while_no_broker_answers(tmp_path: Path, folder: Path) -> None:
    with collecting(tmp_path / "capture", f"127.0.0.1:{closed_port()}", folder) as (child, mesh):
        child.wait(lambda: mesh.contracts() == {"a": "sales"}, "the contract that was there")
        (folder / "b.yaml").write_text(contract("b", "payments"), "utf-8")
        child.wait(lambda: mesh.contracts() == {"a": "sales", "b": "payments"}, "one that came")
        (folder / "a.yaml").write_text(contract("a", "customers"), "utf-8")
        child.wait(lambda: mesh.contracts().get("a") == "customers", "one that changed")
        (folder / "b.yaml").unlink()
        child.wait(lambda: mesh.contracts() == {"a": "customers"}, "one that went")
        assert not any(message["connected"] for message in child.all("progress"))


def test_that_a_folder_that_disappears_is_said_and_comes_back(tmp_path: Path, folder: Path) -> None:
    with collecting(tmp_path / "capture", f"127.0.0.1:{closed_port()}", folder) as (child, mesh):
        child.wait(lambda: mesh.contracts() == {"a": "sales"}, "the contract that was there")
        child.wait(lambda: mesh.failed() == "", "the end of the first round")
        folder.rename(tmp_path / "away")
        said = "The folder “contracts” cannot be read: "
        child.wait(lambda: (mesh.failed() or "").startswith(said), "that it is not seen")
        child.wait(lambda: any(text.startswith(said) for text in child.troubles), "a sentence for people")
        assert mesh.contracts() == {"a": "sales"}
        (tmp_path / "away").rename(folder)
        child.wait(lambda: mesh.failed() == "", "that it is there again")


def test_that_no_secret_of_a_file_and_no_path_of_this_machine_is_in_the_capture(tmp_path: Path, folder: Path) -> None:
    secrets = (
        "servers:\n- {server: a, type: kafka, host: 'me:geheim@h:9092', password: geheim, config: {sasl: geheim}}\n"
        "customProperties:\n- {property: token, value: geheim}\nodd: geheim\nbroken: geheim: geheim\n"
        "support:\n- {channel: x, url: 'https://hooks.example/T/geheim'}\n- geheim: [geheim\n"
    )
    (folder / "a.yaml").write_text(contract("a") + secrets, "utf-8")
    capture = tmp_path / "capture"
    with collecting(capture, f"127.0.0.1:{closed_port()}", folder) as (child, mesh):
        child.wait(lambda: mesh.contracts() == {"a": "sales"}, "the contract")
        assert len(mesh.claims["file", "contracts/a.yaml", "contracts/a.yaml"].value["notices"]) > 1  # type: ignore[index]
        assert "geheim" not in str(child.said) + child.child.last_words
    written = b"".join(path.read_bytes() for path in capture.iterdir())
    assert b"h:9092" in written
    assert b"geheim" not in written
    assert str(tmp_path).encode() not in written


def test_that_a_successor_writes_only_what_has_changed(tmp_path: Path, folder: Path) -> None:
    capture = tmp_path / "capture"
    (folder / "b.yaml").write_text(contract("b"), "utf-8")
    nobody = f"127.0.0.1:{closed_port()}"
    with collecting(capture, nobody, folder) as (child, mesh):
        child.wait(lambda: len(mesh.contracts()) == 2 and mesh.failed() == "", "both contracts")
    (folder / "b.yaml").unlink()
    with collecting(capture, nobody, folder) as (child, mesh):
        child.wait(lambda: mesh.contracts() == {"a": "sales"}, "that one is gone")
    written = [fact for fact in facts_in(capture) if isinstance(fact, Fact) and fact.kind == "contract"]
    assert [(fact.about, fact.value is None) for fact in written] == [("a", False), ("b", False), ("b", True)]


def test_that_facts_of_files_stand_beside_those_of_the_broker(broker: Broker, tmp_path: Path, folder: Path) -> None:
    with collecting(tmp_path / "capture", broker.bootstrap, folder) as (child, mesh):
        child.wait(lambda: {"cluster", "contract"} <= {kind for kind, _, _ in mesh.refresh().claims}, "both")
        assert {fact.evidence for fact in mesh.claims.values() if fact.source != "kafka"} == {"declared"}
        child.stop()


def test_that_a_file_collected_through_a_saved_connection_holds_them(
    broker: Broker, make_topic: Callable[..., str], tmp_path: Path, folder: Path
) -> None:
    saved = tmp_path / "config" / "connections" / "here.toml"
    saved.parent.mkdir(parents=True)
    saved.write_text(f'bootstrap = "{broker.bootstrap}"\ncatalogues = ["{folder}"]\n', "utf-8")
    words: list[str | Path] = [
        "collect",
        make_topic(),
        "--connection",
        "here",
        "--until",
        "end",
        "-o",
        tmp_path / "out.meshcap",
    ]
    ran = run(*words, timeout=2 * SECONDS, env={"MESHDESK_CONFIG": str(tmp_path / "config")})
    assert ran.code == 0, ran.err
    mesh = Mesh(tmp_path / "out.meshcap")
    assert mesh.contracts() == {"a": "sales"}
    mesh.close()


def test_that_without_folders_there_is_no_thread_and_nothing_is_waited_for() -> None:
    troubles: list[Trouble] = []
    none = Catalogues((), (), lambda facts: None, troubles.append, lambda: None, lambda: 0)
    assert none.wait(0)
    none.stop()
    assert troubles == []


def test_that_who_waits_for_the_first_look_finds_all_of_it_written(folder: Path) -> None:
    written: list[object] = []
    one = Catalogues([str(folder)], (), written.extend, lambda trouble: None, lambda: None, lambda: 7)
    assert one.wait(SECONDS)
    one.stop()
    assert [fact.seen for fact in written if isinstance(fact, Fact)] == [7, 7]
    assert isinstance(written[-1], Checked)


# Schema files


def schema_files(mesh: Mesh) -> set[str]:
    return {source for kind, _, source in mesh.refresh().claims if kind == "schema"}


def test_that_schema_files_are_read_and_followed_while_no_broker_answers(tmp_path: Path) -> None:
    folder, alone = tmp_path / "schemas", tmp_path / "elsewhere" / "users.avsc"
    for place in (folder, alone.parent):
        place.mkdir()
    (folder / "a.avsc").write_text('"string"', "utf-8")
    for name in ("users.avsc", "not-asked-for.avsc"):
        (alone.parent / name).write_text('"string"', "utf-8")
    capture, nobody = tmp_path / "capture", f"127.0.0.1:{closed_port()}"
    with CollectChild(capture, nobody, schemas=os.pathsep.join(map(str, (folder, alone)))) as child:
        mesh = Mesh(capture)
        child.wait(lambda: schema_files(mesh) == {"schemas/a.avsc", "elsewhere/users.avsc"}, "those that were there")
        (folder / "b.proto").write_text("message B {}", "utf-8")
        child.wait(lambda: "schemas/b.proto" in schema_files(mesh), "one that came")
        alone.unlink()
        child.wait(lambda: "elsewhere/users.avsc" not in schema_files(mesh), "one that went")
        said = "“elsewhere/users.avsc” cannot be read: "
        child.wait(lambda: any(text.startswith(said) for text in child.troubles), "that it is not there")
        mesh.close()
    assert str(tmp_path).encode() not in b"".join(path.read_bytes() for path in capture.iterdir())


def sources(*schemas: Path, contracts: tuple[Path, ...] = ()) -> list[str]:
    return [folder.source for folder in folders_of(list(map(str, contracts)), list(map(str, schemas)), lambda: 0)]


def test_that_a_path_with_the_ending_of_a_schema_is_a_file_and_every_other_a_folder(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    assert sources(one, two / "a.avsc", two / "b.PROTO") == ["schemas one", "schemas two"]
    assert sources(one, one / "a.avsc", one / "deep" / "b.avsc") == ["schemas one"], "it is read with the folder"
    assert sources(contracts=(one,)) == ["files one", "schemas one"], "its contracts may link to schemas in it"
    assert sources(one, one / "avro", two, contracts=(one,)) == ["files one", "schemas one", "schemas two"]
    assert sources(tmp_path / "x" / "schemas", tmp_path / "y" / "schemas") == ["schemas x/schemas", "schemas y/schemas"]


def test_that_a_contract_says_by_which_schema_file_its_topic_is_written(folder: Path) -> None:
    topic = "schema:\n- {name: orders, physicalType: topic, authoritativeDefinitions: [{type: implementation, url: ../avro/o.avsc}]}\n"
    (folder / "sales").mkdir()
    (folder / "avro").mkdir()
    (folder / "sales" / "o.yaml").write_text(contract("o") + topic, "utf-8")
    (folder / "avro" / "o.avsc").write_text(
        '{"type": "record", "name": "O", "fields": [{"name": "p", "type": "P"}]}', "utf-8"
    )
    (folder / "avro" / "p.avsc").write_text('{"type": "fixed", "name": "P", "size": 3}', "utf-8")
    mesh = Folded()
    for one in folders_of([str(folder)], (), lambda: 7):
        for facts in one.look():
            fold(mesh, facts)
    found = mesh.schema_files.of_subject("orders-value")
    assert found is not None
    assert (found.registry, [one.name for one in found.references]) == (
        "contracts/avro/o.avsc",
        ["contracts/avro/p.avsc"],
    )
    assert mesh.schema_files.of_subject("orders-key") is None
    assert list(notes_of(mesh)) == []


def test_that_a_folder_that_is_gone_is_said_once(tmp_path: Path) -> None:
    troubles: list[Trouble] = []
    one = Catalogues([str(tmp_path / "gone")], (), lambda facts: None, troubles.append, lambda: None, lambda: 7)
    assert one.wait(SECONDS)
    one.stop()
    assert [trouble.text for trouble in troubles] == ["The folder “gone” cannot be read: No such file or directory."]


def test_that_a_capture_decodes_by_its_schema_files_for_ever(
    broker: Broker, make_topic: Callable[..., str], tmp_path: Path
) -> None:
    topic = make_topic()
    produce(broker.bootstrap, topic, [New(b"\x06foo"), New(b"\0\0\0\0\x07\x06bar")])
    folder = tmp_path / "schemas"
    folder.mkdir()
    (folder / f"{topic}-value.avsc").write_text(
        '{"type": "record", "name": "N", "fields": [{"name": "s", "type": "string"}]}'
    )
    where = ("--bootstrap", broker.bootstrap, "--schemas", folder)
    tailed = run("tail", topic, *where, "--until", "end", "--json", timeout=2 * SECONDS)
    kept = run("collect", topic, *where, "--until", "end", "-o", tmp_path / "out.meshcap", timeout=2 * SECONDS)
    assert (tailed.code, kept.code) == (0, 0), tailed.err + kept.err
    shutil.rmtree(folder)
    read = run("read", tmp_path / "out.meshcap", "--json", timeout=2 * SECONDS)
    for ran in (tailed, read):
        assert [line["value"] for line in ran.lines] == [{"s": "foo"}, {"s": "bar"}]
        assert {line["chain"][0] for line in ran.lines} == {f"schema file schemas/{topic}-value.avsc"}
