"""Definitions as entries of a file."""

from __future__ import annotations

from typing import Any

from app.issuing.catalog.exporting.names import Organizations
from app.issuing.catalog.exporting.writing import amount, said
from app.issuing.catalog.reading.skills import PRIORITY, SAFETY, SAFETY_PRIORITY
from app.issuing.definitions.kinds import (
    CeUnitFacts,
    CreditTransferFacts,
    EquivalenceFacts,
    FrameworkFacts,
    Kind,
    ProgrammeFacts,
    SkillFacts,
    UnitFacts,
)

SECTIONS = {
    Kind.FRAMEWORK: "frameworks",
    Kind.SKILL: "skills",
    Kind.CE_UNIT: "ce_units",
    Kind.PROGRAMME: "programs",
    Kind.EQUIVALENCE: "equivalences",
    Kind.CREDIT_TRANSFER: "credit_transfers",
    Kind.ROLE: "roles",
    Kind.UNIT: "units",
}


def entry(slug: str, facts: Any, organizations: Organizations, frameworks: dict[str, FrameworkFacts]) -> dict[str, Any]:
    """One definition that is no recognised credential, as an entry of its section."""
    match facts:
        case SkillFacts():
            found = _skill(slug, facts, frameworks)
        case CeUnitFacts():
            found = {"id": slug, "name": facts.name, "contact_hours": amount(facts.contact_hours)}
        case ProgrammeFacts():
            found = _programme(slug, facts, organizations)
        case EquivalenceFacts():
            found = _equivalence(slug, facts, organizations)
        case CreditTransferFacts():
            found = _transfer(slug, facts)
        case UnitFacts():
            found = _unit(slug, facts)
        case _:  # frameworks and roles say the same in a file
            found = {"id": slug, **facts.to_json()}
    return found


def _programme(slug: str, facts: ProgrammeFacts, organizations: Organizations) -> dict[str, Any]:
    return said(
        id=slug,
        name=facts.name,
        provider=organizations.named(facts.provider),
        award=facts.award,
        total_credits=amount(facts.total_credits),
        url=facts.url,
    )


def _unit(slug: str, facts: UnitFacts) -> dict[str, Any]:
    mandatory = [
        {"credential": each.credential, "target_percent": amount(each.target_percent)} for each in facts.mandatory
    ]
    return said(id=slug, name=facts.name, headcount_target=facts.headcount_target, mandatory=mandatory)


def _skill(slug: str, facts: SkillFacts, frameworks: dict[str, FrameworkFacts]) -> dict[str, Any]:
    framework = frameworks.get(facts.framework or "")
    usual = None if framework is None else f"{framework.url}/{slug}"
    default = SAFETY_PRIORITY if facts.category in SAFETY else PRIORITY
    found = said(
        id=slug,
        name=facts.name,
        description=facts.description,
        category=facts.category or None,
        decay_months=facts.decay_months,
        priority=None if facts.priority == default else facts.priority,
        alignments=[each.to_json() for each in facts.alignments],
    )
    found["framework"] = facts.framework
    return found if facts.url == usual else {**found, "url": facts.url}


def _equivalence(slug: str, facts: EquivalenceFacts, organizations: Organizations) -> dict[str, Any]:
    return said(
        id=slug,
        from_=facts.source,
        to=facts.target,
        direction=facts.direction,
        max_age_months=facts.max_age_months,
        approved_by=organizations.named(facts.approved_by),
        valid_from=facts.valid_from and facts.valid_from.isoformat(),
        valid_until=facts.valid_until and facts.valid_until.isoformat(),
        comment=facts.comment,
    ) | {"scope": "all" if facts.pathways is None else list(facts.pathways)}


def _transfer(slug: str, facts: CreditTransferFacts) -> dict[str, Any]:
    return said(
        id=slug,
        from_=facts.source,
        program=facts.programme,
        credits=amount(facts.credits),
        realised=facts.realised,
        max_age_months=facts.max_age_months,
        agreement_valid_from=facts.agreement_from and facts.agreement_from.isoformat(),
        agreement_valid_until=facts.agreement_until and facts.agreement_until.isoformat(),
    )
