"""Badges on their way to a host: chosen by the holder, sent through the outbox, with what came of each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db import claim
from app.errors import InvalidInput, NotFound
from app.issuing import awards
from app.issuing.awards import Award, AwardState
from app.issuing.holding import shelf
from app.issuing.holding.shelf import Held
from app.issuing.hosting import queueing
from app.issuing.hosting.tables import HostConnection, HostPush, PushState
from app.issuing.hosts import connecting
from app.issuing.hosts.connecting import Connected

MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Line:
    """A badge of the holder, and what became of it at one host; None = it was never sent there."""

    held: Held
    push: HostPush | None


def choose(session: Session, connected: Connected, award_ids: Collection[str]) -> int:
    """Send these badges of the connection's account there; how many will go. Private ones, too: it is the holder's act.

    One that waits already goes once. Raises InvalidInput for none and for too many, NotFound for somebody else's, and
    for a connection that was ended meanwhile.
    """
    if not 0 < len(set(award_ids)) <= MOST_AT_ONCE:
        raise InvalidInput(f"Choose 1 to {MOST_AT_ONCE} badges", pointer="/award")
    account_id = connected.connection.account_id
    connecting.lock(session, connected.connection.id)
    count = 0
    for award_id in sorted(set(award_ids)):
        award = shelf.mine(session, account_id, award_id)
        if award.state == AwardState.PENDING:
            raise InvalidInput("A badge that is not issued yet cannot be sent", pointer="/award")
        if award.declined_at is not None:
            raise InvalidInput("You declined this badge; accept it before you send it", pointer="/award")
        count += _choose(session, connected.connection, award)
    return count


def lines(session: Session, connected: Connected) -> Sequence[Line]:
    """The holder's badges that can be sent, the newest first."""
    query = select(HostPush).where(HostPush.connection_id == connected.connection.id)
    pushes = {push.award_id: push for push in session.scalars(query)}
    held = shelf.of_account(session, connected.connection.account_id)
    shown = (each for each in held if each.award.declined_at is None or each.award.id in pushes)
    return [Line(each, pushes.get(each.award.id)) for each in shown if each.award.state in _SENDABLE]


def document_of(session: Session, push: HostPush) -> tuple[bytes, int] | None:
    """The signed badge as it is now, and its revision; None for one that is not there any more (erased, declined).

    Nor for one that became somebody else's since it was chosen, or whose address the account gave up: a badge may wait
    for days, and goes for whoever holds it when it goes.
    """
    account_id = session.get_one(HostConnection, push.connection_id).account_id
    try:
        award = shelf.mine(session, account_id, push.award_id)
    except NotFound:
        return None
    if award.state not in _SENDABLE or award.declined_at is not None:
        return None
    return awards.credential_of(session, award).json, award.revision


def note_sent(session: Session, push: HostPush, revision: int) -> None:
    """The host has it; what was signed anew meanwhile goes there, too. Call it with the push locked."""
    push.state, push.answered_at, push.revision, push.error = PushState.SENT, clock.now(), revision, None
    queueing.catch_up(session, push, session.get_one(Award, push.award_id, populate_existing=True))


def note_failure(push: HostPush, error: str, *, is_final: bool) -> None:
    """The host did not take it; whether it is tried again is the outbox' to say."""
    push.error, push.answered_at = error[:300], clock.now()
    if is_final:
        push.state = PushState.REFUSED


def _choose(session: Session, connection: HostConnection, award: Award) -> int:
    now = clock.now()
    facts = {"state": PushState.WAITING, "times": 1, "asked_at": now}
    push = claim(session, HostPush, id=clock.new_id(), connection_id=connection.id, award_id=award.id, **facts)
    if push is None:
        both = HostPush.connection_id == connection.id, HostPush.award_id == award.id
        push = session.scalars(select(HostPush).where(*both).with_for_update()).one()
        if push.state == PushState.WAITING:
            return 0
        push.state, push.times, push.asked_at, push.error = PushState.WAITING, push.times + 1, now, None
        session.flush()
    queueing.enqueue(session, push, connection, award, actor=f"account:{connection.account_id}")
    return 1


_SENDABLE = (AwardState.ISSUED, AwardState.SUSPENDED, AwardState.REVOKED)
