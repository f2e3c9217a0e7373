"""Scales: round numbers at their lines, all rates between their edges, and back from a pixel to the moment that it shows."""

from math import isclose

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF

from meshdesk.model.asked import DAY, MINUTE
from meshdesk.ui.widgets.plot_scale import DECADES, rate_on_axis, rate_words, rates_on, scale_of

AREA = QRectF(58, 26, 700, 320)
BEGAN = 1_795_500_000_000
rates = st.floats(0.001, 1e9)


@given(rates, rates, st.booleans())
def test_that_every_rate_lies_between_the_edges(one: float, other: float, is_log: bool) -> None:
    least, most = sorted((one, other))
    scale = scale_of(AREA, BEGAN, BEGAN + MINUTE, least, most, is_log)
    for rate in (least, most, 0.0):
        assert AREA.top() - 1e-6 <= scale.y(rate) <= AREA.bottom() + 1e-6
    assert scale.y(most) <= scale.y(least)


@given(rates, st.booleans(), st.floats(60, 900))
def test_that_lines_are_round_numbers_from_edge_to_edge_with_room_for_words(
    most: float, is_log: bool, high: float
) -> None:
    area = QRectF(58, 26, 700, high)
    scale = scale_of(area, BEGAN, BEGAN + MINUTE, most / 50, most, is_log)
    shown = rates_on(scale)
    assert isclose(scale.y(shown[-1]), area.top(), abs_tol=1e-3)
    assert isclose(scale.y(shown[0]), area.bottom(), abs_tol=1e-3)
    assert len(shown) >= 2
    assert len(shown) <= (DECADES + 2 if is_log else high / 20)


@given(st.integers(MINUTE, 7 * DAY), st.floats(0, 1))
def test_that_a_pixel_leads_back_to_its_moment(span: int, share: float) -> None:
    scale = scale_of(AREA, BEGAN, BEGAN + span, 1, 100, False)
    moment = BEGAN + round(span * share)
    assert abs(scale.moment(scale.x(moment)) - moment) <= 1
    assert scale.moment(-50) == BEGAN
    assert scale.moment(9_999) == BEGAN + span


def test_that_unknown_is_the_word_and_nothing_is_zero() -> None:
    assert rate_words(float("nan"), "records") == "not known"
    assert rate_words(0.0, "bytes") == "0 B/s"
    assert rate_words(0.0, "records") == "0/s"
    assert rate_words(48_211.0, "records", True) == "≥ 48.2 k/s"
    assert rate_on_axis(2_500_000, "records") == "2.5 M"
