"""Bulk checks: badges of whatever issuers, handed in together and checked row by row by the worker."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.credentials import strict_json
from app.issuing import bulk_checks
from app.issuing.bulk_checks import MOST_ROWS, BulkCheck, BulkCheckRow, CheckState, Stated
from app.issuing.bulk_checks.stated import LONGEST_ASKED
from app.issuing.issuers import Issuer
from app.web import check_view
from app.web.api.authentication import ChecksWriter, Reader
from app.web.api.fields import Id, In, Line120, Line200, Line320, Out
from app.web.api.idempotency import Answer, Posted
from app.web.api.imports import FILE_REQUEST, XLSX, FileBody
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute
from app.web.deps import TheService

router = APIRouter(prefix="/checks", route_class=StrictRoute)

FILES: dict[str, Any] = {
    "responses": {
        200: {"content": {name: {"schema": {"type": "string"}} for name in ("text/csv", XLSX, check_view.PDF_TYPE)}}
    }
}


class RowIn(In):
    """One badge: its `address`, or the `credential` itself (an object or a token), and whose it should be."""

    name: Line200 | None = None
    recipient: Annotated[Line320 | None, Field(description="an e-mail address or another identifier")] = None
    address: Annotated[str | None, Field(min_length=1, max_length=LONGEST_ASKED)] = None
    credential: dict[str, Any] | Annotated[str, Field(min_length=1, max_length=524_288)] | None = None


class CheckIn(In):
    """Badges to check."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"rows": [{"recipient": "ana@hospital.example", "address": "https://badges.example/b/1"}]}]
        }
    )

    name: Line120 | None = None
    rows: Annotated[list[RowIn], Field(min_length=1, max_length=MOST_ROWS)]


class CheckOut(Out):
    """A bulk check. `results` counts the verdicts; `done_count` of `row_count` rows have one."""

    id: str
    name: str
    state: CheckState
    row_count: int
    done_count: int
    results: dict[str, int]
    created_at: datetime
    finished_at: datetime | None
    emptied_at: datetime | None


class CheckedOut(Out):
    """One row: the verdict of the verification, or `not_checked` with a `reason`; None = its turn has not come.

    `found` is what the verification said: sentence, holder, title, issuer, dates and warnings.
    """

    row: int
    name: str | None
    recipient: str | None
    asked: str | None
    verdict: str | None
    reason: str | None
    found: dict[str, Any] | None
    checked_at: datetime | None


class RowQuery(BaseModel):
    """Which rows, and how many at once."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=1_000, description="at most so many rows")] = 100
    cursor: Annotated[str, Field(pattern="^[0-9]{1,9}$")] | None = Field(None, description="from `next`")
    verdict: Annotated[str | None, Field(max_length=16, description="only rows with this verdict")] = None


class Form(StrEnum):
    """The form of a download."""

    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"


@router.post("", status_code=201, response_model=CheckOut)
def ask_for_check(caller: ChecksWriter, stated: CheckIn, post: Posted) -> Response:
    """Have badges checked. Read the check to see how far it is; every row ends with a verdict, or why there is none."""
    rows = [_stated(each) for each in stated.rows]

    def work(session: Session, issuer: Issuer) -> Answer:
        return Answer(201, _told(bulk_checks.ask(session, issuer, rows, name=stated.name, actor=caller.actor)))

    return post.answer(caller, work)


@router.post("/list", status_code=201, response_model=CheckOut, openapi_extra=FILE_REQUEST)
def ask_for_check_of_list(caller: ChecksWriter, post: Posted, file: FileBody) -> Response:
    """Have the badges of a staff list checked: CSV or .xlsx with the headings name, e-mail and link."""
    rows = bulk_checks.of_list(file)  # before the transaction: a workbook may take seconds to read

    def work(session: Session, issuer: Issuer) -> Answer:
        return Answer(201, _told(bulk_checks.ask(session, issuer, rows, name=None, actor=caller.actor)))

    return post.answer(caller, work)


@router.get("", response_model=PageOf[CheckOut])
def list_checks(caller: Reader, request: Request, page: Annotated[PageQuery, Query()], service: TheService) -> Response:
    """List the issuer's checks, newest first."""
    query = select(BulkCheck).where(BulkCheck.issuer_id == caller.issuer_id)
    with service.database.read() as session:
        found = page_of(session, query, (BulkCheck.created_at, BulkCheck.id), page)
    return respond(request, [_told(each) for each in found.rows], found.cursor)


@router.get("/{check_id}", response_model=CheckOut)
def read_check(caller: Reader, check_id: Id, service: TheService) -> Response:
    """Read one check: how far it is, and how many rows have which verdict."""
    with service.database.read() as session:
        found = bulk_checks.by_id(session, check_id, issuer=caller.issuer(session))
    return Response(_told(found).model_dump_json(), media_type="application/json")


@router.post("/{check_id}/again", response_model=CheckOut)
def check_again(caller: ChecksWriter, check_id: Id, post: Posted) -> Response:
    """Check once more what could not be told; what was told stays. 410 when it is not kept any more."""

    def work(session: Session, issuer: Issuer) -> Answer:
        found = bulk_checks.by_id(session, check_id, issuer=issuer)
        return Answer(200, _told(bulk_checks.again(session, found, actor=caller.actor)))

    return post.answer(caller, work)


@router.post("/{check_id}/stop", response_model=CheckOut)
def stop_check(caller: ChecksWriter, check_id: Id, post: Posted) -> Response:
    """Check no further row."""

    def work(session: Session, issuer: Issuer) -> Answer:
        found = bulk_checks.by_id(session, check_id, issuer=issuer)
        return Answer(200, _told(bulk_checks.stop(session, found, actor=caller.actor)))

    return post.answer(caller, work)


@router.get("/{check_id}/rows", response_model=PageOf[CheckedOut])
def list_checked_rows(
    caller: Reader, request: Request, check_id: Id, page: Annotated[RowQuery, Query()], service: TheService
) -> Response:
    """List the rows in the order in which they were handed in, with what came of each."""
    verdicts = [] if page.verdict is None else [page.verdict]
    with service.database.read() as session:
        found = bulk_checks.by_id(session, check_id, issuer=caller.issuer(session))
        after = int(page.cursor or 0)
        rows = bulk_checks.rows_of(session, found, after=after, limit=page.limit + 1, verdicts=verdicts)
    shown = [_row(each) for each in rows[: page.limit]]
    return respond(request, shown, str(shown[-1].row) if len(rows) > page.limit else None)


@router.get("/{check_id}/result", openapi_extra=FILES, response_class=Response)
def download_result(
    caller: Reader,
    check_id: Id,
    service: TheService,
    form: Annotated[Form, Query(alias="format", description="csv, xlsx or pdf")] = Form.CSV,
) -> Response:
    """Download every row with what came of it."""
    with service.database.read() as session:
        issuer = caller.issuer(session)
        found = bulk_checks.by_id(session, check_id, issuer=issuer)
        rows = bulk_checks.rows_of(session, found, limit=MOST_ROWS)
    body, kind = check_view.file(found, rows, form.value, issuer=issuer.name, zone=issuer.timezone, now=clock.now())
    return Response(body, media_type=kind, headers={"Content-Disposition": f'attachment; filename="check.{form}"'})


def _stated(row: RowIn) -> Stated:
    match row.credential:
        case None:
            document = None
        case str(text):
            document = text.encode(errors="replace")
        case dict(credential):
            document = strict_json.dumps(credential)
    return Stated(row.name, row.recipient, row.address, document)


def _told(found: BulkCheck) -> CheckOut:
    return CheckOut(
        id=found.id,
        name=found.name,
        state=CheckState(found.state),
        row_count=found.row_count,
        done_count=found.done_count,
        results=found.results,
        created_at=found.created_at,
        finished_at=found.finished_at,
        emptied_at=found.emptied_at,
    )


def _row(found: BulkCheckRow) -> CheckedOut:
    return CheckedOut(
        row=found.row,
        name=found.name,
        recipient=found.identifier,
        asked=found.asked,
        verdict=found.verdict,
        reason=found.reason,
        found=found.said,
        checked_at=found.checked_at,
    )
