"""What stands between a fresh checkout and the program: all of make's verbs but pins and clean come through here.

A virtual environment in .venv with the pinned packages, Qt's system libraries, and for the tests an X server and the
other programs they talk to. Runs on nothing but Python; as root on Debian or Ubuntu it installs what is missing.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
IN_VENV = "Scripts/python.exe" if os.name == "nt" else "bin/python"
PYTHON = VENV / IN_VENV
PACKAGE_VENV = ROOT / "build" / "venv"  # holds what goes into the packages and what makes them, and nothing else
OLDEST = (3, 11)
NEWER = ["python3.14", "python3.13", "python3.12", "python3.11"]  # asked for where python3 is too old
SCREENSHOTS = "demo-screenshots"
DEMO_SECONDS = 60  # of a demo that nobody watches
HOLDERS = {"run": ("test", "speed"), "test": ("speed",)}  # pins, and those that hold all of them
SOAK = "soak"  # a script of tests/speed that takes half an hour: only when it is asked for
PIPS = 4  # at most at once
PIP_GROUPS = 6  # of pins, so that the last pip does not work on alone for long; each takes half a second to begin
XVFB_SCREEN = "1920x1200x24"
MOST_WORKERS = 4  # of a whole test run; each has brokers of its own, some 600 MB
# No window flashes on anybody's screen; and a run starts some thousand programs, which would compile ours each anew.
NOT_FOR_TESTS = {"DISPLAY", "WAYLAND_DISPLAY", "PYTHONDONTWRITEBYTECODE"}
DISPLAYS = "MESHDESK_DISPLAYS"  # tests/conftest.py gives each worker one of them: a keyboard has one window

# What Qt loads from the system, and Debian's and Ubuntu's package of it; tests/unit/test_prepare.py holds it
# against the libraries of the installed Qt.
EVERYWHERE = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}
X11 = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
WAYLAND = {"libwayland-client.so.0": "libwayland-client0", "libwayland-cursor.so.0": "libwayland-cursor0"}

# Programs that tests use, and their packages.
PROGRAMS = {
    "Xvfb": "xvfb",
    "kcat": "kcat",
    "dbus-run-session": "dbus",
    "gnome-keyring-daemon": "gnome-keyring",
}

# What makes a .deb, and what checks it; a package is built without the latter as well.
MAKE_DEB = {"dpkg-deb": "dpkg", "strip": "binutils"}
CHECK_DEB = {
    "desktop-file-validate": "desktop-file-utils",
    "appstreamcli": "appstream",
    "update-mime-database": "shared-mime-info",
    "lintian": "lintian",
    "unshare": "util-linux",
    "update-ca-certificates": "ca-certificates",
    "dbus-daemon": "dbus",
}


def main(verb: str = "", *arguments: str) -> int:
    """Does one verb and returns the exit code."""
    os.chdir(ROOT)
    verbs = {
        "demo": demo,
        "run": run,
        "test": test,
        "lint": lint,
        "speed": speed,
        "soak": soak,
        "screenshots": screenshots,
        "package": package,
        "package-test": package_test,
    }
    if verb not in verbs:
        raise SystemExit(f"usage: prepare.py {'|'.join(verbs)} [argument …]")
    return verbs[verb](*arguments)


def demo() -> int:
    """The window on the embedded mesh, or pictures of it where there is no display."""
    install("run")
    program = [str(PYTHON), "-m", "meshdesk", "demo"]
    if has_display():
        need_libraries(EVERYWHERE | (X11 if os.environ.get("DISPLAY") else WAYLAND))
        return replace(program)
    need_libraries(EVERYWHERE)
    folder = ROOT / SCREENSHOTS
    say(f"There is no display here: MeshDesk runs for {DEMO_SECONDS} s without one and writes screenshots to {folder}.")
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    program += ["--for", f"{DEMO_SECONDS}s", "--screenshots", str(folder)]
    code = subprocess.run(program, env=os.environ | {"QT_QPA_PLATFORM": "offscreen"}).returncode
    pictures = sorted(path.name for path in folder.glob("*.png"))
    say(f"In {folder}: {', '.join(pictures)}." if pictures else f"No screenshot was written to {folder}.")
    return code


def run(*arguments: str) -> int:
    """The program, as `meshdesk …` does."""
    install("run")
    if has_display():
        need_libraries(EVERYWHERE | (X11 if os.environ.get("DISPLAY") else WAYLAND))
    return replace([str(PYTHON), "-m", "meshdesk", *arguments])


def screenshots() -> int:
    """Pictures of every view, light and dark, into resources/pictures."""
    install("run")
    need_libraries(EVERYWHERE)
    return subprocess.run([str(PYTHON), str(ROOT / "packaging" / "screenshots.py")]).returncode


def lint() -> int:
    """Style and types; 0 where nothing was found."""
    install("test")
    lines = [["ruff", "check", "--quiet"], ["ruff", "format", "--check"], ["mypy", "--no-error-summary"]]
    failed = [" ".join(line) for line in lines if subprocess.run([str(PYTHON), "-m", *line]).returncode]
    if failed:
        say(f"Found by {' and '.join(failed)}: see above.")
    return 1 if failed else 0


def test(*arguments: str) -> int:
    """Every test on several workers, or pytest's arguments on one, and lint beside them.

    pytest's closing line is the last of a run that found nothing.
    """
    with ThreadPoolExecutor(1) as beside:  # apt waits for servers and the disk, pip for the processor
        programs = beside.submit(need_programs)
        install("test")
        programs.result()
    need_libraries(EVERYWHERE)
    # One more than there are processors: a fifth of the time tests wait for brokers.
    workers = 1 if arguments else min(MOST_WORKERS, (os.cpu_count() or 1) + 1)
    # Whole files: what a file's tests share is made once. In their order, in which the short ones come last: xdist would put
    # the files with the fewest tests there, which are the longest, and one worker would be left with one of them.
    spread = ["-n", str(workers), "--dist", "loadfile", "--no-loadscope-reorder"] if workers > 1 else []
    with tempfile.TemporaryFile() as words, display(workers) as environment:
        # Half a minute of one processor, which tests that wait leave idle.
        line = [sys.executable, __file__, "lint"]
        linting = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=words, stderr=subprocess.STDOUT)
        try:
            code = subprocess.run([str(PYTHON), "-m", "pytest", *spread, *arguments], env=environment).returncode
        finally:
            found = linting.wait()
        if found:
            words.seek(0)
            say(words.read().decode(errors="replace").rstrip())
    return code or found


def speed(*names: str) -> int:
    """The scripts of tests/speed, or those named; each prints one line of JSON a figure."""
    scripts = [
        path for path in sorted((ROOT / "tests" / "speed").glob("*.py")) if "__main__" in path.read_text("utf-8")
    ]
    known = [script.stem for script in scripts if script.stem != SOAK]
    if unknown := [name for name in names if name not in known]:
        raise SystemExit(f"There is no speed script {', '.join(unknown)}; there are {', '.join(known) or 'none'}.")
    return _measure("speed", *([name] for name in names or known))


def soak(*minutes: str) -> int:
    """The one script that runs for half an hour, or for so many minutes."""
    return _measure("test", [SOAK, *minutes])


def package() -> int:
    """The wheel, the program in a folder, and on Debian and Ubuntu the .deb, into dist/."""
    install("package", PACKAGE_VENV)
    if sys.platform == "linux":
        apt([package for program, package in MAKE_DEB.items() if not shutil.which(program)])
        need_python_library()
    need_libraries(EVERYWHERE)  # the program's modules are loaded to see what they need
    return subprocess.run([str(PACKAGE_VENV / IN_VENV), str(ROOT / "packaging" / "package.py")]).returncode


def package_test(*arguments: str) -> int:
    """What `package` has made, installed as people do and run; built first where it is older than the sources."""
    dist = ROOT / "dist"
    if not _is_built(dist) and (code := package()):
        return code
    install("test")
    need_programs(PROGRAMS | CHECK_DEB)
    need_libraries(EVERYWHERE)
    with display() as environment:
        line = [str(PYTHON), "-m", "pytest", "tests/package", *arguments]
        return subprocess.run(line, env=environment | {"MESHDESK_DIST": str(dist)}).returncode


def _is_built(dist: Path) -> bool:
    """Whether the packages are there and newer than all that they are made from."""
    made = [
        path.stat().st_mtime for path in (*dist.glob("*.whl"), *dist.glob("*.deb"), *dist.glob("meshdesk/meshdesk*"))
    ]
    folders = [ROOT / name for name in ("meshdesk", "resources", "packaging")]
    sources = [path for folder in folders for path in folder.rglob("*") if path.suffix != ".pyc" and path.is_file()]
    newest = max(path.stat().st_mtime for path in (*sources, ROOT / "pyproject.toml"))
    return len(made) >= (3 if shutil.which("dpkg-deb") else 2) and min(made) > newest


def _measure(pins: str, *lines: list[str]) -> int:
    """Runs scripts of tests/speed, each a name and its arguments."""
    install(pins)
    need_programs()
    need_libraries(EVERYWHERE)
    with display() as environment:
        codes = [
            subprocess.run([str(PYTHON), "-m", f"tests.speed.{name}", *arguments], env=environment).returncode
            for name, *arguments in lines
        ]
    return max(codes, default=0)


# Packages


def install(name: str, venv: Path = VENV) -> None:
    """Makes the virtual environment hold the pins "run", "test", "speed" or "package"; at once where it does already.

    With the first three this checkout is installed, too, so that its command is there.
    """
    python = _venv_version(venv) or _make_venv(venv)
    wanted = {each: _fingerprint(each, python) for each in {name, *HOLDERS.get(name, ())}}
    stamp = venv / "meshdesk-installed"
    if stamp.exists() and stamp.read_text() in wanted.values():
        return
    pins = _pins(name, python)
    packages = sum(1 for line in pins.read_text(encoding="utf-8").splitlines() if "==" in line)
    say(f"Installing {packages} packages into {venv.relative_to(ROOT)}, once (some 400 MB; a minute or two) …")
    pip = [str(venv / IN_VENV), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    pip += [] if sys.stdout.isatty() else ["--quiet"]
    stamp.unlink(missing_ok=True)
    # Two steps: pip refuses hashes and an editable install in one.
    is_done = _install_pinned(pip, pins)
    if is_done and name != "package":
        is_done = not subprocess.run([*pip, "--no-deps", "--no-build-isolation", "-e", "."]).returncode
    if not is_done:
        raise SystemExit("The packages could not be installed, pip says why above: mend that and run make again.")
    stamp.write_text(wanted[name])


def _install_pinned(pip: list[str], pins: Path) -> bool:
    """Whether all pins were installed, by several pips at once: one alone unpacks and compiles on one processor, for 50 s of the
    tests' (2026-11). Each is told its pins and not to look for more; they name all there is."""
    with tempfile.TemporaryDirectory() as place, ThreadPoolExecutor(min(PIPS, os.cpu_count() or 1)) as pips:
        lines = []
        for number, text in enumerate(groups_of(pins.read_text(encoding="utf-8"), PIP_GROUPS)):
            file = Path(place) / f"{number}.txt"
            file.write_text(text, encoding="utf-8")
            lines.append([*pip, "--progress-bar", "off", "--no-deps", "--require-hashes", "-r", str(file)])
        return not any(ran.returncode for ran in pips.map(subprocess.run, lines))


def groups_of(pins: str, most: int) -> list[str]:
    """The pins in as many groups, each pin with its hashes."""
    each = re.findall(r"^[^\s#].*\n(?:[ \t].*\n)*", pins, re.MULTILINE)
    return ["".join(each[first::most]) for first in range(min(most, len(each)))]


def _venv_version(venv: Path) -> tuple[int, int] | None:
    """The Python of a virtual environment, None where there is none that runs (never made, or its Python was removed)."""
    ask = "import sys, pip; print(*sys.version_info[:2])"
    try:
        asked = subprocess.run([str(venv / IN_VENV), "-c", ask], capture_output=True, text=True)
    except OSError:
        return None
    if asked.returncode:
        return None
    major, minor = asked.stdout.split()
    return int(major), int(minor)


def _make_venv(venv: Path) -> tuple[int, int]:
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if not importlib.util.find_spec("ensurepip") and apt([package]):
        raise SystemExit(
            f"This Python cannot make virtual environments: as root, apt-get install {package}, then run make again."
        )
    if subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)]).returncode:
        raise SystemExit(f"No virtual environment could be made in {venv}; Python says why above.")
    return sys.version_info.major, sys.version_info.minor


def _pins(name: str, python: tuple[int, int]) -> Path:
    return ROOT / "packaging" / "requirements" / f"{name}-{'3.11' if python == OLDEST else '3.12'}.txt"


def _fingerprint(name: str, python: tuple[int, int]) -> str:
    parts = [_pins(name, python).read_bytes(), (ROOT / "pyproject.toml").read_bytes(), str(ROOT).encode()]
    return f"{name} {hashlib.sha256(b''.join(parts)).hexdigest()}"


# The system


def has_display() -> bool:
    """Whether a window can be shown."""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def missing_libraries(libraries: dict[str, str]) -> list[str]:
    """Those that the system's loader does not find."""
    missing = []
    for name in libraries if sys.platform == "linux" else ():
        try:
            ctypes.CDLL(name)
        except OSError:
            missing.append(name)
    return missing


def need_libraries(libraries: dict[str, str], what: str = "Qt") -> None:
    """Ends with a sentence where Qt (or `what` else) would not start; as root on Debian or Ubuntu it installs what is missing."""
    if missing := missing_libraries(libraries):
        apt(sorted({libraries[name] for name in missing}))
    if missing := missing_libraries(libraries):
        packages = " ".join(sorted({libraries[name] for name in missing}))
        raise SystemExit(
            f"{what} needs {', '.join(missing)}, which this system does not have: as root, apt-get install {packages}, "
            "then run make again."
        )


def need_python_library() -> None:
    """Ends with a sentence where this Python cannot be frozen; Debian's has its library in a package of its own."""
    name = sysconfig.get_config_var("INSTSONAME") or ""
    folders = [Path(sysconfig.get_config_var("LIBDIR") or "/usr/lib"), Path(sys.base_prefix) / "lib"]
    if name.endswith(".a"):
        raise SystemExit(
            "This Python has its library built in, and PyInstaller needs it as a file of its own: use your system's Python "
            "(PYTHON=/usr/bin/python3), or one that was built with --enable-shared."
        )
    if any((folder / name).exists() for folder in folders):
        return
    need_libraries({name: f"libpython{sys.version_info.major}.{sys.version_info.minor}"}, "PyInstaller")


def need_programs(programs: dict[str, str] = PROGRAMS) -> None:
    """Installs what tests talk to, where that can be done, and says what stays missing."""
    if sys.platform != "linux":
        return
    wanted = [package for program, package in programs.items() if not shutil.which(program)]
    libraries = EVERYWHERE | X11
    wanted += sorted({libraries[name] for name in missing_libraries(libraries)})
    if missing := apt(wanted):
        packages = " ".join(missing)
        say(f"Tests that need what is not here are skipped or draw offscreen: as root, apt-get install {packages}.")


def apt(packages: Sequence[str]) -> list[str]:
    """Installs Debian packages where this is root and there is apt; returns those that could not be had."""
    if not packages or not shutil.which("apt-get") or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return list(packages)
    say(f"Installing with apt, as this is root: {' '.join(packages)}")

    def get(*line: str) -> bool:
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        ran = subprocess.run(["apt-get", "-qq", *line], env=os.environ | quiet, capture_output=True, text=True)
        if ran.returncode:
            say(ran.stderr.strip())
        return ran.returncode == 0

    get("update")
    install_line = ("install", "-y", "--no-install-recommends")
    if get(*install_line, *packages):
        return []
    return [package for package in packages if not get(*install_line, package)]


@contextlib.contextmanager
def display(servers: int = 1) -> Iterator[dict[str, str]]:
    """The environment for tests: X servers of their own, or none."""
    environment = {name: value for name, value in os.environ.items() if name not in NOT_FOR_TESTS}
    if sys.platform != "linux":
        yield dict(os.environ)
        return
    if not shutil.which("Xvfb") or missing_libraries(X11):
        say("There is no Xvfb here: the tests draw offscreen.")
        yield environment | {"QT_QPA_PLATFORM": "offscreen"}
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with contextlib.ExitStack() as running:
        names = [running.enter_context(_x_server()) for _ in range(servers)]
        yield environment | {"DISPLAY": names[0], DISPLAYS: " ".join(names), "QT_QPA_PLATFORM": "xcb"}


@contextlib.contextmanager
def _x_server() -> Iterator[str]:
    """The name of a new display, as soon as it can be drawn on."""
    reader, writer = os.pipe()
    line = ["Xvfb", "-displayfd", str(writer), "-screen", "0", XVFB_SCREEN, "-nolisten", "tcp"]
    with subprocess.Popen(line, pass_fds=[writer], stderr=subprocess.DEVNULL) as server:
        os.close(writer)
        try:
            number = os.read(reader, 16).decode().strip()  # comes when it is ready, and nothing when it could not start
            if not number:
                raise SystemExit("Xvfb is here but does not start: run it by hand to see why.")
            yield f":{number}"
        finally:
            os.close(reader)
            server.terminate()


# Words and processes


def say(text: str) -> None:
    """One line for the person, in its place between the lines of others."""
    print(text, file=sys.stderr, flush=True)


def answers(python: str) -> bool:
    """Whether this is a Python that starts; pyenv leaves names of others."""
    return subprocess.run([python, "--version"], capture_output=True).returncode == 0


def replace(line: list[str]) -> int:
    """Becomes that program, so that signals and its end reach the caller; on Windows it waits for it."""
    if os.name == "nt":
        return subprocess.run(line).returncode
    os.execv(line[0], line)


if __name__ == "__main__":
    if sys.version_info < OLDEST:
        found = [path for path in map(shutil.which, NEWER) if path and answers(path)]
        if not found:
            version = ".".join(map(str, sys.version_info[:2]))
            sys.exit(f"MeshDesk needs Python 3.11 or later, and this is {version}: install a newer one.")
        os.execv(found[0], [found[0], *sys.argv])
    try:
        sys.exit(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
