"""A curve has the hue of its domain, tones of it tell curves of one domain apart, and none changes while others come."""

from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from meshdesk.model.curves import Curves
from meshdesk.ui import theme
from meshdesk.ui.curve_hues import CurveHues
from tests.unit.model.recording import recording
from tests.unit.model.shop import mesh_of, shop, topic
from tests.unit.model.test_curves import drawn


def hue(domain: str) -> QColor:
    return theme.domain_hue(["sales", "fraud"].index(domain))


def of(made: Curves, hues: CurveHues) -> dict[str, QColor]:
    return {key.partition(" ")[2]: colour for key, colour in hues.of(made.curves).items()}


def test_that_a_domain_has_its_hue_and_its_topics_have_tones_of_it(qtbot: QtBot) -> None:
    hues = CurveHues(hue)
    assert of(drawn("domain"), hues)["sales"] == hue("sales")
    topics = of(drawn("topic"), hues)
    assert hue("sales") in (topics["sales.orders.placed.v1"], topics["sales.baskets.v1"])
    assert topics["sales.orders.placed.v1"] != topics["sales.baskets.v1"]
    assert topics["fraud.scores.v1"] == hue("fraud")


def test_that_a_curve_keeps_its_tone_when_others_come_and_when_it_comes_back(qtbot: QtBot) -> None:
    hues = CurveHues(hue)
    before = of(drawn("topic"), hues)
    of(drawn("product"), hues)
    grown = drawn("topic", recording({"sales.orders.new.v1": 900} | dict.fromkeys(before, 3)), mesh_of(
        *map(topic, ["sales.orders.new.v1", *before])
    ))  # fmt: skip
    assert len(of(grown, hues)) == len(before) + 1
    assert of(drawn("topic", mesh=shop()), hues) == before


def test_that_what_has_no_domain_takes_turns(qtbot: QtBot) -> None:
    names = [f"t{n}" for n in range(9)]
    made = of(drawn("topic", recording(dict.fromkeys(names, 3)), mesh_of(*map(topic, names))), CurveHues(hue))
    assert len({colour.name() for colour in made.values()}) == len(names)
