"""What packaging/prepare.py knows about the system, held against the Qt that is installed."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Part of every Linux that runs Python.
BASE = {"libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libgcc_s.so.1", "libstdc++.so.6"}
LOADER = "ld-linux"


@pytest.fixture
def prepare() -> ModuleType:
    spec = importlib.util.spec_from_file_location("prepare", ROOT / "packaging" / "prepare.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def needed_by_qt(*names: str) -> set[str]:
    """The sonames outside the wheel that these files of PySide6's Qt and its own libraries among them link to."""
    found = importlib.util.find_spec("PySide6")
    assert found is not None
    assert found.submodule_search_locations is not None
    qt = Path(found.submodule_search_locations[0]) / "Qt"
    todo, seen, outside = [qt / name for name in names], set[Path](), set[str]()
    while todo:
        file = todo.pop()
        seen.add(file)
        for name in linked(file):
            own = qt / "lib" / name
            if not own.exists():
                outside.add(name)
            elif own not in seen:
                todo.append(own)
    return {name for name in outside if name not in BASE and not name.startswith(LOADER)}


def linked(file: Path) -> list[str]:
    """The DT_NEEDED entries of an ELF file (64 bit, little-endian), in the order of the file."""
    data = file.read_bytes()
    header = int.from_bytes(data[0x28:0x30], "little")
    size, count = int.from_bytes(data[0x3A:0x3C], "little"), int.from_bytes(data[0x3C:0x3E], "little")
    sections = [data[header + k * size : header + (k + 1) * size] for k in range(count)]

    def number(section: bytes, at: int, width: int = 8) -> int:
        return int.from_bytes(section[at : at + width], "little")

    dynamic = next(section for section in sections if number(section, 4, 4) == 6)  # SHT_DYNAMIC
    strings = number(sections[number(dynamic, 0x28, 4)], 0x18)
    start, length = number(dynamic, 0x18), number(dynamic, 0x20)
    names = []
    for at in range(start, start + length, 16):
        if number(data, at) == 1:  # DT_NEEDED
            begin = strings + number(data, at + 8)
            names.append(data[begin : data.index(b"\0", begin)].decode())
    return names


@pytest.mark.skipif(sys.platform != "linux", reason="Qt brings its libraries along on other systems")
def test_that_every_system_library_that_qt_loads_is_known_with_its_package(prepare: ModuleType) -> None:
    offscreen = needed_by_qt("lib/libQt6Widgets.so.6", "lib/libQt6Svg.so.6", "plugins/platforms/libqoffscreen.so")
    assert offscreen <= set(prepare.EVERYWHERE)
    glx = "plugins/xcbglintegrations/libqxcb-glx-integration.so"
    x11 = needed_by_qt("plugins/platforms/libqxcb.so", glx)
    assert x11 - offscreen == set(prepare.X11)
    assert needed_by_qt("plugins/platforms/libqwayland.so") <= set(prepare.EVERYWHERE | prepare.WAYLAND)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lacks libraries of Qt")
def test_that_missing_libraries_end_in_one_sentence_with_the_command_that_installs_them(
    prepare: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")  # no apt
    with pytest.raises(SystemExit, match=r"^Qt needs libunicorn\.so\.1, .*: as root, apt-get install libunicorn1, "):
        prepare.need_libraries({"libc.so.6": "libc6", "libunicorn.so.1": "libunicorn1"})


def test_that_packages_that_are_older_than_a_source_are_built_anew(
    prepare: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(prepare, "ROOT", tmp_path)
    sources = [tmp_path / name for name in ("meshdesk/a.py", "resources/b.svg", "packaging/c.py", "pyproject.toml")]
    made = [tmp_path / "dist" / name for name in ("m.whl", "m.deb", "meshdesk/meshdesk")]
    for when, files in ((1_000, sources), (2_000, made)):
        for file in files:
            file.parent.mkdir(exist_ok=True)
            file.touch()
            os.utime(file, (when, when))
    assert prepare._is_built(tmp_path / "dist")
    for file in sources:
        os.utime(file, (3_000, 3_000))
        assert not prepare._is_built(tmp_path / "dist")
        os.utime(file, (1_000, 1_000))
    made[0].unlink()
    assert not prepare._is_built(tmp_path / "dist") or not shutil.which("dpkg-deb")
    made[2].unlink()
    assert not prepare._is_built(tmp_path / "dist")


def test_that_an_unknown_verb_is_answered_with_those_there_are() -> None:
    line = [sys.executable, str(ROOT / "packaging" / "prepare.py"), "dance"]
    ran = subprocess.run(line, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (1, "")
    verbs = "demo|run|test|lint|speed|soak|screenshots|package|package-test"
    assert ran.stderr == f"usage: prepare.py {verbs} [argument …]\n"


@pytest.mark.parametrize(
    "file", sorted((ROOT / "packaging" / "requirements").glob("*.txt")), ids=lambda file: file.name
)
def test_that_every_pin_is_in_one_group_with_its_hashes(prepare: ModuleType, file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    groups = prepare.groups_of(text, 6)
    assert len(groups) == 6
    lines = [line for group in groups for line in group.splitlines()]
    assert sorted(lines) == sorted(line for line in text.splitlines() if line and not line.lstrip().startswith("#"))
    assert all(re.match(r"[a-z0-9.-]+==", group) for group in groups)
    pins = [re.findall(r"^\S+==.*\n((?:[ \t].*\n)*)", group, re.MULTILINE) for group in groups]
    assert all("--hash=" in hashes for group in pins for hashes in group)
