"""Keys in a PKCS#11 token: made and used there. Asked of SoftHSM2, a token made of software."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from app.credentials.keys import kid_of, public_key_of
from app.credentials.model import Algorithm
from app.credentials.raw_signatures import holds
from app.errors import KeyUnavailable

PIN = "8642"
MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so")


def absent(what: str) -> None:
    """Skip, and say so; in CI nothing may be skipped."""
    sentence = f"{what} is not on this machine, so no PKCS#11 token was asked. Debian: apt install softhsm2"
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The module of SoftHSM2 over tokens in a folder of these tests; it reads its configuration once a process."""
    found = next((path for path in MODULES if Path(path).exists()), None)
    if found is None or shutil.which("softhsm2-util") is None:
        absent("SoftHSM2")
    try:
        import pkcs11  # noqa: F401, PLC0415 - an extra, which may be missing
    except ImportError:
        absent("python-pkcs11 (the extra lanyard[pkcs11])")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n")
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    for token in ("lanyard", "other"):
        command = ["softhsm2-util", "--init-token", "--free", "--label", token, "--so-pin", "13579", "--pin", PIN]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - constant arguments
    return str(found)


@pytest.fixture
def open_token(module: str):
    """The store of a token: `open_token("lanyard", pin=…, demo=…)`."""
    from app.keystores.pkcs11 import Pkcs11KeyStore  # noqa: PLC0415 - needs the extra

    opened = []

    def store(token: str = "lanyard", *, pin: str = PIN, demo: bool = False) -> Pkcs11KeyStore:
        opened.append(Pkcs11KeyStore(module, token, pin, demo=demo))
        return opened[-1]

    yield store
    for each in opened:
        each.close()


def test_an_ed25519_key_signs_in_the_token(open_token):
    store = open_token()
    jwk = store.create(Algorithm.ED25519)

    public_key_of(jwk).verify(store.sign(jwk["kid"], b"message"), b"message")

    assert (jwk["alg"], jwk["kid"]) == ("EdDSA", kid_of(jwk))
    with pytest.raises(InvalidSignature):
        public_key_of(jwk).verify(store.sign(jwk["kid"], b"message"), b"another message")


def test_an_rsa_key_signs_in_the_token_as_rs256_wants(open_token):
    store = open_token()
    jwk = store.create(Algorithm.RS256)

    signature = store.sign(jwk["kid"], b"message")

    public_key_of(jwk).verify(signature, b"message", padding.PKCS1v15(), hashes.SHA256())
    assert public_key_of(jwk).key_size == 2048


def test_a_p256_key_signs_in_the_token_as_es256_wants(open_token):
    store = open_token()
    jwk = store.create(Algorithm.ES256)

    signature = store.sign(jwk["kid"], b"message")

    assert (jwk["alg"], jwk["crv"], len(signature)) == ("ES256", "P-256", 64)
    assert holds(public_key_of(jwk), "ES256", b"message", signature)
    assert not holds(public_key_of(jwk), "ES256", b"another message", signature)


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_the_private_half_cannot_be_taken_out(open_token, algorithm):
    from pkcs11 import Attribute  # noqa: PLC0415 - needs the extra

    store = open_token()
    kid = store.create(algorithm)["kid"]

    private = store._found[kid]

    assert (private[Attribute.SENSITIVE], private[Attribute.EXTRACTABLE]) == (True, False)
    assert store.sealed(kid, owner="anybody") is None


def test_a_store_that_is_opened_later_finds_the_key_by_its_kid(open_token):
    jwk = open_token().create(Algorithm.ED25519)

    later = open_token()

    public_key_of(jwk).verify(later.sign(jwk["kid"], b"message"), b"message")
    assert jwk["kid"] in later.kids()


def test_a_key_of_another_token_is_not_there(open_token):
    kid = open_token().create(Algorithm.ED25519)["kid"]

    with pytest.raises(KeyUnavailable, match="no private key of this name"):
        open_token("other").sign(kid, b"message")


def test_a_token_that_forgot_its_session_is_opened_once_more(open_token):
    store = open_token()
    jwk = store.create(Algorithm.ED25519)

    store._session.close()

    public_key_of(jwk).verify(store.sign(jwk["kid"], b"message"), b"message")


@pytest.mark.parametrize(("token", "pin"), [("lanyard", "0000"), ("absent", PIN)])
def test_a_token_that_cannot_be_opened_is_said_without_the_pin(open_token, token, pin):
    store = open_token(token, pin=pin)

    (problem,) = store.problems()

    assert "PKCS#11 token cannot be used" in problem
    assert pin not in problem
    with pytest.raises(KeyUnavailable):
        store.sign("nothing", b"message")


def test_a_module_that_is_not_there_is_said(module):
    from app.keystores.pkcs11 import Pkcs11KeyStore  # noqa: PLC0415 - needs the extra

    del module
    (problem,) = Pkcs11KeyStore("/nowhere/module.so", "lanyard", PIN, demo=False).problems()

    assert "PKCS#11 token cannot be used" in problem


def test_keys_of_a_demonstration_are_marked(open_token):
    made, everyday = (open_token(demo=demo).create(Algorithm.ED25519)["kid"] for demo in (True, False))

    assert made in open_token().demo_kids()
    assert everyday not in open_token().demo_kids()
    assert len(open_token().sign(made, b"message")) == 64
