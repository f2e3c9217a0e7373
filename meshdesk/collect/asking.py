"""A client for questions that may never be answered, as those to the coordinators of groups: it waits for so long and no longer."""

import threading
import time
from collections.abc import Collection, Mapping
from concurrent.futures import Future, wait
from contextlib import suppress
from typing import Any, TypeVar

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from meshdesk.collect.client import REQUEST_TIMEOUT, Cluster, KafkaTrouble
from meshdesk.collect.properties import Source
from meshdesk.model.trouble import Trouble

WAIT = REQUEST_TIMEOUT  # s
PATIENCE = 2 * WAIT  # s; of the client, with a question whose answer nobody waits for by then
SOON = 0.5  # s in which it is looked whether to stop
HUNG = 10  # clients that do not end: each keeps three threads and some 500 kB, and they are no one's any more


Question = TypeVar("Question")


class Asking(Cluster):
    """One per thread. It says no trouble: who watches the cluster does."""

    def __init__(self, source: Source) -> None:
        super().__init__(source, lambda trouble: None)
        self._leaving: list[threading.Thread] = []

    @property
    def admin(self) -> AdminClient:
        """To ask, with a `request_timeout` of PATIENCE; `answers` waits for it. Another one after each late answer."""
        admin: AdminClient = self._admin
        return admin

    def answers(self, asked: Mapping[Question, Future[Any]], stop: threading.Event) -> dict[Question, Any]:
        """What each question got: its answer, or the KafkaError of one that failed or came too late.

        A part of the cluster that is away keeps nobody else's answers. Once `stop` is set nothing is waited for, and what is
        not there is left out.
        """
        waiting, self._last, until = set(asked.values()), Trouble(""), time.monotonic() + WAIT
        while waiting and not stop.is_set() and time.monotonic() < until:
            waiting = set(wait(waiting, timeout=0.1).not_done)
            self._admin.poll(0)
        found: dict[Question, Any] = {}
        for name, answer in asked.items():
            try:
                found[name] = answer.result(0)
                self._has_answered = True
            except KafkaException as error:
                found[name] = error.args[0]
            except TimeoutError:
                if not stop.is_set():
                    found[name] = KafkaError(KafkaError._TIMED_OUT)
        if not stop.is_set() and any(map(_is_late, found.values())):
            self.leave()
            self._admin = self._made()
        return found

    def leads(self, topics: Collection[str], stop: threading.Event) -> bool:
        """Whether the client knows who leads the partitions of topics (`learn_leaders`); it is asked for here, and for no longer
        than an answer is waited for. Not once `stop` is set."""
        until = time.monotonic() + WAIT
        while not stop.is_set() and time.monotonic() < until:
            with suppress(KafkaTrouble):
                self.learn_leaders(topics, SOON)
                return True
            stop.wait(0.1)  # what is refused is refused at once
        return False

    def leave(self) -> None:
        """Lets go of a client with questions that nobody answers.

        WORKAROUND https://github.com/confluentinc/librdkafka/issues/4605: a question to a coordinator that has timed out
        aborts the program when that broker comes back; with the client it ends in peace, if it has not timed out yet. But
        the end of such a client may hang for ever, waiting for a broker that a lost answer still holds: not in our thread.
        """
        only, self._admin, self._led = [self._admin], None, {}
        self._leaving = [thread for thread in self._leaving if thread.is_alive()]
        self._leaving.append(threading.Thread(target=only.clear, name="a client that leaves", daemon=True))
        self._leaving[-1].start()

    @property
    def is_worn(self) -> bool:
        """Too many of its clients hang: nothing should be asked any more that may not be answered."""
        return sum(thread.is_alive() for thread in self._leaving) >= HUNG


def _is_late(answer: Any) -> bool:
    return isinstance(answer, KafkaError) and answer.code() == KafkaError._TIMED_OUT
