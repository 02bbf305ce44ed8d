"""Carrying out what rules say: award, ask a person, supersede, take back, or come again later.

Whatever order completions arrive in, the same past ends in the same living awards: nothing here looks at which fact
came last, only at what the rules say of the whole past. The caller has taken the issuer's turn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app import clock
from app.issuing import approvals, award_status, awards, brake, news
from app.issuing.achievements import AchievementState
from app.issuing.approvals import ApprovalKind, ApprovalState, Question
from app.issuing.awards import Award, Earned, Ruled
from app.issuing.endpoints import EventType
from app.issuing.learners import Learner
from app.issuing.office import Office
from app.issuing.rules import books
from app.issuing.rules.books import Book, InForce
from app.issuing.rulings import earlier, evidence, histories, outcomes, schedule
from app.issuing.rulings.histories import Past
from app.issuing.rulings.verdicts import Bench, Deed, Did, Ruling, judge
from app.stacking.rules import LIVING, Action, Earning, HeldState, Standing
from app.stacking.rules.document import ApprovalKind as Asking
from app.stacking.rules.document import RepeatKind

MOST_STEPS = 60  # a backfill of years makes one award after another
TAKEN_BACK = "The learning platform took the completion back"


@dataclass(frozen=True, slots=True)
class Case:
    """One learner before the rules of one achievement. `actor` is who the audit log names."""

    office: Office
    learner: Learner
    book: Book
    bench: Bench
    actor: str


def carry_out(session: Session, case: Case) -> Ruling:
    """Decide, and do what is to be done until nothing is left to do now.

    Raises what `awards.award` and `award_status.revoke` raise; the caller's savepoint undoes everything then.
    """
    ruling = _look(session, case)
    if not case.book.is_whole and any(each.action != Action.KEEP for _, each in ruling.judged.standings):
        # Another mapping of the achievement may support what this one would take back.
        whole = books.of_achievement(session, case.bench.achievement)
        case = case if whole is None else replace(case, book=whole)
        ruling = _look(session, case)
    if _is_first_and_only(case, ruling):
        _make(session, case, ruling)
        _withdraw_questions(session, case, ruling)
        return ruling
    for _ in range(MOST_STEPS):
        changed = _take_back(session, case, ruling)
        changed = _make(session, case, ruling) or changed
        if not (changed or _catch_up(session, case, ruling)):
            break
        session.flush()
        looked = _look(session, case)
        ruling.past, ruling.judged = looked.past, looked.judged
    _withdraw_questions(session, case, ruling)
    return ruling


def _is_first_and_only(case: Case, ruling: Ruling) -> bool:
    """The usual case, in which nothing can follow: the first award of a rule that makes one and asks nobody."""
    is_plain = all(
        rule.document.repeat.kind is RepeatKind.ONCE and rule.document.approval.kind is Asking.NONE
        for rule in case.book.rules
    )
    has_none = all(each.achievement_id != case.book.achievement_id for each in ruling.past.awards.values())
    return is_plain and has_none and len(ruling.judged.earnings) == 1


def _look(session: Session, case: Case) -> Ruling:
    past = histories.of_learner(session, case.learner.id, case.book)
    return Ruling(judge(case.bench, case.book, past, now=clock.now()), past)


def earned_of(case: Case, rule: InForce, earning: Earning, past: Past) -> Earned:
    """An earning of a verdict as the office awards it."""
    rows = [past.completions[each] for each in earning.fact_ids if each in past.completions]
    last = max(rows, key=lambda each: (each.occurred_at, each.id), default=None)
    return Earned(
        achievement=case.bench.achievement,
        learner=case.learner,
        awarded_at=earning.awarded_at,
        completion_id=None if last is None else last.id,
        evidence=evidence.of(rows, rule.document.evidence, case.bench.zone),
        ruled=Ruled(
            slot=earning.slot or awards.ONCE,
            valid_until=earning.valid_until,
            basis=tuple(sorted(earning.fact_ids)),
            version_id=rule.version_id,
            follows_id=earning.previous or _newest_ended(case, past),
        ),
    )


# -- what is to be made --------------------------------------------------------------------------------------


def _make(session: Session, case: Case, ruling: Ruling) -> bool:
    """Make what is earned; whether anything was made, so that the past has changed."""
    made = False
    for rule, earning in ruling.judged.earnings:
        if earning.slot is None:  # it follows one that has no id yet: the next round has it
            break
        deed = _earn(session, case, ruling, rule, earning, superseded=None)
        ruling.deeds.append(deed)
        made = made or deed.did == Did.AWARDED
        if deed.did == Did.REFUSED:
            return False
    return made


def _catch_up(session: Session, case: Case, ruling: Ruling) -> bool:
    """Make what would have been made, and then kept, had the facts come in their own order; whether anything was.

    A failure that came before the pass it follows must leave behind what it leaves behind in the other order.
    """
    for judged, cut in earlier.steps(case.bench, case.book, ruling):
        for rule, earning in judged.earnings:
            if earning.slot is not None and not earning.approval.needed and earning.not_before <= cut:
                deed = _earn(session, case, ruling, rule, earning, superseded=None)
                ruling.deeds.append(deed)
                return deed.did == Did.AWARDED
        for rule, standing in judged.standings:
            award, better = ruling.past.awards.get(standing.award_id), standing.earning
            if standing.action == Action.SUPERSEDE and award is not None and better is not None:
                deed = _earn(session, case, ruling, rule, better, superseded=award)
                ruling.deeds.append(deed)
                return deed.did == Did.SUPERSEDED
    return False


def _earn(
    session: Session, case: Case, ruling: Ruling, rule: InForce, earning: Earning, *, superseded: Award | None
) -> Deed:
    instead = _instead(session, case, rule, earning)
    if instead is not None:
        return instead
    stated = earned_of(case, rule, earning, ruling.past)
    if superseded is not None:
        new = award_status.supersede(session, case.office, superseded, stated, actor=case.actor)
        return Deed(
            Did.SUPERSEDED,
            "superseded",
            "A better score took the award's place",
            new.id,
            earning.fact_ids,
            new.completion_id,
        )
    outcome = awards.award(session, case.office, stated, actor=case.actor)
    if not outcome.created:  # the slot is somebody's who is not in the past: nothing to do
        return Deed(Did.REFUSED, "already-held", "The learner holds this achievement already", outcome.award.id)
    return Deed(Did.AWARDED, "earned", "It was earned", outcome.award.id, earning.fact_ids, stated.completion_id)


def _instead(session: Session, case: Case, rule: InForce, earning: Earning) -> Deed | None:
    """What is done at this moment in place of the award; None: nothing is in its way."""
    if earning.not_before > clock.now():
        _schedule(session, case, earning.not_before, "delay")
        sentence = f"It is earned, and the award is made at {earning.not_before.isoformat()}"
        return Deed(Did.SCHEDULED, "delayed", sentence, fact_ids=earning.fact_ids)
    if case.bench.achievement.state != AchievementState.PUBLISHED:
        return Deed(Did.REFUSED, "not-published", outcomes.WAITING["not-published"])
    if case.bench.is_stack:
        return Deed(Did.REFUSED, "awarded-by-pathway", outcomes.WAITING["awarded-by-pathway"])
    if earning.approval.needed:
        return _ask_to_award(session, case, rule, earning)
    if not brake.allows(session, case.office, case.learner.issuer_id, case.book):
        _schedule(session, case, brake.next_hour(), "braked")
        return Deed(Did.REFUSED, "braked", outcomes.WAITING["braked"], fact_ids=earning.fact_ids)
    return None


def _ask_to_award(session: Session, case: Case, rule: InForce, earning: Earning) -> Deed:
    question = Question(
        kind=ApprovalKind.AWARD,
        issuer_id=case.learner.issuer_id,
        achievement_id=case.bench.achievement.id,
        learner_id=case.learner.id,
        completions=earning.fact_ids,
        rule_version_id=rule.version_id,
        award_id=earning.supersedes,
        request={
            "slot": earning.slot,
            "previous": earning.previous,
            "awarded_at": earning.awarded_at.isoformat(),
            "valid_until": None if earning.valid_until is None else earning.valid_until.isoformat(),
            "code": earning.approval.code,
            "sentence": earning.approval.sentence,
            "completions": sorted(earning.fact_ids),
        },
    )
    asked, is_new = approvals.ask(session, question)
    if is_new:
        _tell(session, case, EventType.AWARD_PENDING_APPROVAL, asked.id)
    if asked.state == ApprovalState.REJECTED:
        return Deed(Did.REFUSED, "rejected", "Somebody decided against it", fact_ids=earning.fact_ids)
    return Deed(Did.ASKED, "needs-approval", earning.approval.sentence, fact_ids=earning.fact_ids)


# -- what becomes of awards that were made -------------------------------------------------------------------


def _take_back(session: Session, case: Case, ruling: Ruling) -> bool:
    """Do what is to be done with living awards; whether one of them ended."""
    ended = False
    for rule, standing in ruling.judged.standings:
        award = ruling.past.awards.get(standing.award_id)
        if award is None or HeldState(award.state) not in LIVING:
            continue
        is_mistaken = earlier.was_never_earned(case.bench, case.book, ruling, rule, standing)
        if is_mistaken or earlier.says_too_much(ruling, rule, award):
            standing = replace(standing, action=Action.REVOKE, at=None)  # noqa: PLW2901 - whatever the rule says
        match standing.action:
            case Action.KEEP:
                continue
            case Action.REVIEW:
                deed = _ask_to_revoke(session, case, rule, standing)
            case Action.REVOKE:
                deed = _revoke(session, case, award, standing)
            case Action.SUPERSEDE:
                if standing.earning is None:
                    continue
                deed = _earn(session, case, ruling, rule, standing.earning, superseded=award)
        ruling.deeds.append(deed)
        ended = ended or deed.did in {Did.REVOKED, Did.SUPERSEDED}
    return ended


def _revoke(session: Session, case: Case, award: Award, standing: Standing) -> Deed:
    if standing.at is not None and standing.at > clock.now():
        _schedule(session, case, standing.at, "grace")
        return Deed(Did.SCHEDULED, standing.code, standing.sentence, award.id, standing.fact_ids)
    award_status.revoke(session, case.office, award, reason=TAKEN_BACK, actor=case.actor)
    award.unearned_at = clock.now()
    return Deed(Did.REVOKED, standing.code, standing.sentence, award.id, standing.fact_ids)


def _ask_to_revoke(session: Session, case: Case, rule: InForce, standing: Standing) -> Deed:
    question = Question(
        kind=ApprovalKind.REVOCATION,
        issuer_id=case.learner.issuer_id,
        achievement_id=case.bench.achievement.id,
        learner_id=case.learner.id,
        completions=standing.fact_ids,
        rule_version_id=rule.version_id,
        award_id=standing.award_id,
        request={"code": standing.code, "sentence": standing.sentence, "completions": sorted(standing.fact_ids)},
    )
    asked, is_new = approvals.ask(session, question)
    if is_new:
        _tell(session, case, EventType.AWARD_PENDING_APPROVAL, asked.id)
    if asked.state == ApprovalState.REJECTED:
        return Deed(Did.REFUSED, "kept", "Somebody decided to keep the award", standing.award_id, standing.fact_ids)
    return Deed(Did.ASKED, "needs-review", standing.sentence, standing.award_id, standing.fact_ids)


# -- what all of it needs ------------------------------------------------------------------------------------


def _withdraw_questions(session: Session, case: Case, ruling: Ruling) -> None:
    """Nobody is asked any more what the facts do not ask any more."""
    has_documents = any(rule.version_id is not None for rule in case.book.rules)
    if not has_documents and not ruling.past.awards:
        return  # the first award of a mapping, which never asked anything
    waiting = approvals.waiting(session, case.learner.id, case.bench.achievement.id)
    for approval in waiting:
        if not _is_still_asked(approval, ruling):
            approval.state = ApprovalState.WITHDRAWN


def _is_still_asked(approval: approvals.Approval, ruling: Ruling) -> bool:
    completions = set(approval.request["completions"])
    if approval.kind == ApprovalKind.AWARD:
        slot = approval.request.get("slot")
        supersedes = [each.earning for _, each in ruling.judged.standings if each.earning is not None]
        earnings = [*(earning for _, earning in ruling.judged.earnings), *supersedes]
        asked = [each for each in earnings if each.approval.needed]
        return any(set(each.fact_ids) == completions and each.slot == slot for each in asked)
    return any(
        each.award_id == approval.award_id and each.action == Action.REVIEW and set(each.fact_ids) == completions
        for _, each in ruling.judged.standings
    )


def _schedule(session: Session, case: Case, due_at: datetime, reason: str) -> None:
    schedule.put(
        session,
        issuer_id=case.learner.issuer_id,
        learner_id=case.learner.id,
        achievement_id=case.bench.achievement.id,
        due_at=due_at,
        reason=reason,
    )


def _newest_ended(case: Case, past: Past) -> str | None:
    """The newest award of this achievement that was revoked: whoever earns again follows it."""
    ended = [
        award
        for award in past.awards.values()
        if award.achievement_id == case.bench.achievement.id and award.state == HeldState.REVOKED
    ]
    newest = max(ended, key=lambda each: (each.revoked_at or each.created_at, each.id), default=None)
    return None if newest is None else newest.id


def _tell(session: Session, case: Case, event: EventType, approval_id: str) -> None:
    facts = {
        "approval_id": approval_id,
        "achievement_id": case.bench.achievement.id,
        "learner_id": case.learner.id,
    }
    news.publish(session, case.office, case.learner.issuer_id, event, approval_id, facts)
