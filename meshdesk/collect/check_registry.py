"""The step of a connection test that stands for itself: whether the schema registry answers, and as one."""

import threading
import time
from collections.abc import Callable
from contextlib import closing
from queue import Empty, SimpleQueue

from meshdesk.collect.glue import GlueClient, GlueFailed
from meshdesk.collect.properties import PropertiesError, Source
from meshdesk.collect.registry_client import MALFORMED, NO_ANSWER, Refused, RegistryClient
from meshdesk.model.address import GLUE, registry_problem, shown
from meshdesk.model.step import Step

ANSWER = 5.0  # s for one

Say = Callable[[Step], object]
Told = tuple[str, str]  # of a step: text, advice


class RegistryStep:
    """It stands for itself: a thread of its own asks it meanwhile."""

    def __init__(self, source: Source, say: Say, until: float) -> None:
        """`until`: monotonic; no answer is waited for any longer."""
        self._source, self._say = source, say
        self._name = f"The schema registry {shown(source.registry)}"
        self._until = until
        self._answer: SimpleQueue[Step] = SimpleQueue()
        say(Step("registry", "running"))
        threading.Thread(target=self._run, name="registry", daemon=True).start()

    def wait(self) -> bool:
        """Says what came of it, whether it did not fail."""
        try:
            step = self._answer.get(timeout=max(0.1, self._until - time.monotonic()))
        except Empty:
            step = Step("registry", "failed", f"{self._name} did not answer in time.", "Check its address.")
        self._say(step)
        return step.state != "failed"

    def _run(self) -> None:
        source = self._source
        if not source.registry.strip():
            self._answer.put(Step("registry", "skipped", "This connection has no schema registry."))
            return
        if problem := registry_problem(source.registry):
            self._answer.put(Step("registry", "failed", problem, "Write it as http://HOST:PORT or https://HOST:PORT."))
            return
        notes: list[str] = []
        if source.registry.strip().startswith(GLUE):
            self._answer.put(self._ask_glue())
            return
        try:
            client = RegistryClient(
                source.registry, source.registry_user, source.registry_ca, ANSWER, lambda text, _: notes.append(text)
            )
        except PropertiesError as error:
            self._answer.put(Step("registry", "failed", *parted(str(error))))
            return
        with closing(client):
            self._answer.put(self._ask(client, " ".join(notes)))

    def _ask_glue(self) -> Step:
        try:
            with closing(GlueClient(self._source.registry, self._source.registry_ca, ANSWER)) as client:
                client.try_out()
        except PropertiesError as error:
            return Step("registry", "failed", *parted(str(error)))
        except GlueFailed as error:
            reason, advice = error.said
            return Step("registry", "failed", f"{self._name} {reason}.", f"{advice[:1].upper()}{advice[1:]}.")
        return Step("registry", "passed", f"{self._name} answers with the credentials of AWS on this machine.")

    def _ask(self, client: RegistryClient, note: str) -> Step:
        """Which kinds of schema it knows: a question that needs no right to any subject."""
        try:
            kinds = client.get("/schemas/types")
            if not (isinstance(kinds, list) and all(isinstance(kind, str) for kind in kinds)):
                raise TypeError(kinds)
        except (*NO_ANSWER, Refused, *MALFORMED) as error:
            reason, advice = client.reason(error)
            return Step(
                "registry", "failed", joined(f"{self._name} {reason}.", note), f"{advice[:1].upper()}{advice[1:]}."
            )
        who = "with its login" if self._source.registry_user else "to anybody"
        return Step("registry", "passed", joined(f"{self._name} answers {who}: {', '.join(sorted(kinds))}.", note))


def joined(text: str, wrong: str) -> str:
    return f"{text} {wrong}".strip()


def parted(sentence: str) -> Told:
    """What happened, and what to do: the first sentence and the others."""
    text, _, advice = sentence.partition(". ")
    return (f"{text}." if advice else text), advice
