"""What packages are made by: the same list of contents on every system, files that are there, words that systems take."""

import importlib.util
import os
import plistlib
import re
import runpy
import struct
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from meshdesk import __version__
from meshdesk.session.launch import child_command

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"


def script(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A script of packaging/, which finds the others beside it."""
    monkeypatch.syspath_prepend(PACKAGING)
    spec = importlib.util.spec_from_file_location(name, PACKAGING / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    return module


# What is in a program


@pytest.mark.parametrize(
    ("name", "is_kept"),
    [
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6/Qt/plugins/platforms/libqvnc.so", False),
        ("PySide6/plugins/platforms/qminimal.dll", False),
        ("PySide6/plugins/imageformats/qsvg.dll", True),
        ("PySide6/plugins/imageformats/qjpeg.dll", False),
        ("PySide6/Qt/plugins/imageformats/libqtiff.dylib", False),
        ("PySide6/Qt/plugins/tls/libqopensslbackend.so", False),
        ("PySide6/Qt6Pdf.dll", False),
        ("PySide6/translations/qtbase_de.qm", False),
        ("meshdesk/resources/translations/own.txt", True),
        ("libpython3.11.so.1.0", True),
        ("libssl.so.3", True),
    ],
)
def test_that_parts_of_qt_that_nothing_uses_are_left_out_on_every_system(
    name: str, is_kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    contents = script("contents", monkeypatch)
    entry = (name, str(ROOT / name), "BINARY")
    assert (contents.kept([entry], [str(ROOT)]) == [entry]) is is_kept


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no libraries that a package may depend on")
def test_that_libraries_of_the_system_are_left_to_it_but_pythons(monkeypatch: pytest.MonkeyPatch) -> None:
    contents = script("contents", monkeypatch)
    entries = [
        ("libglib-2.0.so.0", "/usr/lib/libglib-2.0.so.0", "BINARY"),
        ("libstdc++.so.6", "/usr/lib/libstdc++.so.6", "BINARY"),
        ("libcrypto.so.3", "/usr/lib/libcrypto.so.3", "BINARY"),
        ("librdkafka.so.1", str(ROOT / "lib" / "librdkafka.so.1"), "BINARY"),
        ("zoneinfo", "/usr/share/zoneinfo", "DATA"),
    ]
    assert contents.kept(entries, [str(ROOT)]) == entries[2:]


def test_that_a_package_has_all_that_the_program_shows_but_the_pictures_of_the_front_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown = script("contents", monkeypatch).resources(ROOT)
    names = {Path(path).name: where for path, where in shown}
    assert "pictures" not in names
    assert names["icons"] == "meshdesk/resources/icons"
    assert {path.name for path in (ROOT / "resources").iterdir()} - names.keys() == {"pictures"}


@pytest.mark.parametrize(("before", "after"), [("/opt/lib", "/opt/lib"), (None, None)])
def test_that_what_a_frozen_program_opens_does_not_load_its_libraries(
    before: str | None, after: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As PyInstaller's loader leaves the environment (its manual, "LD_LIBRARY_PATH / LIBPATH considerations")."""
    monkeypatch.setenv("LD_LIBRARY_PATH", "/usr/lib/meshdesk/_internal")
    monkeypatch.delenv("LD_LIBRARY_PATH_ORIG", raising=False)
    if before is not None:
        monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", before)
    runpy.run_path(str(PACKAGING / "hooks" / "environment.py"))
    assert os.environ.get("LD_LIBRARY_PATH") == after
    assert "LD_LIBRARY_PATH_ORIG" not in os.environ


# The spec


class Recorded:
    """PyInstaller's names as the spec uses them; it writes down what they were told, and makes nothing."""

    def __init__(self) -> None:
        self.analyses: list[dict[str, Any]] = []
        self.programs: list[dict[str, Any]] = []
        self.bundles: list[dict[str, Any]] = []
        self.folders: list[tuple[Any, ...]] = []

    def names(self) -> dict[str, Any]:
        def analysis(scripts: list[str], **told: Any) -> SimpleNamespace:
            self.analyses.append({"scripts": scripts, **told})
            return SimpleNamespace(pure=[("httpx", "", "PYMODULE")], scripts=[], binaries=[], datas=[])

        def program(*_given: Any, **told: Any) -> str:
            self.programs.append(told)
            return str(told["name"])

        def folder(*given: Any, **_told: Any) -> str:
            self.folders.append(given)
            return "folder"

        return {
            "SPECPATH": str(PACKAGING),
            "Analysis": analysis,
            "PYZ": lambda _pure: "code",
            "EXE": program,
            "COLLECT": folder,
            "BUNDLE": lambda given, **told: self.bundles.append({"of": given, **told}),
        }


def spec_on(system: str, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    contents = script("contents", monkeypatch)
    script("marks", monkeypatch)
    monkeypatch.setattr(contents, "loaded", lambda: ["isal.igzip_lib"])
    monkeypatch.setattr(sys, "platform", system)
    recorded = Recorded()
    text = (PACKAGING / "meshdesk.spec").read_text(encoding="utf-8")
    exec(compile(text, "meshdesk.spec", "exec"), recorded.names())  # as PyInstaller does
    return recorded


@pytest.mark.parametrize("system", ["linux", "win32", "darwin"])
def test_that_the_program_is_made_of_the_same_list_on_every_system(
    system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ROOT / "build").mkdir(exist_ok=True)  # as package.py has made it for the icons
    (analysis,) = spec_on(system, monkeypatch).analyses
    contents = sys.modules["contents"]
    assert analysis["scripts"] == [str(ROOT / "meshdesk" / "__main__.py")]
    assert analysis["excludes"] == contents.EXCLUDED
    assert analysis["hiddenimports"] == ["isal.igzip_lib"]
    named = [*analysis["scripts"], *analysis["hookspath"], *analysis["runtime_hooks"], analysis["datas"][0][0]]
    assert [name for name in named if not Path(name).exists()] == []


def test_that_windows_has_a_windowed_program_and_the_console_twin_that_its_children_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ROOT / "build").mkdir(exist_ok=True)
    recorded = spec_on("win32", monkeypatch)
    assert [(told["name"], told["console"]) for told in recorded.programs] == [
        ("meshdesk", False),
        ("meshdesk-console", True),
    ]
    assert recorded.folders[0][:2] == ("meshdesk", "meshdesk-console")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    for told in recorded.programs:
        (tmp_path / f"{told['name']}.exe").touch()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "meshdesk.exe"))
    assert child_command("collect")[0] == str(tmp_path / "meshdesk-console.exe")


def test_that_macos_is_told_of_captures_and_links(monkeypatch: pytest.MonkeyPatch) -> None:
    (bundle,) = spec_on("darwin", monkeypatch).bundles
    told = plistlib.loads(plistlib.dumps(bundle["info_plist"]))
    assert told["CFBundleURLTypes"][0]["CFBundleURLSchemes"] == ["meshdesk"]
    declared = told["UTExportedTypeDeclarations"][0]
    assert declared["UTTypeTagSpecification"]["public.filename-extension"] == ["meshcap"]
    assert told["CFBundleDocumentTypes"][0]["LSItemContentTypes"] == [declared["UTTypeIdentifier"]]
    assert told["CFBundleShortVersionString"] == __version__


@pytest.mark.parametrize(
    ("version", "numbers"), [("1.2.3", "(1, 2, 3, 0)"), ("1.2rc1", "(1, 2, 0, 0)"), ("0.1.0.dev4", "(0, 1, 0, 0)")]
)
def test_that_windows_is_told_a_version_of_four_numbers(
    version: str, numbers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = script("marks", monkeypatch).windows(version)
    assert f"filevers={numbers}" in text
    assert f"StringStruct('ProductVersion', '{version}')" in text
    made: list[str] = []
    kinds = [
        "VSVersionInfo",
        "FixedFileInfo",
        "StringFileInfo",
        "StringTable",
        "StringStruct",
        "VarFileInfo",
        "VarStruct",
    ]
    eval(text, {kind: lambda *_given, **_told: made.append("") for kind in kinds})  # as PyInstaller does
    assert len(made) == 8 + len(kinds) - 1


def test_that_the_installer_for_windows_names_files_that_are_there() -> None:
    text = (PACKAGING / "windows" / "meshdesk.iss").read_text(encoding="utf-8")
    sections = re.findall(r"^\[(\w+)\]$", text, re.MULTILINE)
    assert sections == ["Setup", "Files", "InstallDelete", "Icons", "Registry", "Run"]
    paths = re.findall(r"\.\.\\\.\.\\([\w.\\-]+)", text)
    made = {"dist", "build"}  # by package.py
    named = [Path(path.replace("\\", "/")) for path in paths]
    assert [path for path in named if path.parts[0] not in made and not (ROOT / path).exists()] == []
    assert {path.as_posix() for path in named} == {"dist", "dist/meshdesk", "build/icons/meshdesk.ico", "LICENSE"}
    lines = [line for line in text.splitlines() if line.startswith("Root:")]
    assert all(line.count('"') % 2 == 0 for line in lines)
    assert any(".meshcap" in line for line in lines)
    assert any('"URL Protocol"' in line for line in lines)


# Icons


def test_that_icons_for_windows_and_macos_hold_a_picture_of_each_size(
    qapp: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = script("pictures", monkeypatch)
    ico = pictures.ico()
    _, kind, count = struct.unpack_from("<HHH", ico)
    assert (kind, count) == (1, len(pictures.WINDOWS))
    for k, size in enumerate(pictures.WINDOWS):
        *_, length, at = struct.unpack_from("<BBBBHHII", ico, 6 + 16 * k)
        assert png_size(ico[at : at + length]) == (size, size)
    icns = pictures.icns()
    assert (icns[:4], struct.unpack_from(">I", icns, 4)[0]) == (b"icns", len(icns))
    at, found = 8, {}
    while at < len(icns):
        name, length = struct.unpack_from(">4sI", icns, at)
        found[name] = png_size(icns[at + 8 : at + length])[0]
        at += length
    assert found == pictures.MACOS


def png_size(data: bytes) -> tuple[int, int]:
    """Width and height in px, by its first part (PNG, 5.2 and 11.2.2)."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


# Debian


@pytest.mark.parametrize(
    ("version", "debian"),
    [("1.2.0", "1.2.0"), ("1.2.0rc1", "1.2.0~rc1"), ("1.2.0.dev3", "1.2.0~dev3"), ("1.0b2", "1.0~b2")],
)
def test_that_what_comes_before_a_release_is_older_for_debian(
    version: str, debian: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert script("deb", monkeypatch).debian(version) == debian


def test_that_the_changelog_of_the_package_holds_the_lines_of_this_version(monkeypatch: pytest.MonkeyPatch) -> None:
    text = script("deb", monkeypatch).changelog("0.1.0", 0)
    assert text.startswith("meshdesk (0.1.0) unstable; urgency=medium\n\n  * Connect to a Kafka cluster, ")
    assert text.endswith("  Thu, 01 Jan 1970 00:00:00 +0000\n")
    lines = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").split("\n## ")[1]
    assert text.count("\n  * ") == lines.count("\n- ")
    assert max(map(len, text.splitlines()[:-1])) <= 80


def test_that_the_desktop_the_file_type_and_the_store_page_agree() -> None:
    desktop = (PACKAGING / "linux" / "meshdesk.desktop").read_text(encoding="utf-8")
    types = re.search(r"^MimeType=(.*);$", desktop, re.MULTILINE)
    assert types is not None
    captures, links = types[1].split(";")
    assert links == "x-scheme-handler/meshdesk"
    mime = ET.parse(PACKAGING / "linux" / "meshdesk.xml").getroot()
    space = {"m": "http://www.freedesktop.org/standards/shared-mime-info"}
    (kind,) = mime.findall("m:mime-type", space)
    assert kind.get("type") == captures
    assert [glob.get("pattern") for glob in kind.findall("m:glob", space)] == ["*.meshcap"]
    info = ET.parse(PACKAGING / "linux" / "meshdesk.metainfo.xml").getroot()
    assert info.findtext("provides/mediatype") == captures
    assert info.findtext("launchable") == "meshdesk.desktop"
