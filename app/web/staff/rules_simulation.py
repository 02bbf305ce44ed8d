"""Trying a rule on everybody's stored past before it is switched on: who would gain, wait, be reviewed or lose."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput, NotFound
from app.issuing import simulation
from app.issuing.achievements import Achievement
from app.issuing.rules import books
from app.issuing.rules.books import Book
from app.issuing.rulings import pages
from app.issuing.simulation import Fate
from app.service import Service
from app.stacking import rules as language
from app.web.api.fields import Id
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.languages import gettext, marked
from app.web.languages import gettext as _
from app.web.signed_in import Designer, Staff
from app.web.staff.rules_editor import LONGEST, Typed, editor, problems_of, refusal_of_document
from app.web.staff.rules_page import at_rules, subject

router = APIRouter(prefix="/staff/{slug}/achievements/{achievement_id}/rules", tags=["staff"], include_in_schema=False)

AT_ONCE = 2_000  # learners looked at in one request
PEOPLE_SHOWN = 50
_FATES = {
    Fate.GAIN: (marked("would gain the badge at once"), "good"),
    Fate.APPROVE: (marked("would gain it when somebody approves"), "soon"),
    Fate.WAIT: (marked("would gain it when the delay is over"), "soon"),
    Fate.SUPERSEDE: (marked("would get a better one in place of theirs"), "good"),
    Fate.REVIEW: (marked("would be shown to somebody, who decides whether the badge stays"), "soon"),
    Fate.LOSE: (marked("would lose the badge, now or after the grace"), "stopped"),
    Fate.UNSUPPORTED: (marked("keep a badge that this rule would not have made"), "unknown"),
    Fate.HOLD: (marked("have it already, and keep it"), "ended"),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many learners meet one fate, in words."""

    fate: Fate
    words: str
    tone: str
    count: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What is tried, and how far it came: the counts of the requests before are carried along."""

    document: str = ""
    after: str = ""
    show: Fate | None = None
    looked_at: int = 0
    counts: tuple[tuple[str, int], ...] = ()


@router.get("/simulate")
def simulate_rule_in_force(achievement_id: Id, request: Request, staff: Designer, service: TheService) -> Response:
    """Try the rules that decide now on everybody's past."""
    return _page(request, staff, service, achievement_id, Asked())


@router.post("/simulate")
def simulate_document(
    achievement_id: Id, request: Request, form: Sent, staff: Designer, service: TheService
) -> Response:
    """Try a document, the next learners of it, or name those of one fate."""
    asked = _asked(form)
    try:
        return _page(request, staff, service, achievement_id, asked)
    except InvalidInput as error:
        with service.database.read() as session:
            about = subject(session, staff, achievement_id)
        typed = Typed(asked.document, form.text("begins", most=40), form.text("ends", most=40))
        refused = refusal_of_document(error)
        return editor(request, staff, about, typed, refused=refused, problems=problems_of(error))


def _asked(form: Form) -> Asked:
    show = form.text("show", most=20)
    counts = tuple((fate.value, int(form.text(f"count-{fate}", most=9))) for fate in Fate if _is_count(form, fate))
    looked_at = form.text("looked_at", most=9)
    return Asked(
        document=form.text("document", most=LONGEST + 1),
        after=form.text("after", most=22),
        show=Fate(show) if show in list(Fate) else None,
        looked_at=int(looked_at) if looked_at.isdecimal() else 0,
        counts=counts,
    )


def _is_count(form: Form, fate: Fate) -> bool:
    return form.text(f"count-{fate}", most=9).isdecimal()


def _page(request: Request, staff: Staff, service: Service, achievement_id: str, asked: Asked) -> Response:
    with service.database.read() as session:
        about = subject(session, staff, achievement_id)
        book = _book(session, about.achievement, asked.document)
        total = pages.count(session, staff.issuer_id, book)
        found = simulation.simulate(
            session,
            about.achievement,
            book,
            after=asked.after,
            limit=AT_ONCE,
            show=asked.show,
            most_shown=PEOPLE_SHOWN,
        )
        about = subject(session, staff, achievement_id)  # what was read is forgotten on the way
    counts = Counter({Fate(name): count for name, count in asked.counts}) + Counter(found.counts)
    return at_rules(
        request,
        "simulation.html",
        staff,
        about,
        tab="simulate",
        asked=asked,
        outcomes=[Outcome(fate, gettext(words), tone, counts[fate]) for fate, (words, tone) in _FATES.items()],
        counts=counts,
        looked_at=asked.looked_at + found.looked_at,
        total=total,
        after=found.after,
        people=found.people,
        most_people=PEOPLE_SHOWN,
        as_of=clock.now(),
        is_document=bool(asked.document),
    )


def _book(session: Session, achievement: Achievement, document: str) -> Book:
    if document:
        return books.of_document(achievement.id, language.read(document), seed="simulation")
    book = books.of_achievement(session, achievement)
    if book is None:
        raise NotFound(_("There is no rule for this achievement yet"))
    return book
