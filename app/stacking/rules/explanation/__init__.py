"""Why, and why not: a verdict's clauses in document order, and the one that decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.stacking.rules.case import Case
from app.stacking.rules.document import Condition
from app.stacking.rules.explanation import of_award, of_combine, of_require
from app.stacking.rules.explanation.of_require import Told
from app.stacking.rules.matching import Matched
from app.stacking.rules.runs import Good, choose
from app.stacking.rules.standing import Mark
from app.stacking.rules.truth import Learner, parts_of, told_of
from app.stacking.rules.verdict import MET, UNMET, Clause, Earning
from app.stacking.rules.wording import counted, day, listed

__all__ = ["explain"]

MOST_SUBJECTS = 20
_Closeness = tuple[bool, int, datetime, bool, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Subject:
    """A state that the explanation is about, and what `combine` calls its activity."""

    mark: Mark
    names: tuple[str, ...]


def explain(case: Case, earned: tuple[Earning, ...]) -> tuple[tuple[Clause, ...], Clause]:
    """All clauses, and the decisive one."""
    of_match = _of_match(case.matched)
    if not case.matched.counted:
        return tuple(of_match), of_match[-1]
    if earned:
        return _of_earned(case, of_match, earned[-1])
    at = case.horizon
    chosen = choose(case.rule, case.good, at)
    subjects = _chosen(chosen) if chosen is not None else _closest(case, at)
    told, combined = _told(case, subjects, at)
    clauses = (*of_match, *(clause for part in told for clause in part.clauses), *combined.clauses)
    if chosen is None:
        reason = combined.reason if case.rule.combine is not None else told[0].reason
        return clauses, reason or of_match[0]
    last = of_award.why_none(case)
    return (*clauses, *last), last[-1]


def _of_earned(case: Case, of_match: list[Clause], earning: Earning) -> tuple[tuple[Clause, ...], Clause]:
    ids, at = set(earning.fact_ids), earning.awarded_at
    usable = tuple(item for item in case.good if set(item.mark.fact_ids) <= ids)
    subjects = _chosen(choose(case.rule, usable, at) or ())
    told, combined = _told(case, subjects, at)
    of_earning = of_award.of_earning(case, earning)
    clauses = (*of_match, *(clause for part in told for clause in part.clauses), *combined.clauses, *of_earning)
    waiting = next((clause for clause in of_earning if clause.code == "waiting"), None)
    names = list(dict.fromkeys(subject.mark.activity[1] for subject in subjects))
    sentence = f"Earned on {day(at, case.zone)} by {listed(names)}"
    if earning.approval.needed:
        sentence += f". {earning.approval.sentence}"
    return clauses, waiting or Clause("", MET, "earned", sentence)


def _of_match(matched: Matched) -> list[Clause]:
    about = len(matched.about)
    if not about:
        return [Clause("/match", UNMET, "no-match", "No completion is of anything that the rule names")]
    said = counted(about, "completion is", "completions are")
    clauses = [Clause("/match", bool(matched.counted), "matched", f"{said} of what the rule names")]
    if matched.voided:
        sentence = f"{counted(len(matched.voided), 'was', 'were')} taken back by the source"
        clauses.append(Clause("/match", UNMET, "voided", sentence))
    if matched.untrusted:
        sentence = f"{counted(len(matched.untrusted), 'comes', 'come')} from a source that proves nothing about itself"
        clauses.append(Clause("/unauthenticated_sources", UNMET, "untrusted", sentence))
    if matched.future:
        sentence = f"{counted(len(matched.future), 'is', 'are')} dated in the future and does not count yet"
        clauses.append(Clause("/match", UNMET, "in-the-future", sentence))
    never = about - len(matched.counted) - len(matched.voided) - len(matched.untrusted) - len(matched.future)
    if never:
        sentence = f"{counted(never, 'is', 'are')} no completion but a test, or of no known kind"
        clauses.append(Clause("/match", UNMET, "not-a-completion", sentence))
    return clauses


def _chosen(chosen: tuple[Good, ...]) -> list[_Subject]:
    return [_Subject(item.mark, item.names) for item in chosen[:MOST_SUBJECTS]]


def _closest(case: Case, at: datetime) -> list[_Subject]:
    """For each activity the state that meets most of what is asked for, else what was said last; the closest first."""
    best: dict[tuple[str, str], tuple[_Closeness, _Subject]] = {}
    for track in case.tracks:
        for mark in (*track.marks, track.last):
            rank = _closeness(case.rule.require, mark, case.learner, at)
            if track.activity not in best or rank > best[track.activity][0]:
                best[track.activity] = (rank, _Subject(mark, case.names_of(track)))
    ranked = sorted(best.values(), key=lambda pair: pair[0], reverse=True)
    return [subject for _, subject in ranked[:MOST_SUBJECTS]]


def _closeness(require: Condition | None, mark: Mark, learner: Learner, at: datetime) -> _Closeness:
    met = sum(told_of(part, mark, learner, at) is True for part in parts_of(require))
    return (mark.reached and mark.until is None, met, mark.at, not mark.reached, mark.fact_ids)


def _told(case: Case, subjects: list[_Subject], at: datetime) -> tuple[list[Told], Told]:
    told: list[Told] = []
    by_name: dict[str, Told] = {}
    for subject in subjects:
        ended_by = case.facts.get(subject.mark.ended_by or "")
        kind = None if ended_by is None else ended_by.kind
        part = of_require.tell(case, subject.mark, at, kind)
        told.append(part)
        for name in subject.names:
            by_name.setdefault(name, part)
    return told, of_combine.tell(case, case.good, by_name, at)
