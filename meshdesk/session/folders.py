"""Where MeshDesk keeps what is a person's own: the platform's folders, each of which the environment may name instead."""

import os
from pathlib import Path

import platformdirs


def config_folder() -> Path:
    """Settings and connections (XDG_CONFIG_HOME/meshdesk on Linux): what may be carried to another machine."""
    named = os.environ.get("MESHDESK_CONFIG")
    return Path(named) if named else Path(platformdirs.user_config_dir("meshdesk", appauthor=False))


def state_folder() -> Path:
    """What belongs to this machine (XDG_STATE_HOME/meshdesk on Linux), captures first of all; never a synced folder."""
    named = os.environ.get("MESHDESK_STATE")
    return Path(named) if named else Path(platformdirs.user_state_dir("meshdesk", appauthor=False))
