"""The chip of the connection: its state, its room, and production, said in words and in colour."""

import pytest
from pytestqt.qtbot import QtBot

from meshdesk.ui import theme
from meshdesk.ui.widgets.chip import Chip


def test_that_a_chip_says_its_state_in_words_and_stays_within_bounds(qtbot: QtBot) -> None:
    chip = Chip()
    qtbot.addWidget(chip)
    chip.say("n" * 300, "recorded 24 Nov 14:02 – 14:10", "third", True)
    assert chip.accessibleName().endswith("recorded 24 Nov 14:02 – 14:10")
    assert chip.sizeHint().width() <= 460
    chip.grab()


@pytest.mark.parametrize("phrase", ["read-only", "connecting …", "opening …", "recorded 24 Nov 14:02 – 14:10"])
@pytest.mark.parametrize("name", ["Demo mesh", "Demo", "v1", "127.0.0.1:9092", "kafka.example:9092"])
def test_that_a_chip_that_has_its_room_cuts_nothing(qtbot: QtBot, name: str, phrase: str) -> None:
    chip = Chip()
    qtbot.addWidget(chip)
    chip.say(name, phrase, "good", False)
    chip.resize(chip.sizeHint())
    assert chip.shown() == (name, phrase)


def test_that_production_is_a_word_in_the_chip_and_a_line_around_it(qtbot: QtBot) -> None:
    chip = Chip()
    qtbot.addWidget(chip)
    chip.say("acme", "read-only", "good", False, "", True)
    chip.resize(chip.sizeHint())
    assert chip.accessibleName() == "Connection: acme, production, read-only"
    assert chip.shown() == ("acme", "production · read-only")
    edge = chip.grab().toImage().pixelColor(chip.width() // 2, 1)
    assert edge == theme.colours().bad
    chip.say("acme", "read-only", "good", False, "#2a7f3f", True)
    assert chip.grab().toImage().pixelColor(chip.width() // 2, 1).name() == "#2a7f3f"
    chip.say("acme", "read-only", "good", False)
    assert chip.accessibleName() == "Connection: acme, read-only"


@pytest.mark.parametrize("width", [150, 180, 240, 460])
def test_that_production_is_never_cut(qtbot: QtBot, width: int) -> None:
    chip = Chip()
    qtbot.addWidget(chip)
    chip.say("broker.example.org:9092," * 9, "recorded 24 Nov 14:02 – 14:10", "third", True, "", True)
    chip.resize(width, chip.HEIGHT)
    assert chip.shown()[1].startswith("production")
    chip.grab()
