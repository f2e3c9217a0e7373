"""Names of types: what they mean within a message and a package."""

from meshdesk.model.proto_schema import Types
from meshdesk.model.proto_text import file_of

TYPES = Types(
    [
        file_of("package a.b; message Outer { message Inner {} enum Kind { X = 0; } } message Inner {}"),
        file_of("package a; message Shared {} enum Level { LOW = 0; }"),
    ]
)


def test_that_a_name_means_the_innermost_that_is_known() -> None:
    assert TYPES.full_name("Inner", "a.b.Outer") == "a.b.Outer.Inner"
    assert TYPES.full_name("Inner", "a.b") == "a.b.Inner"
    assert TYPES.full_name("Shared", "a.b.Outer") == "a.Shared"
    assert TYPES.full_name(".a.Level", "elsewhere") == "a.Level"
    assert TYPES.full_name("Outer.Kind", "a.b.Inner") == "a.b.Outer.Kind"


def test_that_a_name_of_nothing_is_none() -> None:
    assert TYPES.full_name("Nothing", "a.b") == ""
    assert TYPES.full_name(".Inner", "a.b") == ""


def test_that_a_message_is_found_by_its_full_name_or_by_its_end() -> None:
    assert [message.name for message in TYPES.named("a.b.Inner")] == ["a.b.Inner"]
    assert [message.name for message in TYPES.named("Inner")] == ["a.b.Outer.Inner", "a.b.Inner"]
    assert [message.name for message in TYPES.named("Outer$Inner")] == ["a.b.Outer.Inner"]  # as Java writes it
    assert TYPES.named("Nobody") == []


def test_that_an_extension_is_known_by_the_message_that_it_extends() -> None:
    types = Types(
        [file_of("package p; message A { extend B { int32 within = 5; } } message B {} extend A { int32 x = 9; }")]
    )
    assert [(full, field.number) for full, field in types.extensions["p.B"]] == [("p.A.within", 5)]
    assert [(full, field.number) for full, field in types.extensions["p.A"]] == [("p.x", 9)]
