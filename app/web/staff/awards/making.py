"""One award by hand: say who earned what, see what would be issued, and then award it, now or later."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.errors import ServiceError
from app.issuing import achievement_search, by_hand, learners, people_search, scheduled_awards
from app.issuing.by_hand import Stated
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import Refusal, at_work, go, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Awarder, Staff
from app.web.staff.awards import typed, words
from app.web.staff.awards.typed import Typed
from app.web.staff.local import Local

router = APIRouter(prefix="/staff/{slug}/awards", tags=["staff"], include_in_schema=False)

CHECK = "check"


@router.get("/new")
def ask_who_earned_what(
    request: Request, staff: Awarder, service: TheService, learner: str = "", achievement: str = ""
) -> Response:
    """The form; a person may be chosen already."""
    local = Local(staff.timezone)
    values = typed.blank(local, learner=learner[:22], achievement=achievement[:22])
    with service.database.read() as session:
        if learner:
            learners.by_id(session, staff.issuer(session), learner[:22])
        shown = _shown(session, staff, values)
    return at_work(request, "staff/awards/new.html", staff, typed=values, local=local, foreseen=None, **shown)


@router.post("/new")
def take_award(request: Request, form: Sent, staff: Awarder, service: TheService) -> Response:
    """Show what would come of it, or do it. What was typed stays in the form."""
    local, values = Local(staff.timezone), typed.blank(Local(staff.timezone))
    try:
        values = typed.of_form(form)
        stated, due_at = values.stated(local), values.due_at(local)
        if form.text("act") == CHECK:
            return _foreseen(request, staff, service, values, stated)
        with service.database.write() as session:
            issuer = staff.issuer(session)
            if due_at is not None:
                scheduled_awards.schedule(session, service.office, issuer, stated, due_at=due_at, actor=staff.actor)
                sentence = _("It will be awarded on %(when)s.", when=local.moment(due_at))
                return go(f"{staff.root}/awards/scheduled", sentence)
            outcome = by_hand.award(session, service.office, issuer, stated, actor=staff.actor)
    except ServiceError as error:
        return _refused(request, staff, service, values, refusal(error))
    said = _("Awarded, and mailed.") if outcome.created else _("Nothing was awarded: the person holds it already.")
    return go(f"{staff.root}/awards/{outcome.award.id}", said)


def _foreseen(request: Request, staff: Staff, service: TheService, values: Typed, stated: Stated) -> Response:
    with service.database.write() as session:  # it is done and undone, which takes the right to write
        issuer = staff.issuer(session)
        foreseen = by_hand.foresee(session, service.office, issuer, stated)
        name, email = values.name, values.email
        others = people_search.namesakes(session, issuer, name, but_email=email) if foreseen.is_new_person else []
        shown = _shown(session, staff, values)
    local = Local(staff.timezone)
    return at_work(
        request,
        "staff/awards/new.html",
        staff,
        typed=values,
        local=local,
        foreseen=foreseen,
        lacking=words.lacking(foreseen.lacking),
        namesakes=others,
        due_at=values.due_at(local),
        **shown,
    )


def _refused(request: Request, staff: Staff, service: TheService, values: Typed, refused: Refusal) -> Response:
    with service.database.read() as session:
        shown = _shown(session, staff, values)
    local = Local(staff.timezone)
    return at_work(
        request, "staff/awards/new.html", staff, refused=refused, typed=values, local=local, foreseen=None, **shown
    )


def _shown(session: Session, staff: Staff, values: Typed) -> dict[str, Any]:
    chosen = None
    if values.learner:
        wanted = people_search.query(staff.issuer_id, people_search.PeopleWanted(text=values.learner))
        chosen = next(iter(people_search.lines(session, session.scalars(wanted.limit(1)).all())), None)
    found = achievement_search.choices(session, staff.issuer_id, only_published=True)
    choices = [("", _("Choose one")), *((each.id, each.words) for each in found)]
    return {"achievements": found, "choices": choices, "person": chosen}
