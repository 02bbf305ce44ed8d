"""Acts on many awards: chosen in the list, counted and shown, asked for with a reason, and cancelled in time."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput, NotFound, ServiceError
from app.issuing import actors, award_search, bulk_acts
from app.issuing.bulk_acts import BulkAct, BulkKind, BulkState
from app.web.api.pages_of_rows import PageQuery, page_of
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import Refusal, at_work, go, refusal
from app.web.languages import gettext as _
from app.web.languages import marked
from app.web.signed_in import Awarder, Reader, Staff
from app.web.staff import who
from app.web.staff.awards import filtering, words
from app.web.staff.awards.listing import rows_of, show
from app.web.staff.awards.words import Pill
from app.web.staff.listing import with_query
from app.web.staff.local import Local
from app.web.states import Tone

router = APIRouter(prefix="/staff/{slug}/awards/bulk", tags=["staff"], include_in_schema=False)

SAMPLE = 10
PAGE_ROWS = 50
_PILLS = {
    BulkState.DRAFT: (Tone.UNKNOWN, marked("Not asked for yet")),
    BulkState.UNCONFIRMED: (Tone.SOON, marked("Waits for a second person")),
    BulkState.PENDING: (Tone.SOON, marked("Can still be cancelled")),
    BulkState.DONE: (Tone.GOOD, marked("Done")),
    BulkState.CANCELLED: (Tone.ENDED, marked("Cancelled")),
}


@router.get("")
def list_acts(request: Request, staff: Reader, service: TheService, cursor: str = "") -> Response:
    """Every act that was asked for, newest first."""
    page = PageQuery(limit=PAGE_ROWS, cursor=cursor[:500] or None)
    query = select(BulkAct).where(BulkAct.issuer_id == staff.issuer_id, BulkAct.state != BulkState.DRAFT)
    with service.database.read() as session:
        found = page_of(session, query, (BulkAct.created_at, BulkAct.id), page)
        known = actors.named(session, {act.asked_by for act in found.rows})
    acts = [
        (act, words.bulk_title(act.kind, act.count), pill(act), who.words(known.get(act.asked_by)))
        for act in found.rows
    ]
    return at_work(
        request,
        "staff/awards/bulk_list.html",
        staff,
        acts=acts,
        local=Local(staff.timezone),
        next_page=with_query(request, cursor=found.cursor) if found.cursor else None,
        first_page=with_query(request, cursor=None) if cursor else None,
    )


@router.post("")
def choose_awards(request: Request, form: Sent, staff: Awarder, service: TheService) -> Response:
    """Note which awards were ticked, or all that match the filter, and go on to the page that counts them."""
    try:
        with service.database.write() as session:
            issuer, kind = staff.issuer(session), _kind(form.text("kind"))
            ids = _matching(session, staff, form) if form.is_ticked("everything") else form.many("award")
            act = bulk_acts.choose(session, issuer, kind, ids, actor=staff.actor)
    except InvalidInput as error:
        asked_for, cursor = filtering.of_form(form), form.text("cursor", most=500)
        return show(request, staff, service, asked_for, cursor=cursor, refused=refusal(error))
    return go(f"{staff.root}/awards/bulk/{act.id}")


@router.get("/{act_id}")
def show_act(request: Request, staff: Reader, service: TheService, act_id: str) -> Response:
    """How many and which, and how it stands: to be asked for, to be agreed to, to be cancelled, or what came of it."""
    return _page(request, staff, service, act_id)


@router.post("/{act_id}")
def change_act(request: Request, form: Sent, staff: Awarder, service: TheService, act_id: str) -> Response:
    """Ask for it, agree to it, or cancel it. Whoever asks or agrees has just proved who they are."""
    what, settings = form.text("act"), service.settings
    here = f"{staff.root}/awards/bulk/{act_id}"
    if what != "cancel" and not staff.visitor.is_sure:
        return go(f"/staff/confirm?next={quote(here, safe='')}")
    try:
        with service.database.write() as session:
            act = bulk_acts.by_id(session, act_id, issuer=staff.issuer(session))
            limits = {"undo_minutes": settings.bulk_undo_minutes}
            match what:
                case "ask":
                    limits |= {"second_person_from": settings.bulk_second_person_from}
                    bulk_acts.ask(session, act, reason=form.optional("reason"), **limits, actor=staff.actor)
                case "agree":
                    bulk_acts.confirm(session, act, **limits, actor=staff.actor)
                case "cancel":
                    bulk_acts.cancel(session, act, actor=staff.actor)
                case _:
                    raise InvalidInput(_("This button is not known here"))
    except NotFound:
        raise
    except ServiceError as error:
        return _page(request, staff, service, act_id, reason=form.text("reason"), refused=refusal(error))
    return go(here, _said(act))


@router.post("/{act_id}/again")
def choose_those_again(form: Sent, staff: Awarder, service: TheService, act_id: str) -> Response:
    """Choose the awards of an act that is over once more: to give back, or those that failed."""
    is_failed = form.text("which") == "failed"
    with service.database.write() as session:
        issuer = staff.issuer(session)
        act = bulk_acts.by_id(session, act_id, issuer=issuer)
        ids = bulk_acts.award_ids(session, act, outcome="failed" if is_failed else bulk_acts.DONE)
        kind = BulkKind(act.kind) if is_failed else BulkKind.REINSTATE
        made = bulk_acts.choose(session, issuer, kind, ids, actor=staff.actor)
    return go(f"{staff.root}/awards/bulk/{made.id}")


def pill(act: BulkAct) -> Pill:
    """How an act stands, in few words."""
    if act.state == BulkState.PENDING and act.due_at is not None and act.due_at <= clock.now():
        return Pill(Tone.SOON, _("Being carried out"))
    tone, word = _PILLS[BulkState(act.state)]
    return Pill(tone, _(word))


def _page(
    request: Request,
    staff: Staff,
    service: TheService,
    act_id: str,
    *,
    reason: str = "",
    refused: Refusal | None = None,
) -> Response:
    with service.database.read() as session:
        act = bulk_acts.by_id(session, act_id, issuer=staff.issuer(session))
        sample = rows_of(session, award_search.lines(session, bulk_acts.awards_of(session, act, limit=SAMPLE)))
        known = actors.named(session, {act.asked_by, act.settled_by})
        came_of_it = bulk_acts.outcomes(session, act)
    return at_work(
        request,
        "staff/awards/bulk.html",
        staff,
        refused=refused,
        act=act,
        reason=reason,
        title=words.bulk_title(act.kind, act.count),
        pill=pill(act),
        sample=sample,
        asked_by=who.words(known.get(act.asked_by)),
        settled_by=who.words(known.get(act.settled_by or "")) if act.settled_by else "",
        is_mine=act.asked_by == staff.actor,
        outcomes=came_of_it,
        refusals=words.REFUSALS,
        is_running=act.state == BulkState.PENDING and act.due_at is not None and act.due_at <= clock.now(),
        undo_minutes=service.settings.bulk_undo_minutes,
        second_person_from=service.settings.bulk_second_person_from,
        local=Local(staff.timezone),
    )


def _matching(session: Session, staff: Staff, form: Form) -> list[str]:
    wanted = filtering.of_form(form).wanted(Local(staff.timezone))
    query = award_search.query(staff.issuer_id, wanted, now=clock.now())
    return list(award_search.ids(session, query, most=bulk_acts.MOST_AWARDS + 1))


def _kind(text: str) -> BulkKind:
    try:
        return BulkKind(text)
    except ValueError as error:
        raise InvalidInput(_("This button is not known here"), pointer="/kind") from error


def _said(act: BulkAct) -> str:
    match BulkState(act.state):
        case BulkState.UNCONFIRMED:
            return _("Asked for. It goes on once another member has agreed.")
        case BulkState.CANCELLED:
            return _("Cancelled. Nothing more is done.")
        case _:
            return _("It will be carried out shortly, and can be cancelled until then.")
