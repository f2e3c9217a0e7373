"""Questions that nobody answers: they are given up, and their client with them; test_groups.py has a broker that comes back."""

import threading
import time
from threading import Event

import pytest

from meshdesk.collect import asking as module
from meshdesk.collect.asking import PATIENCE, Asking
from meshdesk.collect.properties import Source
from meshdesk.demo.broker import Broker
from tests.broker.collect.listening import closed_port


def test_that_an_answer_is_an_answer_and_the_client_stays(broker: Broker) -> None:
    asking = Asking(Source(broker.bootstrap))
    client = asking.admin
    said = asking.answers({"who": client.describe_cluster(request_timeout=PATIENCE)}, Event())
    assert said["who"].cluster_id == broker.cluster_id
    assert asking.admin is client
    assert not asking.is_worn


def test_that_a_question_that_nobody_answers_is_given_up_and_its_client_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "WAIT", 0.5)
    asking = Asking(Source(f"127.0.0.1:{closed_port()}"))
    client = asking.admin
    asked = client.describe_consumer_groups(["a group"], request_timeout=PATIENCE)
    said = asking.answers(asked, Event())
    assert said["a group"].name() == "_TIMED_OUT"
    assert asking.admin is not client


def test_that_a_question_ends_when_it_is_told_to() -> None:
    asking = Asking(Source(f"127.0.0.1:{closed_port()}"))
    stop = Event()
    threading.Timer(0.2, stop.set).start()
    started = time.monotonic()
    asked = asking.admin.describe_consumer_groups(["a group"], request_timeout=PATIENCE)
    assert asking.answers(asked, stop) == {}
    assert time.monotonic() - started < module.WAIT


def test_that_clients_that_do_not_end_wear_it_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HUNG", 1)
    asking = Asking(Source(f"127.0.0.1:{closed_port()}"))
    over = Event()
    holding = asking.admin

    class Hangs:
        def __del__(self) -> None:
            over.wait(30)

    asking._admin = Hangs()
    asking.leave()
    assert asking.is_worn
    over.set()
    del holding
