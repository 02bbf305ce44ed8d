"""Credentials of others that people hold: recorded with evidence, decided when they were asked for, revoked."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.errors import InvalidInput, NotFound, ServiceError
from app.issuing import actors, definitions, learners, people_search
from app.issuing.definitions import Kind
from app.issuing.stacks import Recognition, lists, recognitions
from app.issuing.stacks.recognitions import Stated
from app.service import Service
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import Refusal, at_work, go, refusal
from app.web.languages import gettext as _
from app.web.signed_in import Awarder, Reader, Reviewer, Staff
from app.web.staff import who
from app.web.staff.local import Local
from app.web.staff.people import stacks_shown, words
from app.web.staff.sources_times import day_of

router = APIRouter(prefix="/staff/{slug}/people", tags=["staff"], include_in_schema=False)

FIELDS = ("credential", "issued_on", "valid_until", "evidence_url", "evidence_text", "verified_how")
LONGEST = 5_000
LONGEST_URL = 2_000
MOST_SHOWN = 200


@router.get("/recognitions")
def list_waiting(request: Request, staff: Reader, service: TheService) -> Response:
    """What learners ask to have recognised, the oldest first; each is decided on its own page."""
    with service.database.read() as session:
        found = recognitions.waiting(session, staff.issuer_id)[:MOST_SHOWN]
        shown = [stacks_shown.recognised(session, each) for each in found]
        people = lists.people(session, [each.learner_id for each in found])
    rows = [(each, words.name_of(people[each.row.learner_id])) for each in shown]
    return at_work(request, "staff/people/recognitions.html", staff, rows=rows, local=Local(staff.timezone))


@router.get("/{learner_id}/recognitions/new")
def ask(request: Request, staff: Awarder, service: TheService, learner_id: str) -> Response:
    """The form that records one."""
    return _form(request, staff, service, learner_id, dict.fromkeys(FIELDS, ""))


@router.post("/{learner_id}/recognitions/new")
def record(request: Request, form: Sent, staff: Awarder, service: TheService, learner_id: str) -> Response:
    """Record a credential that was verified: it counts at once, on pathways too."""
    try:
        stated = _stated(form)
        with service.database.write() as session:
            issuer = staff.issuer(session)
            learner = learners.by_id(session, issuer, learner_id)
            slug = form.needed("credential", _("Choose the credential"), most=80)
            definition = definitions.by_slug(session, issuer, Kind.RECOGNISED, slug)
            recognitions.record(session, service.office, learner, definition, stated, actor=staff.actor)
    except NotFound:
        raise
    except ServiceError as error:
        typed = {name: form.fields.get(name, [""])[-1] for name in FIELDS}
        return _form(request, staff, service, learner_id, typed, refused=refusal(error))
    return go(f"{staff.root}/people/{learner_id}#recognised", _("It is recognised, and counts from now on."))


@router.get("/{learner_id}/recognitions/{recognition_id}")
def show(request: Request, staff: Reader, service: TheService, learner_id: str, recognition_id: str) -> Response:
    """One record, with its evidence, and what can be done about it."""
    return _shown(request, staff, service, learner_id, recognition_id)


@router.post("/{learner_id}/recognitions/{recognition_id}/decide")
def decide(
    *, request: Request, form: Sent, staff: Reviewer, service: TheService, learner_id: str, recognition_id: str
) -> Response:
    """Say yes or no to one that was asked for; the learner reads the words of a no."""
    accepted = form.text("decision", most=10) == "yes"
    try:
        with service.database.write() as session:
            found = _of(session, staff, learner_id, recognition_id)
            said = form.text("words", most=LONGEST)
            recognitions.decide(session, service.office, found, accepted=accepted, words=said, actor=staff.actor)
    except NotFound:
        raise
    except ServiceError as error:
        return _shown(request, staff, service, learner_id, recognition_id, refused=_about(error, "words"))
    sentence = _("It is recognised, and counts from now on.") if accepted else _("It is not recognised.")
    return go(f"{staff.root}/people/{learner_id}#recognised", sentence)


@router.post("/{learner_id}/recognitions/{recognition_id}/revoke")
def revoke(
    *, request: Request, form: Sent, staff: Awarder, service: TheService, learner_id: str, recognition_id: str
) -> Response:
    """Let it count no more; what was built on it is looked at in the same transaction."""
    try:
        reason = form.needed("reason", _("Say why it counts no more"), most=LONGEST)
        with service.database.write() as session:
            found = _of(session, staff, learner_id, recognition_id)
            recognitions.revoke(session, service.office, found, reason=reason, actor=staff.actor)
    except NotFound:
        raise
    except ServiceError as error:
        return _shown(request, staff, service, learner_id, recognition_id, refused=_about(error, "reason"))
    return go(f"{staff.root}/people/{learner_id}#recognised", _("It counts no more."))


def _of(session: Session, staff: Staff, learner_id: str, recognition_id: str) -> Recognition:
    """The record, of this learner of this issuer. Raises NotFound."""
    found = recognitions.by_id(session, recognition_id, issuer_id=staff.issuer_id)
    if found.learner_id != learner_id:
        raise NotFound("There is no such record of a recognised credential")
    return found


def _about(error: ServiceError, field: str) -> Refusal:
    """The refusal, about the one field that the form has."""
    told = refusal(error)
    return Refusal(told.sentence, field if told.field else "", told.status)


def _stated(form: Form) -> Stated:
    issued = day_of(form.needed("issued_on", _("Say when it was issued"), most=20), "issued_on")
    if issued is None:
        raise InvalidInput(_("Say when it was issued"), pointer="/issued_on")
    until = day_of(form.text("valid_until", most=20), "valid_until")
    if until is not None and until < issued:
        raise InvalidInput(_("It ends before it was issued"), pointer="/valid_until")
    url = form.optional("evidence_url", most=LONGEST_URL)
    if url is not None and not url.startswith(("https://", "http://")):
        raise InvalidInput(_("An address begins with https:// and holds no blanks."), pointer="/evidence_url")
    return Stated(
        issued_on=issued,
        valid_until=until,
        evidence_url=url,
        evidence_text=form.optional("evidence_text", most=LONGEST),
        verified_how=form.optional("verified_how", most=LONGEST),
    )


def _form(
    request: Request,
    staff: Staff,
    service: Service,
    learner_id: str,
    typed: dict[str, str],
    *,
    refused: Refusal | None = None,
) -> Response:
    with service.database.read() as session:
        learner = learners.by_id(session, staff.issuer(session), learner_id)
        (line,) = people_search.lines(session, [learner])
        every = definitions.all_of(session, staff.issuer_id, Kind.RECOGNISED)
        named = [(each.slug, str(each.facts["name"]), str(each.facts["abbreviation"])) for each in every]
    choices = sorted(((slug, f"{name} ({short})") for slug, name, short in named), key=lambda each: each[1].casefold())
    return at_work(
        request,
        "staff/people/recognition_new.html",
        staff,
        refused=refused,
        learner=learner,
        name=words.name_of(line),
        typed=typed,
        choices=[("", _("Choose one")), *choices],
    )


def _shown(
    request: Request,
    staff: Staff,
    service: Service,
    learner_id: str,
    recognition_id: str,
    *,
    refused: Refusal | None = None,
) -> Response:
    with service.database.read() as session:
        found = _of(session, staff, learner_id, recognition_id)
        shown = stacks_shown.recognised(session, found)
        person = lists.people(session, [learner_id])[learner_id]
        verifier = actors.named(session, [found.verified_by]).get(found.verified_by or "")
    return at_work(
        request,
        "staff/people/recognition.html",
        staff,
        refused=refused,
        status=HTTPStatus.OK,
        shown=shown,
        row=found,
        name=words.name_of(person),
        verified_by=who.words(verifier) if found.verified_by else "",
        local=Local(staff.timezone),
    )
