"""The extensions of Open Badges 3.0: in full words, which mean exactly what the extensions' own contexts say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from pyld import jsonld

from app.credentials import ob3, sign
from app.credentials.jsonld.contexts import PINNED
from app.credentials.lint import lint
from app.credentials.proofs import eddsa_rdfc
from tests.credentials.extended import BOARD, EXAM, accredited, assessed

VOCABULARY = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"
WORDS = {"extensions": "https://w3id.org/openbadges/extensions#", "schema": "http://schema.org/"}
# The facts of https://purl.imsglobal.org/spec/ob-accred/v2p0/context.
ACCREDITATION = WORDS | {
    "AccreditationProfile": {
        "@id": f"{VOCABULARY}AccreditationProfile",
        "@context": {
            "contactInstructions": "extensions:accreditationContactInstructions",
            "areaServed": "schema:areaServed",
            "accreditationDate": "extensions:accreditationDate",
            "educationalSector": "extensions:accreditationEducationalSector",
        },
    },
    "IssuerAccreditationProfile": {
        "@id": f"{VOCABULARY}IssuerAccreditationProfile",
        "@context": {"accreditations": {"@id": f"{VOCABULARY}accreditations", "@type": "@id", "@container": "@set"}},
    },
}
# The facts of the context in the text of the Assessment extension 2.0.
ASSESSMENT = WORDS | {
    "AssessmentResultDescription": {
        "@id": f"{VOCABULARY}AssessmentResultDescription",
        "@context": {
            "assessmentType": "extensions:assessmentType",
            "assessmentOutput": "extensions:assessmentOutput",
            "evaluationMethod": "extensions:assessmentEvaluationMethod",
            "hasGroupEvaluation": "extensions:assessmentHasGroupEvaluation",
            "hasGroupParticipation": "extensions:assessmentHasGroupParticipation",
        },
    }
}


def in_short_words(document: dict[str, Any], *contexts: dict[str, Any]) -> dict[str, Any]:
    """The document as whoever has the extensions' contexts would write it."""

    def load(url: str, _options: Any = None) -> dict[str, Any]:
        return {"contextUrl": None, "documentUrl": url, "document": PINNED.load(url)}

    compacted: dict[str, Any] = jsonld.compact(document, [*ob3.CONTEXTS, *contexts], {"documentLoader": load})
    return compacted


@pytest.fixture(scope="module")
def badge(make_award: Any, make_issuer: Any, make_achievement: Any) -> dict[str, Any]:
    return ob3.credential_document(make_award(issuer=accredited(make_issuer), achievement=assessed(make_achievement)))


def test_an_accreditation_reads_as_the_extension_has_it(badge):
    issuer = in_short_words(badge, ACCREDITATION)["issuer"]

    (accreditation,) = issuer["accreditations"]
    assert set(issuer["type"]) == {"Profile", "IssuerAccreditationProfile"}
    assert accreditation["contactInstructions"] == BOARD.contact_instructions
    assert accreditation["accreditationDate"] == "2025-01-15"
    assert accreditation["educationalSector"] == "Workforce"
    assert accreditation["areaServed"] == BOARD.area_served


def test_an_accreditation_says_its_end_for_people(badge):
    (accreditation,) = in_short_words(badge, ACCREDITATION)["issuer"]["accreditations"]

    assert accreditation["description"].endswith("The accreditation ends on 2028-01-14.")


def test_an_assessment_reads_as_the_extension_has_it(badge):
    descriptions = in_short_words(badge, ASSESSMENT)["credentialSubject"]["achievement"]["resultDescription"]

    (exam,) = [each for each in descriptions if each["id"] == EXAM.id]
    assert "AssessmentResultDescription" in exam["type"]
    assert exam["assessmentType"] == "Exam"
    assert exam["assessmentOutput"] == "Answers to questions"
    assert exam["hasGroupParticipation"] is exam["hasGroupEvaluation"] is False


def test_who_is_not_accredited_says_nothing_of_it(make_award):
    issuer = ob3.credential_document(make_award())["issuer"]

    assert issuer["type"] == ["Profile"]
    assert not [name for name in issuer if ":" in name]


def test_a_badge_with_both_is_signed_and_a_changed_word_is_noticed(
    make_award, make_issuer, make_achievement, signing_keys
):
    award = make_award(issuer=accredited(make_issuer), achievement=assessed(make_achievement))
    other = replace(award.issuer, accreditations=(replace(BOARD, scope="Surgery."),))
    prepared, changed = sign.prepare(award), sign.prepare(replace(award, issuer=other))
    proof = eddsa_rdfc.sign(
        ob3.credential_document(award),
        key=signing_keys.embedded,
        created=award.valid_from,
        canonical=prepared.canonical,
    )

    def holds(canonical: bytes) -> bool:
        document = ob3.credential_document(award)
        return bool(eddsa_rdfc.verify(document, proof, signing_keys.embedded.public_jwk, canonical=canonical))

    assert holds(prepared.canonical)
    assert not holds(changed.canonical)


def test_words_of_other_vocabularies_are_still_refused(badge):
    strange = badge | {"https://other.example/vocabulary#ward": "ICU"}

    assert {finding.rule for finding in lint(strange)} == {"OB3-25"}
