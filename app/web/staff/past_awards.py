"""Programmes that were run elsewhere: brought in as a file, listed as history, and issued anew by an explicit act."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app import clock
from app.errors import InvalidInput, NotFound, ServiceError
from app.issuing import learners, past_awards
from app.issuing.imports import history
from app.issuing.past_awards import PastAward
from app.service import Service
from app.web.api.pages_of_rows import PageQuery, page_of
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import Refusal, at_work, go, refusal
from app.web.languages import gettext as _
from app.web.languages import ngettext
from app.web.signed_in import Awarder, Reader, Staff
from app.web.staff.listing import asked, with_query
from app.web.staff.local import Local

router = APIRouter(prefix="/staff/{slug}/awards/before", tags=["staff"], include_in_schema=False)

PAGE_ROWS = 50


@router.get("")
def list_history(request: Request, staff: Reader, service: TheService, cursor: str = "") -> Response:
    """What was issued elsewhere, newest first, and the form to bring more."""
    return _page(request, staff, service, cursor=cursor)


@router.post("")
def bring(request: Request, form: Sent, staff: Awarder, service: TheService) -> Response:
    """Take a file in. Its awards are checked, and kept once somebody has seen the check."""
    try:
        file = form.file("file")
        if file is None:
            raise InvalidInput(_("Choose a file"), pointer="/file")
        said = {"issued_by": form.text("issued_by", most=200), "issued_by_us": form.is_ticked("issued_by_us")}
        with service.database.write() as session:
            brought = history.bring(
                session,
                service.office,
                staff.issuer(session),
                file.content,
                **said,  # type: ignore[arg-type]  # of two kinds
                with_drafts=staff.may("design"),
                actor=staff.actor,
            )
            import_id = None if brought.awards is None else brought.awards.id
    except ServiceError as error:
        return _page(request, staff, service, refused=refusal(error), typed=form)
    drafts = ngettext("%(num)s draft was made.", "%(num)s drafts were made.", brought.drafts)
    if import_id is None:
        return go(f"{staff.root}/achievements", drafts)
    return go(f"{staff.root}/awards/import/{import_id}", drafts if brought.drafts else "")


@router.post("/issue")
def issue_anew(request: Request, form: Sent, staff: Awarder, service: TheService) -> Response:
    """Issue those that were ticked anew, each in a transaction of its own; the first that cannot be is told why."""
    chosen = form.many("past")[:PAGE_ROWS]
    made, problem = 0, None
    for past_id in chosen:
        try:
            with service.database.write() as session:
                issuer = staff.issuer(session)
                found = past_awards.by_id(session, past_id, issuer=issuer)
                past_awards.issue_anew(session, service.office, issuer, found, actor=staff.actor)
            made += 1
        except NotFound:
            raise
        except ServiceError as error:
            problem = problem or error
    if not chosen:
        problem = InvalidInput(_("Tick what is to be issued anew"))
    if problem is not None:
        return _page(request, staff, service, refused=refusal(problem), made=made)
    return go(f"{staff.root}/awards/before", ngettext("%(num)s was issued anew.", "%(num)s were issued anew.", made))


def _page(
    request: Request,
    staff: Staff,
    service: Service,
    *,
    cursor: str = "",
    refused: Refusal | None = None,
    typed: Form | None = None,
    made: int = 0,
) -> Response:
    filters = asked(request, ("q", "open"))
    query = past_awards.of_issuer(staff.issuer_id, q=filters["q"], only_open=filters["open"] == "yes")
    with service.database.read() as session:
        page = PageQuery(limit=PAGE_ROWS, cursor=cursor[:500] or None)
        found = page_of(session, query, (PastAward.issued_at, PastAward.id), page)
        lines = past_awards.lines_of(session, found.rows)
        emails = {line.learner.id: learners.email_of(session, line.learner) for line in lines}
    now = clock.now()
    return at_work(
        request,
        "staff/awards/before.html",
        staff,
        refused=refused,
        lines=[(line, emails[line.learner.id], past_awards.is_open(line.past, now=now)) for line in lines],
        filters=filters,
        typed={"issued_by": typed.text("issued_by", most=200) if typed else ""},
        made=made,
        local=Local(staff.timezone),
        next_page=with_query(request, cursor=found.cursor) if found.cursor else None,
        first_page=with_query(request, cursor=None) if cursor else None,
    )
