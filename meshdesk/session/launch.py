"""The one place that knows how to start this program again as a child: from a checkout, an installed wheel, a frozen build."""

import os
import sys
from pathlib import Path


def child_command(*verb: str) -> list[str]:
    """The argument list that runs `meshdesk VERB …` with pipes."""
    if getattr(sys, "frozen", False):
        program = Path(sys.executable)
        # A windowed program has no usable pipes on Windows; its console twin lies beside it.
        twin = program.with_name(f"{program.stem}-console{program.suffix}")
        return [str(twin if twin.exists() else program), *verb]
    return [sys.executable, "-m", "meshdesk", *verb]


def child_environment() -> dict[str, str]:
    """The environment of a child: ours, with this very package first, and frames never held back.

    A frozen program holds its package, and looks at none of these words: its children begin as it did.

    The folder that we were started in is kept off the path of modules, where `-m` would put it before everything: a
    json.py that lies there is none of ours.
    """
    if getattr(sys, "frozen", False):
        return dict(os.environ)
    home = str(Path(__file__).resolve().parents[2])
    paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1", "PYTHONSAFEPATH": "1"}
