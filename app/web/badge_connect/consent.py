"""The holder's answer to a program that wants in: who asks, by the host that cannot be made up, and for what."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import InvalidInput, NotFound
from app.issuing.accounts import people
from app.issuing.badge_connect import ConnectClient, ConnectQuestion, clients, grants, scopes
from app.service import Service
from app.web.badge_connect.authorization_server import Asked, OAuth2Error, Server
from app.web.badge_connect.oauth import PATH, secure_url
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.headers import CONTENT_SECURITY_POLICY
from app.web.inside import inside
from app.web.representations import is_id
from app.web.signed_in import Person

router = APIRouter(prefix="/me/apps", tags=["learner"], include_in_schema=False)


@router.get("/{question_id}")
def look(request: Request, question_id: str, person: Person, service: TheService) -> Response:
    """The page that asks."""
    with service.database.read() as session:
        question = grants.question(session, _checked(question_id))
        client = _client(clients.find(session, question.client_id))
    pairs = dict(_pairs(question))
    response = inside(
        request,
        "learner/app.html",
        person,
        status=HTTPStatus.OK,
        client=client,
        may=[str(each) for each in scopes.allowed(pairs.get("scope", ""))],
    )
    # Browsers hold a form's redirect against this policy too: the answer goes to the host that asked.
    parts = urlsplit(pairs.get("redirect_uri", ""))
    origin = f"{parts.scheme}://{parts.netloc}"
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.replace(
        "form-action 'self'", f"form-action 'self' {origin}"
    )
    return response


@router.post("/{question_id}")
def answer(question_id: str, form: Sent, person: Person, service: TheService) -> Response:
    """Take the answer, once, and lead the browser back to whoever asked."""
    agrees = {"agree": True, "decline": False}.get(form.text("answer"))
    if agrees is None:
        raise InvalidInput("Say whether you let it in", pointer="/answer")
    with service.database.write() as session:
        question = grants.take(session, _checked(question_id))
        account = people.by_id(session, person.account_id) if agrees else None
        try:
            return Server(session).answer(_asked(service, question), account)
        except OAuth2Error as error:  # pragma: no cover - it was looked at when it came
            raise NotFound(grants.OVER) from error


def _asked(service: Service, question: ConnectQuestion) -> Asked:
    return Asked("GET", secure_url(service, f"{PATH}/authorize"), _pairs(question))


def _pairs(question: ConnectQuestion) -> list[tuple[str, str]]:
    return [(str(name), str(value)) for name, value in question.asked["pairs"]]


def _client(found: ConnectClient | None) -> ConnectClient:
    if found is None:  # pragma: no cover - a question names one that is there
        raise NotFound(grants.OVER)
    return found


def _checked(question_id: str) -> str:
    if not is_id(question_id):
        raise NotFound(grants.OVER)
    return question_id
