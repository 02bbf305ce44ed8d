"""What a learner has reached in each attempt at an activity, and until when it stands.

An attempt is (activity, the source's attempt id). A source without attempt ids states one running result for each
activity. The facts of an attempt are read in their order (`matching.order`):

- `completed` and `passed` reach a state that stands until it is taken back. A `completed` that says `passed: false` or
  `completed: false` is a failure. In an attempt with an id, a later `completed` does not undo a failure; `passed` does.
- A failure ends what the *same* attempt had reached; another attempt's failure ends nothing. So a retake that fails
  takes nothing away, and `is_passing: false` of a running result does.
- `revoked`, `expired` and `voided` end what was reached: of their attempt, or of every attempt when they name none.
- `progress` is news of the running grade. It reaches a state with that score, and when the grade falls below a score
  that the rule asks for, it ends what an earlier grade had reached. A grade never lowers the score of a result.
"""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from app.stacking.rules.facts import Fact, FactKind
from app.stacking.rules.matching import order

_WHOLE_ACTIVITY = frozenset({FactKind.REVOKED, FactKind.EXPIRED, FactKind.VOIDED})


@dataclass(frozen=True, slots=True)
class Mark:
    """A state that was reached `at` a moment and stands `until` another; None = it still stands.

    `fresh_at` is when it was done anew: mere news of a grade that was good before is not. `fact_ids` are what it rests
    on, `ended_by` the fact that ended it. A mark that is not `reached` only says what the source said last.
    """

    activity: tuple[str, str]
    attempt: str | None
    at: datetime
    fresh_at: datetime
    kind: FactKind
    completed: bool
    passed: bool | None
    score: Decimal | None
    fact_ids: tuple[str, ...]
    reached: bool = True
    is_of_failed_try: bool = False  # completed after it was failed, in the same attempt
    is_grade: bool = False  # the score is of a running grade
    until: datetime | None = None
    ended_by: str | None = None


@dataclass(frozen=True, slots=True)
class Track:
    """One attempt at one activity: its marks in order, and what the source said last (None = nothing that counts)."""

    activity: tuple[str, str]
    attempt: str | None
    marks: tuple[Mark, ...]
    last: Mark


def tracks(facts: Iterable[Fact], minima: frozenset[Decimal]) -> tuple[Track, ...]:
    """Every attempt, by activity and attempt. `minima` are the scores that the rule asks for anywhere."""
    of_activity: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in sorted(facts, key=order):
        of_activity[fact.activity].append(fact)
    found = []
    for activity in sorted(of_activity):
        for attempt, said in _by_attempt(of_activity[activity]):
            reading = _Reading(activity, attempt, minima)
            for fact in said:
                reading.take(fact)
            found.append(reading.track())
    return tuple(found)


def _by_attempt(said: list[Fact]) -> Iterator[tuple[str | None, list[Fact]]]:
    """Each attempt with its facts and with those of the whole activity, in order."""
    of_attempt: dict[str | None, list[Fact]] = defaultdict(list)
    for fact in said:
        of_attempt[fact.attempt].append(fact)
    whole = [fact for fact in said if fact.kind in _WHOLE_ACTIVITY]
    of_all = [fact for fact in whole if fact.attempt is None]
    for attempt in sorted(of_attempt, key=lambda name: (name is not None, name or "")):
        own = of_attempt[attempt]
        yield attempt, _with_endings(own, [fact for fact in whole if fact.attempt] if attempt is None else of_all)


def _with_endings(own: list[Fact], endings: list[Fact]) -> list[Fact]:
    """The facts of an attempt, each followed by the next ending, and by the last of all: others end nothing more."""
    if not endings:
        return own
    keys = [order(fact) for fact in endings]
    after = {place for fact in own if (place := bisect(keys, order(fact))) < len(endings)}
    return sorted([*own, *(endings[place] for place in {*after, len(endings) - 1})], key=order)


def ended_marks(found: Iterable[Track], fact_ids: Iterable[str]) -> list[Mark]:
    """The marks that rest on all of these facts that are of their attempt, and that were ended by another fact."""
    ids = set(fact_ids)
    ended = []
    for track in found:
        ours = ids & {fact_id for mark in track.marks for fact_id in mark.fact_ids}
        ended += [mark for mark in track.marks if ours and mark.ended_by is not None and ours <= set(mark.fact_ids)]
    return ended


def is_failure(fact: Fact) -> bool:
    """Whether the fact says, by its kind or by what it states, that this was not passed or not completed."""
    if fact.kind is FactKind.FAILED or fact.passed is False:
        return True
    return fact.completed is False and fact.kind in {FactKind.COMPLETED, FactKind.PASSED}


@dataclass(slots=True)
class _Said:
    """What was said last of one thing, and by which fact."""

    at: datetime
    fact_id: str


@dataclass(slots=True)
class _Open:
    mark: Mark
    until: datetime | None = None
    ended_by: str | None = None

    def closed(self) -> Mark:
        return replace(self.mark, until=self.until, ended_by=self.ended_by)


@dataclass(slots=True)
class _Reading:
    activity: tuple[str, str]
    attempt: str | None
    minima: frozenset[Decimal]
    marks: list[_Open] = field(default_factory=list)
    standing: list[_Open] = field(default_factory=list)
    failed: bool = False
    completed: _Said | None = None
    passed: _Said | None = None
    result: tuple[Decimal, _Said] | None = None
    grade: tuple[Decimal, _Said] | None = None  # the moment is when the grade last rose over a minimum
    last: Mark | None = None

    def take(self, fact: Fact) -> None:
        self.last = self._stated(fact)
        if fact.kind in _WHOLE_ACTIVITY:
            self._end(fact, self.standing)
            self.completed = self.passed = self.result = self.grade = None
        elif is_failure(fact):
            self._end(fact, self.standing)
            self.failed, self.completed, self.passed, self.result = True, None, None, None
            if fact.kind is FactKind.PROGRESS:
                self._note_grade(fact)
        elif fact.kind is FactKind.PROGRESS:
            self._take_progress(fact)
        else:
            self._take_result(fact)

    def track(self) -> Track:
        if self.last is None:  # pragma: no cover - a track is made of at least one fact
            raise ValueError("A track without a fact")
        return Track(self.activity, self.attempt, tuple(entry.closed() for entry in self.marks), self.last)

    def _take_result(self, fact: Fact) -> None:
        says_passed = fact.kind is FactKind.PASSED or fact.passed is True
        if self.failed and self.attempt is not None and not says_passed:
            self.last = None if self.last is None else replace(self.last, is_of_failed_try=True)
            return  # the try was failed; that it was completed as well changes nothing
        said = _Said(fact.occurred_at, fact.id)
        is_same_try = self.attempt is not None
        self.failed, self.completed = False, said
        if says_passed:
            self.passed = said
        elif not is_same_try:
            self.passed = None
        if fact.score is not None:
            self.result = (fact.score, said)
        elif not is_same_try:
            self.result = None
        score = self.result or self.grade
        self._reach(fact, fact.occurred_at, score, is_grade=self.result is None, completed=True)

    def _take_progress(self, fact: Fact) -> None:
        if fact.passed is True:
            self.passed = _Said(fact.occurred_at, fact.id)
        self._note_grade(fact)
        if fact.score is None or self.grade is None:
            return
        if not self.failed:
            self._reach(fact, self.grade[1].at, self.grade, is_grade=True, completed=False)
            if self.completed is not None:
                self._reach(fact, self.completed.at, self.grade, is_grade=True, completed=True)
        elif fact.passed is True or self.attempt is None:
            self.failed = False
            self._reach(fact, self.grade[1].at, self.grade, is_grade=True, completed=False)

    def _note_grade(self, fact: Fact) -> None:
        score = fact.score
        if score is None:
            return
        before = None if self.grade is None else self.grade[0]
        if before is not None and self._crosses(score, before):
            fallen = [
                entry for entry in self.standing
                if entry.mark.is_grade and entry.mark.score is not None and self._crosses(score, entry.mark.score)
            ]  # fmt: skip
            self._end(fact, fallen)
        rose = before is None or self._crosses(before, score)
        since = fact.occurred_at if rose or self.grade is None else self.grade[1].at
        self.grade = (score, _Said(since, fact.id))

    def _crosses(self, lower: Decimal, higher: Decimal) -> bool:
        return any(lower < minimum <= higher for minimum in self.minima)

    def _end(self, fact: Fact, entries: list[_Open]) -> None:
        for entry in entries:
            entry.until, entry.ended_by = fact.occurred_at, fact.id
        self.standing = [entry for entry in self.standing if entry.ended_by is None]

    def _reach(
        self, fact: Fact, fresh_at: datetime, score: tuple[Decimal, _Said] | None, *, is_grade: bool, completed: bool
    ) -> None:
        said = [self.completed if completed else None, self.passed, None if score is None else score[1]]
        rests_on = {fact.id} | {part.fact_id for part in said if part is not None}
        mark = Mark(
            self.activity, self.attempt, fact.occurred_at, fresh_at, fact.kind, completed,
            True if self.passed is not None else None, None if score is None else score[0],
            tuple(sorted(rests_on)), is_grade=is_grade and score is not None,
        )  # fmt: skip
        entry = _Open(mark)
        self.marks.append(entry)
        if completed or score is None or any(score[0] >= minimum for minimum in self.minima):  # else it never counts
            self.standing.append(entry)

    def _stated(self, fact: Fact) -> Mark:
        return Mark(
            self.activity, self.attempt, fact.occurred_at, fact.occurred_at, fact.kind, completed=False,
            passed=False if fact.kind is FactKind.FAILED else fact.passed, score=fact.score, fact_ids=(fact.id,),
            reached=False,
        )  # fmt: skip
