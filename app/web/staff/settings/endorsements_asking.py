"""Asking for an endorsement, and answering when one is asked: sign with the issuer's own key, or decline."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput, NotFound, ServiceError
from app.issuing import achievement_facts, achievements, endorsement_requests, issuers
from app.issuing.achievements import Achievement, AchievementState
from app.issuing.endorsement_requests import Asked, EndorsementRequest, RequestState
from app.issuing.endorsements import Statement
from app.issuing.office import Office
from app.service import Service
from app.web.deps import TheService
from app.web.endorsement_view import page_of
from app.web.forms import Form, Sent
from app.web.inside import Refusal, go, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Owner, Reader, Staff
from app.web.staff.settings.endorsements import REQUEST_STATES
from app.web.staff.settings.frame import day_in, settings_page

router = APIRouter()

MOST_OFFERED = 300
ASK_FIELDS = ("about", "badge", "to", "name", "email", "message", "days")
YEARS = 3
ELSEWHERE = "-"  # which no issuer is called


@router.get("/endorsements/ask")
def form_to_ask(request: Request, staff: Owner, service: TheService, about: str = "") -> Response:
    """The form; `about` in the address chooses the thing."""
    field = "badge" if service.office.renamed(about).startswith(service.office.addresses.badge("")) else "about"
    return _ask_page(request, staff, service, given=dict.fromkeys(ASK_FIELDS, "") | {field: about[:500]})


@router.post("/endorsements/ask")
def ask(request: Request, form: Sent, staff: Owner, service: TheService) -> Response:
    """Ask, and send the mail."""
    try:
        with service.database.write() as session:
            asked = _asked(session, form)
            made = endorsement_requests.ask(session, service.office, staff.issuer(session), asked, actor=staff.actor)
            name = made.request.recipient_name
    except ServiceError as error:
        given = {field: form.text(field) for field in ASK_FIELDS}
        return _ask_page(request, staff, service, given=given, refused=refusal(error))
    told = _("Asked. %(name)s gets a mail; you see here what becomes of it.", name=name)
    return go(f"{staff.root}/settings/endorsements", told)


@router.get("/endorsements/asked/{request_id}")
def look_at_request(request: Request, staff: Reader, service: TheService, request_id: str) -> Response:
    """What is asked of this issuer, with the form to answer."""
    return _asked_page(request, staff, service, request_id)


@router.post("/endorsements/asked/{request_id}")
def answer(request: Request, form: Sent, staff: Owner, service: TheService, request_id: str) -> Response:
    """Sign with the issuer's own key, or decline with a reason."""
    try:
        with service.database.write() as session:
            found = endorsement_requests.asked_by_id(session, request_id, endorser=staff.issuer(session))
            if form.text("act") == "decline":
                reason = form.needed("reason", _("Say why, for who asked"), most=2_000)
                endorsement_requests.decline(session, found, reason=reason, actor=staff.actor)
            else:
                said = _statement(found, form, staff)
                endorser = staff.issuer(session)
                endorsement_requests.sign(session, service.office, endorser, found, said, actor=staff.actor)
    except NotFound:
        raise
    except ServiceError as error:
        return _asked_page(request, staff, service, request_id, form=form, refused=refusal(error))
    told = _("Declined.") if form.text("act") == "decline" else _("Signed. Whoever asked decides where it is shown.")
    return go(f"{staff.root}/settings/endorsements", told)


def _statement(found: EndorsementRequest, form: Form, staff: Staff) -> Statement:
    comment = form.needed("comment", _("Write what you say of it"), most=10_000)
    until = day_in(form.text("until"), staff.timezone, is_end=True)
    end = None if until is None else until - timedelta(seconds=1)
    return Statement(found.about, comment, end)


def _asked(session: Session, form: Form) -> Asked:
    days = form.number("days", _("Say for how many days the request is open")) if form.text("days") else None
    to = form.text("to")
    return Asked(
        about=form.text("badge", most=500) or form.needed("about", _("Choose what shall be endorsed"), most=500),
        message=form.needed("message", _("Write what you would like them to look at"), most=5_000),
        endorser=None if to in {"", ELSEWHERE} else _endorser(session, to),
        name=form.text("name", most=200),
        email=form.text("email", most=320),
        days=days or endorsement_requests.DAYS,
    )


def _endorser(session: Session, slug: str) -> issuers.Issuer:
    try:
        return issuers.by_slug(session, slug)
    except NotFound as error:
        raise InvalidInput(_("There is no such issuer here"), pointer="/to") from error


def _ask_page(
    request: Request, staff: Staff, service: Service, *, given: dict[str, str], refused: Refusal | None = None
) -> Response:
    with service.database.read() as session:
        offered = things(session, service.office, staff)
        others = [(each.slug, each.name) for each in issuers.every(session) if each.id != staff.issuer_id]
    return settings_page(
        request,
        "endorsements_ask.html",
        staff,
        "endorsements",
        refused=refused,
        given=given,
        things=offered,
        others=[(ELSEWHERE, _("An organisation elsewhere, by mail")), *others[:MOST_OFFERED]],
        days=endorsement_requests.DAYS,
    )


def things(session: Session, office: Office, staff: Staff) -> list[tuple[str, str]]:
    """What can be asked for: the issuer, and the newest version of each published achievement."""
    query = select(Achievement).where(
        Achievement.issuer_id == staff.issuer_id, Achievement.state == AchievementState.PUBLISHED
    )
    found = [(office.addresses.did(staff.slug), staff.issuer_name)]
    for achievement in session.scalars(query.order_by(Achievement.name_key, Achievement.id).limit(MOST_OFFERED)):
        version = achievements.current(session, achievement)
        facts = achievement_facts.parse(version.facts)
        stated = {"name": facts.name, "short": facts.abbreviation, "number": version.number}
        words = _("%(name)s (%(short)s), version %(number)s", **stated)
        found.append((achievements.id_of(office, version), words))
    return found


def _asked_page(
    request: Request,
    staff: Staff,
    service: Service,
    request_id: str,
    *,
    form: Form | None = None,
    refused: Refusal | None = None,
) -> Response:
    now = clock.now()
    with service.database.read() as session:
        found = endorsement_requests.asked_by_id(session, request_id, endorser=staff.issuer(session))
        asker = issuers.by_id(session, found.issuer_id)
        state = endorsement_requests.state_of(found, now=now)
        suggested = now.replace(year=now.year + YEARS, day=min(now.day, 28)).date().isoformat()
        given = {name: form.text(name) if form else "" for name in ("comment", "until", "reason")}
        word, tone = REQUEST_STATES[state]
        return settings_page(
            request,
            "endorsements_asked.html",
            staff,
            "endorsements",
            refused=refused,
            status=HTTPStatus.OK,
            asked=found,
            asker=asker,
            is_open=state is RequestState.REQUESTED,
            word=_(word),
            tone=tone,
            given=given if form else {**given, "until": suggested},
            page_of_thing=page_of(service.office, found.about),
        )
