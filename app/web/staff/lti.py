"""LTI platforms: connected by a one-time address or by hand, switched off and on, asked for members and results."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.errors import ServiceError
from app.issuing import lti
from app.issuing.lti import LtiPlatform, PlatformState
from app.issuing.lti.platforms import INVITATION_HOURS, Registration
from app.service import Service
from app.web.api.fields import Id
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import Refusal, go, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Connector, Reader, Staff
from app.web.staff import sources_once as once
from app.web.staff.sources_times import at_work_there

router = APIRouter(prefix="/staff/{slug}/lti", tags=["staff"], include_in_schema=False)

_FIELDS = ("name", "iss", "client_id", "login_url", "token_url", "jwks_url", "deployments")


@router.get("")
def list_platforms(request: Request, staff: Reader, service: TheService) -> Response:
    """The issuer's platforms, by name."""
    with service.database.read() as session:
        platforms = lti.platforms.of_issuer(session, staff.issuer(session))
    return at_work_there(request, "staff/lti/list.html", staff, platforms=platforms)


@router.get("/new")
def connect(request: Request, staff: Connector, service: TheService) -> Response:
    """Both ways to connect one: an address to paste, or what the platform shows, typed in."""
    return _form(request, staff, service, dict.fromkeys(_FIELDS, ""))


@router.post("/invitation")
def invite(form: Sent, staff: Connector, service: TheService) -> Response:
    """Make a one-time address with which a platform registers this tool by itself."""
    del form
    with service.database.write() as session:
        token = lti.platforms.invite(session, staff.issuer(session), actor=staff.actor)
    path = f"{staff.root}/lti/invitation"
    response = go(path)
    once.hand_over(response, service, staff, path, f"{service.office.addresses.base_url}/lti/register/{token}")
    return response


@router.get("/invitation")
def show_invitation(request: Request, staff: Connector, service: TheService) -> Response:
    """The address, once, and where it is pasted; below it the platforms that are connected by now."""
    path = f"{staff.root}/lti/invitation"
    address = once.handed_over(request, service, staff, path)
    with service.database.read() as session:
        platforms = lti.platforms.of_issuer(session, staff.issuer(session))
    response = at_work_there(
        request, "staff/lti/invitation.html", staff, address=address, hours=INVITATION_HOURS, platforms=platforms
    )
    if address is not None:
        once.forget(response, path)
    return response


@router.post("/new")
def connect_by_hand(request: Request, form: Sent, staff: Connector, service: TheService) -> Response:
    """Connect a platform in which this tool was added by hand."""
    fresh = lti.keys.generate()
    values = dict.fromkeys(_FIELDS, "")
    try:
        values = {name: form.text(name, most=10_000) for name in _FIELDS}
        stated = _stated(values)
        with service.database.write() as session:
            issuer = staff.issuer(session)
            made = lti.platforms.register(session, service.office, issuer, stated, actor=staff.actor, fresh=fresh)
            platform_id = made.id
    except ServiceError as error:
        return _form(request, staff, service, values, refused=refusal(error))
    return go(f"{staff.root}/lti/{platform_id}", _("The platform is connected. Open the tool there to try it."))


@router.get("/{platform_id}")
def show_platform(platform_id: Id, request: Request, staff: Reader, service: TheService) -> Response:
    """One platform: what it said of itself, from where it launches, and the source of its results."""
    with service.database.read() as session:
        platform = _mine(session, staff, platform_id)
    return _page(request, staff, service, platform)


@router.post("/{platform_id}/state")
def switch_platform(platform_id: Id, form: Sent, staff: Connector, service: TheService) -> Response:
    """Switch a platform and its source on or off."""
    state = PlatformState.ACTIVE if form.text("state") == PlatformState.ACTIVE else PlatformState.DISABLED
    with service.database.write() as session:
        lti.platforms.set_state(session, _mine(session, staff, platform_id), state, actor=staff.actor)
    is_on = state is PlatformState.ACTIVE
    said = _("The platform is on.") if is_on else _("The platform is off: nobody can launch from it.")
    return go(f"{staff.root}/lti/{platform_id}", said)


@router.post("/{platform_id}/deployments")
def add_deployment(platform_id: Id, request: Request, form: Sent, staff: Connector, service: TheService) -> Response:
    """Take launches of one more deployment."""
    try:
        with service.database.write() as session:
            platform = _mine(session, staff, platform_id)
            lti.platforms.add_deployment(session, platform, form.text("deployment_id"), actor=staff.actor)
    except ServiceError as error:
        with service.database.read() as session:
            platform = _mine(session, staff, platform_id)
        return _page(request, staff, service, platform, refused=refusal(error))
    return go(f"{staff.root}/lti/{platform_id}", _("Launches of this deployment are taken now."))


@router.post("/{platform_id}/ask")
def ask_now(platform_id: Id, form: Sent, staff: Connector, service: TheService) -> Response:
    """Have the worker ask for members and results at once, and not only tomorrow."""
    del form
    with service.database.write() as session:
        lti.platforms.hurry(session, _mine(session, staff, platform_id))
    return go(f"{staff.root}/lti/{platform_id}", _("The worker asks the platform next. Results arrive in the inbox."))


def _stated(values: dict[str, str]) -> Registration:
    return Registration(
        name=values["name"],
        iss=values["iss"],
        client_id=values["client_id"],
        login_url=values["login_url"],
        token_url=values["token_url"],
        jwks_url=values["jwks_url"],
        deployments=tuple(line.strip() for line in values["deployments"].splitlines() if line.strip()),
    )


def _form(
    request: Request, staff: Staff, service: Service, values: dict[str, str], *, refused: Refusal | None = None
) -> Response:
    return at_work_there(
        request,
        "staff/lti/new.html",
        staff,
        refused=refused,
        values=values,
        base_url=service.office.addresses.base_url,
        hours=INVITATION_HOURS,
    )


def _page(
    request: Request, staff: Staff, service: Service, platform: LtiPlatform, *, refused: Refusal | None = None
) -> Response:
    return at_work_there(
        request,
        "staff/lti/platform.html",
        staff,
        refused=refused,
        platform=platform,
        is_on=platform.state == PlatformState.ACTIVE,
        base_url=service.office.addresses.base_url,
    )


def _mine(session: Session, staff: Staff, platform_id: str) -> LtiPlatform:
    return lti.platforms.by_id(session, platform_id, issuer=staff.issuer(session))
