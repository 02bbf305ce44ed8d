"""An accredited issuer, and an achievement that says how it was assessed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from app.credentials.model import Accreditation, Achievement, Assessment, AssessmentType, Issuer, ResultDescription

BOARD = Accreditation(
    accreditor="Commonwealth Board for Health Training Quality",
    url="https://qualboard.example",
    contact_instructions="Write to registry@qualboard.example",
    scope="Assessed non-formal training of nurses.",
    area_served="Commonwealth of Elsewhere",
    sector="Workforce",
    accredited_on=date(2025, 1, 15),
    ends_on=date(2028, 1, 14),
)
EXAM = ResultDescription(
    id="https://badges.example/achievements/bls/v1#Assessment",
    name="How it was assessed",
    result_type="Status",
    assessment=Assessment(AssessmentType.EXAM, "An examination.", "Answers to questions", "Marked by an assessor"),
)


def accredited(make_issuer: Callable[..., Issuer]) -> Issuer:
    """The issuer, accredited by the board."""
    return make_issuer(accreditations=(BOARD,))


def assessed(make_achievement: Callable[..., Achievement]) -> Achievement:
    """The achievement, with an examination beside its other results."""
    plain = make_achievement()
    return replace(plain, result_descriptions=(*plain.result_descriptions, EXAM))
