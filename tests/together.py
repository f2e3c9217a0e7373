"""Many small cases as one test that names all that fail: a test of its own for each takes 5 ms of the whole run, whatever it does."""

from collections.abc import Callable, Mapping
from typing import TypeVar

Case = TypeVar("Case")


def all_hold(check: Callable[[Case], object], cases: Mapping[str, Case]) -> None:
    """Checks every case, also behind one that fails. Raises one group of what went wrong, each with the name of its case."""
    failed = []
    for name, case in cases.items():
        try:
            check(case)
        except Exception as error:
            error.add_note(f"The case: {name}")
            failed.append(error)
    if failed:
        raise ExceptionGroup(f"{len(failed)} of {len(cases)} do not hold", failed)
    assert cases
