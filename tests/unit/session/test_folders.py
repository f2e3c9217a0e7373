"""The folders of a person: the platform's, or those that the environment names."""

import sys
from pathlib import Path

import pytest

from meshdesk.session.folders import config_folder, state_folder


def test_that_the_environment_names_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MESHDESK_CONFIG", str(tmp_path / "c"))
    monkeypatch.setenv("MESHDESK_STATE", str(tmp_path / "s"))
    assert (config_folder(), state_folder()) == (tmp_path / "c", tmp_path / "s")


@pytest.mark.skipif(sys.platform != "linux", reason="the folders of XDG are Linux's")
def test_that_they_are_the_platforms_where_nothing_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("MESHDESK_CONFIG", "MESHDESK_STATE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert (config_folder(), state_folder()) == (tmp_path / "config" / "meshdesk", tmp_path / "state" / "meshdesk")
