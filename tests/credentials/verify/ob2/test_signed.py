"""A signed badge of Open Badges 2.0: RS256, a key that is the issuer's by links both ways, and the issuer's list."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.credentials.report import Outcome, Verdict
from app.credentials.verify import DocumentFound, Missing, Unreachable

PASSED, FAILED, UNKNOWN = Outcome.PASSED, Outcome.FAILED, Outcome.UNKNOWN


def pem_of(key: Any) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def signer(key: rsa.RSAPrivateKey) -> Any:
    return lambda data: key.sign(data, padding.PKCS1v15(), hashes.SHA256())


@pytest.fixture(scope="module")
def strangers_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def test_a_signed_badge_is_good_wherever_it_lies(web: Any):
    report = web.verify(web.signed())

    assert report.verdict is Verdict.GOOD
    assert report.sentence.endswith("It was signed by badges.example and has not been changed since.")
    assert report.credential.standard == "Open Badges 2.0"
    assert web.asked == [web.CLASS, web.ISSUER, web.KEY, web.LIST]


def test_its_tampered_twin_is_broken(web: Any):
    token = web.signed()
    header, _, signature = token.split(".")
    payload = web.signed(expires="2099-01-01T00:00:00Z").split(".")[1]

    report = web.verify(f"{header}.{payload}.{signature}")

    assert (report.verdict, report["proof"].code) == (Verdict.BROKEN, "signature_invalid")
    assert report.credential is None


def test_a_strangers_signature_is_broken(web: Any, strangers_key: rsa.RSAPrivateKey):
    report = web.verify(web.signed(sign=signer(strangers_key)))

    assert (report.verdict, report["proof"].code) == (Verdict.BROKEN, "signature_invalid")


def test_a_strangers_key_that_says_it_is_the_issuers_is_not(web: Any, strangers_key: rsa.RSAPrivateKey):
    """The issuer has to name the key as well, or anybody could sign for it (T16)."""
    theirs = "https://evil.example/key"
    web.pages[theirs] = {**web.pages[web.KEY], "id": theirs, "publicKeyPem": pem_of(strangers_key)}
    creator = {"type": "SignedBadge", "creator": theirs}

    report = web.verify(web.signed(sign=signer(strangers_key), verification=creator))

    assert (report.verdict, report["issuer"].code) == (Verdict.UNKNOWN_ISSUER, "key_not_published")
    assert theirs not in web.asked


def test_a_key_in_the_badge_itself_counts_for_nothing(web: Any, strangers_key: rsa.RSAPrivateKey):
    brought = {**web.pages[web.KEY], "publicKeyPem": pem_of(strangers_key)}
    creator = {"type": "SignedBadge", "creator": brought}

    report = web.verify(web.signed(sign=signer(strangers_key), verification=creator))

    assert (report.verdict, report["proof"].code) == (Verdict.BROKEN, "signature_invalid")


def test_nor_does_an_issuer_in_the_badge_itself(web: Any, strangers_key: rsa.RSAPrivateKey):
    key = {**web.pages[web.KEY], "id": "https://evil.example/key", "publicKeyPem": pem_of(strangers_key)}
    badge_class = {**web.pages[web.CLASS], "issuer": {**web.pages[web.ISSUER], "publicKey": key}}
    creator = {"type": "SignedBadge", "creator": key["id"]}

    report = web.verify(web.signed(sign=signer(strangers_key), badge=badge_class, verification=creator))

    assert report["issuer"].code == "key_not_published"


def test_a_badge_that_brings_all_its_parts_has_nobody_who_can_be_asked(web: Any, strangers_key: rsa.RSAPrivateKey):
    key = {"id": "urn:key", "type": "CryptographicKey", "owner": "urn:issuer", "publicKeyPem": pem_of(strangers_key)}
    issuer = {"id": "urn:issuer", "type": "Issuer", "name": "Harvard", "publicKey": key}
    badge_class = {**web.pages[web.CLASS], "id": "urn:class", "issuer": issuer}
    creator = {"type": "SignedBadge", "creator": "urn:key"}

    report = web.verify(web.signed(sign=signer(strangers_key), badge=badge_class, verification=creator))

    assert (report.verdict, report["issuer"].code) == (Verdict.UNKNOWN_ISSUER, "issuer_not_address")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"owner": "https://other.example/issuer"}, "issuer_differs"),
        ({"owner": None}, "issuer_differs"),
        ({"type": "Issuer"}, "key_malformed"),
        ({"id": "urn:key"}, "key_differs"),
        ({"@context": "https://example.org/mine"}, "key_malformed"),
    ],
    ids=str,
)
def test_a_key_whose_document_does_not_fit_is_not_the_issuers(web: Any, changes: dict[str, Any], code: str):
    web.change(web.KEY, **changes)

    report = web.verify(web.signed())

    assert (report["issuer"].outcome, report["issuer"].code) == (FAILED, code)
    assert not report.is_good


@pytest.mark.parametrize(
    ("answer", "verdict", "code"),
    [
        (Unreachable(), Verdict.CANNOT_TELL, "issuer_unreachable"),
        (DocumentFound(b"no"), Verdict.CANNOT_TELL, "issuer_unreachable"),
        (Missing(), Verdict.UNKNOWN_ISSUER, "key_not_published"),
        (DocumentFound(b"{}", is_gone=True), Verdict.UNKNOWN_ISSUER, "key_not_published"),
    ],
    ids=str,
)
def test_a_key_that_cannot_be_had_proves_nothing(web: Any, answer: Any, verdict: Verdict, code: str):
    web.pages[web.KEY] = answer

    report = web.verify(web.signed())

    assert (report.verdict, report["issuer"].code) == (verdict, code)


def test_a_key_inside_the_issuers_own_profile_is_the_issuers(web: Any):
    web.change(web.ISSUER, publicKey=[{"id": "urn:old"}, web.pages.pop(web.KEY)])

    assert web.verify(web.signed()).verdict is Verdict.GOOD


def test_without_a_creator_the_issuers_only_key_is_meant(web: Any):
    assert web.verify(web.signed(verification={"type": "signed"})).verdict is Verdict.GOOD

    web.change(web.ISSUER, publicKey=[web.KEY, "https://badges.example/keys/2"])
    assert web.verify(web.signed(verification={"type": "signed"}))["issuer"].code == "key_malformed"


def weak_pem() -> str:
    return pem_of(rsa.generate_private_key(public_exponent=65537, key_size=1024))  # noqa: S505 - what is refused


@pytest.mark.parametrize(
    "pem",
    [
        pytest.param(weak_pem, id="1024 bits"),
        pytest.param(lambda: pem_of(ed25519.Ed25519PrivateKey.generate()), id="ed25519"),
        pytest.param(lambda: "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", id="nonsense"),
        pytest.param(lambda: "", id="empty"),
        pytest.param(lambda: 7, id="number"),
        pytest.param(lambda: "é" * 10, id="not ascii"),
        pytest.param(lambda: "A" * 100_000, id="long"),
    ],
)
def test_a_weak_or_unreadable_key_is_refused(web: Any, pem: Any):
    web.change(web.KEY, publicKeyPem=pem())

    report = web.verify(web.signed())

    assert (report.verdict, report["proof"].code) == (Verdict.BROKEN, "key_unacceptable")


PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)


@pytest.mark.parametrize(
    ("alg", "scheme", "digest"),
    [
        ("PS256", PSS, hashes.SHA256()),
        ("RS384", padding.PKCS1v15(), hashes.SHA384()),
        ("RS512", padding.PKCS1v15(), hashes.SHA512()),
        ("ES256", padding.PKCS1v15(), hashes.SHA256()),
        ("EdDSA", padding.PKCS1v15(), hashes.SHA256()),
    ],
    ids=["PS256", "RS384", "RS512", "ES256", "EdDSA"],
)
def test_no_other_algorithm_than_rs256_is_taken_of_the_issuers_own_key(web: Any, alg: str, scheme: Any, digest: Any):
    token = web.signed(header={"alg": alg}, sign=lambda data: web.keys.rsa.sign(data, scheme, digest))

    report = web.verify(token)

    assert (report.verdict, report["proof"].code) == (Verdict.BROKEN, "alg_not_allowed")


@pytest.mark.parametrize("alg", ["none", "HS256", "RSA1_5"])
def test_an_algorithm_that_no_badge_may_have_is_not_even_read(web: Any, alg: str):
    report = web.verify(web.signed(header={"alg": alg}))

    assert (report.verdict, report["format"].code) == (Verdict.UNREADABLE, "alg_not_allowed")
    assert web.asked == []


def test_a_signed_copy_of_a_hosted_badge_is_judged_by_what_is_hosted(web: Any, strangers_key: rsa.RSAPrivateKey):
    """Its own words say that the signature is not what proves it."""
    token = web.signed(
        sign=signer(strangers_key), id=web.ASSERTION, verification={"type": "hosted"}, expires="2099-01-01"
    )

    report = web.verify(token)

    assert (report.verdict, report["proof"].code) == (Verdict.GOOD, "copy_differs")
    assert report.credential.valid_until.year == 2028


# -- the list of withdrawn badges -----------------------------------------------------------------------------

ID = "urn:uuid:2b3dbd5c-8f5c-4b8f-9f4f-0d1f4a5f3b11"


@pytest.mark.parametrize(
    "entries",
    [
        [ID],
        ["urn:uuid:0", {"id": ID, "revocationReason": "Left"}],
        [{"uid": "u-1"}],
        ID,
        {"id": ID},
        {"uid": "u-1", "revocationReason": "Left"},
    ],
    ids=str,
)
def test_a_badge_on_its_issuers_list_is_withdrawn(web: Any, entries: Any):
    """A list of one entry, made compact, is the bare entry; other verifiers then miss it."""
    web.change(web.LIST, revokedAssertions=entries)

    report = web.verify(web.signed(uid="u-1"))

    assert (report.verdict, report["status"].code) == (Verdict.REVOKED, "revoked")
    assert "{" not in report["status"].sentence


@pytest.mark.parametrize("entries", [[], None, ["urn:uuid:0"], {"id": "urn:uuid:0"}, [{"revocationReason": "x"}]])
def test_a_badge_that_is_not_on_it_is_in_force(web: Any, entries: Any):
    web.change(web.LIST, revokedAssertions=entries)

    assert web.verify(web.signed())["status"].code == "in_force"


def test_the_reason_is_said_without_hidden_characters(web: Any):
    web.change(web.LIST, revokedAssertions=[{"id": ID, "revocationReason": "  Issued\u202e in error. "}, "x"])

    assert web.verify(web.signed())["status"].sentence.endswith("The reason that it gives: Issued in error.")


def test_an_issuer_without_a_list_cannot_withdraw(web: Any):
    web.change(web.ISSUER, revocationList=None)

    report = web.verify(web.signed())

    assert (report.verdict, report["status"].code) == (Verdict.GOOD, "no_status")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (Unreachable(), "list_unreachable"),
        (Missing(), "list_unreachable"),
        (DocumentFound(b"<html>"), "list_unreadable"),
        (DocumentFound(b"{}", is_gone=True), "list_unreachable"),
        ({"id": "https://badges.example/another"}, "list_differs"),
        ({"type": "Issuer"}, "list_differs"),
        ({"issuer": "https://other.example/issuer"}, "list_issuer"),
        ({"revokedAssertions": [7]}, "list_malformed"),
        ({"revokedAssertions": 7}, "list_malformed"),
        ({"@context": "https://example.org/mine"}, "list_words"),
    ],
    ids=str,
)
def test_any_doubt_about_the_list_is_unknown_and_never_good(web: Any, change: Any, code: str):
    if isinstance(change, dict):
        web.change(web.LIST, **change)
    else:
        web.pages[web.LIST] = change

    report = web.verify(web.signed())

    assert (report.verdict, report["status"].outcome, report["status"].code) == (Verdict.CANNOT_TELL, UNKNOWN, code)


def test_a_list_without_an_address_is_a_doubt_too(web: Any):
    web.change(web.ISSUER, revocationList="soon")

    assert web.verify(web.signed())["status"].code == "entry_malformed"


def test_a_long_list_is_read_to_its_end(web: Any):
    web.change(web.LIST, revokedAssertions=[*(f"urn:uuid:{number}" for number in range(20_000)), ID])

    assert web.verify(web.signed()).verdict is Verdict.REVOKED
