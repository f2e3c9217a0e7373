"""`make package`: the wheel, the frozen program in a folder and a .deb, into dist/. Runs in the virtual environment for it.

`prepare.py package` makes that environment (packaging/requirements/package-*.txt) and calls this with its Python.
"""

import os
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import contents
import deb
import marks
import pictures

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build"
DIST = ROOT / "dist"
PROGRAM = DIST / "meshdesk"
ENTRY = "meshdesk = meshdesk.__main__:run"


def main() -> None:
    """Builds what can be built on this system and says where it is and how large."""
    began = time.monotonic()
    DIST.mkdir(exist_ok=True)
    for old in [*DIST.glob("*.whl"), *DIST.glob("*.deb")]:
        old.unlink()
    made = [_wheel(), _program()]
    if shutil.which("dpkg-deb"):
        made.append(deb.make(PROGRAM, BUILD / "icons", DIST, marks.version(), _moment()))
    else:
        print("There is no dpkg-deb here: no .deb is made.")
    for path in made:
        print(f"{path.relative_to(ROOT)}  {_size(path) / 1e6:.0f} MB")
    print(f"Built in {time.monotonic() - began:.0f} s.")


def _moment() -> int:
    """The time that everything in the packages carries, in s since the epoch: of the last commit, so that two builds agree."""
    if named := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(named)
    try:
        line = ["git", "log", "-1", "--format=%ct"]
        return int(subprocess.run(line, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    except (OSError, ValueError, subprocess.CalledProcessError):  # an archive of the sources
        return int((ROOT / "CHANGELOG.md").stat().st_mtime)


def _wheel() -> Path:
    """The wheel, which must hold the command and every resource that the program shows."""
    _run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(DIST)])
    (wheel,) = DIST.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (entries,) = (name for name in names if name.endswith(".dist-info/entry_points.txt"))
        command = archive.read(entries).decode()
        shutil.rmtree(BUILD / "metadata", ignore_errors=True)
        for name in sorted(names):
            if name.startswith(entries.rpartition("/")[0]):  # by it the frozen program knows what it is made of
                archive.extract(name, BUILD / "metadata")
    shown = (Path(name) for name, _ in contents.resources(ROOT))
    files = (file for path in shown for file in (path.rglob("*") if path.is_dir() else [path]) if file.is_file())
    wanted = {f"meshdesk/{file.relative_to(ROOT).as_posix()}" for file in files}
    if missing := sorted(wanted - names):
        raise SystemExit(f"The wheel lacks {', '.join(missing)}.")
    if ENTRY not in command:
        raise SystemExit(f"The wheel has no command {ENTRY}.")
    return wheel


def _program() -> Path:
    """The frozen program, in a folder of its own."""
    pictures.make(BUILD / "icons")
    shutil.rmtree(PROGRAM, ignore_errors=True)
    line = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    _run(
        [
            *line,
            "--distpath",
            str(DIST),
            "--workpath",
            str(BUILD / "pyinstaller"),
            str(ROOT / "packaging" / "meshdesk.spec"),
        ]
    )
    if sys.platform == "linux" and shutil.which("strip"):
        # A Python that was compiled here (pyenv) brings 20 MB of symbols; wheels come stripped, and some do not survive it.
        own = [*PROGRAM.rglob("libpython3*.so*"), *PROGRAM.glob("_internal/python3*/lib-dynload/*.so")]
        subprocess.run(["strip", "--strip-unneeded", *map(str, own)], check=True)
    return PROGRAM


def _run(line: list[str]) -> None:
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(_moment()), "PYTHONHASHSEED": "0"}
    if subprocess.run(line, cwd=ROOT, env=environment).returncode:
        raise SystemExit(f"{line[2]} failed, it says why above.")


def _size(path: Path) -> int:
    """Bytes of a file, or of all files of a folder."""
    return path.stat().st_size if path.is_file() else sum(p.lstat().st_size for p in path.rglob("*") if p.is_file())


if __name__ == "__main__":
    main()
