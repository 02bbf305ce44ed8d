"""What the rules of a book say of one learner. It only reads: simulation and explanation use it as well."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from enum import StrEnum

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.issuing import achievement_facts, achievements, issuers
from app.issuing.achievements import Achievement
from app.issuing.rules.books import Book, InForce
from app.issuing.rulings import histories
from app.issuing.rulings.histories import Past
from app.issuing.sources import Source, SourceAllowance
from app.stacking import rules as language
from app.stacking.renewal import Validity
from app.stacking.rules import Action, Earning, Standing, Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdicts of a book, one a rule. `not_allowed` are facts that would have earned it if their source might."""

    verdicts: tuple[tuple[InForce, Verdict], ...]
    not_allowed: frozenset[str] = frozenset()

    @property
    def standings(self) -> list[tuple[InForce, Standing]]:
        """What is to become of each living award: with several mappings, what the one says that supports it."""
        found: dict[str, tuple[InForce, Standing]] = {}
        for rule, verdict in self.verdicts:
            for standing in verdict.standings:
                before = found.get(standing.award_id)
                if before is None or _weight(standing) > _weight(before[1]):
                    found[standing.award_id] = (rule, standing)
        return list(found.values())

    @property
    def earnings(self) -> list[tuple[InForce, Earning]]:
        """What is to be made: of the first rule that has anything to make."""
        for rule, verdict in self.verdicts:
            if verdict.earned:
                return [(rule, earning) for earning in verdict.earned]
        return []

    def is_about(self, fact_id: str) -> bool:
        """Whether any rule is about this fact."""
        return any(fact_id in verdict.matched for _, verdict in self.verdicts)


@dataclass(frozen=True, slots=True)
class Bench:
    """What is the same for every learner: the achievement, its own validity, who may cause it, the issuer's zone."""

    achievement: Achievement
    validity: Validity
    allowed_sources: frozenset[str]
    zone: tzinfo
    is_stack: bool = False  # awarded by a pathway and by no rule


class Did(StrEnum):
    """What came of one thing that a rule said."""

    AWARDED = "awarded"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"
    ASKED = "asked"
    SCHEDULED = "scheduled"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing done, or the reason why not: a code and a sentence, and the award and the facts that it is about."""

    did: Did
    code: str
    sentence: str
    award_id: str | None = None
    fact_ids: tuple[str, ...] = ()
    completion_id: str | None = None  # what the award says that it was made for


@dataclass(slots=True)
class Ruling:
    """What the rules said at last, the past behind it, and everything that was done."""

    judged: Judged
    past: Past
    deeds: list[Deed] = field(default_factory=list)


# No door allows another issuer's source; should there be an allowance, it allows nothing.
_ALLOWED = (
    select(SourceAllowance.source_id)
    .join(Source, Source.id == SourceAllowance.source_id)
    .where(SourceAllowance.achievement_id == bindparam("achievement_id"), Source.issuer_id == bindparam("issuer_id"))
)


def bench(session: Session, achievement: Achievement) -> Bench:
    """The bench of an achievement, published or not."""
    validity, is_stack = Validity(), False
    if achievement.current_version is not None:
        facts = achievement_facts.parse(achievements.current(session, achievement).facts)
        validity, is_stack = facts.validity.rule(), facts.is_stack
    named = {"achievement_id": achievement.id, "issuer_id": achievement.issuer_id}
    allowed = frozenset(session.scalars(_ALLOWED, named))
    return Bench(achievement, validity, allowed, issuers.zone_of(session, achievement.issuer_id), is_stack=is_stack)


def judge(at: Bench, book: Book, past: Past, *, now: datetime) -> Judged:
    """What each rule says. What a source said that may not cause the achievement counts for nothing (T28)."""
    judged = _evaluate(at, book, past, now=now)
    strangers = {fact.source_id for fact in past.history.facts} - at.allowed_sources
    if not strangers:
        return judged
    used = {fact_id for _, earning in judged.earnings for fact_id in earning.fact_ids}
    own = _evaluate(at, book, histories.without(past, strangers), now=now)
    not_allowed = {fact.id for fact in past.history.facts if fact.source_id in strangers and fact.id in used}
    matched = {fact.id for fact in past.history.facts if fact.source_id in strangers and judged.is_about(fact.id)}
    about = [
        (rule, replace(verdict, matched=(*verdict.matched, *sorted(matched - set(verdict.matched)))))
        for rule, verdict in own.verdicts
    ]
    return Judged(tuple(about), frozenset(not_allowed))


def _evaluate(at: Bench, book: Book, past: Past, *, now: datetime) -> Judged:
    return Judged(
        tuple(
            (
                rule,
                language.evaluate(
                    rule.document,
                    past.history,
                    now=now,
                    achievement_id=at.achievement.id,
                    zone=at.zone,
                    validity=at.validity,
                    seed=rule.seed,
                ),
            )
            for rule in book.rules
        )
    )


def _weight(standing: Standing) -> int:
    if standing.supported:
        return 2
    return 1 if standing.action != Action.KEEP else 0
