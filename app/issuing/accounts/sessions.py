"""Sessions of browsers: a new one at each sign-in and each gain of rights, ended by idleness, age or a word (T32)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app import clock
from app.issuing.accounts import tokens
from app.issuing.accounts.tables import Account, Strength, WebSession

# A learner looks at a badge once a month; somebody who may revoke badges has a desk that others pass by.
LONGEST = {
    Strength.LINK: timedelta(days=30),
    Strength.PASSWORD: timedelta(hours=12),
    Strength.TWO_FACTORS: timedelta(hours=12),
}
IDLE = {
    Strength.LINK: timedelta(days=14),
    Strength.PASSWORD: timedelta(minutes=30),
    Strength.TWO_FACTORS: timedelta(minutes=30),
}
SURE_FOR = timedelta(minutes=15)  # after which a dangerous act asks who it is
NOTED_AGAIN_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who sits there: the account, how surely, and when that was last shown."""

    account_id: str
    session_id: str  # the digest of the token
    strength: Strength
    confirmed_at: datetime
    seen_at: datetime

    def is_sure(self, now: datetime) -> bool:
        """Whether the person proved who they are a moment ago."""
        return now - self.confirmed_at <= SURE_FOR


def begin(session: Session, account: Account, strength: Strength, *, browser: str | None = None) -> str:
    """Begin a session; returns the token for the cookie, which is told once."""
    token, now = tokens.new(), clock.now()
    session.add(
        WebSession(
            token_sha256=tokens.digest(token),
            account_id=account.id,
            strength=int(strength),
            created_at=now,
            seen_at=now,
            confirmed_at=now,
            browser=browser,
        )
    )
    session.flush()
    return token


def find(session: Session, token: str) -> SignedIn | None:
    """The session of this token; None for none, an idle one and an old one."""
    found = session.get(WebSession, tokens.digest(token))
    now = clock.now()
    if found is None or not _lives(found, now):
        return None
    strength = Strength(found.strength)
    return SignedIn(found.account_id, found.token_sha256, strength, found.confirmed_at, found.seen_at)


def note_use(session: Session, session_id: str) -> None:
    """Remember that it was used, so that it is not idle; to the minute."""
    query = update(WebSession).where(WebSession.token_sha256 == session_id)
    session.execute(query.values(seen_at=clock.now()))


def confirm(session: Session, session_id: str) -> None:
    """The person has just proved who they are once more."""
    query = update(WebSession).where(WebSession.token_sha256 == session_id)
    session.execute(query.values(confirmed_at=clock.now()))


def end(session: Session, session_id: str) -> None:
    """Sign this browser out."""
    session.execute(delete(WebSession).where(WebSession.token_sha256 == session_id))


def end_one(session: Session, account_id: str, session_id: str) -> None:
    """Sign one browser of an account out; one that is not signed in stays so."""
    mine = WebSession.account_id == account_id
    session.execute(delete(WebSession).where(WebSession.token_sha256 == session_id, mine))


def end_all(session: Session, account_id: str, *, but: str | None = None) -> int:
    """Sign every browser of an account out, save one; how many there were."""
    query = delete(WebSession).where(WebSession.account_id == account_id)
    if but is not None:
        query = query.where(WebSession.token_sha256 != but)
    return len(session.scalars(query.returning(WebSession.token_sha256)).all())


def forget_ended(session: Session) -> int:
    """Delete sessions that are over; how many there were."""
    oldest = clock.now() - max(LONGEST.values())
    query = delete(WebSession).where(WebSession.created_at < oldest)
    return len(session.scalars(query.returning(WebSession.token_sha256)).all())


def of_account(session: Session, account_id: str) -> list[WebSession]:
    """The browsers that are signed in, the one used last first."""
    query = select(WebSession).where(WebSession.account_id == account_id).order_by(WebSession.seen_at.desc())
    now = clock.now()
    return [each for each in session.scalars(query) if _lives(each, now)]


def _lives(found: WebSession, now: datetime) -> bool:
    strength = Strength(found.strength)
    return now - found.created_at < LONGEST[strength] and now - found.seen_at < IDLE[strength]
