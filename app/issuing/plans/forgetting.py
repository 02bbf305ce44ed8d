"""What goes of plans when a person is erased: all of them. They are wishes, and nothing that was signed."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.issuing.plans.tables import KeptPlan


def forget(session: Session, learner_ids: Collection[str]) -> None:
    """Delete the plans of these learners. Cohorts hold nothing of a person."""
    session.execute(delete(KeptPlan).where(KeptPlan.learner_id.in_(learner_ids)))
