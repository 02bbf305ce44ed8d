"""What a rule may look at: one learner's completions, awards and groups, without anything that names the person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class FactKind(StrEnum):
    """What the source says has happened; the same values as a completion's kind in the letterbox."""

    COMPLETED = "completed"
    PASSED = "passed"
    FAILED = "failed"
    PROGRESS = "progress"
    REVOKED = "revoked"
    EXPIRED = "expired"
    VOIDED = "voided"
    TEST = "test"
    UNKNOWN = "unknown"


class ActivityType(StrEnum):
    """What kind of thing was completed; the same values as in the letterbox."""

    COURSE = "course"
    MODULE = "module"
    ASSESSMENT = "assessment"
    PROGRAMME = "programme"
    BLOCK = "block"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One completion as rules see it. `None` = the source did not say; zero is a score.

    `score` is a fraction: 1 when everything was right, above 1 with extra credit. `attempt` is the source's own id of
    the try. `sequence` is its order among facts of one moment, compared as text. `trusted` is False when the source
    proves nothing about itself. `voided`: the source took this very fact back; `voided_at` says when, if known.
    """

    id: str
    source_id: str
    activity_namespace: str
    activity_id: str
    kind: FactKind
    occurred_at: datetime
    activity_type: str = ActivityType.COURSE
    activity_parent_id: str | None = None
    source_name: str | None = None
    learning_kind: str = "course"
    completed: bool | None = None
    passed: bool | None = None
    score: Decimal | None = None
    attempt: str | None = None
    sequence: str | None = None
    trusted: bool = True
    voided: bool = False
    voided_at: datetime | None = None

    @property
    def activity(self) -> tuple[str, str]:
        """The activity's key: (namespace, id)."""
        return (self.activity_namespace, self.activity_id)


class HeldState(StrEnum):
    """The stored states of an award, and `rejected`: an approval that was refused, so that no badge was made."""

    PENDING = "pending"
    ISSUED = "issued"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    REJECTED = "rejected"


LIVING = frozenset({HeldState.PENDING, HeldState.ISSUED, HeldState.SUSPENDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An award that the learner has or had, of any achievement of the issuer.

    `fact_ids` are the completions that it rests on; none = it was made by hand, and no rule takes it back.
    `ended_at` is when it was revoked, superseded or rejected; of a rejected one, `awarded_at` is the moment of what was
    refused (the earning's), not of the request. `achievement_name` is another name by which rules may
    call the achievement (a slug). `previous` is the award that it followed, None = the first or not known.
    """

    award_id: str
    achievement_id: str
    state: HeldState
    awarded_at: datetime
    slot: str = "once"
    valid_until: datetime | None = None
    score: Decimal | None = None
    fact_ids: tuple[str, ...] = ()
    rule_version: str | None = None
    ended_at: datetime | None = None
    achievement_name: str | None = None
    previous: str | None = None


@dataclass(frozen=True, slots=True)
class History:
    """Everything about one learner of one issuer that a rule may look at; order means nothing.

    `groups` are the names of the groups that the learner is in (as `cohort:nursing-26`); None = not known here.
    """

    facts: tuple[Fact, ...] = ()
    awards: tuple[Held, ...] = ()
    groups: frozenset[str] | None = None
