"""What every source says, in our words: one completion, its learner, its activity and its score.

`None` means that the source did not say. Moments are aware, UTC, whole seconds. Everything turns into JSON and back
without loss (`Completion.to_dict`, `Completion.from_dict`), because it is stored between two stages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Self

from app.credentials.model import Evidence


class CompletionKind(StrEnum):
    """What the source says has happened. Only `completed` and `passed` earn by themselves; `progress` has news only."""

    COMPLETED = "completed"
    PASSED = "passed"
    FAILED = "failed"
    PROGRESS = "progress"
    REVOKED = "revoked"
    EXPIRED = "expired"
    VOIDED = "voided"
    TEST = "test"
    UNKNOWN = "unknown"


class LearningKind(StrEnum):
    """How it was learned. Kept for every completion, whether or not a badge follows (SEED-02)."""

    COURSE = "course"
    WORKSHOP = "workshop"
    ON_THE_JOB = "on_the_job"
    SELF_STUDY = "self_study"
    OTHER = "other"


class ActivityType(StrEnum):
    """What kind of thing was completed. A video that was watched to its end is not a course."""

    COURSE = "course"
    MODULE = "module"
    ASSESSMENT = "assessment"
    PROGRAMME = "programme"
    BLOCK = "block"
    OTHER = "other"


class ScoreUnit(StrEnum):
    """The unit that was declared for a raw score; never guessed from how large the number is."""

    FRACTION = "fraction"
    PERCENT = "percent"
    POINTS = "points"


class MomentSource(StrEnum):
    """Where `occurred_at` is from: stated, stated without a zone (the source's own was taken), or our own clock."""

    PAYLOAD = "payload"
    ASSUMED_ZONE = "assumed_zone"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class LearnerFacts:
    """The person as the source names them: at least one of `source_id` and `email` is there.

    An identity is (namespace, source_id). `email` is as it was sent, trimmed, and can be normalised for matching.
    `mbox_sha1sum` is xAPI's hash of a whole `mailto:` IRI, in lower-case hex: it finds an address that is known already
    and is never an identity. `is_test_user` marks the platform's own previews, guests and demonstrations.
    """

    namespace: str
    source_id: str | None = None
    email: str | None = None
    username: str | None = None
    sis_id: str | None = None
    display_name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    mbox_sha1sum: str | None = None
    is_test_user: bool = False


@dataclass(frozen=True, slots=True)
class ActivityFacts:
    """What was completed. (namespace, source_id) is its key; name and code are for people.

    `parent_source_id` is what it is a part of (the course of an assessment), in the same namespace.
    """

    namespace: str
    source_id: str
    type: ActivityType = ActivityType.COURSE
    name: str | None = None
    code: str | None = None
    parent_source_id: str | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """`scaled` is 0 to 1 by the declared unit, above 1 with extra credit; `raw` is as sent. Zero is a score."""

    scaled: Decimal | None = None
    raw: Decimal | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    letter: str | None = None
    unit: ScoreUnit | None = None

    def to_dict(self) -> dict[str, str | None]:
        """All members as text, because JSON numbers would lose digits."""
        return {name: None if value is None else str(value) for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, stored: Mapping[str, str | None]) -> Self:
        """The score that `to_dict` wrote."""
        unit = stored["unit"]
        return cls(
            scaled=_decimal(stored["scaled"]),
            raw=_decimal(stored["raw"]),
            minimum=_decimal(stored["minimum"]),
            maximum=_decimal(stored["maximum"]),
            letter=stored["letter"],
            unit=None if unit is None else ScoreUnit(unit),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """One normalised fact. The same event of a source always has the same `dedupe_key` (at most 255 characters).

    `index` is its place in the delivery. `comment` is the sender's; `notes` are the letterbox's remarks for staff.
    `sequence` is the source's own order among facts of one moment, compared as text; None where it gives none.
    `valid_until` is stated of awards that were issued elsewhere only, `sponsor` and `funding` (who paid, and how) of
    awards by hand only; no rule asks for them, so none of the three is stored with the fact.
    """

    kind: CompletionKind
    dedupe_key: str
    learner: LearnerFacts
    activity: ActivityFacts
    occurred_at: datetime
    occurred_at_source: MomentSource
    learning_kind: LearningKind = LearningKind.COURSE
    event_id: str | None = None
    attempt_id: str | None = None
    completed: bool | None = None
    passed: bool | None = None
    score: Score | None = None
    sent_at: datetime | None = None
    evidence: tuple[Evidence, ...] = ()
    comment: str | None = None
    notes: tuple[str, ...] = ()
    index: int = 0
    sequence: str | None = None
    valid_until: datetime | None = None
    sponsor: str | None = None
    funding: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The fact as plain JSON values: numbers of a score as text, moments in ISO 8601."""
        return {
            "kind": self.kind.value,
            "learning_kind": self.learning_kind.value,
            "dedupe_key": self.dedupe_key,
            "event_id": self.event_id,
            "learner": asdict(self.learner),
            "activity": asdict(self.activity) | {"type": self.activity.type.value},
            "attempt_id": self.attempt_id,
            "completed": self.completed,
            "passed": self.passed,
            "score": None if self.score is None else self.score.to_dict(),
            "occurred_at": self.occurred_at.isoformat(),
            "occurred_at_source": self.occurred_at_source.value,
            "sent_at": None if self.sent_at is None else self.sent_at.isoformat(),
            "evidence": [asdict(evidence) for evidence in self.evidence],
            "comment": self.comment,
            "notes": list(self.notes),
            "index": self.index,
            "sequence": self.sequence,
        }

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Self:
        """The fact that `to_dict` wrote; equal to the original in every field."""
        activity = stored["activity"]
        return cls(
            kind=CompletionKind(stored["kind"]),
            learning_kind=LearningKind(stored["learning_kind"]),
            dedupe_key=stored["dedupe_key"],
            event_id=stored["event_id"],
            learner=LearnerFacts(**stored["learner"]),
            activity=ActivityFacts(**{**activity, "type": ActivityType(activity["type"])}),
            attempt_id=stored["attempt_id"],
            completed=stored["completed"],
            passed=stored["passed"],
            score=None if stored["score"] is None else Score.from_dict(stored["score"]),
            occurred_at=datetime.fromisoformat(stored["occurred_at"]),
            occurred_at_source=MomentSource(stored["occurred_at_source"]),
            sent_at=None if stored["sent_at"] is None else datetime.fromisoformat(stored["sent_at"]),
            evidence=tuple(Evidence(**evidence) for evidence in stored["evidence"]),
            comment=stored["comment"],
            notes=tuple(stored["notes"]),
            index=stored["index"],
            sequence=stored.get("sequence"),
        )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
