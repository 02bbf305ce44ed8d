"""Badges on their way to hosts: those that a holder chose, and the newer forms of those that a host has.

A newer form goes by the same wish that the first one went by: in the transaction that signs it, so that it is neither
forgotten nor sent twice. What was withdrawn is not signed anew, and nothing is sent: its status list says it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db import claim
from app.issuing import audit, outbox
from app.issuing.accounts import people
from app.issuing.hosting.tables import HostConnection, HostPush, PushState

if TYPE_CHECKING:
    from app.issuing.awards import Award

CHANNEL = "host"
SIGNED_ANEW, FOLLOWS = "signed-anew", "follows"
_BY_ITSELF = "worker"


def enqueue(
    session: Session, push: HostPush, connection: HostConnection, award: Award, *, actor: str, **facts: str
) -> None:
    """Put a push into the outbox, one at a time for each connection; the worker sends the badge as it is then."""
    outbox.put(
        session,
        channel=CHANNEL,
        subject_id=push.id,
        event=f"push.{push.times}",
        payload={"push_id": push.id},
        queue=f"host:{connection.id}",
    )
    host = {"host_id": connection.host_id, **facts}
    audit.record(session, award.issuer_id, actor=actor, action="award.sent-to-host", object_id=award.id, **host)


def signed_anew(session: Session, award: Award) -> int:
    """Send an award's newest form to every host that has an earlier one; how many will go.

    What still waits goes in its newest form anyway, and what a host refused is not sent until its holder says so.
    """
    sent = [each for each in _pushes(session, award.id) if each[0].state == PushState.SENT]
    return sum(_once_more(session, push, connection, award) for push, connection in sent)


def followed(session: Session, earlier_id: str, later: Award) -> int:
    """Send the award that renews another, or took its place, to every host that has the other one; how many will go."""
    count = 0
    for earlier, connection in _pushes(session, earlier_id):
        if earlier.state == PushState.REFUSED or not _may_go(session, connection, later):
            continue
        facts = {"state": PushState.WAITING, "times": 1, "asked_at": clock.now()}
        push = claim(session, HostPush, id=clock.new_id(), connection_id=connection.id, award_id=later.id, **facts)
        if push is not None:
            enqueue(session, push, connection, later, actor=_BY_ITSELF, because=FOLLOWS)
            count += 1
    return count


def catch_up(session: Session, push: HostPush, award: Award) -> int:
    """Send once more what was signed anew while its earlier form was on its way; call it with the push locked."""
    if push.revision == award.revision:
        return 0
    return _once_more(session, push, session.get_one(HostConnection, push.connection_id), award)


def _once_more(session: Session, push: HostPush, connection: HostConnection, award: Award) -> int:
    if not _may_go(session, connection, award):
        return 0
    push.state, push.times, push.asked_at, push.error = PushState.WAITING, push.times + 1, clock.now(), None
    session.flush()
    enqueue(session, push, connection, award, actor=_BY_ITSELF, because=SIGNED_ANEW)
    return 1


def _pushes(session: Session, award_id: str) -> list[tuple[HostPush, HostConnection]]:
    """Every push of an award with its connection. Locked: a worker who has one in hand notes it before or after.

    The connections first, as by whoever ends one, so that nobody waits in a circle, and nothing goes after the end.
    """
    of_award = HostPush.award_id == award_id
    fresh = {"populate_existing": True}
    theirs = select(HostConnection).where(HostConnection.id.in_(select(HostPush.connection_id).where(of_award)))
    locked = session.scalars(theirs.order_by(HostConnection.id).with_for_update(), execution_options=fresh)
    connections = {each.id: each for each in locked}
    query = select(HostPush).where(of_award, HostPush.connection_id.in_(connections)).order_by(HostPush.id)
    found = session.scalars(query.with_for_update(), execution_options=fresh)
    return [(each, connections[each.connection_id]) for each in found]


def _may_go(session: Session, connection: HostConnection, award: Award) -> bool:
    """Whether the account still holds the badge, and the host still takes anything of it."""
    if connection.last_error is not None or award.declined_at is not None:
        return False
    return award.learner_id in {each.id for each in people.learners_of(session, connection.account_id)}
