"""Errors in our words become RFC 9457 problems here, and nowhere else."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from app import errors
from app.credentials.jsonld import UnsafeDocument
from app.errors import ServiceError
from app.issuing import achievement_facts
from app.web import connect_problems, fhir_problems, html_problems
from app.web.access_log import UNFINISHED
from app.web.deps import service_of
from app.web.headers import PROTECTION

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"
MOST_PROBLEMS = 50  # a body with thousands of unknown members does not make an answer of megabytes
RETRY_AFTER_SECONDS = 30  # of a 503 that says nothing else

STATUS: dict[type[ServiceError], int] = {
    errors.UnsafeConfiguration: 500,
    errors.InvalidInput: 422,
    errors.InvalidSearch: 400,
    errors.MalformedJson: 400,
    errors.TooLarge: 413,
    errors.UnsupportedMediaType: 415,
    errors.UnreadableImage: 422,
    errors.UnreadableCredential: 422,
    errors.CredentialRefused: 400,
    errors.NotKept: 422,
    errors.NotFound: 404,
    errors.Gone: 410,
    errors.NotAuthenticated: 401,
    errors.KeyInAddress: 400,
    errors.NotSignedIn: 401,
    errors.SignInRefused: 403,
    errors.NotOurForm: 403,
    errors.NotAllowed: 403,
    errors.NotAcceptable: 406,
    errors.RateLimited: 429,
    errors.DeliveryNotAuthentic: 401,
    errors.DeliveryConflict: 409,
    errors.DeliveryUnreadable: 400,
    errors.ProtocolBroken: 400,
    errors.SourceDisabled: 410,
    errors.LaunchRefused: 403,
    errors.IdempotencyConflict: 422,
    errors.NotPublishable: 409,
    errors.NotPublished: 409,
    errors.AwardedByPathway: 409,
    errors.EntryNotMet: 409,
    errors.AlreadyExists: 409,
    errors.AlreadyAwarded: 409,
    errors.AlreadyRevoked: 409,
    errors.NotSuspended: 409,
    errors.AlreadySuspended: 409,
    errors.AlreadySuperseded: 409,
    errors.AlreadyDecided: 409,
    errors.LearnerUnclear: 409,
    errors.LearnerErased: 409,
    errors.NotAPerson: 422,
    errors.MergeNotUndoable: 409,
    errors.LintFailed: 422,
    errors.SelfVerificationFailed: 500,
    errors.NoSigningKey: 503,
    errors.KeyUnavailable: 503,
    errors.WrongKeyState: 409,
    errors.WrongImportState: 409,
    errors.WrongState: 409,
    errors.WouldAward: 500,
    errors.WrongEndpointState: 409,
    errors.StatusListFull: 503,
    errors.StatusListRegression: 500,
    errors.Busy: 503,
    errors.StartedBeforeMove: 503,
    errors.SchemaUnknown: 503,
    errors.ExportFailed: 500,
    errors.FetchFailed: 502,
    errors.PlatformRefused: 502,
    errors.Throttled: 502,
    errors.MailRefused: 502,
    UnsafeDocument: 422,
}


def register(app: FastAPI) -> None:
    """Answer every error of this application as a problem."""
    app.add_exception_handler(ServiceError, _service_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(ClientDisconnect, _left)
    app.add_exception_handler(Exception, _unexpected)


def problem(request: Request, error: ServiceError) -> Response:
    """The problem document of an error raised on purpose."""
    status = STATUS[type(error)]
    document: dict[str, Any] = {
        "type": service_of(request).office.addresses.problem(error.slug),
        "title": error.title,
        "status": status,
        "detail": error.detail,
        **error.facts,
    }
    headers = {}
    retry_after = error.facts.get("retry_after_seconds")
    if retry_after or status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(retry_after or RETRY_AFTER_SECONDS)
    if status == HTTPStatus.UNAUTHORIZED and not isinstance(error, errors.NotSignedIn):
        headers["WWW-Authenticate"] = "Bearer"
    return _answer(request, document, headers)


def _service_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceError)  # noqa: S101 - registered for this class only
    if STATUS[type(error)] >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("service error", slug=error.slug, detail=error.detail)
    if isinstance(error, errors.NotSignedIn) and html_problems.wanted(request):
        # A browser goes and signs in; 303, so that a form that was sent too late is not sent again there.
        return RedirectResponse(error.facts["sign_in"], HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})
    return problem(request, error)


def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    problems = [
        {
            "pointer": achievement_facts.pointer_of(item["loc"][1:]),
            "in": str(item["loc"][0]),
            "sentence": item["msg"],
        }
        for item in error.errors()[:MOST_PROBLEMS]
    ]
    first = problems[0]
    detail = f"{first['in']} {first['pointer']}: {first['sentence']}"
    return problem(request, errors.InvalidInput(detail, problems=problems))


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    if error.status_code == HTTPStatus.NOT_FOUND:
        return problem(request, errors.NotFound("There is nothing at this address"))
    document = {"type": "about:blank", "title": HTTPStatus(error.status_code).phrase, "status": error.status_code}
    if error.detail and error.detail != document["title"]:
        document["detail"] = error.detail
    return _answer(request, document, dict(error.headers or {}))


def _left(_request: Request, _error: Exception) -> Response:
    """Nobody is there to read an answer; that somebody hung up in the middle of a body is no fault of ours."""
    return Response(status_code=UNFINISHED)


def _unexpected(request: Request, error: Exception) -> Response:
    log.error("unexpected error", exc_info=error)
    document = {"type": "about:blank", "title": "Internal Server Error", "status": 500}
    # The framework sends this answer from outside of the middleware that adds these headers to all others.
    return _answer(request, document, dict(PROTECTION))


def _answer(request: Request, document: dict[str, Any], headers: dict[str, str]) -> Response:
    """The problem as FHIR has it, as a page when a person asks with a browser, else as a document; the same status."""
    if fhir_problems.wanted(request.url.path):
        return fhir_problems.answer(document, headers)
    if (said := connect_problems.body(request.url.path, document)) is not None:
        return connect_problems.answer(said, document, headers)
    if html_problems.wanted(request):
        return html_problems.answer(request, document, headers)
    headers = {"Cache-Control": "no-store", "Vary": "Accept"} | headers
    return JSONResponse(document, status_code=document["status"], media_type=MEDIA_TYPE, headers=headers)
