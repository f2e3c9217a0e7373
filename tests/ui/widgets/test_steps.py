"""The steps of a test: each has its state as an icon and as a word, its sentence and what to do."""

from typing import cast, get_args

import pytest
from pytestqt.qtbot import QtBot

from meshdesk.model.step import NAMES, State, Step
from meshdesk.ui.widgets import steps as shown
from meshdesk.ui.widgets.steps import STATES, Steps


def steps_on(qtbot: QtBot) -> Steps:
    made = Steps()
    qtbot.addWidget(made)
    made.resize(300, 600)
    made.show()
    return made


def test_that_steps_come_and_go_and_keep_their_places(qtbot: QtBot) -> None:
    steps = steps_on(qtbot)
    steps.show_steps([Step("name", "passed", "Found."), Step("tls", "running")])
    first = steps.rows[0]
    steps.show_steps([Step("name", "passed", "Found."), Step("tls", "failed", "No.", "Choose another.")])
    assert steps.rows[0] is first
    assert [row.title.text() for row in steps.rows if row.isVisible()] == ["Name", "TLS"]
    assert steps.rows[1].text.isVisible()
    assert steps.rows[1].advice.text() == "Choose another."
    assert not steps.rows[0].advice.isVisible()
    steps.show_steps([])
    assert not any(row.isVisible() for row in steps.rows)


@pytest.mark.parametrize(("state", "word"), [(state, word) for state, (_, _, word) in STATES.items()])
def test_that_a_screen_reader_hears_the_state(qtbot: QtBot, state: State, word: str) -> None:
    steps = steps_on(qtbot)
    steps.show_steps([Step("tcp", state, "A sentence.", "Advice.")])
    assert steps.rows[0].accessibleName() == f"Port: {word}. A sentence. Advice."


def test_that_states_differ_by_more_than_their_colour(qtbot: QtBot) -> None:
    assert len({icon for icon, _, _ in STATES.values()}) == len(STATES)
    steps = steps_on(qtbot)
    pictures = set()
    for state in STATES:
        steps.show_steps([Step("tcp", cast(State, state), "The same.")])
        picture = steps.rows[0].grab().toImage()
        pictures.add(bytes(picture.constBits()))
    assert len(pictures) == len(STATES)


def test_that_every_step_has_words_of_its_own() -> None:
    assert set(shown.NAMES) == set(NAMES)
    assert set(STATES) == set(get_args(State))
