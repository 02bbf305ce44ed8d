"""An organisation's own people by what they can do now: found by skill, and counted against what is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.issuing import definitions
from app.issuing.definitions import Kind
from app.issuing.definitions.kinds import RoleFacts
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.pathways import worlds
from app.issuing.stacks import held
from app.issuing.stacks.tables import Career
from app.stacking.gaps import ends_of
from app.stacking.holdings import Held, Proof, shown_by


@dataclass(frozen=True, slots=True)
class SkilledPerson:
    """Somebody who has a skill now. `until`: the last day on which its proof is current; None = it does not fade.

    `unit` and `role` are names of people; None = nothing was said. `holding_id` is the award that shows it.
    """

    learner_id: str
    name: str | None
    unit: str | None
    role: str | None
    level: int
    proven_on: date
    until: date | None
    holding_id: str | None


@dataclass(frozen=True, slots=True)
class Supply:
    """One skill that a role needs: how many have it at that level, and how many are needed.

    `needed` is the role's headcount target, or as many as work in it where there is none. `at_level` counts those who
    work in the role, `anywhere` everybody who works here.
    """

    role: str
    role_name: str
    skill: str
    skill_name: str
    level: int
    working: int
    needed: int
    at_level: int
    anywhere: int

    @property
    def short(self) -> int:
        """How many are missing."""
        return max(0, self.needed - self.at_level)


def skills(session: Session, issuer: Issuer) -> list[tuple[str, str]]:
    """Short name and name of every skill that is known here, by name."""
    known = worlds.of(session, issuer.id).world.skills
    return sorted(((each.id, each.name) for each in known.values()), key=lambda each: (each[1].casefold(), each[0]))


def find(
    session: Session, issuer: Issuer, skill: str, *, level: int, as_of: date, unit: str | None = None
) -> list[SkilledPerson]:
    """Everybody who works here and has a skill at this level or above on a day, the highest level first.

    Current: proven by a badge that is good on that day, and not faded. Raises NotFound for what is none.
    """
    known = worlds.of(session, issuer.id)
    if skill not in known.world.skills:
        raise NotFound("There is no skill of this name")
    where = None if unit is None else definitions.by_slug(session, issuer, Kind.UNIT, unit).id
    working = [each for each in _working(session, issuer.id) if where is None or each.unit_id == where]
    holdings = held.of_many(session, known, [each.learner_id for each in working])
    names = _names(session, [each.learner_id for each in working])
    called = {each.id: _called(each) for each in definitions.all_of(session, issuer.id, Kind.UNIT, Kind.ROLE)}
    found = []
    for career in working:
        has = Held(known.world, holdings[career.learner_id], as_of)
        proof = has.skill(skill)
        if proof is not None and proof.level >= level:
            found.append(_person(career, names, called, has, proof))
    return sorted(found, key=lambda each: (-each.level, (each.name or "").casefold(), each.learner_id))


def supply(session: Session, issuer: Issuer, as_of: date) -> list[Supply]:
    """Every skill of every role against those who have it, the largest lack first."""
    known = worlds.of(session, issuer.id)
    working = _working(session, issuer.id)
    holdings = held.of_many(session, known, [each.learner_id for each in working])
    levels = {
        who: {s: p.level for s, p in Held(known.world, has, as_of).skills.items()} for who, has in holdings.items()
    }
    found = []
    for definition in definitions.all_of(session, issuer.id, Kind.ROLE):
        role, facts = known.world.roles.get(definition.slug), definitions.facts_of(definition)
        if role is None or not isinstance(facts, RoleFacts):
            continue
        among = [each.learner_id for each in working if each.role_id == definition.id]
        needed = len(among) if facts.headcount_target is None else facts.headcount_target
        for each in role.requires:
            skill = known.world.skills.get(each.skill)
            has = {who for who, at in levels.items() if at.get(each.skill, 0) >= each.level}
            found.append(
                Supply(
                    definition.slug,
                    facts.name,
                    each.skill,
                    skill.name if skill else each.skill,
                    each.level,
                    len(among),
                    needed,
                    len(has & set(among)),
                    len(has),
                )
            )
    return sorted(found, key=lambda each: (-each.short, each.role_name.casefold(), each.skill_name.casefold()))


def _working(session: Session, issuer_id: str) -> list[Career]:
    """Those who work in a unit or as something here, and were not merged or erased."""
    is_living = Learner.state.in_(["known", "pending"])
    query = (
        select(Career).join(Learner, Learner.id == Career.learner_id).where(Career.issuer_id == issuer_id, is_living)
    )
    somewhere = Career.unit_id.is_not(None) | Career.role_id.is_not(None)
    return list(session.scalars(query.where(somewhere).order_by(Career.learner_id)))


def _person(
    career: Career, names: Mapping[str, str | None], called: Mapping[str, str], has: Held, proof: Proof
) -> SkilledPerson:
    shown = shown_by(has, proof)
    return SkilledPerson(
        career.learner_id,
        names.get(career.learner_id),
        called.get(career.unit_id or ""),
        called.get(career.role_id or ""),
        proof.level,
        proof.on,
        ends_of(has.world, proof),
        None if shown is None else shown.id,
    )


def _called(definition: definitions.Definition) -> str:
    return str(definition.facts.get("name") or definition.slug)


def _names(session: Session, learner_ids: list[str]) -> Mapping[str, str | None]:
    query = select(Learner.id, Learner.display_name).where(Learner.id.in_(learner_ids))
    return dict(session.execute(query).all())
