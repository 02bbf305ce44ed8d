"""What came of each source lately, for the list of them: deliveries, failures, and activities that no rule names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.issuing.completions import Completion, CompletionState
from app.issuing.deliveries import Delivery, Standing
from app.issuing.inbox.parked import UNMAPPED

WRONG = (Standing.FAILED, Standing.UNPARSEABLE)
"""How a delivery stands of which nothing, or not all, could be made."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """Of one source: the deliveries of a period, the newest of them, and how many activities wait for a rule.

    `last_at` None = none came in the period. `failures` are those that failed or cannot be read.
    """

    last_at: datetime | None = None
    deliveries: int = 0
    failures: int = 0
    unmapped: int = 0


def traffic(session: Session, issuer_id: str, *, since: datetime) -> dict[str, Traffic]:
    """The traffic of the issuer's sources by their ids; a source of which there is nothing to say is left out."""
    query = (
        select(
            Delivery.source_id,
            func.max(Delivery.received_at, type_=Delivery.received_at.type),
            func.count(),
            func.sum(case((Delivery.standing.in_(WRONG), 1), else_=0)),
        )
        .where(Delivery.issuer_id == issuer_id, Delivery.received_at >= since)
        .group_by(Delivery.source_id)
    )
    found = {
        source_id: Traffic(last_at, int(deliveries), int(failures))
        for source_id, last_at, deliveries, failures in session.execute(query)
    }
    waiting = select(Completion.source_id, func.count(Completion.activity_id.distinct())).where(
        Completion.issuer_id == issuer_id,
        Completion.state == CompletionState.PARKED,
        Completion.reason == UNMAPPED,
    )
    for source_id, unmapped in session.execute(waiting.group_by(Completion.source_id)):
        found[source_id] = replace(found.get(source_id, Traffic()), unmapped=int(unmapped))
    return found
