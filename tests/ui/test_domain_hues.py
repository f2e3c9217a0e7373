"""The hues of domains: they take turns, and stay."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from meshdesk.session.readings import Reading
from meshdesk.ui import theme
from meshdesk.ui.domain_hues import MOST, NAME, DomainHues
from meshdesk.ui.frame import Frame
from meshdesk.ui.remembered import Remembered
from tests.ui.memory import MemoryCapture, opened
from tests.unit.model.facts import company


def test_that_domains_take_turns_and_keep_their_hue_in_the_next_run(tmp_path: Path) -> None:
    hues = DomainHues(Remembered(tmp_path))
    names = [f"domain {n}" for n in range(len(theme.DOMAIN_HUES))]
    first = [hues.of(name).name() for name in names]
    assert len(set(first)) == len(theme.DOMAIN_HUES)
    again = DomainHues(Remembered(tmp_path))
    assert [again.of(name).name() for name in reversed(names)] == first[::-1]
    assert again.of("DOMAIN 3").name() == first[3]


def test_that_a_domain_beyond_the_hues_gets_one_that_few_have() -> None:
    hues = DomainHues(Remembered(None))
    many = [hues.of(f"domain {n}").name() for n in range(3 * len(theme.DOMAIN_HUES))]
    assert {many.count(hue) for hue in many} == {3}


@pytest.mark.parametrize("text", ["{", "[1]", '{"sales": 99}', '{"sales": "blue"}'])
def test_that_a_spoilt_file_is_no_hindrance(text: str) -> None:
    remembered = Remembered(None)
    remembered.keep(NAME, text)
    assert DomainHues(remembered).of("sales").name() == theme.DOMAIN_HUES[0]


def test_that_no_more_than_so_many_are_remembered() -> None:
    remembered = Remembered(None)
    hues = DomainHues(remembered)
    for n in range(MOST + 5):
        hues.of(f"domain {n}")
    assert remembered.text(NAME).count(":") == MOST


def test_that_the_hues_of_domains_do_not_depend_on_which_of_them_is_drawn_first(qtbot: QtBot) -> None:
    def hues_of(shown: str) -> list[str]:
        frame = Frame(Remembered(None))
        qtbot.addWidget(frame)
        frame.refresh([opened(MemoryCapture("acme", now=Reading(mesh=company())))])
        return [frame.hues.of(name).name() for name in (shown, "payments", "Sales")][1:]

    assert hues_of("Sales") == hues_of("payments") == hues_of("a domain that came later")
