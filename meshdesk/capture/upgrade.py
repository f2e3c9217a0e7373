"""Old captures, brought to today's format when they are opened: one function a step, from version n to n + 1."""

from collections.abc import Callable, Mapping
from typing import Any

NEWEST = 2

Manifest = dict[str, Any]
Step = Callable[[Manifest], Manifest]


def _to_2(manifest: Manifest) -> Manifest:
    """Version 2 rolls the index with the segments and seals them. An index without a number is one generation (reader.py)."""
    return manifest


# The next version adds its step here and keeps every older one, and its stored capture in the tests.
STEPS: dict[int, Step] = {1: _to_2}


def upgraded(manifest: Manifest, steps: Mapping[int, Step] = STEPS, newest: int = NEWEST) -> Manifest:
    """The manifest as the newest version writes it. Files are left as they are; a step may note in it how to read them."""
    version = int(manifest["version"])
    while version < newest and version in steps:
        manifest = steps[version](manifest) | {"version": version + 1}
        version += 1
    return manifest
