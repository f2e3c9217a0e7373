"""Moments as text, counted in units from 1970-01-01 in UTC: exact, and None where no calendar has them."""

from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache

EPOCH = date(1970, 1, 1)
WORDS = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
DAY = 86_400  # seconds
# As text, which is looked up four times as fast as it is written: rows of moments are what lists are full of.
MINUTES = tuple(f"{minute // 60:02d}:{minute % 60:02d}:" for minute in range(DAY // 60))
SECONDS = tuple(f"{second:02d}" for second in range(60))
FEW = 10**6  # an exponent beyond it is an attack, not a number


@lru_cache(maxsize=1_024)  # days; records of a topic are of few
def day(days: int) -> str | None:
    """A day in ISO 8601.

    >>> day(0), day(-1), day(10**9)
    ('1970-01-01', '1969-12-31', None)
    """
    try:
        return (EPOCH + timedelta(days=days)).isoformat()
    except OverflowError:
        return None


def clock(units: int, digits: int) -> str:
    """A time of day, of units of which a second has 10**digits.

    >>> clock(43_200_001, 3), clock(61, 0)
    ('12:00:00.001', '00:01:01')
    """
    seconds, fraction = divmod(units, 10**digits)
    if 0 <= seconds < DAY:
        text = MINUTES[seconds // 60] + SECONDS[seconds % 60]
    else:
        text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{text}.{str(fraction).zfill(digits)}" if digits else text


def moment(units: int, digits: int, zone: str = "Z") -> str | None:
    """A moment in ISO 8601, of units of which a second has 10**digits.

    >>> moment(1_772_366_401_123, 3), moment(-1, 9), moment(10**20, 0)
    ('2026-03-01T12:00:01.123Z', '1969-12-31T23:59:59.999999999Z', None)
    """
    seconds, fraction = divmod(units, 10**digits)
    days, rest = divmod(seconds, DAY)
    found = day(days)
    if found is None:
        return None
    text = f"{found}T{MINUTES[rest // 60]}{SECONDS[rest % 60]}"
    return f"{text}.{str(fraction).zfill(digits)}{zone}" if digits else text + zone


def scaled(unscaled: int, scale: int) -> str:
    """A decimal number with as many digits behind its point as its scale says.

    >>> scaled(12340, 3), scaled(-5, 2), scaled(5, -2), scaled(7, 0)
    ('12.340', '-0.05', '500', '7')
    """
    if scale <= 0:
        return str(unscaled) + "0" * (-scale if unscaled else 0)
    digits = str(abs(unscaled)).rjust(scale + 1, "0")
    return f"{'-' if unscaled < 0 else ''}{digits[:-scale]}.{digits[-scale:]}"


def real(number: float) -> str:
    """A float as text that says exactly the same."""
    text = repr(number)
    return WORDS.get(text, text)


def seconds_as_moment(text: str) -> str | None:
    """A moment from seconds with a fraction, as written; None where it is finer than nanoseconds or no calendar has it.

    >>> seconds_as_moment("1772366401.5"), seconds_as_moment("NaN")
    ('2026-03-01T12:00:01.500000000Z', None)
    """
    try:
        seconds = Decimal(text)
    except InvalidOperation:
        return None
    if not seconds.is_finite() or not -FEW < seconds.adjusted() < 20:
        return None
    nanos = seconds * 10**9
    return moment(int(nanos), 9) if nanos == int(nanos) else None
