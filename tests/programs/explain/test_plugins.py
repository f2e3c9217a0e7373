"""Decoders of other packages: the one of the help, and those that are broken in every way."""

import os
import struct
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from meshdesk.decode import chain
from meshdesk.decode.contract import Bounds, Decoded, Payload, Undecodable
from meshdesk.explain import plugins as loading
from meshdesk.explain.plugins import GROUP, Plugin, load_plugins, plugins
from meshdesk.model.schema import SchemaState
from meshdesk.session.resources import resource
from tests.programs.running import SECONDS, Ran, command
from tests.programs.session.serving import Role, quick, values
from tests.unit.capture.making import Rec, made_capture
from tests.unit.decode.poison import Every

READING = b"ACME" + struct.pack(">Qh", 7, -213)
HANGS = """
from meshdesk.decode.contract import Undecodable

NAME = "hanging"


def decode(payload, data, schemas, bounds):
    while data == b"hang":
        pass
    raise Undecodable("it is not its own")
"""
GOOD = "NAME = 'good'\ndef decode(payload, data, schemas, bounds): raise ZeroDivisionError('by zero')\n"


def installed(folder: Path, code: str, name: str = "acme_decoder") -> dict[str, str]:
    """The package where the program finds it, as pip would leave it: the environment that says so."""
    (folder / f"{name}.py").write_text(code)
    about = folder / f"{name}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[{GROUP}]\nacme = {name}\n")
    return {**os.environ, "PYTHONPATH": str(folder)}


def decoded(data: bytes, environment: dict[str, str]) -> Ran:
    line = command("decode", "-", "--json")
    done = subprocess.run(line, input=data, capture_output=True, timeout=SECONDS, env=environment)
    return Ran(done.returncode, done.stdout, done.stderr.decode(), 0.0)


def helps_example() -> str:
    """The code that stands in the help."""
    text = resource("help/plug-ins.md").read_text("utf-8")
    block = text[text.index("    import struct") : text.index("`payload` has")]
    return "\n".join(line.removeprefix("    ") for line in block.splitlines())


def test_that_the_example_of_the_help_reads_what_it_says(tmp_path: Path) -> None:
    environment = installed(tmp_path, helps_example())
    ran = decoded(READING, environment)
    assert (ran.code, ran.err) == (0, "")
    (said,) = ran.lines
    assert (said["value"], said["chain"]) == ({"sensor": 7, "celsius": "-21.3"}, ["Acme sensor"])
    (other,) = decoded(READING + b"!", environment).lines
    assert {"name": "Acme sensor", "why": "it has 15 bytes, and a reading has 14"} in other["tried"]
    assert decoded(b"plain", environment).lines[0]["chain"] == ["UTF-8 text"]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("1 / 0", "it cannot be loaded (ZeroDivisionError: division by zero)"),
        ("import nothing_of_that_name", "it cannot be loaded (ModuleNotFoundError: No module named"),
        ("def decode(payload, data, schemas, bounds): pass", "it has no NAME"),
        ("NAME = 'JSON'\ndef decode(payload, data, schemas, bounds): pass", "another decoder is called JSON"),
        ("NAME = 'x'\ndef decode(data): pass", "it has no function decode(payload, data, schemas, bounds)"),
        ("NAME = 'x'\ndecode = 4", "it has no function decode(payload, data, schemas, bounds)"),
    ],
)
def test_that_one_that_cannot_be_used_is_left_out_with_a_sentence(tmp_path: Path, code: str, why: str) -> None:
    ran = decoded(b"plain", installed(tmp_path, code))
    assert ran.code == 0
    assert ran.err.startswith(f"The plug-in acme (acme_decoder) is left out: {why}")
    assert ran.lines[0]["value"] == "plain"


def test_that_a_mistake_in_one_is_a_decline_that_names_it(tmp_path: Path) -> None:
    (said,) = decoded(b"plain", installed(tmp_path, GOOD)).lines
    assert (said["value"], said["chain"]) == ("plain", ["UTF-8 text"])
    assert {"name": "good", "why": "the plug-in has a mistake (ZeroDivisionError: by zero)"} in said["tried"]


@contextmanager
def look_with(
    code: str, values: Sequence[bytes], seconds: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Role]:
    """A look program that has such a plug-in and so many seconds for an answer, on a capture of these values."""
    monkeypatch.setenv("PYTHONPATH", installed(tmp_path, code, "hanging_plugin")["PYTHONPATH"])
    records = [Rec(0, k, value=value) for k, value in enumerate(values)]
    capture = made_capture(tmp_path / "capture", {"t": [records]})
    with Role("look", quick(seconds)) as look:
        look.explainers.open(1, str(capture))
        look.warm()
        yield look


HANGS_AT_2 = (b"0", b"1", b"hang", b"3", b"4")


def test_that_one_that_hangs_costs_its_row_alone_which_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with look_with(HANGS, HANGS_AT_2, 0.5, tmp_path, monkeypatch) as look:
        rows = values(look.answer(do="rows", first=0, count=5))
        assert rows == ["0", "1", "Decoding was ended: it took longer than 0.5 s.", "3", "4"]
        assert look.explainers.killed == 2  # for the rows together, and for the one that it was
        part = look.answer(do="record", k=2)["details"]["value"]
        assert (part["format"], part["dump"][0][2]) == ("not decoded", "hang")
        assert part["trouble"] == "Decoding took too long or too much memory and was ended; the bytes are shown."
        other = look.answer(do="record", k=3)["details"]["value"]
        assert ["hanging", "it is not its own"] in other["tried"]


def test_that_rows_with_one_that_hangs_cost_one_deadline_where_it_is_known_which_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with look_with(HANGS, HANGS_AT_2, 2.0, tmp_path, monkeypatch) as look:
        rows = values(look.answer(do="rows", first=0, count=5))
        assert rows == ["0", "1", "Decoding was ended: it took longer than 2 s.", "3", "4"]
        assert (look.explainers.killed, len(look.said)) == (1, 1)
        assert look.said[0].startswith("Decoding t row 3 was ended")


def test_that_a_row_that_takes_long_and_ends_is_not_to_blame(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = HANGS.replace(
        "while data", 'import time\n    if data.startswith(b"slow"):\n        time.sleep(0.9)\n    while data'
    )
    with look_with(code, (b"slow", b"1", b"hang", b"slow", b"4"), 1.5, tmp_path, monkeypatch) as look:
        rows = values(look.answer(do="rows", first=0, count=5))
    assert rows == ["slow", "1", "Decoding was ended: it took longer than 1.5 s.", "slow", "4"]


class Wrong:
    """One that answers with something else."""

    NAME = "wrong"

    @staticmethod
    def decode(payload: Payload, data: bytes, schemas: Any, bounds: Bounds) -> Any:  # noqa: ARG004
        return "text"


def test_that_a_mistake_is_logged_once_however_many_rows_have_it_and_without_what_it_says_of_them(
    caplog: pytest.LogCaptureFixture, expected_log: Callable[[str], None]
) -> None:
    expected_log("The plug-in wrong has a mistake")
    plugin = Plugin(Wrong())
    for _ in range(3):
        with pytest.raises(Undecodable, match="it answered str, and not Decoded"):
            plugin.decode(Payload(b"x", "value", "t", ()), b"x", Every(SchemaState.NO_REGISTRY), Bounds())
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("The plug-in wrong has a mistake (TypeError at ")
    assert "answered" not in line


def test_that_of_two_of_one_name_the_first_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one_plugin", "other_plugin"):
        (tmp_path / f"{name}.py").write_text(GOOD)
    monkeypatch.syspath_prepend(str(tmp_path))
    points = [EntryPoint(name, f"{name}_plugin", GROUP) for name in ("other", "one")]
    found, wrong = plugins(points, set())
    assert [plugin.NAME for plugin in found] == ["good"]
    assert wrong == ("The plug-in other (other_plugin) is left out: another decoder is called good.",)


@pytest.fixture
def kept_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "DECODERS", chain.DECODERS)


@pytest.mark.usefixtures("kept_chain")
def test_that_they_are_asked_behind_the_formats_with_a_mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine_plugin.py").write_text(GOOD)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(loading, "entry_points", lambda group: [EntryPoint("mine", "mine_plugin", group)])
    assert load_plugins() == ()
    names = [decoder.NAME for decoder in chain.DECODERS]
    assert names.index("Confluent id") < names.index("good") < names.index("JSON")
    assert isinstance(chain.decode(Payload(b"", "value", "t", ()), Every(SchemaState.NO_REGISTRY)), Decoded)
