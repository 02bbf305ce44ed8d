"""Learner records: one learner's badges of one issuer in one signed document (CLR 2.0), made when it is asked for.

A record is a snapshot for the learner to hand on. It is not kept: every badge in it is, and its status is asked of the
badge's own list. What it said, the audit log can show by its digest.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.credentials import clr, model, sign, strict_json
from app.errors import LintFailed, NotFound
from app.issuing import audit, awards, issuers, learners, signing_keys
from app.issuing.awards import Award, AwardState
from app.issuing.learners import Learner
from app.issuing.office import Office
from app.issuing.stacks import related


def make(session: Session, office: Office, learner: Learner, *, actor: str, of: Award | None = None) -> bytes:
    """The record as JSON with a proof inside, verified: the badges that count now, newest first, as they were signed.

    `of` = a stack: the record holds it and what it rests on. How stacks and their parts relate stands beside them.
    Where there are more than any verifier is sure to look at, the newest are in it and it calls itself partial.
    Raises NotFound for a learner without a badge that counts, and what signing raises.
    """
    issuer = issuers.by_id(session, learner.issuer_id)
    held = _held(session, learner)
    if of is not None:
        parts = related.parts_of(session, of.id) | {of.id}
        held = sorted((each for each in held if each.id in parts), key=lambda each: each.id != of.id)
    if not held or (of is not None and held[0].id != of.id):
        raise NotFound("The learner holds no badge that counts at this moment")
    badges = clr.fitting(strict_json.loads(awards.credential_of(session, award).json) for award in held)
    now = clock.now()
    email = learners.email_of(session, learner)
    facts = model.Record(
        id=clock.new_urn(),
        issuer=issuers.facts(office, issuer),
        name=f"Learner record of {issuer.name}" if of is None else _name(session, of, is_alone=len(held) == 1),
        recipient=model.Recipient(
            subject_id=clock.new_urn(),
            email=email.normalised if email else None,
            salt=clock.new_salt() if email else None,
            name=learner.display_name if learner.name_shown else None,
        ),
        badges=badges,
        valid_from=now,
        partial=len(badges) < len(held),
        associations=related.associations(session, office, held),
    )
    pair = signing_keys.active(session, office, issuer)
    signed = sign.sign_embedded(_prepared(facts), key=pair.embedded, created=now)
    told = {"sha256": hashlib.sha256(signed).hexdigest(), "kid": pair.embedded.kid}
    audit.record(session, issuer.id, actor=actor, action="record.made", object_id=learner.id, **told)
    return signed


def _name(session: Session, stack: Award, *, is_alone: bool) -> str:
    facts = awards.version_of(session, stack).facts
    return f"{facts['name']} ({facts['abbreviation']})" + ("" if is_alone else " and what it was built on")


def _prepared(record: model.Record) -> sign.Prepared:
    """The record, with fewer badges where all of them are too much work for whoever computes the canonical form.

    Many parts without an id that say the same, as fifty skills in two badges, are (T12).
    """
    while True:
        try:
            return sign.prepare_record(record)
        except LintFailed:
            if len(record.badges) == 1:
                raise
            record = replace(record, badges=record.badges[: len(record.badges) // 2], partial=True)


def _held(session: Session, learner: Learner) -> list[Award]:
    query = select(Award).where(Award.learner_id == learner.id, Award.state == AwardState.ISSUED)
    found = session.scalars(query.order_by(Award.awarded_at.desc(), Award.id))
    now = clock.now()
    return [award for award in found if award.valid_until is None or award.valid_until > now]
