"""Stored payloads, changed at random, through every decoder: `python -m tests.unit.decode.fuzz [SECONDS [SEED]]`.

Each must answer or raise Undecodable. Prints how many inputs there were, the slowest, and each that was answered otherwise as
an expression of Python; the exit code is 1 then. Four minutes are some 250,000 inputs.
"""

import sys
import time
from random import Random

from meshdesk.decode.chain import BOUNDS, DECODERS
from meshdesk.decode.contract import Payload, Schemas, Undecodable
from meshdesk.model.schema import SchemaState
from tests.unit.decode.golden import CASES, case, payload, schemas_of
from tests.unit.decode.poison import SCHEMAS, Every, EveryFile

LARGEST = 3_000  # bytes of a payload that is changed: the rest of a larger one is more of the same
FAILURES = 20  # after which it ends


def main(seconds: float, seed: int) -> int:
    """The exit code."""
    random = Random(seed)
    stored = _stored()
    count, failed, slowest = 0, 0, (0.0, "", b"")
    end = time.monotonic() + seconds
    while time.monotonic() < end and failed < FAILURES:
        was, schemas = random.choice(stored)
        data = _changed(random, was.data or b"", stored)
        answer = random.choice(
            (schemas, schemas, EveryFile(random.choice(SCHEMAS)), Every(random.choice(list(SchemaState))))
        )
        count += 1
        sent = Payload(data, was.role, was.topic, was.headers, was.record_key)
        for decoder in DECODERS:
            begun = time.perf_counter()
            try:
                decoder.decode(sent, data, answer, BOUNDS)
            except Undecodable:
                pass
            except Exception as error:
                failed += 1
                sys.stdout.write(f"{decoder.NAME}: {type(error).__name__}: {error}\n  {sent!r}\n")
            slowest = max(slowest, (time.perf_counter() - begun, decoder.NAME, data))
    took, name, data = slowest
    sys.stdout.write(
        f"{count:,} inputs, seed {seed}, {failed} failures; the slowest took {took:.3f} s ({name}): {data[:80]!r}\n"
    )
    return 1 if failed else 0


def _stored() -> list[tuple[Payload, Schemas]]:
    found: list[tuple[Payload, Schemas]] = []
    for path in CASES:
        said = case(path)
        for role in ("key", "value"):
            one = payload(said, role)
            if one.data and len(one.data) <= LARGEST:
                found.append((one, schemas_of(said)))
    return found


def _changed(random: Random, data: bytes, stored: list[tuple[Payload, Schemas]]) -> bytes:
    if random.random() < 0.05:
        return random.randbytes(random.randint(1, 80))
    out = bytearray(data)
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(out) + 1)
        way = random.randrange(5)
        if way == 0:
            out[at:at] = random.randbytes(random.randint(1, 4))
        elif way == 1:
            del out[at : at + random.randint(1, 6)]
        elif way == 2 and out:
            out[at % len(out)] ^= 1 << random.randrange(8)
        elif way == 3 and out:
            out[at % len(out)] = random.randrange(256)
        else:
            other = random.choice(stored)[0].data or b""
            start = random.randrange(len(other) or 1)
            out[at : at + 8] = other[start : start + random.randint(1, 20)]
    return bytes(out)


if __name__ == "__main__":
    sys.exit(
        main(
            float(sys.argv[1]) if len(sys.argv) > 1 else 60.0, int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns()
        )
    )
