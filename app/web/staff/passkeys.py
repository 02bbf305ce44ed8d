"""Passkeys at the door of staff: sign in with one, or confirm with one that it is still the same person.

A script asks the browser for the passkey; whoever has none signs in with password and code.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from app.errors import NotAuthenticated, NotFound, ServiceError
from app.issuing.accounts import Account, Strength, passkeys, people, sessions
from app.issuing.accounts.passkeys import Begun, ChallengePurpose, RelyingParty
from app.web import signed_in
from app.web.deps import ThePasskeys, TheRates, TheService
from app.web.forms import Sent
from app.web.inside import go, inside, refusal
from app.web.signed_in import Colleague, safe_path
from app.web.staff.sign_in import START, confirm_page

router = APIRouter(prefix="/staff", tags=["staff"], include_in_schema=False)


def present(party: RelyingParty | None) -> RelyingParty:
    """Who we are to passkeys. Raises NotFound where browsers offer none."""
    if party is None:
        raise NotFound("There are no passkeys at this address")
    return party


def told(begun: Begun) -> Response:
    """The challenge for our script: its options as they are, and the token that comes back with the answer."""
    body = f'{{"token":"{begun.token}","options":{begun.options}}}'  # a token is letters, digits, - and _
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


@router.post("/sign-in/passkey/challenge", response_class=JSONResponse)
def challenge_to_sign_in(
    request: Request, form: Sent, service: TheService, party: ThePasskeys, rates: TheRates
) -> Response:
    """A challenge for whichever passkey the person has here."""
    del form
    rates.sign_in(request)
    with service.database.write() as session:
        return told(passkeys.begin_sign_in(session, present(party)))


@router.post("/sign-in/passkey")
def sign_in(request: Request, form: Sent, service: TheService, party: ThePasskeys, rates: TheRates) -> Response:
    """Sign in: a passkey that verified its user is as good as password and code together."""
    rates.sign_in(request)
    next_path = safe_path(form.text("next"), otherwise=START)
    try:
        with service.database.write() as session:
            challenge = passkeys.take(session, form.text("token"), ChallengePurpose.SIGN_IN)
        with service.database.write() as session:
            credential = form.text("credential", most=passkeys.LONGEST_CREDENTIAL)
            account = passkeys.sign_in(session, present(party), challenge=challenge, credential=credential)
            token = sessions.begin(session, account, Strength.TWO_FACTORS, browser=signed_in.browser_of(request))
    except NotAuthenticated as error:
        return inside(request, "account/staff_sign_in.html", None, refused=refusal(error), email="", next=next_path)
    response = go(next_path)
    signed_in.sign_in(response, service, token, Strength.TWO_FACTORS)
    return response


@router.post("/confirm/passkey/challenge", response_class=JSONResponse)
def challenge_to_confirm(form: Sent, person: Colleague, service: TheService, party: ThePasskeys) -> Response:
    """A challenge for one of the person's own passkeys."""
    del form
    with service.database.write() as session:
        account = people.by_id(session, person.account_id)
        return told(passkeys.begin_sign_in(session, present(party), account=account))


@router.post("/confirm/passkey")
def confirm(
    request: Request, *, form: Sent, person: Colleague, service: TheService, party: ThePasskeys, rates: TheRates
) -> Response:
    """It is still the same person: a dangerous act may follow."""
    rates.sign_in(request)
    next_path = safe_path(form.text("next"), otherwise=START)
    try:
        with service.database.write() as session:
            challenge = passkeys.take(
                session, form.text("token"), ChallengePurpose.CONFIRM, account_id=person.account_id
            )
        with service.database.write() as session:
            account: Account = people.by_id(session, person.account_id)
            credential = form.text("credential", most=passkeys.LONGEST_CREDENTIAL)
            passkeys.sign_in(session, present(party), challenge=challenge, credential=credential, account=account)
            sessions.confirm(session, person.session.session_id)
    except ServiceError as error:
        return confirm_page(request, service, person, next_path, refused=refusal(error))
    return go(next_path)
