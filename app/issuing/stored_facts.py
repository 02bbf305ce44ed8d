"""Everything that is stored of one person, as plain JSON values: what they may ask an issuer for (GDPR Art. 15).

The raw bytes of deliveries are not in it: they name many people, and what they said of this one is in `completions`.
What an account keeps for whoever signs in is the account's own, of all issuers, and is downloaded there.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.credentials import strict_json
from app.issuing import groups
from app.issuing.announcements import EMAIL
from app.issuing.applications import Application
from app.issuing.approvals import Approval
from app.issuing.audit import AuditEntry
from app.issuing.awards import Award, Credential
from app.issuing.completions import Completion
from app.issuing.holding import HolderEvidence, NameRequest, ShareLink
from app.issuing.learners import ClaimLink, Learner, LearnerEmail, LearnerIdentity, LearnerMerge
from app.issuing.mail.records import Suppression, recipient_key
from app.issuing.office import Office
from app.issuing.outbox import OutboxMessage
from app.issuing.scheduled_awards import ScheduledAward


def of_learner(session: Session, office: Office, learner: Learner) -> dict[str, Any]:
    """All of it. Moments are RFC 3339 in UTC."""
    emails = session.scalars(select(LearnerEmail).where(LearnerEmail.learner_id == learner.id)).all()
    keys = [recipient_key(office, learner.issuer_id, each.normalised) for each in emails]
    awards = session.scalars(select(Award).where(Award.learner_id == learner.id).order_by(Award.awarded_at)).all()
    subjects = [learner.id, *(each.id for each in awards)]
    return {
        "person": _person(session, learner, emails),
        "awards": [_award(session, office, each) for each in awards],
        "scheduled_awards": _rows(session, ScheduledAward, ScheduledAward.learner_id == learner.id),
        "name_requests": _rows(session, NameRequest, NameRequest.learner_id == learner.id),
        "own_evidence": _rows(session, HolderEvidence, HolderEvidence.award_id.in_(subjects)),
        "share_links": [
            {name: value for name, value in each.items() if "token" not in name}
            for each in _rows(session, ShareLink, ShareLink.award_id.in_(subjects))
        ],
        "applications": _rows(session, Application, Application.learner_id == learner.id),
        "completions": _rows(session, Completion, Completion.learner_id == learner.id),
        "approvals": _rows(session, Approval, Approval.learner_id == learner.id),
        "merges": _rows(
            session, LearnerMerge, or_(LearnerMerge.kept_id == learner.id, LearnerMerge.gone_id == learner.id)
        ),
        "claim_links": [
            {name: value for name, value in each.items() if name in {"created_at", "expires_at", "used_at"}}
            for each in _rows(session, ClaimLink, ClaimLink.learner_id == learner.id)
        ],
        "mails": _rows(
            session,
            OutboxMessage,
            OutboxMessage.channel == EMAIL,
            or_(OutboxMessage.subject_id.in_(subjects), OutboxMessage.recipient_key.in_(keys)),
        ),
        "addresses_not_written_to": _rows(
            session, Suppression, Suppression.issuer_id == learner.issuer_id, Suppression.recipient_key.in_(keys)
        ),
        "audit_log": _rows(session, AuditEntry, AuditEntry.object_id.in_(subjects)),
    }


def _person(session: Session, learner: Learner, emails: Any) -> dict[str, Any]:
    names = select(LearnerIdentity).where(LearnerIdentity.learner_id == learner.id).order_by(LearnerIdentity.id)
    return {
        **_plain(learner),
        "emails": [{"normalised": each.normalised, "written": each.written} for each in emails],
        "identities": [{"namespace": each.namespace, "id": each.source_id} for each in session.scalars(names)],
        "groups": list(groups.of_learner(session, learner)),
    }


def _award(session: Session, office: Office, award: Award) -> dict[str, Any]:
    credential = session.get(Credential, (award.id, award.revision))
    signed = strict_json.loads(credential.json) if credential is not None and credential.json else None
    return {**_plain(award), "url": office.at(award.era).addresses.badge(award.id), "credential": signed}


def _rows(session: Session, model: Any, *which: Any) -> list[dict[str, Any]]:
    return [_plain(each) for each in session.scalars(select(model).where(*which))]


def _plain(row: Any) -> dict[str, Any]:
    """The columns of a row as JSON has them."""
    return {column.key: _value(getattr(row, column.key)) for column in row.__table__.columns}


def _value(value: Any) -> Any:
    match value:
        case datetime():
            return value.strftime("%Y-%m-%dT%H:%M:%SZ")
        case None | bool() | int() | str() | list() | dict():
            return value
        case _:
            return str(value)
