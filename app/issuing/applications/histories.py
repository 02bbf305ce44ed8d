"""The history of an application: one line for each thing that happened, with what was said to the other side."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.issuing import audit
from app.issuing.applications.tables import Application, ApplicationEvent


def note(
    session: Session, application: Application, action: str, *, actor: str, by_applicant: bool, text: str | None = None
) -> None:
    """Write one line, and one entry of the audit log, which holds no words of anybody."""
    session.add(
        ApplicationEvent(
            application_id=application.id,
            at=clock.now(),
            actor=actor,
            is_by_applicant=by_applicant,
            action=action,
            text=text,
        )
    )
    facts = {"achievement_id": application.achievement_id, "learner_id": application.learner_id}
    issuer_id = application.issuer_id
    audit.record(session, issuer_id, actor=actor, action=f"application.{action}", object_id=application.id, **facts)
    session.flush()


def of(session: Session, application: Application) -> list[ApplicationEvent]:
    """What happened, the first first."""
    query = select(ApplicationEvent).where(ApplicationEvent.application_id == application.id)
    return list(session.scalars(query.order_by(ApplicationEvent.id)))
