"""What the achievement page shows, gathered from rows once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from markupsafe import Markup
from sqlalchemy.orm import Session

from app import clock
from app.issuing import achievement_facts, applications, holders, issuers
from app.issuing.achievement_facts import AchievementFacts
from app.issuing.achievements import Achievement, AchievementState, AchievementVersion
from app.issuing.images import Image
from app.issuing.office import Office
from app.web import renewal_words, structured_data, tongues, words
from app.web.endorsement_view import EndorsementView, OtherVersion, endorsements_of, other_versions
from app.web.issuer_view import IssuerView, issuer_view
from app.web.languages import gettext as _
from app.web.leads_view import LeadsView, leads_view
from app.web.tongues import Tongues

MOST_VERSIONS = 20  # that the page links to


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
    takes_applications: bool  # by what somebody learned elsewhere
    name: str
    abbreviation: str
    description: str
    language: str  # of the name
    description_language: str
    criteria_language: str
    tongues: Tongues | None  # None = its texts exist in one language only
    issuer: IssuerView
    picture: Picture
    details: tuple[tuple[str, str], ...]
    criteria: str | None
    criteria_url: str | None
    skills: tuple[Skill, ...]
    tags: tuple[str, ...]
    published_at: datetime
    held_by: str
    endorsements: tuple[EndorsementView, ...]
    endorsed_versions: tuple[OtherVersion, ...]
    leads: LeadsView | None
    structured: Markup  # the same for search engines

    @property
    def others(self) -> tuple[int, ...]:
        """The numbers of the newest other versions, newest first."""
        numbers = (number for number in range(self.newest, 0, -1) if number != self.number)
        return tuple(islice(numbers, MOST_VERSIONS))


def achievement_view(
    session: Session,
    office: Office,
    achievement: Achievement,
    version: AchievementVersion,
    *,
    tongue: str | None = None,
) -> AchievementView:
    """The page of one published version, in the reader's language or in the `tongue` that its address names."""
    facts = achievement_facts.parse(version.facts)
    told = tongues.told(facts, only=tongue)
    path = f"/achievements/{achievement.id}/v{version.number}"
    image = session.get_one(Image, version.image_sha256)
    issuer = issuer_view(office, issuers.by_id(session, achievement.issuer_id))
    url = office.addresses.achievement_version(achievement.id, version.number)
    return AchievementView(
        id=achievement.id,
        url=url,
        number=version.number,
        newest=achievement.current_version or version.number,
        is_archived=achievement.state == AchievementState.ARCHIVED,
        takes_applications=applications.switches.is_open(achievement),
        name=told.name,
        abbreviation=facts.abbreviation,
        description=told.description,
        language=told.language,
        description_language=told.description_language,
        criteria_language=told.criteria_language,
        tongues=tongues.tongues_of(facts, told, lambda tag: f"{path}/{tag}"),
        issuer=issuer,
        picture=picture_of(image, facts, name=told.name, url=office.addresses.image(image.sha256)),
        details=_details(facts),
        criteria=told.criteria,
        criteria_url=facts.criteria_url,
        skills=skills_of(facts),
        tags=facts.tags,
        published_at=version.published_at,
        held_by=holders_of(session, achievement.id),
        endorsements=endorsements_of(session, office, url),
        endorsed_versions=other_versions(session, office, achievement, version),
        leads=leads_view(
            session, achievement.issuer_id, achievement.id, today=issuers.today(session, achievement.issuer_id)
        ),
        structured=structured_data.of_achievement(office, issuer, version, facts, url=url),
    )


def skills_of(facts: AchievementFacts) -> tuple[Skill, ...]:
    """The skills in the order in which they are stated."""
    return tuple(
        Skill(
            name=skill.name,
            url=skill.url,
            level=skill.level,
            word=words.level(skill.level),
            source=" · ".join(filter(None, (skill.code, skill.framework))),
        )
        for skill in facts.skills
    )


def picture_of(image: Image, facts: AchievementFacts, *, name: str, url: str) -> Picture:
    """The image of a version; `name` is the one that is shown, `url` where the form to share is."""
    return Picture(
        path=f"/images/{image.sha256}.png",
        url=url,
        width=image.width,
        height=image.height,
        alt=facts.image_alt or _("Badge: %(name)s (%(short)s)", name=name, short=facts.abbreviation),
    )


def holders_of(session: Session, achievement_id: str) -> str:
    """How many people hold it now, in words; never a number so small that it names them."""
    number = holders.count(session, achievement_id, now=clock.now(), at_most=words.MOST_COUNTED + 1)
    return words.holders(number)


def _details(facts: AchievementFacts) -> tuple[tuple[str, str], ...]:
    """What the page lists as label and value; absent facts leave no line."""
    found = [
        (_("Kind"), words.kind(facts.achievement_type)),
        (_("Length"), words.hours(facts.hours) if facts.hours else ""),
        (_("Cost"), words.price(facts.price) if facts.price else ""),
        (_("Credits"), "; ".join(words.credits(facts))),
        (_("Assessed by"), words.assessment(facts.assessment_method) or ""),
        (_("Stays good"), words.validity(facts.validity)),
        (_("Renewal"), " ".join(renewal_words.policy(facts.renewal)) if facts.renewal else ""),
        (_("Kind of learning"), ". ".join(words.education(facts))),
        (_("Language"), words.language_name(facts.language)),
    ]
    return tuple((label, value) for label, value in found if value)
