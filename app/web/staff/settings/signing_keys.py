"""Signing keys: which there are; the next pair, prepared and put to work; what to do after a theft."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.errors import InvalidInput, KeyUnavailable, NotFound, WrongKeyState
from app.issuing import key_rotation, key_uses, signing_keys
from app.issuing.issuers import Issuer
from app.issuing.signing_keys import KeyState, SigningKey
from app.service import Service
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import Refusal, ask_first, go, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Owner, Reader, Staff
from app.web.staff.settings import words
from app.web.staff.settings.frame import settings_page

router = APIRouter()

LONGEST_REASON = 2_000


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key as the list shows it. `signed` None = not counted."""

    key: SigningKey
    word: str
    tone: str
    signed: int | None


@router.get("/keys")
def list_keys(request: Request, staff: Reader, service: TheService) -> Response:
    """Every key that the issuer ever had, the newest first, and how far signing anew came."""
    return _page(request, service, staff)


@router.post("/keys/prepare")
def prepare(request: Request, form: Sent, staff: Owner, service: TheService) -> Response:
    """Publish the next pair, which does not sign yet."""
    del form
    said = _("The next pair is published. Put it to work when verifiers have had some days to see it.")

    def work(session: Session, issuer: Issuer) -> None:
        signing_keys.prepare(session, service.office, issuer, actor=staff.actor)

    return _change(request, service, staff, work, said)


@router.post("/keys/activate")
def activate(request: Request, form: Sent, staff: Owner, service: TheService) -> Response:
    """Sign with the prepared pair from now on."""
    del form

    def work(session: Session, issuer: Issuer) -> None:
        key_rotation.activate(session, service.office, issuer, actor=staff.actor)

    return _change(request, service, staff, work, _("The new pair signs from now on. Badges signed before stay good."))


@router.post("/keys/rotate")
def rotate(request: Request, form: Sent, staff: Owner, service: TheService) -> Response:
    """Sign with a new pair from now on."""
    del form

    def work(session: Session, issuer: Issuer) -> None:
        key_rotation.rotate(session, service.office, issuer, actor=staff.actor)

    return _change(request, service, staff, work, _("The new pair signs from now on. Badges signed before stay good."))


@router.get("/keys/revoke")
def ask_for_revocation(request: Request, staff: Owner, service: TheService) -> Response:
    """What follows when these keys are said to be stolen."""
    kids = request.query_params.getlist("kid")
    if (unsure := ask_first(staff.visitor, _revoking(staff, kids))) is not None:
        return unsure
    return _revocation_page(request, service, staff, kids)


@router.post("/keys/revoke")
def revoke(request: Request, form: Sent, staff: Owner, service: TheService) -> Response:
    """Say of keys that they were stolen: what they signed is good no longer, and living badges are signed anew."""
    kids = form.many("kid")
    if (unsure := ask_first(staff.visitor, _revoking(staff, kids))) is not None:
        return unsure
    try:
        reason = form.needed("reason", "Say what happened; it is kept with the key", most=LONGEST_REASON)
        with service.database.write() as session:
            issuer = staff.issuer(session)
            key_rotation.revoke(session, service.office, issuer, kids, reason=reason, actor=staff.actor)
    except (InvalidInput, WrongKeyState, KeyUnavailable) as error:
        return _revocation_page(request, service, staff, kids, refused=refusal(error))
    return go(
        f"{staff.root}/settings/keys", _("What was signed with it is good no longer. Living badges are signed anew.")
    )


def _change(
    request: Request, service: Service, staff: Staff, work: Callable[[Session, Issuer], None], said: str
) -> Response:
    here = f"{staff.root}/settings/keys"
    if (unsure := ask_first(staff.visitor, here)) is not None:
        return unsure
    try:
        with service.database.write() as session:
            work(session, staff.issuer(session))
    except (WrongKeyState, KeyUnavailable) as error:
        return _page(request, service, staff, refused=refusal(error))
    return go(here, said)


def _page(request: Request, service: Service, staff: Staff, *, refused: Refusal | None = None) -> Response:
    with service.database.read() as session:
        issuer = staff.issuer(session)
        counts = key_uses.signed_by_key(session, issuer)
        found = [_line(key, counts) for key in reversed(signing_keys.of_issuer(session, issuer))]
        progress = key_uses.progress(session, issuer)
    return settings_page(
        request,
        "keys.html",
        staff,
        "keys",
        refused=refused,
        found=found,
        has_pending=any(line.key.state == KeyState.PENDING for line in found),
        progress=progress,
    )


def _revocation_page(
    request: Request, service: Service, staff: Staff, kids: list[str], *, refused: Refusal | None = None
) -> Response:
    with service.database.read() as session:
        issuer = staff.issuer(session)
        chosen = [signing_keys.by_kid(session, issuer, kid) for kid in dict.fromkeys(kids)]
        resting = key_uses.resting_on(session, issuer, [key.kid for key in chosen])
    if not chosen:
        raise NotFound("There is no such key")
    return settings_page(
        request,
        "key_revoke.html",
        staff,
        "keys",
        refused=refused,
        chosen=chosen,
        resting=resting,
        signs_now=any(key.state == KeyState.ACTIVE for key in chosen),
    )


def _line(key: SigningKey, counts: dict[str, int] | None) -> KeyLine:
    word, tone = words.KEY_STATES[KeyState(key.state)]
    return KeyLine(key, _(word), tone, None if counts is None else counts.get(key.kid, 0))


def _revoking(staff: Staff, kids: list[str]) -> str:
    return f"{staff.root}/settings/keys/revoke?" + "&".join(f"kid={kid}" for kid in kids[:4])
