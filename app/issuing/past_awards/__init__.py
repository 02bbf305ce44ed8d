"""Programmes that were run elsewhere before: achievements become drafts, and awards history that nobody here signed."""

from app.issuing.past_awards.drafting import achievement_for
from app.issuing.past_awards.listing import (
    PastLine,
    by_id,
    forget,
    is_open,
    issue_anew,
    lines_of,
    of_issuer,
    of_learners,
)
from app.issuing.past_awards.tables import PastAchievement, PastAward

__all__ = [
    "PastAchievement",
    "PastAward",
    "PastLine",
    "achievement_for",
    "by_id",
    "forget",
    "is_open",
    "issue_anew",
    "lines_of",
    "of_issuer",
    "of_learners",
]
