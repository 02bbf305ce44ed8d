"""Everything that one evaluation looks at, put in order once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from decimal import Decimal

from app.stacking.renewal import Validity
from app.stacking.rules.document import RuleDocument
from app.stacking.rules.facts import Fact, Held, History
from app.stacking.rules.matching import CLOCK_SKEW, Matched, distinct, matched
from app.stacking.rules.runs import Good, Run, good_marks, runs
from app.stacking.rules.standing import Mark, Track, tracks
from app.stacking.rules.truth import Learner, scores


@dataclass(frozen=True, slots=True)
class Case:
    """A rule before one learner's history. `own` are the awards of the rule's achievement, by `awarded_at`."""

    rule: RuleDocument
    now: datetime
    of_achievement: Validity
    seed: str
    facts: dict[str, Fact]  # all of the learner's, by id
    matched: Matched
    tracks: tuple[Track, ...]
    good: tuple[Good, ...]
    learner: Learner
    own: tuple[Held, ...]
    zone: tzinfo  # the issuer's, whose days are counted

    @property
    def horizon(self) -> datetime:
        """Up to when facts count: a clock may be a little ahead."""
        return self.now + CLOCK_SKEW

    @property
    def minima(self) -> frozenset[Decimal]:
        """Every score that the rule asks for."""
        return frozenset(leaf.minimum for leaf in scores(self.rule.require))

    def runs(self, since: datetime | None = None) -> list[Run]:
        """When the rule is met; from `since` on, only what was done anew counts."""
        return runs(self.rule, self.good, since)

    def of_tracks(self) -> list[tuple[Track, Case]]:
        """For each attempt the same case, looked at as if there were no other."""
        good: dict[tuple[tuple[str, str], str | None], list[Good]] = defaultdict(list)
        for item in self.good:
            good[item.mark.activity, item.mark.attempt].append(item)
        return [
            (track, replace(self, tracks=(track,), good=tuple(good[track.activity, track.attempt])))
            for track in self.tracks
        ]

    def names_of(self, track: Track) -> tuple[str, ...]:
        """What `combine` calls the activity."""
        return self.matched.names.get(track.activity, ())

    def marks(self) -> list[tuple[Mark, tuple[str, ...]]]:
        """Every state that was reached, with the names of its activity."""
        return [(mark, self.names_of(track)) for track in self.tracks for mark in track.marks]


def prepare(
    rule: RuleDocument,
    history: History,
    *,
    now: datetime,
    achievement_id: str,
    validity: Validity,
    zone: tzinfo,
    seed: str,
) -> Case:
    """The case; the same for every order and repetition of what the history holds."""
    awards = tuple(sorted(_once(history.awards), key=lambda held: (held.awarded_at, held.award_id)))
    facts = {fact.id: fact for fact in distinct(history.facts)}
    found = matched(rule, facts.values(), now=now)
    made = tracks(found.counted, frozenset(leaf.minimum for leaf in scores(rule.require)))
    learner = Learner(awards, history.groups)
    case = Case(
        rule, now, validity, seed, facts, found, made, (), learner,
        tuple(held for held in awards if held.achievement_id == achievement_id), zone,
    )  # fmt: skip
    return replace(case, good=good_marks(rule, case.marks(), learner, case.horizon))


def _once(awards: Sequence[Held]) -> list[Held]:
    by_id: dict[str, Held] = {}
    for held in awards:
        other = by_id.get(held.award_id)
        if other is None or (other != held and repr(other) < repr(held)):
            by_id[held.award_id] = held
    return list(by_id.values())
