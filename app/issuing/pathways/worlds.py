"""What an issuer's stacks are made of, read from its tables once for each state of them and kept.

The key is a mark that every change of definitions, pathways and published achievements makes another one.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.days import day_in
from app.issuing import achievement_facts, definitions, issuers, tongues
from app.issuing.achievement_facts import AchievementFacts
from app.issuing.achievements import Achievement, AchievementVersion
from app.issuing.definitions import Kind
from app.issuing.definitions.kinds import (
    CreditTransferFacts,
    EquivalenceFacts,
    ProgrammeFacts,
    RecognisedFacts,
    RoleFacts,
    SkillFacts,
)
from app.issuing.issuers import Issuer
from app.issuing.pathways import facts as pathway_facts
from app.issuing.pathways.tables import PathwayRow, PathwayState, PathwayVersion
from app.stacking import conditions
from app.stacking.world import (
    Amount,
    Credential,
    CreditTransfer,
    Equivalence,
    Pathway,
    Programme,
    Role,
    Skill,
    SkillAt,
    World,
)
from app.stacking.world import Kind as CredentialKind

MOST_KEPT = 64
MOST_VERSIONS = 1000


@dataclass(frozen=True, slots=True)
class Known:
    """An issuer's world, and the rows behind its names. Another state of the tables has another `mark`.

    `zone` is the issuer's: days of what is held, and today, are days there.
    """

    mark: str
    world: World
    slugs: Mapping[str, str]  # id of an achievement or of a recognised credential -> its name in the world
    ids: Mapping[str, str]  # the other way round
    pathway_ids: Mapping[str, str]  # name of a published pathway -> its id
    names: Mapping[str, Mapping[str, Any]]  # name of an achievement in the world -> its names, for `tongues.name_in`
    zone: ZoneInfo
    skill_names: Mapping[str, str]  # code or address of a skill, as achievements name it -> its name in the world

    def day_of(self, moment: datetime) -> date:
        """The issuer's day at a moment."""
        return day_in(moment, self.zone)


_kept: OrderedDict[tuple[str, ...], Known] = OrderedDict()
_lock = threading.Lock()
_versions: dict[str, Pathway] = {}


def of(session: Session, issuer_id: str) -> Known:
    """The issuer's world as the database has it now."""
    session.flush()
    mark, zone = definitions.revision(session, issuer_id), issuers.zone_of(session, issuer_id)
    key = (str(session.get_bind().engine.url), issuer_id, mark, zone.key)
    with _lock:
        if (found := _kept.get(key)) is not None:
            _kept.move_to_end(key)
            return found
    made = _read(session, issuer_id, mark)
    with _lock:
        _kept[key] = made
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return made


def _read(session: Session, issuer_id: str, mark: str) -> Known:
    issuer = session.get_one(Issuer, issuer_id)
    defined = [
        (Kind(each.kind), each.slug, each.id, definitions.facts_of(each))
        for each in definitions.all_of(session, issuer_id, archived=True)
        # Who holds a recognised credential still holds it when it is out of use, as with achievements.
        if each.archived_at is None or each.kind == Kind.RECOGNISED
    ]
    own = _achievements(session, issuer)
    newest = _pathways(session, issuer_id)
    stated = [(kind, slug, facts) for kind, slug, _id, facts in defined]
    slugs = {id_: slug for id_, slug, _facts in own}
    slugs |= {id_: slug for kind, slug, id_, _facts in defined if kind is Kind.RECOGNISED}
    return Known(
        mark=mark,
        zone=issuer.zone,
        world=world_of(
            issuer.slug, [(slug, facts) for _id, slug, facts in own], stated, [pathway for _id, pathway in newest]
        ),
        slugs=slugs,
        ids={slug: id_ for id_, slug in slugs.items()},
        pathway_ids={pathway.id: id_ for id_, pathway in newest},
        names={slug: tongues.names_of(facts) for _id, slug, facts in own},
        skill_names=_skill_names((slug, facts) for _kind, slug, facts in stated if isinstance(facts, SkillFacts)),
    )


def world_of(
    issuer: str,
    achievements: Iterable[tuple[str, AchievementFacts]],
    defined: Iterable[tuple[Kind, str, Any]],
    pathways: Iterable[Pathway],
) -> World:
    """The world that facts under their short names come to, whether they are stored or only planned. Pure."""
    by_kind: dict[Kind, list[tuple[str, Any]]] = {kind: [] for kind in Kind}
    for kind, slug, facts in defined:
        by_kind[kind].append((slug, facts))
    names = _skill_names(by_kind[Kind.SKILL])
    units = {facts.name: slug for slug, facts in by_kind[Kind.CE_UNIT]}
    own = [_own(slug, issuer, facts, names, units) for slug, facts in achievements]
    recognised = [_recognised(slug, facts) for slug, facts in by_kind[Kind.RECOGNISED]]
    return World(
        credentials=[*own, *recognised],
        skills=[_skill(slug, facts) for slug, facts in by_kind[Kind.SKILL]],
        contact_hours={slug: facts.contact_hours for slug, facts in by_kind[Kind.CE_UNIT]},
        equivalences=[_equivalence(slug, facts) for slug, facts in by_kind[Kind.EQUIVALENCE]],
        pathways=pathways,
        programmes=[_programme(slug, facts) for slug, facts in by_kind[Kind.PROGRAMME]],
        transfers=[_transfer(slug, facts) for slug, facts in by_kind[Kind.CREDIT_TRANSFER]],
        roles=[_role(slug, facts) for slug, facts in by_kind[Kind.ROLE]],
    )


def _achievements(session: Session, issuer: Issuer) -> list[tuple[str, str, AchievementFacts]]:
    """Every achievement that was ever published, also archived ones: who holds one still holds it."""
    query = (
        select(Achievement.id, Achievement.slug, AchievementVersion.facts)
        .join(AchievementVersion, AchievementVersion.achievement_id == Achievement.id)
        .where(Achievement.issuer_id == issuer.id, AchievementVersion.number == Achievement.current_version)
    )
    return [(id_, slug, achievement_facts.parse(stated)) for id_, slug, stated in session.execute(query)]


def _own(
    slug: str, issuer: str, facts: AchievementFacts, names: Mapping[str, str], units: Mapping[str, str]
) -> Credential:
    return Credential(
        id=slug,
        kind=CredentialKind.STACK if facts.is_stack else CredentialKind.MICRO,
        name=facts.name,
        abbreviation=facts.abbreviation,
        skills=skills_of(facts, names),
        hours=facts.hours or Decimal(0),
        academic_credits=facts.academic_credits or Decimal(0),
        ce=tuple(Amount(each.amount, units.get(each.unit, each.unit)) for each in facts.continuing_education),
        price=facts.price.amount if facts.price else Decimal(0),
        validity=facts.validity.rule(),
        grace_days=facts.renewal.grace_days if facts.renewal else 0,
        prerequisites=None if facts.prerequisites is None else conditions.read(facts.prerequisites),
        inherits_skills=facts.is_stack,
        issuer=issuer,
        formats=frozenset(each.value for each in facts.formats),
        tags=frozenset(facts.tags),
    )


def skills_of(facts: AchievementFacts, names: Mapping[str, str]) -> tuple[SkillAt, ...]:
    """The skills of an achievement by their names in the world: by code, else by address."""
    return tuple(
        SkillAt(names.get(each.code or "") or names.get(each.url, each.url), each.level) for each in facts.skills
    )


def _skill_names(skills: Iterable[tuple[str, SkillFacts]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for slug, facts in skills:
        if facts.url:
            found[facts.url] = slug
        found[slug] = slug
    return found


def _recognised(slug: str, facts: RecognisedFacts) -> Credential:
    return Credential(
        id=slug,
        kind=CredentialKind(facts.kind),
        name=facts.name,
        abbreviation=facts.abbreviation,
        skills=tuple(SkillAt(each.skill, each.level) for each in facts.skills),
        hours=facts.hours,
        academic_credits=facts.academic_credits,
        ce=tuple(Amount(each.amount, each.unit) for each in facts.continuing_education),
        validity=facts.validity.rule(),
        grace_days=facts.grace_days,
        issuer=facts.issued_by,
        tags=frozenset(facts.tags),
    )


def _skill(slug: str, facts: SkillFacts) -> Skill:
    return Skill(slug, facts.name, facts.decay_months, facts.category, facts.priority)


def _equivalence(slug: str, facts: EquivalenceFacts) -> Equivalence:
    return Equivalence(
        id=slug,
        source=facts.source,
        target=facts.target,
        both=facts.direction == "both",
        pathways=None if facts.pathways is None else frozenset(facts.pathways),
        max_age_months=facts.max_age_months,
        valid_from=facts.valid_from,
        valid_until=facts.valid_until,
    )


def _programme(slug: str, facts: ProgrammeFacts) -> Programme:
    return Programme(slug, facts.name, facts.provider, facts.award, facts.total_credits)


def _transfer(slug: str, facts: CreditTransferFacts) -> CreditTransfer:
    return CreditTransfer(
        id=slug,
        source=conditions.read(facts.source),
        programme=facts.programme,
        credits=facts.credits,
        on_award=facts.realised == "on_award",
        max_age_months=facts.max_age_months,
        agreement_from=facts.agreement_from,
        agreement_until=facts.agreement_until,
    )


def _role(slug: str, facts: RoleFacts) -> Role:
    requires = tuple(SkillAt(each.skill, each.level) for each in facts.requires)
    return Role(slug, facts.name, requires, facts.requires_credentials)


def _pathways(session: Session, issuer_id: str) -> list[tuple[str, Pathway]]:
    query = (
        select(PathwayRow.id, PathwayRow.slug, PathwayVersion.id, PathwayVersion.number)
        .join(PathwayVersion, PathwayVersion.pathway_id == PathwayRow.id)
        .where(
            PathwayRow.issuer_id == issuer_id,
            PathwayRow.state == PathwayState.PUBLISHED,
            PathwayVersion.number == PathwayRow.current_version,
        )
    )
    return [
        (id_, version(session, slug, number, version_id))
        for id_, slug, version_id, number in session.execute(query).all()
    ]


def version(session: Session, slug: str, number: int, version_id: str) -> Pathway:
    """A published version as the drawing office takes it; read once, since it never changes."""
    found = _versions.get(version_id)
    if found is None:
        stated = session.get_one(PathwayVersion, version_id).facts
        found = _versions[version_id] = pathway_facts.parse(stated).pathway(slug, number)
        if len(_versions) > MOST_VERSIONS:
            _versions.pop(next(iter(_versions)))
    return found
