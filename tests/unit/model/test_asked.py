"""What is asked for: any span gives a bounded number of columns, and zooming stays within a minute and seven days."""

from hypothesis import given
from hypothesis import strategies as st

from meshdesk.model.asked import COLUMNS, DAY, HOUR, MINUTE, SPANS, STEPS, next_span, step_for, zoomed

spans = st.integers(MINUTE, 7 * DAY)


@given(spans)
def test_that_no_span_has_more_columns_than_a_screen(span: int) -> None:
    assert span / step_for(span) <= COLUMNS


def test_that_every_step_divides_the_hour_so_that_columns_stay_where_they_are() -> None:
    assert [step for step in STEPS if HOUR % step] == []


@given(spans, st.floats(0.1, 10), st.floats(0, 1))
def test_that_a_zoom_keeps_its_moment_where_it_is(span: int, factor: float, share: float) -> None:
    at = round(span * share)
    start, end = zoomed(0, span, factor, at)
    assert SPANS[0] <= end - start <= SPANS[-1]
    assert abs((at - start) / (end - start) - share) < 0.001


@given(spans)
def test_that_the_next_span_is_longer_or_shorter_until_the_last(span: int) -> None:
    assert next_span(span, 1) > span or span == SPANS[-1]
    assert next_span(span, -1) < span or span == SPANS[0]
