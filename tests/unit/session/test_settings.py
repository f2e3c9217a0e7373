"""Settings: what is chosen holds and comes back, what makes no sense is said, and nobody's file is spoilt."""

import tomllib
from pathlib import Path

import pytest

from meshdesk.session.settings import BY_KEY, SETTINGS, Choice, Number, Setting, Settings, YesNo
from meshdesk.session.settings_file import BROKEN, FILE


def sentences(settings: Settings) -> list[str]:
    return [trouble.sentence for trouble in settings.take_troubles()]


def other_than(setting: Setting) -> str | float | bool:
    """A value that may be chosen and is not the default."""
    kind = setting.kind
    if isinstance(kind, Choice):
        return next(word for word, _ in kind.options if word != setting.default)
    if isinstance(kind, YesNo):
        return not setting.default
    return kind.most if setting.default != kind.most else kind.least


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.key)
def test_that_a_choice_comes_back_in_the_next_run(setting: Setting, tmp_path: Path) -> None:
    value = other_than(setting)
    first = Settings(tmp_path)
    first.choose(setting.key, value)
    first.close()
    second = Settings(tmp_path)
    assert second.value(setting.key) == value
    assert second.chosen == {setting.key: value}
    assert sentences(first) == sentences(second) == []


def test_that_every_setting_has_a_title_a_sentence_and_a_default_that_it_allows() -> None:
    assert len(BY_KEY) == len(SETTINGS)
    assert len({setting.title for setting in SETTINGS}) == len(SETTINGS)
    for setting in SETTINGS:
        assert setting.kind.problem(setting.default) == ""
        assert setting.sentence.endswith(".")
        assert setting.takes_effect.endswith(".")


def test_that_what_was_not_chosen_stands_in_no_file_and_a_reset_takes_it_out_again(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "config")
    assert settings.word("times") == "local"
    assert not (tmp_path / "config").exists()
    settings.choose("times", "utc")
    settings.choose("capture_limit", 5.5)
    settings.reset("times")
    settings.close()
    held = (tmp_path / "config" / FILE).read_text("utf-8")
    assert tomllib.loads(held) == {"capture_limit": 5.5}
    assert "# Size limit of a live capture: 0.1 to 1000.0 GB\ncapture_limit = 5.5\n" in held
    assert "utc" not in held


def test_that_who_listens_hears_of_each_change_once(tmp_path: Path) -> None:
    settings = Settings(None)
    heard: list[str] = []
    settings.listen(lambda setting: heard.append(f"{setting.key} {settings.value(setting.key)}"))
    settings.choose("less_motion", True)
    settings.choose("less_motion", True)
    settings.reset("less_motion")
    assert heard == ["less_motion True", "less_motion False"]


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("appearance", "blue", "Appearance: blue is none of system, light, dark."),
        ("capture_limit", 0.05, "Size limit of a live capture: 0.05 is not between 0.1 and 1,000.0 GB."),
        ("capture_limit", float("nan"), "Size limit of a live capture: nan is not between 0.1 and 1,000.0 GB."),
        ("kept_free", 10.5, "Share of the disk that stays free: 10.5 is no whole number."),
        ("less_motion", "perhaps", "Less motion: perhaps is neither true nor false."),
    ],
)
def test_that_a_value_that_makes_no_sense_is_a_sentence_and_changes_nothing(
    key: str, value: str | float, sentence: str
) -> None:
    settings = Settings(None)
    with pytest.raises(ValueError, match="is") as raised:
        settings.choose(key, value)
    assert str(raised.value) == sentence
    assert settings.chosen == {}


def test_that_a_wrong_value_in_the_file_is_said_and_the_others_hold(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(
        'appearance = "blue"\ncapture_limit = true\nkept_free = [1, 2]\ntimes = "utc"\n', "utf-8"
    )
    settings = Settings(tmp_path)
    assert settings.chosen == {"times": "utc"}
    assert sentences(settings) == [
        (
            'settings.toml: appearance = "blue" is none of system, light, dark. '
            "The default is used (As the system); choose one in the settings (Ctrl+,)."
        ),
        (
            "settings.toml: capture_limit = True is no number. "
            "The default is used (2.0 GB); choose one in the settings (Ctrl+,)."
        ),
        (
            "settings.toml: kept_free = [1, 2] is no number. "
            "The default is used (10 %); choose one in the settings (Ctrl+,)."
        ),
    ]
    settings.choose("appearance", "dark")
    settings.close()
    assert tomllib.loads((tmp_path / FILE).read_text("utf-8"))["appearance"] == "dark"
    assert not (tmp_path / BROKEN).exists()


def test_that_what_a_newer_version_wrote_is_kept_and_not_complained_about(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('# mine\nlater = nan\ntimes = "utc"\n\n[newer]\ntimes = "both"\n', "utf-8")
    settings = Settings(tmp_path)
    assert sentences(settings) == []
    settings.choose("times", "local")
    settings.choose("appearance", "light")
    settings.close()
    text = (tmp_path / FILE).read_text("utf-8")
    assert text.startswith("# mine\nlater = nan\n")
    assert text.endswith('[newer]\ntimes = "both"\n')
    held = tomllib.loads(text)
    assert (held["appearance"], held["newer"], "times" in held) == ("light", {"times": "both"}, False)


def test_that_number_and_yes_no_are_shown_with_unit_and_word() -> None:
    assert Number("GB", 0, 10, decimals=1).shown(2) == "2.0 GB"
    assert [YesNo().shown(on) for on in (True, False)] == ["yes", "no"]
    assert Choice((("a", "The first"),)).shown("a") == "The first"
