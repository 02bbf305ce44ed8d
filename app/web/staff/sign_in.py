"""The door of staff: password, then the code of an authenticator; a second factor is set up before anything else.

Passkeys are at the door of their own (`passkeys.py`), and so is an identity provider (`public_oidc.py`).
"""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import InvalidInput, NotAuthenticated, RateLimited, ServiceError
from app.issuing.accounts import (
    Account,
    Strength,
    identities,
    links,
    members,
    passwords,
    people,
    second_factors,
    sessions,
)
from app.projections import qr
from app.service import Service
from app.web import signed_in
from app.web.deps import TheRates, TheService
from app.web.forms import Sent
from app.web.inside import Refusal, ask_first, go, inside, refusal
from app.web.languages import current
from app.web.languages import gettext as _
from app.web.signed_in import Person, Visitor, safe_path

router = APIRouter(prefix="/staff", tags=["staff"], include_in_schema=False)

START = "/staff"


@router.get("/sign-in")
def ask_for_password(request: Request, next: str = "") -> Response:  # noqa: A002 - the field's name
    """The page that asks for address and password."""
    return inside(request, "account/staff_sign_in.html", None, email="", next=safe_path(next, otherwise=START))


@router.post("/sign-in")
def take_password(request: Request, form: Sent, service: TheService, rates: TheRates) -> Response:
    """Check the password, and go on to the code where one is asked for. The same answer for whoever is unknown."""
    rates.sign_in(request)
    email, next_path = form.text("email"), safe_path(form.text("next"), otherwise=START)
    try:
        account = _by_password(service, email, form.text("password", most=1_000))
    except (NotAuthenticated, RateLimited, InvalidInput) as error:
        return inside(request, "account/staff_sign_in.html", None, refused=refusal(error), email=email, next=next_path)
    with service.database.write() as session:
        token = sessions.begin(session, account, Strength.PASSWORD, browser=signed_in.browser_of(request))
        has_second_factor = second_factors.has_one(session, account)
    response = go(f"/staff/sign-in/code?next={quote(next_path, safe='')}" if has_second_factor else next_path)
    signed_in.sign_in(response, service, token, Strength.PASSWORD)
    return response


@router.get("/sign-in/code")
def ask_for_code(
    request: Request,
    person: Person,
    service: TheService,
    next: str = "",  # noqa: A002 - the field's name
) -> Response:
    """The page that asks for the code, or for a passkey."""
    return _code(request, service, person, safe_path(next, otherwise=START))


@router.post("/sign-in/code")
def take_code(request: Request, form: Sent, person: Person, service: TheService, rates: TheRates) -> Response:
    """Check the code, or one of those on paper; a new session takes the place of the weaker one (T32)."""
    rates.sign_in(request)
    next_path = safe_path(form.text("next"), otherwise=START)
    if person.session.strength < Strength.PASSWORD:
        return go(f"/staff/sign-in?next={quote(next_path, safe='')}")
    refused = _wrong_code(service, person, form.text("code", most=100))
    if refused is not None:
        return _code(request, service, person, next_path, refused=refused)
    return stronger(request, service, person, next_path)


@router.get("/confirm")
def ask_again(
    request: Request,
    person: Person,
    service: TheService,
    next: str = "",  # noqa: A002 - the field's name
) -> Response:
    """The page that asks who it is before something that cannot be taken back."""
    return confirm_page(request, service, person, safe_path(next, otherwise=START))


@router.post("/confirm")
def take_again(request: Request, form: Sent, person: Person, service: TheService, rates: TheRates) -> Response:
    """Check the password once more."""
    rates.sign_in(request)
    next_path = safe_path(form.text("next"), otherwise=START)
    with service.database.read() as session:
        account = people.by_id(session, person.account_id)
    try:
        check_password(service, account, form.text("password", most=1_000))
    except (NotAuthenticated, RateLimited) as error:
        return confirm_page(request, service, person, next_path, refused=refusal(error))
    with service.database.write() as session:
        sessions.confirm(session, person.session.session_id)
    return go(next_path)


@router.get("/second-factor")
def offer_second_factor(request: Request, person: Person, next: str = "") -> Response:  # noqa: A002 - the field's name
    """The page with the QR code for an authenticator. The secret is a fresh one each time, until one is confirmed."""
    return _second_factor(request, person, passwords.new_totp(), safe_path(next, otherwise=START))


@router.post("/second-factor")
def take_second_factor(request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Ask for codes from now on, once one was shown. One that is there already is replaced by its owner alone."""
    next_path, secret = safe_path(form.text("next"), otherwise=START), form.text("secret", most=64)
    if person.session.strength < Strength.PASSWORD:
        return go(f"/staff/sign-in?next={quote(next_path, safe='')}")
    try:
        with service.database.write() as session:
            account = people.by_id(session, person.account_id)
            has_one = second_factors.has_one(session, account)
            if has_one and person.session.strength < Strength.TWO_FACTORS:
                return go(f"/staff/sign-in/code?next={quote(next_path, safe='')}")
            if has_one and (unsure := ask_first(person, f"/staff/second-factor?next={quote(next_path)}")) is not None:
                return unsure
            passwords.set_totp(session, service.office, account, secret, form.text("code"))
            members.note(session, account.id, "member.authenticator-set", actor=person.actor)
    except ServiceError as error:
        shown = secret if passwords.is_totp(secret) else passwords.new_totp()
        return _second_factor(request, person, shown, next_path, refused=refusal(error))
    sentence = _("The second factor is set up. For the day the phone is lost, make recovery codes under “My account”.")
    return stronger(request, service, person, next_path, sentence)


@router.get("/forgotten")
def ask_for_reset(request: Request) -> Response:
    """The page that asks whose password was forgotten."""
    return inside(request, "account/forgotten.html", None, email="")


@router.post("/forgotten")
def mail_reset(request: Request, form: Sent, service: TheService, rates: TheRates) -> Response:
    """Mail a link that sets a new password; what is said is the same whether or not there is such an account."""
    rates.sign_in(request)
    email = form.text("email")
    try:
        with service.database.write() as session:
            links.ask_for_password(session, service.office, email, language=current().tag)
    except (InvalidInput, RateLimited) as error:
        return inside(request, "account/forgotten.html", None, refused=refusal(error), email=email)
    return inside(request, "account/link_sent.html", None, email=email, minutes=links.MINUTES)


def _by_password(service: Service, email: str, password: str) -> Account:
    with service.database.read() as session:
        account = people.by_address(session, email)
    if account is None:
        passwords.matches(None, password)
        raise NotAuthenticated(passwords.WRONG)
    check_password(service, account, password)
    return account


def check_password(service: Service, account: Account, password: str) -> None:
    """Check a password, outside of a transaction: the hash takes its time on purpose. Raises NotAuthenticated."""
    passwords.refuse_locked(account)
    if passwords.matches(account, password):
        return
    with service.database.write() as session:
        passwords.note_wrong(session, people.by_id(session, account.id))
    raise NotAuthenticated(passwords.WRONG)


def _wrong_code(service: Service, person: Visitor, code: str) -> Refusal | None:
    try:
        with service.database.write() as session:
            account = people.by_id(session, person.account_id)
            passwords.refuse_locked(account)
            if second_factors.is_code(code):
                if second_factors.accepts_code(session, service.office, account, code):
                    members.note(session, account.id, "member.recovery-code-used", actor=person.actor)
                    return None
            elif passwords.accepts(session, service.office, account, code):
                return None
            passwords.note_wrong(session, account)
    except RateLimited as error:
        return refusal(error)
    return refusal(NotAuthenticated(passwords.WRONG))


def stronger(request: Request, service: Service, person: Visitor, next_path: str, sentence: str = "") -> Response:
    """Go on with a session of two factors, in the place of the weaker one (T32)."""
    with service.database.write() as session:
        sessions.end(session, person.session.session_id)
        account = people.by_id(session, person.account_id)
        token = sessions.begin(session, account, Strength.TWO_FACTORS, browser=signed_in.browser_of(request))
    response = go(next_path, sentence)
    signed_in.sign_in(response, service, token, Strength.TWO_FACTORS)
    return response


def confirm_page(
    request: Request, service: Service, person: Visitor, next_path: str, *, refused: Refusal | None = None
) -> Response:
    """The page that asks whether it is still the same person, in each way that this account has."""
    with service.database.read() as session:
        account = people.by_id(session, person.account_id)
        has_passkeys = second_factors.of_account(session, account).passkeys > 0
        is_linked = any(each.is_for_staff for each in identities.of_account(session, account))
    return inside(
        request,
        "account/confirm.html",
        person,
        refused=refused,
        next=next_path,
        has_password=account.password_hash is not None,
        has_passkeys=has_passkeys,
        is_linked=is_linked,
    )


def _code(
    request: Request, service: Service, person: Visitor, next_path: str, *, refused: Refusal | None = None
) -> Response:
    with service.database.read() as session:
        factors = second_factors.of_account(session, people.by_id(session, person.account_id))
    return inside(request, "account/code.html", person, refused=refused, next=next_path, factors=factors)


def _second_factor(
    request: Request, person: Visitor, secret: str, next_path: str, *, refused: Refusal | None = None
) -> Response:
    address = passwords.totp_address(secret, name="staff")
    return inside(
        request,
        "account/second_factor.html",
        person,
        refused=refused,
        secret=secret,
        rows=qr.squares(address),
        next=next_path,
    )
