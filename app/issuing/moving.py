"""What a move to another public address means: what stays, what changes by itself, and what others have to change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import Base
from app.issuing import issuers
from app.issuing.accounts.tables import Passkey
from app.issuing.achievements import AchievementVersion
from app.issuing.awards import Award
from app.issuing.endorsements import Endorsement
from app.issuing.endpoints import Endpoint
from app.issuing.health_records.tables import RecordClient
from app.issuing.lti import LtiPlatform
from app.issuing.office import Addresses, Office
from app.issuing.received_endorsements import ReceivedEndorsement
from app.issuing.sources import Source


@dataclass(frozen=True, slots=True)
class Consequences:
    """Sentences for the operator. `elsewhere` are changes at other systems, which nobody here can make."""

    stays: tuple[str, ...]
    changes: tuple[str, ...]
    elsewhere: tuple[str, ...]


def foresee(session: Session, office: Office, base_url: str, *, has_provider: bool) -> Consequences:
    """What moving to `base_url` means for what is here. `has_provider`: people sign in with an identity provider."""
    here, there = office.addresses, Addresses(base_url)
    signed = ", ".join(
        f"{_count(session, table):,} {words}"
        for table, words in (
            (Award, "badges"), (AchievementVersion, "versions of achievements"), (Endorsement, "endorsements"),
        )
    )  # fmt: skip
    hosts = [urlsplit(each.base_url).netloc for each in (office.addresses, *office.former)]
    return Consequences(
        stays=(
            f"{signed} keep their ids at {' and '.join(dict.fromkeys(hosts))}.",
            "Each of these hosts must lead here, with its certificate, for as long as anybody has a badge from there.",
            f"The DIDs at {here.base_url} go on answering there with all keys, and their status lists are kept up.",
        ),
        changes=(
            f"New badges, achievements and endorsements have ids at {base_url}, and the DIDs {there.did('')}….",
            f"Pages at {here.base_url} lead to the same place at {base_url}; so do links in mails that are out there.",
            "Everybody signs in again.",
        ),
        elsewhere=tuple(_elsewhere(session, here, there, has_provider=has_provider)),
    )


def _elsewhere(session: Session, here: Addresses, there: Addresses, *, has_provider: bool) -> Iterator[str]:
    if has_provider:
        yield f"The identity provider must allow {there.provider_answer} to be sent back to."
    if count := _count(session, Passkey):
        yield (
            f"{count:,} passkeys are bound to {urlsplit(here.base_url).hostname} by the browsers. Their owners sign in "
            "another way once, and add new ones."
        )
    if count := _count(session, LtiPlatform):
        yield (
            f"{count:,} course platforms (LTI) have addresses of this tool at {here.base_url}; change them there to "
            f"{there.base_url}/lti/…, or launches fail."
        )
    if count := _count(session, RecordClient):
        yield (
            f"{count:,} health-record systems ask for tokens at {here.base_url}; give them {there.fhir('…')}, as "
            "assertions must name that address."
        )
    if count := _count(session, Source):
        yield (
            f"{count:,} sources send to {here.hook('…')}. That address goes on taking deliveries; give them "
            f"{there.hook('…')} when it is convenient."
        )
    if count := _count(session, Endpoint):
        yield f"{count:,} webhooks are told of things at {there.base_url} in `source`; look whether receivers mind."
    if count := _about_issuers(session, here):
        yield (
            f"{count:,} endorsements are about issuers by their DIDs at {here.base_url}. Pages go on showing them; for "
            "new badges to carry them, ask for them anew."
        )


def _about_issuers(session: Session, here: Addresses) -> int:
    dids = [here.did(issuer.slug) for issuer in issuers.every(session)]
    given = select(func.count()).select_from(Endorsement).where(Endorsement.about.in_(dids))
    received = select(func.count()).select_from(ReceivedEndorsement).where(ReceivedEndorsement.about.in_(dids))
    return (session.scalar(given) or 0) + (session.scalar(received) or 0)


def _count(session: Session, table: type[Base]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0
