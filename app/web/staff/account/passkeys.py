"""My passkeys: a new one (a script asks the browser for it), another name, none any more."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from app.errors import AlreadyExists, InvalidInput, NotAuthenticated
from app.issuing.accounts import Strength, passkeys, people
from app.issuing.accounts.passkeys import ChallengePurpose
from app.web.deps import ThePasskeys, TheService
from app.web.forms import Sent
from app.web.inside import ask_first, go, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Colleague, safe_path
from app.web.staff.account.overview import PATH, account_page
from app.web.staff.passkeys import present, told
from app.web.staff.sign_in import stronger

router = APIRouter()


@router.post("/passkeys/challenge", response_class=JSONResponse)
def challenge(form: Sent, person: Colleague, service: TheService, party: ThePasskeys) -> Response:
    """A challenge for a new passkey. Whoever has not shown who they are lately is led to do so first."""
    del form
    if not person.is_sure:
        body = {"confirm": f"/staff/confirm?next={PATH}"}
        return JSONResponse(body, status_code=403, headers={"Cache-Control": "no-store"})
    with service.database.write() as session:
        account = people.by_id(session, person.account_id)
        addresses = people.addresses_of(session, account.id)
        user_name = addresses[0].written if addresses else account.display_name or "staff"
        return told(passkeys.begin_registration(session, present(party), account, user_name=user_name))


@router.post("/passkeys")
def register(request: Request, form: Sent, person: Colleague, service: TheService, party: ThePasskeys) -> Response:
    """Keep a new passkey. Who had no second factor before has one now, and a session as strong."""
    if (unsure := ask_first(person, PATH)) is not None:
        return unsure
    try:
        with service.database.write() as session:
            made = passkeys.take(session, form.text("token"), ChallengePurpose.REGISTER, account_id=person.account_id)
        with service.database.write() as session:
            account = people.by_id(session, person.account_id)
            credential = form.text("credential", most=passkeys.LONGEST_CREDENTIAL)
            name = form.text("name", most=500) or _("My passkey")
            passkeys.register(session, present(party), account, challenge=made, credential=credential, name=name)
    except (NotAuthenticated, InvalidInput, AlreadyExists) as error:
        return account_page(request, service, person, refused=refusal(error))
    sentence = _("The passkey is set up. Use it the next time you sign in.")
    if person.session.strength < Strength.TWO_FACTORS:
        return stronger(request, service, person, safe_path(form.text("next"), otherwise=PATH), sentence)
    return go(PATH, sentence)


@router.post("/passkeys/{passkey_id}/name")
def rename(request: Request, passkey_id: str, form: Sent, person: Colleague, service: TheService) -> Response:
    """Call it something else."""
    try:
        with service.database.write() as session:
            account = people.by_id(session, person.account_id)
            passkeys.rename(session, account, passkey_id, form.text("name", most=500))
    except InvalidInput as error:
        return account_page(request, service, person, refused=refusal(error))
    return go(PATH, _("The passkey has its new name."))


@router.post("/passkeys/{passkey_id}/remove")
def remove(request: Request, passkey_id: str, form: Sent, person: Colleague, service: TheService) -> Response:
    """Let nobody sign in with it any more."""
    del form
    if (unsure := ask_first(person, PATH)) is not None:
        return unsure
    may_have_none = service.settings.staff_second_factor != "required"
    try:
        with service.database.write() as session:
            account = people.by_id(session, person.account_id)
            passkeys.remove(session, account, passkey_id, may_have_none=may_have_none)
    except InvalidInput as error:
        return account_page(request, service, person, refused=refusal(error))
    return go(PATH, _("The passkey is removed. Delete it on your device as well."))
