"""One learner's completions, awards and rules, as specifications write them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from app.stacking import rules
from app.stacking.rules import Fact, FactKind, Held, HeldState, History, RuleDocument, Verdict

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
OURS = "bls"
BLS = "match: {activities: [bls]}\n"


def at(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def fact(kind: str, when: str, *, of: str = "bls", score: str | None = None, id: str | None = None, **other) -> Fact:  # noqa: A002 - the field is called so
    """A completion; its id is made of what it says."""
    known = {"source_id": "source-1", "source_name": "lms", "activity_namespace": "lms.example"} | other
    return Fact(
        id=id or f"{of}:{kind}:{when}:{other.get('attempt') or ''}:{score or ''}",
        activity_id=of,
        kind=FactKind(kind),
        occurred_at=at(when),
        score=None if score is None else Decimal(score),
        **known,
    )


def held(awarded: str, *facts: Fact, until: str | None = None, id: str = "A1", state: str = "issued", **other) -> Held:  # noqa: A002 - the field is called so
    """An award of our achievement that rests on these completions."""
    ended, score = other.pop("ended", None), other.pop("score", None)
    return Held(
        award_id=id,
        achievement_id=other.pop("achievement", OURS),
        state=HeldState(state),
        awarded_at=at(awarded),
        valid_until=None if until is None else at(until),
        ended_at=None if ended is None else at(ended),
        score=None if score is None else Decimal(score),
        fact_ids=tuple(item.id for item in facts),
        **other,
    )


def judge(rule: str | RuleDocument, *facts: Fact, awards=(), groups=None, now: datetime = NOW, **other) -> Verdict:
    """What the rule says; `rule` is YAML, or a document."""
    document = rules.read(rule) if isinstance(rule, str) else rule
    known = None if groups is None else frozenset(groups)
    history = History(tuple(facts), tuple(awards), known)
    return rules.evaluate(document, history, now=now, achievement_id=OURS, **{"zone": UTC, **other})


def said(verdict: Verdict, path: str) -> list[tuple[bool | None, str, str]]:
    """What the verdict's clauses say of a place in the rule."""
    return [(clause.met, clause.code, clause.sentence) for clause in verdict.clauses if clause.path == path]


def awarded(verdict: Verdict) -> list[str]:
    """The days of what is earned."""
    return [earning.awarded_at.date().isoformat() for earning in verdict.earned]
