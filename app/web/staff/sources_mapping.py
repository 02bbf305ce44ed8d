"""Which activity earns what: activities that wait for a rule, those that have one, and what a source may cause."""

from __future__ import annotations

import re
from decimal import Decimal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import InvalidInput, ServiceError
from app.issuing import inbox, rules, sources
from app.issuing.rules import listing
from app.service import Service
from app.web.api.achievements import of_issuer
from app.web.api.fields import Id
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import Refusal, go, refusal
from app.web.languages import gettext as _
from app.web.languages import ngettext
from app.web.signed_in import Connector, Reader, Staff, safe_path
from app.web.staff.sources_shell import at_source, mine

router = APIRouter(prefix="/staff/{slug}/sources/{source_id}", tags=["staff"], include_in_schema=False)

MOST_UNMAPPED = 200
LONGEST_ACTIVITY_ID = 500
_PERCENT = re.compile(r"([0-9]{1,3}(?:[.,][0-9]{1,6})?) ?%?", re.ASCII)


@router.get("/activities")
def show_activities(
    source_id: Id, request: Request, staff: Reader, service: TheService, activity: str = ""
) -> Response:
    """Activities that wait for a rule, each with its form; those that earn something; and what may be caused."""
    return _page(request, staff, service, source_id, activity=activity[:LONGEST_ACTIVITY_ID])


@router.post("/activities")
def map_activity(source_id: Id, request: Request, form: Sent, staff: Connector, service: TheService) -> Response:
    """Let an activity earn an achievement, and decide what waited for that."""
    activity_id = form.text("activity", most=LONGEST_ACTIVITY_ID)
    try:
        minimum = percent_of(form, "minimum")
        with service.database.write() as session:
            source = mine(session, staff, source_id)
            _rule, decided = inbox.map_and_decide(
                session,
                service.office,
                source,
                activity_id=activity_id,
                achievement=of_issuer(session, staff.issuer(session), form.text("achievement", most=80)),
                actor=staff.actor,
                minimum_score=minimum,
            )
    except ServiceError as error:
        refused = refusal(error)
        return _page(request, staff, service, source_id, activity=activity_id, refused=refused)
    said = _told(decided)
    return go(safe_path(form.text("next"), otherwise=f"{staff.root}/sources/{source_id}/activities"), said)


@router.post("/activities/{rule_id}/delete")
def unmap_activity(source_id: Id, rule_id: Id, form: Sent, staff: Connector, service: TheService) -> Response:
    """Take a mapping away; badges that it caused stay."""
    del form
    with service.database.write() as session:
        rules.delete(session, mine(session, staff, source_id), rule_id, actor=staff.actor)
    return go(f"{staff.root}/sources/{source_id}/activities", _("The activity earns this no more. Badges stay."))


@router.post("/allowances")
def allow(source_id: Id, form: Sent, staff: Connector, service: TheService) -> Response:
    """Let the source cause an achievement, or take the permission back."""
    with service.database.write() as session:
        source = mine(session, staff, source_id)
        achievement = of_issuer(session, staff.issuer(session), form.text("achievement", most=80))
        if form.text("do") == "take-back":
            sources.disallow(session, source, achievement, actor=staff.actor)
            said = _("The source may not cause it any more. Badges that it caused stay.")
        else:
            sources.allow(session, source, achievement, actor=staff.actor)
            said = _("The source may cause it now.")
    return go(safe_path(form.text("next"), otherwise=f"{staff.root}/sources/{source_id}/activities"), said)


def percent_of(form: Form, name: str) -> Decimal | None:
    """A score that was typed in per cent, as a fraction; None when the field was left empty. Raises InvalidInput."""
    text = form.text(name, most=40)
    if not text:
        return None
    found = _PERCENT.fullmatch(text)
    number = Decimal(found[1].replace(",", ".")) if found else Decimal(-1)
    if not 0 <= number <= 100:  # noqa: PLR2004 - that is what per cent means
        raise InvalidInput(_("A score is a number from 0 to 100, in per cent"), pointer=f"/{name}")
    return number / 100


def _page(
    request: Request, staff: Staff, service: Service, source_id: str, *, activity: str, refused: Refusal | None = None
) -> Response:
    with service.database.read() as session:
        source = mine(session, staff, source_id)
        waiting = inbox.unmapped(session, staff.issuer_id, source_id=source.id, limit=MOST_UNMAPPED)
        mapped = rules.of_source(session, source)
        allowed = sources.allowed(session, source)
        known = listing.achievements_of(session, staff.issuer_id)
    names = {each.id: each for each in known}
    return at_source(
        request,
        "activities.html",
        staff,
        source,
        tab="activities",
        refused=refused,
        waiting=waiting,
        mapped=mapped,
        allowed=[names[each] for each in allowed if each in names],
        names=names,
        open_ones=[each for each in known if not each.is_archived],
        activity=activity,
    )


def _told(decided: inbox.Decided) -> str:
    said = ngettext(
        "It is mapped, and %(num)s completion that waited was decided.",
        "It is mapped, and %(num)s completions that waited were decided.",
        decided.now,
    )
    if decided.queued:
        said += " " + _("The worker comes to %(queued)s more.", queued=decided.queued)
    return said
