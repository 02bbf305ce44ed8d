"""Rules: what decides about each achievement, how much they may award in an hour, and one achievement's own page."""

from __future__ import annotations

import re

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput
from app.issuing import backfills, brake
from app.issuing.backfills import Backfill
from app.issuing.rules import listing, switches, versions
from app.issuing.rules.switches import MOST_AN_HOUR
from app.service import Service
from app.stacking import rules as language
from app.web.api.achievements import of_issuer
from app.web.api.fields import Id
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import Refusal, go, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Designer, Reader, Staff
from app.web.staff import rules_words
from app.web.staff.rules_page import at_rules, source_names, subject
from app.web.staff.sources_times import at_work_there

router = APIRouter(prefix="/staff/{slug}", tags=["staff"], include_in_schema=False)

BACKFILLS_SHOWN = 10
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)


@router.get("/rules")
def list_rules(request: Request, staff: Reader, service: TheService) -> Response:
    """What decides about each achievement, runs over the past, and the brake."""
    return _list(request, staff, service)


@router.post("/rules/limit")
def limit_issuer(request: Request, form: Sent, staff: Designer, service: TheService) -> Response:
    """Bound what all rules together award in an hour; empty: as the service's settings say."""
    try:
        per_hour = _per_hour(form)
        with service.database.write() as session:
            switches.limit_issuer(session, staff.issuer(session), per_hour, actor=staff.actor)
    except InvalidInput as error:
        return _list(request, staff, service, refused=refusal(error))
    return go(f"{staff.root}/rules", _("The bound was set. What is above it waits for the next hour."))


@router.get("/achievements/{achievement_id}/rules")
def show_rules(achievement_id: Id, request: Request, staff: Reader, service: TheService) -> Response:
    """What decides about one achievement, in plain words, with every version that there was."""
    return _show(request, staff, service, achievement_id)


@router.post("/achievements/{achievement_id}/rules/switch")
def turn_switch(achievement_id: Id, form: Sent, staff: Designer, service: TheService) -> Response:
    """Stop everything that is automatic for the achievement at once, or let it go on."""
    is_on = form.text("on") == "yes"
    with service.database.write() as session:
        achievement = of_issuer(session, staff.issuer(session), achievement_id)
        switches.turn(session, achievement, on=is_on, actor=staff.actor)
    said = _("The rules are off. Completions wait, badges stay.")
    if is_on:
        said = _("The rules are on. What waited meanwhile, a run over the past decides.")
    return go(f"{staff.root}/achievements/{achievement_id}/rules", said)


@router.post("/achievements/{achievement_id}/rules/limit")
def limit_achievement(
    achievement_id: Id, request: Request, form: Sent, staff: Designer, service: TheService
) -> Response:
    """Bound what the achievement's rules award in an hour; empty takes the bound away."""
    try:
        per_hour = _per_hour(form)
        with service.database.write() as session:
            achievement = of_issuer(session, staff.issuer(session), achievement_id)
            switches.limit_achievement(session, achievement, per_hour, actor=staff.actor)
    except InvalidInput as error:
        return _show(request, staff, service, achievement_id, refused=refusal(error))
    return go(f"{staff.root}/achievements/{achievement_id}/rules", _("The bound was set."))


@router.get("/achievements/{achievement_id}/rules/versions/{number}")
def show_version(achievement_id: Id, number: str, request: Request, staff: Reader, service: TheService) -> Response:
    """One version, as it stands for ever: its words and its document."""
    with service.database.read() as session:
        about = subject(session, staff, achievement_id)
        version = versions.by_number(session, about.achievement, int(number) if _NUMBER.fullmatch(number) else 0)
        document = versions.document_of(session, version.id)
        words = rules_words.sentences(document, source_names(session, staff))
    text = language.to_yaml(version.document)
    return at_rules(request, "version.html", staff, about, tab="rules", version=version, words=words, text=text)


def _list(request: Request, staff: Staff, service: Service, *, refused: Refusal | None = None) -> Response:
    with service.database.read() as session:
        lines = listing.lines(session, staff.issuer_id)
        every = listing.achievements_of(session, staff.issuer_id)
        issuer = staff.issuer(session)
        own_limit, made = issuer.awards_per_hour, brake.made_this_hour(session, issuer.id)
        query = select(Backfill).where(Backfill.issuer_id == issuer.id)
        runs = session.scalars(query.order_by(Backfill.created_at.desc(), Backfill.id).limit(BACKFILLS_SHOWN)).all()
    with_rules = {line.achievement.id for line in lines}
    return at_work_there(
        request,
        "staff/rules/list.html",
        staff,
        refused=refused,
        lines=lines,
        without=[each for each in every if each.id not in with_rules and not each.is_archived],
        names={each.id: each.name for each in every},
        own_limit=own_limit,
        limit=own_limit or service.office.awards_per_hour,
        made=made,
        runs=runs,
        now=clock.now(),
    )


def _show(
    request: Request, staff: Staff, service: Service, achievement_id: str, *, refused: Refusal | None = None
) -> Response:
    with service.database.read() as session:
        about = subject(session, staff, achievement_id)
        every = versions.of_achievement(session, about.achievement)
        names = source_names(session, staff)
        deciding = versions.deciding(every)
        words: list[str] = []
        not_allowed: list[str] = []
        if deciding is not None:
            document = versions.document_of(session, deciding.id)
            words = rules_words.sentences(document, names)
            not_allowed = versions.sources_not_allowed(session, about.achievement, document)
        mappings = versions.mappings_of(session, about.achievement)
        running = _running(session, about.achievement.id)
    return at_rules(
        request,
        "achievement.html",
        staff,
        about,
        tab="rules",
        refused=refused,
        versions=every,
        deciding=deciding,
        words=words,
        not_allowed=not_allowed,
        mappings=mappings,
        source_names=names,
        running=running,
    )


def _running(session: Session, achievement_id: str) -> Backfill | None:
    query = select(Backfill).where(
        Backfill.achievement_id == achievement_id, Backfill.state == backfills.BackfillState.RUNNING
    )
    return session.scalars(query.limit(1)).one_or_none()


def _per_hour(form: Form) -> int | None:
    text = form.text("awards_per_hour", most=20)
    if not text:
        return None
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= MOST_AN_HOUR:
        raise InvalidInput(_("A bound is a whole number, at least 1"), pointer="/awards_per_hour")
    return int(text)
