"""Watched badges: ask a holder, see who agreed, end a watch, and the days on which badges end as a calendar file."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.days import day_in
from app.errors import ServiceError
from app.issuing import issuers, verification, watches
from app.issuing.watches import LONGEST_PURPOSE
from app.projections import calendar
from app.projections.calendar import Calendar, Event
from app.service import Service
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import Refusal, at_work, go, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Reviewer, Staff
from app.web.staff.local import Local

router = APIRouter(prefix="/staff/{slug}/desk/watches", tags=["staff"], include_in_schema=False)


@router.get("")
def list_watches(request: Request, staff: Reviewer, service: TheService) -> Response:
    """What is watched or was asked, and the form to ask."""
    return _page(request, staff, service)


@router.post("")
def ask(request: Request, form: Sent, staff: Reviewer, service: TheService) -> Response:
    """Ask a holder; nothing is told before they agree."""
    try:
        with service.database.write() as session:
            award = verification.own_award(session, service.office, form.text("address", most=2_000))
            purpose = form.needed("purpose", _("Say what it is for; the holder reads it"), most=LONGEST_PURPOSE)
            recipient = form.optional("recipient", most=320)
            watcher, office = staff.issuer(session), service.office
            watches.ask(session, office, watcher, award, purpose=purpose, recipient=recipient, actor=staff.actor)
    except ServiceError as error:
        return _page(request, staff, service, typed=form, refused=refusal(error))
    return go(f"{staff.root}/desk/watches", _("The holder was asked by mail. Nothing is told before they agree."))


@router.get("/calendar.ics")
def as_calendar(staff: Reviewer, service: TheService) -> Response:
    """The days on which watched badges end, for a calendar program."""
    with service.database.read() as session:
        lines = watches.of_issuer(session, staff.issuer(session))
    events = tuple(
        Event(
            uid=f"watch-{each.watch.id}",
            day=day_in(each.award.valid_until, issuers.zone_of(session, each.award.issuer_id)),
            summary=_(
                "%(badge)s of %(holder)s ends today", badge=each.achievement, holder=each.holder or _("somebody")
            ),
            url=service.office.addresses.badge(each.award.id),
            made_at=each.watch.asked_at,
        )
        for each in lines
        if each.watch.state == "active" and each.award.valid_until is not None
    )
    host = urlsplit(service.office.addresses.base_url).hostname or "localhost"
    body = calendar.to_ics(Calendar(_("Watched badges"), events), host=host)
    headers = {"Content-Disposition": 'attachment; filename="watched.ics"', "Cache-Control": "no-store"}
    return Response(body, media_type=calendar.MEDIA_TYPE, headers=headers)


@router.post("/{watch_id}")
def end(form: Sent, staff: Reviewer, service: TheService, watch_id: str) -> Response:
    """End a watch: nothing is told any more."""
    del form
    with service.database.write() as session:
        watch = watches.by_id(session, watch_id, issuer=staff.issuer(session))
        watches.end(session, watch, actor=staff.actor, by_holder=False)
    return go(f"{staff.root}/desk/watches", _("The watch has ended."))


def _page(
    request: Request, staff: Staff, service: Service, *, typed: Form | None = None, refused: Refusal | None = None
) -> Response:
    names = ("address", "purpose", "recipient")
    with service.database.read() as session:
        lines = watches.of_issuer(session, staff.issuer(session))
    return at_work(
        request,
        "staff/desk/watches.html",
        staff,
        refused=refused,
        typed={name: typed.text(name, most=2_000) if typed else "" for name in names},
        lines=lines,
        longest=LONGEST_PURPOSE,
        local=Local(staff.timezone),
        badge=service.office.addresses.badge,
    )
