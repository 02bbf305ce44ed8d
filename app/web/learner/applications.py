"""Prior learning, for those who apply: choose what for, say what one can do, hand in evidence, read the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.errors import InvalidInput, NotFound, ServiceError
from app.issuing import achievement_facts, achievements, issuers
from app.issuing.achievement_facts import AchievementFacts
from app.issuing.achievements import Achievement
from app.issuing.applications import (
    Application,
    ApplicationEvidence,
    LearningKind,
    applying,
    histories,
    papers,
    queries,
    switches,
)
from app.issuing.applications.applying import Statement
from app.service import Service
from app.web import tongues
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import go, inside, refusal
from app.web.languages import gettext as _
from app.web.learner import application_words
from app.web.representations import is_id
from app.web.signed_in import Person, Visitor

router = APIRouter(prefix="/me/applications", tags=["learner"], include_in_schema=False)

MOST_FOUND = 50
LIST = "/me/applications"


@dataclass(frozen=True, slots=True)
class Offer:
    """An achievement that takes applications."""

    id: str
    name: str
    abbreviation: str
    issuer_name: str
    language: str
    words: str  # to search in: the names in every language, the abbreviation and the issuer


@router.get("")
def my_applications(request: Request, person: Person, service: TheService) -> Response:
    """The applications of whoever is signed in, the newest first."""
    with service.database.read() as session:
        found = queries.of_account(session, person.account_id)
    return inside(request, "learner/applications.html", person, lines=found, words=application_words)


@router.get("/new")
def choose_achievement(
    request: Request, person: Person, service: TheService, achievement: str = "", q: str = ""
) -> Response:
    """The achievements that one may apply for; with one chosen, the form."""
    if achievement:
        return _form(request, person, service, achievement)
    with service.database.read() as session:
        offers = [
            Offer(one.id, told.name, facts.abbreviation, by.name, told.language, _words(facts, by.name))
            for one, facts, by in switches.published(session)
            if one.takes_applications and (told := tongues.told(facts))
        ]
    wanted = q.strip().casefold()
    found = [each for each in offers if wanted in each.words]
    more = max(0, len(found) - MOST_FOUND)
    return inside(request, "learner/application_choose.html", person, offers=found[:MOST_FOUND], q=q.strip(), more=more)


def _words(facts: AchievementFacts, issuer_name: str) -> str:
    names = [facts.name, *(each.name for each in facts.translations.values())]
    return " ".join([*names, facts.abbreviation, issuer_name]).casefold()


@router.post("/new")
def apply(request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Hand the application in."""
    achievement_id = form.text("achievement", most=80)
    try:
        statement = Statement(form.text("statement", most=applying.LONGEST_STATEMENT), _kind(form))
        with service.database.write() as session:
            achievement = _achievement(session, achievement_id)
            made = applying.apply(
                session, service.office, person.account_id, achievement, statement, actor=person.actor
            )
            if form.text("url") or form.text("text"):
                _add_words(session, made, form, person)
    except NotFound:
        raise
    except ServiceError as error:
        return _form(request, person, service, achievement_id, refused=error, form=form)
    return go(f"{LIST}/{made.id}", _("Your application was handed in. Add files and more evidence below."))


@router.get("/{application_id}")
def my_application(application_id: str, request: Request, person: Person, service: TheService) -> Response:
    """One application: where it stands, the evidence, and everything that was said."""
    return _one(request, person, service, application_id)


@router.post("/{application_id}/evidence")
def add_evidence(application_id: str, request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Add a link, a text or a file."""

    def act(session: Session, application: Application) -> str:
        file = form.file("file")
        if file is None:
            _add_words(session, application, form, person)
            return _("The evidence was added.")
        name = form.text("name", most=200)
        papers.add_file(session, application, name=name, file_name=file.name, content=file.content, actor=person.actor)
        return _("The file was added.")

    return _do(request, person, service, application_id, act, form=form)


@router.post("/{application_id}/evidence/remove")
def remove_evidence(application_id: str, request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Take evidence back, while nobody has decided."""

    def act(session: Session, application: Application) -> str:
        papers.remove(session, application, form.text("evidence", most=22), actor=person.actor)
        return _("The evidence was taken back.")

    return _do(request, person, service, application_id, act)


@router.get("/{application_id}/evidence/{evidence_id}")
def my_file(application_id: str, evidence_id: str, person: Person, service: TheService) -> Response:
    """A file that was handed in, as a download."""
    with service.database.read() as session:
        return as_download(papers.file_of(session, _mine(session, person, application_id), evidence_id))


@router.post("/{application_id}/again")
def hand_in_again(application_id: str, request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Hand it in again once more was asked for."""

    def act(session: Session, application: Application) -> str:
        text = form.optional("answer", most=papers.LONGEST_TEXT)
        applying.resubmit(session, application, text=text, actor=person.actor)
        return _("Your application was handed in again.")

    return _do(request, person, service, application_id, act, form=form)


@router.post("/{application_id}/withdraw")
def withdraw(application_id: str, request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Take the application back."""
    del form

    def act(session: Session, application: Application) -> str:
        applying.withdraw(session, application, actor=person.actor)
        return _("You took your application back.")

    return _do(request, person, service, application_id, act)


def as_download(file: ApplicationEvidence) -> Response:
    """A stranger's file: never shown as a page of ours, whatever is in it."""
    headers = {
        "Content-Disposition": f'attachment; filename="{file.file_name}"',
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
        "Cache-Control": "no-store",
    }
    return Response(file.content, media_type=file.media_type, headers=headers)


def _kind(form: Form) -> LearningKind:
    try:
        return LearningKind(form.text("kind"))
    except ValueError as error:
        raise InvalidInput("Say how you learned it", pointer="/kind") from error


def _add_words(session: Session, application: Application, form: Form, person: Visitor) -> None:
    papers.add(
        session,
        application,
        name=form.text("name", most=200),
        url=form.optional("url", most=2_000),
        text=form.optional("text", most=papers.LONGEST_TEXT),
        may_be_signed=form.is_ticked("may_be_signed"),
        actor=person.actor,
    )


def _achievement(session: Session, achievement_id: str) -> Achievement:
    if not is_id(achievement_id):
        raise NotFound(queries.NOTHING_HERE)
    found = achievements.by_id(session, achievement_id)
    if not switches.is_open(found):
        raise NotFound(queries.NOTHING_HERE)
    return found


def _mine(session: Session, person: Visitor, application_id: str) -> Application:
    if not is_id(application_id):
        raise NotFound(queries.NOTHING_HERE)
    return queries.mine(session, person.account_id, application_id)


def _form(
    request: Request,
    person: Visitor,
    service: Service,
    achievement_id: str,
    *,
    refused: ServiceError | None = None,
    form: Form | None = None,
) -> Response:
    with service.database.read() as session:
        achievement = _achievement(session, achievement_id)
        facts = achievement_facts.parse(achievements.current(session, achievement).facts)
        issuer = issuers.by_id(session, achievement.issuer_id)
    return inside(
        request,
        "learner/application_new.html",
        person,
        refused=None if refused is None else refusal(refused),
        achievement_id=achievement.id,
        facts=facts,
        issuer=issuer,
        kinds=application_words.kinds(),
        given={} if form is None else {name: values[-1] for name, values in form.fields.items()},
    )


def _one(
    request: Request,
    person: Visitor,
    service: Service,
    application_id: str,
    *,
    refused: ServiceError | None = None,
    form: Form | None = None,
) -> Response:
    with service.database.read() as session:
        application = _mine(session, person, application_id)
        line = queries.read(session, queries.lines().where(Application.id == application.id))[0]
        evidence, history = papers.of(session, application), histories.of(session, application)
    return inside(
        request,
        "learner/application.html",
        person,
        refused=None if refused is None else refusal(refused),
        line=line,
        evidence=evidence,
        history=history,
        is_waiting=application.state in queries.WAITING,
        words=application_words,
        given={} if form is None else {name: values[-1] for name, values in form.fields.items()},
    )


def _do(
    request: Request,
    person: Visitor,
    service: Service,
    application_id: str,
    act: Callable[[Session, Application], str],
    *,
    form: Form | None = None,
) -> Response:
    try:
        with service.database.write() as session:
            sentence = act(session, _mine(session, person, application_id))
    except NotFound:
        raise
    except ServiceError as error:
        return _one(request, person, service, application_id, refused=error, form=form)
    return go(f"{LIST}/{application_id}", sentence)
