"""What came back: refusals by the mail server, and bounces and complaints that a mail provider reports later."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db import claim
from app.errors import InvalidInput, NotFound
from app.issuing import award_addresses, news
from app.issuing.endpoints import EventType
from app.issuing.issuers import Issuer
from app.issuing.mail import suppressions
from app.issuing.mail.records import EMAIL, Cause, MailReport, ReportKind, recipient_key
from app.issuing.office import Office
from app.issuing.outbox import OutboxMessage

ACTOR = "worker"
# "Bad destination mailbox address", and a domain that says that it takes no mail (RFC 3463, RFC 7505): no use to try
# these again. Other refusals may be about this one mail, or about us.
NO_SUCH_MAILBOX = frozenset({"5.1.1", "5.1.10"})
_CAUSES = {ReportKind.HARD: Cause.BOUNCE, ReportKind.COMPLAINT: Cause.COMPLAINT}
_CODE = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}|[245][0-9]{2}")


def note_refusal(
    session: Session, office: Office, message: OutboxMessage, *, reason: str, enhanced: str | None
) -> None:
    """Note that a mail will not be tried again: tell the issuer's endpoints, and suppress a mailbox that is none."""
    if message.channel != EMAIL or message.issuer_id is None or message.recipient_key is None:
        return
    if enhanced in NO_SUCH_MAILBOX:
        key = message.recipient_key
        _write_down(session, message.issuer_id, key, kind=ReportKind.HARD, message_id=message.id, code=enhanced)
        _suppress(session, message.issuer_id, key, kind=ReportKind.HARD, code=enhanced, actor=ACTOR)
    tell_of_failure(session, office, message, reason=enhanced or reason)


def report(
    session: Session,
    office: Office,
    issuer: Issuer,
    *,
    kind: ReportKind,
    actor: str,
    message_id: str | None = None,
    address: str | None = None,
    code: str | None = None,
    at: datetime | None = None,
) -> MailReport | None:
    """Take a report: a hard bounce or a complaint suppresses the address. None when it was reported before.

    Either `message_id` (the mail's Message-ID) or `address` says what it is about. Raises InvalidInput, NotFound.
    """
    if (message_id is None) == (address is None):
        raise InvalidInput("Say either which message or which address the report is about", pointer="/message_id")
    if code is not None and not _CODE.fullmatch(code):
        raise InvalidInput("A code looks like 5.1.1 or 550", pointer="/code")
    message = None if message_id is None else _message(session, issuer, message_id)
    key = recipient_key(office, issuer.id, address) if address is not None else str(message and message.recipient_key)
    plain_id = None if message is None else message.id
    made = _write_down(session, issuer.id, key, kind=kind, message_id=plain_id, code=code, at=at)
    if made is None:
        return None
    _suppress(session, issuer.id, key, kind=kind, code=code, actor=actor)
    if message is not None and kind != ReportKind.SOFT:
        tell_of_failure(session, office, message, reason=code or str(kind))
    return made


def tell_of_failure(session: Session, office: Office, message: OutboxMessage, *, reason: str) -> None:
    """Tell the issuer's endpoints of each badge whose mail did not arrive."""
    if message.issuer_id is None or not message.event.startswith("award.issued"):
        return
    joined = select(OutboxMessage.subject_id).where(OutboxMessage.joined_into_id == message.id)
    for award_id in [message.subject_id, *session.scalars(joined)]:
        data = {
            "award_id": award_id,
            "credential_url": award_addresses.badge(session, office, award_id),
            "message_id": message.id,
            "reason": reason[:100],
        }
        news.publish(session, office, message.issuer_id, EventType.BADGE_DELIVERY_FAILED, award_id, data)


def _message(session: Session, issuer: Issuer, message_id: str) -> OutboxMessage:
    plain = message_id.strip().strip("<>").partition("@")[0]
    found = session.get(OutboxMessage, plain)
    if found is None or found.issuer_id != issuer.id or found.channel != EMAIL or found.recipient_key is None:
        raise NotFound("There is no mail with this Message-ID")
    return found


def _write_down(
    session: Session,
    issuer_id: str,
    key: str,
    *,
    kind: ReportKind,
    message_id: str | None,
    code: str | None,
    at: datetime | None = None,
) -> MailReport | None:
    return claim(
        session,
        MailReport,
        id=clock.new_id(),
        issuer_id=issuer_id,
        message_id=message_id,
        recipient_key=key,
        kind=kind,
        code=code,
        at=at or clock.now(),
    )


def _suppress(session: Session, issuer_id: str, key: str, *, kind: ReportKind, code: str | None, actor: str) -> None:
    cause = _CAUSES.get(kind)
    if cause is not None:
        suppressions.suppress(session, issuer_id, key, cause=cause, code=code, actor=actor)
