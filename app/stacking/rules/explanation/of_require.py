"""What `require` says of one state that a learner reached, part by part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from app.stacking.rules.case import Case
from app.stacking.rules.document import (
    AllOf,
    AnyOf,
    Condition,
    HasBadge,
    LearnerIn,
    Member,
    NOf,
    Not,
    OccurredBetween,
    Outcome,
    Result,
    ScoreAtLeast,
)
from app.stacking.rules.facts import FactKind, HeldState
from app.stacking.rules.standing import Mark
from app.stacking.rules.truth import Learner, held_at, needed, of_achievement, reaches, scores, told_of
from app.stacking.rules.verdict import MET, UNKNOWN, UNMET, Clause
from app.stacking.rules.wording import counted, day, percent


@dataclass(frozen=True, slots=True)
class Told:
    """Clauses in document order, and the one that decides why not; None = everything is met."""

    clauses: tuple[Clause, ...]
    reason: Clause | None


@dataclass(frozen=True, slots=True)
class _Teller:
    mark: Mark
    learner: Learner
    at: datetime
    zone: tzinfo

    @property
    def name(self) -> str:
        return self.mark.activity[1]

    def clause(self, path: str, met: bool | None, code: str, sentence: str, *, of_learner: bool = False) -> Clause:  # noqa: FBT001 - three values
        return Clause(path, met, code, sentence, None if of_learner else self.name)

    def told(self, condition: Condition, path: str) -> Told:
        match condition:
            case AllOf() | AnyOf() | NOf():
                return self._group(condition, path)
            case Not(of):
                return self._negation(of, path)
            case Outcome() | ScoreAtLeast() | OccurredBetween():
                return _alone(self._stated(condition, path))
            case LearnerIn() | HasBadge():
                return _alone(self._of_learner(condition, path))
            case Member():  # reading puts none here
                return Told((), None)

    def _group(self, condition: AllOf | AnyOf | NOf, path: str) -> Told:
        step, n = step_of(condition), needed(condition)
        parts = [self.told(part, f"{path}/{step}/{index}") for index, part in enumerate(condition.of)]
        met = told_of(condition, self.mark, self.learner, self.at)
        values = [told_of(part, self.mark, self.learner, self.at) for part in condition.of]
        sentence = f"{sum(value is True for value in values)} of {counted(len(values), 'part', 'parts')} met"
        own = self.clause(f"{path}/{step.partition('/')[0]}", met, "parts-met" if met else "parts-unmet",
                          f"{sentence}; {n} asked for")  # fmt: skip
        unmet = [part.reason for part in parts if part.reason is not None]
        reason = None if met else unmet[0] if isinstance(condition, AllOf) or len(unmet) == 1 else own
        return Told((own, *(clause for part in parts for clause in part.clauses)), reason)

    def _negation(self, of: Condition, path: str) -> Told:
        inner = self.told(of, f"{path}/not")
        value = told_of(of, self.mark, self.learner, self.at)
        if value is None:
            own = self.clause(path + "/not", UNKNOWN, "unknown", "What must not hold cannot be told")
        elif value:
            own = self.clause(path + "/not", UNMET, "excluded", "What must not hold does hold")
        else:
            own = self.clause(path + "/not", MET, "not-excluded", "What must not hold does not hold")
        return Told((own, *inner.clauses), None if own.met else own)

    def _stated(self, condition: Outcome | ScoreAtLeast | OccurredBetween, path: str) -> Clause:
        match condition:
            case Outcome(result):
                return self._outcome(result, f"{path}/outcome")
            case ScoreAtLeast():
                return self._score(condition, f"{path}/score_gte")
            case OccurredBetween(start, end):
                return self._between(start, end, f"{path}/occurred_between")

    def _outcome(self, result: Result, path: str) -> Clause:
        if self.mark.passed is True or (result is Result.COMPLETED and self.mark.completed):
            return self.clause(path, MET, str(result), f"{self.name} was {result} on {day(self.mark.at, self.zone)}")
        if result is Result.COMPLETED:
            return self.clause(path, UNMET, "not-finished", f"The source does not say that {self.name} was completed")
        sentence = f"The source does not say that {self.name} was passed"
        if self.mark.completed:
            sentence = f"{self.name} was completed, and the source does not say that it was passed"
        return self.clause(path, UNMET, "not-passed", sentence)

    def _score(self, condition: ScoreAtLeast, path: str) -> Clause:
        asked, score = percent(condition.minimum), self.mark.score
        if score is None:
            sentence = f"A score of at least {asked} is asked for, and none was stated for {self.name}"
            return self.clause(path, UNKNOWN, "score-missing", sentence)
        if score < condition.minimum:
            sentence = f"The score of {percent(score)} for {self.name} is below the {asked} that is asked for"
            return self.clause(path, UNMET, "score-too-low", sentence)
        sentence = f"The score of {percent(score)} for {self.name} reaches the {asked} that is asked for"
        return self.clause(path, MET, "score-reached", sentence)

    def _between(self, start: datetime | None, end: datetime | None, path: str) -> Clause:
        # The limits are said as the rule states them: days of a rule begin and end in UTC.
        on = f"{self.name} was done on {day(self.mark.at, self.zone)}"
        if start is not None and self.mark.at < start:
            return self.clause(path, UNMET, "too-early", f"{on}, before {day(start, UTC)}")
        if end is not None and self.mark.at > end:
            return self.clause(path, UNMET, "too-late", f"{on}, after {day(end, UTC)}")
        return self.clause(path, MET, "in-time", f"{on}, in the time that is asked for")

    def _of_learner(self, condition: LearnerIn | HasBadge, path: str) -> Clause:
        if isinstance(condition, HasBadge):
            return self._badge(condition, f"{path}/has_badge")
        path, group = f"{path}/learner_in", condition.group
        if self.learner.groups is None:
            sentence = f"It is not known whether the learner is in {group}"
            return self.clause(path, UNKNOWN, "groups-unknown", sentence, of_learner=True)
        is_in = group in self.learner.groups
        code, verb = ("in-group", "is") if is_in else ("not-in-group", "is not")
        return self.clause(path, is_in, code, f"The learner {verb} in {group}", of_learner=True)

    def _badge(self, condition: HasBadge, path: str) -> Clause:
        name, held = condition.achievement, held_at(condition, self.learner.awards, self.at)
        if held is not None:
            sentence = f"The learner holds {name} since {day(held.awarded_at, self.zone)}"
            return self.clause(path, MET, "badge-held", sentence, of_learner=True)
        code, sentence = self._missing_badge(condition)
        return self.clause(path, UNMET, code, sentence, of_learner=True)

    def _missing_badge(self, condition: HasBadge) -> tuple[str, str]:
        name, awards = condition.achievement, list(of_achievement(condition, self.learner.awards))
        if not awards:
            return "badge-missing", f"The learner does not hold {name}"
        newest = awards[-1]
        if newest.state is HeldState.REVOKED:
            return "badge-revoked", f"The learner's {name} was revoked"
        if newest.state is HeldState.SUSPENDED:
            return "badge-suspended", f"The learner's {name} is suspended"
        if newest.valid_until is not None and newest.valid_until < self.at:
            return "badge-expired", f"The learner's {name} was good until {day(newest.valid_until, self.zone)}"
        return "badge-missing", f"The learner did not hold {name} on {day(self.at, self.zone)}"


def tell(case: Case, mark: Mark, at: datetime, kind_of_end: FactKind | None) -> Told:
    """What the source said of the activity, and every part of `require`. `kind_of_end` is what ended the mark."""
    teller, require = _Teller(mark, case.learner, at, case.zone), case.rule.require
    said = _said(teller, require, kind_of_end)
    if require is None:
        return _alone(said)
    parts = teller.told(require, "/require")
    # What an activity lacks is said best by the clause that asks for it, what was taken back by the source's word.
    stands = mark.reached and mark.until is None
    first, second = (parts.reason, said) if stands else (said, parts.reason)
    reasons = [reason for reason in (first, second) if reason is not None and reason.met is not True]
    return Told((said, *parts.clauses), reasons[0] if reasons else None)


def _said(teller: _Teller, require: Condition | None, kind_of_end: FactKind | None) -> Clause:
    mark, name = teller.mark, teller.name
    if mark.until is not None and kind_of_end is not None:
        done, ended = day(mark.at, teller.zone), day(mark.until, teller.zone)
        sentence = f"{name} was done on {done}, and on {ended} the source said “{kind_of_end}” of it"
        return teller.clause("/match", UNMET, "taken-back", sentence)
    if not mark.reached:
        return _not_reached(teller)
    if mark.completed:
        word = "passed" if mark.passed else "completed"
        return teller.clause("/match", MET, word, f"{name} was {word} on {day(mark.at, teller.zone)}")
    if any(reaches(mark, asked.minimum) for asked in scores(require)):
        return teller.clause("/match", MET, "graded", f"{name} was graded on {day(mark.at, teller.zone)}")
    if not scores(require):
        sentence = f"{name} is in progress, which earns nothing unless the rule asks for a score"
        return teller.clause("/match", UNMET, "not-finished", sentence)
    return teller.clause("/match", MET, "in-progress", f"{name} is in progress since {day(mark.at, teller.zone)}")


def _not_reached(teller: _Teller) -> Clause:
    mark, name, on = teller.mark, teller.name, day(teller.mark.at, teller.zone)
    match mark.kind:
        case FactKind.REVOKED | FactKind.EXPIRED | FactKind.VOIDED:
            return teller.clause("/match", UNMET, "taken-back", f"On {on} the source said “{mark.kind}” of {name}")
        case FactKind.FAILED:
            return teller.clause("/match", UNMET, "not-passed", f"{name} was failed on {on}")
        case _ if mark.passed is False:
            return teller.clause("/match", UNMET, "not-passed", f"On {on} the source said that {name} was not passed")
        case _ if mark.is_of_failed_try:
            sentence = f"{name} was completed on {on}, in an attempt that was failed"
            return teller.clause("/match", UNMET, "not-passed", sentence)
        case FactKind.COMPLETED | FactKind.PASSED:
            sentence = f"On {on} the source said that {name} was not completed"
            return teller.clause("/match", UNMET, "not-finished", sentence)
        case _:
            return teller.clause("/match", UNMET, "not-finished", f"{name} is in progress since {on}, without a score")


def step_of(condition: AllOf | AnyOf | NOf, names: tuple[str, str] = ("all", "any")) -> str:
    """The steps of a JSON Pointer from a group to the list of its parts."""
    match condition:
        case AllOf():
            return names[0]
        case AnyOf():
            return names[1]
        case NOf():
            return "n_of/1"


def _alone(clause: Clause) -> Told:
    return Told((clause,), None if clause.met is True else clause)
