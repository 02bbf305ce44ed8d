"""Mail: how this issuer writes to its learners: name, digests, quiet hours, at most so many; and a mail to try it."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import InvalidInput
from app.issuing import mail
from app.issuing.mail import MailSettings, Purpose
from app.service import Service
from app.web.api.mail import SettingsIn
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import Refusal, go, refusal
from app.web.languages import gettext as _
from app.web.languages import marked
from app.web.signed_in import Connector, Staff
from app.web.staff.settings.frame import checked, settings_page

router = APIRouter()

TEXTS = ("from_name", "reply_to", "locale", "quiet_from", "quiet_until", "quiet_zone")
NUMBERS = ("digest_minutes", "most_per_hour")
PURPOSES = {Purpose.BADGE_EARNED: marked("A badge was earned"), Purpose.DIGEST: marked("Several badges in one mail")}


def purposes() -> list[tuple[str, str]]:
    """The kinds of mails that an issuer may word itself."""
    return [(purpose.value, _(words)) for purpose, words in PURPOSES.items()]


def purpose_of(stated: str) -> Purpose:
    """The kind of mail that a form names. Raises InvalidInput."""
    try:
        return Purpose(stated)
    except ValueError as error:
        raise InvalidInput("Choose a kind of mail", pointer="/purpose") from error


@router.get("/mail")
def look(request: Request, staff: Connector, service: TheService) -> Response:
    """How the issuer writes."""
    return _page(request, service, staff)


@router.post("/mail")
def change(request: Request, form: Sent, staff: Connector, service: TheService) -> Response:
    """Change how the issuer writes."""
    try:
        stated = checked(SettingsIn, **_stated(form))
        with service.database.write() as session:
            issuer = staff.issuer(session)
            mail.change_settings(session, issuer, actor=staff.actor, **stated.model_dump())
    except InvalidInput as error:
        return _page(request, service, staff, given=_stated(form), refused=refusal(error))
    return go(f"{staff.root}/settings/mail", _("Mails are written this way from now on."))


@router.post("/mail/test")
def send_test(request: Request, form: Sent, staff: Connector, service: TheService) -> Response:
    """Send the mail in use to an address of staff, with facts of nobody."""
    email = form.text("to", most=320)
    try:
        with service.database.write() as session:
            mail.send_test(
                session,
                service.office,
                staff.issuer(session),
                purpose=purpose_of(form.text("purpose")),
                locale=form.text("locale", most=35) or "en",
                address=email,
                actor=staff.actor,
            )
    except InvalidInput as error:
        found = refusal(error)
        refused = Refusal(found.sentence, "to" if found.field == "address" else found.field, found.status)
        return _page(request, service, staff, refused=refused)
    return go(f"{staff.root}/settings/mail", _("A mail with facts of nobody is on its way to %(email)s.", email=email))


def _stated(form: Form) -> dict[str, Any]:
    texts = {name: form.optional(name, most=500) for name in TEXTS}
    numbers = {name: form.optional(name, most=10) for name in NUMBERS}
    return {**texts, **numbers, "quiet_for_notices": form.is_ticked("quiet_for_notices")}


def _page(
    request: Request,
    service: Service,
    staff: Staff,
    *,
    given: dict[str, Any] | None = None,
    refused: Refusal | None = None,
) -> Response:
    with service.database.read() as session:
        kept: MailSettings = mail.settings_of(session, staff.issuer_id)
    zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix")))
    return settings_page(
        request,
        "mail.html",
        staff,
        "mail",
        refused=refused,
        given=given or {name: getattr(kept, name) for name in (*TEXTS, *NUMBERS, "quiet_for_notices")},
        purposes=purposes(),
        sender=service.settings.mail_sender,
        zones=[("", _("(none)")), ("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in zones)],
    )
