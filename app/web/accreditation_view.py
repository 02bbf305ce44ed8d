"""What pages show of accreditations: by whom, for what, and whether they hold, each with its day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from markupsafe import Markup, escape
from sqlalchemy.orm import Session

from app.issuing import accreditations
from app.issuing.accreditations import Standing
from app.issuing.issuers import Issuer
from app.web import words
from app.web.languages import gettext as _
from app.web.states import Tone


@dataclass(frozen=True, slots=True)
class AccreditationView:
    """One accreditation; `word` says in a few words whether it holds, with its day."""

    id: str
    accreditor: str
    url: str
    contact_instructions: str
    scope: str | None
    area_served: str | None
    sector: str | None
    accredited_on: date | None
    tone: Tone
    word: Markup


def accreditations_of(session: Session, issuer: Issuer, *, now: datetime) -> tuple[AccreditationView, ...]:
    """All that the issuer keeps, those that have ended too."""
    return tuple(view_of(each) for each in accreditations.standing(session, issuer, now=now))


def view_of(standing: Standing) -> AccreditationView:
    """One of them."""
    kept = standing.accreditation
    tone, word = _state(standing)
    return AccreditationView(
        id=kept.id,
        accreditor=kept.accreditor,
        url=kept.url,
        contact_instructions=kept.contact_instructions,
        scope=kept.scope,
        area_served=kept.area_served,
        sector=kept.sector,
        accredited_on=kept.accredited_on,
        tone=tone,
        word=escape(word),
    )


def _state(standing: Standing) -> tuple[Tone, str]:
    end = standing.accreditation.ends_on
    if end is None:
        return Tone.GOOD, _("Holds, no end date")
    day = words.day_of(end)
    if standing.has_ended:
        return Tone.ENDED, _("Ended on %(day)s", day=day)
    if standing.ends_soon:
        return Tone.SOON, _("Ends on %(day)s", day=day)
    return Tone.GOOD, _("Holds until %(day)s", day=day)
