"""The two ways in: a completion that came, and a learner who is to be decided once more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app import clock
from app.issuing import achievements, audit, issuers
from app.issuing.achievements import Achievement
from app.issuing.completion_records import Completion
from app.issuing.learners import Learner, LearnerState
from app.issuing.office import Office
from app.issuing.rules import books
from app.issuing.rules.books import Book
from app.issuing.rulings import histories, outcomes, schedule
from app.issuing.rulings.acting import Case, carry_out
from app.issuing.rulings.outcomes import Result
from app.issuing.rulings.verdicts import Deed, Did, Ruling, bench
from app.stacking import rules as language
from app.stacking.rules import Decision, History, Verdict

_AWARDS = frozenset({Did.AWARDED, Did.SUPERSEDED})
_IN_ORDER = (Did.AWARDED, Did.SUPERSEDED, Did.REVOKED, Did.REFUSED, Did.ASKED, Did.SCHEDULED)
_SAID = {
    Did.AWARDED: outcomes.AWARDED,
    Did.SUPERSEDED: outcomes.AWARDED,
    Did.REVOKED: "revoked",
    Did.ASKED: "waiting",
    Did.SCHEDULED: "waiting",
    Did.REFUSED: "not-awarded",
}


def whom(session: Session, learner_id: str) -> Learner | None:
    """The learner of something that was written down earlier: who took their place, if somebody did; None = erased."""
    learner = session.get_one(Learner, learner_id)
    while learner.state == LearnerState.MERGED and learner.merged_into_id is not None:
        learner = session.get_one(Learner, learner.merged_into_id)
    return None if learner.state == LearnerState.ERASED else learner


def rule_on(
    session: Session,
    office: Office,
    learner: Learner,
    achievement: Achievement,
    *,
    actor: str,
    book: Book | None = None,
    but: str | None = None,
    cascade: bool = False,
) -> Ruling | None:
    """Decide a learner's past once more and do what follows; None when no rule may decide at this moment.

    `book` None = everything that is in force. Completions behind what was done are told so, all but the one with the
    id `but`, whose door does it. When something was made or taken back, achievements whose rules ask for this one are
    decided as well; with `cascade` in any case, since the caller changed something. The caller has taken the issuer's
    turn. Raises what `awards.award` raises.
    """
    asked = _Asked(office, learner, actor, but)
    return _rule_on(session, asked, achievement, book=book, cascade=cascade, seen=set())


def of_completion(
    session: Session, office: Office, learner: Learner, book: Book, completion: Completion, *, actor: str
) -> Result | None:
    """What one achievement's rules make of a completion that came; None when they are not about it."""
    for result in outcomes.made(completion):  # by an earlier try, which left another part waiting
        if result["achievement"] == book.achievement_id:
            return Result(
                book.achievement_id, outcomes.AWARDED, result["reason"], result["detail"], result.get("award")
            )
    reason = _why_not_at_all(book)
    if reason is not None:
        return Result(book.achievement_id, "not-awarded", reason, outcomes.WAITING[reason])
    achievement = achievements.by_id(session, book.achievement_id)
    ruling = rule_on(session, office, learner, achievement, actor=actor, book=book, but=completion.id)
    if ruling is None or not ruling.judged.is_about(completion.id):
        return None
    if completion.occurred_at > clock.now():  # a clock that runs ahead: what it says counts when its time has come
        schedule.put(
            session,
            issuer_id=completion.issuer_id,
            learner_id=learner.id,
            achievement_id=achievement.id,
            due_at=completion.occurred_at,
            reason="in-the-future",
        )
    if completion.id in ruling.judged.not_allowed:
        facts = {"achievement_id": achievement.id, "completion_id": completion.id}
        audit.record(
            session, completion.issuer_id, actor=actor, action="award.refused", object_id=completion.source_id, **facts
        )
        detail = "This source may not cause this achievement; an administrator can allow it"
        return Result(achievement.id, "not-awarded", "not-allowed", detail)
    return _result(session, achievement, ruling, completion)


@dataclass(frozen=True, slots=True)
class _Asked:
    office: Office
    learner: Learner
    actor: str
    but: str | None


def _rule_on(
    session: Session, asked: _Asked, achievement: Achievement, *, book: Book | None, cascade: bool, seen: set[str]
) -> Ruling | None:
    seen.add(achievement.id)
    book = book or books.of_achievement(session, achievement)
    if book is None or _why_not_at_all(book) is not None:
        return None
    case = Case(asked.office, asked.learner, book, bench(session, achievement), asked.actor)
    ruling = carry_out(session, case)
    _tell(session, asked.office, achievement, ruling, but=asked.but)
    if cascade or any(deed.did in _AWARDS or deed.did == Did.REVOKED for deed in ruling.deeds):
        for other_id in books.that_ask_for(session, achievement, book):
            if other_id not in seen:
                other = achievements.by_id(session, other_id)
                _rule_on(session, asked, other, book=None, cascade=False, seen=seen)
    return ruling


def _why_not_at_all(book: Book) -> str | None:
    if book.is_off:
        return "rule-switched-off"
    return None if book.rules else "rule-not-in-force"


def _tell(session: Session, office: Office, achievement: Achievement, ruling: Ruling, *, but: str | None) -> None:
    """Tell the completion that an award rests on, and every one that waited for this achievement's rules."""
    awarded = {deed.completion_id: deed for deed in ruling.deeds if deed.did in _AWARDS}
    for row in ruling.past.completions.values():
        if row.id == but or not row.outcome:
            continue
        deed = awarded.get(row.id)
        if deed is not None:
            told = Result(achievement.id, outcomes.AWARDED, deed.code, deed.sentence, deed.award_id)
            outcomes.note(session, office, [row], told)
        elif _is_open(row, achievement) and ruling.judged.is_about(row.id):
            outcomes.note(session, office, [row], _result(session, achievement, ruling, row, is_cause=False))


def _is_open(completion: Completion, achievement: Achievement) -> bool:
    """Whether this achievement's part of the completion is one that may still change."""
    mine = [each for each in completion.outcome.get("awards", []) if each["achievement"] == achievement.id]
    return any(each["outcome"] == "waiting" or each["reason"] in outcomes.WAITING for each in mine)


def _result(
    session: Session, achievement: Achievement, ruling: Ruling, completion: Completion, *, is_cause: bool = True
) -> Result:
    """What came of a completion. One that is not the cause of what was done now caused no award by itself."""
    deed = _most_telling(ruling.deeds)
    if deed is not None and (is_cause or deed.did not in _AWARDS):
        said = "already-held" if deed.code == "already-held" else _SAID[deed.did]
        return Result(achievement.id, said, deed.code, deed.sentence, deed.award_id)
    verdict = _verdict_about(ruling, completion)
    if verdict.decision != Decision.HELD:
        return Result(achievement.id, "not-awarded", verdict.code, verdict.sentence)
    alone = _alone(session, achievement, ruling, completion)
    if alone is not None:
        return Result(achievement.id, "not-awarded", alone.code, alone.sentence)
    held = next((standing.award_id for standing in verdict.standings), None)
    detail = "The learner holds this achievement already"
    return Result(achievement.id, "already-held", "already-held", detail, held)


def _most_telling(deeds: Iterable[Deed]) -> Deed | None:
    return min(deeds, key=lambda deed: _IN_ORDER.index(deed.did), default=None)


def _verdict_about(ruling: Ruling, completion: Completion) -> Verdict:
    return next(verdict for _, verdict in ruling.judged.verdicts if completion.id in verdict.matched)


def _alone(session: Session, achievement: Achievement, ruling: Ruling, completion: Completion) -> Verdict | None:
    """What a rule about a single activity says of this completion alone, if that is not that it earns."""
    fact = histories.fact_of(completion)
    for rule, verdict in ruling.judged.verdicts:
        if completion.id in verdict.matched and rule.document.combine is None:
            named = next((each for each in ruling.past.history.facts if each.id == fact.id), fact)
            said = language.evaluate(
                rule.document,
                History(facts=(named,), groups=ruling.past.history.groups),
                now=clock.now(),
                achievement_id=achievement.id,
                zone=issuers.zone_of(session, achievement.issuer_id),
                seed=rule.seed,
            )
            return None if said.earned else said
    return None
