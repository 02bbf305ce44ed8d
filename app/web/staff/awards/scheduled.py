"""Awards that wait for their moment: the list of them, cancelled or tried again one by one."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.issuing import achievement_search, actors, people_search, scheduled_awards
from app.issuing.learners import Learner
from app.issuing.scheduled_awards import ScheduledAward, ScheduleState
from app.web.api.pages_of_rows import PageQuery, page_of
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import at_work, go
from app.web.languages import gettext as _
from app.web.languages import marked
from app.web.signed_in import Awarder, Reader, Staff
from app.web.staff import who
from app.web.staff.awards.words import Pill
from app.web.staff.listing import with_query
from app.web.staff.local import Local
from app.web.states import Tone

router = APIRouter(prefix="/staff/{slug}/awards/scheduled", tags=["staff"], include_in_schema=False)

PAGE_ROWS = 50
_PILLS = {
    ScheduleState.WAITING: (Tone.SOON, marked("Waits")),
    ScheduleState.STOPPED: (Tone.STOPPED, marked("Cannot be made")),
    ScheduleState.MADE: (Tone.GOOD, marked("Made")),
    ScheduleState.CANCELLED: (Tone.ENDED, marked("Cancelled")),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    scheduled: ScheduledAward
    pill: Pill
    person: people_search.PersonLine
    achievement: str
    by: str

    @property
    def is_open(self) -> bool:
        """Whether it can still be cancelled."""
        return self.scheduled.state in {ScheduleState.WAITING, ScheduleState.STOPPED}


@router.get("")
def list_scheduled(request: Request, staff: Reader, service: TheService, cursor: str = "") -> Response:
    """What waits, what was made and what was cancelled, the latest moment first."""
    page = PageQuery(limit=PAGE_ROWS, cursor=cursor[:500] or None)
    query = select(ScheduledAward).where(ScheduledAward.issuer_id == staff.issuer_id)
    with service.database.read() as session:
        found = page_of(session, query, (ScheduledAward.due_at, ScheduledAward.id), page)
        rows = _rows(session, staff, list(found.rows))
    return at_work(
        request,
        "staff/awards/scheduled.html",
        staff,
        rows=rows,
        local=Local(staff.timezone),
        next_page=with_query(request, cursor=found.cursor) if found.cursor else None,
        first_page=with_query(request, cursor=None) if cursor else None,
    )


@router.post("/{scheduled_id}")
def change_scheduled(form: Sent, staff: Awarder, service: TheService, scheduled_id: str) -> Response:
    """Cancel it, or let the worker try once more."""
    act, said = scheduled_awards.cancel, _("Cancelled: it will not be awarded.")
    if form.text("act") == "again":
        act, said = scheduled_awards.try_again, _("It will be tried again within a minute.")
    with service.database.write() as session:
        found = scheduled_awards.by_id(session, scheduled_id, issuer=staff.issuer(session))
        act(session, found, actor=staff.actor)
    return go(f"{staff.root}/awards/scheduled", said)


def _rows(session: Session, staff: Staff, found: list[ScheduledAward]) -> list[Row]:
    people = session.scalars(select(Learner).where(Learner.id.in_({each.learner_id for each in found}))).all()
    lines = {line.learner.id: line for line in people_search.lines(session, people)}
    names = {choice.id: choice.words for choice in achievement_search.choices(session, staff.issuer_id)}
    known = actors.named(session, {each.created_by for each in found})
    return [
        Row(
            scheduled=each,
            pill=Pill(_PILLS[ScheduleState(each.state)][0], _(_PILLS[ScheduleState(each.state)][1])),
            person=lines[each.learner_id],
            achievement=names.get(each.achievement_id, _("A draft")),
            by=who.words(known.get(each.created_by)),
        )
        for each in found
    ]
