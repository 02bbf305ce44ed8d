"""Achievements: draft, publish, archive."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import ConfigDict, Field, JsonValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.issuing import achievement_facts, achievements, images, open_badges_2
from app.issuing.achievement_facts import AchievementFacts
from app.issuing.achievements import Achievement, AchievementState, AchievementVersion
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.web.api.authentication import AchievementsWriter, Reader
from app.web.api.fields import Id, In, Out, Slug
from app.web.api.idempotency import Answer, Posted, change
from app.web.api.image_body import IMAGE_REQUEST, ImageBody
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/achievements", route_class=StrictRoute)

VersionNumber = Annotated[int, Path(ge=1, le=2**31 - 1)]
EXAMPLE_FACTS: dict[str, JsonValue] = {
    "name": "Phlebotomy Fundamentals",
    "abbreviation": "PHLB",
    "description": "Draws venous blood safely and labels each specimen at the bedside.",
    "criteria_narrative": "Pass the knowledge test with **80 %** or more, and ten observed draws.",
    "skills": [{"name": "Venepuncture", "url": "https://skills.example/venepuncture", "level": 3}],
    "assessment_method": "observed",
    "hours": "12",
    "validity": {"kind": "months", "amount": 24},
}


class NewAchievement(In):
    """A draft with its short name, which stays for ever and is part of no address."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"slug": "phlb", "facts": EXAMPLE_FACTS}]})

    slug: Slug
    facts: AchievementFacts


class AchievementOut(Out):
    """An achievement; `facts` are the draft's where there is one (`has_draft`), else the newest version's."""

    id: str
    slug: str
    state: AchievementState
    page: str
    current_version: int | None
    has_draft: bool
    open_badges_2: Annotated[bool, Field(description="whether new versions and awards come as Open Badges 2.0 too")]
    facts: AchievementFacts
    created_at: datetime
    archived_at: datetime | None


class AchievementChanges(In):
    """Switches of an achievement, which belong to no version."""

    open_badges_2: Annotated[
        bool,
        Field(
            description="publish this achievement and its awards as Open Badges 2.0 too; switched off, it ends for new "
            "ones, and what was published keeps answering"
        ),
    ]


class VersionOut(Out):
    """A published version, which never changes. `url` is what `achievement.id` says in a credential."""

    achievement: str
    number: int
    url: str
    facts: AchievementFacts
    image: Annotated[str, Field(description="address of a PNG")]
    published_at: datetime


class AchievementsQuery(PageQuery):
    """Which achievements."""

    state: AchievementState | None = None


@router.get("", response_model=PageOf[AchievementOut])
def list_achievements(
    caller: Reader, request: Request, page: Annotated[AchievementsQuery, Query()], service: TheService
) -> Response:
    """List the issuer's achievements, newest first."""
    query = select(Achievement).where(Achievement.issuer_id == caller.issuer_id)
    if page.state is not None:
        query = query.where(Achievement.state == page.state)
    with service.database.read() as session:
        found = page_of(session, query, (Achievement.created_at, Achievement.id), page)
        items = [_told(session, service.office, achievement) for achievement in found.rows]
    return respond(request, items, found.cursor)


@router.post("", status_code=201, response_model=AchievementOut)
def create_achievement(
    caller: AchievementsWriter, stated: NewAchievement, post: Posted, service: TheService
) -> Response:
    """Add a draft. It can be awarded once it is published."""

    def work(session: Session, issuer: Issuer) -> Answer:
        made = achievements.create(session, issuer, slug=stated.slug, facts=stated.facts, actor=caller.actor)
        return Answer(201, _told(session, service.office, made))

    return post.answer(caller, work)


@router.get("/{achievement_id}", response_model=AchievementOut)
def read_achievement(caller: Reader, achievement_id: Id, service: TheService) -> Response:
    """Read one achievement, by its id or short name."""
    with service.database.read() as session:
        found = of_issuer(session, caller.issuer(session), achievement_id)
        answer = Answer(200, _told(session, service.office, found))
    return Response(answer.body(), media_type="application/json")


@router.put("/{achievement_id}", response_model=AchievementOut)
def change_achievement(
    caller: AchievementsWriter, achievement_id: Id, facts: AchievementFacts, service: TheService
) -> Response:
    """Put new facts into the draft. Published versions stay as they are; publish to make the next one."""

    def work(session: Session, issuer: Issuer) -> Answer:
        found = of_issuer(session, issuer, achievement_id)
        achievements.change(session, found, facts=facts, actor=caller.actor)
        return Answer(200, _told(session, service.office, found))

    return change(service, caller, work)


@router.patch("/{achievement_id}", response_model=AchievementOut)
def switch_achievement(
    caller: AchievementsWriter, achievement_id: Id, stated: AchievementChanges, service: TheService
) -> Response:
    """Switch Open Badges 2.0 on or off. It is off at first, and needs the issuer's e-mail address."""

    def work(session: Session, issuer: Issuer) -> Answer:
        found = of_issuer(session, issuer, achievement_id)
        open_badges_2.switch(session, found, on=stated.open_badges_2, actor=caller.actor)
        return Answer(200, _told(session, service.office, found))

    return change(service, caller, work)


@router.put("/{achievement_id}/image", response_model=AchievementOut, openapi_extra=IMAGE_REQUEST)
def put_achievement_image(
    caller: AchievementsWriter, achievement_id: Id, content: ImageBody, service: TheService
) -> Response:
    """Use a PNG or SVG from the next version on, in place of a drawn one. The body is the file itself.

    An SVG is built anew from plain shapes and also drawn as a PNG, which badges name as their image.
    """
    picture = images.check(content)  # before the transaction: drawing takes time

    def work(session: Session, issuer: Issuer) -> Answer:
        found = of_issuer(session, issuer, achievement_id)
        achievements.put_image(session, found, picture, actor=caller.actor)
        return Answer(200, _told(session, service.office, found))

    return change(service, caller, work)


@router.post("/{achievement_id}/publish", response_model=VersionOut)
def publish_achievement(caller: AchievementsWriter, achievement_id: Id, post: Posted, service: TheService) -> Response:
    """Freeze the draft as the next version; without a draft, the newest version is the answer."""

    def work(session: Session, issuer: Issuer) -> Answer:
        found = of_issuer(session, issuer, achievement_id)
        version = achievements.publish(session, service.office, found, actor=caller.actor)
        return Answer(200, _version_told(service.office, found, version))

    return post.answer(caller, work)


@router.post("/{achievement_id}/archive", response_model=AchievementOut)
def archive_achievement(caller: AchievementsWriter, achievement_id: Id, post: Posted, service: TheService) -> Response:
    """Take it out of use. What was awarded stays as it is, at its address."""

    def work(session: Session, issuer: Issuer) -> Answer:
        found = of_issuer(session, issuer, achievement_id)
        achievements.archive(session, found, actor=caller.actor)
        return Answer(200, _told(session, service.office, found))

    return post.answer(caller, work)


@router.get("/{achievement_id}/versions/{number}", response_model=VersionOut)
def read_version(caller: Reader, achievement_id: Id, number: VersionNumber, service: TheService) -> Response:
    """Read one published version."""
    with service.database.read() as session:
        found = of_issuer(session, caller.issuer(session), achievement_id)
        version = achievements.version_of(session, found, number)
        answer = Answer(200, _version_told(service.office, found, version))
    return Response(answer.body(), media_type="application/json")


def of_issuer(session: Session, issuer: Issuer, name: str) -> Achievement:
    """The issuer's achievement with this id or short name. Raises NotFound, in the same words for every reason."""
    try:
        return achievements.by_id(session, name, issuer=issuer)
    except NotFound:
        query = select(Achievement).where(Achievement.issuer_id == issuer.id, Achievement.slug == name)
        found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound("There is no such achievement")
    return found


def _told(session: Session, office: Office, achievement: Achievement) -> AchievementOut:
    return AchievementOut(
        id=achievement.id,
        slug=achievement.slug,
        state=AchievementState(achievement.state),
        page=office.addresses.achievement(achievement.id),
        current_version=achievement.current_version,
        has_draft=achievement.draft is not None,
        open_badges_2=achievement.open_badges_2,
        facts=achievements.current_facts(session, achievement),
        created_at=achievement.created_at,
        archived_at=achievement.archived_at,
    )


def _version_told(office: Office, achievement: Achievement, version: AchievementVersion) -> VersionOut:
    return VersionOut(
        achievement=achievement.id,
        number=version.number,
        url=achievements.id_of(office, version),
        facts=achievement_facts.parse(version.facts),
        image=office.addresses.image(version.image_sha256),
        published_at=version.published_at,
    )
