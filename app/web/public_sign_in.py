"""The door at which one signs in: a link by mail, used up by a button and not by looking; sign out; the language."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from app.errors import InvalidInput, RateLimited
from app.issuing.accounts import LinkPurpose, Strength, links, passwords, people, sessions
from app.web import signed_in
from app.web.deps import TheRates, TheService
from app.web.forms import Sent
from app.web.inside import go, inside, refusal
from app.web.languages import LANGUAGES, current, remember
from app.web.languages import gettext as _
from app.web.signed_in import Perhaps, Person, safe_path

router = APIRouter(tags=["learner"], include_in_schema=False)


@router.get("/sign-in")
def ask_for_address(request: Request, perhaps: Perhaps, next: str = "") -> Response:  # noqa: A002 - the field's name
    """The page that asks for an address; whoever is signed in goes on."""
    if perhaps is not None:
        return go(safe_path(next))
    return inside(request, "account/sign_in.html", None, email="", next=safe_path(next))


@router.post("/sign-in")
def mail_a_link(request: Request, form: Sent, service: TheService, rates: TheRates) -> Response:
    """Mail a link, if somebody is known by the address; what is said is the same in any case (T35)."""
    rates.sign_in(request)
    email, next_path = form.text("email"), safe_path(form.text("next"))
    try:
        with service.database.write() as session:
            links.ask(session, service.office, email, next_path=next_path, language=current().tag)
    except (InvalidInput, RateLimited) as error:
        refused = refusal(error)
        return inside(request, "account/sign_in.html", None, refused=refused, email=email, next=next_path)
    return inside(request, "account/link_sent.html", None, email=email, minutes=links.MINUTES)


@router.get("/sign-in/{token}")
def look_at_link(token: str, request: Request, perhaps: Perhaps, service: TheService) -> Response:
    """The page with the button; changes nothing. 404 for no link of ours, 410 for one that is over."""
    with service.database.read() as session:
        link = links.by_token(session, token)
        account = None if link.account_id is None else people.by_id(session, link.account_id)
    if link.purpose == LinkPurpose.ADDRESS and (perhaps is None or perhaps.account_id != link.account_id):
        # Who has no password signs in by mail; who is signed in as somebody else has to sign out first.
        is_by_mail = perhaps is None and account is not None and account.password_hash is None
        door = "/sign-in" if is_by_mail else "/staff/sign-in"
        return RedirectResponse(f"{door}?next=/sign-in/{token}", HTTPStatus.SEE_OTHER)
    return inside(request, "account/link.html", perhaps, purpose=link.purpose)


@router.post("/sign-in/{token}")
def use_link(token: str, request: Request, form: Sent, perhaps: Perhaps, service: TheService) -> Response:
    """Use the link up: sign in, confirm the address, or set the new password."""
    with service.database.read() as session:
        link = links.by_token(session, token)
    match LinkPurpose(link.purpose):
        case LinkPurpose.SIGN_IN:
            with service.database.write() as session:
                account = links.sign_in(session, service.office, token)
                people.speak(session, account, current().tag, is_chosen=False)
                made = sessions.begin(session, account, Strength.LINK, browser=signed_in.browser_of(request))
            response = go(safe_path(link.next_path))
            signed_in.sign_in(response, service, made, Strength.LINK)
            return response
        case LinkPurpose.ADDRESS:
            account_id = perhaps.account_id if perhaps is not None else ""
            with service.database.write() as session:
                links.confirm_address(session, service.office, token, account_id=account_id)
            return go(safe_path(link.next_path), _("The address is confirmed; its badges are among yours now."))
        case LinkPurpose.PASSWORD:
            try:
                with service.database.write() as session:
                    links.set_password(session, service.office, token, form.text("password", most=1_000))
            except InvalidInput as error:
                purpose, shortest = link.purpose, passwords.SHORTEST
                return inside(
                    request, "account/link.html", perhaps, refused=refusal(error), purpose=purpose, shortest=shortest
                )
            return go("/staff/sign-in", _("The new password is set. Sign in with it."))


@router.post("/sign-out")
def sign_out(form: Sent, person: Person, service: TheService) -> Response:
    """End the session."""
    del form
    with service.database.write() as session:
        sessions.end(session, person.session.session_id)
    response = go("/", _("You are signed out."))
    signed_in.sign_out(response, service)
    return response


@router.get("/language")
def choose_language(to: str = "en", next: str = "/") -> Response:  # noqa: A002 - the field's name
    """Remember the language of the interface in this browser, and go back."""
    response = RedirectResponse(safe_path(next, otherwise="/"), HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})
    if to in LANGUAGES:
        remember(response, to)
    return response
