"""What a system is told about MeshDesk: its version, its type of file, its links; for Windows' and macOS' packages."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IDENTIFIER = "org.meshdesk.MeshDesk"
ABOUT = "Browse and monitor an event-driven data mesh over Kafka"
DEVELOPERS = "The MeshDesk developers"


def version() -> str:
    """MeshDesk's own, as in 1.2.0rc1."""
    text = (ROOT / "meshdesk" / "__init__.py").read_text(encoding="utf-8")
    match = re.search(r'^__version__ = "(.+)"', text, re.MULTILINE)
    if match is None:
        raise SystemExit("meshdesk/__init__.py has no __version__.")
    return match[1]


def windows(version: str) -> str:
    """The version resource of an .exe, as PyInstaller reads it (VSVersionInfo): four numbers and the words."""
    release = re.match(r"\d+(\.\d+)*", version)
    numbers = tuple(([int(number) for number in release[0].split(".")] if release else []) + [0] * 4)[:4]
    words = {
        "CompanyName": DEVELOPERS,
        "FileDescription": "MeshDesk",
        "FileVersion": version,
        "InternalName": "meshdesk",
        "LegalCopyright": "Apache License 2.0",
        "OriginalFilename": "meshdesk.exe",
        "ProductName": "MeshDesk",
        "ProductVersion": version,
    }
    texts = ", ".join(f"StringStruct({name!r}, {value!r})" for name, value in words.items())
    return (
        f"VSVersionInfo(ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3f, flags=0, OS=0x40004,"
        " fileType=1, subtype=0, date=(0, 0)), kids=["
        f"StringFileInfo([StringTable('040904B0', [{texts}])]), VarFileInfo([VarStruct('Translation', [1033, 1200])])])\n"
    )


def macos(version: str) -> dict[str, object]:
    """What Info.plist says besides PyInstaller's own (Apple's Information Property List): documents, links, sharp screens."""
    return {
        "CFBundleDisplayName": "MeshDesk",
        "CFBundleShortVersionString": version,
        "CFBundleVersion": version,
        "NSHighResolutionCapable": True,
        "NSRequiresAquaSystemAppearance": False,  # dark, too
        "LSApplicationCategoryType": "public.app-category.developer-tools",
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "MeshDesk capture",
                "CFBundleTypeRole": "Viewer",
                "LSHandlerRank": "Owner",
                "LSItemContentTypes": [f"{IDENTIFIER}.capture"],
            }
        ],
        "UTExportedTypeDeclarations": [
            {
                "UTTypeIdentifier": f"{IDENTIFIER}.capture",
                "UTTypeDescription": "MeshDesk capture",
                "UTTypeConformsTo": ["public.data"],
                "UTTypeTagSpecification": {"public.filename-extension": ["meshcap"]},
            }
        ],
        "CFBundleURLTypes": [{"CFBundleURLName": f"{IDENTIFIER}.link", "CFBundleURLSchemes": ["meshdesk"]}],
    }
