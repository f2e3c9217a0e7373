"""The help's pages: all there, filled, linked, found by a word, and true to the command line and to the settings."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from meshdesk.program import RUN
from meshdesk.session.handbook import PAGES, Page, filled, keys_table, local_facts, pages, search, words_of
from meshdesk.session.resources import resource
from meshdesk.session.settings import BY_KEY, Settings

FACTS = {**local_facts(Settings(None)), "keys": keys_table([("Quit", "Ctrl+Q")]), "versions": "none"}
HIDDEN = {"explain", "window", "--version", "help"}  # verbs of the programs among themselves, and no words for people
OPTIONS = re.compile(r"(?<![\w-])--?[a-zA-Z][\w-]*")


def page(name: str) -> Page:
    return next(page for page in pages(FACTS) if page.name == name)


def test_that_every_page_is_listed_and_begins_with_its_title() -> None:
    assert {path.stem for path in resource("help").glob("*.md")} == {name for name, _ in PAGES}
    for name, title in PAGES:
        assert page(name).text.startswith(f"# {title}\n")


def test_that_every_link_leads_somewhere() -> None:
    names = {name for name, _ in PAGES}
    for found in pages(FACTS):
        for link in re.findall(r"\]\(([^)]*)\)", found.text):
            kind, _, rest = link.partition(":")
            good = link.removesuffix(".md") in names or (kind == "settings" and rest in BY_KEY)
            assert good or link in ("do:diagnosis", "do:tour", "licence:MeshDesk"), f"{found.name}: {link}"


def test_that_pages_say_the_paths_of_this_machine_and_what_was_chosen(tmp_path: Path) -> None:
    settings = Settings(tmp_path)
    settings.choose("capture_limit", 7.5)
    found = {page.name: page.text for page in pages({**FACTS, **local_facts(settings)})}
    settings.close()
    assert str(tmp_path / "settings.toml") in found["files"]
    assert "below a limit, 7.5 GB" in found["captures"]
    assert not [name for name, text in found.items() if "{{" in text]


def test_that_a_fact_that_is_not_given_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        filled("{{nothing}}", FACTS)


def test_that_the_page_about_the_command_line_names_every_verb_and_option_and_no_other() -> None:
    text = page("command-line").plain
    verbs = set(RUN) - HIDDEN
    real: set[str] = set()
    for verb in [*verbs, "--size", ""]:
        line = [sys.executable, "-m", "meshdesk", *([verb, "--help"] if verb != "--size" else ["--size", "1x1"])]
        ran = subprocess.run(line, capture_output=True, text=True, timeout=60)
        real |= set(OPTIONS.findall(ran.stdout + ran.stderr))
    told = set(OPTIONS.findall(text))
    for verb in verbs:
        assert re.search(rf"\bmeshdesk {verb}\b", text), verb
    assert told - real == set()
    assert real - told - {"-h", "--version", "--mesh"} == set()


def test_that_a_word_is_found_in_any_case_with_what_stands_around_it() -> None:
    found = search(pages(FACTS), "  Consumer_Offsets ")
    assert [hit.page.name for hit in found] == ["safety"]
    assert found[0].count == 1
    assert "__consumer_offsets" in found[0].excerpt
    assert "\n" not in found[0].excerpt


def test_that_a_page_with_the_word_in_its_title_comes_first() -> None:
    assert search(pages(FACTS), "keys")[0].page.name == "keys"
    assert search(pages(FACTS), "capture")[0].page.name == "captures"


@pytest.mark.parametrize("word", ["", "   ", "zebra", "**", "]("])
def test_that_marks_are_no_words(word: str) -> None:
    assert search(pages(FACTS), word) == ()


def test_that_keys_become_a_table_whatever_they_hold() -> None:
    table = keys_table([("Split | pipe <b>", "Ctrl+|")])
    assert table.splitlines()[2] == "| Ctrl+\\| | Split \\| pipe &lt;b&gt; |"
    assert words_of("Read *this* and `that`.") == "Read this and that."
