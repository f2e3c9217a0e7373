"""Whether what was produced is what captures hold, byte for byte, with five million records and two restarts of the broker."""

import tempfile
from pathlib import Path

from tests.broker.round_trips import round_trip
from tests.speed.figures import figure
from tests.speed.kafka import loaded_broker

COUNT = 5_000_000


def main() -> None:
    """The figure round_trip.equal: the records of which it was asked; tests/broker/test_round_trips.py does it with fewer."""
    with loaded_broker() as broker, tempfile.TemporaryDirectory(prefix="meshdesk-speed-") as home:
        trip = round_trip(broker, Path(home), COUNT)
        goal = "the file of collect and the capture of a session equal what was produced, through two restarts"
        figure("round_trip.equal", "records", COUNT, None, goal, trip.is_equal and len(trip.restarts) == 2)


if __name__ == "__main__":
    main()
