"""Erasing a person: everything that says who it was goes; that badges existed, and no longer count, stays.

Kept are ids, states and moments: the award and its places in the status lists, which go on telling every verifier
that the badge is revoked; the audit log, which holds ids only; and tombstones, keyed hashes by which a delivery that
names the person once more is recognised and dropped. Copies that others hold cannot be called back.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput
from app.issuing import (
    audit,
    award_status,
    bulk_acts,
    bulk_checks,
    employments,
    endorsement_requests,
    endorsements,
    inbox,
    issuers,
    learners,
    past_awards,
    plans,
    received_endorsements,
    renewals,
    scheduled_awards,
    wallets,
    watches,
)
from app.issuing.announcements import EMAIL
from app.issuing.approvals import Approval, ApprovalState
from app.issuing.awards import Award, AwardState, Credential
from app.issuing.completions import MAYBE, Completion, CompletionState
from app.issuing.deliveries import settle_by_id
from app.issuing.endpoints.records import EndpointAttempt
from app.issuing.holding import traces
from app.issuing.imports import Import, ImportRow
from app.issuing.issuers import Issuer
from app.issuing.learners import (
    ClaimLink,
    Learner,
    LearnerEmail,
    LearnerGroup,
    LearnerIdentity,
    LearnerMerge,
    LearnerState,
    tombstones,
)
from app.issuing.mail.records import recipient_key
from app.issuing.office import Office
from app.issuing.outbox import OutboxMessage, OutboxState
from app.issuing.report_subscriptions import ReportSubscription
from app.issuing.signed_assertions import SignedAssertion

REASON = "The person who held this badge asked to be erased"
DETAIL = "The person asked to be erased; what is kept says nothing of them"
_LIVING = (AwardState.PENDING, AwardState.ISSUED, AwardState.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was emptied: awards (all of them revoked now), completions, deliveries, messages."""

    awards: int = 0
    completions: int = 0
    deliveries: int = 0
    messages: int = 0


def erase(session: Session, office: Office, learner: Learner, *, actor: str) -> Erased:
    """Erase a person for good; the same once more changes nothing. Nobody is told by mail.

    Raises InvalidInput for one who was merged into another: that one is to be erased, and this one goes with them.
    """
    issuers.take_turn(session, learner.issuer_id)
    session.refresh(learner, with_for_update=True)
    if learner.state == LearnerState.ERASED:
        return Erased()
    if learner.state == LearnerState.MERGED:
        raise InvalidInput("This learner was merged into another; erase that one", learner_id=learner.merged_into_id)
    people = _with_those_merged(session, learner)
    ids = [each.id for each in people]
    awards = list(session.scalars(select(Award).where(Award.learner_id.in_(ids)).order_by(Award.id)))
    # Messages first: what the revocations are about to announce says nothing of the person, and is to go out.
    messages = _empty_messages(session, office, people, awards)
    employments.forget_people(session, office, learner.issuer_id, ids)
    _empty_people(session, office, people)
    traces.forget(session, ids, [award.id for award in awards])  # with enrolments: no pathway awards anything below
    _end_awards(session, office, awards, actor=actor)
    _withdraw_approvals(session, ids)
    addresses = [name for award in awards for name in office.names_of(office.addresses.badge(award.id))]
    for said in (endorsements, received_endorsements, endorsement_requests):
        said.forget(session, addresses)
    plans.forget(session, ids)
    renewals.forget(session, ids, [award.id for award in awards])
    scheduled_awards.erase(session, ids)
    bulk_acts.forget_reasons(session, [award.id for award in awards])
    bulk_checks.forget_people(session, addresses)
    watches.forget_people(session, ids)
    _forget_history(session, ids)
    completions, deliveries = _empty_facts(session, learner.issuer_id, ids)
    deliveries += _empty_files(session, [award.id for award in awards])
    found = Erased(len(awards), completions, deliveries, messages)
    audit.record(
        session,
        learner.issuer_id,
        actor=actor,
        action="learner.erased",
        object_id=learner.id,
        awards=found.awards,
        deliveries=found.deliveries,
    )
    session.flush()
    return found


def readmit(
    session: Session,
    office: Office,
    issuer: Issuer,
    *,
    actor: str,
    email: str | None = None,
    namespace: str | None = None,
    source_id: str | None = None,
) -> int:
    """Let somebody come back who was erased, and asks for it: as a new learner, to whom nothing old returns.

    Returns how many tombstones were taken away: one for each way of naming the person that is stated here.
    Raises InvalidInput when nothing is stated.
    """
    digests = []
    if email is not None and (normalised := learners.address_of(email)) is not None:
        digests.append(tombstones.address_digest(office.sealer, issuer.id, normalised))
    if namespace and source_id:
        digests.append(tombstones.identity_digest(office.sealer, issuer.id, namespace, source_id))
    if not digests:
        raise InvalidInput("Give an e-mail address, or an id with its namespace", pointer="/email")
    count = sum(tombstones.take_away(session, issuer.id, digest) for digest in digests)
    if count:
        audit.record(session, issuer.id, actor=actor, action="learner.readmitted", object_id=issuer.id, count=count)
    return count


def _with_those_merged(session: Session, learner: Learner) -> list[Learner]:
    people = {learner.id: learner}
    last = [learner.id]
    while last:
        query = select(Learner).where(Learner.merged_into_id.in_(last), Learner.id.not_in(people)).order_by(Learner.id)
        found = session.scalars(query.with_for_update()).all()
        people |= {each.id: each for each in found}
        last = [each.id for each in found]
    return list(people.values())


def _empty_people(session: Session, office: Office, people: Sequence[Learner]) -> None:
    ids = [each.id for each in people]
    issuer_id, sealer = people[0].issuer_id, office.sealer
    for identity in session.scalars(select(LearnerIdentity).where(LearnerIdentity.learner_id.in_(ids))).all():
        digest = tombstones.identity_digest(sealer, issuer_id, identity.namespace, identity.source_id)
        tombstones.put(session, issuer_id, digest)
    for email in session.scalars(select(LearnerEmail).where(LearnerEmail.learner_id.in_(ids))).all():
        tombstones.put(session, issuer_id, tombstones.address_digest(sealer, issuer_id, email.normalised))
    addresses = select(LearnerEmail.normalised).where(LearnerEmail.learner_id.in_(ids))
    own = ReportSubscription.issuer_id == issuer_id, ReportSubscription.recipient.in_(addresses)
    session.execute(delete(ReportSubscription).where(*own).execution_options(synchronize_session=False))
    _delete(session, LearnerIdentity, LearnerIdentity.learner_id.in_(ids))
    _delete(session, LearnerEmail, LearnerEmail.learner_id.in_(ids))
    _delete(session, LearnerGroup, LearnerGroup.learner_id.in_(ids))
    _delete(session, ClaimLink, ClaimLink.learner_id.in_(ids))
    _delete(session, LearnerMerge, or_(LearnerMerge.kept_id.in_(ids), LearnerMerge.gone_id.in_(ids)))
    learners.sharing.forget(session, ids)
    for each in people:
        each.display_name, each.name_shown, each.name_settled = None, False, False
        each.state, each.asked_at = LearnerState.ERASED, None
    session.flush()


def _delete(
    session: Session,
    model: type[LearnerIdentity | LearnerEmail | LearnerGroup | ClaimLink | LearnerMerge],
    which: ColumnElement[bool],
) -> None:
    session.execute(delete(model).where(which))


def _end_awards(session: Session, office: Office, awards: Sequence[Award], *, actor: str) -> None:
    now = clock.now()
    for award in awards:
        if award.state in _LIVING:
            award_status.revoke(session, office, award, reason=REASON, actor=actor)
        else:
            award.reason = None  # it was written for a person to read, and may name one
        award.evidence, award.narrative, award.erased_at = [], None, now
        award.sponsor = award.funding = None
    ids = [award.id for award in awards]
    session.flush()
    session.execute(update(Credential).where(Credential.award_id.in_(ids)).values(json=b"", jwt=b""))
    session.execute(update(SignedAssertion).where(SignedAssertion.award_id.in_(ids)).values(jws=b""))
    wallets.forget_awards(session, ids)


def _withdraw_approvals(session: Session, learner_ids: Sequence[str]) -> None:
    named = Approval.learner_id.in_(learner_ids)
    pending = Approval.state == ApprovalState.PENDING
    session.execute(update(Approval).where(named, pending).values(state=ApprovalState.WITHDRAWN))
    session.execute(update(Approval).where(named).values(reason=None))


def _empty_facts(session: Session, issuer_id: str, learner_ids: Sequence[str]) -> tuple[int, int]:
    """Empty what sources stated of the person, or perhaps of them; how many completions and deliveries that were.

    A source's key of a fact may hold the person's id there, so it goes too: the same fact once more is recognised by
    its person. The fact no longer names a learner, and no rule ever counts it again.
    """
    maybe = and_(Completion.learner_id.is_(None), Completion.facts[MAYBE].as_string().in_(learner_ids))
    in_question = and_(Completion.issuer_id == issuer_id, maybe)
    found = session.scalars(select(Completion).where(or_(Completion.learner_id.in_(learner_ids), in_question))).all()
    deliveries = {each.delivery_id for each in found}
    for each in found:
        each.dedupe_key, each.learner_id, each.facts, each.evidence = f"erased:{each.id}", None, {}, []
        if each.state == CompletionState.PARKED:
            each.state, each.reason, each.detail = CompletionState.ERASED, "erased", DETAIL
            told = {"outcome": "erased", "reason": "erased", "detail": DETAIL, "awards": []}
            each.outcome = {**each.outcome, **told}
    session.flush()
    files = select(Import.id).where(Import.delivery_id.in_(deliveries))
    rows = ImportRow.import_id.in_(files), ImportRow.completion_id.in_([each.id for each in found])
    session.execute(update(ImportRow).where(*rows).values(row_key=None))
    inbox.forget(session, deliveries)
    settle_by_id(session, deliveries)
    return len(found), len(deliveries)


def _empty_files(session: Session, award_ids: Sequence[str]) -> int:
    """Forget the files whose rows said that the person earned it, here by hand or elsewhere; how many those were."""
    rows = ImportRow.award_id.in_(award_ids)
    files = select(Import.delivery_id).join(ImportRow, ImportRow.import_id == Import.id).where(rows)
    deliveries = set(session.scalars(files))
    session.execute(update(ImportRow).where(rows).values(row_key=None))
    inbox.forget(session, deliveries)
    return len(deliveries)


def _forget_history(session: Session, learner_ids: Sequence[str]) -> None:
    """Delete what the person was awarded elsewhere before, and forget every file that said so, also again."""
    gone = past_awards.forget(session, learner_ids)
    _empty_files(session, list(gone))
    first = Import.id.in_(set(gone.values()))
    inbox.forget(session, set(session.scalars(select(Import.delivery_id).where(first))))


def _empty_messages(session: Session, office: Office, people: Sequence[Learner], awards: Sequence[Award]) -> int:
    """Empty what was or is to be sent to the person or says who it is; how many messages that were."""
    ids = [each.id for each in people]
    query = select(LearnerEmail).where(LearnerEmail.learner_id.in_(ids))
    keys = [recipient_key(office, email.issuer_id, email.normalised) for email in session.scalars(query)]
    links = session.scalars(select(ClaimLink.id).where(ClaimLink.learner_id.in_(ids))).all()
    asked = session.scalars(select(Approval.id).where(Approval.learner_id.in_(ids))).all()
    subjects = [*(award.id for award in awards), *links, *asked, *ids]
    found = session.scalars(
        select(OutboxMessage).where(or_(OutboxMessage.subject_id.in_(subjects), OutboxMessage.recipient_key.in_(keys)))
    ).all()
    named = [each for each in found if each.payload and (each.channel == EMAIL or _names_somebody(each))]
    for message in named:
        message.payload, message.recipient_key = {}, None
        if message.state == OutboxState.PENDING:
            message.state, message.last_error = OutboxState.PARKED, "What was to be sent has been erased"
    session.flush()
    sent = EndpointAttempt.message_id.in_([message.id for message in named])
    session.execute(update(EndpointAttempt).where(sent).values(response=None))
    return len(named)


def _names_somebody(message: OutboxMessage) -> bool:
    """Whether a message to an endpoint holds the name and address that the endpoint may have."""
    try:
        body = json.loads(message.payload.get("body", "{}"))
    except ValueError:
        return True
    return "learner" in body.get("data", {})
