"""One achievement at a glance, and what can be done with it as a whole: duplicate, archive, take back out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.errors import AlreadyExists, InvalidInput
from app.issuing import achievement_lists, achievements
from app.issuing.achievement_facts import AchievementFacts
from app.issuing.achievements import Achievement
from app.web.achievement_view import Skill, skills_of
from app.web.badge_view import stated_facts
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import Refusal, at_work, go, refusal
from app.web.languages import gettext as _
from app.web.languages import ngettext
from app.web.signed_in import Designer, Reader, Staff
from app.web.staff.achievements import fields, wording
from app.web.staff.achievements.preview import picture_path
from app.web.staff.achievements.wording import Pill

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Glance:
    """What every page of one achievement says at its top, and what its first page shows below."""

    id: str
    slug: str
    name: str
    abbreviation: str
    description: str
    language: str
    picture: str
    pill: Pill
    version: int | None
    has_draft: bool
    is_archived: bool
    is_uploaded: bool
    open_badges_2: bool
    living: int
    facts: tuple[str, ...]
    skills: tuple[Skill, ...]
    created_at: datetime
    changed_at: datetime


def glance(session: Session, staff: Staff, achievement_id: str) -> tuple[Achievement, AchievementFacts, Glance]:
    """An achievement of the issuer with what pages show of it. Raises NotFound."""
    found = achievements.by_id(session, achievement_id, issuer=staff.issuer(session))
    facts = achievements.current_facts(session, found)
    version = achievements.current(session, found) if found.current_version is not None else None
    standing = achievement_lists.standing_of(found)
    shown = Glance(
        id=found.id,
        slug=found.slug,
        name=facts.name,
        abbreviation=facts.abbreviation,
        description=facts.description,
        language=facts.language,
        picture=picture_path(staff.root, found, facts, version.image_sha256 if version else None),
        pill=wording.pill(standing, found.current_version),
        version=found.current_version,
        has_draft=found.draft is not None,
        is_archived=standing is achievement_lists.Standing.ARCHIVED,
        is_uploaded=found.draft_image_sha256 is not None,
        open_badges_2=found.open_badges_2,
        living=achievement_lists.living(session, [found.id]).get(found.id, 0),
        facts=stated_facts(facts),
        skills=skills_of(facts),
        created_at=found.created_at,
        changed_at=found.changed_at or found.created_at,
    )
    return found, facts, shown


@router.get("/{achievement_id}")
def one(staff: Reader, request: Request, achievement_id: str, service: TheService) -> Response:
    """The achievement at a glance."""
    with service.database.read() as session:
        _found, _facts, shown = glance(session, staff, achievement_id)
    return at_work(request, "staff/achievement.html", staff, achievement=shown)


@router.get("/{achievement_id}/duplicate")
def ask_for_names(staff: Designer, request: Request, achievement_id: str, service: TheService) -> Response:
    """The form that asks what the duplicate is called."""
    with service.database.read() as session:
        _found, facts, shown = glance(session, staff, achievement_id)
    given = {"name": facts.name, "abbreviation": facts.abbreviation, "slug": ""}
    return at_work(request, "staff/achievement_duplicate.html", staff, achievement=shown, given=given)


@router.post("/{achievement_id}/duplicate")
def duplicate(staff: Designer, request: Request, achievement_id: str, form: Sent, service: TheService) -> Response:
    """Make a draft of the same content under names of its own."""
    given = {name: form.text(name) for name in ("name", "abbreviation", "slug")}
    with service.database.read() as session:
        _found, facts, shown = glance(session, staff, achievement_id)
    given["slug"] = given["slug"].lower() or fields.slug_of(given["abbreviation"])
    refused = _same_abbreviation(facts, given["abbreviation"])
    if refused is None:
        try:
            with service.database.write() as session:
                issuer = staff.issuer(session)
                original = achievements.by_id(session, achievement_id, issuer=issuer)
                made = achievements.duplicate(session, issuer, original, **given, actor=staff.actor)
        except (AlreadyExists, InvalidInput) as error:
            refused = _told(error)
        else:
            return go(f"{staff.root}/achievements/{made.id}/edit", _("This is the duplicate, a draft of its own."))
    template = "staff/achievement_duplicate.html"
    return at_work(request, template, staff, refused=refused, achievement=shown, given=given)


@router.post("/{achievement_id}/archive")
def archive(staff: Designer, achievement_id: str, form: Sent, service: TheService) -> Response:  # noqa: ARG001 - asks whether the form is ours
    """Take it out of use."""
    with service.database.write() as session:
        found = achievements.by_id(session, achievement_id, issuer=staff.issuer(session))
        achievements.archive(session, found, actor=staff.actor)
        living = achievement_lists.living(session, [found.id]).get(found.id, 0)
    sentence = ngettext(
        "Archived. One living badge stays as it is.", "Archived. %(num)s living badges stay as they are.", living
    )
    return go(f"{staff.root}/achievements/{achievement_id}", sentence if living else _("Archived."))


@router.post("/{achievement_id}/restore")
def restore(staff: Designer, achievement_id: str, form: Sent, service: TheService) -> Response:  # noqa: ARG001 - as above
    """Take it out of the archive."""
    with service.database.write() as session:
        found = achievements.by_id(session, achievement_id, issuer=staff.issuer(session))
        achievements.restore(session, found, actor=staff.actor)
    return go(f"{staff.root}/achievements/{achievement_id}", _("It is out of the archive, and can be awarded again."))


def _same_abbreviation(facts: AchievementFacts, abbreviation: str) -> Refusal | None:
    if abbreviation.casefold() != facts.abbreviation.casefold():
        return None
    sentence = _("Give the duplicate an abbreviation of its own, so that people can tell the two apart.")
    return refusal(InvalidInput(sentence, pointer="/abbreviation"))


def _told(error: AlreadyExists | InvalidInput) -> Refusal:
    problems = error.facts.get("problems")
    if isinstance(error, AlreadyExists) or not problems:
        found = refusal(error)
        return Refusal(found.sentence, found.field or "slug", found.status)
    name = str(problems[0]["pointer"]).strip("/")
    return refusal(InvalidInput(_("Give the duplicate a name and an abbreviation."), pointer=f"/{name}"))
