"""Moments as text, exact to the nanosecond, in and beyond the years that Python's own dates have."""

from datetime import date, timedelta

EPOCH = date(1970, 1, 1)


def day_of(days: int) -> str | None:
    """The day so many days after 1970-01-01; None where no calendar of four digits has it.

    >>> day_of(20513), day_of(10_000_000)
    ('2026-03-01', None)
    """
    try:
        return (EPOCH + timedelta(days=days)).isoformat()
    except OverflowError:
        return None


def clock(units: int, digits: int) -> str:
    """The time of day, so many units of 10^-digits seconds after midnight.

    >>> clock(45_296_007, 3)
    '12:34:56.007'
    """
    seconds, fraction = divmod(units, 10**digits)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{fraction:0{digits}d}"


def timestamp(units: int, digits: int, zone: str = "Z") -> str | None:
    """The moment so many units of 10^-digits seconds after 1970; None where no calendar has it.

    >>> timestamp(-1, 9)
    '1969-12-31T23:59:59.999999999Z'
    """
    days, rest = divmod(units, 86_400 * 10**digits)
    day = day_of(days)
    return f"{day}T{clock(rest, digits)}{zone}" if day else None
