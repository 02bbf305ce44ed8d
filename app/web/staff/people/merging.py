"""Two who are one person: looked at side by side, merged, and made two again where that was a mistake."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import NotFound, ServiceError
from app.issuing import identification, learners, merging, people_search
from app.issuing.awards import Award
from app.issuing.completions import Completion
from app.issuing.learners import Learner, LearnerState
from app.issuing.people_search import PeopleWanted, PersonLine
from app.service import Service
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import Refusal, at_work, go, refusal
from app.web.languages import gettext as _
from app.web.signed_in import PeopleKeeper, Staff
from app.web.staff.local import Local
from app.web.staff.people import words

router = APIRouter(prefix="/staff/{slug}/people", tags=["staff"], include_in_schema=False)

MOST_FOUND = 10


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two, with how much they have."""

    line: PersonLine
    name: str
    awards: int
    completions: int


@router.post("/merges/{merge_id}/undo")
def undo_merge(form: Sent, staff: PeopleKeeper, service: TheService, merge_id: str) -> Response:
    """Make two of one again; what came since stays with the one who was kept."""
    del form
    with service.database.write() as session:
        found = merging.by_id(session, staff.issuer(session), merge_id)
        merging.undo(session, service.office, found, actor=staff.actor)
    return go(f"{staff.root}/people/{found.kept_id}", _("They are two again, each with what they had."))


@router.get("/{learner_id}/merge")
def look_for_other(
    request: Request, staff: PeopleKeeper, service: TheService, learner_id: str, *, q: str = "", other: str = ""
) -> Response:
    """Look for the other one; then both side by side."""
    return _page(request, staff, service, learner_id, text=q.replace("\x00", "")[:320].strip(), other_id=other[:22])


@router.post("/{learner_id}/merge")
def take_merge(request: Request, form: Sent, staff: PeopleKeeper, service: TheService, learner_id: str) -> Response:
    """Give everything of the other one to this one, or say that this pending one is that other who is known."""
    other_id = form.text("other", most=22)
    try:
        with service.database.write() as session:
            issuer = staff.issuer(session)
            one, other = learners.by_id(session, issuer, learner_id), learners.by_id(session, issuer, other_id)
            if learners.is_pending(one) and other.state == LearnerState.KNOWN:
                kept = identification.assign(session, service.office, one, to=other, actor=staff.actor)
            else:
                merging.merge(session, service.office, kept=one, gone=other, actor=staff.actor)
                kept = one
    except NotFound:
        raise
    except ServiceError as error:
        return _page(request, staff, service, learner_id, other_id=other_id, refused=refusal(error))
    return go(f"{staff.root}/people/{kept.id}", _("They are one now. It can be undone on this page."))


def _page(
    request: Request,
    staff: Staff,
    service: Service,
    learner_id: str,
    *,
    text: str = "",
    other_id: str = "",
    refused: Refusal | None = None,
) -> Response:
    with service.database.read() as session:
        issuer = staff.issuer(session)
        one = learners.by_id(session, issuer, learner_id)
        other = learners.by_id(session, issuer, other_id) if other_id else None
        sides = [_side(session, each) for each in (one, other) if each is not None]
        found = _found(session, staff, text, but=one) if text else []
    return at_work(
        request,
        "staff/people/merge.html",
        staff,
        refused=refused,
        one=sides[0],
        other=sides[1] if other is not None else None,
        is_swapped=other is not None and learners.is_pending(one) and other.state == LearnerState.KNOWN,
        found=[(line, words.name_of(line)) for line in found],
        text=text,
        local=Local(staff.timezone),
    )


def _side(session: Session, learner: Learner) -> Side:
    (line,) = people_search.lines(session, [learner])
    awards = session.scalar(select(func.count()).where(Award.learner_id == learner.id)) or 0
    completions = session.scalar(select(func.count()).where(Completion.learner_id == learner.id)) or 0
    return Side(line, words.name_of(line), awards, completions)


def _found(session: Session, staff: Staff, text: str, *, but: Learner) -> list[PersonLine]:
    query = people_search.query(staff.issuer_id, PeopleWanted(text=text)).where(Learner.id != but.id)
    rows = session.scalars(query.order_by(Learner.created_at.desc(), Learner.id).limit(MOST_FOUND)).all()
    return people_search.lines(session, rows)
