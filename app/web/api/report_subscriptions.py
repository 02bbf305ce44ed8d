"""Reports by mail: which report goes to whom, how often, and about which days."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy.orm import Session

from app import reports
from app.issuing import report_subscriptions
from app.issuing.issuers import Issuer
from app.issuing.report_subscriptions import Covers, Every, Format, ReportSubscription, Wanted
from app.web.api.authentication import MailWriter, Reader
from app.web.api.fields import Email, Id, In, Out
from app.web.api.idempotency import Answer, Posted, change
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.reports import By, Group, OneAchievement, Zone
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/report-subscriptions", route_class=StrictRoute)


class SubscriptionIn(In):
    """A report, to whom it goes, and when: at six in the morning of its zone, on a weekday or the first of a month."""

    report: Annotated[str, Field(min_length=1, max_length=40, examples=["expiring"])]
    recipient: Email
    every: Every
    covers: Annotated[Covers, Field(description="seven days, the calendar month, or twelve months before")] = (
        Covers.MONTH
    )
    format: Format = Format.XLSX
    zone: Zone | None = None
    group: Group | None = None
    achievement: OneAchievement | None = None
    by: By | None = None


class SubscriptionOut(Out):
    """A subscription. `last_error` says why the last one could not be made; null when it could."""

    id: str
    report: str
    recipient: str
    every: Every
    covers: Covers
    format: Format
    zone: str
    parameters: dict[str, Any]
    created_by: str
    created_at: datetime
    next_due_at: datetime
    last_sent_at: datetime | None
    last_error: str | None


@router.get("", response_model=PageOf[SubscriptionOut])
def list_report_subscriptions(
    caller: Reader, request: Request, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """List what goes out by mail, the newest first."""
    query = report_subscriptions.of_issuer(caller.issuer_id)
    with service.database.read() as session:
        found = page_of(session, query, (ReportSubscription.created_at, ReportSubscription.id), page)
    return respond(request, [_told(one) for one in found.rows], found.cursor)


@router.post("", status_code=201, response_model=SubscriptionOut)
def create_report_subscription(caller: MailWriter, stated: SubscriptionIn, post: Posted) -> Response:
    """Send a report by mail from its next date on. Names of people are left out of mails."""

    def work(session: Session, issuer: Issuer) -> Answer:
        parameters = stated.model_dump(include={"group", "achievement", "by"}, exclude_none=True)
        reports.check(session, issuer, stated.report, zone=stated.zone, **parameters)
        wanted = Wanted(
            report=stated.report,
            recipient=stated.recipient,
            every=stated.every,
            zone=stated.zone or reports.zone_of(issuer),
            covers=stated.covers,
            format=stated.format,
            parameters=parameters,
        )
        return Answer(201, _told(report_subscriptions.subscribe(session, issuer, wanted, actor=caller.actor)))

    return post.answer(caller, work)


@router.delete("/{subscription_id}", status_code=204)
def delete_report_subscription(caller: MailWriter, subscription_id: Id, service: TheService) -> Response:
    """Send it no more."""

    def work(session: Session, issuer: Issuer) -> Answer:
        report_subscriptions.unsubscribe(session, issuer, subscription_id, actor=caller.actor)
        return Answer(204)

    return change(service, caller, work)


def _told(one: ReportSubscription) -> SubscriptionOut:
    return SubscriptionOut(
        id=one.id,
        report=one.report,
        recipient=one.recipient,
        every=Every(one.every),
        covers=Covers(one.covers),
        format=Format(one.format),
        zone=one.zone,
        parameters=one.parameters,
        created_by=one.created_by,
        created_at=one.created_at,
        next_due_at=one.next_due_at,
        last_sent_at=one.last_sent_at,
        last_error=one.last_error,
    )
