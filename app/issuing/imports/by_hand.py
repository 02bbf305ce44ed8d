"""Files that staff upload to award one achievement to everybody in them: each row is a person's word, as by hand.

The file is read and worked through like any other; only what a row earns is not asked of rules. Such awards rest on
no completion, so no rule takes them back.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.errors import (
    AwardedByPathway,
    InvalidInput,
    LearnerErased,
    LearnerUnclear,
    NotAPerson,
    NotPublished,
    ServiceError,
    WouldAward,
)
from app.issuing import achievements, awards, foresight, issuers, learners, sources
from app.issuing import by_hand as office_hand
from app.issuing.awards import Earned
from app.issuing.imports.tables import Import
from app.issuing.issuers import Issuer
from app.issuing.office import Office, Sponsorship
from app.issuing.sources import Source, SourceState
from app.lms import base as lms
from app.lms import csv

NAMESPACE = "by-hand"  # of ids in such files; people are known by their addresses
NAME = "Awards by hand"
EARNS = (lms.CompletionKind.COMPLETED, lms.CompletionKind.PASSED)


EXPECTED = (
    WouldAward,
    AwardedByPathway,
    InvalidInput,
    LearnerErased,
    LearnerUnclear,
    NotAPerson,
    NotPublished,
)  # what one row may be refused for, while the others go on


def source_of(session: Session, office: Office, issuer: Issuer, *, actor: str) -> Source:
    """The source of such files, made when the first one comes."""
    issuers.take_turn(session, issuer.id)  # two first files at once would each make one
    query = select(Source).where(Source.issuer_id == issuer.id, Source.type == csv.ADAPTER.name)
    for found in session.scalars(query.order_by(Source.created_at, Source.id)):
        if found.settings.get("namespace") == NAMESPACE and found.state == SourceState.ACTIVE:
            return found
    settings = {"namespace": NAMESPACE, "time_zone": issuer.timezone}
    made = sources.create(session, office, issuer, name=NAME, source_type="csv", settings=settings, actor=actor)
    return made.source


def foresee(session: Session, office: Office, found: Import, item: lms.Item) -> dict[str, Any]:
    """What `decide` would answer; nothing of it stays, and nothing is signed."""
    return foresight.undone(session, lambda: decide(session, foresight.unsigned(office), found, item))


def decide(session: Session, office: Office, found: Import, item: lms.Item) -> dict[str, Any]:
    """Award what a row says. What came of it, in the words of the inbox; `award` names the award that is there now.

    Raises what is no fault of the row.
    """
    if not isinstance(item, lms.Completion):
        return of_no_completion(item)
    if item.kind not in EARNS:
        return {"outcome": "recorded", "reason": "not-earned"}
    if item.occurred_at > clock.now():
        place = f"/{item.index}/completed_at"
        return {"outcome": "unreadable", "reason": "in-the-future", "pointer": place}
    try:
        with session.begin_nested():
            outcome = awards.award(session, office, _earned(session, office, found, item), actor=_actor(found))
    except EXPECTED as error:
        learners.newly_known(session)  # of the row that was taken back
        learners.came_over(session)
        return _refused(error)
    if outcome.created:
        return {"outcome": "awarded", "reason": "earned", "award": outcome.award.id}
    return {"outcome": "recorded", "reason": "already-held", "award": outcome.award.id}


def _earned(session: Session, office: Office, found: Import, item: lms.Completion) -> Earned:
    issuer = issuers.by_id(session, found.issuer_id)
    issuers.take_turn(session, issuer.id)
    stated = item.learner
    learner = office_hand.whom(
        session,
        office,
        issuer,
        email=stated.email,
        name=stated.display_name,
        namespace=stated.namespace,
        source_id=stated.source_id,
    )
    return Earned(
        achievement=achievements.by_id(session, found.achievement_id or ""),
        learner=learner,
        awarded_at=item.occurred_at,
        evidence=item.evidence,
        narrative=item.comment,
        sponsorship=Sponsorship(item.sponsor, item.funding) if item.sponsor or item.funding else None,
    )


def _actor(found: Import) -> str:
    return found.confirmed_by or found.created_by


def of_no_completion(item: lms.Voiding | lms.Ignored | lms.Unreadable | lms.TestPing) -> dict[str, Any]:
    """What comes of a row that is no completion, in the words of the inbox."""
    match item:
        case lms.Unreadable():
            told = {"outcome": "unreadable", "reason": item.code, "detail": item.detail}
            return {**told, "pointer": item.pointer}
        case lms.TestPing():
            return {"outcome": "test", "reason": "test"}
        case lms.Ignored() | lms.Voiding():
            return {"outcome": "ignored", "reason": "no-completion"}


def _refused(error: ServiceError) -> dict[str, Any]:
    match error:
        case WouldAward():
            return {"outcome": "awarded", "reason": error.slug}
        case LearnerErased() | NotAPerson():
            return {"outcome": "ignored", "reason": error.slug}
        case InvalidInput():
            return {"outcome": "parked", "reason": "unknown-person"}
        case _:
            return {"outcome": "parked", "reason": error.slug}
