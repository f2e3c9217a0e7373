"""The test of a connection, step by step, before anybody relies on it: `meshdesk collect --check`, told by one frame.

In: a frame with `bootstrap` and, where wanted, `registry`, `registry_user`, `registry_ca`, `catalogues`, `schemas`, `properties`, as the
collect program takes them. Out: frames {"is": "step", …} (model/step.py), at last {"is": "checked", "ok": …}. It asks what every
client asks (ApiVersions, a login, Metadata), keeps nothing, and ends after SECONDS at the latest, or with its stdin.
"""

import threading
import time
from collections.abc import Callable, Sequence
from math import ceil
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from meshdesk import logs
from meshdesk.collect.certificates import Own, own
from meshdesk.collect.check_catalogues import FoldersStep
from meshdesk.collect.check_registry import RegistryStep, Say, Told, joined, parted
from meshdesk.collect.client import Cluster, KafkaTrouble
from meshdesk.collect.diagnosis import advertised, logs_in, spoken_plainly, wrong_partner
from meshdesk.collect.properties import PropertiesError, Source
from meshdesk.collect.reach import Address, Place, Speaks, Unreached, addresses, connect, resolve
from meshdesk.collect.tls import Shaken, shake_hands, trust_of, uses_tls, wants_certificate
from meshdesk.model.address import bootstrap_problem
from meshdesk.model.frame import Message
from meshdesk.model.setting import is_secret
from meshdesk.model.step import Name, Step, step_message
from meshdesk.model.trouble import KEEPS_TRYING
from meshdesk.model.wording import day, plural
from meshdesk.pipes import Pipes

SECONDS = 9.0  # for all of it
LOOK_UP, CONNECT, SHAKE, ADVERTISED = 3.0, 3.0, 3.0, 3.0  # s for a step, whose addresses are tried all at once
MOST = 20  # addresses of a list of brokers, or brokers of a cluster: more would say no more
SHOWN = 3  # of them in a sentence
NOT_TRIED = "Not tried, as a step before it failed."

T = TypeVar("T")


def child() -> int:
    """Tests what the first frame names; the exit code is 0 where the test was made, whatever came of it."""
    pipes = Pipes()
    first = pipes.messages.get()
    if first is None:
        return 1
    ended: SimpleQueue[bool] = SimpleQueue()

    def work() -> None:
        ended.put(check(_source(first), lambda step: pipes.send(step_message(step))))

    worker = threading.Thread(target=work, name="check", daemon=True)
    worker.start()
    while worker.is_alive() or not ended.empty():
        try:
            pipes.send({"is": "checked", "ok": ended.get(timeout=0.05)})
            return 0
        except Empty:
            pass
        if not pipes.messages.empty() and pipes.messages.get() is None:
            return 0  # nobody wants to know any more
    return 1  # a mistake of ours: its traceback is what it said last


def _source(first: Message) -> Source:
    """Whatever is not there is "", which is said at its step."""
    said = first.get("properties")
    properties = {str(k): str(v) for k, v in said.items()} if isinstance(said, dict) else {}
    bootstrap, registry, user, ca = (
        str(first.get(name) or "") for name in ("bootstrap", "registry", "registry_user", "registry_ca")
    )
    logs.keep_secret(user, user.partition(":")[2])
    logs.keep_secret(*(value for name, value in properties.items() if is_secret(name, value)))
    catalogues, schemas = _paths(first.get("catalogues")), _paths(first.get("schemas"))
    return Source(bootstrap, registry, properties, user, ca, catalogues=catalogues, schemas=schemas)


def _paths(said: object) -> tuple[str, ...]:
    return tuple(map(str, said)) if isinstance(said, list) else ()


def check(source: Source, say: Say) -> bool:
    """Makes all steps; whether none failed."""
    until = time.monotonic() + SECONDS
    registry = RegistryStep(source, say, until)
    schemas = FoldersStep("schemas", source.schemas, say, until)
    catalogues = FoldersStep("catalogues", source.catalogues, say, until)
    is_fine = _Kafka(source, say).run()
    return all((registry.wait(), schemas.wait(), catalogues.wait(), is_fine))


class _Failed(Exception):
    """A step failed: what happened, and what to do."""

    def __init__(self, text: str, advice: str, step: Name | None = None) -> None:
        super().__init__(text)
        self.text, self.advice, self.step = text, advice, step


class _Skipped(Exception):
    """A step is not needed, or cannot be told from the next one."""


class _Kafka:
    """The steps to a cluster, and what they have found so far."""

    def __init__(self, source: Source, say: Say) -> None:
        self._source, self._say = source, say
        self._until = time.monotonic() + SECONDS
        self._places: dict[Address, list[Place]] = {}  # the addresses that do, so far
        self._speaks: dict[Address, Speaks | None] = {}
        self._wants_certificate: Address | None = None
        self._own: Own | None = None
        self._metadata: Any = None
        self._no_metadata: _Failed | None = None

    def run(self) -> bool:
        steps: dict[Name, Callable[[], Told]] = {
            "name": self._look_up,
            "tcp": self._connect,
            "tls": self._shake,
            "login": self._log_in,
            "metadata": self._ask,
        }
        for name, step in steps.items():
            self._say(Step(name, "running"))
            try:
                self._say(Step(name, "passed", *step()))
            except _Skipped as skipped:
                self._say(Step(name, "skipped", str(skipped)))
            except _Failed as failed:
                at = failed.step or name
                if at != name:  # the handshake went well until the other end wanted a certificate
                    self._say(Step(name, "passed", "TLS is spoken there."))
                self._say(Step(at, "failed", failed.text, failed.advice))
                for other in list(steps)[list(steps).index(at) + 1 :]:
                    self._say(Step(other, "skipped", NOT_TRIED))
                return False
        return True

    def _left(self, most: float) -> float:
        return max(0.1, min(most, self._until - time.monotonic()))

    def _on_each(self, work: Callable[[Address], T], seconds: float) -> tuple[dict[Address, T], Told]:
        """What came of each address that is left; and what is said of those that do not do. Raises _Failed where none does."""
        found, wrong = _each(list(self._places), work, seconds)
        errors = list(wrong.values())
        if not found:
            text = " ".join(dict.fromkeys(error.text for error in errors))
            raise _Failed(text, errors[0].advice, "login" if errors[0].step == "login" else None)
        self._places = {address: self._places[address] for address in found}
        return found, (" ".join(error.text for error in errors), errors[0].advice if errors else "")

    def _look_up(self) -> Told:
        if not self._source.bootstrap.strip():
            raise _Failed("No broker is named.", bootstrap_problem(""))
        if problem := bootstrap_problem(self._source.bootstrap):
            raise _Failed(*parted(problem))
        self._places = {address: [] for address in addresses(self._source.bootstrap)[:MOST]}
        seconds = self._left(LOOK_UP)
        found, (wrong, advice) = self._on_each(lambda address: resolve(address, seconds), seconds)
        self._places = found
        names = {address.host: places[0].numbers for address, places in found.items() if not address.is_numeric}
        text = f"{_listed([f'{name} is {numbers}' for name, numbers in names.items()])}."
        return joined(text if names else "There is no name to look up.", wrong), advice

    def _connect(self) -> Told:
        seconds = self._left(CONNECT)

        def took(address: Address) -> float:
            started = time.monotonic()
            connect(address, self._places[address], seconds).close()
            return time.monotonic() - started

        found, (wrong, advice) = self._on_each(took, seconds)
        takes = "takes connections" if len(found) == 1 else "take connections"
        text = f"{_listed([str(address) for address in found])} {takes} (within {ceil(max(found.values()) * 1000)} ms)."
        return joined(text, wrong), advice

    def _shake(self) -> Told:
        seconds = self._left(SHAKE)
        if not uses_tls(self._source.properties):
            # Raises _Failed where TLS is all that is spoken there.
            self._speaks = dict(
                self._on_each(lambda each: spoken_plainly(each, self._places[each], seconds), seconds)[0]
            )
            raise _Skipped("This connection does without TLS: whoever is on the way can read along.")
        trust = trust_of(self._source.properties)
        try:
            self._own = own(self._source.properties)
            found, (wrong, advice) = self._on_each(
                lambda each: shake_hands(each, self._places[each], trust, seconds), seconds
            )
        except PropertiesError as error:
            raise _Failed(*parted(str(error))) from error
        self._speaks = {address: shaken.speaks for address, shaken in found.items()}
        self._wants_certificate = next((address for address, shaken in found.items() if shaken.wants_certificate), None)
        if not trust.verifies:
            advice = (
                advice
                or "Have certificates verified (enable.ssl.certificate.verification): now anybody may stand between."
            )
        return joined(_secured(found, trust.verifies), wrong), advice

    def _log_in(self) -> Told:
        """With the metadata behind it, as librdkafka does it, and the collect program with that."""
        partners = self._speaks.items()
        wrong = [wrong_partner(address, speaks, self._source.properties) for address, speaks in partners]
        if wrong and (first := wrong[0]) is not None and None not in wrong:
            self._no_metadata = _Failed(first.text, first.advice)
            if first.step == "login":
                raise self._no_metadata
        else:
            self._request()
        settings, is_unheard = self._source.properties, self._no_metadata is not None
        if not logs_in(settings) and self._own is None:
            raise _Skipped("This connection logs nobody in.")
        if is_unheard:
            raise _Skipped("Nothing was heard of the login.")
        if self._own is not None and not logs_in(settings):
            mine = self._own.certificate
            return f"The certificate of this client is taken ({mine.subject}, valid until {day(mine.ends)}).", ""
        mechanism = settings.get("sasl.mechanism") or settings.get("sasl.mechanisms", "")
        return f"“{settings.get('sasl.username', '')}” is logged in ({mechanism}).", ""

    def _request(self) -> None:
        """Asks for the metadata. Raises _Failed where it is the login that keeps it from answering."""
        try:
            self._metadata = Cluster(self._source, lambda trouble: None).metadata(timeout=self._left(SECONDS))
        except PropertiesError as error:
            raise _Failed(*parted(str(error))) from error
        except KafkaTrouble as failed:
            if self._wants_certificate is not None:
                refused = wants_certificate(self._wants_certificate, self._source.properties)
                raise _Failed(refused.text, refused.advice) from failed
            said = _Failed(failed.trouble.text, failed.trouble.advice.replace(KEEPS_TRYING, ""))
            if failed.step == "login":
                raise said from failed
            self._no_metadata = said

    def _ask(self) -> Told:
        """What the cluster says of itself, and whether each of its brokers can be reached where it says that it is."""
        if self._no_metadata is not None:
            raise self._no_metadata
        said = self._metadata
        brokers = {Address(broker.host, broker.port): number for number, broker in said.brokers.items()}
        self._advertised(brokers)
        topics = [name for name in said.topics if not name.startswith("__")]
        text = f"{plural(len(brokers), 'broker')} and {plural(len(topics), 'topic')}."
        if not topics:
            return text, "A login sees the topics that it may describe: ask for that right if there are some."
        return text, ""

    def _advertised(self, brokers: dict[Address, int]) -> None:
        new = [address for address in brokers if address not in self._places][:MOST]
        seconds = self._left(ADVERTISED)

        def reach(address: Address) -> None:
            places = resolve(address, seconds)
            if uses_tls(self._source.properties):
                shake_hands(address, places, trust_of(self._source.properties), seconds, asks_kafka=False)
            else:
                connect(address, places, seconds).close()

        _, wrong = _each(new, reach, seconds)
        wrong = {address: error for address, error in wrong.items() if error.step != "login"}
        if wrong:
            address, error = next(iter(wrong.items()))
            only = f"{len(wrong)} of {len(brokers):,} brokers cannot be reached." if len(brokers) > 1 else ""
            first = advertised(address, brokers[address], self._source.bootstrap, error)
            raise _Failed(joined(only, first.text), first.advice)


def _each(
    all_of: Sequence[Address], work: Callable[[Address], T], seconds: float
) -> tuple[dict[Address, T], dict[Address, Unreached]]:
    """Does it for all at once, in threads that nobody waits for longer. Raises what is wrong with more than one address."""
    answers: SimpleQueue[tuple[Address, T | Unreached | PropertiesError]] = SimpleQueue()

    def do(address: Address) -> None:
        try:
            answers.put((address, work(address)))
        except (Unreached, PropertiesError) as error:
            answers.put((address, error))

    for address in all_of:
        threading.Thread(target=do, args=(address,), name="address", daemon=True).start()
    until = time.monotonic() + seconds + 0.5
    said: dict[Address, T | Unreached | PropertiesError] = {}
    while len(said) < len(all_of):
        try:
            address, answer = answers.get(timeout=max(0.0, until - time.monotonic()))
        except Empty:
            break
        said[address] = answer
    found: dict[Address, T] = {}
    wrong: dict[Address, Unreached] = {}
    for address in all_of:  # in their own order, whoever answered first
        late = Unreached(
            "tcp", f"{address} did not answer within {seconds:.0f} s.", "Check the network and the broker."
        )
        answer = said.get(address, late)
        if isinstance(answer, PropertiesError):
            raise answer
        if isinstance(answer, Unreached):
            wrong[address] = answer
        else:
            found[address] = answer
    return found, wrong


def _secured(found: dict[Address, Shaken], verifies: bool) -> str:
    (address, shaken), *others = found.items()
    certificate = shaken.certificate
    text = f"{shaken.version} with {address}"
    if certificate is not None:
        text += f", whose certificate is for {certificate.named}, signed by {certificate.issuer}, valid until {day(certificate.ends)}"
    if not verifies:
        text += ", and which nobody verified"
    if others:
        soonest = min((one.certificate.ends for one in found.values() if one.certificate), default=None)
        text += f"; likewise with {plural(len(others), 'other')}" + (
            f", the first until {day(soonest)}" if soonest else ""
        )
    return f"{text}."


def _listed(words: Sequence[str]) -> str:
    more = len(words) - SHOWN
    return ", ".join(words[:SHOWN]) + (f" and {more} more" if more > 0 else "")
