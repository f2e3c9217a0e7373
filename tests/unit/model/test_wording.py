"""Numbers, sizes, times and spans, at the places where the unit changes."""

import pytest

from meshdesk.model.wording import count, iso, plural, rate, size, span


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (999, "999"), (1000, "1,000"), (-1184024, "-1,184,024"), (2**63, f"{2**63:,}")]
)
def test_how_a_count_reads(number: int, text: str) -> None:
    assert count(number) == text


@pytest.mark.parametrize(
    ("number", "noun", "nouns", "text"),
    [
        (0, "record", "", "0 records"),
        (1, "record", "", "1 record"),
        (2, "record", "", "2 records"),
        (1, "query", "queries", "1 query"),
        (1500, "query", "queries", "1,500 queries"),
    ],
)
def test_how_a_count_reads_with_its_noun(number: int, noun: str, nouns: str, text: str) -> None:
    assert plural(number, noun, nouns) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (99_949, "99.9 kB"),
        (99_950, "100 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (32 << 20, "33.6 MB"),
        (10**15, "1.0 PB"),
        (10**19, "10000 PB"),
        (-1500, "-1.5 kB"),
    ],
)
def test_how_a_size_reads(number: int, text: str) -> None:
    assert size(number) == text


@pytest.mark.parametrize(
    ("per_second", "text"),
    [
        (None, "unknown"),
        (0, "–"),
        (0.049, "–"),
        (0.05, "0.1/s"),
        (2.02, "2/s"),
        (9.94, "9.9/s"),
        (9.96, "10/s"),
        (999.4, "999/s"),
        (999.6, "1.0 k/s"),
        (99_940, "99.9 k/s"),
        (99_960, "100 k/s"),
        (999_400, "999 k/s"),
        (999_960, "1.0 M/s"),
        (1_234_567_890, "1,234.6 M/s"),
        (-0.01, "–"),
        (-812.4, "-812/s"),
    ],
)
def test_how_a_rate_reads(per_second: float | None, text: str) -> None:
    assert rate(per_second) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.4, "59 s"),
        (59.96, "1 m 0 s"),
        (119.6, "2 m 0 s"),
        (3599.6, "1 h 0 m"),
        (7199.9, "2 h 0 m"),
        (86_399.6, "1 d 0 h"),
        (8_640_000, "100 d 0 h"),
        (-3720, "-1 h 2 m"),
    ],
)
def test_how_a_span_reads(seconds: float, text: str) -> None:
    assert span(seconds) == text


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (1_795_488_211_940, "2026-11-24T02:43:31.940Z"),
        (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        (253_402_300_800_000, "253402300800000 ms"),
        (-62_135_596_800_001, "-62135596800001 ms"),
        (2**63 - 1, "9223372036854775807 ms"),
    ],
)
def test_how_a_moment_reads_and_that_the_calendar_may_end(ms: int, text: str) -> None:
    assert iso(ms) == text
