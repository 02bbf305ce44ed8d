"""Pages for somebody who is signed in: never stored, never indexed, with the token that their forms carry.

What was just done is said once, on the next page: a cookie carries the sentence there.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from app.errors import InvalidInput, ServiceError
from app.web.deps import passkey_party_of, provider_of, service_of
from app.web.pages import page
from app.web.problems import STATUS
from app.web.signed_in import Staff, Visitor, cookie_name, csrf_of
from app.web.told import told

SAID = "said"
LONGEST_SENTENCE = 500
SAID_FOR_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a form was not taken: a sentence, and the name of the field it is about ("" = the form as a whole)."""

    sentence: str
    field: str
    status: int


@dataclass(frozen=True, slots=True)
class Ways:
    """How one can sign in here beside passwords and mailed links. `provider` None = no identity provider is set up."""

    provider: str | None
    passkeys: bool


def refusal(error: ServiceError) -> Refusal:
    """The refusal that an error is to whoever sent the form; pointers name fields."""
    field = str(error.facts.get("pointer", "")).strip("/").partition("/")[0] if isinstance(error, InvalidInput) else ""
    return Refusal(told(error.detail), field, STATUS[type(error)])


def inside(
    request: Request,
    template: str,
    visitor: Visitor | None,
    *,
    staff: Staff | None = None,
    refused: Refusal | None = None,
    status: int = HTTPStatus.OK,
    **shown: Any,
) -> Response:
    """A page for this visitor. `refused` is what was wrong with the form; its status is the page's."""
    said = _sentence(request)
    response = page(
        request,
        template,
        status=int(refused.status if refused else status),
        indexed=False,
        caching="no-store",
        who=visitor,
        staff=staff,
        csrf=visitor.csrf if visitor else _csrf_of_cookie(request),
        sign_in_ways=_ways(request),
        refused=refused,
        said=said,
        **shown,
    )
    if said:
        response.delete_cookie(SAID, path="/")
    return response


def at_work(
    request: Request,
    template: str,
    staff: Staff,
    *,
    refused: Refusal | None = None,
    status: int = HTTPStatus.OK,
    **shown: Any,
) -> Response:
    """A page for a member of staff; `staff` and everything of `inside` is there for the template."""
    return inside(request, template, staff.visitor, staff=staff, refused=refused, status=status, **shown)


def go(path: str, sentence: str = "") -> Response:
    """Go on to a page of ours after a form was taken, and say there what was done."""
    response = RedirectResponse(path, HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})
    if sentence:
        value = quote(sentence[:LONGEST_SENTENCE], safe="")
        response.set_cookie(SAID, value, max_age=SAID_FOR_SECONDS, path="/", httponly=True, samesite="lax")
    return response


def ask_first(visitor: Visitor, path: str) -> Response | None:
    """Where one shows who one is before a dangerous act, and comes back from; None for who did so a moment ago."""
    return None if visitor.is_sure else go(f"/staff/confirm?next={quote(path, safe='')}")


def _csrf_of_cookie(request: Request) -> str:
    """What a form carries in a browser whose session is over, or too weak for this page: it still sends its cookie."""
    token = request.cookies.get(cookie_name(service_of(request)))
    return csrf_of(token) if token else ""


def _ways(request: Request) -> Ways:
    provider = provider_of(request)
    return Ways(provider.name if provider else None, passkey_party_of(request) is not None)


def _sentence(request: Request) -> str:
    return unquote(request.cookies.get(SAID, ""))[:LONGEST_SENTENCE]
