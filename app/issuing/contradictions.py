"""A fact that came before and is now told otherwise. The first one stands; who tells it otherwise is told so."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import DeliveryConflict
from app.issuing.completion_records import Completion, content, is_tombstone
from app.lms import base as lms

_TOLD = ("kind", "activity_id", "score")


def refuse_contradiction(session: Session, source_id: str, stated: lms.Completion) -> None:
    """Raise DeliveryConflict when this source told the fact of this key before, and with another content.

    Compared is what decides: kind, activity, score, attempt, whether it was passed or completed, and a stated time.
    """
    query = select(Completion).where(Completion.source_id == source_id, Completion.dedupe_key == stated.dedupe_key)
    first = session.scalars(query).one_or_none()
    if first is None or is_tombstone(first):
        return
    told = content(stated)
    same = all(getattr(first, name) == told[name] for name in _TOLD)
    same = same and all(first.facts.get(name) == told["facts"][name] for name in ("completed", "passed", "attempt"))
    if stated.occurred_at_source is not lms.MomentSource.RECEIVED:
        same = same and first.occurred_at == stated.occurred_at
    if not same:
        raise DeliveryConflict(
            "This fact came earlier with another content; the first one stands", delivery=first.delivery_id
        )
