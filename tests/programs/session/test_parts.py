"""What MeshDesk is made of: every package that it needs, with a version, a licence and a text that can be read."""

import re
import time
from importlib.metadata import requires
from pathlib import Path

from confluent_kafka import libversion

from meshdesk import __version__
from meshdesk.session.parts import FIRST, UNKNOWN, Inventory, Part, librdkafka_version, parts, text_of


def test_that_every_package_of_ours_and_what_it_carries_is_named_with_its_version() -> None:
    found = {part.name.lower().replace("_", "-"): part for part in parts("6.99", "2.99")}
    needed = {re.split(r"[\[<>=; ]", line)[0].lower() for line in requires("meshdesk") or () if "extra ==" not in line}
    assert needed - set(found) == set()
    assert found["meshdesk"].version == __version__
    assert (found["qt"].version, found["librdkafka"].version) == ("6.99", "2.99")
    assert all(part.version for name, part in found.items() if name not in ("jetbrains mono", "lucide"))


def test_that_the_best_known_come_first() -> None:
    assert [part.name for part in parts("6.99", "2.99")][: len(FIRST)] == list(FIRST)


def test_that_every_licence_has_a_name_and_a_text() -> None:
    for part in parts():
        assert part.licence not in ("", UNKNOWN), part.name
        assert part.name == "jgo" or len(text_of(part)) > 400, (
            part.name
        )  # which is in the public domain, without a text
    by_name = {part.name: part for part in parts()}
    assert "Permission is hereby granted" in text_of(by_name["httpx"]) or "Redistribution" in text_of(by_name["httpx"])
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in text_of(by_name["PySide6-Essentials"])
    assert "Magnus Edenhill" in text_of(by_name["librdkafka"])
    assert "SIL OPEN FONT LICENSE" in text_of(by_name["Inter"]).upper()


def test_that_a_text_that_is_gone_is_said(tmp_path: Path) -> None:
    assert (
        text_of(Part("x", "1", "MIT", (tmp_path / "LICENSE",))) == "LICENSE cannot be read: No such file or directory."
    )
    assert text_of(Part("x", "1", "MIT", ())) == "x is under MIT; the text of that is not part of this package."


def test_that_the_program_that_has_librdkafka_is_asked_for_its_version() -> None:
    assert librdkafka_version() == libversion()[0]


def test_that_the_inventory_is_made_beside_whoever_wants_it() -> None:
    began = time.monotonic()
    inventory = Inventory("6.99")
    assert time.monotonic() - began < 0.5
    found = {part.name: part.version for part in inventory.wait()}
    assert (found["Qt"], found["librdkafka"]) == ("6.99", libversion()[0])
