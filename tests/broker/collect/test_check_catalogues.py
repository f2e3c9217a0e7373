"""The steps of a connection test for folders of catalogues and for schema files: what was read, as one sentence."""

from pathlib import Path

from tests.broker.collect.made import Made

CONTRACT = "apiVersion: v3.1.0\nkind: DataContract\nid: {}\nversion: 1\nstatus: active\n"
PRODUCT = "apiVersion: v1.0.0\nkind: DataProduct\nid: p\nstatus: active\n"
NOBODY = "broker.invalid:1"  # the step stands for itself: it is made all the same


def step(*folders: Path) -> tuple[str, str, str]:
    made = Made(NOBODY, catalogues=tuple(map(str, folders))).steps["catalogues"]
    return made.state, made.text, made.advice


def test_that_a_connection_without_folders_skips_it() -> None:
    assert step() == ("skipped", "This connection has no folders of contracts.", "")


def test_that_files_are_counted_by_their_format(tmp_path: Path) -> None:
    folders = [tmp_path / "contracts", tmp_path / "products"]
    for folder in folders:
        folder.mkdir()
    for name in "ab":
        (folders[0] / f"{name}.yaml").write_text(CONTRACT.format(name), "utf-8")
    (folders[1] / "p.yaml").write_text(PRODUCT, "utf-8")
    assert step(*folders) == ("passed", "3 files in contracts, products: 2 of ODCS 3.1.0, 1 of ODPS 1.0.0.", "")


def test_that_what_was_not_understood_is_said_with_its_first_place(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"{CONTRACT.format('a')}odd: 1\nname: [x]\n", "utf-8")
    state, _, advice = step(tmp_path)
    assert state == "passed"
    assert advice == (
        f"2 places were not understood. {tmp_path.name}/a.yaml:6:1: “odd” is no key of ODCS 3.1.0; it was passed over."
    )


def test_that_a_folder_without_contracts_is_said(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text("a: 1\n", "utf-8")
    state, text, advice = step(tmp_path)
    assert (state, text) == ("passed", f"No contract and no data product is in {tmp_path.name}.")
    assert advice.startswith("MeshDesk reads data contracts (ODCS)")


def test_that_a_folder_that_is_not_there_fails(tmp_path: Path) -> None:
    state, text, advice = step(tmp_path / "nowhere")
    assert (state, text) == ("failed", "The folder “nowhere” cannot be read: No such file or directory.")
    assert advice


# Schema files


def schemas(*paths: Path) -> tuple[str, str, str]:
    made = Made(NOBODY, schemas=tuple(map(str, paths))).steps["schemas"]
    return made.state, made.text, made.advice


def test_that_schema_files_are_counted_by_their_format_and_a_broken_one_is_said(tmp_path: Path) -> None:
    assert schemas() == ("skipped", "This connection has no schema files.", "")
    folder, alone = tmp_path / "schemas", tmp_path / "elsewhere" / "users.proto"
    for place in (folder, alone.parent):
        place.mkdir()
    assert schemas(folder)[:2] == ("passed", "No schema is in schemas.")
    for name in "ab":
        (folder / f"{name}.avsc").write_text('"string"', "utf-8")
    alone.write_text("message A {}", "utf-8")
    assert schemas(folder, alone) == ("passed", "3 files in schemas, elsewhere: 2 of Avro, 1 of Protobuf.", "")
    alone.write_text("message A {\n  string a 1;\n}", "utf-8")
    state, _, advice = schemas(folder, alone)
    assert state == "passed"
    assert advice == (
        "One place was not understood. elsewhere/users.proto:2:12: This is no Protobuf schema: it says '1' where '=' is due. "
        "It is not used."
    )


def test_that_schema_files_that_are_not_there_fail(tmp_path: Path) -> None:
    state, text, advice = schemas(tmp_path / "gone.avsc")
    assert (state, text) == (
        "failed",
        f"“{tmp_path.name}/gone.avsc” cannot be read: No such file or directory.",
    )
    assert advice == "Put it back, or take it out of the connection."
