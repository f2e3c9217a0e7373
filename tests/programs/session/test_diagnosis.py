"""The diagnosis: what helps to mend something is in it; who it is about, and every secret, is not."""

import json
import logging
import os
import re
import sys
from pathlib import Path

import pytest

from meshdesk import logs
from meshdesk.session.connection import Connection
from meshdesk.session.diagnosis import asked, written
from meshdesk.session.parts import parts
from meshdesk.session.session import Session
from meshdesk.session.settings import Settings
from tests.programs.session.serving import sentences, stand_by, turn
from tests.unit.capture.making import Rec, made_capture

SECRET = "hunter2-planted"
NAMES = ("acme", "kappa", "10.99.98.97", "jane.doe")  # all that is planted holds one of these
PAYLOAD = b"payload-of-acme"


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setenv("MESHDESK_LOGS", str(tmp_path / "logs"))
    monkeypatch.setattr(logs, "_begun", [])
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # what a log takes over is given back
    return Session(tmp_path / "captures")


def text_of(session: Session, settings: Settings | None = None) -> str:
    told = asked(session, settings or Settings(None), session.troubles, ["platform offscreen"])
    return written(told, parts("6.99", "2.99"))


def section(text: str, title: str) -> list[str]:
    lines = text.splitlines()
    begin = next(n for n, line in enumerate(lines) if line.startswith(title)) + 2
    end = next((n for n in range(begin, len(lines)) if not lines[n]), len(lines))
    return lines[begin:end]


def test_that_names_and_secrets_that_are_planted_everywhere_are_nowhere_in_it(session: Session, tmp_path: Path) -> None:
    handlers = list(logging.getLogger().handlers)
    logs.begin("window")
    logs.keep_secret(SECRET)
    try:
        capture = made_capture(tmp_path / "acme-case.capture", {"acme.orders.v1": [[Rec(0, 1, value=PAYLOAD)]]})
        opened = session.open_file(capture)
        turn(session, lambda: bool(opened.topics), "the topic")
        live = session.connect(
            Connection(
                "kappa-1.acme-internal.example:9093,10.99.98.97:9092",
                "https://registry.acme-internal.example:8081",
                {
                    "security.protocol": "SASL_PLAINTEXT",
                    "sasl.mechanism": "PLAIN",
                    "sasl.username": "svc-acme",
                    "sasl.password": SECRET,
                },
                "Acme production",
                f"registry-acme:{SECRET}",
            )
        )
        turn(session, lambda: any("kappa-1" in sentence for sentence in sentences(session)), "a trouble of its name")
        session.open_file(tmp_path / "acme" / "gone-acme.meshcap")
        turn(session, lambda: any("gone-acme" in sentence for sentence in sentences(session)), "a trouble of the file")
        log = logging.getLogger("meshdesk.session")
        log.info(
            "told “Acme Ltd” by jane.doe@acme.example at %s, sasl.password=%s", tmp_path / "acme" / "ca.pem", SECRET
        )
        try:
            json.loads("{" + PAYLOAD.decode())
        except ValueError as error:
            log.info("a mistake", exc_info=type(error)(PAYLOAD.decode(), PAYLOAD.decode(), 0))
        stand_by(session)
        session.shut(opened)  # its names are left out all the same
        text = text_of(session)
        assert live.title == "Acme production"
    finally:
        session.close()
        for handler in [one for one in logging.getLogger().handlers if one not in handlers]:
            logging.getLogger().removeHandler(handler)
            handler.close()
    assert [name for name in (*NAMES, SECRET, "svc-acme", "payload-of") if name in text.lower()] == []
    assert str(tmp_path) not in text
    assert "The name of host-" in text  # what is wrong is still said
    assert "JSONDecodeError: …" in text
    (capture_line,) = (line for line in section(text, "Open captures") if line.startswith("capture-1: a connection, "))
    assert "SASL_PLAINTEXT PLAIN" in capture_line
    programs = {line.partition(":")[0] for line in section(text, "Programs")}
    assert {"window", "collect", "look", "work"} <= programs
    assert {"collect", "window", "explain-look"} <= {
        line.split("-", 2)[2].rpartition("-")[0] for line in text.splitlines() if line.startswith("Log ")
    }


def test_that_it_says_versions_settings_and_the_sizes_of_what_is_open(session: Session, tmp_path: Path) -> None:
    try:
        opened = session.open_file(made_capture(tmp_path / "c", {"t": [[Rec(0, k) for k in range(7)]]}))
        turn(session, lambda: bool(opened.topics), "the topic")
        settings = Settings(None)
        settings.choose("times", "utc")
        text = text_of(session, settings)
    finally:
        session.close()
    assert {"Qt 6.99", "librdkafka 2.99"} <= set(section(text, "Versions"))
    assert section(text, "Settings") == ["times = utc"]
    assert section(text, "Window") == ["platform offscreen"]
    (capture,) = section(text, "Open captures")
    assert capture.startswith("capture-1: a file, ended, 1 topic, 7 records, ")
    window = next(line for line in section(text, "Programs") if line.startswith("window: "))
    assert re.fullmatch(r"window: [\d.]+ [MG]B, running, for .*", window)


def test_that_what_was_on_the_stack_of_a_crash_is_in_it(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir(exist_ok=True)
    stack = f'Fatal Python error: Segmentation fault\n\n  File "{os.__file__}", line 1 in walk\n'
    (folder / "20260101-000000-collect-1.crash").write_text(stack, "utf-8")
    (folder / "20260101-000001-window-2.crash").write_text("", "utf-8")
    try:
        text = text_of(session)
    finally:
        session.close()
    assert "Crash 20260101-000000-collect-1.crash" in text
    assert '  File "<python>/os.py", line 1 in walk' in text
    assert "window-2.crash" not in text
