"""Programs that others wrote judge badges that carry endorsements, endorsements by themselves, and learner records."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import OKPAlgorithm
from openbadgeslib.ob3 import OB3VerificationError
from openbadgeslib.ob3.clr import bundled_clr_contexts
from openbadgeslib.ob3.ldp import verify_data_integrity_proof

from app.credentials import sign
from app.credentials.keys import SigningKey
from app.credentials.model import Algorithm, Award, Endorsement, Issuer, Record

from .foreign_verifiers import DIGITAL_BAZAAR, JUDGES, Judge, Opinion

NOW = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)
JUDGES_OF_JSON = [judge for judge in JUDGES if "json" in judge.forms]
JUDGES_OF_SIGNATURES = [judge for judge in JUDGES_OF_JSON if "signature" in judge.looks_at]


@dataclass(frozen=True)
class Party:
    """An issuer who is a key, so that everybody can check what it signs."""

    profile: Issuer
    key: SigningKey


@pytest.fixture(scope="module")
def make_party(make_key: Any) -> Callable[[str], Party]:
    def build(name: str) -> Party:
        made = make_key("EdDSA")
        did = f"did:key:{made.kid}"
        key = replace(made, algorithm=Algorithm.ED25519, verification_method=f"{did}#{made.kid}")
        return Party(Issuer(did, name), key)

    return build


@pytest.fixture(scope="module")
def endorsement(make_party: Any, make_endorsement: Callable[..., Endorsement]) -> bytes:
    board = make_party("Board of Nursing")
    prepared = sign.prepare_endorsement(make_endorsement(issuer=board.profile, status=None))
    return sign.sign_embedded(prepared, key=board.key, created=NOW)


@pytest.fixture(scope="module")
def school(make_party: Any) -> Party:
    return make_party("St Elsewhere Hospital")


@pytest.fixture(scope="module")
def badge(school: Party, endorsement: bytes, make_award: Callable[..., Award]) -> bytes:
    """A badge that carries the endorsement."""
    award = make_award(issuer=school.profile, status=(), endorsements=(json.loads(endorsement),))
    return sign.sign_embedded(sign.prepare(award), key=school.key, created=NOW)


@pytest.fixture(scope="module")
def record(school: Party, badge: bytes, make_record: Callable[..., Record]) -> bytes:
    facts = make_record(issuer=school.profile, badges=(json.loads(badge),))
    return sign.sign_embedded(sign.prepare_record(facts), key=school.key, created=NOW)


def other_words(document: bytes) -> bytes:
    """The document with another year in the words of the endorsement."""
    changed = document.replace(b"2026** guideline", b"2027** guideline")
    assert changed != document
    return changed


@pytest.mark.parametrize("judge", JUDGES_OF_JSON, ids=str)
def test_a_badge_that_carries_an_endorsement_is_accepted(
    ask: Callable[..., dict[str, Opinion]], badge: bytes, judge: Judge
):
    assert ask(judge, {"endorsed.json": badge})["endorsed.json"].accepted


@pytest.mark.parametrize("judge", JUDGES_OF_SIGNATURES, ids=str)
def test_a_badge_whose_endorsement_was_changed_is_refused(
    ask: Callable[..., dict[str, Opinion]], badge: bytes, judge: Judge
):
    opinion = ask(judge, {"another's words.json": other_words(badge)})["another's words.json"]

    assert not opinion.accepted
    assert "signature" in opinion.sentence.lower()


def test_an_endorsement_is_accepted_by_itself_and_a_changed_one_is_refused(
    ask: Callable[..., dict[str, Opinion]], endorsement: bytes
):
    opinions = ask(
        DIGITAL_BAZAAR, {"endorsement.json": endorsement, "forged endorsement.json": other_words(endorsement)}
    )

    assert [opinion.accepted for opinion in opinions.values()] == [True, False]


def check_with_openbadgeslib(document: bytes, key: SigningKey) -> None:
    """Its check of one proof, with the contexts of learner records; raises OB3VerificationError."""
    [proof] = json.loads(document)["proof"]
    public = public_pem(key)
    contexts = bundled_clr_contexts()
    verify_data_integrity_proof({**json.loads(document), "proof": proof}, public, extra_contexts=contexts)


def public_pem(key: SigningKey) -> bytes:
    loaded: Any = OKPAlgorithm.from_jwk(key.public_jwk)
    return bytes(loaded.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def test_the_proof_of_a_record_holds_for_others(record: bytes, school: Party):
    check_with_openbadgeslib(record, school.key)


@pytest.mark.parametrize(
    "change",
    [(b"Learner record of", b"Learner record by"), (b"2026** guideline", b"2027** guideline")],
    ids=["its name", "an endorsement in a badge in it"],
)
def test_a_changed_record_is_refused_by_others(record: bytes, school: Party, change: tuple[bytes, bytes]):
    assert change[0] in record

    with pytest.raises(OB3VerificationError, match="signature"):
        check_with_openbadgeslib(record.replace(*change), school.key)
