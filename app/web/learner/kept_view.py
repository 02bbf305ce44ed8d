"""What pages show of a badge from elsewhere: what it is, who signed it, and what could be said of it when, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi.responses import Response

from app.credentials.report import Verdict
from app.issuing import kept_badges
from app.issuing.kept_badges import KeptBadge, Match, Origin
from app.web import states
from app.web.languages import gettext as _
from app.web.states import State
from app.web.words import UTC_ZONE, date_of

_SUFFIXES = {
    "application/json": "json",
    "application/vc+jwt": "jwt",
    "image/png": "png",
    "image/svg+xml": "svg",
    "application/pdf": "pdf",
}


@dataclass(frozen=True, slots=True)
class KeptCard:
    """A badge from elsewhere in a list. `whose` says what is wrong with whose it is; "" = it is its keeper's."""

    id: str
    title: str
    issuer_name: str
    signed_by: str
    awarded_at: datetime
    state: State
    checked_at: datetime
    told: str  # what it was when it could be told last; "" = that was the last check
    whose: str


def card_of(badge: KeptBadge, *, now: datetime) -> KeptCard:
    """The card of a badge."""
    return KeptCard(
        id=badge.id,
        title=badge.title or badge.credential_id,
        issuer_name=badge.issuer_name or "",
        signed_by=badge.signed_by,
        awarded_at=badge.awarded_at or badge.valid_from,
        state=states.of_kept(
            kept_badges.standing(badge, now=now), badge.sentence, valid_until=badge.valid_until, now=now
        ),
        checked_at=badge.checked_at,
        told=_told(badge),
        whose=_whose(badge),
    )


def came(badge: KeptBadge) -> str:
    """How and when it came, in words."""
    day, by = date_of(badge.received_at, UTC_ZONE), badge.source or ""
    match Origin(badge.origin):
        case Origin.URL:
            return _("Fetched from %(address)s on %(date)s", address=by, date=day)
        case Origin.PUSH:
            return _("Sent by %(service)s on %(date)s", service=by, date=day)
        case Origin.UPLOAD | Origin.PASTE:
            return _("Added by you on %(date)s", date=day)


def file_name(badge: KeptBadge) -> str:
    """What to call its file."""
    return f"badge-{badge.received_at:%Y-%m-%d}-{badge.sha256[:8]}.{_SUFFIXES[badge.media_type]}"


def as_download(badge: KeptBadge) -> Response:
    """The bytes as they came: a stranger's file, so never shown as a page of ours, whatever is in it."""
    headers = {
        "Content-Disposition": f'attachment; filename="{file_name(badge)}"',
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
        "Cache-Control": "no-store",
        "X-Robots-Tag": "noindex",
    }
    return Response(badge.document, media_type=badge.media_type, headers=headers)


def _told(badge: KeptBadge) -> str:
    if badge.verdict != Verdict.CANNOT_TELL or badge.told is None or badge.told_at is None:
        return ""
    return _(
        "On %(date)s it was: %(word)s", date=date_of(badge.told_at, UTC_ZONE), word=states.word_of(Verdict(badge.told))
    )


def _whose(badge: KeptBadge) -> str:
    match Match(badge.match):
        case Match.SAME:
            return ""
        case Match.UNKNOWN:
            return _("It names nobody by an address, so we cannot say that it is yours. Nobody else sees it here.")
        case Match.OTHER:
            return _("It was awarded to an address that is not yours any more. Nobody else sees it here.")
