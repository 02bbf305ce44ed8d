"""Why somebody holds a badge, or why not: what each rule says of one person, clause by clause."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.errors import InvalidInput, NotFound
from app.issuing import explaining, learners
from app.issuing.explaining import Explanation
from app.issuing.learners import Learner
from app.web.api.fields import Id
from app.web.deps import TheService
from app.web.inside import Refusal, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Reader, Staff
from app.web.staff.rules_page import at_rules, subject

router = APIRouter(prefix="/staff/{slug}/achievements/{achievement_id}/rules", tags=["staff"], include_in_schema=False)

LONGEST_PERSON = 320


@router.get("/why")
def explain_person(
    achievement_id: Id, request: Request, staff: Reader, service: TheService, person: str = ""
) -> Response:
    """The form that asks for a person, and below it the answer. `person` is an address, or the id of a learner."""
    asked, why, learner = person.strip()[:LONGEST_PERSON], list[Explanation](), None
    refused: Refusal | None = None
    with service.database.read() as session:
        about = subject(session, staff, achievement_id)
        if asked:
            try:
                learner = _person(session, staff, asked)
                why = explaining.of_learner(session, learner.id, about.achievement)
            except (InvalidInput, NotFound) as error:
                refused = refusal(error)
    return at_rules(
        request,
        "why.html",
        staff,
        about,
        tab="why",
        refused=refused,
        person=asked,
        learner=learner,
        why=why,
    )


def _person(session: Session, staff: Staff, asked: str) -> Learner:
    issuer = staff.issuer(session)
    unknown = _("Nobody here has this address or id")
    if "\x00" in asked:
        raise InvalidInput(unknown, pointer="/person")
    found = session.get(Learner, asked)
    if found is None or found.issuer_id != issuer.id:
        found = learners.find_by_email(session, issuer, asked)
    if found is None:
        raise InvalidInput(unknown, pointer="/person")
    return found
