"""A rule: which completions earn an achievement, under which conditions, and what follows. Frozen; `read` makes it.

Scores are fractions (0.8 = 80 %). A `None` says what it says at the field; every default is the safe one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from app.stacking.renewal import Validity
from app.stacking.rules.durations import Duration
from app.stacking.rules.facts import ActivityType

# A video that was watched to its end is no course: whoever means it names it.
DEFAULT_TYPES = (ActivityType.COURSE, ActivityType.PROGRAMME)


@dataclass(frozen=True, slots=True)
class Activity:
    """An entry of `match.activities`: an exact id, or a pattern with * and ?. `name` is what `combine` calls it.

    `namespace` None = whatever system the id is of.
    """

    name: str
    id: str | None = None
    pattern: str | None = None
    namespace: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Which completions the rule is about. With neither connections nor activities it matches nothing.

    No `connections` = of every source; no `activities` = every activity of these types. An activity named by its
    exact id matches whatever its type.
    """

    connections: tuple[str, ...] = ()
    activities: tuple[Activity, ...] = ()
    types: tuple[ActivityType, ...] = DEFAULT_TYPES


class Result(StrEnum):
    """What an `outcome` condition asks for. Passed counts as completed; failed never does."""

    COMPLETED = "completed"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`{outcome: passed}`."""

    result: Result


@dataclass(frozen=True, slots=True)
class ScoreAtLeast:
    """`{score_gte: "0.84"}`."""

    minimum: Decimal


@dataclass(frozen=True, slots=True)
class OccurredBetween:
    """`{occurred_between: [from, to]}`: both ends count; None = open."""

    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class LearnerIn:
    """`{learner_in: "cohort:nursing-26"}`."""

    group: str


@dataclass(frozen=True, slots=True)
class HasBadge:
    """`{has_badge: cpr-basics}`; with `valid: false` an expired or suspended one counts too, a revoked one never."""

    achievement: str
    valid: bool = True


@dataclass(frozen=True, slots=True)
class Member:
    """A name in `combine`: the activity of `match` that is called so."""

    name: str


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class NOf:
    """At least `n` parts hold."""

    n: int
    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold; only in `require`."""

    of: Condition


Condition = Outcome | ScoreAtLeast | OccurredBetween | LearnerIn | HasBadge | Member | AllOf | AnyOf | NOf | Not


class ApprovalKind(StrEnum):
    """When a member of staff decides before the award is made."""

    NONE = "none"
    ALWAYS = "always"
    SAMPLE = "sample"
    WHEN = "when"


@dataclass(frozen=True, slots=True)
class Approval:
    """`percent` (0 to 100) is of a sample, `score_lt` (a fraction) of `when`; the others have neither."""

    kind: ApprovalKind = ApprovalKind.NONE
    percent: Decimal | None = None
    score_lt: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ValidityPolicy:
    """How long awards of the rule are good. `own` None = as the achievement says.

    `end_of_year` moves the end to 31 December. `grace` follows the end; `remind` are times before the end.
    """

    own: Validity | None = None
    end_of_year: bool = False
    grace: Duration | None = None
    remind: tuple[Duration, ...] = ()


class RepeatKind(StrEnum):
    """How often a learner can earn it."""

    ONCE = "once"
    PER_ATTEMPT = "per_attempt"
    RENEWAL = "renewal"


class Stack(StrEnum):
    """From when a renewed award counts, when it was renewed before the old one's end and grace were over."""

    EXTEND = "extend_from_old_expiry"
    FROM_COMPLETION = "from_completion"


@dataclass(frozen=True, slots=True)
class Repeat:
    """`open` is how long before the old award's end it can be renewed; only of a renewal."""

    kind: RepeatKind = RepeatKind.ONCE
    open: Duration | None = None
    stack: Stack = Stack.EXTEND


class UnearnKind(StrEnum):
    """What is to be done with an award whose completion the source takes back."""

    IGNORE = "ignore"
    REVIEW = "review"
    REVOKE = "revoke"
    REVOKE_AFTER = "revoke_after"


@dataclass(frozen=True, slots=True)
class OnUnearn:
    """`grace` is of `revoke_after`: what is completed again in that time keeps the award."""

    kind: UnearnKind = UnearnKind.REVIEW
    grace: Duration | None = None


@dataclass(frozen=True, slots=True)
class OnBetterScore:
    """Keep the award, or supersede it: from one of `bands` to a higher one, or by at least `difference`.

    `bands` are lower limits, rising; with neither bands nor difference any better score supersedes.
    """

    supersede: bool = False
    bands: tuple[Decimal, ...] = ()
    difference: Decimal | None = None


class EvidencePart(StrEnum):
    """What of the completions the badge says as evidence. `links` is whatever evidence the source sent."""

    LINKS = "links"
    SCORE = "score"
    COMPLETED_AT = "completed_at"
    ACTIVITY = "activity"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDocument:
    """One version of a rule. `require` None = a completion that is not failed; `combine` None = any one activity.

    `badge` is the achievement's name for people and files; None = whoever stores the rule knows. `within` is the time
    in which everything that `combine` counts was done. `delay` is how long corrections may arrive before the award.
    """

    match: Match
    badge: str | None = None
    require: Condition | None = None
    combine: Condition | None = None
    within: Duration | None = None
    approval: Approval = Approval()
    validity: ValidityPolicy = ValidityPolicy()
    repeat: Repeat = Repeat()
    on_unearn: OnUnearn = OnUnearn()
    on_better_score: OnBetterScore = OnBetterScore()
    delay: Duration | None = None
    evidence: tuple[EvidencePart, ...] = (EvidencePart.LINKS,)
    allow_unauthenticated: bool = False
