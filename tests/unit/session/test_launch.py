"""How this program is started again as a child: from a checkout or a wheel, and from a frozen build."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import meshdesk
from meshdesk.session.launch import FLAT, child_command, child_environment


def test_that_a_child_runs_this_very_package_wherever_it_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "meshdesk").mkdir()
    (tmp_path / "meshdesk" / "__init__.py").write_text("raise SystemExit('another package')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    line = [*child_command()[:-2], "-c", "import json, sys, meshdesk; print(json.dumps([meshdesk.__file__, sys.path]))"]
    ran = subprocess.run(line, cwd=tmp_path, env=child_environment(), capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    file, path = json.loads(ran.stdout)
    assert Path(file).samefile(str(meshdesk.__file__))
    assert str(tmp_path) in path  # what the user put there is still found, behind ours


def test_that_a_child_is_given_the_verb_and_its_words() -> None:
    ran = subprocess.run(child_command("--version"), env=child_environment(), capture_output=True, text=True)
    assert ran.stdout == f"MeshDesk {meshdesk.__version__}\n"


def test_that_a_child_keeps_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/company/ca.pem")
    monkeypatch.delenv("PYTHONPATH", raising=False)
    environment = child_environment()
    assert environment["SSL_CERT_FILE"] == "/company/ca.pem"
    assert os.pathsep not in environment["PYTHONPATH"]  # an empty part would mean the current folder


def test_that_a_frozen_program_gives_its_children_its_own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert child_environment() == {**FLAT, **os.environ}


@pytest.mark.skipif(sys.platform != "linux", reason="the allocators are those of Linux")
def test_that_a_child_gives_memory_back_unless_somebody_wants_it_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    line = [*child_command()[:-2], "-c", "import pyarrow; print(pyarrow.default_memory_pool().backend_name)"]
    for wanted in ("", "system"):
        if wanted:
            monkeypatch.setenv("ARROW_DEFAULT_MEMORY_POOL", wanted)
        ran = subprocess.run(line, env=child_environment(), capture_output=True, text=True)
        assert (ran.stdout, ran.stderr) == (f"{wanted or 'jemalloc'}\n", "")


def test_that_a_frozen_program_is_its_own_child_and_on_windows_its_console_twin_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "meshdesk.exe"))
    assert child_command("explain", "look") == [str(tmp_path / "meshdesk.exe"), "explain", "look"]
    (tmp_path / "meshdesk-console.exe").touch()
    assert child_command("explain", "look") == [str(tmp_path / "meshdesk-console.exe"), "explain", "look"]
