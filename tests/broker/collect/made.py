"""A connection test as its tests make it: in this process, and held against what every test of a connection has to say."""

import time

from meshdesk.collect.check import check
from meshdesk.collect.properties import Source
from meshdesk.model.step import NAMES, Name, Step, with_step


class Made:
    """One test that was made."""

    def __init__(
        self,
        bootstrap: str,
        properties: dict[str, str] | None = None,
        registry: str = "",
        user: str = "",
        ca: str = "",
        catalogues: tuple[str, ...] = (),
        schemas: tuple[str, ...] = (),
    ) -> None:
        self.said: list[Step] = []
        started = time.monotonic()
        source = Source(bootstrap, registry, properties or {}, user, ca, catalogues=catalogues, schemas=schemas)
        self.ok = check(source, self.said.append)
        assert time.monotonic() - started < 10
        steps: tuple[Step, ...] = ()
        for step in self.said:
            steps = with_step(steps, step)
        self.steps = {step.name: step for step in steps}
        assert list(self.steps) == list(NAMES), "each step is said, in whatever end"
        assert self.ok == all(step.state in ("passed", "skipped") for step in steps)
        assert all(step.text.endswith((".", "9092.")) and "!" not in step.text for step in steps)

    @property
    def states(self) -> str:
        """One letter a step: passed, failed, skipped."""
        return "".join(step.state[0] for step in self.steps.values())

    def failure(self, name: Name) -> str:
        """What the one step says that failed."""
        failed = [step for step in self.steps.values() if step.state == "failed"]
        assert [step.name for step in failed] == [name]
        assert failed[0].advice
        return f"{failed[0].text} {failed[0].advice}"
