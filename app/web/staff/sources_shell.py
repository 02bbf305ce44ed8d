"""What every page of one source has in common: its name, its tabs, what may be done with it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.issuing import reconciling, sources
from app.issuing.office import Office
from app.issuing.sources import Source
from app.lms import ADAPTERS
from app.web.inside import Refusal
from app.web.signed_in import Staff
from app.web.staff.sources_platforms import FILES, LTI, PLATFORMS
from app.web.staff.sources_times import at_work_there

PAIRED = frozenset({"basic", "form_fields"})  # schemes whose secret is user:password


def at_source(
    request: Request,
    template: str,
    staff: Staff,
    source: Source,
    *,
    tab: str,
    refused: Refusal | None = None,
    status: int = HTTPStatus.OK,
    **shown: Any,
) -> Response:
    """A page of one source; `tab` is which of its tabs it is."""
    return at_work_there(
        request,
        f"staff/sources/{template}",
        staff,
        refused=refused,
        status=status,
        source=source,
        tab=tab,
        here_root=f"{staff.root}/sources/{source.id}",
        kind=ADAPTERS[source.type].title,
        can_be_asked=source.type in reconciling.ASKED,
        is_lti=source.type == LTI,
        is_files=source.type == FILES,
        scheme=scheme_of(source),
        **shown,
    )


def mine(session: Session, staff: Staff, source_id: str) -> Source:
    """The source, if it is of this issuer. Raises NotFound."""
    return sources.by_id(session, source_id, issuer=staff.issuer(session))


def scheme_of(source: Source) -> str:
    """How the source's deliveries prove themselves."""
    return str(source.settings.get("auth", ADAPTERS[source.type].auth_schemes[0]))


def address_of(office: Office, source: Source) -> str:
    """Where the platform sends to."""
    door = PLATFORMS[source.type].sent_to
    return office.addresses.hook(source.id) if door == "hooks" else f"{office.addresses.base_url}/{door}/{source.id}"
