"""What pages show of endorsements that were accepted and stand: who says it, what, since when, and the signed words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app import clock
from app.credentials.report import domain_of
from app.issuing import endorsements, received_endorsements
from app.issuing.achievements import Achievement, AchievementVersion
from app.issuing.endorsements import Endorsement
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.issuing.received_endorsements import ReceivedEndorsement
from app.web.languages import gettext as _

MOST_SHOWN = 20
MOST_VERSIONS = 20  # whose endorsements a page of another version names


@dataclass(frozen=True, slots=True)
class EndorsementView:
    """One endorsement that stands. `comment` is Markdown, `until` None: until it is withdrawn.

    `by_path` is None for who is no issuer here; `signs_as` is the domain or DID that signed, which no name can claim.
    """

    by: str
    by_path: str | None
    signs_as: str
    comment: str
    since: datetime
    until: datetime | None
    url: str


@dataclass(frozen=True, slots=True)
class OtherVersion:
    """A version that somebody endorsed, and that is not the one on the page."""

    number: int
    path: str
    by: str


def endorsements_of(session: Session, office: Office, about: str) -> tuple[EndorsementView, ...]:
    """What others say of the thing at this address, as far as whose it is accepted it; the newest first."""
    names = office.names_of(about)
    here = endorsements.accepted(session, names, at_most=MOST_SHOWN)
    now = clock.now()
    elsewhere = received_endorsements.accepted(session, names, at_most=MOST_SHOWN)
    found = [_view(office, said, by) for said, by in here]
    found += [_view_of_received(office, each) for each in elsewhere if received_endorsements.is_good(each, now)]
    return tuple(sorted(found, key=lambda each: each.since, reverse=True)[:MOST_SHOWN])


def other_versions(
    session: Session, office: Office, achievement: Achievement, version: AchievementVersion
) -> tuple[OtherVersion, ...]:
    """The other versions that are endorsed: those words do not cover this one."""
    newest = achievement.current_version or version.number
    numbers = [number for number in range(newest, 0, -1) if number != version.number][:MOST_VERSIONS]
    found = []
    for number in numbers:
        url = office.addresses.achievement_version(achievement.id, number)
        names = dict.fromkeys(each.by for each in endorsements_of(session, office, url))
        if names:
            found.append(OtherVersion(number, f"/achievements/{achievement.id}/v{number}", ", ".join(names)))
    return tuple(found)


def name_of(received: ReceivedEndorsement) -> str:
    """What to call who signed elsewhere."""
    return received.endorser_name or domain_of(received.endorser_id) or _("Somebody elsewhere")


def page_of(office: Office, about: str) -> str:
    """The page here of the thing with this id: an issuer's for its DID, else the address itself."""
    did, about = office.addresses.did(""), office.renamed(about)
    return f"/issuers/{about.removeprefix(did)}" if about.startswith(did) else about


def _view(office: Office, said: Endorsement, by: Issuer) -> EndorsementView:
    return EndorsementView(
        by=by.name,
        by_path=f"/issuers/{by.slug}",
        signs_as=domain_of(office.addresses.did(by.slug)),
        comment=said.comment,
        since=said.created_at,
        until=said.valid_until,
        url=office.addresses.endorsement(said.id),
    )


def _view_of_received(office: Office, received: ReceivedEndorsement) -> EndorsementView:
    return EndorsementView(
        by=name_of(received),
        by_path=None,
        signs_as=domain_of(received.endorser_id),
        comment=received.comment,
        since=received.valid_from,
        until=received.valid_until,
        url=office.addresses.endorsement(received.id),
    )
