"""Check many badges: pasted, as files, or as a staff list; worked through by the worker, and taken along as a file."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import select

from app import clock
from app.errors import InvalidInput, NotFound, ServiceError
from app.issuing import actors, bulk_checks
from app.issuing.bulk_checks import MOST_ROWS, OPEN, BulkCheck, CheckState
from app.service import Service
from app.web import check_view
from app.web.api.pages_of_rows import PageQuery, page_of
from app.web.deps import TheService
from app.web.forms import MOST_FILES, Form, Sent
from app.web.inside import Refusal, at_work, go, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Reviewer, Staff
from app.web.staff import who
from app.web.staff.listing import with_query
from app.web.staff.local import Local

router = APIRouter(prefix="/staff/{slug}/desk/checks", tags=["staff"], include_in_schema=False)

PAGE_ROWS = 50
SHOWN_ROWS = 100
LONGEST_PASTE = 1_000_000


@router.get("")
def ask_for_badges(request: Request, staff: Reviewer, service: TheService, cursor: str = "") -> Response:
    """The form, and the checks that came before."""
    return _form(request, staff, service, cursor=cursor)


@router.post("")
def take_badges(request: Request, form: Sent, staff: Reviewer, service: TheService) -> Response:
    """Take badges in; the worker checks them."""
    try:
        files = [(each.name, each.content) for each in form.files.get("files", []) if each.content]
        pasted = form.text("badges", most=LONGEST_PASTE)
        rows = [*bulk_checks.of_text(pasted), *bulk_checks.of_files(files)] if pasted else bulk_checks.of_files(files)
        name = form.optional("name", most=120) or (files[0][0] if len(files) == 1 else None)
        with service.database.write() as session:
            made = bulk_checks.ask(session, staff.issuer(session), rows, name=name, actor=staff.actor)
    except ServiceError as error:
        return _form(request, staff, service, typed=form, refused=refusal(error))
    return go(f"{staff.root}/desk/checks/{made.id}")


@router.get("/{check_id}")
def show_check(
    request: Request, staff: Reviewer, service: TheService, check_id: str, *, after: int = 0, only: str = ""
) -> Response:
    """How far it is, and what came of its rows."""
    return _page(request, staff, service, check_id, after=max(0, min(after, 2**31 - 1)), only=only)


@router.post("/{check_id}")
def change_check(request: Request, form: Sent, staff: Reviewer, service: TheService, check_id: str) -> Response:
    """Check once more what could not be told, or stop."""
    try:
        with service.database.write() as session:
            found = bulk_checks.by_id(session, check_id, issuer=staff.issuer(session))
            match form.text("act"):
                case "again":
                    bulk_checks.again(session, found, actor=staff.actor)
                    said = _("What could not be told is checked again. You may leave this page.")
                case "stop":
                    bulk_checks.stop(session, found, actor=staff.actor)
                    said = _("Stopped. What was found stays.")
                case _:
                    raise InvalidInput(_("Choose what to do"), pointer="/act")
    except NotFound:
        raise
    except ServiceError as error:
        return _page(request, staff, service, check_id, refused=refusal(error))
    return go(f"{staff.root}/desk/checks/{check_id}", said)


@router.get("/{check_id}/result.{form}")
def download(staff: Reviewer, service: TheService, check_id: str, form: str) -> Response:
    """Every row with what came of it, as CSV, as a workbook, or on paper."""
    with service.database.read() as session:
        found = bulk_checks.by_id(session, check_id, issuer=staff.issuer(session))
        rows = bulk_checks.rows_of(session, found, limit=MOST_ROWS)
    zone = staff.timezone
    body, kind = check_view.file(found, rows, form, issuer=staff.issuer_name, zone=zone, now=clock.now())
    headers = {"Content-Disposition": f'attachment; filename="check.{form}"', "Cache-Control": "no-store"}
    return Response(body, media_type=kind, headers=headers)


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
    query = select(BulkCheck).where(BulkCheck.issuer_id == staff.issuer_id)
    with service.database.read() as session:
        found = page_of(session, query, (BulkCheck.created_at, BulkCheck.id), page)
        known = actors.named(session, {each.created_by for each in found.rows})
    return at_work(
        request,
        "staff/desk/checks.html",
        staff,
        refused=refused,
        typed={name: typed.text(name, most=LONGEST_PASTE) if typed else "" for name in ("name", "badges")},
        past=[
            (each, check_view.title_of(each, staff.zone), who.words(known.get(each.created_by))) for each in found.rows
        ],
        local=Local(staff.timezone),
        most_rows=MOST_ROWS,
        most_files=MOST_FILES,
        kept_days=service.settings.checks_kept_days,
        next_page=with_query(request, cursor=found.cursor) if found.cursor else None,
        first_page=with_query(request, cursor=None) if cursor else None,
    )


def _page(
    request: Request,
    staff: Staff,
    service: Service,
    check_id: str,
    *,
    after: int = 0,
    only: str = "",
    refused: Refusal | None = None,
) -> Response:
    with service.database.read() as session:
        found = bulk_checks.by_id(session, check_id, issuer=staff.issuer(session))
        chosen = [only] if only in found.results else []
        stored = bulk_checks.rows_of(session, found, after=after, limit=SHOWN_ROWS + 1, verdicts=chosen)
        known = actors.named(session, {found.created_by})
    now = clock.now()
    rows = [check_view.seen(each, now=now) for each in stored[:SHOWN_ROWS]]
    here = f"{staff.root}/desk/checks/{found.id}"
    return at_work(
        request,
        "staff/desk/check.html",
        staff,
        refused=refused,
        found=found,
        title=check_view.title_of(found, staff.zone),
        is_working=found.state == CheckState.RUNNING,
        counts=[(name, check_view.word_of(name), count) for name, count in sorted(found.results.items())],
        still_open=sum(found.results.get(each, 0) for each in OPEN) if found.emptied_at is None else 0,
        by=who.words(known.get(found.created_by)),
        rows=rows,
        only=only if chosen else "",
        local=Local(staff.timezone),
        exports=[(form, f"{here}/result.{form}") for form in ("csv", "xlsx", "pdf")],
        kept_days=service.settings.checks_kept_days,
        next_page=with_query(request, after=str(rows[-1].number)) if len(stored) > SHOWN_ROWS else None,
        first_page=with_query(request, after=None) if after else None,
    )
