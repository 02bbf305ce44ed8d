"""An account's badges from elsewhere: listed, looked at, checked again, and removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.orm import Session, undefer

from app import clock
from app.credentials.report import Report, Verdict
from app.errors import NotFound
from app.issuing.kept_badges.keeping import found_in, key_of, names_of, said_by
from app.issuing.kept_badges.tables import KeptBadge, Match

CHECKED_AGAIN_AFTER = timedelta(hours=24)
NO_SUCH_BADGE = "There is no such badge among yours"
# What does not change any more: that a host is out of reach later takes nothing of it back.
_FOR_GOOD = (Verdict.REVOKED, Verdict.SUPERSEDED)


@dataclass(frozen=True, slots=True)
class ToCheck:
    """A badge that is to be judged again outside of a transaction, and by what it may name its keeper."""

    kept_id: str
    document: bytes
    sha256: str
    names: tuple[str, ...]


def of_account(
    session: Session, account_id: str, *, limit: int | None = None, offset: int = 0, since: datetime | None = None
) -> Sequence[KeptBadge]:
    """The badges of an account, those received last first; `since` leaves out what came before. Without their bytes."""
    query = _of_account(account_id, since).order_by(KeptBadge.received_at.desc(), KeptBadge.id)
    return session.scalars(query.limit(limit).offset(offset)).all()


def count_of(session: Session, account_id: str, *, since: datetime | None = None) -> int:
    """How many those are."""
    return session.scalar(_of_account(account_id, since).with_only_columns(func.count(KeptBadge.id))) or 0


def by_id(session: Session, kept_id: str) -> KeptBadge:
    """The badge, with its bytes, whose ever it is. Raises NotFound."""
    found = session.get(KeptBadge, kept_id, options=[undefer(KeptBadge.document)])
    if found is None:
        raise NotFound(NO_SUCH_BADGE)
    return found


def mine(session: Session, account_id: str, kept_id: str) -> KeptBadge:
    """The badge, with its bytes, if it is the account's. Raises the same NotFound for another's as for none at all."""
    found = by_id(session, kept_id)
    if found.account_id != account_id:
        raise NotFound(NO_SUCH_BADGE)
    return found


def remove(session: Session, badge: KeptBadge) -> None:
    """Keep it no more, wherever it was shown."""
    session.execute(delete(KeptBadge).where(KeptBadge.id == badge.id))
    session.flush()


def doubt(session: Session, account_id: str) -> None:
    """An address of the account was removed: nothing is shown as this person's until it is checked again, which is due.

    Nowhere is kept on which address a match rested, so all of them are asked again.
    """
    theirs = update(KeptBadge).where(KeptBadge.account_id == account_id, KeptBadge.match == Match.SAME)
    asked = theirs.values(match=Match.UNKNOWN.value, tried_at=clock.now() - CHECKED_AGAIN_AFTER)
    session.execute(asked.execution_options(synchronize_session="fetch"))


def due(session: Session, *, limit: int) -> list[tuple[str, str]]:
    """Badges that are to be checked again, the one first whose turn was longest ago: who signed each, and its id."""
    query = select(KeptBadge.signed_by, KeptBadge.id).where(KeptBadge.tried_at <= clock.now() - CHECKED_AGAIN_AFTER)
    found = session.execute(query.order_by(KeptBadge.tried_at, KeptBadge.id).limit(limit))
    return [(signed_by, kept_id) for signed_by, kept_id in found]


def to_check(session: Session, kept_id: str) -> ToCheck:
    """What is to be judged when a badge is checked again. Raises NotFound."""
    badge = by_id(session, kept_id)
    return ToCheck(badge.id, badge.document, badge.sha256, names_of(session, badge.account_id))


def note(session: Session, checked: ToCheck, report: Report) -> KeptBadge | None:
    """Keep what a later check says; None when these bytes are kept no more.

    What the badge says stays as it was proven last, unless it is proven now: a signed badge says what it always said,
    but a hosted one says what its host publishes today. One that its issuer withdrew or replaced stays so when that
    cannot be told later.
    """
    badge = session.get(KeptBadge, checked.kept_id, with_for_update=True)
    if badge is None or badge.sha256 != checked.sha256:
        return None
    facts, found = report.credential, found_in(report)
    if facts is not None and key_of(facts) == badge.badge_key:
        for name, value in said_by(facts).items():
            setattr(badge, name, value)
        badge.match = found["match"]
    for name in ("checked_at", "tried_at"):
        setattr(badge, name, found[name])
    if found["told"] is not None:
        badge.told, badge.told_at = found["told"], found["told_at"]
    elif badge.told in _FOR_GOOD:
        return badge
    badge.verdict, badge.sentence = found["verdict"], found["sentence"]
    session.flush()
    return badge


def note_failure(session: Session, kept_id: str) -> None:
    """A check failed for a reason of ours: the badge has had its turn, and the others get theirs."""
    badge = session.get(KeptBadge, kept_id, with_for_update=True)
    if badge is not None:
        badge.tried_at = clock.now()
        session.flush()


def standing(badge: KeptBadge, *, now: datetime) -> Verdict:
    """What can be said of it at this moment: the last answer, and that it has ended where it ended since."""
    verdict = Verdict(badge.verdict)
    if verdict is Verdict.GOOD and badge.valid_until is not None and badge.valid_until <= now:
        return Verdict.EXPIRED
    if verdict is Verdict.NOT_YET_VALID and badge.valid_from <= now:
        return Verdict.CANNOT_TELL  # its time has come; what its status is will be asked
    return verdict


def is_shown(badge: KeptBadge) -> bool:
    """Whether others may be shown it as this person's."""
    return badge.match == Match.SAME


def _of_account(account_id: str, since: datetime | None) -> Select[KeptBadge]:
    query = select(KeptBadge).where(KeptBadge.account_id == account_id)
    return query if since is None else query.where(KeptBadge.received_at >= since)
