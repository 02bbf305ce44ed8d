"""What `combine` says: which of the named activities are done, and whether close enough together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from app.stacking.rules.case import Case
from app.stacking.rules.document import AllOf, AnyOf, Condition, Member, NOf
from app.stacking.rules.explanation.of_require import Told, step_of
from app.stacking.rules.runs import Good, choose
from app.stacking.rules.truth import enough, needed
from app.stacking.rules.verdict import MET, UNMET, Clause
from app.stacking.rules.wording import counted, day

_NAMES = ("all_of", "any_of")


@dataclass(frozen=True, slots=True)
class _Teller:
    done: Mapping[str, Good]  # by name
    of_names: Mapping[str, Told]  # what `require` says of the activity
    asked: Mapping[str, str]  # id or pattern, by name
    zone: tzinfo

    def told(self, condition: Condition, path: str) -> tuple[Told, bool]:
        match condition:
            case Member(name):
                return self._member(name, path)
            case AllOf() | AnyOf() | NOf():
                return self._group(condition, path)
            case _:  # reading puts nothing else here
                return Told((), None), False

    def _member(self, name: str, path: str) -> tuple[Told, bool]:
        label = f"{name} ({self.asked.get(name, '')})"
        if (good := self.done.get(name)) is not None:
            sentence = f"{label} counts since {day(good.since, self.zone)}"
            return Told((Clause(path, MET, "part-done", sentence, good.mark.activity[1]),), None), True
        told = self.of_names.get(name)
        if told is None:
            clause = Clause(path, UNMET, "part-missing", f"Nothing is known of {label}")
            return Told((clause,), clause), False
        clause = Clause(path, UNMET, "part-unmet", f"{label} does not count yet")
        return Told((clause,), told.reason or clause), False

    def _group(self, condition: AllOf | AnyOf | NOf, path: str) -> tuple[Told, bool]:
        step, n = step_of(condition, _NAMES), needed(condition)
        parts = [self.told(part, f"{path}/{step}/{index}") for index, part in enumerate(condition.of)]
        met = enough([is_met for _, is_met in parts], n) is True
        sentence = f"{sum(is_met for _, is_met in parts)} of {counted(len(parts), 'part', 'parts')} done; {n} asked for"
        own = Clause(f"{path}/{step.partition('/')[0]}", met, "parts-met" if met else "parts-unmet", sentence)
        unmet = [told.reason for told, _ in parts if told.reason is not None]
        reason = None if met else unmet[0] if isinstance(condition, AllOf) or len(unmet) == 1 else own
        return Told((own, *(clause for told, _ in parts for clause in told.clauses)), reason), met


def tell(case: Case, usable: tuple[Good, ...], of_names: Mapping[str, Told], at: datetime) -> Told:
    """Every part of `combine` at a moment; `of_names` says for each name why its activity does not count."""
    if case.rule.combine is None:
        return Told((), None)
    done = {name: item for item in reversed(usable) if item.stands(at) for name in item.names}
    asked = {activity.name: activity.id or activity.pattern or "" for activity in case.rule.match.activities}
    told, met = _Teller(done, of_names, asked, case.zone).told(case.rule.combine, "/combine")
    if case.rule.within is None or not met:
        return told
    window = case.rule.within.words()
    if choose(case.rule, usable, at) is None:
        late = Clause("/combine/within", UNMET, "too-far-apart", f"Everything was done, but not within {window}")
        return Told((*told.clauses, late), late)
    close = Clause("/combine/within", MET, "close-together", f"Everything was done within {window}")
    return replace(told, clauses=(*told.clauses, close))
