"""Links with which a holder shows a badge on LinkedIn. Pure.

LinkedIn documents no such address any more; these are the ones that its own button used, and that everybody uses. The
month is the one of the issuer's day, wherever the reader is; a badge without an end states none (B25).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from app.days import day_in

_ADD = "https://www.linkedin.com/profile/add"
_SHARE = "https://www.linkedin.com/sharing/share-offsite/"


@dataclass(frozen=True, slots=True)
class Certification:
    """A badge as LinkedIn asks for it. `organisation_id` is the number of the issuer's page there, None = unknown."""

    name: str
    organisation: str
    awarded_at: datetime
    valid_until: datetime | None  # None = no end date
    zone: ZoneInfo  # the issuer's
    url: str
    id: str
    organisation_id: str | None = None


def add_to_profile(stated: Certification) -> str:
    """The address that opens the form "Add licence or certification", filled in."""
    fields = {"startTask": "CERTIFICATION_NAME", "name": stated.name}
    if stated.organisation_id:
        fields["organizationId"] = stated.organisation_id
    else:
        fields["organizationName"] = stated.organisation
    fields |= _month("issue", stated.awarded_at, stated.zone)
    if stated.valid_until is not None:
        fields |= _month("expiration", stated.valid_until, stated.zone)
    fields |= {"certUrl": stated.url, "certId": stated.id}
    return f"{_ADD}?{urlencode(fields, quote_via=quote, safe='')}"


def share(url: str) -> str:
    """The address that opens a new post about this page."""
    return f"{_SHARE}?{urlencode({'url': url}, quote_via=quote, safe='')}"


def _month(prefix: str, moment: datetime, zone: ZoneInfo) -> dict[str, str]:
    day = day_in(moment, zone)
    return {f"{prefix}Year": str(day.year), f"{prefix}Month": str(day.month)}
