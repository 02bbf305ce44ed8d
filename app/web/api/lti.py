"""LTI platforms of the issuer: connect one by hand or by invitation, see it, switch it off."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing import lti
from app.issuing.issuers import Issuer
from app.issuing.lti import LtiPlatform, PlatformState
from app.issuing.lti.platforms import INVITATION_HOURS, Registration
from app.issuing.office import Office
from app.web.api.authentication import Reader, SourcesWriter
from app.web.api.fields import Id, In, Line200, Out
from app.web.api.idempotency import Answer, Posted, change
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/lti", route_class=StrictRoute)

Url = Annotated[str, Field(min_length=9, max_length=2_000, description="an https address")]
Identifier = Annotated[str, Field(min_length=1, max_length=255)]


class NewPlatform(In):
    """What the platform's page about external tools shows once this tool was added there by hand."""

    name: Line200
    iss: Identifier
    client_id: Identifier
    login_url: Url
    token_url: Url
    jwks_url: Annotated[str, Field(min_length=9, max_length=500)]
    deployments: Annotated[list[Identifier], Field(max_length=100)] = []  # noqa: RUF012 - pydantic copies it


class PlatformChanges(In):
    """What to change; what is left out stays. `deployment` adds one, from which launches are taken then."""

    state: PlatformState | None = None
    deployment: Identifier | None = None


class PlatformOut(Out):
    """A connected platform. `source` is the source of its results: rules and allowances are its."""

    id: str
    name: str
    iss: str
    client_id: str
    deployments: list[str]
    state: PlatformState
    source: str
    created_at: datetime


class InvitationOut(Out):
    """A one-time address to paste into the platform's form for tools that register themselves. Told this once."""

    address: str
    hours: int


@router.get("/platforms", response_model=PageOf[PlatformOut])
def list_platforms(
    caller: Reader, request: Request, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """List the issuer's platforms, newest first."""
    query = select(LtiPlatform).where(LtiPlatform.issuer_id == caller.issuer_id)
    with service.database.read() as session:
        found = page_of(session, query, (LtiPlatform.created_at, LtiPlatform.id), page)
    return respond(request, [_told(platform) for platform in found.rows], found.cursor)


@router.post("/platforms", status_code=201, response_model=PlatformOut)
def connect_platform(caller: SourcesWriter, stated: NewPlatform, post: Posted, service: TheService) -> Response:
    """Connect a platform in which this tool was added by hand. 409 when it is connected already."""
    fresh = lti.keys.generate()

    def work(session: Session, issuer: Issuer) -> Answer:
        told = stated.model_dump() | {"deployments": tuple(stated.deployments)}
        office = service.office
        made = lti.platforms.register(session, office, issuer, Registration(**told), actor=caller.actor, fresh=fresh)
        return Answer(201, _told(made))

    return post.answer(caller, work)


@router.get("/platforms/{platform_id}", response_model=PlatformOut)
def show_platform(caller: Reader, platform_id: Id, service: TheService) -> PlatformOut:
    """Show a platform."""
    with service.database.read() as session:
        return _told(lti.platforms.by_id(session, platform_id, issuer=caller.issuer(session)))


@router.patch("/platforms/{platform_id}", response_model=PlatformOut)
def change_platform(caller: SourcesWriter, platform_id: Id, stated: PlatformChanges, service: TheService) -> Response:
    """Switch a platform off or on, or take launches of one more deployment."""

    def work(session: Session, issuer: Issuer) -> Answer:
        platform = lti.platforms.by_id(session, platform_id, issuer=issuer)
        if stated.deployment is not None:
            lti.platforms.add_deployment(session, platform, stated.deployment, actor=caller.actor)
        if stated.state is not None:
            lti.platforms.set_state(session, platform, stated.state, actor=caller.actor)
        return Answer(200, _told(platform))

    return change(service, caller, work)


@router.post("/invitations", status_code=201, response_model=InvitationOut)
def invite_platform(caller: SourcesWriter, post: Posted, service: TheService) -> Response:
    """Make a one-time address with which a platform registers this tool by itself."""

    def work(session: Session, issuer: Issuer) -> Answer:
        token = lti.platforms.invite(session, issuer, actor=caller.actor)
        return Answer(201, InvitationOut(address=_address(service.office, token), hours=INVITATION_HOURS))

    return post.answer(caller, work)


def _address(office: Office, token: str) -> str:
    return f"{office.addresses.base_url}/lti/register/{token}"


def _told(platform: LtiPlatform) -> PlatformOut:
    return PlatformOut(
        id=platform.id,
        name=platform.name,
        iss=platform.iss,
        client_id=platform.client_id,
        deployments=list(platform.deployments),
        state=PlatformState(platform.state),
        source=platform.source_id,
        created_at=platform.created_at,
    )
