"""What a rule says of the awards that were made: keep, review, revoke, or supersede by a better score.

An award is supported while the rule is met in its own period, by whatever facts. Without support, the source must have
said something for the rule to ask anything: taken a completion back, voided a fact, or a badge that is asked for was
revoked. A rule that asks for more than its older version takes nothing away by itself; staff see `rule-asks-more`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from app.stacking.rules.case import Case
from app.stacking.rules.document import OnBetterScore, RepeatKind, UnearnKind
from app.stacking.rules.facts import LIVING, Held, HeldState
from app.stacking.rules.matching import order
from app.stacking.rules.periods import awards_of, earning_of, has_ended, opens_at
from app.stacking.rules.runs import Prefer, Run, choose, lowest_score
from app.stacking.rules.standing import ended_marks, tracks
from app.stacking.rules.truth import badges, of_achievement
from app.stacking.rules.verdict import Action, Earning, Standing
from app.stacking.rules.wording import day, listed, percent


@dataclass(frozen=True, slots=True)
class _Cause:
    at: datetime
    code: str
    sentence: str
    fact_ids: tuple[str, ...] = ()


def standings(case: Case, earned: tuple[Earning, ...]) -> tuple[Standing, ...]:
    """One for each living award of the achievement, by `awarded_at`."""
    renewed = {earning.previous for earning in earned}
    return tuple(_standing(case, held, renewed) for held in case.own if held.state in LIVING)


def _standing(case: Case, held: Held, renewed: set[str | None]) -> Standing:
    if not held.fact_ids:
        return _keep(held, None, "made-by-hand", "The award was made by hand; no rule takes it back")
    if has_ended(held, case.now):
        return _keep(held, None, "ended", f"The award was good until {day(held.valid_until or case.now, case.zone)}")
    return _supported(case, held, renewed) or _unsupported(case, held)


def _supported(case: Case, held: Held, renewed: set[str | None]) -> Standing | None:
    within = _case_of(case, held)
    since = _period_of(within, held)
    moment = min(case.horizon, held.valid_until or case.horizon)
    if not any(run.covers(moment) for run in within.runs(since)):
        return None
    better = None if held.award_id in renewed else _better(within, held, since, moment)
    return better or _keep(held, supported=True, code="supported", sentence="What the award rests on stands")


def _unsupported(case: Case, held: Held) -> Standing:
    cause = _cause(case, held)
    if cause is not None:
        return _unearned(case, held, cause)
    if any(fact_id not in case.facts for fact_id in held.fact_ids):
        return _keep(held, None, "facts-gone", "Not everything that the award rests on is known any more")
    sentence = "What the award rests on stands, but this rule would not award it; a changed rule takes nothing back"
    return _keep(held, supported=False, code="rule-asks-more", sentence=sentence)


def _keep(held: Held, supported: bool | None, code: str, sentence: str) -> Standing:  # noqa: FBT001 - three values
    return Standing(award_id=held.award_id, supported=supported, action=Action.KEEP, code=code, sentence=sentence)


def _case_of(case: Case, held: Held) -> Case:
    if case.rule.repeat.kind is not RepeatKind.PER_ATTEMPT:
        return case
    return next((of_track for track, of_track in case.of_tracks() if held in awards_of(case, track)), case)


def _period_of(case: Case, held: Held) -> datetime | None:
    """From when on what was done counts for this award: since the one before it; None = from the beginning."""
    before = [
        item for item in case.own
        if item.awarded_at < held.awarded_at and item.state in LIVING and item.valid_until is not None
    ]  # fmt: skip
    if not before or case.rule.repeat.kind is RepeatKind.PER_ATTEMPT or before[-1].valid_until is None:
        return None
    # It was made, so its facts counted: a rule that opens later now must not take that away.
    opened = opens_at(case, before[-1].valid_until, before[-1].awarded_at)
    return min(opened, held.awarded_at)


def _unearned(case: Case, held: Held, cause: _Cause) -> Standing:
    policy, action, at, then = case.rule.on_unearn, Action.REVIEW, cause.at, "A member of staff decides"
    match policy.kind:
        case UnearnKind.IGNORE:
            action, then = Action.KEEP, "The rule keeps the award"
        case UnearnKind.REVIEW:
            pass
        case UnearnKind.REVOKE:
            action, then = Action.REVOKE, "The rule revokes the award"
        case UnearnKind.REVOKE_AFTER:
            action, at = Action.REVOKE, cause.at if policy.grace is None else policy.grace.after(cause.at)
            then = f"The rule revokes the award on {day(at, case.zone)}, unless it is completed again"
    return Standing(
        award_id=held.award_id,
        supported=False,
        action=action,
        code=cause.code,
        sentence=f"{cause.sentence}. {then}",
        at=at,
        fact_ids=cause.fact_ids,
    )


def _cause(case: Case, held: Held) -> _Cause | None:
    return _voided(case, held) or _taken_back(case, held) or _badge_revoked(case, held)


def _voided(case: Case, held: Held) -> _Cause | None:
    facts = [case.facts[fact_id] for fact_id in held.fact_ids if fact_id in case.facts]
    voided = sorted((fact for fact in facts if fact.voided), key=order)
    if not voided:
        return None
    at = max((fact.voided_at for fact in voided if fact.voided_at is not None), default=case.now)
    sentence = f"The source took back what it had said of {listed([fact.activity_id for fact in voided])}"
    return _Cause(at, "fact-voided", sentence, tuple(fact.id for fact in voided))


def _taken_back(case: Case, held: Held) -> _Cause | None:
    """The first fact that ended what the award rests on, also where the rule now is about something else."""
    ids = set(held.fact_ids)
    keys = {case.facts[fact_id].activity for fact_id in ids if fact_id in case.facts}
    excluded = {fact.id for fact in (*case.matched.voided, *case.matched.untrusted, *case.matched.future)}
    facts = [
        fact for fact in case.facts.values()
        if fact.activity in keys and fact.id not in excluded and not fact.voided and fact.occurred_at <= case.horizon
        and (fact.trusted or case.rule.allow_unauthenticated)
    ]  # fmt: skip
    ended = [mark.ended_by for mark in ended_marks(tracks(facts, case.minima), ids) if mark.ended_by is not None]
    if not ended:
        return None
    fact = min((case.facts[fact_id] for fact_id in ended), key=order)
    said = f"“{fact.kind}”" if fact.score is None else f"“{fact.kind}” with {percent(fact.score)}"
    sentence = f"The source said {said} of {fact.activity_id} on {day(fact.occurred_at, case.zone)}"
    return _Cause(fact.occurred_at, f"un-completed-{fact.kind}", sentence, (fact.id,))


def _badge_revoked(case: Case, held: Held) -> _Cause | None:
    for asked in badges(case.rule.require):
        for badge in of_achievement(asked, case.learner.awards):
            ended = badge.ended_at or case.now
            if badge.state is HeldState.REVOKED and badge.awarded_at <= held.awarded_at <= ended:
                sentence = f"The badge {asked.achievement}, which is asked for, was revoked on {day(ended, case.zone)}"
                return _Cause(ended, "badge-revoked", sentence)
    return None


def _better(case: Case, held: Held, since: datetime | None, moment: datetime) -> Standing | None:
    policy = case.rule.on_better_score
    if not policy.supersede or held.score is None or held.state is not HeldState.ISSUED:
        return None
    usable = [item for item in case.good if since is None or item.mark.fresh_at >= since]
    chosen = choose(case.rule, usable, moment, Prefer.BEST)
    score = None if chosen is None else lowest_score(chosen)
    if chosen is None or score is None or not _is_better(policy, held.score, score):
        return None
    run = Run(max(item.since for item in chosen), None, chosen)
    sentence = f"A score of {percent(score)} came after {percent(held.score)}; the rule supersedes the award"
    return Standing(
        award_id=held.award_id,
        supported=True,
        action=Action.SUPERSEDE,
        code="better-score",
        sentence=sentence,
        at=run.start,
        earning=earning_of(case, run, held.valid_until, slot=held.slot, supersedes=held.award_id),
    )


def _is_better(policy: OnBetterScore, old: Decimal, new: Decimal) -> bool:
    if policy.bands:
        return _band(policy, new) > _band(policy, old)
    return new > old and (policy.difference is None or new - old >= policy.difference)


def _band(policy: OnBetterScore, score: Decimal) -> int:
    return sum(score >= band for band in policy.bands)
