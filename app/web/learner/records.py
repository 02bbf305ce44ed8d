"""A stack with everything that it rests on in one signed file (CLR 2.0), for its holder to hand on."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import ServiceError
from app.issuing import records
from app.issuing.learners import Learner
from app.web.badge_view import file_stem
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.learner.badges import mine, show
from app.web.signed_in import Person

router = APIRouter(prefix="/me/badges/{award_id}", tags=["learner"], include_in_schema=False)


@router.post("/record")
def download_record(award_id: str, request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """The record. It is signed for this, so that it takes a form and not a link."""
    del form
    try:
        with service.database.write() as session:
            award = mine(session, person, award_id)
            learner = session.get_one(Learner, award.learner_id)
            made = records.make(session, service.office, learner, actor=person.actor, of=award)
            stem = file_stem(session, award)
    except ServiceError as error:
        return show(request, person, service, award_id, refused=error, about="record")
    headers = {"Content-Disposition": f'attachment; filename="{stem}-record.json"', "Cache-Control": "no-store"}
    return Response(made, media_type="application/vc+ld+json", headers=headers)
