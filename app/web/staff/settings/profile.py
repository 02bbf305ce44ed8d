"""The issuer's profile: what the next badge says of it. Badges signed before stay as they are."""

from __future__ import annotations

from zoneinfo import available_timezones

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import InvalidInput, LintFailed, ServiceError, TooLarge, UnreadableImage
from app.issuing import images, issuers, trial
from app.issuing.issuers import Issuer
from app.web.api.issuers import IssuerChanges
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import Refusal, go, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Owner, Reader, Staff
from app.web.staff.settings.frame import checked, settings_page
from app.web.told import told

router = APIRouter()

FIELDS = ("name", "url", "email", "description", "parent_name", "parent_url", "timezone")


@router.get("")
def look(request: Request, staff: Reader, service: TheService) -> Response:
    """The profile; owners change it here."""
    with service.database.read() as session:
        return _page(request, staff, staff.issuer(session))


@router.post("")
def change(request: Request, form: Sent, staff: Owner, service: TheService) -> Response:
    """Change the profile, unless a badge with it could not be signed."""
    stated = {name: form.optional(name) for name in FIELDS}
    try:
        changes = checked(IssuerChanges, **stated)
        with service.database.write() as session:
            profile = {name: getattr(changes, name) for name in FIELDS}
            changed = issuers.update(session, staff.issuer(session), actor=staff.actor, **profile)
            trial.check_issuer(service.office, issuers.facts(service.office, changed))
    except (InvalidInput, LintFailed) as error:
        with service.database.read() as session:
            return _page(request, staff, staff.issuer(session), given=stated, refused=_refusal(error))
    return go(f"{staff.root}/settings", _("The profile is changed. The next badge carries it."))


@router.post("/image")
def change_image(request: Request, form: Sent, staff: Owner, service: TheService) -> Response:
    """Use another picture: a PNG or an SVG."""
    file = form.file("image")
    try:
        picture = images.check(file.content if file else b"")  # before the transaction: drawing takes time
        with service.database.write() as session:
            sha256 = images.keep(session, picture)
            issuers.update(session, staff.issuer(session), actor=staff.actor, image_sha256=sha256)
    except (InvalidInput, UnreadableImage, TooLarge) as error:
        with service.database.read() as session:
            return _page(request, staff, staff.issuer(session), refused=refusal(error))
    return go(f"{staff.root}/settings", _("The next badge carries the new picture."))


def _refusal(error: ServiceError) -> Refusal:
    found = refusal(error)
    if not isinstance(error, LintFailed) or not error.facts.get("findings"):
        return found
    return Refusal(told(str(error.facts["findings"][0]["sentence"])), "", found.status)


def _page(
    request: Request,
    staff: Staff,
    issuer: Issuer,
    *,
    given: dict[str, str | None] | None = None,
    refused: Refusal | None = None,
) -> Response:
    kept = {name: getattr(issuer, name) for name in FIELDS}
    zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix")))
    return settings_page(
        request,
        "profile.html",
        staff,
        "profile",
        refused=refused,
        issuer=issuer,
        given=given or kept,
        zones=[("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in zones)],
    )
