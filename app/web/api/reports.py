"""Reports: an issuer's figures with their definitions, as JSON, as files and as pictures."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from app import reports
from app.projections import tables
from app.projections.chart import SVG_TYPE
from app.reports import Answer, Parameter, Question, Report
from app.web.api.authentication import Caller, Reader
from app.web.api.fields import Out
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService
from app.web.report_files import FileFormat, chart_response, report_response

router = APIRouter(prefix="/reports", route_class=StrictRoute)

Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", examples=["2026-03-01"])]
Zone = Annotated[str, Field(min_length=1, max_length=60, examples=["Europe/Madrid"], description="a zone of IANA")]
Group = Annotated[str, Field(min_length=1, max_length=100, description="only learners who are in this group now")]
OneAchievement = Annotated[str, Field(min_length=1, max_length=80, description="only this one: its id or short name")]
By = Annotated[str, Field(min_length=1, max_length=40, description="one of the report's choices")]


class ColumnOut(Out):
    """A column, and what its figures mean."""

    name: str
    title: str
    kind: tables.Kind
    definition: str


class ChoiceOut(Out):
    """One way to look at the report."""

    name: str
    title: str


class ReportOut(Out):
    """A report: the question that it answers, and what it may be asked for. `choices` are those of `by`."""

    slug: str
    title: str
    sentence: str
    parameters: list[Parameter]
    choices: list[ChoiceOut]
    columns: list[ColumnOut]


class ReportsOut(Out):
    """Every report."""

    items: list[ReportOut]


class AnswerOut(Out):
    """A report's figures. Rows are objects, by the names of the columns.

    A figure that is not told is `{"fewer_than": 5}`.
    """

    name: str
    title: str
    about: dict[str, str | int | None]
    columns: list[ColumnOut]
    rows: list[dict[str, Any]]


class AskedIn(BaseModel):
    """What is asked for; what is not said is the usual."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    first: Annotated[Day | None, Field(alias="from", description="first day; eleven months before `to`, its month")] = (
        None
    )
    last: Annotated[Day | None, Field(alias="to", description="last day, included; today")] = None
    zone: Annotated[Zone | None, Field(description="on whose clocks days and months are; the issuer's")] = None
    group: Group | None = None
    achievement: OneAchievement | None = None
    by: By | None = None

    def question(self) -> Question:
        """As the room of reports is asked."""
        return Question(
            first=self.first,
            last=self.last,
            zone=self.zone,
            group=self.group,
            achievement=self.achievement,
            by=self.by,
        )


class AskedForFile(AskedIn):
    """Likewise, and in which form."""

    format: FileFormat = FileFormat.JSON


class AskedForPicture(AskedIn):
    """Likewise, and how wide."""

    narrow: Annotated[bool, Field(description="half as wide, with letters as large: for a phone")] = False


FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}, tables.XLSX_TYPE: {"schema": {"type": "string"}}}}
}
PICTURE: dict[int | str, dict[str, Any]] = {200: {"content": {SVG_TYPE: {"schema": {"type": "string"}}}}}


@router.get("", response_model=ReportsOut)
def list_reports(_caller: Reader) -> Response:
    """List the reports, with the definition of each figure and what each may be asked for."""
    told = ReportsOut(items=[_told(report) for report in reports.REPORTS.values()])
    return Response(told.model_dump_json(), media_type=tables.JSON_TYPE)


@router.get("/{slug}", response_model=AnswerOut, responses=FILES)
def read_report(caller: Reader, slug: str, asked: Annotated[AskedForFile, Query()], service: TheService) -> Response:
    """Ask a report, for the caller's issuer: as JSON, or as a CSV file or a workbook with the same columns."""
    answer = _answer(caller, service, slug, asked)
    return report_response(answer, asked.format, with_names=True)


@router.get("/{slug}/chart.svg", response_class=Response, responses=PICTURE)
def read_chart(caller: Reader, slug: str, asked: Annotated[AskedForPicture, Query()], service: TheService) -> Response:
    """The report's chart as SVG, without scripts and without anything from elsewhere."""
    return chart_response(_answer(caller, service, slug, asked), is_narrow=asked.narrow)


def _answer(caller: Caller, service: TheService, slug: str, asked: AskedIn) -> Answer:
    with service.database.read() as session:
        return reports.answer(session, caller.issuer(session), slug, **asked.question())


def _told(report: Report) -> ReportOut:
    return ReportOut(
        slug=report.slug,
        title=report.title,
        sentence=report.sentence,
        parameters=[each for each in Parameter if report.asks_for(each)],
        choices=[ChoiceOut(name=each.name, title=each.title) for each in report.choices],
        columns=[
            ColumnOut(name=each.name, title=each.title, kind=each.kind, definition=each.definition)
            for each in report.columns
        ],
    )
