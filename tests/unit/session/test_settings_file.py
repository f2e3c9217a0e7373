"""The file of the settings: one line changes, the rest stays; what cannot be read or written is a sentence."""

import os
from pathlib import Path

import pytest

from meshdesk.session.settings_file import BROKEN, FILE, SettingsFile, edited, parsed


class File:
    """A settings file in a folder, and what was said about it."""

    def __init__(self, folder: Path) -> None:
        self.said: list[str] = []
        self.path = folder / FILE
        self.file = SettingsFile(self.path, lambda text, advice: self.said.append(f"{text} {advice}"))

    def write(self, key: str, value: str | float | None, **chosen: str | float) -> None:
        self.file.write(key, value, f"# {key}", chosen)
        self.file.close()

    @property
    def text(self) -> str:
        return self.path.read_text("utf-8")


def test_that_there_need_be_no_file(tmp_path: Path) -> None:
    settings = File(tmp_path / "none")
    assert settings.file.read() == {}
    assert not settings.file.was_there
    assert settings.said == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a = 1\nb = \nc = 2", "its line 2 is no TOML"),
        ('a = "', "it ends in the middle of a value"),
        ("a = " + "[" * 20_000, "its values are nested too deeply"),
        ("a = " + "1" * 10_000, "it holds a number of thousands of digits"),
    ],
)
def test_that_a_broken_file_is_a_sentence_with_its_line_and_no_crash(text: str, problem: str, tmp_path: Path) -> None:
    settings = File(tmp_path)
    settings.path.write_text(text, "utf-8")
    assert settings.file.read() == {}
    (said,) = settings.said
    assert said.startswith(f"The settings in {settings.path} cannot be read: {problem}. The defaults are used;")


def test_that_a_broken_file_is_kept_beside_the_new_one_and_that_is_said(tmp_path: Path) -> None:
    settings = File(tmp_path)
    settings.path.write_text("a = \n", "utf-8")
    settings.file.read()
    settings.write("times", "utc", times="utc", capture_limit=3.5)
    assert parsed(settings.text) == ({"times": "utc", "capture_limit": 3.5}, "")
    assert (tmp_path / BROKEN).read_text("utf-8") == "a = \n"
    assert settings.said[-1].startswith("A new file of settings was begun,")


def test_that_a_value_of_several_lines_is_not_cut_in_two(tmp_path: Path) -> None:
    text = 'times = """\nutc\n"""\nlater = 1\n'
    assert edited(text, "times", "local") is None
    assert edited(text, "later", 2.0) == 'times = """\nutc\n"""\nlater = 2\n'


def test_that_names_are_found_in_quotes_and_not_within_a_table() -> None:
    assert edited("'times' = \"utc\"\n", "times", "local") == 'times = "local"\n'
    assert edited('[times]\ntimes = "utc"\n', "appearance", "dark", "# how").splitlines()[1:3] == [  # type: ignore[union-attr]
        "# how",
        'appearance = "dark"',
    ]


def test_that_the_text_of_windows_and_bytes_that_are_no_utf_8_stay_as_they_are(tmp_path: Path) -> None:
    settings = File(tmp_path)
    settings.path.write_bytes(b'# caf\xe9\r\ntimes = "utc"\r\n')
    assert settings.file.read() == {"times": "utc"}
    settings.write("appearance", "dark")
    assert settings.path.read_bytes() == b'# caf\xe9\r\ntimes = "utc"\r\n\n# appearance\nappearance = "dark"\n'
    assert settings.said == []


def test_that_what_another_window_wrote_meanwhile_is_kept(tmp_path: Path) -> None:
    one, other = File(tmp_path), File(tmp_path)
    assert (one.file.read(), other.file.read()) == ({}, {})
    one.write("times", "utc", times="utc")
    other.write("appearance", "dark", appearance="dark")
    assert parsed(one.text)[0] == {"times": "utc", "appearance": "dark"}


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_that_a_file_that_is_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    settings = File(tmp_path)
    settings.path.symlink_to(tmp_path / "dotfiles" / "meshdesk.toml")
    (tmp_path / "dotfiles" / "meshdesk.toml").write_text("", "utf-8")
    settings.write("times", "utc")
    assert settings.path.is_symlink()
    assert parsed((tmp_path / "dotfiles" / "meshdesk.toml").read_text("utf-8"))[0] == {"times": "utc"}


def test_that_a_folder_in_its_place_is_a_sentence_when_read_and_when_written(tmp_path: Path) -> None:
    settings = File(tmp_path)
    settings.path.mkdir()
    assert settings.file.read() == {}
    settings.write("times", "utc")
    assert settings.said == [
        (
            f"The settings in {settings.path} cannot be read: Is a directory. "
            "The defaults are used; check the file and its rights, then start MeshDesk again."
        ),
        (
            f"The settings cannot be stored in {settings.path}: Is a directory. "
            "They hold until MeshDesk ends; check the folder and its rights."
        ),
    ]
    assert [path.name for path in tmp_path.iterdir()] == [FILE]  # nothing half-written is left


def test_that_a_file_of_megabytes_is_not_read(tmp_path: Path) -> None:
    settings = File(tmp_path)
    settings.path.write_bytes(b"#" * 1_000_001)
    assert settings.file.read() == {}
    assert "the file is too large" in settings.said[0]
