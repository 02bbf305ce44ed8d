"""What goes of renewals when a person is erased: the ledger, whole. The audit log keeps ids and codes."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.issuing.renewals.tables import CEEntry, CEVerdict, RenewalReminder


def forget(session: Session, learner_ids: Collection[str], award_ids: Collection[str]) -> None:
    """Delete the ledgers of these learners, and what audits said and what was told of these awards."""
    session.execute(delete(CEEntry).where(CEEntry.learner_id.in_(learner_ids)))
    session.execute(delete(CEVerdict).where(CEVerdict.award_id.in_(award_ids)))
    session.execute(delete(RenewalReminder).where(RenewalReminder.award_id.in_(award_ids)))
