"""Change my password: the old one is asked for, and every other browser is signed out."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import InvalidInput, NotAuthenticated, RateLimited
from app.issuing.accounts import members, passwords, people
from app.web.deps import TheRates, TheService
from app.web.forms import Sent
from app.web.inside import Refusal, go, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Colleague
from app.web.staff.account.overview import PATH, account_page
from app.web.staff.sign_in import check_password

router = APIRouter()


@router.post("/password")
def change_password(request: Request, form: Sent, person: Colleague, service: TheService, rates: TheRates) -> Response:
    """Set a new password; who has none yet shows in another way who they are."""
    rates.sign_in(request)
    with service.database.read() as session:
        account = people.by_id(session, person.account_id)
    try:
        if account.password_hash is not None:
            check_password(service, account, form.text("old_password", most=1_000))
        elif not person.is_sure:
            return go(f"/staff/confirm?next={PATH}")
        with service.database.write() as session:
            kept = person.session.session_id
            account = people.by_id(session, person.account_id)
            passwords.set_password(session, account, form.text("password", most=1_000), keep_session=kept)
            members.note(session, account.id, "member.password-changed", actor=person.actor)
    except NotAuthenticated:
        wrong = Refusal(_("The old password is not right"), "old_password", 401)
        return account_page(request, service, person, refused=wrong)
    except (InvalidInput, RateLimited) as error:
        return account_page(request, service, person, refused=refusal(error))
    return go(PATH, _("The new password is set, and your other browsers are signed out."))
