"""Continuing education: a learner's ledger, and what passing an activity of a source is worth."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BeforeValidator, Field
from sqlalchemy.orm import Session

from app.issuing import inbox, learners, sources
from app.issuing.issuers import Issuer
from app.issuing.renewals import CEActivity, CEEntry, Worth, activities, ledger
from app.web.api.authentication import AwardsWriter, Reader, SourcesWriter
from app.web.api.fields import Id, In, Line200, Line500, Out, Reason, Text, Url500, exact
from app.web.api.idempotency import Answer, Posted, change
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(route_class=StrictRoute)

Amount = Annotated[Decimal, BeforeValidator(exact), Field(gt=0, le=ledger.MOST_AMOUNT, max_digits=12, decimal_places=4)]
ShortName = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]


class NewEntry(In):
    """What somebody did. An amount never stands without its unit, by its short name."""

    title: Line200
    unit: ShortName
    amount: Amount
    activity_date: date
    domain: ShortName | None = None
    activity_type: ShortName | None = None
    evidence_url: Url500 | None = None
    evidence_text: Text | None = None


class VoidReason(In):
    """Why it is struck out."""

    reason: Reason


class EntryOut(Out):
    """A line of a ledger. `completion` is null for one by hand; `counted_for` is the award whose cycle it closed."""

    id: str
    title: str
    unit: str
    amount: Decimal
    activity_date: date
    domain: str | None
    activity_type: str | None
    evidence_url: str | None
    evidence_text: str | None
    completion: str | None
    counted_for: str | None
    voided_at: datetime | None
    void_reason: str | None
    created_at: datetime


class WorthIn(In):
    """What passing it is worth. `again_after_days`: how soon the same person earns it once more; 0 = each time."""

    title: Line200
    unit: ShortName
    amount: Amount
    domain: ShortName | None = None
    activity_type: ShortName | None = None
    again_after_days: Annotated[int, Field(ge=0, le=activities.MOST_DAYS)] = activities.USUAL_DAYS

    def worth(self) -> Worth:
        """As the office takes it."""
        return Worth(**{name: getattr(self, name) for name in WorthIn.model_fields})


class NewActivity(WorthIn):
    """An activity of a source that is continuing education."""

    source: Id
    activity_id: Line500


class ActivityOut(Out):
    """An activity that is continuing education."""

    id: str
    source: str
    activity_id: str
    title: str
    unit: str
    amount: Decimal
    domain: str | None
    activity_type: str | None
    again_after_days: int
    created_at: datetime


class ActivityMade(ActivityOut):
    """The activity; `posted` says how many who had passed it before have it in their ledgers now."""

    posted: int


@router.get("/learners/{learner_id}/ce-entries", response_model=PageOf[EntryOut])
def list_entries(
    caller: Reader, request: Request, learner_id: Id, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """List a learner's ledger, what was entered last first; what was struck out says so."""
    with service.database.read() as session:
        learner = learners.by_id(session, caller.issuer(session), learner_id)
        found = page_of(session, ledger.of_learner(learner.id), (CEEntry.created_at, CEEntry.id), page)
        items = [_entry(each) for each in found.rows]
    return respond(request, items, found.cursor)


@router.post("/learners/{learner_id}/ce-entries", status_code=201, response_model=EntryOut)
def add_entry(caller: AwardsWriter, learner_id: Id, stated: NewEntry, post: Posted) -> Response:
    """Write an entry into a learner's ledger."""

    def work(session: Session, issuer: Issuer) -> Answer:
        learner = learners.by_id(session, issuer, learner_id)
        said = ledger.Stated(**{name: getattr(stated, name) for name in NewEntry.model_fields})
        return Answer(201, _entry(ledger.add(session, learner, said, actor=caller.actor)))

    return post.answer(caller, work)


@router.post("/learners/{learner_id}/ce-entries/{entry_id}/void", response_model=EntryOut)
def void_entry(caller: AwardsWriter, learner_id: Id, entry_id: Id, stated: VoidReason, post: Posted) -> Response:
    """Strike an entry out: it counts no more. A badge that it was counted for stays."""

    def work(session: Session, issuer: Issuer) -> Answer:
        learner = learners.by_id(session, issuer, learner_id)
        entry = ledger.by_id(session, learner, entry_id)
        ledger.void(session, entry, reason=stated.reason, actor=caller.actor)
        return Answer(200, _entry(entry))

    return post.answer(caller, work)


@router.get("/ce-activities", response_model=PageOf[ActivityOut])
def list_activities(
    caller: Reader, request: Request, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """List the activities that are continuing education, the newest first."""
    with service.database.read() as session:
        query = activities.of_issuer(caller.issuer_id)
        found = page_of(session, query, (CEActivity.created_at, CEActivity.id), page)
        items = [_activity(each) for each in found.rows]
    return respond(request, items, found.cursor)


@router.post("/ce-activities", status_code=201, response_model=ActivityMade)
def add_activity(caller: SourcesWriter, stated: NewActivity, post: Posted, service: TheService) -> Response:
    """Let an activity count: whoever passes it has it in the ledger, and so has who passed it before."""

    def work(session: Session, issuer: Issuer) -> Answer:
        source = sources.by_id(session, stated.source, issuer=issuer)
        made, posted, _ = inbox.count_as_education(
            session,
            service.office,
            source,
            activity_id=stated.activity_id,
            worth=stated.worth(),
            actor=caller.actor,
        )
        return Answer(201, ActivityMade(**_activity(made).model_dump(), posted=posted))

    return post.answer(caller, work)


@router.put("/ce-activities/{ce_activity_id}", response_model=ActivityOut)
def change_activity(caller: SourcesWriter, ce_activity_id: Id, stated: WorthIn, service: TheService) -> Response:
    """Say that it is worth something else from now on; what was posted stays."""

    def work(session: Session, issuer: Issuer) -> Answer:
        found = activities.by_id(session, issuer, ce_activity_id)
        activities.change(session, found, stated.worth(), actor=caller.actor)
        return Answer(200, _activity(found))

    return change(service, caller, work)


@router.delete("/ce-activities/{ce_activity_id}", status_code=204)
def end_activity(caller: SourcesWriter, ce_activity_id: Id, service: TheService) -> Response:
    """Let it count no more; what was posted stays."""

    def work(session: Session, issuer: Issuer) -> Answer:
        activities.end(session, activities.by_id(session, issuer, ce_activity_id), actor=caller.actor)
        return Answer(204)

    return change(service, caller, work)


def _entry(entry: CEEntry) -> EntryOut:
    same = set(EntryOut.model_fields) - {"completion", "counted_for"}
    return EntryOut(
        **{name: getattr(entry, name) for name in same},
        completion=entry.completion_id,
        counted_for=entry.counted_for_id,
    )


def _activity(activity: CEActivity) -> ActivityOut:
    same = set(ActivityOut.model_fields) - {"source", "activity_id"}
    return ActivityOut(
        **{name: getattr(activity, name) for name in same},
        source=activity.source_id,
        activity_id=activity.source_activity_id,
    )
