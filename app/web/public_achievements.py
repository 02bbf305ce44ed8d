"""The door to achievements: the newest version and every frozen one, as a page and as the JSON that badges carry."""

from __future__ import annotations

import re

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.credentials import strict_json
from app.errors import NotFound
from app.issuing import achievements, pins, tongues
from app.issuing.achievements import Achievement, AchievementVersion
from app.issuing.pathways import exporting
from app.service import Service
from app.web import negotiation
from app.web.achievement_view import achievement_view
from app.web.deps import TheService
from app.web.negotiation import CTDL, LINKED_DATA, PAGE, Form
from app.web.pages import page
from app.web.representations import Alternate, Representation, is_id, respond

router = APIRouter(tags=["public"], include_in_schema=False)

NO_SUCH_ACHIEVEMENT = "There is no such achievement"
_VERSION = re.compile(r"v([1-9][0-9]{0,5})")


@router.get("/achievements/{name}")
def newest(name: str, request: Request, service: TheService) -> Response:
    """The newest published version. 404 for a draft that never was published."""
    achievement_id, form = form_of(name)
    with service.database.read() as session:
        achievement = _achievement(session, achievement_id)
        if achievement.current_version is None:
            raise NotFound(NO_SUCH_ACHIEVEMENT)
        version = achievements.current(session, achievement)
        return _answer(request, service, session, achievement, version, form=form)


@router.get("/achievements/{achievement_id}/{name}")
def one_version(achievement_id: str, name: str, request: Request, service: TheService) -> Response:
    """One frozen version: the members are those that its badges carry, and it never changes."""
    version_name, form = form_of(name)
    match = _VERSION.fullmatch(version_name)
    if match is None:
        raise NotFound(NO_SUCH_ACHIEVEMENT)
    with service.database.read() as session:
        achievement = _achievement(session, achievement_id)
        version = achievements.version_of(session, achievement, int(match[1]))
        return _answer(request, service, session, achievement, version, form=form)


@router.get("/achievements/{achievement_id}/{version_name}/{name}")
def in_one_language(
    achievement_id: str, version_name: str, name: str, request: Request, service: TheService
) -> Response:
    """One frozen version in one of its languages, as `related` of what is signed names it; for ever, as that is."""
    tag, form = form_of(name)
    match = _VERSION.fullmatch(version_name)
    if match is None or form is CTDL:
        raise NotFound(NO_SUCH_ACHIEVEMENT)
    with service.database.read() as session:
        achievement = _achievement(session, achievement_id)
        version = achievements.version_of(session, achievement, int(match[1]))
        if tag not in tongues.offered_by(version.facts):
            raise NotFound(NO_SUCH_ACHIEVEMENT)
        return _answer(request, service, session, achievement, version, form=form, tongue=tag)


def form_of(name: str) -> tuple[str, Form | None]:
    """A name without its suffix, and the form that the suffix asks for: `.json` as in badges, `.jsonld` CTDL."""
    for form in (CTDL, LINKED_DATA):
        if name.endswith(form.suffix):
            return name.removesuffix(form.suffix), form
    return name, None


def _achievement(session: Session, achievement_id: str) -> Achievement:
    if not is_id(achievement_id):
        raise NotFound(NO_SUCH_ACHIEVEMENT)
    return achievements.by_id(session, achievement_id)


def _answer(
    request: Request,
    service: Service,
    session: Session,
    achievement: Achievement,
    version: AchievementVersion,
    *,
    form: Form | None,
    tongue: str | None = None,
) -> Response:
    """`form` and `tongue` = those that the address names; else `Accept` chooses between page and achievement."""
    chosen = negotiation.choose(request.headers.get("accept"), (form,) if form else (PAGE, LINKED_DATA))
    url = service.office.addresses.achievement_version(achievement.id, version.number)
    url = url if tongue is None else f"{url}/{tongue}"
    links = Alternate(url, negotiation.HTML), Alternate(f"{url}.json", LINKED_DATA.media_types[0])
    if chosen.form is PAGE:
        view = achievement_view(session, service.office, achievement, version, tongue=tongue)
        return page(request, "achievement.html", negotiated=True, alternates=links, achievement=view)
    if chosen.form is CTDL:
        told = exporting.achievement_in_ctdl(session, service.office, achievement, version)
        return respond(request, Representation(strict_json.dumps(told), chosen.media_type, alternates=links))
    document = pins.published(version, in_language=tongue)
    return respond(request, Representation(document, chosen.media_type, alternates=links))
