"""The lane of mail, and of whatever no other lane takes."""

from __future__ import annotations

from base64 import b64decode
from urllib.parse import urlsplit

import structlog
from sqlalchemy.orm import Session

from app.errors import MailRefused
from app.issuing import hosts, mail, outbox
from app.issuing.endpoints.records import WEBHOOK
from app.issuing.mail import EMAIL, MailLimits
from app.issuing.outbox import OutboxMessage
from app.outbound import email
from app.outbound.email import Attachment, Mailer
from app.projections.messages import MailContent
from app.service import Service

log = structlog.get_logger()

MOST_LOOKS = 50  # in one transaction, for a mail among many that are held
AT_ONCE = 4  # a server that does not answer holds up one of these, not the others


class MailLane:
    """Takes, sends and records mails."""

    at_once = AT_ONCE

    def __init__(self, service: Service, mailer: Mailer) -> None:
        self._office = service.office
        self._settings = service.settings
        self._mailer = mailer
        self._limits = MailLimits(
            per_person_day=service.settings.mail_per_person_day,
            per_issuer_hour=service.settings.mail_per_issuer_hour,
        )

    def take(self, session: Session, limit: int) -> list[OutboxMessage]:
        """Lease what is due, without what may not go out now: that is held, joined into another, or suppressed."""
        going: list[OutboxMessage] = []
        for _ in range(MOST_LOOKS):
            taken = outbox.lease(
                session,
                limit=limit - len(going),
                lease_seconds=self._settings.lease_seconds,
                not_channels=(WEBHOOK, hosts.CHANNEL),
            )
            going += mail.going_out(session, self._office, taken, limits=self._limits)
            session.flush()
            if not taken or len(going) == limit:
                break
        return going

    def deliver(self, message: OutboxMessage) -> None:
        """Hand one mail over. Raises MailRefused."""
        if message.channel != EMAIL:
            raise MailRefused(f"This version does not know the channel {message.channel}", permanent=False)
        if not message.payload:
            raise MailRefused("What was to be sent has been erased", permanent=True)
        stated = message.payload
        content = MailContent(
            subject=stated["subject"], text=stated["text"], html=stated["html"], language=stated["language"]
        )
        letter = email.build(
            content,
            sender=self._settings.mail_sender,
            recipient=stated["to"],
            message_id=self._message_id(message),
            date=message.created_at,
            language=content.language,
            from_name=stated.get("from_name"),
            reply_to=stated.get("reply_to"),
            unsubscribe_url=stated.get("unsubscribe_url"),
            attachments=[_attachment(each) for each in stated.get("attachments", [])],
        )
        self._mailer.deliver(letter)

    def record(self, session: Session, message: OutboxMessage, outcome: object) -> None:
        """Write down what came of it; `outcome` is the exception that it ended with, or None."""
        facts = {"message_id": message.id, "channel": message.channel, "attempt": message.attempts}
        if outcome is None:
            outbox.mark_sent(session, message.id)
            log.info("message sent", **facts)
            return
        refused = outcome if isinstance(outcome, MailRefused) else None
        is_final = refused is not None and refused.permanent
        reason = refused.detail if refused is not None else type(outcome).__name__
        is_parked = outbox.mark_failed(session, message.id, error=reason, permanent=is_final, attempt=message.attempts)
        if is_parked:
            mail.note_refusal(
                session, self._office, message, reason=reason, enhanced=refused.enhanced if refused else None
            )
        if refused is not None:
            log.warning("message not sent", reason=reason, permanent=is_final, **facts)
        else:
            log.error("message not sent", exc_info=outcome, **facts)

    def _message_id(self, message: OutboxMessage) -> str:
        """The same at every attempt, so that a mailbox can tell a repetition."""
        return f"<{message.id}@{urlsplit(self._settings.public_base_url).hostname}>"


def _attachment(stated: dict[str, str]) -> Attachment:
    return Attachment(stated["name"], stated["type"], b64decode(stated["content"]))
