"""Keys on disk: encrypted, closed to others, never named by a stranger."""

from __future__ import annotations

import stat

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from app.credentials.keys import kid_of, public_key_of
from app.credentials.model import Algorithm
from app.errors import KeyUnavailable
from app.keystores.files import FileKeyStore

SECRET = b"a secret of the service, long enough"


@pytest.fixture
def directory(tmp_path):
    return tmp_path / "keys"


@pytest.fixture
def store(directory):
    return FileKeyStore(directory, SECRET, demo=False)


def test_a_signature_verifies_with_the_public_key_that_was_given(store):
    jwk = store.create(Algorithm.ED25519)

    public_key_of(jwk).verify(store.sign(jwk["kid"], b"message"), b"message")

    with pytest.raises(InvalidSignature):
        public_key_of(jwk).verify(store.sign(jwk["kid"], b"message"), b"another message")


def test_an_rsa_key_signs_as_rs256_wants(store):
    jwk = store.create(Algorithm.RS256)

    signature = store.sign(jwk["kid"], b"message")

    public_key_of(jwk).verify(signature, b"message", padding.PKCS1v15(), hashes.SHA256())
    assert (jwk["alg"], jwk["kid"]) == ("RS256", kid_of(jwk))


def test_another_process_with_the_secret_can_use_the_key(store, directory):
    jwk = store.create(Algorithm.ED25519)

    assert FileKeyStore(directory, SECRET, demo=False).sign(jwk["kid"], b"m") == store.sign(jwk["kid"], b"m")


def test_another_secret_opens_nothing_and_the_store_says_so(store, directory):
    kid = store.create(Algorithm.ED25519)["kid"]
    thief = FileKeyStore(directory, b"another secret, also long enough", demo=False)

    with pytest.raises(KeyUnavailable):
        thief.sign(kid, b"m")
    assert thief.problems() == [
        f"The key file {kid}.pem cannot be used: The key file cannot be opened with the configured secret."
    ]


def test_only_the_service_may_look_into_directory_and_file(store, directory):
    directory.mkdir(mode=0o755)
    kid = store.create(Algorithm.ED25519)["kid"]

    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert stat.S_IMODE((directory / f"{kid}.pem").stat().st_mode) == 0o600
    assert [path.name for path in directory.iterdir()] == [f"{kid}.pem"]


def test_no_private_number_is_readable_in_the_file(store, directory):
    kid = store.create(Algorithm.ED25519)["kid"]

    assert b"ENCRYPTED PRIVATE KEY" in (directory / f"{kid}.pem").read_bytes()


@pytest.mark.parametrize(
    "kid",
    ["../../etc/passwd", "%2e%2e/x", "a\0b", "", "/etc/passwd", ".", "x" * 10_000, "' OR 1=1--", "z6Mk" + "1" * 40],
)
def test_a_name_from_outside_reaches_no_file(store, directory, kid):
    store.create(Algorithm.ED25519)
    (directory.parent / "passwd.pem").write_text("bait")

    with pytest.raises(KeyUnavailable):
        store.sign(kid, b"m")


def test_a_link_in_the_directory_is_not_followed(store, directory, tmp_path):
    kid = store.create(Algorithm.ED25519)["kid"]
    moved = tmp_path / "elsewhere.pem"
    (directory / f"{kid}.pem").rename(moved)
    (directory / f"{kid}.pem").symlink_to(moved)

    with pytest.raises(KeyUnavailable):
        FileKeyStore(directory, SECRET, demo=False).sign(kid, b"m")


def test_a_key_file_under_the_name_of_another_key_is_refused(store, directory):
    first, second = (store.create(Algorithm.ED25519)["kid"] for _ in range(2))
    (directory / f"{first}.pem").replace(directory / f"{second}.pem")

    with pytest.raises(KeyUnavailable, match="another key"):
        FileKeyStore(directory, SECRET, demo=False).sign(second, b"m")


def test_demo_keys_are_recognisable(directory):
    demo = FileKeyStore(directory, SECRET, demo=True).create(Algorithm.ED25519)["kid"]
    store = FileKeyStore(directory, SECRET, demo=False)
    real = store.create(Algorithm.ED25519)["kid"]

    assert store.demo_kids() == [demo]
    assert store.kids() == sorted([demo, real])
    assert store.sign(demo, b"m")


def test_a_healthy_store_has_no_problems(store):
    store.create(Algorithm.ED25519)

    assert store.problems() == []


def test_open_modes_are_reported(store, directory):
    kid = store.create(Algorithm.ED25519)["kid"]
    directory.chmod(0o750)
    (directory / f"{kid}.pem").chmod(0o644)

    assert store.problems() == [
        "The key directory can be opened by other users; set its mode to 700.",
        f"The key file {kid}.pem can be read by other users; set its mode to 600.",
    ]


def test_a_missing_directory_is_reported_and_made_with_the_first_key(store, directory):
    assert "does not exist yet" in store.problems()[0]
    assert store.kids() == []

    store.create(Algorithm.ED25519)

    assert directory.is_dir()


def test_a_directory_that_is_a_link_or_a_file_is_reported(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    link = tmp_path / "link"
    link.symlink_to(tmp_path)

    for wrong in (file, link):
        assert "not a directory" in FileKeyStore(wrong, SECRET, demo=False).problems()[0]


def test_a_key_that_cannot_be_kept_is_not_made(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(KeyUnavailable):
        FileKeyStore(tmp_path / "file", SECRET, demo=False).create(Algorithm.ED25519)


def test_a_damaged_file_makes_its_key_unavailable(store, directory):
    kid = store.create(Algorithm.ED25519)["kid"]
    (directory / f"{kid}.pem").write_bytes(b"not a key")

    with pytest.raises(KeyUnavailable):
        FileKeyStore(directory, SECRET, demo=False).sign(kid, b"m")
