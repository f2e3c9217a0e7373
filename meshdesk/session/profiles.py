"""Profiles on the disk: one readable TOML file a connection, without secrets, and when each was last used.

Everything here waits for the disk: not for the window's thread. What is wrong with one file is a sentence with its line,
and the others are read. Files that are changed by hand keep their comments when the window saves them.
"""

import json
import os
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from meshdesk.model.profile import SECURITIES, Credentials, Profile, name_problem, problems, trimmed
from meshdesk.model.setting import is_secret
from meshdesk.session.connection import Connection
from meshdesk.session.folders import config_folder, state_folder

VERSION = 1  # of the file; a newer one says something that this program would lose
MOST = 500  # profiles that are read: more than a person can tell apart, a tenth of a second
MOST_BYTES = 1 << 18  # of one file
HEADER = "A connection of MeshDesk. Its passwords are in the keyring of this system, never in this file."
# What fields are called in the file, where that is another word.
IN_FILE = {"is_production": "production"}
FIELDS = {IN_FILE.get(one.name, one.name): one.name for one in fields(Profile) if one.name != "name"}
KINDS = {
    "production": "true or false",
    "catalogues": "a list of folders in quotes",
    "schemas": "a list of files and folders in quotes",
    "settings": "a table",
}
HEAD = 1 << 16  # bytes of a certificate's file that tell what it is


class ProfileError(ValueError):
    """A profile that cannot be read or written; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the folder holds: the profiles by name, when they were last used, and a sentence about each file that is none."""

    profiles: tuple[Profile, ...] = ()
    used: tuple[int, ...] = ()  # ms since the epoch, for each; 0 where never
    wrong: tuple[str, ...] = ()


def profiles_folder() -> Path:
    """Where profiles are: beside the settings."""
    return config_folder() / "connections"


def recent_file() -> Path:
    """Where it stands when each was last used: with what nobody carries to another machine."""
    return state_folder() / "recent.json"


class Profiles:
    """The folder of profiles. Two windows may write into it: each file is replaced in one step."""

    def __init__(self, folder: Path | None = None, recent: Path | None = None) -> None:
        self.folder = folder or profiles_folder()
        self._recent = recent or recent_file()

    def read(self) -> Found:
        """All of them, those used last first, then by name."""
        profiles, wrong = [], []
        try:
            paths = sorted(path for path in self.folder.glob("*.toml") if not path.name.startswith("."))
        except OSError as error:
            return Found(wrong=(f"The saved connections in {self.folder} cannot be read: {error.strerror}.",))
        for path in paths[:MOST]:
            try:
                profiles.append(read_profile(path))
            except ProfileError as error:
                wrong.append(str(error))
        if len(paths) > MOST:
            wrong.append(f"{self.folder} holds {len(paths):,} connections; the first {MOST} are shown. Delete some.")
        used = self._used()
        profiles.sort(key=lambda profile: (-used.get(profile.name, 0), profile.name.casefold()))
        return Found(tuple(profiles), tuple(used.get(profile.name, 0) for profile in profiles), tuple(wrong))

    def names(self) -> list[str]:
        """What can be named on the command line; nothing is read."""
        with suppress(OSError):
            paths = [path for path in self.folder.glob("*.toml") if not path.name.startswith(".")]
            return sorted(unicodedata.normalize("NFC", path.stem) for path in paths)[:MOST]
        return []

    def load(self, name: str) -> Profile:
        """The profile of this name. Raises ProfileError."""
        return read_profile(self._path(name))

    def has(self, name: str) -> bool:
        """Whether there is one of this name."""
        return not name_problem(name) and name in self.names()

    def save(self, profile: Profile, was: str = "") -> None:
        """Writes a profile; `was` is the name that it had so far, which goes. Raises ProfileError."""
        kept = trimmed(profile)
        for sentence in problems(kept).values():
            raise ProfileError(sentence)
        for other in self.names():
            if other not in (was, kept.name) and other.casefold() == kept.name.casefold():
                raise ProfileError(
                    f"There is a connection “{other}” already; not every system tells them apart. Choose another name."
                )
        if kept.name != was and self.has(kept.name):
            raise ProfileError(f"There is a connection “{kept.name}” already. Choose another name, or edit that one.")
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(self._path(kept.name), _text(kept, self._path(was or kept.name)))
            if was and was != kept.name:
                if self._path(was).exists() and not self._path(was).samefile(self._path(kept.name)):
                    self._path(was).unlink()
                self._write_used(lambda used: {**used, kept.name: used.pop(was, 0)})
        except OSError as error:
            raise ProfileError(
                f"The connection “{kept.name}” cannot be saved in {self.folder}: {error.strerror}. "
                "Check the rights of that folder, and that the disk has space."
            ) from error

    def delete(self, name: str) -> None:
        """Removes a profile. Raises ProfileError."""
        try:
            self._path(name).unlink(missing_ok=True)
        except OSError as error:
            raise ProfileError(f"The connection “{name}” cannot be deleted: {error.strerror}.") from error
        self._write_used(lambda used: {other: when for other, when in used.items() if other != name})

    def use(self, name: str, now: int) -> None:
        """Remembers that it was used; `now` in ms. What cannot be remembered costs the order of a list, no more."""
        self._write_used(lambda used: {**used, name: now})

    def _path(self, name: str) -> Path:
        """The file of a name; one that macOS has stored in letters and marks of their own is the same."""
        plain = self.folder / f"{name}.toml"
        if plain.exists() or name.isascii():
            return plain
        other = self.folder / f"{unicodedata.normalize('NFD', name)}.toml"
        return other if other.exists() else plain

    def _used(self) -> dict[str, int]:
        try:
            read = json.loads(self._recent.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return {str(name): when for name, when in read.items() if type(when) is int} if isinstance(read, dict) else {}

    def _write_used(self, change: "Callable[[dict[str, int]], dict[str, int]]") -> None:
        used = change(self._used())
        newest = sorted(used.items(), key=lambda item: item[1], reverse=True)[:MOST]
        with suppress(OSError):
            self._recent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(self._recent, json.dumps(dict(newest), ensure_ascii=False, indent=1))


def alike(name: str, names: Iterable[str]) -> list[str]:
    """The names that somebody may have meant, the nearest first.

    >>> alike("acme-pord", ["local", "acme-dev", "acme-prod"]), alike("ACME", ["acme-dev", "x"]), alike("q", ["x"])
    (['acme-prod', 'acme-dev'], ['acme-dev'], [])
    """
    plain = {other.casefold(): other for other in names}
    near = get_close_matches(name.casefold(), plain, n=3, cutoff=0.6)
    near += [other for other in plain if name.casefold() in other and other not in near]
    return [plain[other] for other in near[:5]]


# Reading one


def read_profile(path: Path) -> Profile:
    """The profile that a file holds. Raises ProfileError with the line where something is wrong."""
    name = unicodedata.normalize("NFC", path.stem)
    if problem := name_problem(name):
        raise ProfileError(f"{path} is left out: {problem} Rename the file.")
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise ProfileError(f"There is no connection “{name}” any more: {path} is gone.") from None
    except OSError as error:
        raise ProfileError(f"The connection in {path} cannot be read: {error.strerror}.") from error
    if len(data) > MOST_BYTES:
        raise ProfileError(f"{path} is no connection: it is larger than {MOST_BYTES >> 10} KiB. Move it elsewhere.")
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ProfileError(f"Line {line} of {path} is no text in UTF-8. Save the file as UTF-8.") from None
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(_syntax(str(error), text, path)) from None
    return _Reading(path, text, found).profile(name)


def _syntax(reason: str, text: str, path: Path) -> str:
    at = re.search(r"line (\d+), column (\d+)", reason)
    last = len(text.rstrip("\n").split("\n"))
    line, column = (int(at[1]), f", at column {at[2]},") if at else (last, "")
    again = "It says the same twice." if "overwrite" in reason or "twice" in reason else 'Write it as name = "value".'
    return f"Line {line} of {path}{column} is no TOML. {again}"


class _Reading:
    """One file, and where each of its fields stands in it."""

    def __init__(self, path: Path, text: str, found: dict[str, Any]) -> None:
        self._path, self._found = path, found
        self._lines = text.split("\n")

    def profile(self, name: str) -> Profile:
        found = self._found
        version = found.get("version", VERSION)
        if type(version) is not int or version < 1:
            raise self._error("version", f"“version” is a number, {VERSION} for now.")
        if version > VERSION:
            raise self._error("version", f"It was written by a newer MeshDesk (version {version}). Update MeshDesk.")
        values: dict[str, Any] = {}
        for key, value in found.items():
            if key == "version":
                continue
            if key not in FIELDS:
                raise self._unknown(key)
            values[FIELDS[key]] = self._value(key, value)
        profile = Profile(name, **values)
        for field, sentence in problems(profile).items():
            within = [key for key in profile.settings if key in sentence] if field == "settings" else []
            keys = within or [key for key, one in FIELDS.items() if one == field]
            raise self._error(keys[0], sentence)
        return profile

    def _value(self, key: str, value: Any) -> Any:
        if key == "production":
            is_right = isinstance(value, bool)
        elif key in ("catalogues", "schemas"):
            is_right = isinstance(value, list) and all(isinstance(one, str) for one in value)
        elif key == "settings":
            return self._settings(value)
        else:
            is_right = isinstance(value, str)
        if not is_right:
            raise self._error(key, f"“{key}” is {KINDS.get(key, 'a text in quotes')}.")
        if key == "security" and value not in SECURITIES:
            raise self._error(key, f"“security” is one of {', '.join(SECURITIES)}.")
        return tuple(value) if isinstance(value, list) else value

    def _settings(self, value: Any) -> dict[str, str]:
        if not isinstance(value, dict):
            raise self._error("settings", "“settings” is a table: write [settings] on a line of its own.")
        settings = {}
        for name, setting in value.items():
            if isinstance(setting, dict):
                first = next(iter(setting), "")
                raise self._error(name, f'A name with dots stands in quotes: write "{name}.{first}" = "…".')
            if not isinstance(setting, str | bool | int | float):
                raise self._error(name, f"The setting “{name}” is a text in quotes.")
            settings[name] = _plain(setting)
        return settings

    def _unknown(self, key: str) -> ProfileError:
        if is_secret(key):
            return self._error(
                key, f"“{key}” is a secret, and this is a file. Take it out and enter it on the start page."
            )
        return self._error(key, f"“{key}” is no field of a connection. There are {', '.join(FIELDS)}.")

    def _error(self, key: str, sentence: str) -> ProfileError:
        word = rf"(\"{re.escape(key)}\"|'{re.escape(key)}'|{re.escape(key)})"
        begins = re.compile(rf"\s*(\[\s*)?([\w.]+\.)?{word}\s*[.=\]]")
        line = next((number for number, text in enumerate(self._lines, 1) if begins.match(text)), 1)
        return ProfileError(f"Line {line} of {self._path}: {sentence}")


# Writing one


def _text(profile: Profile, path: Path) -> str:
    """The file of a profile; of the file before it the comments stay."""
    # Only who saves pays for it.
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    document = tomlkit.document()
    try:
        document = tomlkit.parse(path.read_text("utf-8-sig"))
    except (OSError, ValueError, TOMLKitError):
        document.add(tomlkit.comment(HEADER))
    document["version"] = VERSION
    for key, field in FIELDS.items():
        value: Any = getattr(profile, field)
        value = list(value) if isinstance(value, tuple) else dict(value) if field == "settings" else value
        before = document.get(key)
        if value and field == "settings" and isinstance(before, dict):
            for name in [name for name in before if name not in value]:
                del before[name]
            before.update({name: each for name, each in value.items() if _plain(before.get(name)) != each})
        elif value and before != value:
            document[key] = value
        elif not value:
            document.pop(key, None)
    for key in [key for key in document if key != "version" and key not in FIELDS]:
        del document[key]
    return tomlkit.dumps(document)


def _plain(value: Any) -> str:
    """A setting as the client takes it, from a text, a number or true and false."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def replace_file(path: Path, text: str) -> None:
    """Writes a file, readable for its owner alone, in one step: a crash leaves the old one or the new one. Raises OSError."""
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        file = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(file, "w", encoding="utf-8", newline="\n") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())  # a profile is small, and was typed by a person
        os.replace(half, path)
    except OSError:
        with suppress(OSError):
            half.unlink(missing_ok=True)
        raise


# From a profile to a connection


def connection(profile: Profile, credentials: Credentials, folder: Path) -> Connection:
    """What a profile and its secrets mean to a client; relative files count from `folder`."""

    def file(name: str) -> str:
        return str(folder / Path(name).expanduser()) if name else ""

    kept = trimmed(profile)
    properties = dict(kept.settings)
    if kept.security != "PLAINTEXT":
        properties["security.protocol"] = kept.security
    if kept.has_login:
        properties |= {
            "sasl.mechanism": kept.mechanism,
            "sasl.username": kept.user,
            "sasl.password": credentials.password,
        }
    files = {
        "ssl.ca.location": file(kept.ca),
        "ssl.certificate.location": file(kept.certificate),
        "ssl.key.location": file(kept.key or kept.certificate),
        "ssl.keystore.location": file(kept.keystore),
    }
    properties |= {name: value for name, value in files.items() if value}
    if kept.keystore:
        properties["ssl.keystore.password"] = credentials.key_password
    elif kept.certificate and credentials.key_password:
        properties["ssl.key.password"] = credentials.key_password
    return Connection(
        kept.bootstrap,
        kept.registry,
        properties,
        kept.name,
        f"{kept.registry_user}:{credentials.registry_password}" if kept.registry_user else "",
        file(kept.registry_ca),
        tuple(map(file, kept.catalogues)),
        kept.colour,
        kept.is_production,
        tuple(map(file, kept.schemas)),
    )


def file_problems(profile: Profile, folder: Path) -> dict[str, str]:
    """What is wrong with the files that a profile names: a sentence by field. Reads their beginnings."""
    kept = trimmed(profile)
    names: Iterable[tuple[str, bytes, str]] = (
        ("ca", b"-----BEGIN ", "certificates of authorities"),
        ("certificate", b"-----BEGIN ", "a certificate"),
        ("key", b"PRIVATE KEY-----", "a private key"),
        ("keystore", b"\x30", "a PKCS#12 store"),
        ("registry_ca", b"-----BEGIN ", "certificates of authorities"),
    )
    found = {}
    for field, sign, what in names:
        if not (value := getattr(kept, field)):
            continue
        path = folder / Path(value).expanduser()
        try:
            with path.open("rb") as file:
                head = file.read(HEAD)
        except OSError as error:
            found[field] = f"{path} cannot be read: {error.strerror}. Choose the file again."
            continue
        if not (head.startswith(sign) if field == "keystore" else sign in head):
            kind = "PKCS#12" if field == "keystore" else "PEM"
            found[field] = f"{path.name} holds no {what.removeprefix('a ')} in {kind}. {_instead(head, field)}"
        elif field == "certificate" and not kept.key and b"PRIVATE KEY-----" not in head:
            found["key"] = f"{path.name} holds no private key. Choose the file that holds it."
    for folder_name in kept.catalogues:
        path = folder / Path(folder_name).expanduser()
        if not path.is_dir():
            found["catalogues"] = f"{path} is no folder that is there. Take it out, or choose it again."
    for name in kept.schemas:
        path = folder / Path(name).expanduser()
        if not (path.is_file() or path.is_dir()):
            found["schemas"] = f"{path} is no file and no folder that is there. Take it out, or choose it again."
    return found


def _instead(head: bytes, field: str) -> str:
    """What a certificate's file is instead, and what to do with it."""
    if head.startswith(b"\xfe\xed\xfe\xed"):
        return "It is a Java key store: convert it with keytool -importkeystore -deststoretype PKCS12."
    if field == "keystore" and b"-----BEGIN " in head:
        return "It is a PEM file: choose “PEM files” for the certificate."
    if field in ("certificate", "key") and head.startswith(b"\x30"):
        return "It may be a PKCS#12 file: choose “PKCS#12” for the certificate."
    return "Choose another file."
