"""Old captures are brought to today's format one version at a time, in order."""

from collections.abc import Callable

from meshdesk.capture.upgrade import NEWEST, STEPS, Manifest, upgraded


def step(name: str) -> Callable[[Manifest], Manifest]:
    """A step that notes which version it was given, and that it ran."""
    return lambda manifest: manifest | {"ran": [*manifest.get("ran", []), (name, manifest["version"])]}


FOUR = {1: step("1 to 2"), 2: step("2 to 3"), 3: step("3 to 4")}


def test_that_the_steps_run_one_a_version_in_order() -> None:
    manifest = upgraded({"version": 1, "id": "a"}, FOUR, 4)
    assert manifest == {"version": 4, "id": "a", "ran": [("1 to 2", 1), ("2 to 3", 2), ("3 to 4", 3)]}


def test_that_a_capture_begins_at_its_own_version() -> None:
    assert upgraded({"version": 3}, FOUR, 4) == {"version": 4, "ran": [("3 to 4", 3)]}
    assert upgraded({"version": 4}, FOUR, 4) == {"version": 4}


def test_that_what_was_read_is_left_as_it_is() -> None:
    manifest = {"version": 1, "id": "a"}
    upgraded(manifest, FOUR, 4)
    assert manifest == {"version": 1, "id": "a"}


def test_that_there_is_a_step_for_every_version_before_the_newest() -> None:
    assert sorted(STEPS) == list(range(1, NEWEST))
