"""Award many at once: from a pasted list or a file, checked row by row, confirmed, and worked through by the worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Gone, InvalidInput, NotFound, ServiceError
from app.issuing import achievement_search, achievements, actors, imports, sources
from app.issuing.imports import WORKED_ON, Import, ImportState
from app.lms import csv
from app.lms.csv import corrected
from app.lms.csv.cells import Formula, text_of
from app.projections.tables import CSV_TYPE, XLSX_TYPE
from app.service import Service
from app.web.api.pages_of_rows import PageQuery, page_of
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import Refusal, at_work, go, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Awarder, Reader, Staff
from app.web.staff import import_words, pasted, who
from app.web.staff.listing import with_query
from app.web.staff.local import Local

router = APIRouter(prefix="/staff/{slug}/awards/import", tags=["staff"], include_in_schema=False)

PAGE_ROWS = 50
SHOWN_ROWS = 100
LONGEST_PASTE = 1_000_000
OF_SOURCE = "source:"
_WRITERS = {"csv": (corrected.write_csv, CSV_TYPE), "xlsx": (corrected.write_xlsx, XLSX_TYPE)}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file as the page shows it. `says` is what stands in it, "" when the file is no longer kept."""

    number: int
    says: str
    word: import_words.Word
    award_id: str | None


@router.get("")
def ask_for_file(request: Request, staff: Reader, service: TheService, cursor: str = "") -> Response:
    """The form, and the files that came before."""
    return _form(request, staff, service, cursor=cursor)


@router.post("")
def take_file(request: Request, form: Sent, staff: Awarder, service: TheService) -> Response:
    """Take it in, to be checked; nothing is awarded before somebody has seen the check."""
    try:
        data = _data(form, staff)
        with service.database.write() as session:
            issuer, earns = staff.issuer(session), form.text("earns", most=60)
            if not earns:
                raise InvalidInput(_("Choose what everybody in it earned"), pointer="/earns")
            if earns.startswith(OF_SOURCE):
                source = sources.by_id(session, earns.removeprefix(OF_SOURCE), issuer=issuer)
                achievement = None
            else:
                achievement = achievements.by_id(session, earns, issuer=issuer)
                source = imports.by_hand.source_of(session, service.office, issuer, actor=staff.actor)
            facts = {"options": {"time_zone": staff.timezone}, "achievement": achievement}
            made = imports.upload(session, service.office, source, data, actor=staff.actor, **facts)  # type: ignore[arg-type]  # of two kinds
    except ServiceError as error:
        return _form(request, staff, service, typed=form, refused=refusal(error))
    return go(f"{staff.root}/awards/import/{made.id}")


@router.get("/{import_id}")
def show_import(
    request: Request, staff: Reader, service: TheService, import_id: str, *, after: int = 0, only: str = ""
) -> Response:
    """How far it is, what would come or came of its rows, and what is to be decided."""
    return _page(request, staff, service, import_id, after=max(0, min(after, 2**31 - 1)), only=only)


@router.post("/{import_id}")
def change_import(request: Request, form: Sent, staff: Awarder, service: TheService, import_id: str) -> Response:
    """Confirm it, cancel it, or read the file in another way."""
    here = f"{staff.root}/awards/import/{import_id}"
    try:
        with service.database.write() as session:
            found = imports.by_id(session, import_id, issuer=staff.issuer(session))
            match form.text("act"):
                case "confirm":
                    imports.confirm(session, found, actor=staff.actor)
                    said = _("The worker has begun. You may leave this page.")
                case "cancel":
                    imports.cancel(session, found, actor=staff.actor)
                    said = _("Cancelled. What was awarded already stays.")
                case _:
                    imports.change_options(session, found, _answers(form, found), actor=staff.actor)
                    said = _("The file is read anew.")
    except NotFound:
        raise
    except ServiceError as error:
        return _page(request, staff, service, import_id, refused=refusal(error))
    return go(here, said)


@router.get("/{import_id}/attention.{form}")
def download_attention(staff: Reader, service: TheService, import_id: str, form: str) -> Response:
    """The rows that somebody has to look at, as they were uploaded, each with a sentence that says why."""
    if form not in _WRITERS:
        raise NotFound("There is nothing at this address")
    with service.database.read() as session:
        found = imports.by_id(session, import_id, issuer=staff.issuer(session))
        headings, lines = imports.rows_to_put_right(session, service.office, found)
    write, media_type = _WRITERS[form]
    headers = {"Content-Disposition": f'attachment; filename="rows-to-put-right.{form}"', "Cache-Control": "no-store"}
    return Response(write(headings, lines), media_type=media_type, headers=headers)


def _data(form: Form, staff: Staff) -> bytes:
    """The file, or what was pasted as one. Raises InvalidInput for neither."""
    file = form.file("file")
    if file is not None:
        return file.content
    text, earned_on = form.text("people", most=LONGEST_PASTE), form.text("earned_on", most=10)
    if not text:
        raise InvalidInput(_("Paste some people, or choose a file"), pointer="/people")
    Local(staff.timezone).begin(earned_on, "earned_on")  # only a day is one
    return pasted.as_file(text, earned_on=earned_on)


def _answers(form: Form, found: Import) -> dict[str, Any]:
    """The options of an import with what was answered: `columns/…` names a column of the file."""
    options: dict[str, Any] = {**found.options, "columns": dict(found.options.get("columns") or {})}
    for name in form.fields:
        setting = name.removeprefix("option:")
        value = form.text(name, most=500)
        if setting == name or not value:
            continue
        if setting.startswith("columns/"):
            options["columns"][setting.removeprefix("columns/")] = int(value) if value.isdecimal() else value
        else:
            options[setting] = value
    return options


def _form(
    request: Request,
    staff: Staff,
    service: Service,
    *,
    cursor: str = "",
    typed: Form | None = None,
    refused: Refusal | None = None,
) -> Response:
    page = PageQuery(limit=PAGE_ROWS, cursor=cursor[:500] or None)
    query = select(Import).where(Import.issuer_id == staff.issuer_id)
    with service.database.read() as session:
        found = page_of(session, query, (Import.created_at, Import.id), page)
        known = actors.named(session, {each.created_by for each in found.rows})
        names = {each.id: each.words for each in achievement_search.choices(session, staff.issuer_id)}
        choices = _choices(session, staff)
    past = [
        (each, names.get(each.achievement_id or ""), import_words.state(each), who.words(known.get(each.created_by)))
        for each in found.rows
    ]
    return at_work(
        request,
        "staff/awards/import.html",
        staff,
        refused=refused,
        typed={
            name: typed.text(name, most=LONGEST_PASTE) if typed else "" for name in ("earns", "people", "earned_on")
        },
        choices=choices,
        past=past,
        local=Local(staff.timezone),
        next_page=with_query(request, cursor=found.cursor) if found.cursor else None,
        first_page=with_query(request, cursor=None) if cursor else None,
    )


def _choices(session: Session, staff: Staff) -> list[tuple[str, str]]:
    published = achievement_search.choices(session, staff.issuer_id, only_published=True)
    mine = [
        each
        for each in sources.of_issuer(session, staff.issuer(session))
        if each.type == csv.ADAPTER.name and each.settings.get("namespace") != imports.by_hand.NAMESPACE
    ]
    by_course = [
        (f"{OF_SOURCE}{each.id}", _("What its course column says, by %(name)s", name=each.name)) for each in mine
    ]
    return [("", _("Choose one")), *((each.id, each.words) for each in published), *by_course]


def _page(
    request: Request,
    staff: Staff,
    service: Service,
    import_id: str,
    *,
    after: int = 0,
    only: str = "",
    refused: Refusal | None = None,
) -> Response:
    verdicts = [imports.Verdict(only)] if only in set(imports.Verdict) else []
    with service.database.read() as session:
        found = imports.by_id(session, import_id, issuer=staff.issuer(session))
        stored = imports.rows_of(session, found, after=after, limit=SHOWN_ROWS + 1, verdicts=verdicts)
        says = _says(session, service, found, stored[:SHOWN_ROWS])
        names = {each.id: each.words for each in achievement_search.choices(session, staff.issuer_id)}
        known = actors.named(session, {found.created_by, found.confirmed_by})
    rows = [
        Row(each.row, says.get(each.row, ""), import_words.verdict(each), None if found.is_history else each.award_id)
        for each in stored[:SHOWN_ROWS]
    ]
    is_over = found.state in {ImportState.DONE, ImportState.CANCELLED}
    counts = found.results if is_over or found.state == ImportState.RUNNING else found.checked
    return at_work(
        request,
        "staff/awards/import_one.html",
        staff,
        refused=refused,
        found=found,
        achievement=names.get(found.achievement_id or ""),
        state=import_words.state(found),
        is_working=found.state in WORKED_ON,
        counts=[
            (name, import_words.counted(name, count, is_done=counts is found.results)) for name, count in counts.items()
        ],
        to_award=found.checked.get("award", 0),
        needs_attention=sum(counts.get(each, 0) for each in imports.NEED_ATTENTION),
        questions=import_words.questions(found),
        by=who.words(known.get(found.created_by)),
        rows=rows,
        only=only,
        local=Local(staff.timezone),
        next_page=with_query(request, after=str(rows[-1].number)) if len(stored) > SHOWN_ROWS else None,
        first_page=with_query(request, after=None) if after else None,
    )


def _says(session: Session, service: Service, found: Import, rows: Any) -> dict[int, str]:
    """What these rows say of a person, while the file is kept: name and address, or whatever they begin with."""
    wanted = {each.row for each in rows}
    if not wanted:
        return {}
    try:
        table, _settings = imports.open_file(session, service.office, found.id)
    except (Gone, InvalidInput, ServiceError):
        return {}
    places = [table.columns.places[name] for name in import_words.SHOWN if name in table.columns.places] or [0, 1]
    says: dict[int, str] = {}
    for row in table.rows(after=min(wanted) - 1):
        if row.number > max(wanted):
            break
        if row.number in wanted:
            cells = ["" if isinstance(row.cell(place), Formula) else text_of(row.cell(place)) for place in places]
            says[row.number] = ", ".join(cell for cell in cells if cell)
    return says
