"""Deep linking: a teacher chooses badges for a course, and the platform gets links to them, signed by us.

What the platform wants back is kept in the page itself, sealed, until the teacher has chosen; nothing is stored.
Source: Deep Linking 2.0, 4.4 and 4.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.credentials import strict_json
from app.errors import InvalidInput, KeyUnavailable, LaunchRefused, MalformedJson, NotFound
from app.issuing import achievement_facts, achievements, issuers, lti
from app.issuing.achievements import Achievement, AchievementState
from app.issuing.issuers import Issuer
from app.issuing.lti import LtiPlatform, PlatformState
from app.lms.lti.claims import Launch
from app.service import Service
from app.web.deps import RawBody, TheService
from app.web.lti.frames import framed

router = APIRouter()

CHOICE_MINUTES = 60
MAX_CHOSEN = 20
MAX_FORM_BYTES = 65_536
SCORE_MAXIMUM = 100
_PLACE = "lti-deep-linking"
_DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
_LTI = "https://purl.imsglobal.org/spec/lti/claim/"
TOO_LATE = "This choice has ended; open it in your course once more"


def choices(request: Request, service: Service, platform: LtiPlatform, said: Launch) -> Response:
    """The page on which badges are chosen."""
    linking = said.linking
    if linking is None:  # pragma: no cover - the message is of this kind
        raise LaunchRefused(TOO_LATE)
    kept = {
        "platform": platform.id,
        "deployment": said.deployment_id,
        "return_url": linking.return_url,
        "data": linking.data,
        "several": linking.accepts_several,
        "ends": (clock.now() + timedelta(minutes=CHOICE_MINUTES)).isoformat(),
    }
    sealed = service.office.sealer.seal(strict_json.dumps(kept).decode(), place=_PLACE)
    with service.database.read() as session:
        issuer = issuers.by_id(session, platform.issuer_id)
        offered = [{"id": each.id, **_names(session, each)} for each in _published(session, issuer)]
    return framed(
        request,
        "lti_choose.html",
        issuer_name=issuer.name,
        course=said.place.title if said.place else None,
        achievements=offered,
        sealed=sealed,
        several=linking.accepts_several,
    )


def _published(session: Session, issuer: Issuer) -> Sequence[Achievement]:
    query = select(Achievement).where(
        Achievement.issuer_id == issuer.id, Achievement.state == AchievementState.PUBLISHED
    )
    return session.scalars(query.order_by(Achievement.slug)).all()


@router.post("/choose")
def choose(request: Request, body: RawBody, service: TheService) -> Response:
    """Sign the choice; the page that comes back sends it to the platform."""
    sealed, chosen = _fields(body)
    kept = _opened(service, sealed)
    if not chosen:
        raise InvalidInput("Choose at least one badge, then press the button again", pointer="/achievement")
    if len(chosen) > (MAX_CHOSEN if kept["several"] else 1):
        raise InvalidInput("These are more badges than can be put there at once", pointer="/achievement")
    with service.database.read() as session:
        platform = lti.platforms.by_id(session, kept["platform"])
        if platform.state != PlatformState.ACTIVE:
            raise LaunchRefused(TOO_LATE)
        key = lti.keys.signer(session)
        links = [_link(session, service, platform, each) for each in chosen]
    if key is None:  # pragma: no cover - made with the platform
        raise KeyUnavailable("This tool has no key yet")
    claims: dict[str, Any] = {
        "iss": platform.client_id,
        "aud": platform.iss,
        "nonce": clock.new_id(),
        _LTI + "deployment_id": kept["deployment"],
        _LTI + "message_type": "LtiDeepLinkingResponse",
        _LTI + "version": "1.3.0",
        _DL + "content_items": links,
    }
    if kept["data"] is not None:
        claims[_DL + "data"] = kept["data"]
    token = lti.keys.sign(service.office, key, claims, now=clock.now())
    where = kept["return_url"]
    return framed(request, "lti_return.html", form_to=where, action=where, token=token, count=len(links))


def _link(session: Session, service: Service, platform: LtiPlatform, achievement_id: str) -> dict[str, Any]:
    """A link to an activity that shows the badge, with a column in the gradebook where the platform makes one."""
    achievement = achievements.by_id(session, achievement_id)
    if achievement.issuer_id != platform.issuer_id or achievement.state != AchievementState.PUBLISHED:
        raise NotFound("There is no such achievement")
    names = _names(session, achievement)
    base = service.office.addresses.base_url
    return {
        "type": "ltiResourceLink",
        "title": names["name"],
        "text": names["description"],
        "url": f"{base}/lti/launch",
        "icon": {"url": f"{base}{names['image_path']}"},
        "custom": {"achievement": achievement.id},
        "lineItem": {"scoreMaximum": SCORE_MAXIMUM, "label": names["name"], "resourceId": achievement.id},
    }


def _names(session: Session, achievement: Achievement) -> dict[str, str]:
    version = achievements.current(session, achievement)
    facts = achievement_facts.parse(version.facts)
    return {
        "name": facts.name,
        "abbreviation": facts.abbreviation or "",
        "description": facts.description,
        "image_path": f"/images/{version.image_sha256}.png",
    }


def _opened(service: Service, sealed: str) -> dict[str, Any]:
    """What was kept in the page. Raises LaunchRefused for anything that we did not seal, or that is over."""
    try:
        kept: dict[str, Any] = strict_json.loads(service.office.sealer.unseal(sealed, place=_PLACE).encode())
    except (KeyUnavailable, ValueError, MalformedJson) as error:
        raise LaunchRefused(TOO_LATE) from error
    if kept["ends"] < clock.now().isoformat():
        raise LaunchRefused(TOO_LATE)
    return kept


def _fields(body: bytes) -> tuple[str, list[str]]:
    if len(body) > MAX_FORM_BYTES:
        raise InvalidInput("The form is larger than is accepted here")
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=MAX_CHOSEN + 5)
    except ValueError as error:
        raise InvalidInput("These are more badges than can be put there at once", pointer="/achievement") from error
    return "".join(fields.get("kept", [])[:1]), list(dict.fromkeys(fields.get("achievement", [])))
