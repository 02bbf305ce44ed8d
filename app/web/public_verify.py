"""The door to verification: hand in a badge in any form, get a report of checks, as a page or as JSON.

What is at an address of this service is read from the database; what is at another is fetched through the guard.
Whatever may be a stranger's is judged in a lane of its own, so that nobody who issues has to wait for it.
"""

from __future__ import annotations

from functools import partial
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response

from app import clock
from app.credentials.report import Report, Verdict
from app.errors import Busy, InvalidInput, NotFound, RateLimited, ServiceError, UnreadableCredential
from app.issuing import endorsements, received_endorsements, verification
from app.judging.desk import Desk
from app.service import Service
from app.web import counting, negotiation, problems, submissions
from app.web.deps import JudgingLane, TheDesk, TheService, rates_of
from app.web.headers import PROTECTION
from app.web.languages import marked
from app.web.negotiation import CREDENTIAL_JWT
from app.web.pages import page
from app.web.public_badges import form_of, stored, visible
from app.web.report_view import report_view, zone_of
from app.web.representations import is_id
from app.web.submissions import Submission, TheSubmission
from app.web.told import left_english, told

router = APIRouter(tags=["public"], include_in_schema=False)

NO_BADGE_THERE = marked(
    "There is no badge at this address, or its holder keeps it private. Ask the holder for the file"
)

# This page alone may ask for the camera, to scan the QR code of a badge.
WITH_CAMERA = PROTECTION["Permissions-Policy"].replace("camera=()", "camera=(self)")
NOTHING_HANDED_IN = marked("There is nothing to check yet: choose a file, or paste a badge or its address")
NOT_OF_A_BADGE = marked("This is an address of this service, but not of a badge")


@router.get("/verify")
async def verify_page(
    request: Request, service: TheService, desk: TheDesk, lane: JudgingLane, badge: str | None = None
) -> Response:
    """The page to hand in a badge; with `badge` (the address of one) the answer at once.

    Whose it should be is asked by POST only: an e-mail address in ours would end up in logs and histories.
    """
    if badge is None:
        return _form(request, service, error=None, status=200)
    return await verify(request, service, desk, lane, submissions.of_text(badge))


@router.post("/verify")
async def verify(
    request: Request, service: TheService, desk: TheDesk, lane: JudgingLane, submission: TheSubmission
) -> Response:
    """The report: 200 for whatever could be read, good or not; 422 when there is no badge in it; 429 and 503."""
    address = submission.address
    answer = partial(_answer, request, service, desk, submission)
    try:
        if address is not None and verification.is_own_address(service.office, address):
            return await run_in_threadpool(answer)
        rates_of(request).look_up(request)
        return await lane.run(answer)
    except (Busy, RateLimited) as error:
        if not negotiation.wants_page(request.headers.get("accept")):
            raise
        status = problems.STATUS[type(error)]
        response = _form(request, service, error=error, status=status, submission=submission)
        response.headers["Retry-After"] = str(error.facts["retry_after_seconds"])
        return response


def _answer(request: Request, service: Service, desk: Desk, submission: Submission) -> Response:
    as_page = negotiation.wants_page(request.headers.get("accept"))
    try:
        report = _judge(service, desk, submission)
        if submission.recipient is not None and report.credential is not None:
            rates_of(request).guess(request, report.credential.credential_id)
    except ServiceError as error:
        if not as_page or isinstance(error, Busy | RateLimited):
            raise
        return _form(request, service, error=error, status=problems.STATUS[type(error)], submission=submission)
    counting.note_check(request, report)
    status = 422 if report.verdict is Verdict.UNREADABLE else 200
    if not as_page:
        return _as_json(report)
    zone = _zone_of(service, report)
    view = report_view(service.office, report, recipient=submission.recipient, zone=zone, now=clock.now())
    return page(request, "report.html", status=status, indexed=False, negotiated=True, caching="no-store", report=view)


def _judge(service: Service, desk: Desk, submission: Submission) -> Report:
    document, address = submission.document, submission.address
    if address is not None:
        if not verification.is_own_address(service.office, address):
            return desk.judge_address(address, recipient=submission.recipient)
        if verification.HOSTED.fullmatch(urlsplit(address).path):
            return desk.judge_hosted(address, recipient=submission.recipient)
        document = _own_badge(service, address)
    if document is None:
        raise InvalidInput(NOTHING_HANDED_IN, pointer="/credential")
    return desk.judge(document, recipient=submission.recipient)


def _zone_of(service: Service, report: Report) -> ZoneInfo:
    with service.database.read() as session:
        return zone_of(session, service.office, report)


def _own_badge(service: Service, address: str) -> bytes:
    """The signed bytes that an address of this service stands for. Raises InvalidInput or NotFound."""
    path = urlsplit(address).path.rstrip("/")
    if path.startswith("/endorsements/"):
        return _own_endorsement(service, path.removeprefix("/endorsements/"))
    if not path.startswith("/b/"):
        raise InvalidInput(NOT_OF_A_BADGE, pointer="/address")
    try:
        award_id, chosen = form_of(path.removeprefix("/b/"), None)
        # The picture carries the JSON form, and the page stands for it.
        form = CREDENTIAL_JWT if chosen.form is CREDENTIAL_JWT else negotiation.CREDENTIAL_JSON
        with service.database.read() as session:
            return stored(session, visible(session, award_id), form)
    except NotFound as error:
        raise NotFound(NO_BADGE_THERE) from error


def _own_endorsement(service: Service, name: str) -> bytes:
    """The signed bytes of an endorsement of this service, by the end of its address. Raises NotFound, Gone."""
    endorsement_id, __, suffix = name.partition(".")
    if not is_id(endorsement_id):
        raise NotFound(NO_BADGE_THERE)
    with service.database.read() as session:
        received = received_endorsements.shown_by_id(session, endorsement_id)
        if received is not None:
            return received.document
        found = endorsements.signed_by_id(session, endorsement_id)
        return found.jwt if suffix == "jwt" else found.json


def _as_json(report: Report) -> Response:
    found = report.to_dict()
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
    detail = error.detail if error else ""
    said = told(detail)
    response = page(
        request,
        "verify.html",
        status=status,
        negotiated=True,
        base_url=service.office.addresses.base_url,
        error=said,
        error_language=left_english(detail) or None,
        address=submission.address if submission else None,
        recipient=submission.recipient if submission else None,
    )
    response.headers["Permissions-Policy"] = WITH_CAMERA
    return response
