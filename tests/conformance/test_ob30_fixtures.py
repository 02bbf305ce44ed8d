"""The public validator's own Open Badges 3.0 fixtures, judged offline; what the issuers publish comes from a stub.

Source: 1EdTech/digital-credentials-public-validator, inspector-vc, with the verdicts of its own tests (EXPECTED.md).
"""

from __future__ import annotations

import contextlib
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
from app.credentials.verify import DocumentFound, KeyFound, ListFound, Missing, Unreachable, thumbprint_uri, verify
from app.errors import InvalidInput
from tests.beside import beside

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
        self.documents: dict[str, DocumentFound] = {}

    def key(self, verification_method: str, *, issuer_id: str) -> KeyFound | Missing | Unreachable:
        del issuer_id
        return self.keys.get(verification_method, Missing())

    def status_list(self, url: str) -> ListFound | Unreachable:
        return ListFound(self.lists[url]) if url in self.lists else Unreachable()

    def document(self, url: str) -> DocumentFound | Unreachable:
        return self.documents.get(url, Unreachable())

    def superseded_by(self, credential_id: str) -> str | None:
        del credential_id

    def further_entries(self, credential_id: str) -> tuple[StatusEntry, ...]:
        del credential_id
        return ()


def fixture(name: str) -> bytes:
    return (beside("conformance", "ob30", "validator-fixtures") / name).read_bytes()


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
    older = ["vocabulary_older"] if name == "simple-context-version.json" else []
    assert [caution.code for caution in report.warnings] == older
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


OF_OTHER_SUITES = {
    "credential-status-revoked.json": (Verdict.REVOKED, "status", "revoked"),
    # Its issuer's vocabulary moved on after it was signed: it names one without a version.
    "endorsement-err-schema-status-refresh.json": (Verdict.BROKEN, "proof", "signature_invalid"),
    "sd/derivedcredential.json": (Verdict.GOOD, "proof", "holds"),
}


@pytest.mark.parametrize("name", OF_OTHER_SUITES)
def test_a_badge_signed_in_another_way_gets_its_verdict(name: str):
    verdict, check, code = OF_OTHER_SUITES[name]

    report = judge(fixture(name), everything_published())

    assert (report.verdict, report[check].code) == (verdict, code), report.to_dict()


@pytest.mark.parametrize("name", OF_OTHER_SUITES)
def test_its_tampered_twin_is_broken_too(name: str):
    document = json.loads(fixture(name))
    document["issuer"]["name"] = "Somebody else"

    assert judge(json.dumps(document), everything_published()).verdict is Verdict.BROKEN


def everything_published() -> Published:
    """The issuers of these fixtures publish the keys that they name, and one of them a revocation list."""
    published = Published()
    document = json.loads(fixture("credential-status-revoked.json"))
    issuer, list_url = document["issuer"]["id"], document["credentialStatus"]["id"]
    for name in OF_OTHER_SUITES:
        held = json.loads(fixture(name))
        proof = held["proof"] if isinstance(held["proof"], dict) else held["proof"][0]
        method = proof["verificationMethod"]
        owner, _, key = method.partition("#")
        with contextlib.suppress(InvalidInput):
            published.keys[method] = KeyFound(jwk_of_multibase(key), owner)
    revoked = {"id": list_url, "issuer": issuer, "revokedCredential": [{"id": document["id"], "revoked": True}]}
    published.documents[list_url] = DocumentFound(json.dumps(revoked).encode())
    return published


def test_a_token_of_the_older_data_model_that_names_no_key_and_no_achievement_is_no_badge():
    """Stricter than the validator, whose test hands it the key."""
    report = judge(fixture("simple.jwt"))

    assert (report.verdict, report["schema"].code) == (Verdict.UNREADABLE, "achievement")
    assert report["issuer"].code == "key_malformed"


def test_a_badge_of_the_older_data_model_without_a_proof_is_broken():
    report = judge(fixture("simple-noproof.json"))

    assert (report.verdict, report["proof"].code) == (Verdict.BROKEN, "missing")


def test_a_document_in_a_drawing_is_good():
    assert judge(fixture("simple-json.svg")).verdict is Verdict.GOOD


def test_a_token_of_the_older_data_model_in_a_drawing_is_good_with_a_warning():
    drawing = fixture("simple-jwt_v1.svg")
    token = baking.extract(drawing).decode()
    header, claims = vc_jwt.read(token)
    published = Published()
    published.keys[thumbprint_uri(header["jwk"])] = KeyFound(header["jwk"], claims["iss"])

    report = judge(drawing, published)

    assert report.verdict is Verdict.GOOD, report.to_dict()
    assert [caution.code for caution in report.warnings] == ["data_model_1"]
    flipped = token[:-10] + ("A" if token[-10] != "A" else "B") + token[-9:]
    assert judge(flipped, published).verdict is Verdict.BROKEN


ENDORSER = "https://state.gov/issuers/565049"


def test_an_endorsement_by_itself_is_good():
    key = "z6MkoMGF38Ck9xkdqrbZt4h9eHb1qc3GhAAkoSWa4Vy3SHRN"
    published = Published()
    published.keys[f"{ENDORSER}#{key}"] = KeyFound(jwk_of_multibase(key), ENDORSER)
    document = fixture("endorsement-valid.json")

    report = judge(document, published)

    assert (report.verdict, report["schema"].code) == (Verdict.GOOD, "complete")
    assert report.credential.endorsement_comment == "1EdTech University is in good standing"
    assert report.sentence.startswith("This endorsement is good until 1 January 2030.")
    assert judge(document.replace(b"in good", b"of good"), published).verdict is Verdict.BROKEN


def complete(published: Published | None = None) -> Report:
    """The complete badge with its own key published; a list and a newer form are out of reach unless published."""
    key = "z6Mknyb2Gb4NxzW3xSr9ChTtdQZ1zs77piQ3r9SaJ9vMzmrs"
    published = published or Published()
    published.keys[f"https://1edtech.edu/issuers/565049#{key}"] = KeyFound(
        jwk_of_multibase(key), "https://1edtech.edu/issuers/565049"
    )
    return judge(fixture("complete.json"), published)


def test_the_complete_badge_holds_though_credentials_with_contexts_of_their_own_are_inside():
    report = complete()

    assert [report[name].outcome for name in ("schema", "context", "proof", "issuer", "dates")] == [PASSED] * 5
    assert (report.verdict, report["status"].code) == (Verdict.CANNOT_TELL, "list_unreachable")


def test_the_complete_badge_is_good_once_its_revocation_list_answers():
    published = Published()
    document = json.loads(fixture("complete.json"))
    url = document["credentialStatus"]["id"]
    listed = {"id": url, "issuer": document["issuer"]["id"], "revokedCredential": []}
    published.documents[url] = DocumentFound(json.dumps(listed).encode())

    report = complete(published)

    assert report.verdict is Verdict.GOOD, report.sentence
    assert report["refresh"].outcome is UNKNOWN


def test_each_endorsement_in_the_complete_badge_is_judged_by_itself_and_none_is_good():
    """They name types of an extension whose context they do not name, and their cryptosuite does not exist."""
    report = complete()

    assert [embedded.place for embedded in report.endorsements] == [
        "/credentialSubject/achievement/creator/endorsement/0",
        "/credentialSubject/achievement/creator/endorsement/1",
        "/credentialSubject/achievement/endorsement/0",
        "/endorsement/0",
        "/issuer/endorsement/0",
    ]
    assert {(embedded.report.verdict, embedded.report["context"].code) for embedded in report.endorsements} == {
        (Verdict.BROKEN, "type_undefined")
    }


def test_a_change_inside_an_endorsement_breaks_the_complete_badge_too():
    data = fixture("complete.json").replace(b"in good standing", b"in bad standing", 1)
    key = "z6Mknyb2Gb4NxzW3xSr9ChTtdQZ1zs77piQ3r9SaJ9vMzmrs"
    published = Published()
    published.keys[f"https://1edtech.edu/issuers/565049#{key}"] = KeyFound(
        jwk_of_multibase(key), "https://1edtech.edu/issuers/565049"
    )

    assert judge(data, published).verdict is Verdict.BROKEN


def test_every_fixture_is_judged_here():
    fixture("simple.json")
    names = {str(path.relative_to(FIXTURES)) for path in FIXTURES.rglob("*") if path.is_file()}
    text = Path(__file__).read_text(encoding="utf-8")

    assert [name for name in sorted(names) if Path(name).name not in text] == []
