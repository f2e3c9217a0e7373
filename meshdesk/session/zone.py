"""The zone in which moments are shown: the system's, or UTC. Its one owner, for all that the window says."""

from datetime import UTC, datetime
from typing import Literal

Zone = Literal["local", "utc"]


class _Chosen:
    """What is shown now; only `show_in` changes it."""

    zone: Zone = "local"


def show_in(zone: Zone) -> None:
    """From now on moments are shown in this zone; what was worded before is to be worded anew."""
    _Chosen.zone = zone


def shown_in() -> Zone:
    return _Chosen.zone


def in_zone(ms: int) -> datetime:
    """A moment in the zone that was chosen. Raises ValueError, OverflowError or OSError outside the calendar."""
    moment = datetime.fromtimestamp(ms // 1000, UTC)
    return moment if _Chosen.zone == "utc" else moment.astimezone()
