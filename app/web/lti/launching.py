"""A launch: the platform says that it begins, we ask who is there, the platform answers once, signed.

A launch shows a badge and what it takes, and says who somebody is. It never awards by itself (B76): what it may cause
is that a completion which waited for this person is decided. Source: Security Framework 1.0, 5.1.1; LTI Core 1.3.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.credentials import strict_json
from app.errors import (
    InvalidInput,
    LaunchRefused,
    LearnerErased,
    LearnerUnclear,
    NotAPerson,
    NotFound,
    ServiceError,
    TooLarge,
)
from app.issuing import achievement_facts, achievements, issuers, lti
from app.issuing.achievements import Achievement, AchievementState
from app.issuing.awards import Award, AwardState, Visibility
from app.issuing.inbox import parked
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner
from app.issuing.lti import LtiPlatform
from app.issuing.tongues import Told
from app.lms.jwt_body import InvalidToken, claims_of
from app.lms.lti.claims import InvalidLaunch, Launch, Message, check_message, read_launch
from app.service import Service
from app.web import taking_in, tongues
from app.web.deps import RawBody, TheNetwork, TheService, rates_of
from app.web.lti import linking
from app.web.lti.frames import framed
from app.web.unknown_keys import with_named_key

router = APIRouter()
log = structlog.get_logger()

MAX_FIELDS = 30
MAX_FORM_BYTES = 262_144
TOLERANCE_SECONDS = 300
REFUSED = "This launch cannot be accepted. Open the activity in your course once more; if it stays, tell your teacher"


@dataclass(frozen=True, slots=True)
class Shown:
    """The badge of an activity, and how it stands with whoever launched; `badge_path` None = not earned."""

    told: Told
    image_path: str
    path: str
    badge_path: str | None


@router.get("/jwks.json")
def keys(service: TheService) -> Response:
    """The public keys with which platforms check what we sign."""
    with service.database.read() as session:
        return JSONResponse(lti.keys.published(session), headers={"Cache-Control": "public, max-age=3600"})


@router.get("/login/{slug}")
def begin(slug: str, request: Request, service: TheService) -> Response:
    """Begin a launch from a platform of this issuer: ask it who is there."""
    rates_of(request).launch(request)
    return _asked(service, slug, dict(request.query_params))


@router.post("/login/{slug}")
def begin_by_form(slug: str, request: Request, body: RawBody, service: TheService) -> Response:
    """As above; most platforms send a form."""
    rates_of(request).launch(request)
    return _asked(service, slug, fields_of(body))


@router.post("/launch")
def launch(request: Request, body: RawBody, service: TheService, network: TheNetwork) -> Response:
    """Take the platform's answer and show what it is about."""
    fields = fields_of(body)
    state = fields.get("state", "")
    with service.database.read() as session:
        login = lti.launches.under_way(session, state)
        platform = lti.platforms.by_id(session, login.platform_id)
    if request.cookies.get(_cookie_of(state)) != state:
        return framed(request, "lti_cookie.html", status=400, platform=platform.name)
    opened = taking_in.open_source(service, platform.source_id)
    token = fields.get("id_token", "").encode()
    opened = with_named_key(service, opened, token, network=network)
    try:
        now = clock.now()
        proven = claims_of(token, opened.config.jwks or {}, now=now, tolerance_seconds=TOLERANCE_SECONDS)
        claims = strict_json.loads(proven.claims)
        check_message(claims, iss=platform.iss, client_id=platform.client_id, nonce=login.nonce, now=now)
        said = read_launch(claims, iss=platform.iss)
    except (InvalidToken, InvalidLaunch) as error:
        log.warning("launch refused", platform_id=platform.id, reason=str(error))
        raise LaunchRefused(REFUSED) from error
    with service.database.write() as session:
        lti.launches.answer(session, login)
        platform = lti.platforms.by_id(session, platform.id)
        if not lti.platforms.takes(session, platform, said.deployment_id):
            log.warning("launch refused", platform_id=platform.id, reason="another deployment")
            raise LaunchRefused(REFUSED)
        lti.launches.note_course(session, platform, said)
    if said.message is Message.DEEP_LINKING:
        return linking.choices(request, service, platform, said)
    return _shown(request, service, platform, said)


def fields_of(body: bytes) -> dict[str, str]:
    """The fields of a form as browsers send it. Raises InvalidInput, TooLarge."""
    if len(body) > MAX_FORM_BYTES:
        raise TooLarge("The form is larger than is accepted", limit_bytes=MAX_FORM_BYTES)
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError as error:
        raise InvalidInput(f"A form has at most {MAX_FIELDS} fields here") from error


def _asked(service: Service, slug: str, said: dict[str, str]) -> Response:
    """Lead the browser to the platform with our question."""
    iss, hint = said.get("iss", ""), said.get("login_hint", "")
    if not iss or not hint:
        raise InvalidInput("A launch begins with `iss` and `login_hint`", pointer="/iss")
    with service.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        platform = lti.platforms.named(session, issuer, iss, said.get("client_id") or None)
        question = lti.launches.begin(session, platform)
    asked = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": platform.client_id,
        "redirect_uri": f"{service.office.addresses.base_url}/lti/launch",
        "login_hint": hint,
        "state": question.state,
        "nonce": question.nonce,
    }
    if "lti_message_hint" in said:
        asked["lti_message_hint"] = said["lti_message_hint"]
    joint = "&" if "?" in platform.login_url else "?"
    response = RedirectResponse(f"{platform.login_url}{joint}{urlencode(asked)}", status_code=302)
    # Of this browser and this frame alone: who is led to our answer with somebody else's launch has another cookie.
    rules = "Path=/lti; Max-Age=600; HttpOnly; Secure; SameSite=None; Partitioned"
    response.headers["Set-Cookie"] = f"{_cookie_of(question.state)}={question.state}; {rules}"
    response.headers["Cache-Control"] = "no-store"
    return response


def _cookie_of(state: str) -> str:
    return "lti-" + hashlib.sha256(state.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _shown(request: Request, service: Service, platform: LtiPlatform, said: Launch) -> Response:
    """Note who it is, in a transaction of its own, and show the badge of the activity."""
    problem = None
    learner = None
    try:
        with service.database.write() as session:
            issuer = issuers.by_id(session, platform.issuer_id)
            issuers.take_turn(session, issuer.id)
            learner = lti.launches.recognise(session, service.office, platform, said)
            parked.catch_up(session, service.office)
    except (LearnerUnclear, LearnerErased, NotAPerson) as error:
        problem = _sentence(error)
    with service.database.read() as session:
        issuer = issuers.by_id(session, platform.issuer_id)
        shown = _badges(session, issuer, said, learner)
    return framed(
        request,
        "lti_launch.html",
        issuer_name=issuer.name,
        course=said.place.title if said.place else None,
        badges=shown,
        problem=problem,
        may_teach=said.may_teach,
    )


def _sentence(error: ServiceError) -> str:
    if isinstance(error, NotAPerson):
        return "This is a test user of the course platform, who earns no badges"
    return "It is not clear who you are. A member of staff has to look at this; please tell them"


def _badges(session: Session, issuer: Issuer, said: Launch, learner: Learner | None) -> list[Shown]:
    """The achievement that was chosen for the activity; without a choice, what the learner holds of this issuer."""
    chosen = said.custom.get("achievement")
    if chosen is not None:
        try:
            achievement = achievements.by_id(session, chosen)
        except NotFound:
            return []
        if achievement.issuer_id != issuer.id or achievement.state == AchievementState.DRAFT:
            return []
        return [_badge(session, achievement, _award(session, achievement, learner))]
    if learner is None:
        return []
    query = (
        select(Award, Achievement)
        .join(Achievement, Achievement.id == Award.achievement_id)
        .where(Award.learner_id == learner.id, Award.state == AwardState.ISSUED)
        .order_by(Award.awarded_at.desc(), Award.id)
        .limit(50)
    )
    return [_badge(session, achievement, award) for award, achievement in session.execute(query)]


def _award(session: Session, achievement: Achievement, learner: Learner | None) -> Award | None:
    if learner is None:
        return None
    query = select(Award).where(
        Award.learner_id == learner.id,
        Award.achievement_id == achievement.id,
        Award.state == AwardState.ISSUED,
    )
    return session.scalars(query.order_by(Award.awarded_at.desc(), Award.id).limit(1)).one_or_none()


def _badge(session: Session, achievement: Achievement, award: Award | None) -> Shown:
    version = achievements.current(session, achievement)
    facts = achievement_facts.parse(version.facts)
    is_seen = award is not None and award.visibility != Visibility.PRIVATE
    return Shown(
        told=tongues.told(facts),
        image_path=f"/images/{version.image_sha256}.png",
        path=f"/achievements/{achievement.id}",
        badge_path=f"/b/{award.id}" if award is not None and is_seen else None,
    )
