"""Health-record systems: which may read of those who agreed, what to enter there; a new one, and the end of one."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app import clock
from app.credentials import strict_json
from app.errors import InvalidInput, MalformedJson, TooLarge
from app.issuing.health_records import View, clients, finding
from app.issuing.health_records.finding import PeopleWanted
from app.issuing.health_records.tables import RecordClient
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import Refusal, ask_first, go, refusal
from app.web.languages import gettext as _
from app.web.languages import marked
from app.web.signed_in import Auditor, Owner, Staff
from app.web.staff.settings.frame import settings_page

router = APIRouter()

PATH = "health-records"
VIEWS = {
    View.FULL: (
        marked("Everything that was agreed to"),
        marked("names, addresses, identifiers, work, and badges with what became of them"),
    ),
    View.PATIENT: (marked("For patients to see"), marked("names and the badges that are good now")),
}


@dataclass(frozen=True, slots=True)
class ClientLine:
    """A system as the list shows it."""

    client: RecordClient
    word: str
    tone: str
    view: str


@router.get(f"/{PATH}")
def list_systems(request: Request, staff: Auditor, service: TheService) -> Response:
    """The systems, the newest first, and how many people agreed."""
    with service.database.read() as session:
        issuer = staff.issuer(session)
        found = [_line(each) for each in clients.of_issuer(session, issuer)]
        agreed = finding.count(session, finding.people(issuer, PeopleWanted(), now=clock.now()))
    base = service.office.addresses.fhir(staff.slug)
    return settings_page(request, "health_records.html", staff, PATH, found=found, agreed=agreed, base=base)


@router.get(f"/{PATH}/new")
def ask_for_system(request: Request, staff: Owner) -> Response:
    """Who shall read, and how it proves who it is."""
    if (unsure := ask_first(staff.visitor, f"{staff.root}/settings/{PATH}/new")) is not None:
        return unsure
    return _new_page(request, staff)


@router.post(f"/{PATH}/new")
def connect_system(request: Request, form: Sent, staff: Owner, service: TheService) -> Response:
    """Let a system read."""
    if (unsure := ask_first(staff.visitor, f"{staff.root}/settings/{PATH}/new")) is not None:
        return unsure
    try:
        jwks, jwks_url = _keys(form), form.optional("jwks_url", most=500)
        name, view = form.text("name", most=200), _view(form)
        with service.database.write() as session:
            issuer, actor = staff.issuer(session), staff.actor
            made = clients.connect(session, issuer, name=name, view=view, jwks=jwks, jwks_url=jwks_url, actor=actor)
    except InvalidInput as error:
        return _new_page(request, staff, form=form, refused=refusal(error))
    return go(f"{staff.root}/settings/{PATH}", _("%(name)s may read now. Enter its client id there.", name=made.name))


@router.post(f"/{PATH}/{{client_id}}/end")
def end_system(client_id: str, form: Sent, staff: Owner, service: TheService) -> Response:
    """Let a system read no more, at once."""
    del form
    with service.database.write() as session:
        clients.end(session, staff.issuer(session), client_id, actor=staff.actor)
    return go(f"{staff.root}/settings/{PATH}", _("The system is refused from now on."))


def _view(form: Form) -> View:
    stated = form.text("view")
    if stated not in set(View):
        raise InvalidInput("Choose what the system sees", pointer="/view")
    return View(stated)


def _keys(form: Form) -> dict[str, object] | None:
    stated = form.optional("jwks", most=100_000)
    if stated is None:
        return None
    try:
        found = strict_json.loads(stated.encode())
    except (MalformedJson, TooLarge) as error:
        raise InvalidInput("This is not a key set in JSON", pointer="/jwks") from error
    if not isinstance(found, dict):
        raise InvalidInput("This is not a key set in JSON", pointer="/jwks")
    return found


def _line(client: RecordClient) -> ClientLine:
    word, tone = (_("Ended"), "ended") if client.ended_at else (_("Reads"), "good")
    return ClientLine(client, word, tone, _(VIEWS[View(client.view)][0]))


def _new_page(request: Request, staff: Staff, *, form: Form | None = None, refused: Refusal | None = None) -> Response:
    return settings_page(
        request,
        "health_record_new.html",
        staff,
        PATH,
        refused=refused,
        views=[(each.value, _(name), _(hint)) for each, (name, hint) in VIEWS.items()],
        given={name: form.text(name) for name in ("name", "view", "jwks", "jwks_url")} if form else {},
    )
