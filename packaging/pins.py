"""`make pins`: packaging/requirements/*.txt anew from pyproject.toml, each package with its version and its hashes.

Needs the package index and nothing installed: uv, which does the work, lives in a folder that is thrown away.
Two files per Python, as PySide6 differs: for 3.11, and for 3.12 and later; for Linux, macOS and Windows alike.
"""

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = Path(__file__).resolve().parent / "requirements"
PYTHONS = {"3.11": "python_version < '3.12'", "3.12": "python_version >= '3.12'"}
# Each set: the extras and the groups of pyproject.toml that it holds beside what the program needs.
SETS = {
    "run": (["aws", "demo"], ["build"]),
    "test": (["aws", "demo", "test"], ["build"]),
    "speed": (["aws", "demo", "test", "speed"], ["build"]),
    "package": (["aws"], ["build", "package"]),
}
HEADER = "# Made by `make pins` from pyproject.toml, not by hand: what to install {what} with Python {python}.\n"
WHAT = {
    "run": "to run MeshDesk",
    "test": "to run and test MeshDesk",
    "speed": "to test MeshDesk and to measure it beside its peers",
    "package": "to build its packages",
}


def main() -> None:
    """Writes the eight files."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        venv.create(folder / "uv", with_pip=True)
        scripts = folder / "uv" / ("Scripts" if os.name == "nt" else "bin")
        subprocess.run([scripts / "python", "-m", "pip", "install", "--quiet", "uv"], check=True)
        for python in PYTHONS:
            for name in SETS:
                _make(scripts / "uv", folder, name, python)
                print(f"packaging/requirements/{name}-{python}.txt")


def _make(uv: Path, folder: Path, name: str, python: str) -> None:
    # PySide6 has no wheels for PyPy, nor MeshDesk a use for it.
    only = f"\n[tool.uv]\nenvironments = [\"{PYTHONS[python]} and platform_python_implementation == 'CPython'\"]\n"
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8") + only
    (folder / "pyproject.toml").write_text(project, encoding="utf-8")
    out = folder / f"{name}-{python}.txt"
    # What is tested, and what is packaged, are the versions that the program runs on.
    earlier = folder / f"run-{python}.txt"
    line: list[str | Path] = [
        uv,
        "pip",
        "compile",
        "--quiet",
        "--universal",
        "--python-version",
        python,
        "--generate-hashes",
    ]
    # No address of an index and no path of this machine gets into the files.
    line += ["--no-annotate", "--no-header", "--no-emit-index-url", "--no-emit-find-links"]
    extras, groups = SETS[name]
    line += [part for group in groups for part in ("--group", group)]
    line += [part for extra in extras for part in ("--extra", extra)]
    line += ["--constraints", earlier] if name != "run" else []
    # uv looks for a Python of that version otherwise; what it resolves for is said above.
    line += ["--python", sys.executable, "pyproject.toml", "--output-file", out]
    subprocess.run(line, cwd=folder, check=True)
    REQUIREMENTS.mkdir(exist_ok=True)
    text = HEADER.format(what=WHAT[name], python=python if python == "3.11" else f"{python} or later") + out.read_text()
    (REQUIREMENTS / out.name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
