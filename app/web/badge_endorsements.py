"""What a badge's page shows of those who endorsed it: who, when, their words, and whether they still stand by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from sqlalchemy.orm import Session

from app.issuing import endorsements, issuers
from app.issuing.achievements import AchievementVersion
from app.issuing.awards import Award
from app.issuing.endorsements import Endorsement
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.issuing.signing_keys import SigningKey
from app.web import words
from app.web.dated import dated
from app.web.languages import gettext as _
from app.web.states import Tone


@dataclass(frozen=True, slots=True)
class BadgeEndorsement:
    """One endorsement; `about` says of what it is, in few words, and `text` is Markdown."""

    by: str
    by_path: str
    about: str
    text: str
    made_at: datetime
    tone: Tone
    word: Markup
    file_path: str


def endorsements_of_badge(
    session: Session, office: Office, award: Award, issuer: Issuer, version: AchievementVersion, *, now: datetime
) -> tuple[BadgeEndorsement, ...]:
    """Those that the issuer accepted, of the badge itself, of the achievement or of the issuer; the newest first."""
    addresses = office.addresses
    abouts = {
        addresses.badge(award.id): _("of this badge"),
        addresses.achievement_version(award.achievement_id, version.number): _("of this achievement"),
        addresses.did(issuer.slug): _("of the issuer"),
    }
    found = endorsements.shown(session, tuple(abouts))
    return tuple(_shown(session, each, abouts[each.about], now=now) for each in found)


def _shown(session: Session, endorsement: Endorsement, about: str, *, now: datetime) -> BadgeEndorsement:
    by = issuers.by_id(session, endorsement.issuer_id)
    tone, word = _state(session, endorsement, now=now)
    return BadgeEndorsement(
        by=by.name,
        by_path=f"/issuers/{by.slug}",
        about=about,
        text=endorsement.comment,
        made_at=endorsement.created_at,
        tone=tone,
        word=dated(word, endorsement.withdrawn_at, endorsement.valid_until),
        file_path=f"/endorsements/{endorsement.id}.json",
    )


def _state(session: Session, endorsement: Endorsement, *, now: datetime) -> tuple[Tone, str]:
    if endorsement.withdrawn_at is not None:
        return Tone.STOPPED, _("Withdrawn on %(day)s", day=words.date_of(endorsement.withdrawn_at))
    key = session.get(SigningKey, endorsement.embedded_kid)
    if key is None or key.revoked_at is not None:
        return Tone.UNKNOWN, _("Cannot tell: the key that signed it was withdrawn")
    if endorsement.valid_until is None:
        return Tone.GOOD, _("Stands, no end date")
    end = words.date_of(endorsement.valid_until)
    if endorsement.valid_until <= now:
        return Tone.ENDED, _("Ended on %(day)s", day=end)
    return Tone.GOOD, _("Stands until %(day)s", day=end)
