"""A recording for tests: samples of the shop's topics, some of them uneven, with known rates."""

from collections.abc import Mapping

import numpy as np

from meshdesk.model.tracks import Tracks

BEGAN = 1_795_500_000_000  # ms; a full hour in UTC
SECONDS = 120
RATES = {
    "sales.orders.placed.v1": 30,
    "sales.baskets.v1": 12,
    "fraud.scores.v1": 9,
    "lonely": 3,
    "__consumer_offsets": 99,
}


def recording(rates: Mapping[str, int] = RATES, seconds: int = SECONDS, began: int = BEGAN) -> Tracks:
    """Three partitions a topic that grow evenly, together by its rate a second, a multiple of three; sampled once a second."""
    tracks = Tracks()
    for topic, rate in rates.items():
        for partition in range(3):
            series = tracks.number(("end", topic, partition))
            when = began + 1_000 * np.arange(seconds + 1)
            tracks.add(np.full(seconds + 1, series), when, 1_000 + rate // 3 * np.arange(seconds + 1))
    return tracks
