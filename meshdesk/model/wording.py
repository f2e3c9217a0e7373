"""Numbers, sizes, times and spans as people read them."""

from collections.abc import Sequence
from datetime import UTC, datetime

UNITS = ("B", "kB", "MB", "GB", "TB", "PB")


def count(number: int) -> str:
    """A whole number in full.

    >>> count(1184024)
    '1,184,024'
    """
    return f"{number:,}"


def plural(number: int, noun: str, nouns: str = "") -> str:
    """A count with its noun.

    >>> plural(1, "record"), plural(2100, "record"), plural(0, "query", "queries")
    ('1 record', '2,100 records', '0 queries')
    """
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """Some things in one sentence; `last` stands before the last of them.

    >>> listed(["Avro", "Thrift", "Ion"]), listed([".avsc", ".fbs"], "or"), listed(["Avro"])
    ('Avro, Thrift and Ion', '.avsc or .fbs', 'Avro')
    """
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def size(number: int) -> str:
    """Bytes with a decimal unit.

    >>> size(213), size(1500), size(1_100_000)
    ('213 B', '1.5 kB', '1.1 MB')
    """
    if number < 0:
        return f"-{size(-number)}"
    value, unit = float(number), 0
    while value >= 999.5 and unit < len(UNITS) - 1:
        value, unit = value / 1000, unit + 1
    if unit == 0:
        return f"{number} B"
    return f"{value:.1f} {UNITS[unit]}" if value < 99.95 else f"{value:.0f} {UNITS[unit]}"


def rate(per_second: float | None) -> str:
    """Records (or anything) per second; unknown is the word, nothing is a dash.

    >>> rate(None), rate(0), rate(0.31), rate(14), rate(812.4), rate(1234), rate(329_000)
    ('unknown', '–', '0.3/s', '14/s', '812/s', '1.2 k/s', '329 k/s')
    """
    if per_second is None:
        return "unknown"
    if per_second <= -0.05:
        return f"-{rate(-per_second)}"
    if per_second < 0.05:
        return "–"
    if per_second < 9.95:
        return f"{per_second:.1f}/s".replace(".0/s", "/s")
    if per_second < 999.5:
        return f"{per_second:.0f}/s"
    if per_second < 99_950:
        return f"{per_second / 1000:.1f} k/s"
    if per_second < 999_500:
        return f"{per_second / 1000:.0f} k/s"
    return f"{per_second / 1_000_000:,.1f} M/s"


def span(seconds: float) -> str:
    """How long something takes or lies back.

    >>> span(0.4), span(14), span(112), span(3720), span(200000)
    ('0.4 s', '14 s', '1 m 52 s', '1 h 2 m', '2 d 7 h')
    """
    if seconds < 0:
        return f"-{span(-seconds)}"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for unit, name, below, below_name in ((86400, "d", 3600, "h"), (3600, "h", 60, "m"), (60, "m", 1, "s")):
        if whole >= unit:
            return f"{whole // unit} {name} {whole % unit // below} {below_name}"
    return f"{whole} s"


def span_within(seconds: float, within: float) -> str:
    """How long something lies back, and how much more or less it may be in the smallest unit of it, where that can be seen.

    >>> span_within(14, 2), span_within(112, 0.5), span_within(0, 0), span_within(0.4, 0.5), span_within(618, 0.5)
    ('14 s ± 2', '1 m 52 s ± 0.5', '0 s', '0.4 s ± 0.5', '10 m 18 s')
    >>> span_within(7_300, 140), span_within(200_000, 4_000), span_within(618, 12.4)
    ('2 h 1 m ± 2', '2 d 7 h ± 1', '10 m 18 s ± 12')
    """
    unit = 3600 if seconds >= 86400 else 60 if seconds >= 3600 else 1
    more = within / unit
    said = "0 s" if seconds == 0 else span(seconds)
    if within < seconds / 500 or round(more, 1 if unit == 1 else 0) == 0:
        return said
    return f"{said} ± {more:.0f}" if more >= 9.95 or unit > 1 else f"{said} ± {more:.1f}".removesuffix(".0")


def day(moment: datetime) -> str:
    """A day in UTC.

    >>> day(datetime(2026, 11, 23, 18, tzinfo=UTC))
    '2026-11-23'
    """
    return f"{moment.astimezone(UTC):%Y-%m-%d}"


def iso(ms: int) -> str:
    """A moment in UTC, to the millisecond, as it stands in files and JSON lines; outside the calendar the number itself.

    >>> iso(1795488211940)
    '2026-11-24T02:43:31.940Z'
    """
    try:
        moment = datetime.fromtimestamp(ms // 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return f"{ms} ms"
    return f"{moment.replace(tzinfo=None).isoformat()}.{ms % 1000:03d}Z"
