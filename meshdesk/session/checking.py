"""The test of a connection, as the window follows it: a collect program that only checks, and what it has said so far."""

import time
from collections.abc import Callable
from dataclasses import replace

from meshdesk.model.frame import Message
from meshdesk.model.step import Step, step_from, with_step
from meshdesk.session.children import Child
from meshdesk.session.connection import Connection
from meshdesk.session.explainers import ended_how

MOST = 15.0  # s; it ends after 9 by itself, and a busy machine needs some to start it


class Checking:
    """One test. Lives on the window's thread; nothing here waits."""

    def __init__(self, start: Callable[[], Child], connection: Connection) -> None:
        self.steps: tuple[Step, ...] = ()  # those that have begun, in their order
        self.done = False
        self.ok = False  # every step passed, or was not needed
        self.revision = 0
        self.child: Child | None = None
        self._until = time.monotonic() + MOST
        try:
            self.child = start()
        except OSError as error:
            text = f"The connection cannot be tested: {error.strerror or 'the program does not start'}."
            self._end(Step("name", "failed", text, "Close other programs and test again."))
            return
        self.child.send(
            {
                "bootstrap": connection.bootstrap,
                "registry": connection.registry,
                "registry_user": connection.registry_user,
                "registry_ca": connection.registry_ca,
                "catalogues": list(connection.catalogues),
                "schemas": list(connection.schemas),
                "properties": dict(connection.properties),
            }
        )

    def cancel(self) -> None:
        """Nobody wants to know any more; what was heard until then stays."""
        if not self.done:
            self._end(None)
        if self.child is not None:
            self.child.hang_up()

    def hear(self, message: Message | None) -> None:
        """Takes what the program says; None is its end."""
        if self.done:
            return
        if message is None:
            assert self.child is not None
            why = self.child.reason or ended_how(self.child)
            self._end(self._broken(f"The test ended unexpectedly: {why}."))
        elif message.get("is") == "checked":
            self.ok = bool(message.get("ok"))
            self._end(None)
        elif message.get("is") == "step" and (step := step_from(message)) is not None:
            self.steps = with_step(self.steps, step)
            self.revision += 1

    def beat(self) -> None:
        """Ends a program that hangs; its end is heard."""
        if not self.done and self.child is not None and time.monotonic() > self._until:
            self.child.kill(f"it had not finished after {MOST:g} s")

    def _broken(self, text: str) -> Step:
        """The step that the program was at is the one that failed."""
        running = next((step for step in self.steps if step.state == "running"), None)
        step = running or Step("name", "running")
        return replace(
            step, state="failed", text=text, advice="Test again; if it comes back, tell it to the makers of MeshDesk."
        )

    def _end(self, last: Step | None) -> None:
        if last is not None:
            self.steps = with_step(self.steps, last)
        self.steps = tuple(
            replace(step, state="skipped", text="Not finished.") if step.state == "running" else step
            for step in self.steps
        )
        self.done = True
        self.revision += 1
