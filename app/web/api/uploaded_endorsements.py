"""Endorsements that were signed elsewhere: handed in, judged, shown and carried when the issuer accepts them."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.credentials.report import domain_of
from app.errors import InvalidInput
from app.issuing import endorsements, received_endorsements
from app.issuing.endorsements import MOST_CHARACTERS_OF_ABOUT
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.issuing.received_endorsements import MOST_BYTES, Judged, ReceivedEndorsement
from app.web.api.authentication import IssuerWriter, Reader
from app.web.api.endorsements import Acceptance
from app.web.api.fields import Id, In, Out
from app.web.api.idempotency import Answer, Posted, change
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import JudgingLane, TheDesk, TheService

router = APIRouter(prefix="/uploaded-endorsements", route_class=StrictRoute)


class UploadedEndorsement(In):
    """A signed EndorsementCredential as text: JSON with a proof in it, or a compact token."""

    about: Annotated[str, Field(min_length=1, max_length=MOST_CHARACTERS_OF_ABOUT)]
    document: Annotated[str, Field(min_length=1, max_length=MOST_BYTES)]


class UploadedEndorsementOut(Out):
    """An endorsement from elsewhere. `verdict` is what the last judgement said, at `judged_at`.

    `carried` says whether new badges can have it in them, `why_not` why they cannot. `url` answers with its bytes once
    it is accepted.
    """

    id: str
    url: str
    about: str
    form: str
    endorser: str
    endorser_name: str | None
    signed_by: str
    comment: str
    valid_from: datetime
    valid_until: datetime | None
    verdict: str
    sentence: str
    judged_at: datetime
    carried: bool
    why_not: str | None
    accepted_at: datetime | None
    created_at: datetime


@router.get("", response_model=PageOf[UploadedEndorsementOut])
def list_uploaded_endorsements(
    caller: Reader, request: Request, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """List the endorsements of the issuer and its things that were signed elsewhere, newest first."""
    query = select(ReceivedEndorsement).where(
        ReceivedEndorsement.issuer_id == caller.issuer_id, ReceivedEndorsement.removed_at.is_(None)
    )
    with service.database.read() as session:
        found = page_of(session, query, (ReceivedEndorsement.created_at, ReceivedEndorsement.id), page)
        items = [_told(service.office, each) for each in found.rows]
    return respond(request, items, found.cursor)


@router.post("", status_code=201, response_model=UploadedEndorsementOut)
async def upload_endorsement(  # noqa: PLR0917 - each is a dependency of the route
    caller: IssuerWriter,
    stated: UploadedEndorsement,
    post: Posted,
    service: TheService,
    desk: TheDesk,
    lane: JudgingLane,
) -> Response:
    """Hand in what somebody signed elsewhere about one of the issuer's things; it is judged before it is kept."""
    document = received_endorsements.read(stated.document.encode("utf-8", "replace"))
    judged = Judged(document, await lane.run(partial(desk.judge, document)))

    def work(session: Session, issuer: Issuer) -> Answer:
        if endorsements.whose(session, service.office, stated.about) != issuer.id:
            raise InvalidInput("Hand in endorsements of what is your own", pointer="/about")
        taken = received_endorsements.take(session, service.office, issuer, stated.about, judged, actor=caller.actor)
        return Answer(201, _told(service.office, taken))

    return await run_in_threadpool(post.answer, caller, work)


@router.get("/{endorsement_id}", response_model=UploadedEndorsementOut)
def read_uploaded_endorsement(caller: Reader, endorsement_id: Id, service: TheService) -> Response:
    """Read one of them."""
    with service.database.read() as session:
        found = received_endorsements.by_id(session, endorsement_id, issuer=caller.issuer(session))
        answer = Answer(200, _told(service.office, found))
    return Response(answer.body(), media_type="application/json")


@router.put("/{endorsement_id}", response_model=UploadedEndorsementOut)
def accept_uploaded_endorsement(
    caller: IssuerWriter, endorsement_id: Id, stated: Acceptance, service: TheService
) -> Response:
    """Show it, and have new badges carry it where they can; or not any more."""

    def work(session: Session, issuer: Issuer) -> Answer:
        found = received_endorsements.by_id(session, endorsement_id, issuer=issuer)
        received_endorsements.accept(session, found, accepted=stated.accepted, actor=caller.actor)
        return Answer(200, _told(service.office, found))

    return change(service, caller, work)


@router.delete("/{endorsement_id}", status_code=204)
def remove_uploaded_endorsement(caller: IssuerWriter, endorsement_id: Id, service: TheService) -> Response:
    """Show it nowhere and judge it no more. Badges that carry it keep it."""

    def work(session: Session, issuer: Issuer) -> Answer:
        found = received_endorsements.by_id(session, endorsement_id, issuer=issuer)
        received_endorsements.remove(session, found, actor=caller.actor)
        return Answer(204)

    return change(service, caller, work)


def _told(office: Office, found: ReceivedEndorsement) -> UploadedEndorsementOut:
    return UploadedEndorsementOut(
        id=found.id,
        url=office.addresses.endorsement(found.id),
        about=found.about,
        form=found.form,
        endorser=found.endorser_id,
        endorser_name=found.endorser_name,
        signed_by=domain_of(found.endorser_id),
        comment=found.comment,
        valid_from=found.valid_from,
        valid_until=found.valid_until,
        verdict=found.verdict,
        sentence=found.sentence,
        judged_at=found.judged_at,
        carried=found.is_carried and (found.form == "json" or office.endorsement_tokens),
        why_not=found.why_not,
        accepted_at=found.accepted_at,
        created_at=found.created_at,
    )
