"""API keys: which there are and what each may do; a new one, whose text is shown once; one that ends at once."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app import clock
from app.errors import InvalidInput
from app.issuing import access
from app.issuing.access import ApiKey, Scope
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import Refusal, ask_first, go, refusal
from app.web.languages import gettext as _
from app.web.languages import marked
from app.web.signed_in import Auditor, Owner, Staff
from app.web.staff.settings import words
from app.web.staff.settings.frame import settings_page

router = APIRouter()

DAYS = 365
LONGEST_NAME = 200
_STANDINGS = {
    "works": (marked("Works"), "good"),
    "ended": (marked("Ended"), "ended"),
    "revoked": (marked("Revoked"), "stopped"),
}


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key as the list shows it."""

    key: ApiKey
    word: str
    tone: str
    scopes: tuple[str, ...]
    works: bool


@router.get("/api-keys")
def list_keys(request: Request, staff: Auditor, service: TheService) -> Response:
    """The keys, the newest first. Nobody can read their texts, as nobody keeps them."""
    with service.database.read() as session:
        found = [_line(key) for key in access.of_issuer(session, staff.issuer(session))]
    return settings_page(request, "api_keys.html", staff, "api-keys", found=found)


@router.get("/api-keys/new")
def ask_for_key(request: Request, staff: Owner) -> Response:
    """What the new key shall do."""
    if (unsure := ask_first(staff.visitor, f"{staff.root}/settings/api-keys/new")) is not None:
        return unsure
    return _new_page(request, staff)


@router.post("/api-keys/new")
def make_key(request: Request, form: Sent, staff: Owner, service: TheService) -> Response:
    """Make a key. Its text is on the page that answers, and nowhere else."""
    if (unsure := ask_first(staff.visitor, f"{staff.root}/settings/api-keys/new")) is not None:
        return unsure
    try:
        name, scopes, days = _stated(form)
        with service.database.write() as session:
            issuer = staff.issuer(session)
            made = access.create(session, issuer, name=name, scopes=scopes, days=days, actor=staff.actor)
    except InvalidInput as error:
        return _new_page(request, staff, form=form, refused=refusal(error))
    return settings_page(request, "api_key_made.html", staff, "api-keys", line=_line(made.key), text=made.text)


@router.post("/api-keys/{key_id}/revoke")
def revoke_key(key_id: str, form: Sent, staff: Owner, service: TheService) -> Response:
    """End a key at once."""
    del form
    with service.database.write() as session:
        access.revoke(session, staff.issuer(session), key_id, actor=staff.actor)
    return go(f"{staff.root}/settings/api-keys", _("The key is revoked; what used it is refused from now on."))


def _stated(form: Form) -> tuple[str, list[Scope], int]:
    named = form.needed("name", "Give the key a name, such as LMS connector, to know it again", most=LONGEST_NAME)
    days = form.number("days", "A key is good for 1 to 730 days")
    known = {scope.value for scope in Scope}
    ticked = form.many("scope")
    if not ticked or not set(ticked) <= known:
        raise InvalidInput("Tick at least one thing that the key may do", pointer="/scope")
    return " ".join(named.split()), [Scope(each) for each in ticked], days


def _line(key: ApiKey) -> KeyLine:
    standing = "revoked" if key.revoked_at else "ended" if key.expires_at <= clock.now() else "works"
    word, tone = _STANDINGS[standing]
    known = {scope.value: says for scope, says in words.SCOPES.items()}
    scopes = tuple(_(known[each]) if each in known else each for each in key.scopes.split())
    return KeyLine(key, _(word), tone, scopes, standing == "works")


def _new_page(request: Request, staff: Staff, *, form: Form | None = None, refused: Refusal | None = None) -> Response:
    return settings_page(
        request,
        "api_key_new.html",
        staff,
        "api-keys",
        refused=refused,
        scopes=[(scope.value, _(says)) for scope, says in words.SCOPES.items()],
        ticked=form.many("scope") if form else [Scope.READ.value],
        name=form.text("name") if form else "",
        days=form.text("days") if form else str(DAYS),
    )
