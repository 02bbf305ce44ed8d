"""Badges that are renewed, on a desk: an achievement with a policy, time that goes on, and what was told."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app import clock
from app.issuing import awards, renewals
from app.issuing.awards import Award
from app.issuing.learners import Learner
from app.issuing.outbox import OutboxMessage
from app.issuing.renewals import CEEntry, Grounds
from app.issuing.renewals.ledger import Stated

ACTOR = "cli"
AWARDED = "2024-05-30T09:00:00Z"  # two years later, it ends with 30 May 2026
CE = {"unit": "records-ceu", "amount": "20", "in_domain_min_ratio": "0.8", "domains": ["records"]}


def renewable(desk: Any, *, validity: dict[str, Any] | None = None, **renewal: Any) -> Any:
    """A published achievement of two years, with 30 days of grace and reminders 60, 30 and 7 days before the end."""
    policy = {"grace_days": 30, "reminder_days": [60, 30, 7], **renewal}
    return desk.achievement(validity=validity or {"kind": "months", "amount": 24}, renewal=policy)


def by_education(desk: Any, **more: Any) -> Any:
    """One that is renewed by 20 units, four fifths of them in domain."""
    return renewable(desk, method="ce", ce={**CE, **more})


def renew(desk: Any, award: Award, **grounds: Any) -> Award:
    """Renew it, by a member of staff."""
    with desk.write() as session:
        found = awards.by_id(session, award.id)
        return renewals.renew(session, desk.office, found, actor=ACTOR, grounds=Grounds(**grounds))


def entry(desk: Any, award: Award, amount: str = "1", **more: Any) -> CEEntry:
    """An entry in the ledger of the award's holder: today's, in domain, unless something else is said."""
    usual = {"title": "A course", "unit": "records-ceu", "domain": "records", "activity_date": clock.now().date()}
    with desk.write() as session:
        learner = holder(session, award)
        stated = Stated(**{**usual, "amount": Decimal(amount), **more})
        return renewals.ledger.add(session, learner, stated, actor=ACTOR)


def holder(session: Any, award: Award) -> Any:
    """The holder of an award, in this transaction."""
    return session.get_one(Learner, award.learner_id)


def standing(desk: Any, award: Award) -> renewals.Standing:
    """How an award stands now."""
    with desk.read() as session:
        return renewals.standing.of_award(session, awards.by_id(session, award.id))


def remind(desk: Any) -> int:
    """Tell of everything that is due now; how many awards that were."""
    total, count = 0, 1
    while count:
        with desk.write() as session:
            count = renewals.remind(session, desk.office, desk.issuer.id)
        total += count
    return total


def mails(desk: Any) -> list[dict[str, Any]]:
    """The mails about renewal that were put into the outbox, in their order."""
    with desk.read() as session:
        query = select(OutboxMessage).where(OutboxMessage.event.like("renewal%"))
        return [each.payload for each in session.scalars(query.order_by(OutboxMessage.created_at, OutboxMessage.id))]


def news(desk: Any) -> list[dict[str, Any]]:
    """What the endpoints are told, in the order in which it was written."""
    with desk.read() as session:
        rows = session.scalars(select(OutboxMessage).where(OutboxMessage.channel == "webhook"))
        return sorted((json.loads(row.payload["body"]) for row in rows), key=lambda body: body["data"]["sequence"])
