"""What learners hold, as the drawing office takes it: their awards and what was recognised, many people at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.days import day_in
from app.issuing import achievement_facts
from app.issuing.achievements import AchievementVersion
from app.issuing.awards import Award, AwardState
from app.issuing.pathways.worlds import Known, skills_of
from app.issuing.stacks.tables import Recognition, RecognitionState, StackAward
from app.stacking.holdings import Holding, Proof, Standing, proofs_of
from app.stacking.world import SkillAt

STANDINGS = {
    AwardState.ISSUED: Standing.ACTIVE,
    AwardState.SUSPENDED: Standing.SUSPENDED,
    AwardState.REVOKED: Standing.REVOKED,
}
MOST_VERSIONS = 2000
_skills_of_versions: dict[tuple[str, str], tuple[SkillAt, ...]] = {}


def of_many(session: Session, known: Known, learner_ids: Iterable[str]) -> dict[str, list[Holding]]:
    """Learner -> everything they hold or held, oldest first. Three queries, however many they are."""
    among = list(learner_ids)
    found: dict[str, list[Holding]] = defaultdict(list)
    inherited = _inherited(session, among)
    awarded = select(
        Award.id,
        Award.learner_id,
        Award.achievement_id,
        Award.version_id,
        Award.state,
        Award.awarded_at,
        Award.valid_until,
    ).where(Award.learner_id.in_(among), Award.state.in_(list(STANDINGS)))
    for id_, learner_id, achievement_id, version_id, state, awarded_at, valid_until in session.execute(awarded):
        slug = known.slugs.get(achievement_id)
        if slug is None:
            continue
        issued = day_in(awarded_at, known.zone)
        proofs = inherited.get(id_)
        if proofs is None:
            proofs = tuple(Proof(s.skill, s.level, issued) for s in _skills(session, known, version_id))
        ends = None if valid_until is None else day_in(valid_until, known.zone)
        found[learner_id].append(Holding(id_, slug, issued, ends, STANDINGS[AwardState(state)], proofs))
    counted = [RecognitionState.ACTIVE, RecognitionState.REVOKED]
    recognised = select(Recognition).where(Recognition.learner_id.in_(among), Recognition.state.in_(counted))
    for each in session.scalars(recognised):
        slug = known.slugs.get(each.definition_id)
        if slug is not None:
            standing = Standing.ACTIVE if each.state == RecognitionState.ACTIVE else Standing.REVOKED
            proofs = proofs_of(known.world, slug, each.issued_on)
            found[each.learner_id].append(Holding(each.id, slug, each.issued_on, each.valid_until, standing, proofs))
    return {each: sorted(found[each], key=lambda one: (one.issued, one.id)) for each in among}


def of(session: Session, known: Known, learner_id: str) -> list[Holding]:
    """Everything that one learner holds or held, oldest first."""
    return of_many(session, known, [learner_id])[learner_id]


def proofs_to_json(proofs: Iterable[Proof]) -> list[list[Any]]:
    """Proofs as they are stored."""
    return [[each.skill, each.level, each.on.isoformat()] for each in proofs]


def _inherited(session: Session, learner_ids: list[str]) -> Mapping[str, tuple[Proof, ...]]:
    query = select(StackAward.award_id, StackAward.proofs).where(StackAward.learner_id.in_(learner_ids))
    return {
        id_: tuple(Proof(skill, level, date.fromisoformat(on)) for skill, level, on in proofs)
        for id_, proofs in session.execute(query)
    }


def _skills(session: Session, known: Known, version_id: str) -> tuple[SkillAt, ...]:
    """What a published version shows; read once, since it never changes, under the names that skills have now."""
    key = (version_id, known.mark)
    found = _skills_of_versions.get(key)
    if found is None:
        stated = achievement_facts.parse(session.get_one(AchievementVersion, version_id).facts)
        found = _skills_of_versions[key] = skills_of(stated, known.skill_names)
        if len(_skills_of_versions) > MOST_VERSIONS:
            _skills_of_versions.pop(next(iter(_skills_of_versions)), None)
    return found
