"""Published versions of pathways and achievements as CTDL, with the addresses that they have here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing import achievement_facts, achievements, definitions
from app.issuing.achievements import Achievement, AchievementVersion
from app.issuing.definitions import Kind
from app.issuing.definitions.kinds import RecognisedFacts, SkillFacts
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.issuing.pathways import described, worlds
from app.issuing.pathways.described import Places
from app.issuing.pathways.tables import PathwayRow, PathwayVersion
from app.issuing.pathways.worlds import Known
from app.projections import ctdl
from app.stacking import conditions, wording
from app.stacking.renewal import ValidityKind


def in_ctdl(session: Session, office: Office, row: PathwayRow, version: PathwayVersion) -> dict[str, Any]:
    """The document of one version; what its conditions name is told as it is now."""
    known = worlds.of(session, row.issuer_id)
    address = office.addresses.pathway_version(row.id, version.number)
    lasting = office.every[-1].pathway_version(row.id, version.number)
    types, skills = _types(session, row.issuer_id), dict[str, str | None]()
    for each in definitions.all_of(session, row.issuer_id, Kind.SKILL, Kind.RECOGNISED):
        facts = definitions.facts_of(each)
        if isinstance(facts, SkillFacts):
            skills[each.slug] = facts.url
        elif isinstance(facts, RecognisedFacts):
            types[each.slug] = facts.achievement_type

    def address_of(slug: str) -> str | None:
        return office.addresses.achievement(known.ids[slug]) if _is_own(known, slug) else None

    return ctdl.pathway(
        described.in_ctdl(
            known.world,
            worlds.version(session, row.slug, version.number, version.id),
            organisation(office, session.get_one(Issuer, row.issuer_id)),
            Places(address, lasting, address, address_of, skills.get, types.get),
        )
    )


def organisation(office: Office, issuer: Issuer) -> ctdl.Organisation:
    """An issuer, by the identifier with which it signs."""
    return ctdl.Organisation(office.addresses.did(issuer.slug), issuer.name, issuer.url)


def _types(session: Session, issuer_id: str) -> dict[str, str]:
    query = (
        select(Achievement.slug, AchievementVersion.facts)
        .join(AchievementVersion, AchievementVersion.achievement_id == Achievement.id)
        .where(Achievement.issuer_id == issuer_id, AchievementVersion.number == Achievement.current_version)
    )
    return {slug: achievement_facts.parse(stated).achievement_type for slug, stated in session.execute(query)}


def achievement_in_ctdl(
    session: Session, office: Office, achievement: Achievement, version: AchievementVersion
) -> dict[str, Any]:
    """The document of one published version of an achievement; its prerequisites are told as they are read now."""
    facts = achievement_facts.parse(version.facts)
    known = worlds.of(session, achievement.issuer_id)
    issuer = session.get_one(Issuer, achievement.issuer_id)
    credits_ = [(facts.academic_credits, "academic credits")] if facts.academic_credits else []
    kind, price = facts.validity.kind, facts.price
    entry = None
    if facts.prerequisites is not None:
        asked = conditions.read(facts.prerequisites)
        said = wording.condition(known.world, asked)
        named = [known.ids[each] for each in described.named_credentials(asked) if _is_own(known, each)]
        entry = ctdl.Required(f"{said}.", tuple(map(office.addresses.achievement, named)))
    return ctdl.credential(
        ctdl.Credential(
            id=achievements.id_of(office, version),
            name=facts.name,
            abbreviation=facts.abbreviation,
            description=facts.description,
            kind=facts.achievement_type,
            language=facts.language,
            image=office.addresses.image(version.image_sha256),
            owner=organisation(office, issuer),
            competencies=tuple(
                ctdl.Competency(each.name, each.url, f"Level {each.level} of 5", each.code, each.framework)
                for each in facts.skills
            ),
            tags=facts.tags,
            hours=facts.hours,
            months=facts.validity.amount if kind is ValidityKind.MONTHS else None,
            credits=(*credits_, *((each.amount, each.unit) for each in facts.continuing_education)),
            price=ctdl.Price(price.amount, price.currency) if price else None,
            entry=entry,
            criteria=facts.criteria_narrative,
        )
    )


def _is_own(known: Known, slug: str) -> bool:
    credential = known.world.credentials.get(slug)
    return credential is not None and credential.kind not in described.OF_OTHERS and slug in known.ids
