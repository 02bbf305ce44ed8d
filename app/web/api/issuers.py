"""The profile of the key's issuer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import Field, field_validator
from sqlalchemy.orm import Session

from app.issuing import images, issuers, trial
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.web.api.authentication import IssuerWriter, Reader
from app.web.api.fields import Email, In, Line200, Out, Text, Url500
from app.web.api.idempotency import Answer, change
from app.web.api.image_body import IMAGE_REQUEST, ImageBody
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/issuer", route_class=StrictRoute)


class IssuerChanges(In):
    """What to change of the profile; what is left out stays, null takes away."""

    name: Line200 | None = None
    url: Url500 | None = None
    email: Email | None = None
    description: Text | None = None
    parent_name: Line200 | None = None
    parent_url: Url500 | None = None
    timezone: Annotated[str, Field(max_length=60)] | None = None

    @field_validator("name", "url", "timezone")
    @classmethod
    def _always_there(cls, value: str | None) -> str | None:
        if value is None:
            raise ValueError("cannot be taken away")
        return value


class IssuerOut(Out):
    """An issuer's profile, as the next badge will carry it. `did` is what `issuer.id` says in a credential."""

    id: str
    slug: str
    did: str
    page: str
    name: str
    url: str
    email: str | None
    description: str | None
    image: Annotated[str | None, Field(description="address of a PNG")]
    parent_name: str | None
    parent_url: str | None
    timezone: Annotated[str, Field(description="zone in which dates are shown, such as Europe/Madrid")]
    created_at: datetime


@router.get("", response_model=IssuerOut)
def read_issuer(caller: Reader, service: TheService) -> Response:
    """Read the profile of the issuer that the key belongs to."""
    with service.database.read() as session:
        answer = _answer(service.office, caller.issuer(session))
    return Response(answer.body(), media_type="application/json")


@router.patch("", response_model=IssuerOut)
def change_issuer(caller: IssuerWriter, stated: IssuerChanges, service: TheService) -> Response:
    """Change the profile. Badges that were signed before keep the profile that they were signed with."""

    def work(session: Session, issuer: Issuer) -> Answer:
        profile = {name: getattr(stated, name) for name in stated.model_fields_set}
        changed = issuers.update(session, issuer, actor=caller.actor, **profile)
        trial.check_issuer(service.office, issuers.facts(service.office, changed))
        return _answer(service.office, changed)

    return change(service, caller, work)


@router.put("/image", response_model=IssuerOut, openapi_extra=IMAGE_REQUEST)
def put_issuer_image(caller: IssuerWriter, content: ImageBody, service: TheService) -> Response:
    """Use a PNG or SVG as the issuer's image. The body is the file itself."""
    picture = images.check(content)  # before the transaction: drawing takes time

    def work(session: Session, issuer: Issuer) -> Answer:
        sha256 = images.keep(session, picture)
        return _answer(service.office, issuers.update(session, issuer, actor=caller.actor, image_sha256=sha256))

    return change(service, caller, work)


def _answer(office: Office, issuer: Issuer) -> Answer:
    facts = issuers.facts(office, issuer)
    told = IssuerOut(
        id=issuer.id,
        slug=issuer.slug,
        did=facts.id,
        page=office.addresses.issuer(issuer.slug),
        name=issuer.name,
        url=issuer.url,
        email=issuer.email,
        description=issuer.description,
        image=facts.image_url,
        parent_name=issuer.parent_name,
        parent_url=issuer.parent_url,
        timezone=issuer.timezone,
        created_at=issuer.created_at,
    )
    return Answer(200, told)
