"""The door to verification: hand in a badge in any form, get a report of checks, as a page or as JSON.

What is at an address of this service is read from the database. Nothing is fetched: other services' addresses are
answered with a sentence until there is a guarded way to call them.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from app import clock
from app.credentials.report import Report, Verdict
from app.errors import InvalidInput, NotFound, ServiceError, UnreadableCredential
from app.issuing import verification
from app.service import Service
from app.web import negotiation, problems, submissions
from app.web.deps import TheService
from app.web.negotiation import CREDENTIAL_JWT
from app.web.pages import page
from app.web.public_badges import form_of, stored, visible
from app.web.report_view import report_view, warnings_of
from app.web.submissions import Submission, TheSubmission

router = APIRouter(tags=["public"], include_in_schema=False)

NOT_HERE = (
    "This address belongs to another service, and only addresses of this one can be looked up for now. "
    "Download the badge there and hand in the file"
)
NO_BADGE_THERE = "There is no badge at this address, or its holder keeps it private. Ask the holder for the file"
NOTHING_HANDED_IN = "There is nothing to check yet: choose a file, or paste a badge or its address"


@router.get("/verify")
def verify_page(request: Request, service: TheService, badge: str | None = None) -> Response:
    """The page to hand in a badge; with `badge` (an address of this service) the answer at once.

    Whose it should be is asked by POST only: an e-mail address in ours would end up in logs and histories.
    """
    if badge is None:
        return _form(request, service, error=None, status=200)
    return verify(request, service, submissions.of_text(badge))


@router.post("/verify")
def verify(request: Request, service: TheService, submission: TheSubmission) -> Response:
    """The report: 200 for whatever could be read, good or not; 422 when there is no badge in it."""
    as_page = negotiation.wants_page(request.headers.get("accept"))
    try:
        report = _judge(service, submission)
    except ServiceError as error:
        if not as_page:
            raise
        return _form(request, service, error=error, status=problems.STATUS[type(error)], submission=submission)
    status = 422 if report.verdict is Verdict.UNREADABLE else 200
    if not as_page:
        return _as_json(report)
    view = report_view(service.office, report, recipient=submission.recipient, now=clock.now())
    return page(request, "report.html", status=status, indexed=False, negotiated=True, caching="no-store", report=view)


def _judge(service: Service, submission: Submission) -> Report:
    with service.database.read() as session:
        document = submission.document
        if submission.address is not None:
            award_id, form = _own_badge(service, submission.address)
            try:
                document = stored(session, visible(session, award_id), form)
            except NotFound as error:
                raise NotFound(NO_BADGE_THERE) from error
        if document is None:
            raise InvalidInput(NOTHING_HANDED_IN, pointer="/credential")
        return verification.judge(session, service.office, document, recipient=submission.recipient)


def _own_badge(service: Service, address: str) -> tuple[str, negotiation.Form]:
    """The award and the signed form that an address of this service names. Raises InvalidInput or NotFound."""
    if not verification.is_own_address(service.office, address):
        raise InvalidInput(NOT_HERE, pointer="/address")
    path = urlsplit(address).path.rstrip("/")
    if not path.startswith("/b/"):
        raise InvalidInput("This is an address of this service, but not of a badge", pointer="/address")
    try:
        award_id, chosen = form_of(path.removeprefix("/b/"), None)
    except NotFound as error:
        raise NotFound(NO_BADGE_THERE) from error
    # The picture carries the JSON form, and the page stands for it.
    return award_id, CREDENTIAL_JWT if chosen.form is CREDENTIAL_JWT else negotiation.CREDENTIAL_JSON


def _as_json(report: Report) -> Response:
    found: dict[str, Any] = {**report.to_dict(), "warnings": list(warnings_of(report))}
    if report.verdict is Verdict.UNREADABLE:
        raise UnreadableCredential(report.sentence, verdict=found["verdict"], checks=found["checks"])
    return JSONResponse(found, headers={"Cache-Control": "no-store", "Vary": "Accept"})


def _form(
    request: Request,
    service: Service,
    *,
    error: ServiceError | None,
    status: int,
    submission: Submission | None = None,
) -> Response:
    return page(
        request,
        "verify.html",
        status=status,
        negotiated=True,
        base_url=service.office.addresses.base_url,
        error=error.detail if error else None,
        address=submission.address if submission else None,
        recipient=submission.recipient if submission else None,
    )
