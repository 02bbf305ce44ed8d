"""Activities that are continuing education: which of a source count, for how much, and how often."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from app.errors import ServiceError
from app.issuing import inbox, sources
from app.issuing.renewals import CEActivity, Worth, activities, units
from app.issuing.sources import Source
from app.service import Service
from app.web import ce_form
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import Refusal, at_work, go, refusal
from app.web.languages import gettext as _
from app.web.languages import ngettext
from app.web.signed_in import Connector, Reader, Staff
from app.web.words import amount

router = APIRouter(prefix="/staff/{slug}/renewals/activities", tags=["staff"], include_in_schema=False)

MOST_LISTED = 500
FIELDS = ("source", "activity_id", "title", "amount", "unit", "domain", "activity_type", "again_after_days")


@router.get("")
def list_activities(staff: Reader, request: Request, service: TheService) -> Response:
    """Every activity that counts, and the form for letting one count."""
    return _page(request, staff, service)


@router.post("")
def add(staff: Connector, request: Request, form: Sent, service: TheService) -> Response:
    """Let an activity count: whoever passes it has it in the ledger, and so has who passed it before."""
    try:
        activity_id = form.needed("activity_id", _("Say what the platform calls it"), most=500)
        worth = _worth(form)
        with service.database.write() as session:
            source = sources.by_id(session, form.text("source", most=22), issuer=staff.issuer(session))
            _made, posted, _more = inbox.count_as_education(
                session, service.office, source, activity_id=activity_id, worth=worth, actor=staff.actor
            )
    except ServiceError as error:
        return _page(request, staff, service, form=form, refused=refusal(error))
    sentence = _("It counts now: whoever passes it has it in the ledger.")
    if posted:
        sentence = ngettext(
            "It counts now. %(num)s person who had passed it before has it in the ledger.",
            "It counts now. %(num)s people who had passed it before have it in their ledgers.",
            posted,
        )
    return go(f"{staff.root}/renewals/activities", sentence)


@router.post("/{ce_activity_id}")
def change(staff: Connector, request: Request, ce_activity_id: str, form: Sent, service: TheService) -> Response:
    """Say that it is worth something else from now on, or nothing any more; what was written stays."""
    try:
        with service.database.write() as session:
            found = activities.by_id(session, staff.issuer(session), ce_activity_id)
            if form.text("act") == "end":
                activities.end(session, found, actor=staff.actor)
            else:
                activities.change(session, found, _worth(form), actor=staff.actor)
    except ServiceError as error:
        return _page(request, staff, service, refused=refusal(error))
    return go(f"{staff.root}/renewals/activities", _("Changed from now on. What is in ledgers stays."))


def _worth(form: Form) -> Worth:
    days = activities.USUAL_DAYS
    if form.text("again_after_days"):
        days = form.number("again_after_days", _("Days are a whole number"))
    return Worth(
        title=form.text("title", most=200),
        unit=form.text("unit", most=80),
        amount=ce_form.amount(form),
        domain=form.optional("domain", most=80),
        activity_type=form.optional("activity_type", most=80),
        again_after_days=days,
    )


def _page(
    request: Request, staff: Staff, service: Service, *, form: Form | None = None, refused: Refusal | None = None
) -> Response:
    query = activities.of_issuer(staff.issuer_id).order_by(CEActivity.title, CEActivity.id)
    with service.database.read() as session:
        rows = session.scalars(query.limit(MOST_LISTED)).all()
        known = session.scalars(select(Source).where(Source.issuer_id == staff.issuer_id))
        by_id = {each.id: each.name for each in known}
        known_units = sorted(units.contact_hours_of(session, staff.issuer_id))
    return at_work(
        request,
        "staff/samples/activities.html",
        staff,
        refused=refused,
        rows=[(each, by_id.get(each.source_id, ""), amount(each.amount)) for each in rows],
        sources=sorted(by_id.items(), key=lambda pair: pair[1].casefold()),
        units=known_units,
        given={name: form.fields.get(name, [""])[-1] if form is not None else "" for name in FIELDS},
        usual_days=activities.USUAL_DAYS,
    )
