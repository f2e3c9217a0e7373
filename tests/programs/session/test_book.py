"""The saved connections as a window has them: nothing waits, everything arrives at the beat, and no secret gets lost or out."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from meshdesk.model.profile import Credentials, Profile
from meshdesk.session.book import ASKS, Asked, Book
from meshdesk.session.profiles import Profiles
from meshdesk.session.secrets import Secrets
from tests.keyring import SecretService

ACME = Profile(
    "acme", "kafka:9093", "SASL_SSL", mechanism="PLAIN", user="me", registry="http://r", registry_user="reader"
)
TYPED = Credentials("the-password", "", "the-registry-password")


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return book_in(tmp_path)


def book_in(folder: Path, secrets: Secrets | None = None) -> Book:
    """One window's; another one over the same folder is another run."""
    return Book(Profiles(folder / "connections", folder / "recent.json"), secrets or Secrets(limit=2.0))


def until(book: Book, condition: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "It did not come to pass."
        book.beat()
        time.sleep(0.005)


def done(book: Book, asked: Asked) -> Asked:
    until(book, lambda: asked.is_done)
    return asked


def names(book: Book) -> list[str]:
    book.look()
    until(book, lambda: not book.is_busy)
    return [profile.name for profile in book.found.profiles]


def test_that_what_is_saved_is_opened_in_another_run_with_its_secrets(
    secret_service: SecretService, book: Book, tmp_path: Path
) -> None:
    secret_service.start()
    saved = done(book, book.save(ACME, TYPED))
    assert (saved.has_failed, saved.problems, saved.sentence) == (False, {}, "")
    assert saved.stored == ("password", "registry_password")
    assert book.profile("acme") == ACME
    again = book_in(tmp_path)
    opened = done(again, again.open("acme"))
    assert opened.profile == ACME
    assert opened.connection is not None
    assert opened.connection.properties["sasl.password"] == "the-password"
    assert opened.connection.registry_user == "reader:the-registry-password"
    assert "the-" not in (tmp_path / "connections" / "acme.toml").read_text()
    assert "the-" not in repr(opened)


def test_that_nothing_changes_between_two_beats(book: Book, tmp_path: Path) -> None:
    asked = book.save(replace(ACME, security="PLAINTEXT", registry=""), Credentials())
    end = time.monotonic() + 20.0
    while not (tmp_path / "connections" / "acme.toml").exists():
        assert time.monotonic() < end
        time.sleep(0.005)
    assert (asked.is_done, book.found.profiles, book.revision, book.is_busy) == (False, (), 0, True)
    done(book, asked)
    assert book.found.profiles
    assert book.revision > 0


def test_that_a_password_that_is_not_typed_anew_stays_as_it_is(secret_service: SecretService, book: Book) -> None:
    secret_service.start()
    done(book, book.save(ACME, TYPED))
    done(book, book.save(replace(ACME, bootstrap="other:1"), Credentials(registry_password="new"), was="acme"))
    opened = done(book, book.open("acme"))
    assert opened.connection is not None
    assert opened.connection.bootstrap == "other:1"
    assert opened.connection.properties["sasl.password"] == "the-password"
    assert opened.connection.registry_user == "reader:new"


def test_that_a_new_name_takes_the_secrets_with_it(secret_service: SecretService, book: Book) -> None:
    secret_service.start()
    done(book, book.save(ACME, TYPED))
    done(book, book.save(replace(ACME, name="acme-eu"), Credentials(), was="acme"))
    assert names(book) == ["acme-eu"]
    assert done(book, book.open("acme-eu")).connection is not None
    assert Secrets().read("acme") == (Credentials(), "")


def test_that_a_secret_that_has_no_use_any_more_is_removed(secret_service: SecretService, book: Book) -> None:
    secret_service.start()
    done(book, book.save(ACME, TYPED))
    done(book, book.save(replace(ACME, security="PLAINTEXT"), Credentials(), was="acme"))
    assert Secrets().read("acme") == (Credentials(registry_password="the-registry-password"), "")


def test_that_deleting_removes_the_secrets_too(secret_service: SecretService, book: Book) -> None:
    secret_service.start()
    done(book, book.save(ACME, TYPED))
    deleted = done(book, book.delete("acme"))
    assert (deleted.sentence, names(book)) == ("", [])
    assert Secrets().read("acme") == (Credentials(), "")


def test_that_a_missing_secret_is_said_of_its_field(secret_service: SecretService, book: Book) -> None:
    secret_service.start()
    done(book, book.save(ACME, Credentials("the-password")))
    opened = done(book, book.open("acme"))
    assert opened.connection is None
    assert opened.problems == {
        "registry_password": "The keyring holds no password of the registry of “acme”. Enter it here."
    }
    unsaved = done(book, book.prepare(replace(ACME, name=""), Credentials()))
    assert unsaved.problems["password"] == "Enter the password."


def test_that_one_may_connect_without_saving(book: Book) -> None:
    prepared = done(book, book.prepare(replace(ACME, name=""), TYPED))
    assert prepared.problems == {}
    assert prepared.connection is not None
    assert prepared.connection.title == "kafka:9093"
    assert names(book) == []


def test_that_what_is_wrong_is_said_and_nothing_is_saved(book: Book, tmp_path: Path) -> None:
    bad = replace(ACME, name="tail", bootstrap="nowhere", ca="no.pem")
    saved = done(book, book.save(bad, TYPED))
    assert set(saved.problems) == {"name", "bootstrap"}
    assert names(book) == []
    prepared = done(book, book.prepare(replace(bad, name="fine"), TYPED))
    assert set(prepared.problems) == {"bootstrap", "ca"}
    assert prepared.connection is None
    done(book, book.save(Profile("acme", "a:1"), Credentials()))
    assert "There is a connection “acme” already" in done(book, book.save(ACME, TYPED)).problems["name"]


def test_that_a_profile_that_was_spoilt_meanwhile_is_a_sentence(book: Book, tmp_path: Path) -> None:
    done(book, book.save(Profile("acme", "a:1"), Credentials()))
    (tmp_path / "connections" / "acme.toml").write_text("bootstrap = \n")
    opened = done(book, book.open("acme"))
    assert opened.has_failed
    assert opened.sentence.startswith("Line 1 of ")
    assert names(book) == []
    assert book.found.wrong[0] == opened.sentence


def test_that_without_a_keyring_the_secrets_live_for_this_run(
    secret_service: SecretService, book: Book, tmp_path: Path
) -> None:
    saved = done(book, book.save(ACME, TYPED))
    assert saved.sentence.startswith("This system has no keyring")
    assert saved.sentence.endswith("for this run alone.")
    assert done(book, book.open("acme")).connection is not None
    again = book_in(tmp_path)
    opened = done(again, again.open("acme"))
    assert opened.problems["password"].startswith("This system has no keyring")
    assert opened.problems["password"].endswith("Enter it here.")


def test_that_a_locked_keyring_is_waited_for_with_a_note_and_loses_nothing(
    secret_service: SecretService, book: Book
) -> None:
    secret_service.start()
    done(book, book.save(ACME, TYPED))
    secret_service.lock()
    opened = book.open("acme")
    done(book, opened)
    assert opened.note == ASKS
    assert "is locked" in opened.problems["password"]
    saved = done(book, book.save(replace(ACME, bootstrap="b:2"), Credentials("typed-anew"), was="acme"))
    assert "What was typed is kept in memory" in saved.sentence
    assert book.profile("acme") == replace(ACME, bootstrap="b:2")
    secret_service.unlock()
    assert Secrets().read("acme") == (TYPED, "")  # nothing was written over
    opened = done(book, book.open("acme"))
    assert opened.connection is not None
    assert opened.connection.properties["sasl.password"] == "typed-anew"


def test_that_a_hanging_keyring_holds_up_nobody_else(secret_service: SecretService, tmp_path: Path) -> None:
    secret_service.start()
    book = book_in(tmp_path, Secrets(limit=1.5))
    done(book, book.save(ACME, TYPED))
    done(book, book.save(Profile("local", "localhost:9092"), Credentials()))
    secret_service.hang()
    slow = book.open("acme")
    quick = done(book, book.open("local"))
    assert quick.connection is not None
    assert not slow.is_done
    assert "has not answered" in done(book, slow).problems["password"]
    secret_service.go_on()


def test_that_an_edited_profile_knows_which_secrets_are_stored_without_showing_them(
    secret_service: SecretService, book: Book
) -> None:
    secret_service.start()
    done(book, book.save(ACME, Credentials("the-password")))
    found = done(book, book.look_for_secrets(ACME))
    assert (found.stored, found.sentence) == (("password",), "")
    assert "the-password" not in repr(found)


def test_that_the_one_used_last_comes_first(book: Book) -> None:
    for name in ("a", "b", "c"):
        done(book, book.save(Profile(name, "h:1"), Credentials()))
    book.use("b")
    until(book, lambda: names(book) == ["b", "a", "c"])
    assert book.found.used[0] > 1_600_000_000_000


def test_that_what_is_being_saved_when_the_window_closes_is_saved(
    secret_service: SecretService, book: Book, tmp_path: Path
) -> None:
    secret_service.start()
    book.save(ACME, TYPED)
    book.close(10.0)
    assert Profiles(tmp_path / "connections", tmp_path / "recent.json").load("acme") == ACME
    assert Secrets().read("acme") == (TYPED, "")


def test_that_closing_does_not_wait_for_a_keyring_that_hangs(secret_service: SecretService, tmp_path: Path) -> None:
    secret_service.start()
    book = book_in(tmp_path, Secrets(limit=30.0))
    secret_service.hang()
    book.save(ACME, TYPED)
    began = time.monotonic()
    book.close(0.3)
    assert time.monotonic() - began < 5.0
    secret_service.go_on()
    until(book, lambda: not book.is_busy)
