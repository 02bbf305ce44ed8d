"""The public validator's own CLR 2.0 fixtures, judged offline: the record, and each achievement inside it by itself.

Source: 1EdTech/digital-credentials-public-validator, inspector-vc; the file name says what each is.
"""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.credentials.keys import jwk_of_multibase
from app.credentials.model import StatusEntry
from app.credentials.proofs import vc_jwt
from app.credentials.report import Outcome, Report, Verdict
from app.credentials.verify import DocumentFound, KeyFound, ListFound, Missing, Unreachable, thumbprint_uri, verify
from app.errors import InvalidInput
from tests.beside import beside

FIXTURES = Path(__file__).resolve().parents[2] / "../shared/conformance/clr20"
NOW = datetime(2026, 6, 1, tzinfo=UTC)


class Published:
    """Every issuer publishes the key that the address of the key spells out, and the keys put here."""

    def __init__(self) -> None:
        self.keys: dict[str, KeyFound] = {}

    def key(self, verification_method: str, *, issuer_id: str) -> KeyFound | Missing | Unreachable:
        del issuer_id
        owner, _, multibase = verification_method.partition("#")
        with contextlib.suppress(InvalidInput):
            return KeyFound(jwk_of_multibase(multibase), owner)
        return self.keys.get(verification_method, Missing())

    def status_list(self, url: str) -> ListFound | Unreachable:
        del url
        return Unreachable()

    def document(self, url: str) -> DocumentFound | Unreachable:
        del url
        return Unreachable()

    def superseded_by(self, credential_id: str) -> str | None:
        del credential_id

    def further_entries(self, credential_id: str) -> tuple[StatusEntry, ...]:
        del credential_id
        return ()


def fixture(name: str) -> bytes:
    return (beside("conformance", "clr20") / name).read_bytes()


def judge(document: bytes | str | dict[str, Any], published: Published | None = None) -> Report:
    data = json.dumps(document) if isinstance(document, dict) else document
    return verify(data, now=NOW, resolve=published or Published())


def test_the_record_of_today_is_good_and_so_is_the_achievement_inside():
    report = judge(fixture("simple.json"))

    assert report.verdict is Verdict.GOOD, report.to_dict()
    assert report.credential.standard == "Comprehensive Learner Record 2.0"
    assert report.credential.title == "Sample Transcript"
    assert [(nested.place, nested.report.verdict) for nested in report.nested] == [
        ("/credentialSubject/verifiableCredential/0", Verdict.GOOD)
    ]
    assert report.nested[0].report.credential.achievement_name == "Teamwork"


def test_its_tampered_twin_is_broken_wherever_it_was_changed():
    for old, new in ((b"Sample Transcript", b"Simple Transcript"), (b"Teamwork Badge", b"Teamwork Medal")):
        report = judge(fixture("simple.json").replace(old, new))

        assert (report.verdict, report["proof"].code) == (Verdict.BROKEN, "signature_invalid")
        assert report.nested == ()


def test_the_record_without_a_proof_is_broken():
    report = judge(fixture("simple-noproof.json"))

    assert (report.verdict, report["proof"].code) == (Verdict.BROKEN, "missing")


def test_the_token_cannot_be_told_since_it_names_a_draft_of_the_vocabulary():
    token = fixture("simple.jwt").decode().strip()
    header, claims = vc_jwt.read(token)
    assert judge(token).verdict is Verdict.UNKNOWN_ISSUER

    published = Published()
    published.keys[thumbprint_uri(header["jwk"])] = KeyFound(header["jwk"], claims["iss"])
    report = judge(token, published)

    assert report["proof"].outcome is Outcome.PASSED
    assert (report.verdict, report["context"].code) == (Verdict.CANNOT_TELL, "context_unknown")


def test_a_record_that_names_a_draft_of_the_vocabulary_cannot_be_told():
    report = judge(fixture("simple_old_safesigned.json"))

    assert (report.verdict, report["context"].code) == (Verdict.CANNOT_TELL, "context_unknown")


@pytest.mark.parametrize(
    ("name", "check", "code"),
    [
        # Signed by a did:key, in the name of a `urn:uuid` that nobody can be asked about (T18).
        ("complex.json", "issuer", "issuer_differs"),
        # Signed under a vocabulary without a version, which its publisher changed since.
        ("simple_v1.json", "proof", "signature_invalid"),
    ],
)
def test_a_record_of_the_older_data_model_has_a_known_vocabulary_and_no_good_signature(
    name: str, check: str, code: str
):
    report = judge(fixture(name))

    assert (report["schema"].outcome, report["context"].outcome) == (Outcome.PASSED, Outcome.PASSED)
    assert (report.verdict, report[check].code) == (Verdict.BROKEN, code)


def test_every_fixture_is_judged_here():
    fixture("simple.json")
    text = Path(__file__).read_text(encoding="utf-8")

    assert [path.name for path in sorted(FIXTURES.iterdir()) if path.name not in text] == []
