"""What must hold whatever was done to the service, checked against the database (trust.md, section 3.1).

Each check yields a sentence for each thing that is broken; `broken` runs them all, so a test ends with
`assert broken(service) == []`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.credentials import bitstring
from app.credentials.model import StatusPurpose
from app.issuing import verification
from app.issuing.audit import AuditEntry
from app.issuing.awards import Award, AwardState, Credential
from app.issuing.completions import Completion, CompletionState
from app.issuing.inbox import Delivery, DeliveryState
from app.issuing.learners import LearnerEmail
from app.issuing.outbox import OutboxMessage
from app.issuing.signing_keys import SigningKey
from app.issuing.status_lists import StatusEntry, StatusList
from app.service import Service

ENDED = frozenset({AwardState.REVOKED, AwardState.SUPERSEDED})
VERDICTS = {
    AwardState.ISSUED: "good",
    AwardState.SUSPENDED: "suspended",
    AwardState.REVOKED: "revoked",
    AwardState.SUPERSEDED: "superseded",
}
BADGES_VERIFIED = 2_000  # a badge is judged in about ten milliseconds
Acknowledged = Mapping[str, Iterable[str]]  # webhook-id -> the awards that a 200 named
Lists = dict[str, tuple[int, frozenset[int]]]  # list id -> revision and set bits


def broken(service: Service, acknowledged: Acknowledged | None = None, *, verified: int = BADGES_VERIFIED) -> list[str]:
    """Every breach of I1, I2, I3, I4, I5, I6, I7, I8 and I10 that the database shows; at most `verified` signatures."""
    with service.database.read() as session:
        return [
            *everything_answered_is_there(session, acknowledged or {}),
            *every_completion_is_decided(session),
            *one_award_for_one_achievement(session),
            *no_index_is_used_twice(session, service),
            *lists_say_what_the_rows_say(session, service),
            *stored_bytes_verify(session, service, verified),
            *each_award_is_in_the_audit_log_once(session),
            *each_award_has_one_mail(session),
            *signed_by_active_keys(session),
        ]


def everything_answered_is_there(session: Session, acknowledged: Acknowledged) -> Iterator[str]:
    """I1, I10: what was answered 200 is stored, with every award that the answer named."""
    answers = dict(session.execute(select(Delivery.delivery_key, Delivery.answer)).all())
    awards = {award_id for award_id, revision in session.execute(select(Award.id, Award.revision)) if revision > 0}
    for delivery_id, named in acknowledged.items():
        if not answers.get(delivery_id):
            yield f"I10: delivery {delivery_id} was answered 200 and is not stored with its answer"
        for award_id in named:
            if award_id not in awards:
                yield f"I1: delivery {delivery_id} was answered with award {award_id}, which is not there"


def every_completion_is_decided(session: Session) -> Iterator[str]:
    """I1: no completion is left half done; what was not awarded has a reason."""
    for completion in session.scalars(select(Completion)):
        if not completion.outcome or not completion.detail or completion.reason == "undecided":
            yield f"I1: completion {completion.id} has no outcome"
    made = {completion_id for completion_id in session.scalars(select(Award.completion_id)) if completion_id}
    awarded = set(session.scalars(select(Completion.id).where(Completion.state == CompletionState.AWARDED)))
    yield from (f"I1: completion {each} says awarded, and no award names it" for each in awarded - made)
    yield from (f"I1: an award names completion {each}, which does not say awarded" for each in made - awarded)
    states = select(Delivery.id).where(Delivery.state == DeliveryState.RECEIVED, Delivery.last_error.is_(None))
    for delivery_id in session.scalars(states.where(Delivery.attempts > 0)):
        yield f"I1: delivery {delivery_id} was worked on and has neither an answer nor an error"


def one_award_for_one_achievement(session: Session) -> Iterator[str]:
    """I2: one living award for a learner, an achievement and a period; one award for a completion and achievement."""
    awards = session.scalars(select(Award)).all()
    living = Counter((each.learner_id, each.achievement_id, each.slot) for each in awards if each.state not in ENDED)
    yield from (f"I2: {number} living awards of {key}" for key, number in living.items() if number > 1)
    causes = Counter((each.completion_id, each.achievement_id) for each in awards if each.completion_id)
    yield from (f"I2: {number} awards by completion {key}" for key, number in causes.items() if number > 1)
    yield from (f"I2: award {each.id} was never issued" for each in awards if each.state == AwardState.PENDING)


def no_index_is_used_twice(session: Session, service: Service) -> Iterator[str]:
    """I3: each award has an index of its own on one list of each purpose, the one that its signed bytes name."""
    stored: dict[str, set[tuple[str, str, str]]] = {}
    used: Counter[tuple[str, int]] = Counter()
    for entry in session.scalars(select(StatusEntry)):
        url = service.office.addresses.status_list(entry.list_id)
        stored.setdefault(entry.award_id, set()).add((entry.purpose, url, str(entry.index)))
        used[(entry.list_id, entry.index)] += 1
    yield from (f"I3: {number} awards share {key}" for key, number in used.items() if number > 1)
    for credential in session.scalars(select(Credential)):
        held = stored.get(credential.award_id, set())
        if len(held) != len(StatusPurpose):
            yield f"I3: award {credential.award_id} holds {held}"
        stated = json.loads(credential.json)["credentialStatus"]
        for each in stated if isinstance(stated, list) else [stated]:
            if (each["statusPurpose"], each["statusListCredential"], each["statusListIndex"]) not in held:
                yield f"I3: award {credential.award_id} was signed with {each} and holds {held}"


def lists_say_what_the_rows_say(session: Session, service: Service) -> Iterator[str]:
    """I4: every published list verifies and has the bits of its rows, which are those of the ended or paused awards."""
    states = dict(session.execute(select(Award.id, Award.state)).all())
    for each in session.scalars(select(StatusList)):
        rows = list(session.scalars(select(StatusEntry).where(StatusEntry.list_id == each.id)))
        in_rows = {row.index for row in rows if row.is_set}
        if each.json is None:
            yield f"I4: list {each.id} was never published"
            continue
        if set_bits(each.json) != in_rows:
            yield f"I4: list {each.id} publishes other bits than its rows have"
        if each.purpose == StatusPurpose.REVOCATION:
            due = {row.index for row in rows if states[row.award_id] in ENDED}
            if due != in_rows:
                yield f"I4: list {each.id} and the states of the awards disagree"
        report = verification.judge(session, service.office, each.json)
        if report["proof"].outcome != "passed":
            yield f"I4: list {each.id} does not verify: {report['proof'].sentence}"


def stored_bytes_verify(session: Session, service: Service, at_most: int) -> Iterator[str]:
    """I5: our own verifier finds of both stored forms what the award's state says."""
    query = select(Award, Credential).join(
        Credential, (Credential.award_id == Award.id) & (Credential.revision == Award.revision)
    )
    for number, (award, credential) in enumerate(session.execute(query.order_by(Award.id))):
        if number >= at_most:
            return
        for form, document in (("json", credential.json), ("token", credential.jwt)):
            report = verification.judge(session, service.office, document)
            found = report["format"].code, report.verdict
            if found != (form, VERDICTS.get(AwardState(award.state))):
                yield f"I5: the {form} of award {award.id} ({award.state}) is judged {found}: {report.sentence}"


def each_award_is_in_the_audit_log_once(session: Session) -> Iterator[str]:
    """I6: every award, and every end of one, has exactly one entry."""
    for action, states in (
        ("award.issued", list(AwardState)),
        ("award.revoked", [AwardState.REVOKED]),
        ("award.superseded", [AwardState.SUPERSEDED]),
    ):
        entries = Counter(session.scalars(select(AuditEntry.object_id).where(AuditEntry.action == action)))
        due = Counter(session.scalars(select(Award.id).where(Award.state.in_(states))))
        if entries != due:
            yield f"I6: entries of {action} that are wrong: {dict((entries - due) + (due - entries))}"


def each_award_has_one_mail(session: Session) -> Iterator[str]:
    """I7: one message in the outbox for each award whose learner has an address."""
    reachable = select(Award.id).where(Award.learner_id.in_(select(LearnerEmail.learner_id)))
    query = select(OutboxMessage.subject_id).where(OutboxMessage.event == "award.issued")
    mails, due = Counter(session.scalars(query)), Counter(session.scalars(reachable))
    if mails != due:
        yield f"I7: mails that are missing or too many: {dict((mails - due) + (due - mails))}"


def signed_by_active_keys(session: Session) -> Iterator[str]:
    """I8: nothing was signed with a key outside of the time in which it was active."""
    keys = {key.kid: key for key in session.scalars(select(SigningKey))}
    for credential in session.scalars(select(Credential)):
        for kid in (credential.embedded_kid, credential.token_kid):
            key = keys[kid]
            begin, ends = key.activated_at, [moment for moment in (key.retired_at, key.revoked_at) if moment]
            if begin is None or not begin <= credential.valid_from <= min(ends, default=credential.valid_from):
                yield f"I8: award {credential.award_id} was signed with key {kid} outside of its time"


def published(service: Service) -> Lists:
    """The lists as they are published at this moment, for `shrunk`."""
    with service.database.read() as session:
        lists = session.scalars(select(StatusList).where(StatusList.json.is_not(None)))
        return {each.id: (each.revision, set_bits(each.json or b"")) for each in lists}


def shrunk(service: Service, earlier: Lists) -> list[str]:
    """I4: every revocation list that lost a published bit, a revision or itself since `earlier`."""
    later = published(service)
    with service.database.read() as session:
        query = select(StatusList.id).where(StatusList.purpose == StatusPurpose.REVOCATION)
        final = set(session.scalars(query))
    lost = [f"I4: list {each} is gone" for each in earlier if each not in later]
    for list_id in earlier.keys() & later.keys():
        (revision, bits), (newer_revision, newer_bits) = earlier[list_id], later[list_id]
        if newer_revision < revision or (list_id in final and not bits <= newer_bits):
            lost.append(f"I4: list {list_id} went back from revision {revision}")
    return lost


def set_bits(list_json: bytes) -> frozenset[int]:
    """The indexes that a published list sets."""
    data = bitstring.decode(json.loads(list_json)["credentialSubject"]["encodedList"])
    number = int.from_bytes(data, "big")
    length = len(data) * 8
    found = set()
    while number:
        lowest = number & -number
        found.add(length - lowest.bit_length())
        number ^= lowest
    return frozenset(found)
