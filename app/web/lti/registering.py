"""Dynamic registration: an administrator pastes one address into the platform, and both know each other.

The address carries a one-time invitation of an issuer; nobody else can register a platform. Source: LTI Dynamic
Registration 1.0, 3.3 to 3.6.
"""

from __future__ import annotations

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import FetchFailed, InvalidInput
from app.issuing import issuers, lti
from app.issuing.lti.platforms import Registration
from app.outbound import lti as platforms_outside
from app.outbound.lti import Tool
from app.web.deps import TheNetwork, TheService
from app.web.lti.frames import framed

router = APIRouter()
log = structlog.get_logger()

NOT_ANSWERED = (
    "The platform could not be asked for its configuration, or did not take the registration. Try it once more; "
    "if it stays, connect the platform by hand"
)


@router.get("/register/{token}")
def register(token: str, request: Request, service: TheService, network: TheNetwork) -> Response:
    """Register this tool at the platform that opened the address, and the platform here.

    The platform adds `openid_configuration`, where it describes itself, and most a `registration_token`.
    """
    configuration = request.query_params.get("openid_configuration", "")
    with service.database.read() as session:
        invited = lti.platforms.invitation(session, token)
        issuer = issuers.by_id(session, invited.issuer_id)
    if not configuration:
        raise InvalidInput(
            "Paste this address into the platform's form for tools that register themselves (dynamic registration); "
            "opened in a browser it does nothing",
            pointer="/openid_configuration",
        )
    tool = Tool(
        name=f"Badges of {issuer.name}",
        description="Shows badges in the course and hands them to learners",
        base_url=service.office.addresses.base_url,
        login_url=f"{service.office.addresses.base_url}/lti/login/{issuer.slug}",
    )
    try:
        found = platforms_outside.discover(configuration, network=network)
        answered = platforms_outside.register(
            found, tool, request.query_params.get("registration_token"), network=network
        )
    except FetchFailed as error:
        log.warning("platform not registered", issuer_id=issuer.id, reason=error.reason)
        raise InvalidInput(NOT_ANSWERED, pointer="/openid_configuration") from error
    fresh = lti.keys.generate()
    stated = Registration(
        name=found.family or found.iss.removeprefix("https://"),
        iss=found.iss,
        client_id=answered.client_id,
        login_url=found.login_url,
        token_url=found.token_url,
        jwks_url=found.jwks_url,
        deployments=(answered.deployment_id,) if answered.deployment_id else (),
    )
    with service.database.write() as session:
        office, issuer = service.office, issuers.by_id(session, issuer.id)
        platform = lti.platforms.register(session, office, issuer, stated, actor="lti", fresh=fresh)
        lti.platforms.use(session, token, platform)
    return framed(request, "lti_registered.html", platform=platform.name, issuer_name=issuer.name)
