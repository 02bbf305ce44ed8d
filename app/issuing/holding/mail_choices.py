"""Which mails a learner wants: those about several badges at once can be ended, for each issuer, and had again.

Only the reader's own word is taken back here: an address that bounced or complained stays as it is.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from app.issuing import audit, mail
from app.issuing.learners import Learner, LearnerEmail
from app.issuing.mail import Cause, Covers, Suppression
from app.issuing.office import Office


def wants_digests(session: Session, office: Office, learner: Learner) -> bool:
    """Whether mails that gather several badges go to any address of the learner."""
    query = select(Suppression.id).where(*_own_word(session, office, learner))
    return session.scalar(query.limit(1)) is None


def choose_digests(session: Session, office: Office, learner: Learner, *, wanted: bool, actor: str) -> None:
    """Send them, or send them no more, to every address that the issuer knows of the learner."""
    if wants_digests(session, office, learner) == wanted:
        return
    if not wanted:
        for key in _keys(session, office, learner):
            mail.suppress(session, learner.issuer_id, key, cause=Cause.UNSUBSCRIBED, covers=Covers.DIGESTS, actor=actor)
        return
    gone = delete(Suppression).where(*_own_word(session, office, learner)).returning(Suppression.id)
    for suppression_id in session.scalars(gone.execution_options(synchronize_session=False)).all():
        audit.record(session, learner.issuer_id, actor=actor, action="mail.unsuppressed", object_id=suppression_id)


def _own_word(session: Session, office: Office, learner: Learner) -> tuple[ColumnElement[bool], ...]:
    return (
        Suppression.issuer_id == learner.issuer_id,
        Suppression.recipient_key.in_(_keys(session, office, learner)),
        Suppression.covers == Covers.DIGESTS,
        Suppression.cause == Cause.UNSUBSCRIBED,
    )


def _keys(session: Session, office: Office, learner: Learner) -> list[str]:
    query = select(LearnerEmail.normalised).where(LearnerEmail.learner_id == learner.id).order_by(LearnerEmail.id)
    return [mail.recipient_key(office, learner.issuer_id, normalised) for normalised in session.scalars(query)]
