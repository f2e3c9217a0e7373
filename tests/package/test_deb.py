"""The .deb: small enough, the same from the same, in order for Debian and the desktop, with all libraries that it needs."""

import filecmp
import gzip
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.package.installed import ROOT, Installed
from tests.unit.test_packaging import script
from tests.unit.test_prepare import BASE, LOADER, linked

pytestmark = pytest.mark.timeout(600)  # compressing and lintian take a minute each where others work, too

MOST_BYTES = 120_000_000
HOME = Path("/usr/lib/meshdesk")
SHARE = Path("/usr/share")


@pytest.fixture
def package(dist: Path) -> Path:
    found = next(dist.glob("*.deb"), None)
    if found is None:
        pytest.skip("There is no .deb: this is neither Debian nor Ubuntu.")
    return found


def test_that_it_is_small_enough(package: Path) -> None:
    assert package.stat().st_size < MOST_BYTES


def test_that_the_same_program_gives_the_same_package(
    package: Path, dist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deb, marks = script("deb", monkeypatch), script("marks", monkeypatch)
    with package.open("rb") as archive:
        moment = int(archive.read(36)[24:])  # of its first member (ar(5)): when it was made, as it says
    again = deb.make(dist / "meshdesk", ROOT / "build" / "icons", tmp_path, marks.version(), moment)
    assert filecmp.cmp(again, package, shallow=False)


@pytest.mark.skipif(not shutil.which("lintian"), reason="There is no lintian here.")
def test_that_lintian_finds_nothing(package: Path) -> None:
    ran = subprocess.run(
        ["lintian", "--allow-root", "--tag-display-limit", "0", package], capture_output=True, text=True
    )
    assert [line for line in ran.stdout.splitlines() if line.startswith(("E:", "W:"))] == []
    assert ran.returncode == 0


def test_that_every_library_that_it_is_linked_to_comes_along_or_with_what_it_depends_on(
    deb: Installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare = script("prepare", monkeypatch)
    files = script("deb", monkeypatch).binaries(HOME)
    own = {file.name for file in files} | {link.name for link in HOME.rglob("*") if link.is_symlink()}
    outside = {name for file in files for name in linked(file)} - own
    known = BASE | set(prepare.EVERYWHERE | prepare.X11 | prepare.WAYLAND)
    assert {name for name in outside if name not in known and not name.startswith(LOADER)} == set()


def test_that_the_desktop_knows_captures_and_links(deb: Installed) -> None:
    desktop = SHARE / "applications" / "meshdesk.desktop"
    for line in (["desktop-file-validate", str(desktop)], ["appstreamcli", "validate", "--no-net", str(metainfo())]):
        if not shutil.which(line[0]):
            pytest.skip(f"There is no {line[0]} here.")
        ran = subprocess.run(line, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout + ran.stderr
    known = (SHARE / "applications" / "mimeinfo.cache").read_text(encoding="utf-8")
    assert re.search(r"^x-scheme-handler/meshdesk=.*\bmeshdesk\.desktop;", known, re.MULTILINE)
    assert re.search(r"^application/x-meshdesk-capture=.*\bmeshdesk\.desktop;", known, re.MULTILINE)
    assert "application/x-meshdesk-capture:*.meshcap" in (SHARE / "mime" / "globs").read_text(encoding="utf-8")
    for icon in ("scalable/apps/meshdesk.svg", "16x16/apps/meshdesk.png", "512x512/apps/meshdesk.png"):
        assert (SHARE / "icons" / "hicolor" / icon).stat().st_size > 200


def metainfo() -> Path:
    return SHARE / "metainfo" / "org.meshdesk.MeshDesk.metainfo.xml"


def test_that_the_papers_are_there(deb: Installed) -> None:
    papers = SHARE / "doc" / "meshdesk"
    assert gzip.decompress((papers / "changelog.gz").read_bytes()).startswith(b"meshdesk (")
    who = (papers / "copyright").read_text(encoding="utf-8")
    for part in ("MeshDesk", "PySide6", "pyarrow", "confluent-kafka", "numpy", "keyring"):
        assert part in who
    # By these About names every part with its version and licence.
    known = {path.name.split("-")[0].lower() for path in (HOME / "_internal").glob("*.dist-info")}
    assert known >= {"meshdesk", "pyside6_essentials", "pyarrow", "confluent_kafka", "numpy", "keyring", "httpx"}


def test_that_nobody_but_root_may_change_it_and_only_the_program_can_be_run(deb: Installed) -> None:
    rights = {file: file.stat() for file in HOME.rglob("*") if file.is_file()}
    assert {(stat.st_uid, stat.st_gid) for stat in rights.values()} == {(0, 0)}
    assert [file for file, stat in rights.items() if stat.st_mode & 0o022] == []
    assert [file for file, stat in rights.items() if stat.st_mode & 0o111] == [HOME / "meshdesk"]
