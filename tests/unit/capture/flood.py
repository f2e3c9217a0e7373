"""A program that writes to a capture until it is killed: `python -m tests.unit.capture.flood FOLDER SEED FROM`.

It writes the records `counted(FROM)`, `counted(FROM + 1)` … of two topics in turns, in batches of a size by chance, and says
after each batch how many records it has stored.
"""

import os
import random
import sys
from pathlib import Path

from meshdesk.capture.writer import Writer
from meshdesk.model.fact import Checked
from tests.unit.capture.making import SEEN, counted, write

MOST = 200_000  # it ends by itself where nobody kills it


def main() -> None:
    """Writes."""
    folder, seed, first = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    chance = random.Random(seed)
    writer = Writer(folder, segment_size=100_000)
    at = first
    while at < first + MOST:
        size = chance.choice([1, 1, 2, 10, 100])
        topic = writer.topic(f"t{at % 2}")
        write(writer, topic, [counted(number) for number in range(at, at + size)])
        at += size
        os.write(1, b"%d\n" % at)
        if chance.random() < 0.2:
            writer.facts([Checked("kafka", SEEN, at)])
            writer.samples([(at, writer.series("end", f"t{at % 2}", at % 50), at)])


if __name__ == "__main__":
    main()
