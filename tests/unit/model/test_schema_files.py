"""Schemas that stand in files: by which names they are found, and what they refer to."""

from typing import Any

from meshdesk.model.fact import Fact
from meshdesk.model.schema_files import SchemaFile, SchemaFiles, is_link, link, link_from, schema_file_from


def file(source: str, kind: str = "AVRO", **said: Any) -> SchemaFile:
    """A file whose text is its path, so that it is known by it."""
    stem = source.rpartition("/")[2].rpartition(".")[0]
    value = {"type": kind, "text": source, "subjects": [stem], "types": [stem], "names": [stem], **said}
    return schema_file_from(Fact("schema", f"file {source}", value, 5, source, "declared"))


def needing(*names: str) -> list[list[Any]]:
    return [[name, 3, 7] for name in names]


def referred(files: SchemaFiles, name: str) -> list[str]:
    schema = files.of_type(name)
    assert schema is not None
    return [one.text for one in schema.references]


def test_that_a_file_of_the_subjects_name_is_found_and_one_of_the_topics_name_for_its_values() -> None:
    files = SchemaFiles(
        [file("s/orders-value.avsc"), file("s/orders.avsc"), file("s/users.avsc"), file("s/users-key.avsc")]
    )
    found = {
        name: files.of_subject(name) for name in ("orders-value", "users-value", "users-key", "orders-key", "x-value")
    }
    assert {name: one and one.text for name, one in found.items()} == {
        "orders-value": "s/orders-value.avsc",
        "users-value": "s/users.avsc",
        "users-key": "s/users-key.avsc",
        "orders-key": None,
        "x-value": None,
    }


def test_that_a_schema_says_its_file_and_its_subject() -> None:
    schema = SchemaFiles([file("s/orders-value.avsc")]).of_subject("orders-value")
    assert schema is not None
    assert (schema.registry, schema.subject, schema.id, schema.called) == (
        "s/orders-value.avsc",
        "orders-value",
        0,
        "orders-value.avsc",
    )


def test_that_references_come_before_what_needs_them_in_all_levels_and_circles_end() -> None:
    files = SchemaFiles(
        [
            file("s/a.avsc", types=["x.A"], names=["x.A"], needs=needing("x.B", "x.C")),
            file("s/b.avsc", types=["x.B"], names=["x.B"], needs=needing("x.C", "x.A")),
            file("s/c.avsc", types=["x.C"], names=["x.C", "x.Inner"]),
        ]
    )
    assert referred(files, "x.A") == ["s/c.avsc", "s/b.avsc"]
    assert referred(files, "x.C") == []


def test_that_protobuf_is_found_by_the_end_of_its_path_and_the_nearest_counts() -> None:
    files = SchemaFiles(
        [
            file("s/v1/orders.proto", "PROTOBUF", types=["v1.Order"], needs=needing("common/money.proto")),
            file("s/v2/orders.proto", "PROTOBUF", types=["v2.Order"], needs=needing("common/money.proto")),
            file("s/v1/common/money.proto", "PROTOBUF", types=[]),
            file("s/v2/common/money.proto", "PROTOBUF", types=[]),
        ]
    )
    assert referred(files, "v1.Order") == ["s/v1/common/money.proto"]
    assert referred(files, "v2.Order") == ["s/v2/common/money.proto"]


def test_that_a_type_of_two_files_is_asked_for_with_its_file() -> None:
    files = SchemaFiles(
        [file("s/2.avsc", types=["x.A"]), file("s/1.avsc", types=["x.A"]), file("s/b.avsc", types=["x.B"])]
    )
    assert files.types == ("x.A (s/1.avsc)", "x.A (s/2.avsc)", "x.B")
    second = files.of_type("x.A (s/2.avsc)")
    assert second is not None
    assert (second.text, second.subject) == ("s/2.avsc", "x.A")
    assert files.of_type("x.A") is None


def test_that_a_fingerprint_finds_its_file() -> None:
    files = SchemaFiles([file("s/a.avsc", fingerprint="00ff")])
    found = files.of_fingerprint("00ff")
    assert found is not None
    assert found.text == "s/a.avsc"
    assert files.of_fingerprint("00fe") is None


def test_that_what_no_file_declares_and_what_two_files_mean_is_said_with_its_place() -> None:
    files = SchemaFiles(
        [
            file("s/a.avsc", needs=needing("x.Gone")),
            file("s/p.proto", "PROTOBUF", needs=needing("buf/validate.proto")),
            file("s/1/orders-value.avsc"),
            file("s/2/orders-value.avsc"),
            file("s/1/other-value.avsc"),
            file("s/2/other-value.avsc"),
        ]
    )
    assert list(files.notes({"orders"})) == [
        ("s/a.avsc", 3, 7, "The type “x.Gone” is declared in no file here. Add its file, or nothing is read by this one."),
        ("s/2/orders-value.avsc", 0, 0,
         "“orders-value” is meant by s/1/orders-value.avsc, too, which is used. Take one of them out."),
    ]  # fmt: skip
    assert files.newest == 5
    assert SchemaFiles([]).newest == -1


def test_that_a_fact_of_another_version_says_what_it_can() -> None:
    odd = Fact("schema", "file a", {"type": 7, "subjects": "x", "needs": [1, ["a"], ["b", "1", None]]}, 5, "s/a.avsc")
    made = schema_file_from(odd)
    assert (made.type, made.subjects, made.text) == ("7", (), "")
    assert made.needs == (("b", 0, 0),)


# What contracts link to


def linked(at: str, *sources: str, topic: str = "orders") -> tuple[str | None, list[str]]:
    """The file that is used for the topic's values where a contract links to `at`, and what is said of the link."""
    fact = Fact("schema", "file c", link(topic, at), 5, "repo/sales/c.yaml", "declared", 12)
    assert is_link(fact)
    files = SchemaFiles([file(one) for one in sources], [link_from(fact)])
    found = files.of_subject("orders-value")
    return found.text if found else None, [f"{source}:{line} {text}" for source, line, _, text in files.notes(())]


def test_that_a_file_beside_the_contract_counts_more_than_one_of_the_topics_name() -> None:
    assert linked("../avro/o.avsc", "repo/avro/o.avsc", "other/avro/o.avsc", "repo/orders-value.avsc") == (
        "repo/avro/o.avsc",
        [],
    )
    assert linked("o.avsc", "repo/sales/o.avsc", topic="{env}.orders") == (None, [])
    assert linked("o.avsc", "repo/sales/o.avsc", topic="{env}orders")[0] is None


def test_that_a_path_of_elsewhere_means_the_file_that_ends_like_it() -> None:
    assert linked("schemas/avro/o.avsc", "a/x/o.avsc", "b/avro/o.avsc")[0] == "b/avro/o.avsc"
    assert linked("https://git.acme/sales/blob/main/avro/o.avsc", "b/avro/o.avsc") == ("b/avro/o.avsc", [])


def test_that_a_link_that_leads_nowhere_is_said_unless_it_is_an_address() -> None:
    assert linked("avro/o.avsc", "repo/orders.avsc") == (
        "repo/orders.avsc",
        ["repo/sales/c.yaml:12 “avro/o.avsc” is no schema file in a folder here. Mend the link, or add its folder to the schema files."],
    )  # fmt: skip
    assert linked("https://git.acme/o.avsc", "repo/orders.avsc") == ("repo/orders.avsc", [])


def test_that_what_a_file_includes_stands_where_it_says_or_else_in_the_nearest_folder() -> None:
    files = SchemaFiles(
        [
            file("s/sales/orders.thrift", "THRIFT", needs=needing("money.thrift", "../base.thrift", "tax/rate.thrift")),
            file("s/sales/money.thrift", "THRIFT", needs=needing("../base.thrift")),
            file("s/money.thrift", "THRIFT"),
            file("s/base.thrift", "THRIFT"),
            file("s/lib/tax/rate.thrift", "THRIFT"),
            file("s/sales/money.fbs", "FLATBUFFERS"),
        ]
    )
    assert referred(files, "orders") == ["s/base.thrift", "s/sales/money.thrift", "s/lib/tax/rate.thrift"]
    assert list(files.notes(())) == []


def test_that_what_cannot_be_included_is_said_with_its_place_and_not_read() -> None:
    files = SchemaFiles(
        [
            file("s/a.thrift", "THRIFT", needs=needing("b.thrift")),
            file("s/b.thrift", "THRIFT", needs=needing("c.thrift")),
            file("s/c.thrift", "THRIFT", needs=needing("a.thrift")),
            file("s/own.thrift", "THRIFT", needs=needing("own.thrift")),
            file("s/d.fbs", "FLATBUFFERS", needs=needing("../secret.fbs", "/etc/x.fbs", "gone.fbs")),
            file("s/e.fbs", "FLATBUFFERS", needs=needing("f.fbs")),
            file("s/f.fbs", "FLATBUFFERS", needs=needing("e.fbs")),
            file("t/secret.fbs", "FLATBUFFERS"),
        ]
    )
    outside = (
        "lies outside of the folder and is not read. Put it into the folder, or name a folder that holds both files."
    )
    circle = "Each is read once; take one include out."
    assert [(name, said) for name, *_, said in files.notes(())] == [
        ("s/a.thrift", f"“b.thrift” includes this file again: a.thrift, b.thrift, c.thrift, a.thrift. {circle}"),
        ("s/b.thrift", f"“c.thrift” includes this file again: b.thrift, c.thrift, a.thrift, b.thrift. {circle}"),
        ("s/c.thrift", f"“a.thrift” includes this file again: c.thrift, a.thrift, b.thrift, c.thrift. {circle}"),
        ("s/d.fbs", f"“../secret.fbs” {outside}"),
        ("s/d.fbs", f"“/etc/x.fbs” {outside}"),
        ("s/d.fbs", "“gone.fbs” is no file in a folder here. Add it; what it declares is not known until then."),
        ("s/own.thrift", f"“own.thrift” includes this file again: own.thrift, own.thrift. {circle}"),
    ]
    assert referred(files, "a") == ["s/c.thrift", "s/b.thrift"]
    assert referred(files, "d") == []
    assert referred(files, "e") == ["s/f.fbs"]


def test_that_a_file_is_had_with_all_that_it_refers_to_and_says_what_all_of_them_lack() -> None:
    files = SchemaFiles(
        [
            file("s/order.proto", "PROTOBUF", needs=needing("money.proto")),
            file("s/money.proto", "PROTOBUF", needs=needing("gone.proto")),
            file("s/other.proto", "PROTOBUF", needs=needing("lost.proto")),
        ]
    )
    schema = files.of_file("s/order.proto", "Order")
    assert schema is not None
    assert ([one.name for one in schema.references], schema.subject) == (["s/money.proto"], "Order")
    said = "“gone.proto” is no file in a folder here. Add it; what is of its types is shown by number until then."
    assert [(name, sentence) for name, *_, sentence in files.lacks("s/order.proto")] == [("s/money.proto", said)]
    assert files.of_file("s/gone.proto", "") is None
    assert list(files.lacks("s/gone.proto")) == []
