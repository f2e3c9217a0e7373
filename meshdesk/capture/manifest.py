"""The manifest: what makes a folder a capture."""

import json
import os
import time
import uuid
from pathlib import Path

from meshdesk.capture.store import FORMAT, HEAD_ROOM, ROOM, CaptureError
from meshdesk.capture.upgrade import NEWEST


def create_capture(folder: Path, made_by: str, title: str, to_be_a_file: bool = False) -> None:
    """Makes the folder (mode 0700) of an empty capture. Raises CaptureError.

    `to_be_a_file`: it will end as one .meshcap and nothing else, without being copied (pack_in_place).
    """
    manifest: dict[str, object] = {
        "format": FORMAT,
        "version": NEWEST,
        "id": uuid.uuid4().hex,
        "made_by": made_by,
        "created": time.time_ns() // 1_000_000,
        "title": title,
    }
    if to_be_a_file:
        manifest[ROOM] = HEAD_ROOM
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = folder / "manifest.json.part"
        draft.write_text(json.dumps(manifest, indent=1), "utf-8")
        os.replace(draft, folder / "manifest.json")
    except OSError as error:
        raise CaptureError(f"No capture can be made in {folder}: {error.strerror}. Choose another folder.") from error
