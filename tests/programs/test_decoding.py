"""`meshdesk decode`: one payload, from a file or stdin, with a registry, a schema's file, or neither."""

import base64
import json
import subprocess
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flatbuffers
import pytest

from meshdesk.decoding import Asked, add_options, understood
from meshdesk.demo.registry import Schema, SchemaRegistry
from meshdesk.model.profile import Profile
from meshdesk.session.profiles import Profiles
from tests.broker.collect.listening import closed_port
from tests.programs.running import SECONDS, Ran, command, run
from tests.unit.decode.golden import PAYLOADS, case

PAIR = '{"type": "record", "name": "Pair", "fields": [{"name": "n", "type": "long"}, {"name": "s", "type": "string"}]}'
BODY = b"\x54\x06foo"


@pytest.fixture
def registry() -> Iterator[SchemaRegistry]:
    with SchemaRegistry() as made:
        made.store.register("pairs-value", Schema(PAIR))
        yield made


def stored(folder: Path, data: bytes, name: str = "value.bin") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def piped(data: bytes, *words: str) -> Ran:
    done = subprocess.run(command("decode", "-", *words), input=data, capture_output=True, timeout=SECONDS)
    return Ran(done.returncode, done.stdout, done.stderr.decode(), 0.0)


def refused(*words: str | Path, code: int = 1) -> str:
    ran = run("decode", *words)
    assert (ran.code, ran.out) == (code, b""), ran.err
    return ran.err.splitlines()[-1]


def framed(registry: SchemaRegistry, body: bytes = BODY) -> bytes:
    number = registry.store.register("pairs-value", Schema(PAIR)).id
    return b"\0" + number.to_bytes(4, "big") + body


# What is read


def test_that_a_file_is_read_by_the_schema_that_a_registry_has(registry: SchemaRegistry, tmp_path: Path) -> None:
    path = stored(tmp_path, framed(registry))
    ran = run("decode", path, "--registry", registry.url)
    assert (ran.code, ran.err) == (0, "")
    number = int.from_bytes(framed(registry)[1:5], "big")
    assert ran.out.decode().startswith(
        f"read as   Confluent id {number} → Avro\n"
        f"schema    pairs-value version 1, id {number}, of {registry.url}\n"
        "tried     "
    )
    assert ran.out.decode().endswith('\n\n{\n  "n": 42,\n  "s": "foo"\n}\n')
    (said,) = run("decode", path, "--registry", registry.url, "--json").lines
    assert (said["value"], said["chain"]) == ({"n": 42, "s": "foo"}, [f"Confluent id {number}", "Avro"])
    assert (said["schema"]["subject"], said["schema"]["version"], said["schema"]["id"]) == ("pairs-value", 1, number)


@pytest.mark.parametrize(
    ("name", "suffix", "format"), [("thrift/binary", ".thrift", "Thrift"), ("flatbuffers/*", ".fbs", "FlatBuffers")]
)
def test_that_what_needs_names_has_them_from_its_own_language_of_schemas(
    tmp_path: Path, name: str, suffix: str, format: str
) -> None:
    (path,) = PAYLOADS.glob(f"{name}.json")
    made = case(path)
    text = tmp_path / f"order{suffix}"
    text.write_text(made["schemas"][0]["schema"], "utf-8")
    ran = run("decode", stored(tmp_path, base64.b64decode(made["value"])), "--schema", text, "--json")
    assert (ran.code, ran.err) == (0, "")
    (said,) = ran.lines
    assert (said["format"], said["value"]["id"], said["value"]["lines"][0]["sku"]) == (format, "O-1", "SKU-1")


def test_that_stdin_is_read_and_what_was_tried_is_said() -> None:
    ran = piped(b'{"n": 9223372036854775808, "x": 0.10}')
    assert (ran.code, ran.err) == (0, "")
    how, _, value = ran.out.decode().partition("\n\n")
    assert how.startswith("read as   JSON\ntried     ")
    assert value == '{\n  "n": 9223372036854775808,\n  "x": 0.10\n}\n'
    (said,) = piped(b"plain", "--json").lines
    assert (said["value"], said["chain"]) == ("plain", ["UTF-8 text"])
    assert "JSON" in [one["name"] for one in said["tried"]]
    assert "trouble" not in said


def test_that_the_schema_of_a_file_serves_for_any_name_and_for_none(tmp_path: Path) -> None:
    schema = stored(tmp_path, PAIR.encode(), "pair.avsc")
    for data, chain in ((BODY, ["chosen schema", "Avro"]), (b"\0\0\0\x30\x39" + BODY, ["Confluent id 12345", "Avro"])):
        (said,) = piped(data, "--schema", str(schema), "--json").lines
        assert (said["value"], said["chain"], said["schema"]["subject"]) == ({"n": 42, "s": "foo"}, chain, "pair.avsc")


def test_that_a_tree_of_any_size_is_told_whole(tmp_path: Path) -> None:
    path = stored(tmp_path, json.dumps([list(range(60_000)), "x" * 1_500_000]).encode())
    (said,) = run("decode", path, "--json").lines
    assert said["value"] == [list(range(60_000)), "x" * 1_500_000]


def test_that_null_like_payloads_differ() -> None:
    assert [piped(data, "--json").lines[0]["chain"] for data in (b"", b"null")] == [["empty"], ["UTF-8 text"]]


# What is not read as it should


def test_that_an_id_that_nobody_knows_is_trouble_and_the_bytes_are_printed(registry: SchemaRegistry) -> None:
    data = b"\0\0\0\x30\x39" + b"\xff" * 9
    for words, why in (
        (("--registry", registry.url), "which is not in the registry"),
        ((), "no schema registry is set"),
        (("--registry", f"http://127.0.0.1:{closed_port()}"), "the schema registry cannot be reached"),
    ):
        ran = piped(data, *words, "--json")
        assert ran.code == 1
        (said,) = ran.lines
        assert (why in said["trouble"], said["chain"]) == (True, ["bytes"])
        assert ran.err.splitlines()[-1] == said["trouble"]


def test_that_a_schema_that_does_not_read_the_payload_is_said(tmp_path: Path) -> None:
    schema = stored(tmp_path, PAIR.encode(), "pair.avsc")
    ran = piped(b"plain text", "--schema", str(schema))
    assert ran.code == 1
    assert ran.err.startswith("The schema that was given does not read the value: ")
    assert ran.out.decode().endswith("\n\nplain text\n")


@pytest.mark.parametrize("name", ["gone.bin", "", "\x01", "x" * 5_000])
def test_that_a_file_that_cannot_be_read_is_one_sentence(name: str, tmp_path: Path) -> None:
    assert refused(tmp_path / name).startswith("The payload cannot be read from ")
    assert refused(stored(tmp_path, b"x"), "--schema", f"{tmp_path / name}.avsc").startswith("The schema cannot be ")


def test_that_more_than_a_payload_can_be_is_not_read() -> None:
    with Path("/dev/zero").open("rb") as zeros:
        done = subprocess.run(command("decode", "-"), stdin=zeros, capture_output=True, timeout=SECONDS)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode().startswith("- is larger than 33.6 MB, and no payload is. ")


def test_that_a_schema_that_is_no_text_is_one_sentence(tmp_path: Path) -> None:
    schema = stored(tmp_path, b'"long\xff"', "a.avsc")
    assert refused(stored(tmp_path, b"x"), "--schema", schema) == (
        f"{schema} is no text in UTF-8 at byte 5. Save it as UTF-8."
    )


# What the file of --schema refers to


SHOP = {
    "thrift": {
        "order.thrift": 'include "base/money.thrift"\nstruct Order { 1: string id, 2: money.Money total }',
        "base/money.thrift": "struct Money { 1: i64 cents, 2: string currency }",
    },
    "proto": {
        "order.proto": 'syntax = "proto3"; import "base/money.proto"; message Order { string id = 1; Money total = 2; }',
        "base/money.proto": 'syntax = "proto3"; message Money { int64 cents = 1; string currency = 2; }',
    },
    "avsc": {
        "order.avsc": '{"type": "record", "name": "Order", "fields": '
        '[{"name": "id", "type": "string"}, {"name": "total", "type": "Money"}]}',
        "base/money.avsc": '{"type": "record", "name": "Money", "fields": '
        '[{"name": "cents", "type": "long"}, {"name": "currency", "type": "string"}]}',
    },
    "fbs": {
        "order.fbs": 'include "base/money.fbs"; table Order { id: string; total: Money; } root_type Order;',
        "base/money.fbs": "table Money { cents: long; currency: string; }",
    },
}


def buffer_of_order() -> bytes:
    """By FlatBuffers' own builder, which writes what is within first."""
    builder: Any = flatbuffers.Builder(0)
    order, currency = builder.CreateString("O-1"), builder.CreateString("EUR")
    builder.StartObject(2)
    builder.PrependInt64Slot(0, 42, 0)
    builder.PrependUOffsetTRelativeSlot(1, currency, 0)
    money = builder.EndObject()
    builder.StartObject(2)
    builder.PrependUOffsetTRelativeSlot(0, order, 0)
    builder.PrependUOffsetTRelativeSlot(1, money, 0)
    builder.Finish(builder.EndObject())
    return bytes(builder.Output())


ORDERS = {
    "thrift": b"\x18\x03O-1\x1c\x16\x54\x18\x03EUR\0\0",
    "proto": b"\x0a\x03O-1\x12\x07\x08\x2a\x12\x03EUR",
    "avsc": b"\x06O-1\x54\x06EUR",
    "fbs": buffer_of_order(),
}


@pytest.mark.parametrize("kind", SHOP)
def test_that_what_a_schema_includes_is_read_from_its_folder_or_said_to_be_missing(kind: str, tmp_path: Path) -> None:
    for name, text in SHOP[kind].items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    words = ("--schema", str(tmp_path / f"order.{kind}"), "--json")
    ran = piped(ORDERS[kind], *words)
    assert (ran.code, ran.err) == (0, "")
    assert ran.lines[0]["value"] == {"id": "O-1", "total": {"cents": 42, "currency": "EUR"}}
    (tmp_path / "base" / f"money.{kind}").unlink()
    alone = piped(ORDERS[kind], *words)
    missing = (
        "“Money” is declared in no file" if kind == "avsc" else f"“base/money.{kind}” is no file in a folder here."
    )
    assert alone.err.startswith(f"order.{kind}, line 1")
    assert missing in alone.err


def test_that_the_folder_of_a_schema_that_refers_to_nothing_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "broken.avsc").write_text("{", "utf-8")
    schema = stored(tmp_path, PAIR.encode(), "pair.avsc")
    assert piped(BODY, "--schema", str(schema)).err == ""


# Files of schemas


def test_that_a_payload_is_read_by_the_schema_file_of_its_topic_or_by_a_type(tmp_path: Path) -> None:
    folder = tmp_path / "schemas"
    folder.mkdir()
    (folder / "pairs-value.avsc").write_text(PAIR, "utf-8")
    (folder / "other.proto").write_text('syntax = "proto3"; message Other { string s = 1; }', "utf-8")
    for words in (("--topic", "pairs"), ("--type", "Pair")):
        ran = piped(BODY, "--schemas", str(folder), *words, "--json")
        assert (ran.code, ran.err) == (0, "")
        assert ran.lines[0]["value"] == {"n": 42, "s": "foo"}
        assert "schema file schemas/pairs-value.avsc" in ran.lines[0]["chain"]
    alone = piped(b"\x0a\x03foo", "--schemas", str(folder / "other.proto"), "--type", "Other", "--json")
    assert alone.lines[0]["value"] == {"s": "foo"}
    wrong = piped(BODY, "--schemas", str(folder), "--type", "Pear")
    assert wrong.code == 1
    assert wrong.err.startswith("The value is not read as type Pear: no schema file here declares Pear. ")


def test_that_a_registry_is_asked_first_and_a_broken_schema_file_is_said(
    registry: SchemaRegistry, tmp_path: Path
) -> None:
    (tmp_path / "pairs.avsc").write_text('"string"', "utf-8")
    (tmp_path / "broken.avsc").write_text('{"type": "record",\n"name" "A"}', "utf-8")
    ran = piped(framed(registry), "--registry", registry.url, "--schemas", str(tmp_path), "--topic", "pairs", "--json")
    assert (ran.code, ran.lines[0]["value"], ran.lines[0]["schema"]["subject"]) == (
        0,
        {"n": 42, "s": "foo"},
        "pairs-value",
    )
    assert ran.err == (
        "broken.avsc, line 2, column 8: This is no JSON: a colon is missing before this. The schema is not used.\n"
    )


def test_that_the_schema_files_of_a_saved_connection_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESHDESK_CONFIG", str(tmp_path / "config"))
    path = stored(tmp_path, PAIR.encode(), "pairs-value.avsc")
    Profiles().save(Profile("files", "127.0.0.1:1", schemas=(str(path),)))
    ran = piped(BODY, "--connection", "files", "--topic", "pairs", "--json")
    assert (ran.code, ran.lines[0]["value"]) == (0, {"n": 42, "s": "foo"})


# What makes no sense


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--header", "ce_id"), "“ce_id” is no header. Write it as NAME=VALUE."),
        (("--header", "=1"), "“=1” is no header. Write it as NAME=VALUE."),
        (("--registry", "me:secret@registry"), "--registry would show a password to everyone on this machine. "),
        (("--registry", "registry"), "A schema registry has a web address, for example "),
        (("--schema", "a.txt"), "a.txt does not say what kind of schema it is. Its name must end with "),
        (("--registry", "http://r", "--schema", "a.avsc"), "meshdesk decode: error: argument --schema: not allowed "),
        (("--schemas", "gone"), "gone is no file and no folder that is there. Check its name."),
        (("--type", "Pair"), "--type names a type of schema files. Name these, too, with --schemas."),
        (("--schema", "a.avsc", "--schemas", "."), "--schema is the schema itself. Leave it out, or leave out "),
        (("--connection", "nobody"), "There is no saved connection “nobody”. "),
    ],
)
def test_that_an_option_that_makes_no_sense_is_one_sentence(
    words: tuple[str, ...], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESHDESK_CONFIG", str(tmp_path))
    assert refused("-", *words, code=2).startswith(why)


def test_that_the_registry_of_a_saved_connection_is_asked(
    registry: SchemaRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESHDESK_CONFIG", str(tmp_path))
    Profiles().save(Profile("local", "127.0.0.1:1", registry=registry.url))
    Profiles().save(Profile("bare", "127.0.0.1:1"))
    ran = piped(framed(registry), "--connection", "local", "--json")
    assert (ran.code, ran.lines[0]["value"]) == (0, {"n": 42, "s": "foo"})
    assert refused("-", "--connection", "bare", code=2).startswith(
        "The saved connection “bare” has no schema registry and no schema files. "
    )


def test_that_headers_topic_and_role_are_those_of_the_payload() -> None:
    parser = ArgumentParser()
    add_options(parser)
    words = "- --header a=x=y --header b=0x00ff --header c= --header a=0xf --topic t --key"
    asked = understood(parser.parse_args(words.split()), print)
    assert isinstance(asked, Asked)
    assert asked.headers == (("a", b"x=y"), ("b", b"\x00\xff"), ("c", b""), ("a", b"0xf"))
    assert (asked.topic, asked.role) == ("t", "key")
