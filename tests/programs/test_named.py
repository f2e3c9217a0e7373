"""Saved connections on the command line: opened by name, with their secrets from the keyring, and a sentence where that cannot be."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from meshdesk.capture.reader import open_captures
from meshdesk.demo.broker import Broker
from meshdesk.model.profile import Credentials, Profile
from meshdesk.session.profiles import Profiles
from meshdesk.session.secrets import Secrets
from tests.broker.collect.listening import closed_port
from tests.broker.collect.producing import New, produce
from tests.certificates import KEY_PASSWORD
from tests.kafka import MakeTopic
from tests.keyring import SecretService
from tests.programs.running import SECONDS, Ran, run
from tests.secure_kafka import OPEN, PASSWORD, PLAIN_PASSWORD, PLAIN_USER, USER, SecureKafka

LOGIN = Profile("acme", "127.0.0.1:1", "SASL_PLAINTEXT", mechanism="PLAIN", user="me")


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Profiles:
    """A folder of profiles as this process and the programs it starts find it."""
    monkeypatch.setenv("MESHDESK_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("MESHDESK_STATE", str(tmp_path / "state"))
    return Profiles()


def refused(*words: str | Path) -> str:
    ran = run(*words)
    assert (ran.code, ran.out) == (2, b""), ran.err
    return ran.err.rstrip("\n")


def test_that_tail_and_collect_read_a_saved_connection(
    profiles: Profiles, broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic = make_topic()
    produce(broker.bootstrap, topic, [New(b"one"), New(b"two")])
    profiles.save(Profile("local", broker.bootstrap, settings={"client.rack": "here"}))
    ran = run("tail", topic, "--connection", "local", "--until", "end", "--json")
    assert (ran.code, ran.err, len(ran.lines)) == (0, "", 2)
    ran = run("collect", topic, "--connection", "local", "--until", "end", "-o", tmp_path / "c.meshcap")
    assert (ran.code, ran.err) == (0, "")
    assert ran.summary["records"] == 2
    with closing(open_captures(tmp_path / "c.meshcap")[0]) as capture:  # whoever opens it later sees whose it was
        assert capture.store.manifest["title"] == "local"


def test_that_the_window_opens_a_saved_connection_by_its_name_beside_files_and_servers(
    profiles: Profiles, broker: Broker, make_topic: MakeTopic, tmp_path: Path
) -> None:
    topic = make_topic()
    produce(broker.bootstrap, topic, [New(b"one")])
    profiles.save(Profile("acme prod", broker.bootstrap))
    capture = tmp_path / "c.meshcap"
    assert run("collect", topic, "--connection", "acme prod", "--until", "end", "-o", capture).code == 0
    words = ["--select", f"{topic}[0]@0", "--screenshot", str(tmp_path / "one.png")]
    ran = run(capture, broker.bootstrap, "acme prod", *words, timeout=2 * SECONDS)
    assert (ran.code, ran.out) == (0, b""), ran.err
    assert (tmp_path / "one.png").stat().st_size > 10_000


def test_that_a_picture_of_what_cannot_be_opened_is_a_sentence(
    profiles: Profiles, secret_service: SecretService, tmp_path: Path
) -> None:
    profiles.save(LOGIN)
    ran = run("acme", "--screenshot", tmp_path / "no.png", timeout=2 * SECONDS)
    assert ran.code == 1
    assert "“acme” cannot be opened. This system has no keyring that MeshDesk trusts" in ran.err
    assert not (tmp_path / "no.png").exists()


def test_that_a_name_wins_over_a_file_of_the_same_name_and_a_verb_over_both(
    profiles: Profiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("acme").write_text("no capture")
    (profiles.folder).mkdir(parents=True)
    (profiles.folder / "acme.toml").write_text("bootstrap = \n")
    assert refused("acme").startswith("Line 1 of ")
    (profiles.folder / "tail.toml").write_text('bootstrap = "a:1"')
    assert "the following arguments are required: TOPIC" in refused("tail")


@pytest.mark.parametrize(
    ("saved", "word", "said"),
    [
        (["acme-prod", "local"], "acme-pord", "There is “acme-prod”."),
        (["acme-prod", "acme-dev"], "ACME", "There is “acme-dev”, “acme-prod”."),
        (["local"], "acme", "Name a .meshcap file, a saved connection or a bootstrap server."),
        ([], "acme", "Name a .meshcap file, a saved connection or a bootstrap server."),
    ],
)
def test_that_a_word_that_nearly_is_a_name_is_told_which(
    profiles: Profiles, saved: list[str], word: str, said: str
) -> None:
    for name in saved:
        profiles.save(Profile(name, "a:1"))
    assert refused(word) == (f"“{word}” is neither a file that is there, nor a saved connection, nor HOST:PORT. {said}")


@pytest.mark.parametrize(
    ("saved", "said"),
    [
        ([], "None is saved yet: the window saves one, on its first page."),
        (["acme-prod", "local"], "There is “acme-prod”."),
        ([f"p{n}" for n in range(7)], "There is “p0”, “p1”, “p2”, “p3”, “p4” and 2 more."),
    ],
)
def test_that_a_connection_that_there_is_not_is_told_which_there_are(
    profiles: Profiles, saved: list[str], said: str
) -> None:
    for name in saved:
        profiles.save(Profile(name, "a:1"))
    assert refused("tail", "t", "--connection", "acme-pord") == f"There is no saved connection “acme-pord”. {said}"


def test_that_one_says_where_to_read_only_once(profiles: Profiles) -> None:
    profiles.save(Profile("acme", "a:1"))
    for words in (["--bootstrap", "b:1"], ["--registry", "http://r"], ["--config", "f"]):
        assert refused("tail", "t", "--connection", "acme", *words).startswith("--connection says where to read. Leave")


def test_that_what_is_wrong_with_a_profile_or_its_files_is_a_sentence(profiles: Profiles) -> None:
    profiles.save(Profile("acme", "a:1", "SSL", ca="gone.pem"))
    path = profiles.folder / "gone.pem"
    assert refused("tail", "t", "--connection", "acme") == (
        f"{path} cannot be read: No such file or directory. Choose the file again."
    )
    (profiles.folder / "acme.toml").write_text('bootstrap = "a:1"\npassword = "hunter2"')
    said = refused("tail", "t", "--connection", "acme")
    assert said.startswith("Line 2 of ")
    assert "hunter2" not in said


# Secrets


def test_that_a_missing_secret_is_a_sentence_that_says_where_to_enter_it(
    profiles: Profiles, secret_service: SecretService
) -> None:
    profiles.save(replace(LOGIN, name="acme prod"))
    said = refused("tail", "t", "--connection", "acme prod")
    assert said.startswith("This system has no keyring that MeshDesk trusts")
    assert said.endswith("The window asks for it: meshdesk 'acme prod'")
    secret_service.start()
    assert refused("tail", "t", "--connection", "acme prod") == (
        "The keyring holds no password of “acme prod”. The window asks for it: meshdesk 'acme prod'"
    )
    Secrets().keep("acme prod", Credentials("there"))
    secret_service.lock()
    said = refused("tail", "t", "--connection", "acme prod")
    assert said.startswith(
        "The keyring of this system is locked and asks for its password …\nThe keyring of this system is"
    )


def test_that_a_secret_of_the_keyring_reaches_the_client_and_no_argument(
    profiles: Profiles, secret_service: SecretService
) -> None:
    secret_service.start()
    profiles.save(replace(LOGIN, bootstrap=f"127.0.0.1:{closed_port()}"))
    Secrets().keep("acme", Credentials("hunter2-and-more"))
    ran: Ran = run("tail", "t", "--connection", "acme", "--for", "3s")
    assert ran.code == 1
    assert "Traceback" not in ran.err
    assert "hunter2" not in ran.err
    assert "127.0.0.1" in ran.err  # it got as far as the port


@pytest.mark.parametrize(
    "kind", ["TLS", "mutual, PEM", "mutual, PKCS#12", "SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN", "login alone"]
)
def test_that_every_kind_of_security_is_read_by_its_profile(
    profiles: Profiles, secret_service: SecretService, secure_kafka: SecureKafka, kind: str
) -> None:
    secret_service.start()
    made = secure_kafka.certificates
    ca, credentials = str(made.ca), Credentials()
    if kind == "TLS":
        profile = Profile("acme", secure_kafka["TLS"], "SSL", ca=ca)
    elif kind == "mutual, PEM":
        files = {"certificate": str(made.client), "key": str(made.client_locked_key)}
        profile = Profile("acme", secure_kafka["MUTUAL"], "SSL", ca=ca, **files)  # type: ignore[arg-type]
        credentials = Credentials(key_password=KEY_PASSWORD)
    elif kind == "mutual, PKCS#12":
        profile = Profile("acme", secure_kafka["MUTUAL"], "SSL", ca=ca, keystore=str(made.client_p12))
        credentials = Credentials(key_password=KEY_PASSWORD)
    elif kind == "login alone":
        profile = Profile("acme", secure_kafka["LOGIN"], "SASL_PLAINTEXT", mechanism="PLAIN", user=PLAIN_USER)
        credentials = Credentials(PLAIN_PASSWORD)
    else:
        user, password = (PLAIN_USER, PLAIN_PASSWORD) if kind == "PLAIN" else (USER, PASSWORD)
        profile = Profile("acme", secure_kafka["SASL"], "SASL_SSL", mechanism=kind, user=user, ca=ca)
        credentials = Credentials(password)
    profiles.save(profile)
    assert Secrets().keep("acme", credentials) == ""
    produce(secure_kafka.broker.bootstrap, OPEN, [New(b"one")])
    ran = run("tail", OPEN, "--connection", "acme", "--until", "end", "--json")
    assert (ran.code, ran.err, len(ran.lines) > 0) == (0, "", True)
