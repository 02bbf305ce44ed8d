"""What the achievement page shows, gathered from rows once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing import achievement_facts, issuers
from app.issuing.achievement_facts import AchievementFacts
from app.issuing.achievements import Achievement, AchievementState, AchievementVersion
from app.issuing.images import Image
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.web import words
from app.web.issuer_view import IssuerView, issuer_view


@dataclass(frozen=True, slots=True)
class Skill:
    """A skill with its level as a number of bars and as a word."""

    name: str
    url: str
    level: int
    word: str
    source: str  # code and framework, for who looks closely; may be empty


@dataclass(frozen=True, slots=True)
class Picture:
    """An image with what a browser and a link preview need to know of it. `path` is shown, `url` is shared."""

    path: str
    url: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True)
class AchievementView:
    """Everything on the achievement page, of one published version."""

    id: str
    url: str
    number: int
    newest: int
    is_archived: bool
    name: str
    abbreviation: str
    description: str
    language: str
    issuer: IssuerView
    picture: Picture
    details: tuple[tuple[str, str], ...]
    criteria: str | None
    criteria_url: str | None
    skills: tuple[Skill, ...]
    tags: tuple[str, ...]
    published_at: datetime

    @property
    def older(self) -> tuple[int, ...]:
        """The numbers of the other versions, newest first."""
        return tuple(number for number in range(self.newest, 0, -1) if number != self.number)


@dataclass(frozen=True, slots=True)
class AchievementCard:
    """An achievement in a list."""

    path: str
    name: str
    abbreviation: str
    image_path: str
    details: str


def achievement_view(
    session: Session, office: Office, achievement: Achievement, version: AchievementVersion
) -> AchievementView:
    """The page of one published version."""
    facts = achievement_facts.parse(version.facts)
    image = session.get_one(Image, version.image_sha256)
    return AchievementView(
        id=achievement.id,
        url=office.addresses.achievement_version(achievement.id, version.number),
        number=version.number,
        newest=achievement.current_version or version.number,
        is_archived=achievement.state == AchievementState.ARCHIVED,
        name=facts.name,
        abbreviation=facts.abbreviation,
        description=facts.description,
        language=facts.language,
        issuer=issuer_view(office, issuers.by_id(session, achievement.issuer_id)),
        picture=picture_of(image, facts, url=office.addresses.image(image.sha256)),
        details=_details(facts),
        criteria=facts.criteria_narrative,
        criteria_url=facts.criteria_url,
        skills=skills_of(facts),
        tags=facts.tags,
        published_at=version.published_at,
    )


def cards_of(session: Session, issuer: Issuer) -> list[AchievementCard]:
    """The issuer's achievements that can be earned now, by name."""
    query = (
        select(AchievementVersion)
        .join(Achievement, Achievement.id == AchievementVersion.achievement_id)
        .where(
            Achievement.issuer_id == issuer.id,
            Achievement.state == AchievementState.PUBLISHED,
            Achievement.current_version == AchievementVersion.number,
        )
    )
    found = [(achievement_facts.parse(version.facts), version) for version in session.scalars(query)]
    found.sort(key=lambda pair: (pair[0].name.casefold(), pair[1].achievement_id))
    return [_card(facts, version) for facts, version in found]


def skills_of(facts: AchievementFacts) -> tuple[Skill, ...]:
    """The skills in the order in which they are stated."""
    return tuple(
        Skill(
            name=skill.name,
            url=skill.url,
            level=skill.level,
            word=words.LEVELS[skill.level],
            source=" · ".join(filter(None, (skill.code, skill.framework))),
        )
        for skill in facts.skills
    )


def picture_of(image: Image, facts: AchievementFacts, *, url: str) -> Picture:
    """The image of a version; `url` is where the form to share is."""
    return Picture(
        path=f"/images/{image.sha256}.png",
        url=url,
        width=image.width,
        height=image.height,
        alt=facts.image_alt or f"Badge: {facts.name} ({facts.abbreviation})",
    )


def _card(facts: AchievementFacts, version: AchievementVersion) -> AchievementCard:
    hours = [words.counted(facts.hours, "hour", "hours")] if facts.hours else []
    return AchievementCard(
        path=f"/achievements/{version.achievement_id}",
        name=facts.name,
        abbreviation=facts.abbreviation,
        image_path=f"/images/{version.image_sha256}.png",
        details=" · ".join([*hours, *words.credits(facts)]),
    )


def _details(facts: AchievementFacts) -> tuple[tuple[str, str], ...]:
    """What the page lists as label and value; absent facts leave no line."""
    method = words.assessment(facts.assessment_method)
    found = [
        ("Length", words.counted(facts.hours, "hour", "hours") if facts.hours else ""),
        ("Credits", "; ".join(words.credits(facts))),
        ("Assessed by", method or ""),
        ("Stays good", words.validity(facts.validity)),
        ("Kind of learning", ". ".join(words.education(facts))),
    ]
    return tuple((label, value) for label, value in found if value)
