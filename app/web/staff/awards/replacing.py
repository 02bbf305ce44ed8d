"""Putting a new award in an old one's place: the same person, and what the old one should have said."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.errors import NotFound, ServiceError
from app.issuing import achievement_search, achievements, award_search, award_status, awards
from app.issuing.awards import Earned
from app.issuing.learners import Learner
from app.issuing.office import Sponsorship
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import Refusal, at_work, go, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Awarder, Staff
from app.web.staff.awards import typed
from app.web.staff.awards.typed import Typed
from app.web.staff.local import Local

router = APIRouter(prefix="/staff/{slug}/awards/{award_id}", tags=["staff"], include_in_schema=False)


@router.get("/replace")
def ask_for_successor(request: Request, staff: Awarder, service: TheService, award_id: str) -> Response:
    """The form, filled with what the old award says."""
    return _page(request, staff, service, award_id)


@router.post("/replace")
def take_successor(request: Request, form: Sent, staff: Awarder, service: TheService, award_id: str) -> Response:
    """Award the new one; the old one is revoked, and says what replaced it."""
    local, values = Local(staff.timezone), None
    try:
        values = typed.of_form(form)
        awarded_at, evidence = typed.earned_at(values.awarded_on, local), typed.evidence(values.evidence)
        with service.database.write() as session:
            issuer = staff.issuer(session)
            old = awards.by_id(session, award_id, issuer=issuer)
            if local.field(old.awarded_at) == values.awarded_on:  # the day was not changed, so the hour stays as well
                awarded_at = old.awarded_at
            earned = Earned(
                achievement=achievements.by_id(session, values.achievement, issuer=issuer),
                learner=session.get_one(Learner, old.learner_id),
                awarded_at=awarded_at,
                evidence=evidence,
                narrative=values.narrative or None,
                sponsorship=values.sponsorship() or Sponsorship(),
            )
            new = award_status.supersede(session, service.office, old, earned, actor=staff.actor)
    except NotFound:
        raise
    except ServiceError as error:
        return _page(request, staff, service, award_id, values=values, refused=refusal(error))
    return go(f"{staff.root}/awards/{new.id}", _("This badge took the old one's place, which says so."))


def _page(
    request: Request,
    staff: Staff,
    service: TheService,
    award_id: str,
    *,
    values: Typed | None = None,
    refused: Refusal | None = None,
) -> Response:
    local = Local(staff.timezone)
    with service.database.read() as session:
        shown = _shown(session, staff, award_id, local, values)
    return at_work(request, "staff/awards/replace.html", staff, refused=refused, local=local, **shown)


def _shown(session: Session, staff: Staff, award_id: str, local: Local, values: Typed | None) -> dict[str, Any]:
    award = awards.by_id(session, award_id, issuer=staff.issuer(session))
    (line,) = award_search.lines(session, [award])
    lines = [" ".join(filter(None, (each.get("id"), each.get("name")))) for each in award.evidence if each.get("id")]
    as_it_is = typed.blank(
        local,
        achievement=award.achievement_id,
        awarded_on=local.field(award.awarded_at),
        narrative=award.narrative or "",
        sponsor=award.sponsor or "",
        funding=award.funding or "",
        evidence="\n".join(lines),
    )
    found = achievement_search.choices(session, staff.issuer_id, only_published=True)
    choices = [(each.id, each.words) for each in found]
    return {"line": line, "typed": values or as_it_is, "choices": choices}
