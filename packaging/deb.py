"""The .deb: the frozen program in /usr/lib/meshdesk, its command, and what makes a desktop know it. By dpkg-deb alone."""

import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from email.utils import formatdate
from pathlib import Path

import prepare

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
MAINTAINER = "The MeshDesk developers <meshdesk@packages.invalid>"
ABOUT = """\
browse and monitor an event-driven data mesh over Kafka
 MeshDesk shows the topics of a Kafka cluster and how fast they grow, tails
 them with every payload decoded, and keeps what it read in a capture: one
 file that opens again anywhere, with no broker at all. It only reads: no
 consumer group is joined, nothing is committed, no topic is made.
"""
# The C++ library of GCC 12, with which Debian 12 and Ubuntu 22.04 come: wheels are built for older ones.
BASE = ["libstdc++6 (>= 12)", "libgcc-s1", "ca-certificates"]
RECOMMENDED = ["gnome-keyring | kwalletmanager | keepassxc", *prepare.WAYLAND.values(), "xdg-utils"]


def make(program: Path, icons: Path, out: Path, version: str, moment: int) -> Path:
    """Writes meshdesk_VERSION_ARCHITECTURE.deb into `out`; `moment` is the time of all its files, in s since the epoch."""
    architecture = _said_by("dpkg", "--print-architecture")
    package = out / f"meshdesk_{debian(version)}_{architecture}.deb"
    with tempfile.TemporaryDirectory() as place:
        root = Path(place) / "root"
        _fill(root, program, icons, debian(version), moment)
        size = sum(path.lstat().st_size for path in root.rglob("*")) // 1024
        control = root / "DEBIAN" / "control"
        control.parent.mkdir()
        control.write_text(_control(debian(version), architecture, size, depends(program)), encoding="utf-8")
        _same_rights(root)
        environment = os.environ | {"SOURCE_DATE_EPOCH": str(moment)}
        line = ["dpkg-deb", "--root-owner-group", "-Zxz", "-z1", "--build", str(root), str(package)]
        subprocess.run(line, check=True, env=environment, stdout=subprocess.DEVNULL)
    return package


def debian(version: str) -> str:
    """A version in Debian's order: what comes before a release has a ~.

    >>> debian("1.2.0rc1"), debian("1.2.0.dev3"), debian("1.2.0")
    ('1.2.0~rc1', '1.2.0~dev3', '1.2.0')
    """
    return re.sub(r"\.?(dev|a|b|rc)(?=\d)", r"~\1", version)


def depends(program: Path) -> list[str]:
    """The Debian packages that the program does not run without: Qt's, the C library by the newest symbol in use."""
    qt = {package for libraries in (prepare.EVERYWHERE, prepare.X11) for package in libraries.values()}
    return [f"libc6 (>= {glibc(program)})", *BASE, *sorted(qt)]


def glibc(program: Path) -> str:
    """The version of the C library that the program's files want at least, such as 2.34."""
    wanted = {
        (int(major), int(minor))
        for file in binaries(program)
        for major, minor in re.findall(rb"\0GLIBC_(\d+)\.(\d+)(?=[.\0])", file.read_bytes())
    }
    return ".".join(map(str, max(wanted)))


def binaries(program: Path) -> list[Path]:
    """The programs and libraries in a folder (ELF), each once."""
    return [file for file in sorted(program.rglob("*")) if file.is_file() and not file.is_symlink() and _is_elf(file)]


def _is_elf(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(4) == b"\x7fELF"


def _fill(root: Path, program: Path, icons: Path, version: str, moment: int) -> None:
    """All files of the package but its control file."""
    share = root / "usr" / "share"
    shutil.copytree(program, root / "usr" / "lib" / "meshdesk", symlinks=True)
    (root / "usr" / "bin").mkdir()
    (root / "usr" / "bin" / "meshdesk").symlink_to("../lib/meshdesk/meshdesk")
    _copy(HERE / "linux" / "meshdesk.desktop", share / "applications")
    _copy(HERE / "linux" / "meshdesk.xml", share / "mime" / "packages")
    _copy(ROOT / "resources" / "app" / "meshdesk.svg", share / "icons" / "hicolor" / "scalable" / "apps")
    for picture in icons.glob("*.png"):
        folder = share / "icons" / "hicolor" / f"{picture.stem}x{picture.stem}" / "apps"
        _copy(picture, folder, "meshdesk.png")
    info = (HERE / "linux" / "meshdesk.metainfo.xml").read_text(encoding="utf-8")
    day = time.strftime("%Y-%m-%d", time.gmtime(moment))
    _write(
        share / "metainfo" / "org.meshdesk.MeshDesk.metainfo.xml",
        info.replace("@VERSION@", version).replace("@DATE@", day),
    )
    _copy(HERE / "linux" / "lintian-overrides", share / "lintian" / "overrides", "meshdesk")
    _write_packed(share / "man" / "man1" / "meshdesk.1.gz", _manual(version, moment), moment)
    papers = share / "doc" / "meshdesk"
    _write(papers / "copyright", _copyright(program))
    _write_packed(papers / "changelog.gz", changelog(version, moment), moment)


def _control(version: str, architecture: str, size: int, needs: list[str]) -> str:
    return (
        f"Package: meshdesk\nVersion: {version}\nArchitecture: {architecture}\nMaintainer: {MAINTAINER}\n"
        f"Installed-Size: {size}\nDepends: {', '.join(needs)}\nRecommends: {', '.join(RECOMMENDED)}\n"
        f"Section: devel\nPriority: optional\nDescription: {ABOUT}"
    )


def changelog(version: str, moment: int) -> str:
    """This version's lines of CHANGELOG.md in Debian's form."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    match = re.search(r"^## .*?\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    lines = re.findall(r"^- (.*(?:\n  .*)*)", match[1] if match else "", re.MULTILINE)
    said = "\n".join(
        textwrap.fill(" ".join(line.split()), 78, initial_indent="  * ", subsequent_indent="    ") for line in lines
    )
    when = formatdate(moment).replace("-0000", "+0000")
    return f"meshdesk ({version}) unstable; urgency=medium\n\n{said}\n\n -- {MAINTAINER}  {when}\n"


def _manual(version: str, moment: int) -> str:
    """The page for man, which says what `meshdesk help` says."""
    ask = [sys.executable, "-c", "from meshdesk.program import HELP; print(HELP)"]
    about, _, verbs = subprocess.run(ask, cwd=ROOT, check=True, capture_output=True, text=True).stdout.partition("\n\n")
    day = time.strftime("%Y-%m-%d", time.gmtime(moment))
    lines = verbs.rstrip().replace("\\", "\\e").replace("-", "\\-")
    return (
        f'.TH MESHDESK 1 "{day}" "MeshDesk {version}"\n.SH NAME\nmeshdesk \\- {ABOUT.splitlines()[0]}\n'
        f".SH SYNOPSIS\n.nf\n{lines}\n.fi\n.SH DESCRIPTION\n{about}\n.B meshdesk help\n"
        "says where captures, logs and saved connections are.\n"
    )


def _copyright(program: Path) -> str:
    """What is in the package under which licence, in Debian's form (dep5); each part's own text lies in its folder."""
    parts = [
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: MeshDesk\n",
        "Files: *\nCopyright: The MeshDesk developers\nLicense: Apache-2.0\n",
    ]
    where = "usr/lib/meshdesk/_internal"
    for metadata in sorted((program / "_internal").glob("*.dist-info/METADATA")):
        text = metadata.read_text(encoding="utf-8").split("\n\n")[0]
        field = dict(re.findall(r"^([\w-]+): (.+)$", text, re.MULTILINE))
        licence = field.get("License-Expression") or field.get("License") or "see its own text"
        parts.append(
            f"Files: {where}/{metadata.parent.name}/*\nCopyright: The authors of {field['Name']} {field['Version']}\n"
            f"License: {licence}\n"
        )
    apache = "On Debian systems the full text of the Apache License 2.0 is in /usr/share/common-licenses/Apache-2.0."
    return "\n".join(parts) + f"\nLicense: Apache-2.0\n {apache}\n"


def _copy(file: Path, folder: Path, name: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, folder / (name or file.name))


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def _write_packed(file: Path, text: str, moment: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(gzip.compress(text.encode(), 9, mtime=moment))


def _same_rights(root: Path) -> None:
    """Rights that do not depend on who builds: all may read, and run what is a program."""
    for path in [root, *root.rglob("*")]:
        if not path.is_symlink():
            is_program = path.is_dir() or path == root / "usr/lib/meshdesk/meshdesk"
            path.chmod(0o755 if is_program else 0o644)


def _said_by(*line: str) -> str:
    return subprocess.run(line, check=True, capture_output=True, text=True).stdout.strip()
