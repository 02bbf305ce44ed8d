"""Stacks that are found complete are awarded, signed with what they rest on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from app.credentials import model
from app.issuing import achievements, awards
from app.issuing.achievements import AchievementState
from app.issuing.awards import Award, AwardState
from app.issuing.stacks import held
from app.issuing.stacks.binding import bind_all
from app.issuing.stacks.cases import Case, actor_of
from app.issuing.stacks.tables import Recognition, StackAward
from app.stacking.evaluate import MADE, Earned, inherited, settle


def award(case: Case) -> None:
    """Award every stack that is complete and not held, one after the other."""
    pathways = [pathway for _enrolment, pathway in case.enrolments]
    if not pathways:
        return
    holdings = held.of(case.session, case.known, case.learner.id)
    world, barred = case.known.world, frozenset[str]()
    earned, _all = settle(world, pathways, holdings, case.as_of)
    while new := _barred(case, earned):
        barred |= new
        earned, _all = settle(world, pathways, holdings, case.as_of, barred=barred)
    made: dict[str, str] = {}  # what was only found complete -> the award that it became
    for each in earned:
        used = [made.get(one, one) for one in each.finding.used]
        made[f"{MADE}{each.stack}"] = _award(case, each, used)


def _barred(case: Case, earned: tuple[Earned, ...]) -> frozenset[str]:
    """Stacks that are not to be awarded now.

    One that is archived, which must keep nobody from the badge that completed it; and one that somebody took back by
    hand, which comes again by something new, and not by what was there then.
    """
    found = set()
    for each in earned:
        if achievements.by_id(case.session, case.known.ids[each.stack]).state != AchievementState.PUBLISHED:
            found.add(each.stack)
            continue
        query = (
            select(Award.revoked_at, StackAward.lost_at)
            .join(StackAward, StackAward.award_id == Award.id)
            .where(
                Award.learner_id == case.learner.id,
                Award.achievement_id == case.known.ids[each.stack],
                Award.state == AwardState.REVOKED,
            )
            .order_by(Award.revoked_at.desc())
            .limit(1)
        )
        before = case.session.execute(query).one_or_none()
        if before is None or before.lost_at is not None:
            continue
        newest = _newest(case, each.finding.used)
        if newest is not None and newest <= before.revoked_at:
            found.add(each.stack)
    return frozenset(found)


def _newest(case: Case, holding_ids: tuple[str, ...]) -> datetime | None:
    """When the last of these came to be known; None where one is only being made."""
    session = case.session
    rows = [session.get(Award, each) or session.get(Recognition, each) for each in holding_ids]
    moments = [row.created_at for row in rows if row is not None]
    return max(moments) if moments and len(moments) == len(rows) else None


def _award(case: Case, earned: Earned, used: list[str]) -> str:
    session, learner = case.session, case.learner
    achievement = achievements.by_id(session, case.known.ids[earned.stack])
    node = earned.pathway.by_id[earned.node]
    stated = awards.Earned(
        achievement=achievement,
        learner=learner,
        awarded_at=case.at,
        evidence=tuple(_evidence(case, each) for each in used),
        narrative=f"{node.name}: completed on the pathway {earned.pathway.name}, version {earned.pathway.number}.",
        by_pathway=True,
    )
    outcome = awards.award(session, case.office, stated, actor=actor_of(earned.pathway))
    award = outcome.award
    holdings = {each.id: each for each in held.of(session, case.known, learner.id)}
    if outcome.created:
        session.add(
            StackAward(
                award_id=award.id,
                issuer_id=learner.issuer_id,
                learner_id=learner.id,
                pathway_id=case.known.pathway_ids[earned.pathway.id],
                version=earned.pathway.number,
                node=earned.node,
                proofs=held.proofs_to_json(inherited(holdings[each] for each in used if each in holdings)),
                lost_at=None,
                was_suspended=False,
            )
        )
        session.flush()
        bind_all(case, award.id, set(used))
        case.done.awarded.append(award.id)
    return award.id


def _evidence(case: Case, holding_id: str) -> model.Evidence:
    """A component as evidence: the badge by its address, or what was recognised by who verified it and when."""
    award = case.session.get(Award, holding_id)
    if award is not None:
        credential = case.known.world.credentials[case.known.slugs[award.achievement_id]]
        address = case.office.at(award.era).addresses.badge(award.id)
        return model.Evidence(id=address, name=f"{credential.name} ({credential.abbreviation})", genre="Open Badge")
    recognised = case.session.get_one(Recognition, holding_id)
    credential = case.known.world.credentials[case.known.slugs[recognised.definition_id]]
    return model.Evidence(
        name=f"{credential.name} ({credential.abbreviation})",
        narrative=f"Issued by {credential.issuer} on {recognised.issued_on.isoformat()}, and verified.",
        genre="Recognised credential",
    )
