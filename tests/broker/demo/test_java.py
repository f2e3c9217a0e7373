"""The command line of a Java program."""

from pathlib import Path

from meshdesk.demo.java import Java


def test_that_the_archive_and_a_place_for_scratch_are_named_only_where_there_are_any() -> None:
    bare = Java(Path("java"), "a.jar", None).line("org.Main", "--list")
    assert bare[0] == "java"
    assert bare[-4:] == ["-cp", "a.jar", "org.Main", "--list"]
    assert not [word for word in bare if "AOTCache" in word or "tmpdir" in word]
    full = Java(Path("java"), "a.jar", Path("quick.aot")).line("org.Main", scratch=Path("here"))
    assert "-XX:AOTCache=quick.aot" in full
    assert "-Djava.io.tmpdir=here" in full


def test_that_a_program_under_load_may_use_the_whole_compiler() -> None:
    java = Java(Path("java"), "a.jar", None)
    assert "-XX:TieredStopAtLevel=1" in java.line("org.Main")
    assert "-XX:TieredStopAtLevel=1" not in java.line("org.Main", fast_start=False)
