"""Letters to one learner about what they asked for: the answer goes out with the issuer's other mails."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app import clock
from app.issuing import learners, mail
from app.issuing.learners import Learner
from app.issuing.mail.configuring import put
from app.issuing.office import Office
from app.projections.messages import MailContent


def send(
    session: Session, office: Office, learner: Learner, content: MailContent, *, subject_id: str, event: str
) -> None:
    """Put a letter into the outbox; nothing when no address of the learner is known."""
    email = learners.email_of(session, learner)
    if email is None:
        return
    put(
        session,
        learner.issuer_id,
        content,
        to=email.written,
        key=mail.recipient_key(office, learner.issuer_id, email.normalised),
        subject_id=subject_id,
        event=f"{event}:{clock.new_id()}",
    )
