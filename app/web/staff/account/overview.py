"""The page of one's own account, with everything that can be changed there."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.issuing.accounts import identities, members, passkeys, people, second_factors, sessions
from app.service import Service
from app.web.deps import TheService
from app.web.inside import Refusal, inside
from app.web.signed_in import Colleague, Visitor
from app.web.staff.settings import words

router = APIRouter()

PATH = "/staff/account"


@router.get("")
def my_account(request: Request, person: Colleague, service: TheService) -> Response:
    """How I sign in, and where I am signed in."""
    return account_page(request, service, person)


def account_page(
    request: Request,
    service: Service,
    person: Visitor,
    *,
    refused: Refusal | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    """The page, with what was wrong with a form of it."""
    with service.database.read() as session:
        account = people.by_id(session, person.account_id)
        factors = second_factors.of_account(session, account)
        is_required = service.settings.staff_second_factor == "required"
        return inside(
            request,
            "account/staff_account.html",
            person,
            refused=refused,
            status=status,
            account=account,
            addresses=people.addresses_of(session, account.id),
            mine=members.issuers_of(session, account.id),
            role_words=words.role_names(),
            factors=factors,
            may_drop_authenticator=not is_required or factors.passkeys > 0,
            passkeys=passkeys.of_account(session, account),
            identities=identities.of_account(session, account),
            browsers=sessions.of_account(session, account.id),
            this_browser=person.session.session_id,
        )
