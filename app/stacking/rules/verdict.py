"""What a rule says of one learner: what is earned, what becomes of awards already made, and why, clause by clause."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

# Whether a clause was met; unknown is neither.
MET: Final = True
UNMET: Final = False
UNKNOWN: Final = None


class Decision(StrEnum):
    """The verdict in one word."""

    NO_MATCH = "no_match"  # no completion is of anything that the rule names
    NOT_EARNED = "not_earned"
    WAITING = "waiting"  # earned, but `delay` is not over
    EARNED = "earned"
    HELD = "held"  # earned earlier; nothing new is to be made


class Action(StrEnum):
    """What the rule asks to do with an award that was made."""

    KEEP = "keep"
    REVIEW = "review"
    REVOKE = "revoke"
    SUPERSEDE = "supersede"


@dataclass(frozen=True, slots=True)
class Clause:
    """One part of the rule and whether it was met; `met` None = cannot be told from what is known.

    `path` is a JSON Pointer into the rule document; `activity` the id that it was asked of, None = of the learner.
    """

    path: str
    met: bool | None
    code: str
    sentence: str
    activity: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "path": self.path,
            "met": self.met,
            "code": self.code,
            "sentence": self.sentence,
            "activity": self.activity,
        }


@dataclass(frozen=True, slots=True)
class ApprovalNeed:
    """Whether a member of staff decides before the award is made, and why."""

    needed: bool
    code: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Earning:
    """One award to make. `slot` makes it the only one, whatever happens at once.

    `slot` None: it follows another earning of the same verdict (an older period of a backfill) that has no id yet:
    make that one first and evaluate again. `previous` is the award that it follows (expired or revoked),
    `supersedes` the living one whose place it takes. `awarded_at` is when the conditions became true, by occurrence.
    `valid_until` None = never ends. `grace_until` and `remind_at` are None and empty without an end. `score` is the
    lowest score of what was counted, None = no score was stated. `not_before` is when it may be made.
    """

    slot: str | None
    awarded_at: datetime
    valid_until: datetime | None
    fact_ids: tuple[str, ...]
    approval: ApprovalNeed
    not_before: datetime
    score: Decimal | None = None
    previous: str | None = None
    supersedes: str | None = None
    grace_until: datetime | None = None
    remind_at: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the rule says of one award that was made. `supported` None = cannot be told, and then nothing is asked.

    `at` is when `action` is to be carried out (for a revocation after a grace, its end). `fact_ids` are the facts that
    took the completion back. `earning` is what supersedes it.
    """

    award_id: str
    supported: bool | None
    action: Action
    code: str
    sentence: str
    at: datetime | None = None
    fact_ids: tuple[str, ...] = ()
    earning: Earning | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The whole answer. `code` and `sentence` are those of the clause that decided; `clauses` are in document order.

    `earned` holds what is to be made, by `awarded_at`, also what still waits (`not_before`). `standings` has the
    learner's living awards of the achievement. `matched` are the ids of all facts that the rule is about.
    """

    decision: Decision
    code: str
    sentence: str
    clauses: tuple[Clause, ...]
    earned: tuple[Earning, ...] = ()
    standings: tuple[Standing, ...] = ()
    matched: tuple[str, ...] = ()

    def explanation(self) -> list[dict[str, Any]]:
        """The clauses as plain JSON values, to be stored and shown."""
        return [clause.to_dict() for clause in self.clauses]
