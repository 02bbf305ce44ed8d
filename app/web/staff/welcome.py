"""The page of an invitation: become a member with a new account or the one that is signed in; the first sets up."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.errors import ServiceError
from app.issuing import issuers, signing_keys, status_lists
from app.issuing.accounts import Account, Strength, invitations, people, sessions
from app.issuing.issuers import Issuer
from app.service import Service
from app.web import signed_in
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import go, inside, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Perhaps, Visitor

router = APIRouter(prefix="/staff/welcome", tags=["staff"], include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Welcome:
    """What the page shows. `issuer_name` None = an issuer is set up here; `email` None = it is still to be said."""

    issuer_name: str | None
    role: str
    email: str | None
    is_signed_in: bool
    token: str


@router.get("/{token}")
def welcome(token: str, request: Request, perhaps: Perhaps, service: TheService) -> Response:
    """The page. 404 for no invitation of ours, 410 for one that is over."""
    shown = _welcome(service, token, perhaps)
    return inside(request, "account/welcome.html", perhaps, welcome=shown, given={})


@router.post("/{token}")
def join(token: str, request: Request, form: Sent, perhaps: Perhaps, service: TheService) -> Response:
    """Become a member, and with the first invitation the owner of a new issuer with keys of its own."""
    account = _signed_in_account(service, perhaps)
    try:
        with service.database.write() as session:
            if account is None:
                name, password = form.text("name", most=200), form.text("password", most=1_000)
                email = form.optional("email", most=320)
                account = invitations.new_account(
                    session, service.office, token, name=name, email=email, password=password
                )
                session.flush()
            invitation = invitations.by_token(session, token)
            issuer = invitations.issuer_of(session, invitation) or _set_up(session, service, form, account)
            invitations.accept(session, service.office, token, account, issuer)
            if perhaps is None or not _is_staff(perhaps):
                made = sessions.begin(session, account, Strength.PASSWORD, browser=signed_in.browser_of(request))
            else:
                made = None
    except ServiceError as error:
        shown = _welcome(service, token, perhaps)
        given = {name: values[-1] for name, values in form.fields.items() if name != "password"}
        return inside(request, "account/welcome.html", perhaps, refused=refusal(error), welcome=shown, given=given)
    response = go(f"/staff/{issuer.slug}", _("Welcome. This is where you work with badges."))
    if made is not None:
        signed_in.sign_in(response, service, made, Strength.PASSWORD)
    return response


def _welcome(service: Service, token: str, perhaps: Visitor | None) -> Welcome:
    with service.database.read() as session:
        invitation = invitations.by_token(session, token)
        issuer = invitations.issuer_of(session, invitation)
        email = invitations.email_of(service.office, invitation)
        account = _account_of(session, perhaps)
    is_in = account is not None
    return Welcome(None if issuer is None else issuer.name, invitation.role, email, is_in, token)


def _signed_in_account(service: Service, perhaps: Visitor | None) -> Account | None:
    with service.database.read() as session:
        return _account_of(session, perhaps)


def _account_of(session: Session, perhaps: Visitor | None) -> Account | None:
    """The account of whoever is signed in as staff may; a mailed link alone is too weak to become a member with."""
    if perhaps is None or not _is_staff(perhaps):
        return None
    return people.by_id(session, perhaps.account_id)


def _is_staff(visitor: Visitor) -> bool:
    return visitor.session.strength >= Strength.PASSWORD


def _set_up(session: Session, service: Service, form: Form, account: Account) -> Issuer:
    """A new issuer, with keys and lists, so that it can award at once."""
    actor = f"account:{account.id}"
    issuer = issuers.create(
        session,
        slug=form.text("slug", most=80).lower(),
        name=form.text("issuer_name", most=200),
        url=form.text("url", most=500),
        email=form.optional("issuer_email", most=320),
        timezone=form.text("timezone", most=60) or "UTC",
        actor=actor,
    )
    signing_keys.rotate(session, service.office, issuer, actor=actor)
    status_lists.open_lists(session, service.office, issuer)
    return issuer
