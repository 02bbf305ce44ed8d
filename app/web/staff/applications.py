"""Prior learning, for assessors: what waits, one application with its evidence, the decision with reasons.

Beside it: evidence that holders ask the issuer to sign, and for which achievements one may apply at all.
"""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.errors import InvalidInput, NotFound, ServiceError
from app.issuing import achievement_facts, achievements, awards
from app.issuing.achievement_facts import AchievementFacts
from app.issuing.applications import (
    Application,
    ApplicationState,
    deciding,
    histories,
    papers,
    queries,
    switches,
)
from app.issuing.awards import Award
from app.issuing.holding import HolderEvidence, evidence
from app.projections import tables
from app.projections.tables import Column, Kind, Table
from app.service import Service
from app.web.achievement_view import skills_of
from app.web.api.pages_of_rows import PageQuery, page_of
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import at_work, go, refusal
from app.web.languages import gettext as _
from app.web.learner import application_words
from app.web.learner.applications import as_download
from app.web.representations import is_id
from app.web.signed_in import Designer, Reader, Reviewer, Staff

router = APIRouter(prefix="/staff/{slug}/awards/applications", tags=["staff"], include_in_schema=False)

ON_A_PAGE = 50
MOST_IN_A_FILE = 10_000


@router.get("")
def list_applications(
    request: Request, staff: Reviewer, service: TheService, state: str = ApplicationState.SUBMITTED, cursor: str = ""
) -> Response:
    """Applications, the newest first; those that wait for an assessor unless another state is asked for."""
    page = PageQuery(limit=ON_A_PAGE, cursor=cursor or None)
    with service.database.read() as session:
        lines, next_cursor = _lines(session, staff, state, page)
        waiting = evidence.waiting(session, staff.issuer(session))
    return at_work(
        request,
        "staff/applications.html",
        staff,
        lines=lines,
        next_cursor=next_cursor,
        state=state,
        states=[*application_words.states(), ("all", _("All"))],
        words=application_words,
        evidence_waiting=len(waiting),
    )


@router.get("/list.{form}")
def applications_as_file(
    form: str, staff: Reviewer, service: TheService, state: str = ApplicationState.SUBMITTED
) -> Response:
    """The columns of the list as CSV or as a workbook."""
    if form not in {"csv", "xlsx"}:
        raise NotFound(queries.NOTHING_HERE)
    rows: list[Sequence[tables.Cell]] = []
    with service.database.read() as session:
        cursor: str | None = None
        while len(rows) < MOST_IN_A_FILE:
            lines, cursor = _lines(session, staff, state, PageQuery(limit=200, cursor=cursor))
            rows += [
                (each.learner.display_name, each.achievement, application_words.state_of(each.application.state).word,
                 each.application.created_at, each.application.decided_at)
                for each in lines
            ]  # fmt: skip
            if cursor is None:
                break
    table = Table("applications", _("Applications"), _columns(), rows, zone=staff.timezone)
    content = tables.csv_bytes(table) if form == "csv" else tables.xlsx_bytes(table)
    media_type = tables.CSV_TYPE if form == "csv" else tables.XLSX_TYPE
    headers = {"Content-Disposition": f'attachment; filename="applications.{form}"', "Cache-Control": "no-store"}
    return Response(content, headers=headers | {"Content-Type": media_type})


@router.get("/evidence")
def list_evidence(request: Request, staff: Reviewer, service: TheService) -> Response:
    """What holders added to their badges and ask the issuer to sign."""
    return _evidence_page(request, staff, service)


@router.post("/evidence/{evidence_id}")
def decide_evidence(evidence_id: str, request: Request, form: Sent, staff: Reviewer, service: TheService) -> Response:
    """Sign it, which signs the badge anew, or leave it with the holder, and say why."""
    if not is_id(evidence_id):
        raise NotFound(queries.NOTHING_HERE)
    try:
        with service.database.write() as session:
            issuer = staff.issuer(session)
            if form.text("act") == "sign":
                evidence.sign(session, service.office, issuer, evidence_id, actor=staff.actor)
                said = _("The evidence is part of the badge now, which was signed anew.")
            else:
                reason = form.text("reason", most=2_000)
                if not reason:
                    raise InvalidInput("Say why; the holder reads it", pointer="/reason")
                evidence.refuse(session, issuer, evidence_id, reason=reason, actor=staff.actor)
                said = _("The evidence stays the holder’s own.")
    except NotFound:
        raise
    except ServiceError as error:
        return _evidence_page(request, staff, service, refused=error)
    return go(f"{staff.root}/awards/applications/evidence", said)


@router.get("/settings")
def choose_open(request: Request, staff: Reader, service: TheService) -> Response:
    """For which achievements one may apply."""
    with service.database.read() as session:
        found = [(one, facts) for one, facts, _by in switches.published(session, staff.issuer(session))]
    return at_work(request, "staff/applications_settings.html", staff, achievements=found)


@router.post("/settings")
def set_open(form: Sent, staff: Designer, service: TheService) -> Response:
    """Take applications for those that are ticked, and for no others."""
    ticked = set(form.many("open"))
    with service.database.write() as session:
        for achievement, _facts, _by in switches.published(session, staff.issuer(session)):
            if achievement.id in form.many("shown"):
                is_open = achievement.id in ticked
                switches.set_open(session, achievement, is_open=is_open, actor=staff.actor)
    return go(f"{staff.root}/awards/applications/settings", _("The choice was saved."))


@router.get("/{application_id}")
def one_application(application_id: str, request: Request, staff: Reviewer, service: TheService) -> Response:
    """One application: what it takes, what the applicant says and hands in, what happened, and the decision."""
    return _one(request, staff, service, application_id)


@router.get("/{application_id}/evidence/{evidence_id}")
def application_file(application_id: str, evidence_id: str, staff: Reviewer, service: TheService) -> Response:
    """A file that was handed in, as a download."""
    with service.database.read() as session:
        return as_download(papers.file_of(session, _find(session, staff, application_id), evidence_id))


@router.post("/{application_id}")
def decide(application_id: str, request: Request, form: Sent, staff: Reviewer, service: TheService) -> Response:
    """Ask for more, approve, or refuse; the applicant reads the reasons."""
    try:
        with service.database.write() as session:
            application = _find(session, staff, application_id)
            said = _decide(session, service, staff, application, form)
    except NotFound:
        raise
    except ServiceError as error:
        return _one(request, staff, service, application_id, refused=error, reason=form.text("reason"))
    return go(f"{staff.root}/awards/applications", said)


def _decide(session: Session, service: Service, staff: Staff, application: Application, form: Form) -> str:
    text, account_id = form.text("reason", most=deciding.LONGEST_REASON), staff.visitor.account_id
    match form.text("act"):
        case "approve":
            deciding.approve(session, service.office, application, reason=text, account_id=account_id)
            return _("The application was approved, and the badge awarded. The applicant gets a mail.")
        case "refuse":
            deciding.refuse(session, service.office, application, reason=text, account_id=account_id)
            return _("The application was not approved. The applicant gets a mail with your reasons.")
        case "ask":
            deciding.ask_for_more(session, service.office, application, text=text, account_id=account_id)
            return _("The applicant gets a mail with what you ask for.")
        case _other:
            raise InvalidInput("Choose what you decide", pointer="/act")


def _lines(session: Session, staff: Staff, state: str, page: PageQuery) -> tuple[list[queries.Line], str | None]:
    known = state if state in set(ApplicationState) else ApplicationState.SUBMITTED
    query = queries.of_issuer(staff.issuer_id, None if state == "all" else known)
    found = page_of(session, query, (Application.created_at, Application.id), page)
    ids = [each.id for each in found.rows]
    lines = {
        line.application.id: line for line in queries.read(session, queries.lines().where(Application.id.in_(ids)))
    }
    return [lines[each] for each in ids if each in lines], found.cursor


def _columns() -> tuple[Column, ...]:
    return (
        Column("applicant", _("Applicant"), is_personal=True),
        Column("achievement", _("Achievement")),
        Column("state", _("State")),
        Column("handed_in", _("Handed in"), Kind.MOMENT),
        Column("decided", _("Decided"), Kind.MOMENT),
    )


def _find(session: Session, staff: Staff, application_id: str) -> Application:
    if not is_id(application_id):
        raise NotFound(queries.NOTHING_HERE)
    return queries.by_id(session, application_id, issuer=staff.issuer(session))


def _one(
    request: Request,
    staff: Staff,
    service: Service,
    application_id: str,
    *,
    refused: ServiceError | None = None,
    reason: str = "",
) -> Response:
    with service.database.read() as session:
        application = _find(session, staff, application_id)
        line = queries.read(session, queries.lines().where(Application.id == application.id))[0]
        achievement = achievements.by_id(session, application.achievement_id)
        facts = achievement_facts.parse(achievements.current(session, achievement).facts)
        papers_of, history = papers.of(session, application), histories.of(session, application)
        is_own = deciding.is_own(session, application, staff.visitor.account_id)
    return at_work(
        request,
        "staff/applications_one.html",
        staff,
        refused=None if refused is None else refusal(refused),
        line=line,
        facts=facts,
        skills=skills_of(facts),
        evidence=papers_of,
        history=history,
        is_own=is_own,
        words=application_words,
        reason=reason,
    )


def _evidence_page(
    request: Request, staff: Staff, service: Service, *, refused: ServiceError | None = None
) -> Response:
    with service.database.read() as session:
        found: list[tuple[HolderEvidence, Award, AchievementFacts]] = [
            (each, award, achievement_facts.parse(awards.version_of(session, award).facts))
            for each, award in evidence.waiting(session, staff.issuer(session))
        ]
    said = None if refused is None else refusal(refused)
    return at_work(request, "staff/applications_evidence.html", staff, refused=said, found=found)
