"""The door to Open Badges 2.0: each object at its id, as JSON-LD for programs and as our page for people.

JSON is the first form here, other than at our own pages: the readers of 2.0 send no `Accept`, or any (trap 31).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.credentials import baking, strict_json
from app.errors import NotFound
from app.issuing import achievements, awards, images, issuers, open_badges_2
from app.issuing.achievements import Achievement, AchievementVersion
from app.issuing.awards import Award, Visibility
from app.issuing.open_badges_2 import Counts
from app.service import Service
from app.web import negotiation
from app.web.deps import TheService, office_asked
from app.web.headers import DRAWING_POLICY
from app.web.negotiation import DRAWING, LINKED_DATA, PAGE, PICTURE, Form
from app.web.public_badges import visible
from app.web.representations import Representation, is_id, respond

router = APIRouter(prefix="/ob2", tags=["public"], include_in_schema=False)

SIGNED = Form("jws", ".jws", ("text/plain", "application/jose"))
FILES = (SIGNED, PICTURE, DRAWING)
_VERSION = re.compile(r"v([1-9][0-9]{0,5})")
# A paused badge is not there at present, and whether it comes back is open: that is what 404 says, and 410 does not.
_STATUS = {Counts.YES: HTTPStatus.OK, Counts.PAUSED: HTTPStatus.NOT_FOUND, Counts.NEVER: HTTPStatus.GONE}


@router.get("/assertions/{name}")
def assertion(name: str, request: Request, service: TheService) -> Response:
    """The hosted badge, or its signed form: `.jws`, or `.png` and `.svg` with it inside.

    The hosted badge is 410 when it was withdrawn or replaced (OB3-74); signed bytes stay, and the issuer's list tells.
    404 for a private badge, in the words for none at all, as at the badge's own address.
    """
    award_id, _, suffix = name.partition(".")
    form = next((each for each in FILES if each.suffix == f".{suffix}"), None)
    if not is_id(award_id) or (form is None and award_id != name):
        raise NotFound(open_badges_2.NOTHING_HERE)
    with service.database.read() as session:
        award = visible(session, award_id)
        if form is not None:
            return respond(request, _file(request, session, award, form))
        found = open_badges_2.hosted_assertion(session, service.office, award)
    page = service.office.addresses.badge(award_id)
    return _answer(request, found.document, page, status=_STATUS[found.counts], headers=_robots(award))


@router.get("/achievements/{achievement_id}/{version_name}")
def badge_class(achievement_id: str, version_name: str, request: Request, service: TheService) -> Response:
    """The BadgeClass of one frozen version."""
    return _badge_class(request, service, achievement_id, version_name)


@router.get("/achievements/{achievement_id}/{version_name}/keys/{kid}")
def badge_class_of_key(
    achievement_id: str, version_name: str, kid: str, request: Request, service: TheService
) -> Response:
    """The BadgeClass that badges signed with one key name: the same, of the issuer document that lists this key."""
    return _badge_class(request, service, achievement_id, version_name, kid=kid)


@router.get("/issuers/{slug}")
def issuer(slug: str, request: Request, service: TheService) -> Response:
    """The issuer of hosted badges."""
    return _of_issuer(request, service, slug, open_badges_2.issuer_profile)


@router.get("/issuers/{slug}/revocations")
def revocations(slug: str, request: Request, service: TheService) -> Response:
    """The list of signed badges that do not count, as it is at this moment."""
    return _of_issuer(request, service, slug, open_badges_2.revocation_list)


@router.get("/issuers/{slug}/keys/{kid}")
def key(slug: str, kid: str, request: Request, service: TheService) -> Response:
    """The key that signed badges name, as PEM. 410 for a compromised one."""
    _check(slug, kid)
    return _of_issuer(request, service, slug, partial(open_badges_2.cryptographic_key, kid=kid), has_page=False)


@router.get("/issuers/{slug}/keys/{kid}/issuer")
def issuer_of_key(slug: str, kid: str, request: Request, service: TheService) -> Response:
    """The issuer of the badges that one key signed, with this key as its `publicKey`. 410 for a compromised one."""
    _check(slug, kid)
    return _of_issuer(request, service, slug, partial(open_badges_2.issuer_profile, kid=kid))


def _badge_class(
    request: Request, service: Service, achievement_id: str, version_name: str, *, kid: str | None = None
) -> Response:
    match = _VERSION.fullmatch(version_name)
    if match is None:
        raise NotFound(open_badges_2.NOTHING_HERE)
    _check(achievement_id, kid or achievement_id)
    with service.database.read() as session:
        achievement, version = _published(session, achievement_id, int(match[1]))
        document = open_badges_2.badge_class(session, office_asked(request), achievement, version, kid=kid)
    return _answer(request, document, service.office.addresses.achievement_version(achievement_id, version.number))


def _published(session: Session, achievement_id: str, number: int) -> tuple[Achievement, AchievementVersion]:
    achievement = achievements.by_id(session, achievement_id)
    return achievement, achievements.version_of(session, achievement, number)


def _of_issuer(
    request: Request, service: Service, slug: str, read: Callable[..., dict[str, Any]], *, has_page: bool = True
) -> Response:
    _check(slug)
    with service.database.read() as session:
        document = read(session, office_asked(request), issuers.by_slug(session, slug))
    return _answer(request, document, service.office.addresses.issuer(slug) if has_page else None)


def _file(request: Request, session: Session, award: Award, form: Form) -> Representation:
    media_type = negotiation.media_type_of(request.headers.get("accept"), form)
    headers = _robots(award) | ({"Content-Security-Policy": DRAWING_POLICY} if form is DRAWING else {})
    body, varies = _stored(session, award, form), len(form.media_types) > 1
    return Representation(body, media_type, is_negotiated=varies, headers=headers)


def _stored(session: Session, award: Award, form: Form) -> bytes:
    """The signed form as it was stored; pictures carry it beside the 3.0 form, so that readers of both find theirs."""
    token = open_badges_2.signed_assertion(session, award)
    if form is SIGNED:
        return token
    sha256 = awards.version_of(session, award).image_sha256
    picture = images.as_drawing(session, sha256) if form is DRAWING else images.content(session, sha256)
    return baking.bake(picture, awards.credential_of(session, award).json, assertion=token)


def _answer(
    request: Request,
    document: dict[str, Any],
    page: str | None,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    headers: dict[str, str] | None = None,
) -> Response:
    """The document, or the way to its page for whoever asks for HTML."""
    forms = (LINKED_DATA, PAGE) if page else (LINKED_DATA,)
    chosen = negotiation.choose(request.headers.get("accept"), forms)
    said = headers or {}
    if chosen.form is PAGE and page:
        way = {"Location": page, "Vary": "Accept", "Cache-Control": "no-cache", **said}
        return Response(status_code=HTTPStatus.SEE_OTHER, headers=way)
    body = strict_json.dumps(document)
    return respond(request, Representation(body, chosen.media_type, headers=said, status=status))


def _robots(award: Award) -> dict[str, str]:
    return {} if award.visibility == Visibility.PUBLIC else {"X-Robots-Tag": "noindex"}


def _check(*parts: str) -> None:
    if not all(map(is_id, parts)):
        raise NotFound(open_badges_2.NOTHING_HERE)
