"""The text of .proto files, as protoc, Confluent's registry and Square's Wire write it, and as nobody does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.decode.proto_descriptor import files_of
from meshdesk.model.proto_schema import BadSchema, File, Message, all_messages
from meshdesk.model.proto_text import entry_name, file_of
from tests.unit.decode.golden import CASES, case


def shape(file: File) -> object:
    """What two readings of one schema must agree on: numbers, names, types without the dots before them."""

    def of(message: Message) -> object:
        fields = sorted((f.number, f.name, f.type.rpartition(".")[2], f.repeated, f.oneof) for f in message.fields)
        enums = sorted((enum.name, sorted(enum.names.items())) for enum in message.enums)
        return message.name, message.is_map, fields, enums, [of(one) for one in message.messages]

    return (
        file.package,
        [of(one) for one in file.messages],
        sorted((e.name, sorted(e.names.items())) for e in file.enums),
    )


def test_that_the_text_and_the_descriptor_of_a_real_schema_say_the_same() -> None:
    texts: dict[tuple[str, str], File] = {}
    descriptors: dict[tuple[str, str], File] = {}
    for path in CASES:
        for said in case(path)["schemas"]:
            if said["type"] == "PROTOBUF" and said["schema"]:
                is_text = "{" in said["schema"]
                file = file_of(said["schema"]) if is_text else files_of(said["schema"])[0]
                if "formatted by Wire" not in said["schema"]:
                    (texts if is_text else descriptors)[
                        file.package, file.messages[0].name if file.messages else ""
                    ] = file
    both = set(texts) & set(descriptors)
    assert len(both) >= 2
    for key in both:
        assert shape(texts[key]) == shape(descriptors[key])


def test_that_all_that_a_text_may_hold_is_read_or_passed_over() -> None:
    file = file_of("""
        // a comment; with { signs }
        syntax = "proto3"; /* and
        another */ package a.b;
        import public "x.proto"; import weak 'y.proto';
        option (my.option) = { list: [1, 2] text: "}" };
        message M {
          option deprecated = true; reserved 5, 7 to 9; reserved "old", "older"; extensions 100 to max;
          optional string name = 1 [(confluent.field_meta) = { tags: ["PII", "X"] }, json_name = "n"];
          repeated .a.b.M items = 0x2; required bytes raw = 003;
          map<string, sub.Thing> things = 4 [deprecated = true];
          oneof choice { option (o) = 1; int32 x = 10; group G = 11 { string inner = 1; } }
          enum Kind { option allow_alias = true; A = 0; B = 1; C = 1 [(x) = "y"]; NEG = -5; reserved 9; }
          message Deep { message Deeper {} }
          string message = 20; string enum = 21; int32 reserved = 22;
        ;}
        service S { rpc Do (M) returns (stream M) { option (http) = { get: "/x" }; } }
        extend M { string more = 100; }
    """)
    message = file.messages[0]
    assert file.package == "a.b"
    assert [(f.name, f.number, f.type, f.repeated, f.oneof) for f in message.fields] == [
        ("name", 1, "string", False, ""),
        ("items", 2, ".a.b.M", True, ""),
        ("raw", 3, "bytes", False, ""),
        ("things", 4, ".a.b.M.ThingsEntry", True, ""),
        ("x", 10, "int32", False, "choice"),
        ("g", 11, ".a.b.M.G", False, "choice"),
        ("message", 20, "string", False, ""),
        ("enum", 21, "string", False, ""),
        ("reserved", 22, "int32", False, ""),
    ]
    assert message.fields[0].tags == ("PII", "X")
    assert [one.name for one in all_messages(file.messages)] == [
        "a.b.M", "a.b.M.ThingsEntry", "a.b.M.G", "a.b.M.Deep", "a.b.M.Deep.Deeper",
    ]  # fmt: skip
    assert message.messages[0].is_map
    assert message.enums[0].names == {0: "A", 1: "B", -5: "NEG"}
    assert (file.extensions[0].name, file.extensions[0].extends) == ("more", "M")


def test_that_an_entry_of_a_map_as_wire_writes_it_is_one() -> None:
    file = file_of(
        "message M { repeated .M.AEntry a = 1; message AEntry { option map_entry = true; string key = 1; } }"
    )
    assert file.messages[0].messages[0].is_map


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("message", "says nothing more"),
        ("message M {", "says nothing more"),
        ("message M { string a = b; }", "says 'b' where a number is due"),
        ("message M { string a 1; }", "where '=' is due"),
        ("message M { map<Thing, string> a = 1; }", "the scalar type of a key"),
        ("something else", "says 'something' where a message"),
        ("message M { § }", "no Protobuf schema at its character 13"),
        ("message M { " + "message N { " * 300, "deeper than 100 levels"),
        ('message M { string a = 1 [x = "open }', "no Protobuf schema at its character"),
    ],
)
def test_that_a_text_that_is_none_is_declined_with_the_place(text: str, words: str) -> None:
    with pytest.raises(BadSchema) as why:
        file_of(text)
    assert words in str(why.value)


@given(st.text("message{}[]<>=;,. \"'map\n/*1ab", max_size=80))
def test_that_any_text_is_read_or_declined(text: str) -> None:
    for said in (text, f"message M {{ {text}"):
        try:
            file_of(said)
        except BadSchema as why:
            assert str(why)


def test_that_the_names_of_entries_are_those_of_protoc() -> None:
    assert [entry_name(name) for name in ("labels", "by_number", "byNumber", "a_1")] == [
        "LabelsEntry", "ByNumberEntry", "ByNumberEntry", "A1Entry",
    ]  # fmt: skip
