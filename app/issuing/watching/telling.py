"""What a watch is told: in the transaction of the change itself, so that it is told once and never forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db import claim
from app.issuing import award_addresses, issuers, mail, mail_languages, news
from app.issuing.endpoints import EventType
from app.issuing.mail.configuring import put
from app.issuing.office import Office
from app.issuing.watching.tables import Watch, WatchEvent, WatchState
from app.projections import messages

if TYPE_CHECKING:
    from app.issuing.awards import Award

SOON = timedelta(days=30)
_TOLD = {
    EventType.BADGE_EXPIRING: (EventType.WATCH_EXPIRING, "ends soon"),
    EventType.BADGE_LAPSED: (EventType.WATCH_EXPIRED, "has ended"),
    EventType.BADGE_EXPIRED: (EventType.WATCH_EXPIRED, "has ended"),
    EventType.BADGE_RENEWED: (EventType.WATCH_RENEWED, "was renewed"),
    EventType.BADGE_SUSPENDED: (EventType.WATCH_SUSPENDED, "was paused by its issuer"),
    EventType.BADGE_REINSTATED: (EventType.WATCH_REINSTATED, "counts again"),
    EventType.BADGE_REVOKED: (EventType.WATCH_REVOKED, "was withdrawn by its issuer"),
    EventType.BADGE_SUPERSEDED: (EventType.WATCH_REVOKED, "was replaced by another badge"),
}
_EACH_TIME = {EventType.BADGE_SUSPENDED, EventType.BADGE_REINSTATED}


def tell(
    session: Session, office: Office, award: Award, event_type: EventType, *, watched_id: str | None = None
) -> int:
    """Tell whoever watches an award what became of it; how many. `watched_id`: the award that this one renews."""
    if event_type not in _TOLD:
        return 0
    which = Watch.award_id == (watched_id or award.id), Watch.state == WatchState.ACTIVE
    watching = session.scalars(select(Watch).where(*which).order_by(Watch.id)).all()
    return sum(_tell(session, office, each, award, event_type) for each in watching)


def _tell(session: Session, office: Office, watch: Watch, award: Award, event_type: EventType) -> int:
    type_, words = _TOLD[event_type]
    last = clock.new_id() if event_type in _EACH_TIME else _stamp(award.valid_until)
    claimed = claim(session, WatchEvent, watch_id=watch.id, event=f"{type_}:{last}", told_at=clock.now())
    if claimed is None:
        return 0
    url, newer = (award_addresses.badge(session, office, each) for each in (watch.award_id, award.id))
    data = {
        "watch_id": watch.id,
        "credential_url": url,
        "state": str(award.state),
        "valid_until": None if award.valid_until is None else _stamp(award.valid_until),
        "newer_credential_url": newer if newer != url else None,
    }
    news.publish(session, office, watch.issuer_id, type_, watch.id, data)
    if watch.recipient is not None:
        issuer = issuers.by_id(session, watch.issuer_id)
        zone = issuers.zone_of(session, award.issuer_id)
        language = mail_languages.of_mailbox(session, issuer.id, watch.recipient)
        content = messages.watch_news(
            watcher=issuer.name, words=words, ends_on=award.valid_until, zone=zone, url=url, language=language
        )
        key = mail.recipient_key(office, issuer.id, watch.recipient)
        event = f"watch.told:{clock.new_id()}"
        put(session, issuer.id, content, to=watch.recipient, key=key, subject_id=watch.id, event=event)
    return 1


def _stamp(moment: datetime | None) -> str:
    return "" if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")
