"""What a badge's page shows of those who endorsed it: who, when, their words, and whether they still stand by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup
from sqlalchemy.orm import Session

from app.credentials.report import Verdict, domain_of
from app.issuing import endorsements, issuers, received_endorsements
from app.issuing.achievements import AchievementVersion
from app.issuing.awards import Award
from app.issuing.endorsements import MOST_SHOWN, Endorsement
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.issuing.received_endorsements import ReceivedEndorsement
from app.issuing.signing_keys import SigningKey
from app.web import words
from app.web.dated import dated
from app.web.endorsement_view import name_of
from app.web.languages import gettext as _
from app.web.states import Tone


@dataclass(frozen=True, slots=True)
class BadgeEndorsement:
    """One endorsement; `about` says of what it is, in few words, and `text` is Markdown."""

    by: str
    by_path: str | None  # None: who said it is no issuer here
    signs_as: str  # the domain or DID that signed, which no name can claim
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
    things = (
        (addresses.badge(award.id), _("of this badge")),
        (addresses.achievement_version(award.achievement_id, version.number), _("of this achievement")),
        (addresses.did(issuer.slug), _("of the issuer")),
    )
    abouts = {name: words for thing, words in things for name in office.names_of(thing)}
    found = [
        (each.created_at, _shown(session, office, each, abouts[each.about], issuer.zone, now=now))
        for each in endorsements.shown(session, tuple(abouts))
    ]
    found += [
        (each.created_at, _shown_received(each, abouts[each.about], issuer.zone, now=now))
        for each in received_endorsements.accepted(session, tuple(abouts), at_most=MOST_SHOWN)
    ]
    newest_first = sorted(found, key=lambda each: each[0], reverse=True)
    return tuple(each for _made_at, each in newest_first[:MOST_SHOWN])


def _shown(
    session: Session, office: Office, endorsement: Endorsement, about: str, zone: ZoneInfo, *, now: datetime
) -> BadgeEndorsement:
    by = issuers.by_id(session, endorsement.issuer_id)
    tone, word = state_of(session, endorsement, zone, now=now)
    return BadgeEndorsement(
        by=by.name,
        by_path=f"/issuers/{by.slug}",
        signs_as=domain_of(office.addresses.did(by.slug)),
        about=about,
        text=endorsement.comment,
        made_at=endorsement.created_at,
        tone=tone,
        word=dated(word, zone, endorsement.withdrawn_at, endorsement.valid_until),
        file_path=f"/endorsements/{endorsement.id}.json",
    )


def _shown_received(received: ReceivedEndorsement, about: str, zone: ZoneInfo, *, now: datetime) -> BadgeEndorsement:
    tone, word = state_of_received(received, zone, now=now)
    return BadgeEndorsement(
        by=name_of(received),
        by_path=None,
        signs_as=domain_of(received.endorser_id),
        about=about,
        text=received.comment,
        made_at=received.valid_from,
        tone=tone,
        word=dated(word, zone, received.valid_until, received.judged_at),
        file_path=f"/endorsements/{received.id}.{received.form}",
    )


def state_of_received(received: ReceivedEndorsement, zone: ZoneInfo, *, now: datetime) -> tuple[Tone, str]:
    """As it was judged last; its dates are looked at now, and said in a zone."""
    if received.valid_until is not None and received.valid_until <= now:
        return Tone.ENDED, _("Ended on %(day)s", day=words.end_of(received.valid_until, zone))
    seen = words.date_of(received.judged_at, zone)
    match received.verdict:
        case Verdict.GOOD:
            if received.valid_until is None:
                return Tone.GOOD, _("Stands, no end date")
            return Tone.GOOD, _("Stands until %(day)s", day=words.end_of(received.valid_until, zone))
        case Verdict.REVOKED | Verdict.SUSPENDED | Verdict.SUPERSEDED:
            return Tone.STOPPED, _(
                "Taken back by who signed it; seen on %(day)s", day=words.date_of(received.judged_at, zone)
            )
        case Verdict.EXPIRED:
            return Tone.ENDED, _("Ended; seen on %(day)s", day=seen)
        case _:
            return Tone.UNKNOWN, _("Cannot tell since %(day)s", day=seen)


def state_of(session: Session, endorsement: Endorsement, zone: ZoneInfo, *, now: datetime) -> tuple[Tone, str]:
    """Whether an endorsement that was signed here still stands: tone, and a few words."""
    if endorsement.withdrawn_at is not None:
        return Tone.STOPPED, _("Withdrawn on %(day)s", day=words.date_of(endorsement.withdrawn_at, zone))
    key = session.get(SigningKey, endorsement.embedded_kid)
    if key is None or key.revoked_at is not None:
        return Tone.UNKNOWN, _("Cannot tell: the key that signed it was withdrawn")
    if endorsement.valid_until is None:
        return Tone.GOOD, _("Stands, no end date")
    end = words.end_of(endorsement.valid_until, zone)
    if endorsement.valid_until <= now:
        return Tone.ENDED, _("Ended on %(day)s", day=end)
    return Tone.GOOD, _("Stands until %(day)s", day=end)
