"""Credentials that somebody else awarded me: ask to have them recognised, and what my badges are worth elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.orm import Session

from app.errors import InvalidInput, NotFound, ServiceError
from app.issuing import definitions
from app.issuing.achievement_facts import Url
from app.issuing.definitions import Definition, Kind
from app.issuing.stacks import Recognition, RecognitionState, careers, recognitions
from app.service import Service
from app.stacking import transfers
from app.web import words as general
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import go, inside, refusal
from app.web.languages import gettext as _
from app.web.languages import marked, ngettext
from app.web.learner.ways import places
from app.web.learner.ways.places import Place
from app.web.signed_in import Person, Visitor
from app.web.states import State, Tone

router = APIRouter(prefix="/me/credentials", tags=["learner"], include_in_schema=False)

HOME = "/me/credentials"
LONGEST_TEXT = 10_000
_SEVERAL = 100  # stands for a number with a fraction where a language asks how many
_URL: TypeAdapter[str] = TypeAdapter(Url)
_STATES = {
    RecognitionState.ASKED: (Tone.SOON, marked("Waits for an answer")),
    RecognitionState.ACTIVE: (Tone.GOOD, marked("Recognised")),
    RecognitionState.REFUSED: (Tone.STOPPED, marked("Not recognised")),
    RecognitionState.REVOKED: (Tone.STOPPED, marked("Counts no more")),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One credential, and what became of it."""

    name: str
    issuer_name: str
    issued_on: date
    valid_until: date | None
    state: State
    reason: str
    evidence_url: str
    evidence_text: str


@dataclass(frozen=True, slots=True)
class Credit:
    """What my badges are worth in one programme, as a sentence."""

    sentence: str
    is_promise: bool


@router.get("")
def my_credentials(request: Request, person: Person, service: TheService) -> Response:
    """What I asked for, what was decided, the form to ask, and credit."""
    return _page(request, person, service)


@router.post("")
def ask(request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Ask an issuer to recognise a credential."""
    try:
        with service.database.write() as session:
            issuer, _slash, name = form.text("credential", most=200).partition("/")
            place = places.at(session, person, issuer)
            definition = definitions.by_slug(session, place.issuer, Kind.RECOGNISED, name)
            recognitions.ask(session, place.learner, definition, _stated(form), actor=person.actor)
    except NotFound:
        raise
    except ServiceError as error:
        return _page(request, person, service, refused=error, form=form)
    return go(HOME, _("The issuer was asked. What they decide stands here; until then it does not count."))


def _stated(form: Form) -> recognitions.Stated:
    try:
        issued_on = date.fromisoformat(form.text("issued_on", most=10))
    except ValueError as error:
        raise InvalidInput(_("Say on which day it was issued, as 2026-01-31."), pointer="/issued_on") from error
    url = form.optional("evidence_url", most=2_000)
    try:
        url = None if url is None else _URL.validate_python(url)
    except ValidationError as error:
        raise InvalidInput(_("This is no address of a web page."), pointer="/evidence_url") from error
    return recognitions.Stated(
        issued_on, evidence_url=url, evidence_text=form.optional("evidence_text", most=LONGEST_TEXT)
    )


def _page(
    request: Request,
    person: Visitor,
    service: Service,
    *,
    refused: ServiceError | None = None,
    form: Form | None = None,
) -> Response:
    with service.database.read() as session:
        found = places.all_of(session, person)
        lines = [
            _line(session, place, each)
            for place in found
            for each in recognitions.of_learner(session, place.learner.id)
        ]
        options = [
            (f"{place.issuer.slug}/{each.slug}", f"{each.facts['name']} ({place.issuer.name})")
            for place in found
            for each in definitions.all_of(session, place.issuer.id, Kind.RECOGNISED)
        ]
        credit = [each for place in found for each in _credit(session, place)]
    return inside(
        request,
        "learner/ways/credentials.html",
        person,
        refused=None if refused is None else refusal(refused),
        lines=lines,
        options=sorted(options, key=lambda each: each[1].casefold()),
        credit=credit,
        given={} if form is None else {name: values[-1] for name, values in form.fields.items()},
    )


def _line(session: Session, place: Place, found: Recognition) -> Line:
    facts = session.get_one(Definition, found.definition_id).facts
    tone, said = _STATES[RecognitionState(found.state)]
    return Line(
        name=str(facts["name"]),
        issuer_name=place.issuer.name,
        issued_on=found.issued_on,
        valid_until=found.valid_until,
        state=State(tone, _(said), ""),
        reason=found.reason or "",
        evidence_url=found.evidence_url or "",
        evidence_text=found.evidence_text or "",
    )


def _credit(session: Session, place: Place) -> Sequence[Credit]:
    programmes = careers.programmes_of(session, place.learner.id)
    found = transfers.transfers(place.world, place.stood.holdings, programmes, place.day, place.stood.versions)
    return [_saved(each) for each in found.saved]


def _saved(saved: transfers.TimeSaved) -> Credit:
    """How many credits of a programme that is, and whether they count or are promised, in one sentence."""
    worth = ngettext(
        "Your badges are worth %(num)s credit of %(programme)s (%(share)s)",
        "Your badges are worth %(num)s credits of %(programme)s (%(share)s)",
        int(saved.credits) if saved.credits == int(saved.credits) else _SEVERAL,
        num=general.amount(saved.credits),
        programme=saved.programme.name,
        share=general.figure(float(saved.share), as_share=True),
    )
    if not saved.potential:
        return Credit(_("%(worth)s. That counts.", worth=worth), is_promise=False)
    if not saved.realised:
        return Credit(_("%(worth)s; a promise until you enrol.", worth=worth), is_promise=True)
    realised = general.amount(saved.realised)
    said = _(
        "%(worth)s; %(realised)s of it counts, the rest is a promise until you enrol.", worth=worth, realised=realised
    )
    return Credit(said, is_promise=True)
