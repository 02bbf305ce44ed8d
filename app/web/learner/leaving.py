"""Take everything along, and leave: the account alone, or every trace that can be erased, said plainly beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from app import clock
from app.errors import InvalidInput, RateLimited, ServiceError
from app.issuing import learners, leaving
from app.issuing.accounts import links, members, people
from app.issuing.holding import shelf
from app.service import Service
from app.web import signed_in
from app.web.deps import TheRates, TheService
from app.web.forms import Sent
from app.web.inside import go, inside, refusal
from app.web.languages import current
from app.web.languages import gettext as _
from app.web.learner import luggage
from app.web.signed_in import Person, Visitor

router = APIRouter(prefix="/me", tags=["learner"], include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Leaver:
    """What the page needs to say what goes and what cannot be called back."""

    badges: int
    issuers: tuple[str, ...]
    works_for: tuple[str, ...]
    address: str
    has_password: bool
    is_sure: bool


@router.get("/download")
def offer_download(request: Request, person: Person, service: TheService) -> Response:
    """What the file holds, and the button that makes it."""
    with service.database.read() as session:
        count = len(shelf.of_account(session, person.account_id))
    return inside(request, "learner/download.html", person, count=count, most=luggage.MOST_BADGES)


@router.post("/download")
def download(form: Sent, person: Person, service: TheService) -> Response:
    """Everything in one ZIP. Signed records are made for it, so that it takes a form and not a link."""
    del form
    headers = {
        "Content-Disposition": f'attachment; filename="my-badges-{clock.now():%Y-%m-%d}.zip"',
        "Cache-Control": "no-store",
    }
    packed = luggage.pack(service, person)
    return StreamingResponse(luggage.chunks(packed), media_type="application/zip", headers=headers)


@router.get("/delete")
def offer_to_leave(request: Request, person: Person, service: TheService) -> Response:
    """What goes, what stays, what nobody can call back; and the form, for somebody who has just signed in."""
    return _page(request, person, service)


@router.post("/delete/link")
def mail_fresh_link(request: Request, form: Sent, person: Person, service: TheService, rates: TheRates) -> Response:
    """Mail a link with which somebody without a password shows once more who it is."""
    del form
    rates.sign_in(request)
    try:
        with service.database.write() as session:
            confirmed = [each for each in people.addresses_of(session, person.account_id) if each.confirmed_at]
            email = confirmed[0].written if confirmed else ""
            links.ask(session, service.office, email, next_path="/me/delete", language=current().tag)
    except (InvalidInput, RateLimited) as error:
        return _page(request, person, service, refused=error)
    return go("/me/delete", _("We sent you a link. Open it in this browser; it leads back here."))


@router.post("/delete")
def leave(request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Leave, if whoever asks proved a moment ago who they are, and typed an address of theirs."""
    if not person.is_sure:
        return go("/me/delete")
    try:
        with service.database.write() as session:
            account = people.by_id(session, person.account_id)
            mine = {each.normalised for each in people.addresses_of(session, account.id)}
            if learners.address_of(form.text("address", most=320)) not in mine:
                raise InvalidInput("Type one of your addresses, so that nothing goes by accident", pointer="/address")
            what = form.text("what")
            if what not in {"everything", "account"}:
                raise InvalidInput("Choose what is to be deleted", pointer="/what")
            left = leaving.leave(session, service.office, account, with_badges=what == "everything")
    except ServiceError as error:
        return _page(request, person, service, refused=error, what=form.text("what"))
    response = inside(request, "learner/left.html", None, left=left, with_badges=what == "everything")
    signed_in.sign_out(response, service)
    return response


def _page(
    request: Request, person: Visitor, service: Service, *, refused: ServiceError | None = None, what: str = ""
) -> Response:
    with service.database.read() as session:
        account = people.by_id(session, person.account_id)
        held = shelf.of_account(session, person.account_id)
        leaver = Leaver(
            badges=len(held),
            issuers=tuple(sorted({each.issuer.name for each in held})),
            works_for=tuple(issuer.name for issuer, _role in members.issuers_of(session, person.account_id)),
            address=next((each.written for each in people.addresses_of(session, person.account_id)), ""),
            has_password=account.password_hash is not None,
            is_sure=person.is_sure,
        )
    said = None if refused is None else refusal(refused)
    return inside(request, "learner/delete.html", person, refused=said, status=HTTPStatus.OK, leaver=leaver, what=what)
