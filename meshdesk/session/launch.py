"""The one place that knows how to start this program again as a child: from a checkout, an installed wheel, a frozen build."""

import os
import sys
from pathlib import Path

# Children read and write batches of a megabyte all day. Arrow's own choice of an allocator and that of glibc keep what was
# given back, some more of it each minute: at 50,000 records/s 1.8 MB in collect and 3.4 MB in look, over half an hour (2026-11).
# jemalloc gives back what nobody uses for a second, and so is what is mapped by itself; neither is there elsewhere.
FLAT = (
    {"ARROW_DEFAULT_MEMORY_POOL": "jemalloc", "MALLOC_MMAP_THRESHOLD_": str(256 << 10)}
    if sys.platform == "linux"
    else {}
)


def child_command(*verb: str) -> list[str]:
    """The argument list that runs `meshdesk VERB …` with pipes."""
    if getattr(sys, "frozen", False):
        program = Path(sys.executable)
        # A windowed program has no usable pipes on Windows; its console twin lies beside it.
        twin = program.with_name(f"{program.stem}-console{program.suffix}")
        return [str(twin if twin.exists() else program), *verb]
    return [sys.executable, "-m", "meshdesk", *verb]


def child_environment() -> dict[str, str]:
    """The environment of a child: ours, with this very package first, frames never held back, and memory that stays flat.

    A frozen program holds its package, and looks at none of these words: its children begin as it did.

    The folder that we were started in is kept off the path of modules, where `-m` would put it before everything: a
    json.py that lies there is none of ours.
    """
    if getattr(sys, "frozen", False):
        return {**FLAT, **os.environ}
    home = str(Path(__file__).resolve().parents[2])
    paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**FLAT, **os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1", "PYTHONSAFEPATH": "1"}
