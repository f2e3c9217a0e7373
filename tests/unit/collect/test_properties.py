"""Client settings: files of librdkafka's and Java's clients, -X, and what of them holds secrets."""

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshdesk.collect.properties import (
    OURS,
    PropertiesError,
    Source,
    client_settings,
    public_settings,
    read_properties,
)
from tests.certificates import Certificates

HERE = Source("here:1")
JAVA = "key.deserializer=org.apache.kafka.common.serialization.StringDeserializer\n"  # what tells that it is Java's
PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule required"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "client.properties"


def settings(file: Path, text: str | bytes) -> dict[str, str]:
    """What a file with this text sets for librdkafka."""
    return dict(read(file, text).properties)


def read(file: Path, text: str | bytes, source: Source = HERE) -> Source:
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_properties(file, source)


def refusal(file: Path, text: str | bytes) -> str:
    with pytest.raises(PropertiesError) as raised:
        read(file, text)
    return str(raised.value)


# What is ours


def test_that_no_setting_of_a_user_makes_a_reader_that_writes_or_skips() -> None:
    wishes = dict.fromkeys(OURS, "1") | {"isolation.level": "read_uncommitted", "security.protocol": "SSL"}
    made = client_settings(Source("broker:9092", properties=wishes))
    assert {name: made[name] for name in OURS} == OURS
    assert (made["bootstrap.servers"], made["isolation.level"], made["security.protocol"]) == (
        "broker:9092",
        "read_uncommitted",
        "SSL",
    )
    assert client_settings(HERE)["isolation.level"] == "read_committed"


@pytest.mark.parametrize("bootstrap", ["", "  "])
def test_that_without_a_server_there_are_no_settings(bootstrap: str) -> None:
    with pytest.raises(PropertiesError, match=r"^No bootstrap server is named\. Give one as HOST:PORT\.$"):
        client_settings(Source(bootstrap))


def test_that_a_source_does_not_show_what_is_secret() -> None:
    source = Source("broker:9092", "http://ada:geheim@registry", {"sasl.password": "geheim"}, "ada:geheim")
    assert "geheim" not in repr(source)
    assert "broker:9092" in repr(source)


# -X


def test_that_settings_of_the_command_line_are_taken_as_they_are() -> None:
    assert public_settings(["a.b=1", " c = d=e ", "empty="]) == {"a.b": "1", "c": " d=e ", "empty": ""}
    assert public_settings([]) == {}


@pytest.mark.parametrize("pair", ["client.rack", "=1", " =1", ""])
def test_that_what_is_no_setting_is_refused(pair: str) -> None:
    with pytest.raises(PropertiesError, match=r"is no setting\. Write it as -X name=value\.$"):
        public_settings([pair])


@pytest.mark.parametrize(
    "name",
    [
        "sasl.password",
        "SASL.Password",
        "ssl.key.password",
        "ssl.keystore.password",
        "ssl.key.pem",
        "ssl.keystore.key",
        "sasl.jaas.config",
        "sasl.oauthbearer.client.secret",
        "sasl.oauthbearer.client.credentials.client.secret",
        "sasl.oauthbearer.assertion.private.key.passphrase",
        "basic.auth.user.info",
        "bearer.auth.token",
    ],
)
def test_that_a_secret_is_refused_on_the_command_line_and_not_said_again(name: str) -> None:
    for pair in (f"{name}=hunter2", f"{name}:hunter2", f"{name} hunter2"):
        with pytest.raises(PropertiesError) as raised:
            public_settings(["client.rack=a", pair])
        assert str(raised.value) == (
            f"-X {name} would show a secret to everyone on this machine. Put it into a file and name that with --config."
        )


def test_that_a_login_in_an_address_is_refused_on_the_command_line() -> None:
    with pytest.raises(PropertiesError, match=r"^-X a\.url would show a secret") as raised:
        public_settings(["a.url=https://ada:hunter2@host/"])
    assert "hunter2" not in str(raised.value)


# Files of both clients


def test_that_a_file_names_servers_registry_and_settings_and_what_was_said_before_wins(file: Path) -> None:
    text = (
        "# comment = no\n! another\n\n"
        "bootstrap.servers=a:9092, b:9092\n"
        "security.protocol = SASL_SSL\n"
        "  sasl.mechanisms:PLAIN  \n"
        "sasl.username=ada\r\n"
        "sasl.password=p=a:s s\n"
        "schema.registry.url=https://registry:8081\n"
        "basic.auth.credentials.source=USER_INFO\n"
        "basic.auth.user.info=grace:hopper\n"
    )
    found = read(file, text, Source(""))
    assert (found.bootstrap, found.registry, found.registry_user) == (
        "a:9092, b:9092",
        "https://registry:8081",
        "grace:hopper",
    )
    assert found.properties == {
        "security.protocol": "SASL_SSL",
        "sasl.mechanisms": "PLAIN",
        "sasl.username": "ada",
        "sasl.password": "p=a:s s",
    }
    told = Source("mine:1", "http://mine", {"sasl.username": "me"}, "me:too")
    found = read(file, text, told)
    assert (found.bootstrap, found.registry, found.registry_user) == ("mine:1", "http://mine", "me:too")
    assert (found.properties["sasl.username"], found.properties["sasl.password"]) == ("me", "p=a:s s")


def test_that_librdkafkas_name_of_the_servers_is_read(file: Path) -> None:
    assert read(file, "metadata.broker.list=old:9092", Source("")).bootstrap == "old:9092"


def test_that_the_last_of_two_lines_with_one_name_counts(file: Path) -> None:
    assert settings(file, "client.rack=a\nclient.rack=b") == {"client.rack": "b"}


def test_that_names_that_nobody_knows_are_left_to_the_client_which_refuses_them(file: Path) -> None:
    assert settings(file, "no.such.setting=1") == {"no.such.setting": "1"}


@pytest.mark.parametrize("line", ["just words", "=value", ":value", "word"])
def test_that_a_line_that_is_no_setting_is_named_by_its_number_and_not_shown(file: Path, line: str) -> None:
    assert refusal(file, f"a=b\n\n{line}\n") == f"Line 3 of {file} is no setting. Write name=value."


@given(
    st.dictionaries(
        st.from_regex(r"x[a-z.]{0,9}", fullmatch=True),
        st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"])),
        max_size=5,
    )
)
def test_that_values_of_a_librdkafka_file_are_taken_as_they_stand(pairs: dict[str, str]) -> None:
    plain = {name: value.strip(" \t") for name, value in pairs.items()}
    plain = {name: value for name, value in plain.items() if not re.search(r"\\[:=]|,[ \t]*\\$", value)}
    file = made_file()
    try:
        assert settings(file, "".join(f"{name}={value}\n" for name, value in plain.items())) == plain
    finally:
        file.unlink(missing_ok=True)


def test_that_a_backslash_is_itself_in_a_librdkafka_file(file: Path) -> None:
    text = "ssl.certificate.location=C:\\new\\ada.pem\nsasl.password=end\\\nsasl.username=a\\tb\n"
    assert settings(file, text) == {
        "ssl.certificate.location": "C:\\new\\ada.pem",
        "sasl.password": "end\\",
        "sasl.username": "a\\tb",
    }


# Java's files


def made_file() -> Path:
    """A place for one example of a property test, which shares its fixtures with the others."""
    return Path(os.environ["MESHDESK_LOGS"]).parent / f"{os.getpid()}.properties"


def as_java_writes(text: str, is_name: bool) -> str:
    """As java.util.Properties.store does."""
    out = ""
    for at, character in enumerate(text):
        if character == " " and (at == 0 or is_name):
            out += "\\ "
        elif character in "\t\n\r\f":
            out += {"\t": "\\t", "\n": "\\n", "\r": "\\r", "\f": "\\f"}[character]
        elif character in "=:#!\\":
            out += "\\" + character
        elif not " " <= character <= "~":
            halves = character.encode("utf-16-be")
            out += "".join(f"\\u{halves[n : n + 2].hex().upper()}" for n in range(0, len(halves), 2))
        else:
            out += character
    return out


TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), min_size=1).map("x".__add__), TEXT))
def test_that_what_javas_own_writer_wrote_is_read_back(pairs: dict[str, str]) -> None:
    kept = {name: value.rstrip(" ") for name, value in pairs.items()}
    lines = [f"{as_java_writes(name, True)}={as_java_writes(value, False)}\n" for name, value in kept.items()]
    file = made_file()
    try:
        assert settings(file, JAVA + "".join(lines)) == kept
    finally:
        file.unlink(missing_ok=True)


@pytest.mark.parametrize(
    ("lines", "value"),
    [
        ("x.y value", "value"),
        ("x.y\tvalue", "value"),
        ("x.y : value", "value"),
        ("x.y==value", "=value"),
        ("x.y=a\\\n    b\\\n\tc", "abc"),
        ("x.y=a\\\r\n  b", "ab"),
        ("x.y=a\\\\\nz.z=1", "a\\"),
        ("x.y=a\\\\\\\n  b", "a\\b"),
        ("# a comment does not go on \\\nx.y=a", "a"),
        ("x.y=a\\\n# no comment", "a# no comment"),
        ("x.y=\\u00e4\\ud83d\\ude00", "ä😀"),
        ("x.y=\\q\\'\\\"", "q'\""),
        ("x.y=ends\\ \t ", "ends "),
        ("x.y=the file ends\\", "the file ends"),
    ],
)
def test_that_lines_of_a_java_file_are_read_as_java_does(file: Path, lines: str, value: str) -> None:
    assert settings(file, JAVA + lines)["x.y"] == value


def test_that_a_line_of_a_java_file_is_counted_where_it_begins(file: Path) -> None:
    assert refusal(file, JAVA + "a=b\\\n c\nnothing\\\n\n").startswith("Line 4 of ")
    assert refusal(file, JAVA + "a=\\u12\n").startswith("Line 2 of ")


@pytest.mark.parametrize(
    "text",
    ["bootstrap.servers=a\\:1,b\\:2", "bootstrap.servers=a:1,\\\n  b:2", JAVA + "bootstrap.servers a:1,b:2"],
)
def test_that_a_java_file_is_known_by_its_escapes_its_lists_and_its_names(file: Path, text: str) -> None:
    assert read(file, text, Source("")).bootstrap == "a:1,b:2"


# Encodings


def test_that_files_are_utf_8_with_or_without_a_mark_or_latin_1_as_java_reads_them(file: Path) -> None:
    for data in ("x.y=Grüße".encode(), "x.y=Grüße".encode("utf-8-sig"), "x.y=Grüße".encode("latin-1")):
        assert settings(file, data) == {"x.y": "Grüße"}


@pytest.mark.parametrize("data", ["a=b".encode("utf-16"), b"\xfe\xed\xfe\xed\x00\x00\x00\x02"])
def test_that_a_file_that_is_no_text_is_said(file: Path, data: bytes) -> None:
    assert refusal(file, data) == f"The settings in {file} cannot be read: it is not a text file (UTF-8)."


def test_that_a_file_that_cannot_be_read_is_said(file: Path) -> None:
    with pytest.raises(PropertiesError) as raised:
        read_properties(file, HERE)
    assert str(raised.value) == f"The settings in {file} cannot be read: No such file or directory."
    with pytest.raises(PropertiesError, match="Is a directory"):
        read_properties(file.parent, HERE)


# Java's login


@pytest.mark.parametrize(
    ("options", "user", "password"),
    [
        ('username="ada" password="love";', "ada", "love"),
        ("username='ada' password='lo\"ve';", "ada", 'lo"ve'),
        ("username=ada password=love-1;", "ada", "love-1"),
        ('password="love"\\\n  username="ada" ;', "ada", "love"),
        ('username=\\"ada\\" password=\\"love\\";', "ada", "love"),
        ('username="a\\\\"d" password="l\\\\\\\\o";', 'a"d', "l\\o"),
        ('username="ada" password="username=\\\\"eve\\\\";=#";', "ada", 'username="eve";=#'),
        ('serviceName="x" username="ada" password="" tokenauth=true;', "ada", ""),
        ('username="\\u00e4" password="ü\\: =";', "ä", "ü: ="),
    ],
)
def test_that_a_java_login_is_read_with_all_its_quotes(file: Path, options: str, user: str, password: str) -> None:
    for module in (
        PLAIN,
        "org.apache.kafka.common.security.scram.ScramLoginModule required",
        "PlainLoginModule  required",
    ):
        assert settings(file, f"sasl.jaas.config={module} {options}\n") == {
            "sasl.username": user,
            "sasl.password": password,
        }


@pytest.mark.parametrize(
    "login",
    [
        "com.sun.security.auth.module.Krb5LoginModule required useKeyTab=true;",
        'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required clientSecret="geheim";',
        'software.amazon.msk.auth.iam.IAMLoginModule required name="PlainLoginModule";',
        "",
    ],
)
def test_that_a_login_of_another_kind_is_said_without_what_is_in_it(file: Path, login: str) -> None:
    assert refusal(file, f"sasl.jaas.config={login}") == (
        f"sasl.jaas.config in {file} names a login that MeshDesk does not know. PLAIN and SCRAM are read."
    )


@pytest.mark.parametrize(
    ("options", "missing"),
    [('username="ada";', "password"), ('password="geheim";', "username"), (";", "username and no password")],
)
def test_that_half_a_login_is_said(file: Path, options: str, missing: str) -> None:
    assert refusal(file, f"sasl.jaas.config={PLAIN} {options}") == (
        f'sasl.jaas.config in {file} gives no {missing}. Write username="…" password="…"; behind the module.'
    )


# Java's key stores


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("trust.jks", b"\xfe\xed\xfe\xed\x00\x00\x00\x02", ""),
        ("trust.pem", b"\xfe\xed\xfe\xed\x00\x00\x00\x02", "ssl.truststore.type=PEM\n"),
        ("client.truststore", b"\x30\x82\x01\x02", ""),
        ("gone.jks", None, ""),
        ("gone.p12", None, ""),
        ("gone", None, "ssl.truststore.type=jks\n"),
    ],
)
def test_that_a_java_truststore_is_said_with_how_to_export_it(
    file: Path, name: str, data: bytes | None, kind: str
) -> None:
    store = file.with_name(name)
    if data is not None:
        store.write_bytes(data)
    said = refusal(file, f"{kind}ssl.truststore.location={store}\nssl.truststore.password=geheim\n")
    assert said == (
        f"The truststore in {file} is a Java key store ({store}). Export its certificates as PEM "
        "(keytool -exportcert -rfc) and name that file in ssl.ca.location."
    )


def test_that_a_truststore_of_pem_is_the_authorities_file(file: Path) -> None:
    store = file.with_name("trust.jks")  # whatever its name says
    store.write_bytes(b"Bag Attributes\n-----BEGIN CERTIFICATE-----\n")
    text = f"ssl.truststore.location={store}\nssl.truststore.type=PEM\nssl.truststore.password=\n"
    assert settings(file, text) == {"ssl.ca.location": str(store)}
    assert settings(file, "ssl.truststore.location=/gone.pem\n") == {"ssl.ca.location": "/gone.pem"}
    assert settings(file, "ssl.truststore.location=\nssl.keystore.location=\n") == {}


def test_that_certificates_and_a_key_in_the_file_itself_keep_their_lines(file: Path) -> None:
    pem = "-----BEGIN CERTIFICATE-----\\n\\\n  MIIB\\n\\\n  -----END CERTIFICATE-----"
    names = {
        "ssl.truststore.certificates": "ssl.ca.pem",
        "ssl.keystore.certificate.chain": "ssl.certificate.pem",
        "ssl.keystore.key": "ssl.key.pem",
    }
    text = "".join(f"{name}={pem}\n" for name in names) + "ssl.keystore.type=PEM\nssl.truststore.type=PEM\n"
    plain = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"
    assert settings(file, text) == dict.fromkeys(names.values(), plain)


def test_that_a_keystore_is_taken_as_pkcs12_or_pem_and_one_of_javas_own_is_said(file: Path) -> None:
    store = file.with_name("ada.p12")
    text = f"ssl.keystore.location={store}\nssl.keystore.password=geheim\nssl.key.password=auch\n"
    wanted = {"ssl.keystore.location": str(store), "ssl.keystore.password": "geheim", "ssl.key.password": "auch"}
    assert settings(file, text) == wanted
    store.write_bytes(b"-----BEGIN PRIVATE KEY-----")
    assert settings(file, text) == {
        "ssl.certificate.location": str(store),
        "ssl.key.location": str(store),
        "ssl.key.password": "auch",
    }
    store.write_bytes(b"\xfe\xed\xfe\xed")
    assert refusal(file, text) == (
        f"The keystore in {file} is a Java key store ({store}). Convert it with keytool -importkeystore "
        "-deststoretype PKCS12 and name the new file."
    )


@pytest.mark.parametrize(("value", "taken"), [("", "none"), ("HTTPS", "https"), ("https", "https")])
def test_that_the_check_of_the_host_name_is_said_in_librdkafkas_words(file: Path, value: str, taken: str) -> None:
    name = "ssl.endpoint.identification.algorithm"
    assert settings(file, f"{name}={value}") == {name: taken}


def test_that_values_that_are_to_be_looked_up_elsewhere_are_said(file: Path) -> None:
    assert refusal(file, "config.providers=file\nsasl.password=${file:/etc/secrets:password}\n") == (
        f"The settings in {file} are to be looked up elsewhere (config.providers), which MeshDesk cannot do. "
        "Write the values themselves into the file."
    )


def test_that_a_field_that_was_left_empty_sets_nothing() -> None:
    empty = {"ssl.ca.location": "", "ssl.key.password": "", "ssl.keystore.location": "", "sasl.password": ""}
    made = client_settings(Source("broker:9092", properties=empty))
    assert made["ssl.ca.location"] == "probe"
    assert "ssl.keystore.location" not in made
    assert made["sasl.password"] == "", "that is a password"


def test_that_a_key_store_without_a_password_is_opened_for_the_client(certificates: Certificates) -> None:
    store = {"ssl.keystore.location": str(certificates.client_open_p12), "ssl.keystore.password": ""}
    made = client_settings(Source("broker:9092", properties=store))
    assert made["ssl.key.pem"] == certificates.client_key.read_text()
    assert "ssl.keystore.location" not in made
    locked = {"ssl.keystore.location": str(certificates.client_p12)}
    with pytest.raises(PropertiesError, match="is locked with a password, and none is given"):
        client_settings(Source("broker:9092", properties=locked))
    with_password = {**locked, "ssl.keystore.password": "x"}
    assert (
        client_settings(Source("b:1", properties=with_password))["ssl.keystore.location"]
        == locked["ssl.keystore.location"]
    )


# The registry


def test_that_the_registry_may_have_the_login_of_the_cluster(file: Path) -> None:
    text = (
        f'sasl.jaas.config={PLAIN} username="ada" password="lo:ve";\n'
        "schema.registry.url=http://one:8081,http://two:8081\n"
        "schema.registry.basic.auth.credentials.source=SASL_INHERIT\n"
    )
    found = read(file, text)
    assert (found.registry, found.registry_user) == ("http://one:8081", "ada:lo:ve")
    assert read(file, "schema.registry.basic.auth.user.info=a:b").registry_user == "a:b"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("bearer.auth.token=geheim", "bearer.auth.token"),
        ("schema.registry.bearer.auth.token=geheim", "bearer.auth.token"),
        ("schema.registry.ssl.keystore.location=/a.jks", "ssl.keystore.location"),
        ("schema.registry.ssl.key.location=/a.pem", "ssl.key.location"),
    ],
)
def test_that_a_login_of_the_registry_that_is_not_known_is_said(file: Path, line: str, name: str) -> None:
    assert refusal(file, line) == (
        f"MeshDesk does not know {name} of a schema registry, which {file} sets. It logs in with basic.auth.user.info "
        "and trusts the authorities of ssl.ca.location, or this system's; take the line out to go on with those."
    )


@pytest.mark.parametrize("name", ["ssl.ca.location", "ssl.truststore.location"])
def test_that_the_registry_may_have_an_authority_of_its_own(file: Path, name: str) -> None:
    text = f"schema.registry.url=https://r\nschema.registry.{name}=/ca.pem\nssl.ca.location=/kafka.pem\n"
    found = read(file, text)
    assert (found.registry_ca, found.properties["ssl.ca.location"]) == ("/ca.pem", "/kafka.pem")
    assert read(file, text, Source("h:1", registry_ca="/mine.pem")).registry_ca == "/mine.pem"


def test_that_a_java_store_of_the_registrys_authorities_is_said(file: Path, tmp_path: Path) -> None:
    store = tmp_path / "trust.jks"
    store.write_bytes(b"\xfe\xed\xfe\xed\x00\x00\x00\x02")
    said = refusal(
        file, f"schema.registry.ssl.truststore.location={store}\nschema.registry.ssl.truststore.password=x\n"
    )
    assert said.endswith("and name that file in schema.registry.ssl.ca.location.")
