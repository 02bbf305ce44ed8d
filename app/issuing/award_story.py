"""What happened to one award, in order: the completions it rests on, who agreed, what was mailed, what became of it.

Every kind of event has a function that finds it; one more is one more function, and a line in `CHAPTERS`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.issuing import views
from app.issuing.announcements import EMAIL
from app.issuing.approvals import Approval, ApprovalKind
from app.issuing.audit import AuditEntry
from app.issuing.awards import Award
from app.issuing.completions import Completion
from app.issuing.outbox import OutboxMessage, OutboxState
from app.issuing.rules.versions import RuleVersion
from app.issuing.sources import Source


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `code` says what; `actor` is as the audit log has it; `facts` are for its sentence."""

    at: datetime
    code: str
    actor: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def of_award(session: Session, award: Award) -> list[Event]:
    """Everything that is known, the first first."""
    found = [event for chapter in CHAPTERS for event in chapter(session, award)]
    return sorted(found, key=lambda event: event.at)


def rule_of(session: Session, award: Award) -> RuleVersion | None:
    """The version of the rule that made it; None: a mapping did, or a person."""
    return session.get(RuleVersion, award.rule_version_id) if award.rule_version_id else None


def completions_of(session: Session, award: Award) -> list[tuple[Completion, str]]:
    """The completions that it rests on, each with the name of its source."""
    ids = {*award.basis, *([award.completion_id] if award.completion_id else [])}
    query = select(Completion, Source.name).join(Source, Source.id == Completion.source_id)
    rows = session.execute(query.where(Completion.id.in_(ids)).order_by(Completion.occurred_at, Completion.id))
    return [(completion, name) for completion, name in rows]


def _completions(session: Session, award: Award) -> Iterable[Event]:
    for completion, source in completions_of(session, award):
        facts = {
            "activity": completion.activity_name or completion.activity_id,
            "source": source,
            "occurred_at": completion.occurred_at,
            "score": completion.score,
        }
        yield Event(completion.created_at, "completion", None, facts)


def _approvals(session: Session, award: Award) -> Iterable[Event]:
    query = select(Approval).where(Approval.award_id == award.id, Approval.decided_at.is_not(None))
    for each in session.scalars(query.order_by(Approval.decided_at)):
        if each.decided_at is not None:
            what = "award" if each.kind == ApprovalKind.AWARD else "revocation"
            yield Event(each.decided_at, f"approval.{what}.{each.state}", each.decided_by, {"reason": each.reason})


def _changes(session: Session, award: Award) -> Iterable[Event]:
    query = select(AuditEntry).where(AuditEntry.object_id == award.id, AuditEntry.issuer_id == award.issuer_id)
    for entry in session.scalars(query.order_by(AuditEntry.id)):
        yield Event(entry.at, entry.action, entry.actor, entry.facts)


def _mails(session: Session, award: Award) -> Iterable[Event]:
    mails = OutboxMessage.subject_id == award.id, OutboxMessage.channel == EMAIL
    found = session.scalars(select(OutboxMessage).where(*mails).order_by(OutboxMessage.created_at)).all()
    joined = [each.joined_into_id for each in found if each.joined_into_id is not None]
    digests = {each.id: each for each in session.scalars(select(OutboxMessage).where(OutboxMessage.id.in_(joined)))}
    for each in found:
        said = digests.get(each.joined_into_id or "", each)
        facts = {"to": said.payload.get("to"), "why": said.last_error, "is_digest": said is not each}
        match OutboxState(said.state):
            case OutboxState.SENT:
                yield Event(said.sent_at or said.created_at, "mail.sent", None, facts)
            case OutboxState.PARKED | OutboxState.GIVEN_UP:
                yield Event(said.next_attempt_at, "mail.parked", None, facts)
            case OutboxState.PENDING | OutboxState.JOINED:
                yield Event(said.created_at, "mail.pending", None, {**facts, "due_at": said.next_attempt_at})


def _holder(_session: Session, award: Award) -> Iterable[Event]:
    if award.claimed_at is not None:
        yield Event(award.claimed_at, "claimed")
    if award.declined_at is not None:
        yield Event(award.declined_at, "declined")


def _looks(session: Session, award: Award) -> Iterable[Event]:
    """When it was looked at last in each way, and how often in all: looks are counted by the day, in UTC."""
    for kind, number, last in views.of_award(session, award.id):
        yield Event(datetime.combine(last, time(), tzinfo=UTC), f"views.{kind}", None, {"number": number})


CHAPTERS = (_completions, _approvals, _changes, _mails, _holder, _looks)


def others_of(session: Session, award: Award) -> list[Award]:
    """The person's other awards of the same achievement, the newest first: what came before and after this one."""
    is_same = and_(Award.learner_id == award.learner_id, Award.achievement_id == award.achievement_id)
    is_linked = Award.id.in_([each for each in (award.supersedes_id, award.superseded_by_id) if each is not None])
    query = select(Award).where(Award.issuer_id == award.issuer_id, Award.id != award.id, or_(is_same, is_linked))
    return list(session.scalars(query.order_by(Award.awarded_at.desc(), Award.id).limit(20)))
