"""Profiles on the disk: what is saved is read again, by people too; what is wrong in one file leaves the others; no secret in any."""

import os
import stat
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from meshdesk.model.profile import Credentials, Profile, problems
from meshdesk.session.profiles import (
    MOST,
    ProfileError,
    Profiles,
    connection,
    file_problems,
    profiles_folder,
    read_profile,
    recent_file,
)

FULL = Profile(
    "acme-prod",
    "kafka-1.acme:9093,kafka-2.acme:9093",
    "SASL_SSL",
    mechanism="SCRAM-SHA-512",
    user="meshdesk",
    ca="certs/ca.pem",
    certificate="client.pem",
    key="client.key",
    registry="https://registry.acme:8081",
    registry_user="reader",
    registry_ca="certs/registry.pem",
    catalogues=("contracts", "products"),
    schemas=("avro", "certs/../orders.proto"),
    colour="#23a38f",
    is_production=True,
    settings={"client.rack": "eu-1", "socket.timeout.ms": "10000"},
)


@pytest.fixture
def profiles(tmp_path: Path) -> Profiles:
    return Profiles(tmp_path / "connections", tmp_path / "state" / "recent.json")


def write(profiles: Profiles, name: str, text: str) -> Path:
    profiles.folder.mkdir(parents=True, exist_ok=True)
    path = profiles.folder / f"{name}.toml"
    path.write_text(text, "utf-8")
    return path


# Saved and read


@pytest.mark.parametrize(
    "profile",
    [
        FULL,
        Profile("local", "localhost:9092"),
        Profile("Prüfstand 2", "[::1]:9092", user="", catalogues=("Ordner mit „Zeichen“", 'quo"ted')),
        Profile("p12", "a:1", "SSL", keystore="C:\\keys\\me.p12"),
    ],
    ids=lambda profile: profile.name,
)
def test_that_what_is_saved_is_what_is_read(profiles: Profiles, profile: Profile) -> None:
    assert problems(profile) == {}
    profiles.save(profile)
    assert profiles.load(profile.name) == profile
    assert profiles.read().profiles == (profile,)
    assert profiles.has(profile.name)


def test_that_the_file_is_readable_for_people_and_for_its_owner_alone(profiles: Profiles) -> None:
    profiles.save(FULL)
    path = profiles.folder / "acme-prod.toml"
    text = path.read_text("utf-8")
    assert text.startswith("# A connection of MeshDesk. Its passwords are in the keyring")
    assert '\nbootstrap = "kafka-1.acme:9093,kafka-2.acme:9093"\n' in text
    assert "\nproduction = true\n" in text
    assert "\n[settings]\n" in text
    assert tomllib.loads(text)["version"] == 1
    if os.name == "posix":
        assert stat.S_IMODE(profiles.folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in profiles.folder.iterdir()] == ["acme-prod.toml"]  # nothing half-written is left


def test_that_what_says_nothing_does_not_stand_in_the_file(profiles: Profiles) -> None:
    profiles.save(Profile("local", "localhost:9092", user="left over", certificate="left.pem"))
    lines = (profiles.folder / "local.toml").read_text("utf-8").splitlines()
    assert [line for line in lines if line and line[0] != "#"] == [
        "version = 1",
        'bootstrap = "localhost:9092"',
        'security = "PLAINTEXT"',
    ]


def test_that_comments_of_a_person_survive_the_window(profiles: Profiles) -> None:
    path = write(
        profiles,
        "acme",
        '# ask Ada for access\nbootstrap = "a:1" # the old one\n\n[settings]\n# for the rack\n"client.rack" = "eu"\n',
    )
    loaded = profiles.load("acme")
    profiles.save(replace(loaded, bootstrap="b:2", is_production=True, colour="#23a38f"), was="acme")
    text = path.read_text("utf-8")
    for comment in ("# ask Ada for access", "# the old one", "# for the rack"):
        assert comment in text
    assert profiles.load("acme") == Profile(
        "acme", "b:2", colour="#23a38f", is_production=True, settings={"client.rack": "eu"}
    )
    profiles.save(replace(profiles.load("acme"), settings={"client.id": "me"}), was="acme")
    assert profiles.load("acme").settings == {"client.id": "me"}


def test_that_a_new_name_moves_the_file_and_keeps_when_it_was_used(profiles: Profiles) -> None:
    profiles.save(FULL)
    profiles.use("acme-prod", 1_000)
    profiles.save(replace(FULL, name="acme"), was="acme-prod")
    found = profiles.read()
    assert [(profile.name, used) for profile, used in zip(found.profiles, found.used, strict=True)] == [("acme", 1_000)]
    profiles.save(replace(FULL, name="ACME"), was="acme")  # letters alone
    assert profiles.names() == ["ACME"]


def test_that_those_used_last_come_first(profiles: Profiles) -> None:
    for name in ("zeta", "alpha", "Beta", "gamma"):
        profiles.save(Profile(name, "a:1"))
    profiles.use("gamma", 1_000)
    profiles.use("zeta", 2_000)
    assert [profile.name for profile in profiles.read().profiles] == ["zeta", "gamma", "alpha", "Beta"]
    assert not list(profiles.folder.glob("*.json"))  # a profile is carried elsewhere, what was used here is not
    profiles.delete("zeta")
    assert [profile.name for profile in profiles.read().profiles] == ["gamma", "alpha", "Beta"]
    profiles.save(Profile("zeta", "a:1"))
    assert profiles.read().used[-1] == 0  # its namesake was never used
    profiles.delete("never was")


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"acme": "soon"}', "\x00"])
def test_that_a_spoilt_list_of_recent_ones_costs_their_order_alone(
    profiles: Profiles, tmp_path: Path, text: str
) -> None:
    profiles.save(Profile("acme", "a:1"))
    (tmp_path / "state").mkdir(exist_ok=True)
    (tmp_path / "state" / "recent.json").write_text(text, "utf-8")
    assert profiles.read().used == (0,)
    profiles.use("acme", 5)
    assert profiles.read().used == (5,)


# Refused


def test_that_a_name_that_is_taken_is_refused(profiles: Profiles) -> None:
    profiles.save(Profile("acme", "a:1"))
    with pytest.raises(ProfileError, match=r"^There is a connection “acme” already. Choose another name"):
        profiles.save(Profile("acme", "b:2"))
    with pytest.raises(ProfileError, match="not every system tells them apart"):
        profiles.save(Profile("Acme", "b:2"))
    profiles.save(Profile("other", "b:2"))
    with pytest.raises(ProfileError, match="There is a connection “acme” already"):
        profiles.save(Profile("acme", "b:2"), was="other")
    assert profiles.load("acme").bootstrap == "a:1"


@pytest.mark.parametrize(
    "profile",
    [
        Profile("tail", "a:1"),
        Profile("../up", "a:1"),
        Profile("acme", "nowhere"),
        Profile("acme", "a:1", settings={"sasl.password": "hunter2"}),
        Profile("acme", "a:1", settings={"http.proxy": "http://me:hunter2@proxy"}),
    ],
)
def test_that_what_is_wrong_is_not_saved(profiles: Profiles, profile: Profile) -> None:
    with pytest.raises(ProfileError) as raised:
        profiles.save(profile)
    assert "hunter2" not in str(raised.value)
    assert not profiles.folder.exists()


def test_that_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    profiles = Profiles(tmp_path / "file" / "connections", tmp_path / "recent.json")
    with pytest.raises(ProfileError, match=r"cannot be saved in .*: Not a directory. Check the rights"):
        profiles.save(Profile("acme", "a:1"))
    assert profiles.read().profiles == ()
    profiles.use("acme", 1)  # and no exception


# What a person may have written


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('bootstrap = "a:1"\nca = \n', 2, "is no TOML"),
        ('bootstrap = "a:1', 1, "is no TOML"),
        ('bootstrap = "a:1"\n\n\nbootstrap = "b:2"\n', 4, "It says the same twice."),
        ("bootstrap = a:1\n", 1, 'Write it as name = "value".'),
        ('bootstrap = "a:1"\n\nbootstarp = "b"\n', 3, "“bootstarp” is no field of a connection. There are bootstrap"),
        ('bootstrap = "a:1"\nproduction = "yes"\n', 2, "“production” is true or false."),
        ('bootstrap = "a:1"\nca = 7\n', 2, "“ca” is a text in quotes."),
        ('bootstrap = "a:1"\ncatalogues = "contracts"\n', 2, "“catalogues” is a list of folders in quotes."),
        ('bootstrap = "a:1"\nschemas = [1]\n', 2, "“schemas” is a list of files and folders in quotes."),
        ('bootstrap = "a:1"\ncatalogues = [1]\n', 2, "“catalogues” is a list of folders in quotes."),
        ('bootstrap = "a:1"\n  security = "TLS"\n', 2, "“security” is one of PLAINTEXT, SSL,"),
        ('bootstrap = "a"\n', 1, "“a” has no port."),
        ("", 1, "Write where a broker listens"),
        ('# mine\n"version" = 2\nbootstrap = "a:1"\nnew = true', 2, "written by a newer MeshDesk (version 2). Update"),
        ('version = "1"\nbootstrap = "a:1"', 1, "“version” is a number"),
        ('version = true\nbootstrap = "a:1"', 1, "“version” is a number"),
        ('bootstrap = "a:1"\npassword = "hunter2"\n', 2, "“password” is a secret, and this is a file."),
        ('bootstrap = "a:1"\nsettings = "x"\n', 2, "“settings” is a table"),
        ('bootstrap = "a:1"\n[settings]\nclient.rack = "x"\n', 3, 'write "client.rack" = "…"'),
        ('bootstrap = "a:1"\n[settings]\n"client.rack" = [1]\n', 3, "“client.rack” is a text in quotes."),
        ('bootstrap = "a:1"\n[settings]\n\n"sasl.password" = "hunter2"\n', 4, "sasl.password holds a secret"),
        ('bootstrap = "a:1"\n[settings]\n"ssl.ca.location" = "x"\n', 3, "said by the connection itself (ca)"),
        ('bootstrap = "a:1"\nregistry = "http://me:hunter2@r"\n', 2, "holds a login"),
        ('bootstrap = "a:1"\nsecurity = "SASL_SSL"\nmechanism="PLAIN"\nuser=""\n', 4, "Write the user"),
    ],
)
def test_that_a_mistake_is_said_with_its_line_and_the_others_are_read(
    profiles: Profiles, text: str, line: int, said: str
) -> None:
    profiles.save(Profile("fine", "a:1"))
    path = write(profiles, "mine", text)
    found = profiles.read()
    assert [profile.name for profile in found.profiles] == ["fine"]
    (wrong,) = found.wrong
    assert wrong.startswith(f"Line {line} of {path}")
    assert said in wrong
    assert "hunter2" not in wrong
    with pytest.raises(ProfileError, match=rf"^Line {line} of "):
        profiles.load("mine")


def test_that_a_setting_may_be_a_number_or_a_truth(profiles: Profiles) -> None:
    write(profiles, "a", 'bootstrap = "a:1"\n[settings]\n"socket.timeout.ms" = 10000\n"x.y" = true\n"z" = 0.5\n')
    assert profiles.load("a").settings == {"socket.timeout.ms": "10000", "x.y": "true", "z": "0.5"}


def test_that_a_file_of_windows_is_read(profiles: Profiles) -> None:
    path = write(profiles, "a", "")
    path.write_bytes(b'\xef\xbb\xbfbootstrap = "a:1"\r\nca = "x"\r\nsecurity = "SSL"\r\n')
    assert profiles.load("a") == Profile("a", "a:1", "SSL", ca="x")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'bootstrap = "a:1"\nca = "\xff"\n', "Line 2 of "),
        (b"#" * (1 << 18) + b"##", "is larger than 256 KiB"),
    ],
)
def test_that_what_is_no_text_or_far_too_large_is_a_sentence(profiles: Profiles, data: bytes, said: str) -> None:
    write(profiles, "a", "").write_bytes(data)
    (wrong,) = profiles.read().wrong
    assert said in wrong


def test_that_a_file_whose_name_could_never_be_opened_is_said(profiles: Profiles) -> None:
    path = write(profiles, "tail", 'bootstrap = "a:1"')
    (wrong,) = profiles.read().wrong
    assert wrong.startswith(f"{path} is left out: “tail” is a word of the command line.")
    assert wrong.endswith("Rename the file.")


def test_that_one_that_is_gone_is_a_sentence(profiles: Profiles) -> None:
    with pytest.raises(ProfileError, match="There is no connection “acme” any more"):
        profiles.load("acme")


def test_that_the_number_of_profiles_is_bounded_and_said(profiles: Profiles) -> None:
    for number in range(MOST + 3):
        write(profiles, f"p{number:04}", 'bootstrap = "a:1"\n')
    found = profiles.read()
    assert len(found.profiles) == MOST
    assert "holds 503 connections; the first 500 are shown." in found.wrong[0]


def test_that_a_file_that_cannot_be_read_is_a_sentence(profiles: Profiles) -> None:
    (profiles.folder / "mine.toml").mkdir(parents=True)
    assert profiles.read().wrong[0].endswith("cannot be read: Is a directory.")


DIES = """
import os, sys
from meshdesk.model.profile import Profile
from meshdesk.session.profiles import Profiles
from pathlib import Path
os.replace = lambda *_: os._exit(9)
Profiles(Path(sys.argv[1]), Path(sys.argv[2])).save(Profile("acme", "new:1"), was="acme")
"""


def test_that_a_crash_while_saving_leaves_the_old_profile(profiles: Profiles, tmp_path: Path) -> None:
    profiles.save(Profile("acme", "old:1"))
    died = subprocess.run([sys.executable, "-c", DIES, profiles.folder, tmp_path / "recent.json"])
    assert died.returncode == 9
    assert len(list(profiles.folder.iterdir())) == 2  # what it had begun
    assert profiles.read().profiles == (Profile("acme", "old:1"),)


# Where they are


def test_that_they_are_beside_the_settings_and_their_use_is_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MESHDESK_CONFIG", str(tmp_path / "c"))
    monkeypatch.setenv("MESHDESK_STATE", str(tmp_path / "s"))
    assert (profiles_folder(), recent_file()) == (tmp_path / "c" / "connections", tmp_path / "s" / "recent.json")


# What they mean to a client

SECRETS = Credentials("the-password", "the-key-password", "the-registry-password")


def test_that_a_profile_with_its_secrets_is_a_connection(tmp_path: Path) -> None:
    made = connection(FULL, SECRETS, tmp_path)
    assert made.properties == {
        "client.rack": "eu-1",
        "socket.timeout.ms": "10000",
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "meshdesk",
        "sasl.password": "the-password",
        "ssl.ca.location": str(tmp_path / "certs/ca.pem"),
        "ssl.certificate.location": str(tmp_path / "client.pem"),
        "ssl.key.location": str(tmp_path / "client.key"),
        "ssl.key.password": "the-key-password",
    }
    assert made.registry_user == "reader:the-registry-password"
    assert made.registry_ca == str(tmp_path / "certs/registry.pem")
    assert made.catalogues == (str(tmp_path / "contracts"), str(tmp_path / "products"))
    assert made.schemas == (str(tmp_path / "avro"), str(tmp_path / "certs/../orders.proto"))
    assert (made.title, made.colour, made.is_production) == ("acme-prod", "#23a38f", True)
    assert "the-" not in repr(made)


@pytest.mark.parametrize(
    ("profile", "properties"),
    [
        (Profile("a", "a:1"), {}),
        (Profile("a", "a:1", "SSL"), {"security.protocol": "SSL"}),  # the system's authorities are collect's default
        (
            Profile("a", "a:1", "SSL", certificate="/both.pem"),
            {"security.protocol": "SSL", "ssl.certificate.location": "/both.pem", "ssl.key.location": "/both.pem"},
        ),
        (
            Profile("a", "a:1", "SSL", keystore="/me.p12"),
            {"security.protocol": "SSL", "ssl.keystore.location": "/me.p12", "ssl.keystore.password": ""},
        ),
    ],
)
def test_that_a_client_is_told_no_more_than_was_said(profile: Profile, properties: dict[str, str]) -> None:
    assert connection(profile, Credentials(), Path("/")).properties == properties


def test_that_a_home_folder_may_be_written_short(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    made = connection(Profile("a", "a:1", "SSL", ca="~/ca.pem"), Credentials(), Path("/elsewhere"))
    assert made.properties["ssl.ca.location"] == str(tmp_path / "ca.pem")


PEM = "-----BEGIN CERTIFICATE-----\n"
KEY = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    ("files", "profile", "field", "said"),
    [
        ({}, {"ca": "ca.pem"}, "ca", "cannot be read: No such file or directory. Choose the file again."),
        ({"ca.pem": "hello"}, {"ca": "ca.pem"}, "ca", "ca.pem holds no certificates of authorities in PEM."),
        ({"c": PEM, "k": PEM}, {"certificate": "c", "key": "k"}, "key", "k holds no private key in PEM."),
        ({"c": PEM}, {"certificate": "c"}, "key", "c holds no private key. Choose the file that holds it."),
        ({"c": PEM}, {"keystore": "c"}, "keystore", "It is a PEM file: choose “PEM files”"),
        ({"c": "0\x02"}, {"certificate": "c"}, "certificate", "It may be a PKCS#12 file"),
        ({"c": "\ufffd"}, {"catalogues": ("no",)}, "catalogues", "is no folder that is there."),
        ({}, {"schemas": ("/dev/null",)}, "schemas", "/dev/null is no file and no folder that is there."),
        ({}, {"registry": "http://r", "registry_ca": "r"}, "registry_ca", "cannot be read"),
    ],
)
def test_that_a_file_that_is_not_what_it_should_be_is_said_of_its_field(
    tmp_path: Path, files: dict[str, str], profile: dict[str, object], field: str, said: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    found = file_problems(replace(Profile("a", "a:1", "SSL"), **profile), tmp_path)  # type: ignore[arg-type]
    assert list(found) == [field]
    assert said in found[field]


def test_that_a_java_key_store_is_known_and_what_to_do_with_it(tmp_path: Path) -> None:
    (tmp_path / "k.jks").write_bytes(b"\xfe\xed\xfe\xed\x00\x00\x00\x02")
    for field in ("ca", "certificate", "keystore"):
        found = file_problems(replace(Profile("a", "a:1", "SSL"), **{field: "k.jks"}), tmp_path)  # type: ignore[arg-type]
        assert "It is a Java key store: convert it with keytool" in found[field]


def test_that_files_that_are_right_are_no_problem(tmp_path: Path) -> None:
    (tmp_path / "c.pem").write_text(PEM + KEY)
    (tmp_path / "k.p12").write_bytes(b"\x30\x82\x01")
    (tmp_path / "contracts").mkdir()
    assert (
        file_problems(Profile("a", "a:1", "SSL", ca="c.pem", certificate="c.pem", catalogues=("contracts",)), tmp_path)
        == {}
    )
    assert file_problems(Profile("a", "a:1", "SSL", keystore="k.p12"), tmp_path) == {}
    assert file_problems(Profile("a", "a:1", ca="unused.pem"), tmp_path) == {}


def test_that_reading_needs_no_library_for_writing() -> None:
    line = "import sys, meshdesk.session.profiles; assert 'tomlkit' not in sys.modules and 'keyring' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", line]).returncode == 0


def test_that_names_of_macos_are_the_same_names(profiles: Profiles) -> None:
    path = write(profiles, "Pru\u0308fstand", 'bootstrap = "a:1"')  # as letters and marks of their own
    assert read_profile(path).name == "Pr\u00fcfstand"
    assert profiles.load("Pr\u00fcfstand").bootstrap == "a:1"
