"""Positions as people write them."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.model.position import Position, PositionError, milliseconds, position, position_from

MOMENT = 1_795_490_611_000  # 2026-11-24T03:23:31Z


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("beginning", Position("beginning")),
        (" end ", Position("end")),
        ("0", Position("offset", 0)),
        ("1042", Position("offset", 1042)),
        ("9" * 18, Position("offset", 10**18 - 1)),
        ("15m", Position("ago", 900_000)),
        ("1.5 h", Position("ago", 5_400_000)),
        ("250ms", Position("ago", 250)),
        ("2026-11-24T03:23:31Z", Position("time", MOMENT)),
        ("2026-11-24T04:23:31+01:00", Position("time", MOMENT)),
        ("2026-11-24T03:23:31.250Z", Position("time", MOMENT + 250)),
        ("1969-12-31T23:59:59.999Z", Position("time", -1)),
    ],
)
def test_how_a_position_is_written(text: str, expected: Position) -> None:
    assert position(text) == expected


def test_that_a_moment_without_a_zone_is_local_time() -> None:
    local = datetime(2026, 11, 24, 3, 23, 31).astimezone().timestamp()
    assert position("2026-11-24T03:23:31") == Position("time", round(local * 1000))


@pytest.mark.parametrize(
    "text",
    ["", "beginn", "-5", "1e3", "15 minutes", "1.2.3m", "m", ".m", "2026-13-01", "24:00", "9" * 400 + "d", "9" * 5000],
)
def test_that_what_is_no_position_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(PositionError, match=r"^“.*” is no (position|span of time)\. Write .*\.$"):
        position(text)


@given(st.text(max_size=30) | st.text("0123456789.:-TZ msdh+", max_size=30))
def test_that_any_text_is_a_position_or_refused(text: str) -> None:
    try:
        assert isinstance(position(text), Position)
    except PositionError as error:
        assert str(error).endswith(".")


@pytest.mark.parametrize(
    ("text", "expected"), [("1ms", 1), ("60s", 60_000), ("15m", 900_000), ("2h", 7_200_000), ("1d", 86_400_000)]
)
def test_how_a_span_is_written(text: str, expected: int) -> None:
    assert milliseconds(text) == expected


@pytest.mark.parametrize("text", ["", "5", "s", "-5s", "5 s s", "5w", "1e3s"])
def test_that_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(PositionError, match="is no span of time"):
        milliseconds(text)


def test_that_only_a_span_back_from_now_depends_on_now() -> None:
    assert position("15m").at(MOMENT) == Position("time", MOMENT - 900_000)
    for text in ("beginning", "end", "1042", "2026-11-24T03:23:31Z"):
        assert position(text).at(5) == position(text)


@pytest.mark.parametrize(
    ("text", "shown"), [("beginning", "beginning"), ("end", "end"), ("1042", "offset 1042"), ("2s", "2000 ms ago")]
)
def test_how_a_position_is_named(text: str, shown: str) -> None:
    assert str(position(text)) == shown


@pytest.mark.parametrize(
    "said", [["end"], ["end", "0"], ["somewhere", 0], [0, "end"], "end", None, {}, ["end", 0, 0], ["end", 0.5]]
)
def test_that_what_names_no_position_in_a_message_is_refused(said: object) -> None:
    with pytest.raises(PositionError, match="is no position"):
        position_from(said)


def test_that_a_position_goes_through_a_message() -> None:
    for place in (position("end"), position("15m"), position("7"), position("2026-11-24T03:23:31Z")):
        assert position_from([place.kind, place.value]) == place
