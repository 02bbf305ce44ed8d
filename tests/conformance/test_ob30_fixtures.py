"""The public validator's own Open Badges 3.0 fixtures, judged offline; what the issuers publish comes from a stub.

Source: 1EdTech/digital-credentials-public-validator, inspector-vc, with the verdicts of its own tests (EXPECTED.md).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.credentials import baking
from app.credentials.keys import jwk_of_multibase
from app.credentials.model import StatusEntry
from app.credentials.proofs import vc_jwt
from app.credentials.report import Outcome, Report, Verdict
from app.credentials.verify import KeyFound, ListFound, Missing, Unreachable, thumbprint_uri, verify

FIXTURES = Path(__file__).resolve().parents[2] / "../shared/conformance/ob30/validator-fixtures"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
PASSED, FAILED, UNKNOWN = Outcome.PASSED, Outcome.FAILED, Outcome.UNKNOWN

# The keys of the validator's test suite, and the issuers that its fixtures say they belong to.
TEST_KEYS = ("z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi", "z6MkrvfzkMnvCroEUP2DVc9SHPE48CRsvHiVSusHioxTYu1x")
ISSUERS = (
    "https://example.com/issuers/876543",
    "https://1edtech.edu/issuers/565049",
    "https://example.edu/issuers/565049",
)
LIST_URL = (
    "https://raw.githubusercontent.com/1EdTech/digital-credentials-public-validator/refs/heads/main/"
    "inspector-vc/src/test/resources/ob30/bit-string-list/testlist"
)


class Published:
    """What the issuers of the fixtures would publish, were they on the network."""

    def __init__(self) -> None:
        self.keys = {
            f"{issuer}#{key}": KeyFound(jwk_of_multibase(key), issuer) for issuer in ISSUERS for key in TEST_KEYS
        }
        self.lists: dict[str, bytes] = {}

    def key(self, verification_method: str, *, issuer_id: str) -> KeyFound | Missing | Unreachable:
        del issuer_id
        return self.keys.get(verification_method, Missing())

    def status_list(self, url: str) -> ListFound | Unreachable:
        return ListFound(self.lists[url]) if url in self.lists else Unreachable()

    def superseded_by(self, credential_id: str) -> str | None:
        del credential_id

    def further_entries(self, credential_id: str) -> tuple[StatusEntry, ...]:
        del credential_id
        return ()


def fixture(name: str) -> bytes:
    if not FIXTURES.is_dir():
        pytest.skip("The conformance fixtures are not here: they are kept in a folder `shared` beside the repository.")
    return (FIXTURES / name).read_bytes()


def judge(document: bytes | str, published: Published | None = None) -> Report:
    return verify(document, now=NOW, resolve=published or Published())


def tampered(name: str) -> bytes:
    data = fixture(name)
    if name.endswith(".png"):
        return baking.bake(data, baking.extract(data).replace(b"Teamwork Badge", b"Teamwork Medal"))
    return data.replace(b"Teamwork Badge", b"Teamwork Medal")


VALID = ["simple.json", "simple-context-alias.json", "simple-context-version.json", "simple-did-web-method.json",
         "simple-json.png"]  # fmt: skip


@pytest.mark.parametrize("name", VALID)
def test_a_valid_badge_is_good(name: str):
    report = judge(fixture(name))

    assert report.verdict is Verdict.GOOD, report.sentence
    assert report.credential.achievement_name == "Teamwork"


@pytest.mark.parametrize("name", VALID)
def test_its_tampered_twin_is_broken(name: str):
    report = judge(tampered(name))

    assert (report.verdict, report["proof"].code) == (Verdict.BROKEN, "signature_invalid")


@pytest.mark.parametrize("name", VALID)
def test_without_the_issuers_word_for_the_key_it_is_an_unknown_issuer(name: str):
    """The reference validator believes the key in the address of the key; then anybody can be that issuer."""
    published = Published()
    published.keys.clear()

    assert judge(fixture(name), published).verdict is Verdict.UNKNOWN_ISSUER


def test_a_token_that_carries_its_own_key_is_good_once_the_issuer_publishes_that_key():
    """`simple-jwt.png` names no `kid` and has no `sub`; the key inside counts only because it is published (T16)."""
    picture = fixture("simple-jwt.png")
    header, _ = vc_jwt.read(baking.extract(picture).decode())
    published = Published()
    assert judge(picture, published).verdict is Verdict.UNKNOWN_ISSUER

    published.keys[thumbprint_uri(header["jwk"])] = KeyFound(header["jwk"], "https://1edtech.edu/issuers/565049")
    assert judge(picture, published).verdict is Verdict.GOOD


def test_the_tampered_twin_of_that_token_is_broken():
    picture = fixture("simple-jwt.png")
    token = baking.extract(picture).decode()
    header, _ = vc_jwt.read(token)
    published = Published()
    published.keys[thumbprint_uri(header["jwk"])] = KeyFound(header["jwk"], "https://1edtech.edu/issuers/565049")
    flipped = token[:-10] + ("A" if token[-10] != "A" else "B") + token[-9:]

    assert judge(baking.bake(picture, flipped), published).verdict is Verdict.BROKEN


@pytest.mark.parametrize(
    ("name", "check"),
    [
        ("simple-err-type.json", "schema"),
        ("simple-err-issuer.json", "schema"),
        ("simple-err-issuer-type.json", "schema"),
        ("simple-err-issuer-otheridentifier-type.json", "schema"),
        ("simple-err-credential-subject-type.json", "schema"),
        ("simple-err-credential-subject-identifier-type.json", "schema"),
        ("simple-err-credential-subject-profile-type.json", "schema"),
        ("simple-err-credential-subject-achievement-result-description-type.json", "schema"),
        ("simple-err-context.json", "context"),
        ("simple-err-proof-value.json", "proof"),
        ("simple-err-proof-method.json", "issuer"),
        ("simple-err-proof-method-no-scheme.json", "proof"),
        ("simple-err-proof-method-unknown-did-method.json", "issuer"),
    ],
)
def test_an_invalid_badge_fails_where_the_validator_says(name: str, check: str):
    report = judge(fixture(name))

    assert report[check].outcome is FAILED, report.to_dict()
    assert not report.is_good
    assert report.credential is None


def test_an_ended_badge_is_ended_with_a_good_signature():
    report = judge(fixture("simple-err-expired.json"))

    assert (report.verdict, report["proof"].outcome) == (Verdict.EXPIRED, PASSED)


def test_a_badge_of_the_future_is_not_yet_valid_and_also_names_no_achievement():
    report = judge(fixture("simple-err-issued.json"))

    assert (report["dates"].code, report["proof"].outcome) == ("not_yet_valid", PASSED)
    assert report["schema"].code == "achievement"
    assert not report.is_good


@pytest.mark.parametrize("name", ["credential-status-revoked.json", "credential-status-revoked-blank-nodes.json"])
def test_a_withdrawn_badge_whose_list_lies_under_another_id_cannot_be_told(name: str):
    """Stricter than the validator: this list calls itself `https://example.com/credentials/status/3`, which is not the
    address that the badge names. Whoever may put one list in another's place could withdraw or restore any badge.
    """
    published = Published()
    published.lists[LIST_URL] = fixture("bit-string-list/testlist")

    report = judge(fixture(f"bit-string-list/{name}"), published)

    assert report["proof"].outcome is PASSED
    assert (report.verdict, report["status"].code) == (Verdict.CANNOT_TELL, "list_differs")


@pytest.mark.parametrize("name", ["credential-status-revoked.json", "credential-status-revoked-blank-nodes.json"])
def test_its_tampered_twin_without_a_status_is_broken(name: str):
    document: dict[str, Any] = json.loads(fixture(f"bit-string-list/{name}"))
    del document["credentialStatus"]

    assert judge(json.dumps(document)).verdict is Verdict.BROKEN


def test_a_did_key_under_another_issuers_name_is_broken():
    """Stricter than the validator, which calls it valid: the issuer is a `urn:uuid` that nobody can be asked about, so
    the same key could sign for any issuer (T18, OB3-36).
    """
    report = judge(fixture("simple-did-key-method.json"))

    assert (report.verdict, report["issuer"].code) == (Verdict.BROKEN, "issuer_differs")


COMES_LATER = {
    "simple.jwt": ("format", "data_model_1"),
    "simple-noproof.json": ("format", "data_model_1"),
    "credential-status-revoked.json": ("format", "data_model_1"),
    "endorsement-err-schema-status-refresh.json": ("format", "data_model_1"),
    "simple-json.svg": ("format", "svg"),
    "simple-jwt_v1.svg": ("format", "svg"),
    "sd/derivedcredential.json": ("proof", "kind_unknown"),
}


@pytest.mark.parametrize(("name", "found"), COMES_LATER.items())
def test_what_comes_later_cannot_be_told_and_says_so(name: str, found: tuple[str, str]):
    check, code = found

    report = judge(fixture(name))

    assert (report[check].outcome, report[check].code) == (UNKNOWN, code)
    assert report.verdict is Verdict.CANNOT_TELL


@pytest.mark.parametrize("name", ["endorsement-valid.json"])
def test_an_endorsement_is_no_badge(name: str):
    report = judge(fixture(name))

    assert report["schema"].code == "type"
    assert not report.is_good


def test_the_complete_badge_has_a_good_shape_and_endorsements_inside_that_come_later():
    report = judge(fixture("complete.json"))

    assert report["schema"].outcome is PASSED
    assert (report.verdict, report["context"].code) == (Verdict.CANNOT_TELL, "keyword_forbidden")


def test_every_fixture_is_judged_here():
    fixture("simple.json")
    names = {str(path.relative_to(FIXTURES)) for path in FIXTURES.rglob("*") if path.is_file()}
    text = Path(__file__).read_text(encoding="utf-8")

    assert [name for name in sorted(names) if Path(name).name not in text] == []
