"""What the painting of a map is made of: widths by rate, one hue a domain for ever, flows around what stands in their way."""

import math
import random
from dataclasses import replace
from typing import Literal

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QTransform

from meshdesk.model.graph import LEVELS, Graph, Level, graph
from meshdesk.model.lag import Total
from meshdesk.model.late import Late
from meshdesk.model.layout import laid_out
from meshdesk.model.mesh import fold
from meshdesk.session.pictures import Picture, drawn
from meshdesk.ui.domain_hues import DomainHues
from meshdesk.ui.remembered import Remembered
from meshdesk.ui.widgets.map_paint import WIDEST, Drawing, Look, paint, rate_of, tone_of, width_of
from tests.unit.model.shop import contract, shop, topic


def test_that_ten_times_as_many_records_are_one_pixel_wider_up_to_an_end() -> None:
    assert [width_of(10.0**power) for power in range(4)] == [1.0, 2.0, 3.0, 4.0]
    assert width_of(1e30) == WIDEST


def test_that_a_rate_of_which_a_part_is_known_is_that_part_and_one_of_nothing_is_unknown() -> None:
    assert rate_of(("a", "b"), {"a": 2.0}) == 2.0
    assert rate_of(("a", "b"), {}) is None


def test_that_a_domain_keeps_its_hue_when_others_come() -> None:
    mesh, hues = shop(), DomainHues(Remembered(None))
    before = Drawing.of(drawn(mesh.now(), "domains", None), hues.of)
    fold(mesh, [topic("aaa.one"), contract("aaa", "aaa", "aaa.one")])
    after = Drawing.of(drawn(mesh.now(), "domains", None), hues.of)
    assert {domain: after.hues[domain] for domain in before.hues} == before.hues
    assert after.hues["aaa"] not in before.hues.values()


@pytest.mark.parametrize("level", LEVELS)
def test_that_flows_begin_and_end_at_the_sides_of_their_boxes(level: Level) -> None:
    mesh = shop().now()
    content = graph(mesh, level)
    drawing = Drawing.of(Picture(mesh, content, laid_out(content)), DomainHues(Remembered(None)).of)
    for line in drawing.lines:
        source, target = drawing.boxes[line.flow.source][1], drawing.boxes[line.flow.target][1]
        for at, box in ((0, source), (1, target)):
            end = line.path.pointAtPercent(at)
            assert end.x() in (pytest.approx(box.left()), pytest.approx(box.right()))
            assert box.top() < end.y() < box.bottom()
        assert line.head.first() == line.path.pointAtPercent(1)
        assert drawing.whole.contains(line.around)
        assert line.around.intersects(drawing.whole)


@pytest.mark.parametrize("level", LEVELS)
def test_that_every_box_is_found_that_lies_in_a_part_of_the_picture(level: Level) -> None:
    drawing = Drawing.of(drawn(shop().now(), level, None), DomainHues(Remembered(None)).of)
    whole, chance = drawing.whole, random.Random(3)
    for _ in range(200):
        wide, high = (chance.uniform(1, side) for side in (whole.width(), whole.height()))
        part = QRectF(
            chance.uniform(whole.left(), whole.right()), chance.uniform(whole.top(), whole.bottom()), wide, high
        )
        found = {box.key for box, _ in drawing.boxes_in(part)}
        assert found == {key for key, (_, rect) in drawing.boxes.items() if rect.intersects(part)}
    assert len(drawing.boxes_in(whole.adjusted(-9, -9, 9, 9))) == len(drawing.boxes)


def test_that_flows_are_sorted_by_their_pens_anew_when_rates_lags_or_the_selection_are_others() -> None:
    drawing = Drawing.of(drawn(shop().now(), "products", None), DomainHues(Remembered(None)).of)
    rates: dict[str, float] = {}
    first = drawing.classes(rates, {}, "")
    chosen = drawing.lines[0].flow.source
    mine = drawing.classes(rates, {}, chosen)
    ends = {(line.flow.source, line.flow.target) for one in mine if one.is_mine for line in one.lines}
    assert ends == {(f.source, f.target) for f, *_ in drawing.lines if chosen in (f.source, f.target)}
    assert mine[-1].is_mine, "upon the others"
    wider = drawing.classes(dict.fromkeys((t for line in drawing.lines for t in line.topics), 1e4), {}, "")
    assert max(one.style.width for one in wider) > max(one.style.width for one in first)
    assert sum(len(one.straight) for one in wider) == len(drawing.lines)


def test_that_a_flow_has_the_tone_of_the_group_that_is_farthest_behind() -> None:
    flow = next(flow for flow in graph(shop().now(), "products").flows if flow.target == "groups ")
    (one,) = {(reads.group, reads.topic) for reads in flow.reads}
    rates = {one[1]: 100.0}
    tones = [tone_of(flow, {one: Total(lag, 0, 1, 0)}, rates) for lag in (0, 1_400, 1_600, 6_100)]
    assert tones == ["observed", "observed", "attention", "bad"]
    assert tone_of(flow, {one: Total(None, 0, 1, 1)}, rates) == tone_of(flow, {}, {}) == "observed"
    known = [tone_of(flow, {one: Total(9_000, 0, 1, 0, Late(late, 0.5))}, rates) for late in (14.0, 16.0, 61.0)]
    assert known == ["observed", "attention", "bad"], "what is known in time needs no rate"
    assert tone_of(flow, {one: Total(90, 0, 1, 0)}, {}) == "bad"  # it stands still, and so does the topic


def test_that_a_flow_that_is_behind_says_by_how_much_and_the_worst_is_first() -> None:
    drawing = Drawing.of(drawn(shop().now(), "products", None), DomainHues(Remembered(None)).of)
    pairs = sorted({(one.group, one.topic) for line in drawing.lines for one in line.flow.reads})
    assert len(pairs) > 1
    behind = {
        pairs[0]: Total(90, 0, 1, 0, Late(20.0, 0.5)),
        pairs[1]: Total(900, 0, 1, 0, Late(112.0, 0.5)),
    }
    drawing.styles({}, behind)
    said = [(tone, words) for _, tone, words in drawing.late]
    assert said[0] == ("bad", "1 m 52 s")
    assert said[-1] == ("attention", "20 s")
    drawing.styles({}, {pairs[0]: Total(4_000, 0, 1, 0)})
    assert {words for _, _, words in drawing.late} == {"4,000 records"}
    drawing.styles({}, {pairs[0]: Total(3, 0, 1, 0)})
    assert drawing.late == []


def ink(level: Level, evidence: Literal["declared", "observed", "both"]) -> tuple[float, float]:
    """Of the first flow that is known so: the share of its way that is drawn, and how many pixels wide it is at the most."""
    drawing = Drawing.of(drawn(shop().now(), level, None), DomainHues(Remembered(None)).of)
    line = next(line for line in drawing.lines if line.flow.evidence == evidence)
    # Nothing but that flow, on a ground of its own.
    drawing = replace(
        drawing, lines=[line], boxes={}, _in_domain={}, picture=replace(drawing.picture, graph=Graph("domains"))
    )
    zoom = 4.0  # wide enough that a dash is some pixels long
    canvas = QImage(drawing.whole.size().toSize() * zoom, QImage.Format.Format_RGB32)
    canvas.fill(Qt.GlobalColor.magenta)
    transform = QTransform.fromScale(zoom, zoom).translate(-drawing.whole.left(), -drawing.whole.top())
    with QPainter(canvas) as painter:
        paint(painter, drawing, Look(transform, QRectF(canvas.rect()), {}))
    plain = canvas.pixel(0, 0)
    drawn_at, widths = [], []
    for number in range(200):
        part = 0.1 + 0.7 * number / 200  # not its arrow
        at, angle = transform.map(line.path.pointAtPercent(part)), math.radians(line.path.angleAtPercent(part))
        across = [
            QPointF(at.x() + math.sin(angle) * step / 4, at.y() + math.cos(angle) * step / 4) for step in range(-40, 41)
        ]
        found = [canvas.pixel(spot.toPoint()) != plain for spot in across]
        drawn_at.append(any(found[36:45]))
        widths.append(sum(found) / 4)
    return sum(drawn_at) / len(drawn_at), max(widths)


def test_that_what_is_declared_is_dashed_what_is_observed_is_not_and_what_is_both_is_bold() -> None:
    declared, observed, both = ink("products", "declared"), ink("products", "observed"), ink("domains", "both")
    assert 0.4 < declared[0] < 0.95
    assert (observed[0], both[0]) == (1.0, 1.0)
    assert both[1] > observed[1] + 0.7
