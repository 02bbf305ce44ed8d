"""The short way to a rule: one activity of one source, with or without a minimum score."""

from __future__ import annotations

from decimal import Decimal

from app.stacking.rules.document import Activity, Match, RuleDocument, ScoreAtLeast


def simple(*, source_id: str, activity_id: str, minimum_score: Decimal | None = None) -> RuleDocument:
    """The rule that a mapping of an activity to an achievement means; `minimum_score` is a fraction."""
    return RuleDocument(
        match=Match(connections=(source_id,), activities=(Activity("a1", id=activity_id),)),
        require=None if minimum_score is None else ScoreAtLeast(minimum_score),
    )
