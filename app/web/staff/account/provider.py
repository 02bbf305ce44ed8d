"""My sign-in with the identity provider: link it, take it away, and confirm with it that it is still me."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import FetchFailed, InvalidInput
from app.issuing.accounts import identities, people
from app.issuing.accounts.identities import QuestionPurpose
from app.web.deps import TheProvider, TheService
from app.web.forms import Sent
from app.web.inside import ask_first, go, refusal
from app.web.languages import gettext as _
from app.web.provider_questions import ask, unreachable
from app.web.signed_in import Colleague, safe_path
from app.web.staff.account.overview import PATH, account_page
from app.web.staff.sign_in import START, confirm_page

router = APIRouter()


@router.post("/provider/link")
def link(request: Request, form: Sent, person: Colleague, service: TheService, provider: TheProvider) -> Response:
    """Ask the provider who I am there, to sign in that way from then on."""
    del form
    if (unsure := ask_first(person, PATH)) is not None:
        return unsure
    try:
        return ask(request, service, provider, person, QuestionPurpose.LINK, next_path=PATH)
    except FetchFailed as error:
        return account_page(request, service, person, refused=unreachable(error))


@router.post("/provider/unlink")
def unlink(request: Request, form: Sent, person: Colleague, service: TheService) -> Response:
    """Sign in that way no more."""
    if (unsure := ask_first(person, PATH)) is not None:
        return unsure
    try:
        with service.database.write() as session:
            account = people.by_id(session, person.account_id)
            identities.unlink(session, account, form.text("iss"), form.text("sub"))
    except InvalidInput as error:
        return account_page(request, service, person, refused=refusal(error))
    return go(PATH, _("You sign in that way no more."))


@router.post("/provider/confirm")
def confirm(request: Request, form: Sent, person: Colleague, service: TheService, provider: TheProvider) -> Response:
    """Let the provider ask me once more who I am, before something that cannot be taken back."""
    next_path = safe_path(form.text("next"), otherwise=START)
    try:
        return ask(request, service, provider, person, QuestionPurpose.CONFIRM, next_path=next_path)
    except FetchFailed as error:
        return confirm_page(request, service, person, next_path, refused=unreachable(error))
