"""My second factor: another authenticator, none where that is allowed, and recovery codes that are shown once."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import InvalidInput
from app.issuing.accounts import members, people, second_factors
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import ask_first, go, inside, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Colleague
from app.web.staff.account.overview import PATH, account_page

router = APIRouter()


@router.post("/authenticator/drop")
def drop_authenticator(request: Request, form: Sent, person: Colleague, service: TheService) -> Response:
    """Ask for no more codes of the authenticator."""
    del form
    if (unsure := ask_first(person, PATH)) is not None:
        return unsure
    may_have_none = service.settings.staff_second_factor != "required"
    try:
        with service.database.write() as session:
            account = people.by_id(session, person.account_id)
            second_factors.drop_authenticator(session, account, may_have_none=may_have_none)
            members.note(session, account.id, "member.authenticator-dropped", actor=person.actor)
    except InvalidInput as error:
        return account_page(request, service, person, refused=refusal(error))
    return go(PATH, _("No codes of an authenticator are asked for any more."))


@router.post("/recovery-codes")
def make_codes(request: Request, form: Sent, person: Colleague, service: TheService) -> Response:
    """Make ten codes, and show them this once."""
    del form
    if (unsure := ask_first(person, PATH)) is not None:
        return unsure
    with service.database.write() as session:
        account = people.by_id(session, person.account_id)
        if not second_factors.has_one(session, account):
            return go("/staff/second-factor?next=/staff/account")
        codes = second_factors.make_codes(session, service.office, account)
        members.note(session, account.id, "member.recovery-codes-made", actor=person.actor)
    return inside(request, "account/recovery_codes.html", person, codes=codes)


@router.post("/recovery-codes/text")
def codes_as_text(form: Sent, person: Colleague) -> Response:
    """The codes that the page at hand shows, as a file: nothing is looked up, and nothing else comes through."""
    del person
    stated = form.many("code")
    if len(stated) != second_factors.CODES or not all(second_factors.is_code(each) for each in stated):
        raise InvalidInput("These are no recovery codes; make new ones", pointer="/code")
    lines = [_("Recovery codes for Lanyard. Each works once, in the place of the authenticator's code."), "", *stated]
    headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="recovery-codes.txt"'}
    return Response("\r\n".join([*lines, ""]), media_type="text/plain; charset=utf-8", headers=headers)
