"""Imports: files of completions. Uploaded, looked at row by row, confirmed, and worked through by the worker."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import UnsupportedMediaType
from app.issuing import imports, sources
from app.issuing.imports import NEED_ATTENTION, Import, ImportState, Verdict
from app.issuing.issuers import Issuer
from app.lms.csv import corrected
from app.web.api.authentication import Reader, SourcesWriter
from app.web.api.fields import Id, In, Out
from app.web.api.idempotency import Answer, Posted, change
from app.web.api.pages_of_rows import PageOf, PageQuery, page_of, respond
from app.web.api.strict_route import StrictRoute, media_type
from app.web.deps import RawBody, TheService

router = APIRouter(route_class=StrictRoute)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILE_TYPES = ("text/csv", "text/tab-separated-values", "text/plain", XLSX, "application/vnd.ms-excel")
FILE_REQUEST: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {name: {"schema": {"type": "string", "contentMediaType": name}} for name in FILE_TYPES},
    },
}
DOWNLOAD: dict[str, Any] = {
    "responses": {200: {"content": {name: {"schema": {"type": "string"}} for name in ("text/csv", XLSX)}}}
}


class ImportOut(Out):
    """An import. `about` says how the file was read, which column is what, and what has to be decided.

    `checked` counts what would come of the rows, `results` what came of them; `done_count` of `row_count` rows are
    through in the present phase.
    """

    id: str
    source: str
    state: ImportState
    file_sha256: str
    byte_count: int
    options: dict[str, Any]
    about: dict[str, Any]
    row_count: int
    done_count: int
    checked: dict[str, int]
    results: dict[str, int]
    trouble: str | None
    created_at: datetime
    confirmed_at: datetime | None
    finished_at: datetime | None


class ImportChanges(In):
    """Other options for this file, which replace those before; it is checked anew.

    Known are encoding, delimiter, sheet, columns, date_format, time_zone, decimal_sign, score_unit, statuses, course_id
    and learning_kind.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"options": {"date_format": "DD/MM/YYYY"}}]})

    options: Annotated[dict[str, Any], Field(max_length=20)]


class RowOut(Out):
    """One row: what would come of it, what came of it, why, and the column that is at fault, if one is."""

    row: int
    verdict: Verdict
    outcome: Verdict | None
    reason: str
    column: str | None
    completion: str | None


class RowQuery(BaseModel):
    """Which rows, and how many at once."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=1_000, description="at most so many rows")] = 100
    cursor: Annotated[str, Field(pattern="^[0-9]{1,9}$")] | None = Field(None, description="from `next`")
    verdict: Annotated[Verdict | None, Field(description="only rows with this verdict or outcome")] = None
    attention: Annotated[bool, Field(description="only rows that somebody has to look at")] = False


class FileForm(StrEnum):
    """The form of a download."""

    CSV = "csv"
    XLSX = "xlsx"


def file_body(request: Request, body: RawBody) -> bytes:
    """The bytes of an uploaded file. Raises UnsupportedMediaType when they are not said to be a table."""
    if media_type(request.headers.get("content-type", "")) not in FILE_TYPES:
        expected = f"text/csv or {XLSX}"
        raise UnsupportedMediaType(f"Send the file itself, with Content-Type: {expected}", expected=expected)
    return body


FileBody = Annotated[bytes, Depends(file_body)]


class UploadQuery(BaseModel):
    """What the file as a whole is."""

    model_config = ConfigDict(extra="forbid")

    issued_by: Annotated[
        str | None, Field(description="who issued its awards elsewhere: then they are kept as history", max_length=200)
    ] = None
    issued_by_us: Annotated[
        bool, Field(description="whether that is the same organisation, so that they may be issued anew")
    ] = False


@router.post("/sources/{source_id}/imports", status_code=201, response_model=ImportOut, openapi_extra=FILE_REQUEST)
def upload_file(
    caller: SourcesWriter,
    source_id: Id,
    post: Posted,
    file: FileBody,
    asked: Annotated[UploadQuery, Query()],
    *,
    service: TheService,
) -> Response:
    """Upload a file of completions. It is checked, and nothing is awarded before the import is confirmed.

    With `issued_by` its rows are awards that were issued elsewhere; they become history, and no badges.
    """
    options = asked.model_dump() if asked.issued_by else {}

    def work(session: Session, issuer: Issuer) -> Answer:
        source = sources.by_id(session, source_id, issuer=issuer)
        made = imports.upload(session, service.office, source, file, actor=caller.actor, options=options)
        return Answer(201, _told(made))

    return post.answer(caller, work)


@router.get("/imports", response_model=PageOf[ImportOut])
def list_imports(
    caller: Reader, request: Request, page: Annotated[PageQuery, Query()], service: TheService
) -> Response:
    """List the issuer's imports, newest first."""
    query = select(Import).where(Import.issuer_id == caller.issuer_id)
    with service.database.read() as session:
        found = page_of(session, query, (Import.created_at, Import.id), page)
    return respond(request, [_told(each) for each in found.rows], found.cursor)


@router.get("/imports/{import_id}", response_model=ImportOut)
def read_import(caller: Reader, import_id: Id, service: TheService) -> Response:
    """Read one import: how far it is, and what came of its rows."""
    with service.database.read() as session:
        found = imports.by_id(session, import_id, issuer=caller.issuer(session))
    return Response(_told(found).model_dump_json(), media_type="application/json")


@router.patch("/imports/{import_id}", response_model=ImportOut)
def change_import(caller: SourcesWriter, import_id: Id, stated: ImportChanges, service: TheService) -> Response:
    """Read the file with other options, before it is confirmed."""

    def work(session: Session, issuer: Issuer) -> Answer:
        found = imports.by_id(session, import_id, issuer=issuer)
        return Answer(200, _told(imports.change_options(session, found, stated.options, actor=caller.actor)))

    return change(service, caller, work)


@router.post("/imports/{import_id}/confirm", response_model=ImportOut)
def confirm_import(caller: SourcesWriter, import_id: Id, post: Posted) -> Response:
    """Deal with every row in earnest. The worker does it; read the import to see how far it is."""

    def work(session: Session, issuer: Issuer) -> Answer:
        found = imports.by_id(session, import_id, issuer=issuer)
        return Answer(200, _told(imports.confirm(session, found, actor=caller.actor)))

    return post.answer(caller, work)


@router.post("/imports/{import_id}/cancel", response_model=ImportOut)
def cancel_import(caller: SourcesWriter, import_id: Id, post: Posted) -> Response:
    """Deal with no further row. What was awarded stays."""

    def work(session: Session, issuer: Issuer) -> Answer:
        found = imports.by_id(session, import_id, issuer=issuer)
        return Answer(200, _told(imports.cancel(session, found, actor=caller.actor)))

    return post.answer(caller, work)


@router.get("/imports/{import_id}/rows", response_model=PageOf[RowOut])
def list_rows(
    caller: Reader, request: Request, import_id: Id, page: Annotated[RowQuery, Query()], service: TheService
) -> Response:
    """List the rows in the order of the file, with the verdict on each."""
    verdicts = NEED_ATTENTION if page.attention else () if page.verdict is None else (page.verdict,)
    after = int(page.cursor or 0)
    with service.database.read() as session:
        found = imports.by_id(session, import_id, issuer=caller.issuer(session))
        rows = imports.rows_of(session, found, after=after, limit=page.limit + 1, verdicts=verdicts)
    shown = [
        RowOut(
            row=each.row,
            verdict=Verdict(each.verdict),
            outcome=None if each.outcome is None else Verdict(each.outcome),
            reason=each.reason,
            column=each.column,
            completion=each.completion_id,
        )
        for each in rows[: page.limit]
    ]
    return respond(request, shown, str(shown[-1].row) if len(rows) > page.limit else None)


@router.get("/imports/{import_id}/attention", openapi_extra=DOWNLOAD, response_class=Response)
def download_rows(
    caller: Reader,
    import_id: Id,
    service: TheService,
    form: Annotated[FileForm, Query(alias="format", description="csv or xlsx")] = FileForm.CSV,
) -> Response:
    """Download the rows that need attention as a file, each with a sentence that says why; to put right and upload."""
    with service.database.read() as session:
        found = imports.by_id(session, import_id, issuer=caller.issuer(session))
        headings, lines = imports.rows_to_put_right(session, service.office, found)
    write = corrected.write_csv if form is FileForm.CSV else corrected.write_xlsx
    headers = {"Content-Disposition": f'attachment; filename="rows-to-put-right.{form}"'}
    kind = "text/csv; charset=utf-8" if form is FileForm.CSV else XLSX
    return Response(write(headings, lines), media_type=kind, headers=headers)


def _told(found: Import) -> ImportOut:
    return ImportOut(
        id=found.id,
        source=found.source_id,
        state=ImportState(found.state),
        file_sha256=found.file_sha256,
        byte_count=found.byte_count,
        options=found.options,
        about=found.about,
        row_count=found.row_count,
        done_count=found.done_count,
        checked=found.checked,
        results=found.results,
        trouble=found.last_error,
        created_at=found.created_at,
        confirmed_at=found.confirmed_at,
        finished_at=found.finished_at,
    )
