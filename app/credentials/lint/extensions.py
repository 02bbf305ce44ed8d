"""Rules on the extensions that badges use: accreditation of the issuer, and assessment of what was learned."""

from __future__ import annotations

from app.credentials import extensions
from app.credentials.lint.registry import CREDENTIALS, Document, Found, is_text, rule
from app.credentials.model import AssessmentType

_ASSESSMENT_TYPES = frozenset(each.value for each in AssessmentType)


@rule("EXT-01", "Issuer Accreditation Extension 2.0, AccreditationProfile: contactInstructions", kind=CREDENTIALS)
def accreditations(document: Document) -> Found:
    """Whoever doubts an accreditation must learn whom to ask."""
    for pointer, each in document.of(extensions.ISSUER_ACCREDITATION_PROFILE):
        listed = each.get(extensions.ACCREDITATIONS)
        if not isinstance(listed, list) or not listed:
            yield pointer, "An accredited issuer names its accreditations"
    for pointer, each in document.of(extensions.ACCREDITATION_PROFILE):
        if not is_text(each.get(extensions.CONTACT_INSTRUCTIONS)):
            yield pointer, "An accreditation says how its accreditor can be asked"


@rule("EXT-02", "Assessment Extension 2.0, AssessmentResultDescription: what it requires")
def assessments(document: Document) -> Found:
    """Half a description of an assessment is refused by the extension's schema."""
    for pointer, each in document.of(extensions.ASSESSMENT_RESULT_DESCRIPTION):
        if str(each.get(extensions.ASSESSMENT_TYPE)) not in _ASSESSMENT_TYPES:
            yield pointer, "An assessment is an Exam, a Performance or an Artifact"
        if not is_text(each.get("description")) or not is_text(each.get(extensions.ASSESSMENT_OUTPUT)):
            yield pointer, "An assessment says what it is and what comes out of it"
        for name in (extensions.HAS_GROUP_PARTICIPATION, extensions.HAS_GROUP_EVALUATION):
            if not isinstance(each.get(name), bool):
                yield pointer, "An assessment says whether it is taken and scored in a group"
