"""Renewing: a new award of the same achievement, which follows the old one. The old one is left as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app import clock
from app.credentials import model
from app.days import day_in
from app.errors import InvalidInput, WrongState
from app.issuing import achievements, audit, awards, issuers, learners
from app.issuing.awards import AFTER, Award, AwardState, Earned, Ruled
from app.issuing.completion_records import Completion
from app.issuing.learners import Learner
from app.issuing.office import Office
from app.issuing.renewals import ledger, standing
from app.issuing.renewals.standing import Standing
from app.stacking import continuing_education as counting
from app.stacking.cycles import Hindrance, Method, RenewalState


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What a renewal rests on. `method` None = the policy's; `completions` are those of a reassessment."""

    method: Method | None = None
    completions: tuple[str, ...] = ()
    evidence: tuple[model.Evidence, ...] = ()
    narrative: str | None = None


_NOTHING_MORE = Grounds()
_SAID = {
    Hindrance.NEVER_ENDS: "This badge never ends, so there is nothing to renew",
    Hindrance.NOT_RENEWABLE: "This badge is not renewed; it has to be earned anew",
    Hindrance.RENEWED_ALREADY: "This badge was renewed already",
    Hindrance.NO_LATER_END: "A renewal would end no later: publish a version of the achievement with a later date",
}
_ENDED = {
    AwardState.REVOKED: "This badge was withdrawn, and cannot be renewed; it has to be earned anew",
    AwardState.SUPERSEDED: "Another badge took this one's place; renew that one",
    AwardState.SUSPENDED: "This badge is paused; reinstate it before you renew it",
    AwardState.PENDING: "This badge is not issued yet",
}


def renew(session: Session, office: Office, award: Award, *, actor: str, grounds: Grounds = _NOTHING_MORE) -> Award:
    """Make the award that follows; the old one stays as it is and ends by itself.

    Raises WrongState with its `reason`, and with what is missing; InvalidInput for grounds that do not fit; and what
    `awards.award` raises.
    """
    issuers.take_turn(session, award.issuer_id)
    session.refresh(award, with_for_update=True)
    if award.state != AwardState.ISSUED:
        raise WrongState(_ENDED[AwardState(award.state)], state=str(award.state), reason=str(award.state))
    learner = session.get_one(Learner, award.learner_id)
    learners.refuse_ended(learner)
    stands = standing.of_award(session, award)
    refuse(stands)
    method = _method(stands, grounds)
    _check_completions(session, award, grounds)
    earned = Earned(
        achievement=achievements.by_id(session, award.achievement_id),
        learner=learner,
        awarded_at=clock.now(),
        completion_id=grounds.completions[-1] if grounds.completions else None,
        evidence=grounds.evidence,
        narrative=grounds.narrative,
        ruled=Ruled(
            slot=f"{AFTER}{award.id}",
            valid_until=stands.next_end,
            basis=grounds.completions,
            version_id=None,
            follows_id=award.id,
        ),
        visibility=award.visibility,
    )
    outcome = awards.award(session, office, earned, actor=actor)
    if not outcome.created:
        why = {"state": str(RenewalState.RENEWED), "reason": str(Hindrance.RENEWED_ALREADY)}
        raise WrongState(_SAID[Hindrance.RENEWED_ALREADY], **why, award_id=outcome.award.id)
    entries = () if stands.progress is None else counting.used_up(stands.progress)
    ledger.use_up(session, award, entries)
    facts: dict[str, Any] = {"renewed_by": outcome.award.id, "method": str(method), "entries": list(entries)}
    audit.record(session, award.issuer_id, actor=actor, action="award.renewed", object_id=award.id, **facts)
    session.flush()
    return outcome.award


def refuse(stands: Standing) -> None:
    """Raise WrongState where an award that is issued cannot be renewed now; `reason` is the code of why."""
    state = str(stands.state)
    if stands.hindrance is Hindrance.TOO_EARLY and stands.deadlines is not None:
        opens_at = stands.deadlines.opens_at
        opens_on = day_in(opens_at, stands.policy.zone)
        sentence = f"It is too early: this badge can be renewed from {opens_on.isoformat()} on"
        raise WrongState(sentence, state=state, reason=str(Hindrance.TOO_EARLY), opens_at=opens_at.isoformat())
    if stands.hindrance is not None:
        facts = {} if stands.renewed_by is None else {"award_id": stands.renewed_by}
        raise WrongState(_SAID[stands.hindrance], state=state, reason=str(stands.hindrance), **facts)
    progress = stands.progress
    if progress is not None and not progress.is_met:
        missing, in_domain = (counting.rounded_up(each) for each in (progress.missing, progress.missing_in_domain))
        of_these = f", of these {in_domain} in domain" if in_domain else ""
        raise WrongState(
            f"Continuing education is missing: {missing} {progress.unit}{of_these}",
            state=state,
            reason="ce-missing",
            unit=progress.unit,
            missing=str(missing),
            missing_in_domain=str(in_domain),
        )


def _method(stands: Standing, grounds: Grounds) -> Method:
    asked = stands.policy.renewal.method
    if grounds.method not in {None, asked}:
        raise InvalidInput(f"This badge is renewed by {asked}, and not by {grounds.method}", pointer="/method")
    return asked


def _check_completions(session: Session, award: Award, grounds: Grounds) -> None:
    """A reassessment is the holder's own, and done since the badge was earned."""
    for completion_id in grounds.completions:
        completion = session.get(Completion, completion_id)
        if completion is None or completion.learner_id != award.learner_id or completion.voided_by is not None:
            raise InvalidInput("This is no completion of the badge's holder", pointer="/completions")
        if completion.occurred_at <= award.awarded_at:
            raise InvalidInput("What the old badge rests on renews nothing; do it anew", pointer="/completions")
