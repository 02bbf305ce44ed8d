"""What is said of an award, in requests and in answers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.credentials import model
from app.issuing.achievement_facts import Url
from app.issuing.achievements import AchievementVersion
from app.issuing.awards import Award, AwardState, Visibility
from app.issuing.office import Office, Sponsorship
from app.web.api.fields import AchievementName, In, Line200, Out, PastMoment, Reason, Text
from app.web.api.recipients import Recipient


class EvidenceIn(In):
    """Something that shows the achievement was earned: an address, words, or both."""

    id: Annotated[Url | None, Field(description="its address")] = None
    name: Line200 | None = None
    narrative: Text | None = None
    description: Text | None = None
    genre: Line200 | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.id is None and self.narrative is None:
            raise ValueError("give the evidence's address as id, or tell it as narrative")
        return self

    def fact(self) -> model.Evidence:
        """As the office takes it."""
        return model.Evidence(**self.model_dump())


class SponsorshipIn(In):
    """Who paid for what led to the award, and how. Holder and staff read it; it is never signed."""

    sponsor: Line200 | None = None
    funding: Text | None = None

    def sponsorship(self) -> Sponsorship | None:
        """As the office takes it; None = nothing is said."""
        return Sponsorship(self.sponsor, self.funding) if self.sponsor or self.funding else None


class _AwardFacts(SponsorshipIn):
    awarded_at: Annotated[PastMoment | None, Field(description="when it was earned; left out: now")] = None
    evidence: Annotated[tuple[EvidenceIn, ...], Field(max_length=20)] = ()
    narrative: Text | None = None

    def facts_of_evidence(self) -> tuple[model.Evidence, ...]:
        """As the office takes them."""
        return tuple(item.fact() for item in self.evidence)


class NewAward(_AwardFacts):
    """Who earned what, and when."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"achievement": "phlb", "recipient": {"email": "ana.ortiz@hospital.example", "name": "Ana Ortiz"}}
            ]
        }
    )

    achievement: AchievementName
    recipient: Recipient


class Successor(_AwardFacts):
    """What the new award says in place of the old one; the learner is the same."""

    achievement: Annotated[AchievementName | None, Field(description="left out: the same achievement")] = None


class WithReason(In):
    """Why it is done."""

    reason: Reason


class VisibilityIn(In):
    """Who sees the page."""

    visibility: Visibility


class AwardOut(Out):
    """An award. `url` is the badge's page, and `id` of its credential. `is_expired` is computed now."""

    id: str
    url: str
    state: AwardState
    is_expired: bool
    visibility: Visibility
    achievement: str
    achievement_version: int
    learner: str
    completion: str | None
    awarded_at: datetime
    valid_until: datetime | None
    evidence: list[dict[str, str]]
    narrative: str | None
    sponsor: str | None
    funding: str | None
    reason: str | None
    revoked_at: datetime | None
    suspended_at: datetime | None
    supersedes: str | None
    superseded_by: str | None
    revision: Annotated[int, Field(description="how often it was signed")]
    created_at: datetime


class AwardMade(AwardOut):
    """The award; `created` is false when the learner held it already.

    `prerequisites_missing`: what comes before the achievement and the learner had not on the day of the award. It is
    awarded all the same.
    """

    created: bool
    prerequisites_missing: tuple[str, ...]


def version_numbers(session: Session, awards: Iterable[Award]) -> dict[str, int]:
    """Version id -> number, for these awards, in one query."""
    ids = {award.version_id for award in awards}
    query = select(AchievementVersion.id, AchievementVersion.number).where(AchievementVersion.id.in_(ids))
    return {row.id: row.number for row in session.execute(query)}


def told(session: Session, office: Office, award: Award) -> AwardOut:
    """One award as it is told."""
    return AwardOut(**members(office, award, version_numbers(session, [award])))


def members(office: Office, award: Award, versions: dict[str, int]) -> dict[str, object]:
    """The members of `AwardOut`."""
    return {
        "id": award.id,
        "url": office.at(award.era).addresses.badge(award.id),
        "state": award.state,
        "is_expired": award.valid_until is not None and award.valid_until < clock.now(),
        "visibility": award.visibility,
        "achievement": award.achievement_id,
        "achievement_version": versions[award.version_id],
        "learner": award.learner_id,
        "completion": award.completion_id,
        "awarded_at": award.awarded_at,
        "valid_until": award.valid_until,
        "evidence": award.evidence,
        "narrative": award.narrative,
        "sponsor": award.sponsor,
        "funding": award.funding,
        "reason": award.reason,
        "revoked_at": award.revoked_at,
        "suspended_at": award.suspended_at,
        "supersedes": award.supersedes_id,
        "superseded_by": award.superseded_by_id,
        "revision": award.revision,
        "created_at": award.created_at,
    }
