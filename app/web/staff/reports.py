"""Reports at work: a question, its figures with what they mean, as a table and a chart, as files, and by mail."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from app import reports
from app.errors import InvalidInput, NotFound, ServiceError
from app.issuing import groups, report_subscriptions
from app.issuing.achievements import Achievement
from app.issuing.report_subscriptions import Covers, Every, Format, ReportSubscription, Wanted
from app.projections.tables import Cell, FewerThan, Kind, Table
from app.reports import Answer, Parameter, Question, Report
from app.service import Service
from app.web import words
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import Refusal, at_work, go, refusal
from app.web.languages import gettext as _
from app.web.report_files import FileFormat, chart_response, report_response
from app.web.signed_in import Connector, Reader, Staff

router = APIRouter(prefix="/staff/{slug}/reports", tags=["staff"], include_in_schema=False)

_Kind = TypeVar("_Kind", Every, Covers, Format)
MOST_SHOWN = 200  # rows on a page; files have all
_NAMES = ("award", "people", "review")  # who may do one of these sees who people are


class Asked(BaseModel):
    """What the form above a report asks; what is left empty is the usual."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    first: Annotated[str, Field(alias="from", max_length=10)] = ""
    last: Annotated[str, Field(alias="to", max_length=10)] = ""
    zone: Annotated[str, Field(max_length=60)] = ""
    group: Annotated[str, Field(max_length=100)] = ""
    achievement: Annotated[str, Field(max_length=80)] = ""
    by: Annotated[str, Field(max_length=40)] = ""

    def question(self) -> Question:
        """As the room of reports is asked."""
        return Question(
            first=self.first or None,
            last=self.last or None,
            zone=self.zone or None,
            group=self.group or None,
            achievement=self.achievement or None,
            by=self.by or None,
        )

    def address(self) -> str:
        """The same as a query, for files and the chart."""
        return urlencode({name: value for name, value in self.model_dump(by_alias=True).items() if value})


@router.get("")
def list_reports(request: Request, staff: Reader, service: TheService) -> Response:
    """The questions that can be asked, and what goes out by mail."""
    with service.database.read() as session:
        query = report_subscriptions.of_issuer(staff.issuer_id).order_by(ReportSubscription.created_at.desc())
        mailed = list(session.scalars(query))
    return at_work(request, "staff/reports.html", staff, reports=reports.REPORTS.values(), mailed=mailed)


@router.get("/{report}")
def show(
    request: Request, staff: Reader, report: str, asked: Annotated[Asked, Query()], service: TheService
) -> Response:
    """One report. What cannot be asked is told above the form, with the usual answer below it."""
    return _page(request, staff, service, reports.by_slug(report), asked)


@router.get("/{report}/chart.svg")
def chart(staff: Reader, report: str, asked: Annotated[Asked, Query()], service: TheService) -> Response:
    """Its chart."""
    return chart_response(_answer(staff, service, report, asked))


@router.get("/{report}/file.{form}")
def file(
    staff: Reader, report: str, form: FileFormat, asked: Annotated[Asked, Query()], service: TheService
) -> Response:
    """Its figures as a file, all of them."""
    return report_response(_answer(staff, service, report, asked), form, with_names=_sees_names(staff))


@router.post("/{report}")
def subscribe(request: Request, staff: Connector, report: str, form: Sent, service: TheService) -> Response:
    """Send it by mail from its next date on."""
    asked = Asked.model_validate({name: form.text(name, most=100) for name in ("group", "achievement", "by", "zone")})
    stated = asked.model_dump(include={"group", "achievement", "by"})
    parameters = {name: value for name, value in stated.items() if value}
    try:
        wanted = Wanted(
            report=report,
            recipient=form.text("recipient", most=320),
            every=_one(Every, form.text("every"), "every"),
            zone=asked.zone or staff.timezone,
            covers=_one(Covers, form.text("covers"), "covers"),
            format=_one(Format, form.text("format"), "format"),
            parameters=parameters,
        )
        with service.database.write() as session:
            issuer = staff.issuer(session)
            reports.check(session, issuer, report, zone=wanted.zone, **parameters)
            report_subscriptions.subscribe(session, issuer, wanted, actor=staff.actor)
    except ServiceError as error:
        return _page(request, staff, service, reports.by_slug(report), asked, refused=refusal(error))
    return go(f"{staff.root}/reports", _("The report goes out by mail from its next date on."))


@router.post("/mailed/{subscription_id}/end")
def unsubscribe(staff: Connector, subscription_id: str, form: Sent, service: TheService) -> Response:
    """Send it no more."""
    del form
    with service.database.write() as session:
        report_subscriptions.unsubscribe(session, staff.issuer(session), subscription_id, actor=staff.actor)
    return go(f"{staff.root}/reports", _("It is not sent any more."))


def _page(
    request: Request, staff: Staff, service: Service, report: Report, asked: Asked, *, refused: Refusal | None = None
) -> Response:
    try:
        answer = _answer(staff, service, report.slug, asked)
    except (InvalidInput, NotFound) as error:
        refused, asked = refused or refusal(error), Asked()
        answer = _answer(staff, service, report.slug, asked)
    table = answer.table if _sees_names(staff) else answer.table.without_personal()
    return at_work(
        request,
        "staff/report.html",
        staff,
        refused=refused,
        report=report,
        answer=answer,
        table=table,
        rows=[[_shown(cell, table, place) for place, cell in enumerate(row)] for row in table.rows[:MOST_SHOWN]],
        more=max(0, len(table.rows) - MOST_SHOWN),
        query=asked.address(),
        asked=asked,
        period=answer.asked.period,
        as_of=words.moment_of(answer.asked.as_of, ZoneInfo(staff.timezone)),
        **_choices(service, staff, report),
    )


def _choices(service: Service, staff: Staff, report: Report) -> dict[str, Any]:
    with service.database.read() as session:
        query = select(Achievement.slug).where(Achievement.issuer_id == staff.issuer_id).order_by(Achievement.slug)
        named = [(slug, slug) for slug in session.scalars(query)] if report.asks_for(Parameter.ACHIEVEMENT) else []
        known = groups.counts(session, staff.issuer_id) if report.asks_for(Parameter.GROUP) else []
    every = [
        ("monday", _("every Monday")),
        ("tuesday", _("every Tuesday")),
        ("wednesday", _("every Wednesday")),
        ("thursday", _("every Thursday")),
        ("friday", _("every Friday")),
        ("saturday", _("every Saturday")),
        ("sunday", _("every Sunday")),
        ("month", _("on the first of each month")),
    ]
    covers = [("week", _("the seven days before")), ("month", _("the month before")), ("year", _("twelve months"))]
    return {
        "achievements": named,
        "groups": [(name, name) for name, _number in known],
        "every": [pair for pair in every if pair[0] in set(Every)],
        "covers": [pair for pair in covers if pair[0] in set(Covers)],
        "formats": [(each.value, each.value.upper()) for each in Format],
    }


def _answer(staff: Staff, service: Service, report: str, asked: Asked) -> Answer:
    with service.database.read() as session:
        return reports.answer(session, staff.issuer(session), report, **asked.question())


def _sees_names(staff: Staff) -> bool:
    return any(staff.may(each) for each in _NAMES)


def _shown(cell: Cell, table: Table, place: int) -> str:
    """A cell as people read it; the files have it as programs do."""
    match cell:
        case None:
            return ""
        case FewerThan():
            return _("fewer than %(limit)s", limit=cell.limit)
        case datetime():
            return words.moment_of(cell, ZoneInfo(table.zone))
        case date():
            return words.month_of(cell) if table.columns[place].kind is Kind.MONTH else words.day_of(cell)
        case int() | float() | Decimal():
            return words.figure(cell, as_share=table.columns[place].kind is Kind.SHARE)
        case str():
            return cell


def _one(kinds: type[_Kind], stated: str, field: str) -> _Kind:
    try:
        return kinds(stated)
    except ValueError as error:
        raise InvalidInput("Choose one of those that are offered", pointer=f"/{field}") from error
