"""Accreditations of the issuer: kept here, signed into new badges while they hold, and warned of before they end."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app import clock
from app.credentials import model
from app.errors import InvalidInput, LintFailed
from app.issuing import accreditations
from app.issuing.accreditations import Accreditation
from app.service import Service
from app.web.accreditation_view import accreditations_of
from app.web.api.accreditations import AccreditationIn
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import Refusal, go, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Owner, Reader, Staff
from app.web.staff.settings.frame import checked, settings_page
from app.web.told import told

router = APIRouter()

FIELDS = (
    "accreditor", "url", "contact_instructions", "scope", "area_served", "sector", "accredited_on", "ends_on",
)  # fmt: skip


@router.get("/accreditation")
def look(request: Request, staff: Reader, service: TheService) -> Response:
    """All of them, and the form for one more."""
    return _list(request, staff, service)


@router.post("/accreditation")
def add(request: Request, form: Sent, staff: Owner, service: TheService) -> Response:
    """Keep one more."""
    try:
        stated = _stated(form)
        with service.database.write() as session:
            accreditations.add(session, service.office, staff.issuer(session), stated, actor=staff.actor)
    except (InvalidInput, LintFailed) as error:
        return _list(request, staff, service, given=_given(form), refused=_refused(error))
    return go(f"{staff.root}/settings/accreditation", _("Kept. Badges say so from the next one on."))


@router.get("/accreditation/{accreditation_id}")
def one(request: Request, staff: Owner, service: TheService, accreditation_id: str) -> Response:
    """The form to change it."""
    with service.database.read() as session:
        kept = accreditations.by_id(session, staff.issuer_id, accreditation_id)
        return _one(request, staff, kept, given=_of(kept))


@router.post("/accreditation/{accreditation_id}")
def change(request: Request, form: Sent, staff: Owner, service: TheService, accreditation_id: str) -> Response:
    """Say something else of it, or remove it."""
    try:
        with service.database.write() as session:
            kept = accreditations.by_id(session, staff.issuer_id, accreditation_id)
            if form.text("act") == "remove":
                accreditations.remove(session, kept, actor=staff.actor)
            else:
                issuer = staff.issuer(session)
                accreditations.change(session, service.office, issuer, kept, _stated(form), actor=staff.actor)
    except (InvalidInput, LintFailed) as error:
        with service.database.read() as session:
            kept = accreditations.by_id(session, staff.issuer_id, accreditation_id)
            return _one(request, staff, kept, given=_given(form), refused=_refused(error))
    return go(f"{staff.root}/settings/accreditation", _("Done. Badges that were signed before keep what they say."))


def _list(
    request: Request,
    staff: Staff,
    service: Service,
    *,
    given: dict[str, str] | None = None,
    refused: Refusal | None = None,
) -> Response:
    with service.database.read() as session:
        found = accreditations_of(session, staff.issuer(session), now=clock.now())
    return settings_page(
        request, "accreditation.html", staff, "accreditation", refused=refused, found=found, given=given or _empty()
    )


def _one(
    request: Request, staff: Staff, kept: Accreditation, *, given: dict[str, str], refused: Refusal | None = None
) -> Response:
    return settings_page(
        request, "accreditation_one.html", staff, "accreditation", refused=refused, kept=kept, given=given
    )


def _stated(form: Form) -> model.Accreditation:
    return checked(AccreditationIn, **{name: form.optional(name) for name in FIELDS}).stated()


def _given(form: Form) -> dict[str, str]:
    return {name: form.text(name) for name in FIELDS}


def _empty() -> dict[str, str]:
    return dict.fromkeys(FIELDS, "")


def _of(kept: Accreditation) -> dict[str, str]:
    found = {name: getattr(kept, name) for name in FIELDS}
    return {name: value.isoformat() if isinstance(value, date) else value or "" for name, value in found.items()}


def _refused(error: InvalidInput | LintFailed) -> Refusal:
    found = refusal(error)
    findings = error.facts.get("findings")
    return Refusal(told(str(findings[0]["sentence"])), "", found.status) if findings else found
