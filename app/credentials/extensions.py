"""The Issuer Accreditation and Assessment extensions of Open Badges 3.0, in words that need no further context.

Members and types stand as the full addresses that the extensions' own contexts give their short words, so a badge
means the same to a JSON-LD processor and no verifier has to hold a context that it may not have (decision 0023).
Source: Open Badges Issuer Accreditation Extension 2.0; Open Badges Assessment Extension 2.0.
"""

from __future__ import annotations

from typing import Any

from app.credentials.model import Accreditation, Assessment, AssessmentType

_VOCABULARY = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"
_EXTENSIONS = "https://w3id.org/openbadges/extensions#"

ISSUER_ACCREDITATION_PROFILE = f"{_VOCABULARY}IssuerAccreditationProfile"
ACCREDITATION_PROFILE = f"{_VOCABULARY}AccreditationProfile"
ACCREDITATIONS = f"{_VOCABULARY}accreditations"
CONTACT_INSTRUCTIONS = f"{_EXTENSIONS}accreditationContactInstructions"
ACCREDITATION_DATE = f"{_EXTENSIONS}accreditationDate"
AREA_SERVED = "http://schema.org/areaServed"
# The data model says educationSector, the context educationalSector: this is what the context makes of it.
SECTOR = f"{_EXTENSIONS}accreditationEducationalSector"

ASSESSMENT_RESULT_DESCRIPTION = f"{_VOCABULARY}AssessmentResultDescription"
ASSESSMENT_TYPE = f"{_EXTENSIONS}assessmentType"
ASSESSMENT_OUTPUT = f"{_EXTENSIONS}assessmentOutput"
HAS_GROUP_PARTICIPATION = f"{_EXTENSIONS}assessmentHasGroupParticipation"
HAS_GROUP_EVALUATION = f"{_EXTENSIONS}assessmentHasGroupEvaluation"
EVALUATION_METHOD = f"{_EXTENSIONS}assessmentEvaluationMethod"

MEMBERS = frozenset(
    {
        ACCREDITATIONS, CONTACT_INSTRUCTIONS, ACCREDITATION_DATE, AREA_SERVED, SECTOR, ASSESSMENT_TYPE,
        ASSESSMENT_OUTPUT, HAS_GROUP_PARTICIPATION, HAS_GROUP_EVALUATION, EVALUATION_METHOD,
    }
)  # fmt: skip


def accreditation_document(accreditation: Accreditation) -> dict[str, Any]:
    """The AccreditationProfile; absent facts are None.

    The extension has no word for an end, so a text says it, for people.
    """
    until = accreditation.ends_on and f"The accreditation ends on {accreditation.ends_on.isoformat()}."
    return {
        "id": accreditation.url,
        "type": ["Profile", ACCREDITATION_PROFILE],
        "name": accreditation.accreditor,
        "url": accreditation.url,
        "description": " ".join(said for said in (accreditation.scope, until) if said),
        CONTACT_INSTRUCTIONS: accreditation.contact_instructions,
        AREA_SERVED: accreditation.area_served,
        ACCREDITATION_DATE: accreditation.accredited_on and accreditation.accredited_on.isoformat(),
        SECTOR: accreditation.sector,
    }


def assessment_members(assessment: Assessment) -> dict[str, Any]:
    """What an AssessmentResultDescription has beside the members of every ResultDescription."""
    return {
        "description": assessment.description,
        ASSESSMENT_TYPE: AssessmentType(assessment.type).value,
        ASSESSMENT_OUTPUT: assessment.output,
        HAS_GROUP_PARTICIPATION: assessment.has_group_participation,
        HAS_GROUP_EVALUATION: assessment.has_group_evaluation,
        EVALUATION_METHOD: assessment.evaluation_method,
    }
