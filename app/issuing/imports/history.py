"""A row of a file into history: who was awarded what elsewhere, when and by whom. Nothing is signed, nobody is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db import claim
from app.errors import InvalidInput, LearnerErased, LearnerUnclear, NotAPerson
from app.issuing import by_hand as office_hand
from app.issuing import foresight, issuers, learners, sources
from app.issuing.imports import by_hand, uploads
from app.issuing.imports.tables import Import, ImportRow
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.issuing.past_awards import PastAchievement, PastAward, achievement_for
from app.lms import base as lms
from app.lms import programmes
from app.lms.programmes import Template

KEPT = "history"
_ENDED = (lms.CompletionKind.REVOKED, lms.CompletionKind.VOIDED)
_COUNT = (lms.CompletionKind.COMPLETED, lms.CompletionKind.PASSED, lms.CompletionKind.EXPIRED)
_REFUSED = (InvalidInput, LearnerErased, LearnerUnclear, NotAPerson)


@dataclass(frozen=True, slots=True)
class Brought:
    """What a file brought: how many drafts, and the import of its awards; None = it names nobody."""

    drafts: int
    awards: Import | None


def bring(
    session: Session,
    office: Office,
    issuer: Issuer,
    data: bytes,
    *,
    issued_by: str,
    issued_by_us: bool,
    with_drafts: bool,
    actor: str,
) -> Brought:
    """Take in a programme that was run elsewhere: a table of awards, or an export in JSON.

    What a JSON export says of achievements becomes drafts at once, `with_drafts`; its awards wait to be checked and
    confirmed, as rows of a table do. Raises InvalidInput, TooLarge, MalformedJson.
    """
    if not issued_by.strip():
        raise InvalidInput("Say who issued them", pointer="/issued_by")
    issuers.take_turn(session, issuer.id)
    drafts = 0
    if programmes.looks_like(data):
        found = programmes.read(data)
        for template in found.templates if with_drafts else ():
            drafts += _is_new(session, issuer, template, issued_by=issued_by, actor=actor)
        if found.awards is None:
            return Brought(drafts, None)
        data = found.awards
    source = by_hand.source_of(session, office, issuer, actor=actor)
    options = {"issued_by": issued_by.strip(), "issued_by_us": issued_by_us, "time_zone": issuer.timezone}
    return Brought(drafts, uploads.upload(session, office, source, data, actor=actor, options=options))


def _is_new(session: Session, issuer: Issuer, template: Template, *, issued_by: str, actor: str) -> bool:
    """Whether there is a draft now that was not there before."""
    if session.get(PastAchievement, (issuer.id, template.origin_id)) is not None:
        return False
    achievement_for(session, issuer, template, issued_by=issued_by, actor=actor)
    return True


def foresee(session: Session, office: Office, found: Import, item: lms.Item) -> dict[str, Any]:
    """What `decide` would answer; nothing of it stays."""
    return foresight.undone(session, lambda: decide(session, office, found, item))


def decide(session: Session, office: Office, found: Import, item: lms.Item) -> dict[str, Any]:
    """Keep what a row says as history. What came of it, in the words of the inbox.

    The same award once more changes what was said of its end only. Raises what is no fault of the row.
    """
    if not isinstance(item, lms.Completion):
        return by_hand.of_no_completion(item)
    if item.kind not in (*_COUNT, *_ENDED):
        return {"outcome": "ignored", "reason": "not-awarded"}
    if item.occurred_at_source is lms.MomentSource.RECEIVED:
        place = f"/{item.index}/completed_at"
        return {"outcome": "unreadable", "reason": "no-day", "detail": "The row names no day", "pointer": place}
    try:
        with session.begin_nested():
            return _kept(session, office, found, item)
    except _REFUSED as error:
        learners.newly_known(session)  # of the row that was taken back
        learners.came_over(session)
        if isinstance(error, LearnerErased | NotAPerson):
            return {"outcome": "ignored", "reason": error.slug}
        reason = "unknown-person" if isinstance(error, InvalidInput) else error.slug
        return {"outcome": "parked", "reason": reason}


def _kept(session: Session, office: Office, found: Import, item: lms.Completion) -> dict[str, Any]:
    issuer = issuers.by_id(session, found.issuer_id)
    issuers.take_turn(session, issuer.id)
    stated, actor = item.learner, found.confirmed_by or found.created_by
    learner = office_hand.whom(
        session,
        office,
        issuer,
        email=stated.email,
        name=stated.display_name,
        namespace=stated.namespace,
        source_id=stated.source_id,
    )
    issued_by = str(found.options["issued_by"])[:200]
    origin_id = item.activity.source_id
    template = Template(origin_id, item.activity.name or origin_id)
    achievement = achievement_for(session, issuer, template, issued_by=issued_by, actor=actor)
    who = stated.source_id or learners.address_of(stated.email or "") or learner.id
    said = _said(found, item, issued_by)
    key = office.sealer.mark("past-award", f"{who}|{origin_id}|{said['url'] or _day(session, found, item)}")
    made = claim(
        session,
        PastAward,
        id=clock.new_id(),
        issuer_id=issuer.id,
        achievement_id=achievement.id,
        learner_id=learner.id,
        import_id=found.id,
        row_key=key,
        issued_at=item.occurred_at,
        created_at=clock.now(),
        **said,
    )
    if made is not None:
        return {"outcome": "recorded", "reason": KEPT, "past": made.id}
    return _said_again(session, found, key, said)


def _day(session: Session, found: Import, item: lms.Completion) -> str:
    """Who issued it and on which day, which tell awards of one thing apart that have no address of their own.

    The day as the file has it: read in another zone, the same file is of the same days.
    """
    stated = found.options.get("time_zone") or sources.by_id(session, found.source_id).settings.get("time_zone")
    day = item.occurred_at.astimezone(ZoneInfo(stated or "UTC")).date()
    return f"{' '.join(str(found.options['issued_by']).casefold().split())}|{day.isoformat()}"


def _said(found: Import, item: lms.Completion, issued_by: str) -> dict[str, Any]:
    """What a later file may say otherwise of the same award."""
    return {
        "issued_by": issued_by,
        "issued_by_us": found.options.get("issued_by_us") is True,
        "valid_until": item.valid_until,
        "is_withdrawn": item.kind in _ENDED,
        "url": next((each.id for each in item.evidence if each.id is not None), None),
    }


def _said_again(session: Session, found: Import, key: str, said: dict[str, Any]) -> dict[str, Any]:
    """What is known of it from now on. Of two rows of one file the one that still counts holds, wherever it stands."""
    known = session.scalars(
        select(PastAward).where(PastAward.issuer_id == found.issuer_id, PastAward.row_key == key).with_for_update()
    ).one()
    before = select(ImportRow.row).where(ImportRow.import_id == found.id, ImportRow.award_id == known.id)
    if said["is_withdrawn"] and not known.is_withdrawn and session.scalar(before.limit(1)) is not None:
        return {"outcome": "recorded", "reason": "already-held", "past": known.id}
    for name, value in said.items():
        setattr(known, name, value)
    session.flush()
    return {"outcome": "recorded", "reason": "already-held", "past": known.id}
