"""What a holder decides about one badge: the answer to the issuer, three switches, links that end, evidence."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.errors import InvalidInput, ServiceError
from app.issuing import consent, issuers
from app.issuing.awards import Award, Visibility
from app.issuing.holding import choices, evidence, sharing, shelf
from app.issuing.learners import Learner
from app.service import Service
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.inside import go
from app.web.languages import gettext as _
from app.web.languages import marked, ngettext
from app.web.learner.badges import mine, show
from app.web.signed_in import Person, Visitor

router = APIRouter(prefix="/me/badges/{award_id}", tags=["learner"], include_in_schema=False)
of_all = APIRouter(prefix="/me", tags=["learner"], include_in_schema=False)

_VISIBLE = {
    Visibility.PRIVATE: marked("From now on only you see this badge."),
    Visibility.UNLISTED: marked("From now on whoever has the link sees this badge."),
    Visibility.PUBLIC: marked("From now on everybody may see this badge."),
}
_WITH_RESULTS = marked("Results and evidence are shown.")
_WITHOUT_RESULTS = marked("Results and evidence are not shown.")


@of_all.post("/accept")
def accept_all(form: Sent, person: Person, service: TheService) -> Response:
    """Accept every badge that waits for an answer."""
    del form
    count = 0
    with service.database.write() as session:
        waiting = [held.award for held in shelf.of_account(session, person.account_id) if choices.waits(held.award)]
        for award in sorted(waiting, key=lambda each: each.id):  # in the order in which all others lock them
            choices.accept(session, award, actor=person.actor)
            count += 1
    if not count:
        return go("/me")
    return go("/me", ngettext("You accepted %(num)s badge.", "You accepted %(num)s badges.", count))


@router.post("/answer")
def answer_issuer(award_id: str, request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Accept the badge, or decline it."""
    is_yes = form.text("answer") == "accept"

    def act(session: Session, award: Award) -> str:
        if is_yes:
            choices.accept(session, award, actor=person.actor)
            return _("You accepted the badge.")
        choices.decline(session, award, actor=person.actor)
        return _("You declined the badge. Nobody else sees it, and the issuer can see that you declined.")

    return _do(request, person, service, award_id, act, about="answer")


@router.post("/shown")
def choose_what_is_shown(award_id: str, request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """The three switches: who sees the badge, the holder's name, results and evidence. All of them, or none."""

    def act(session: Session, award: Award) -> str:
        try:
            visibility = Visibility(form.text("visibility"))
        except ValueError as error:
            raise InvalidInput("Choose who may see the badge", pointer="/visibility") from error
        issuers.take_turn(session, award.issuer_id)  # before any award is locked
        learner = session.get_one(Learner, award.learner_id)
        before = (award.visibility, learner.name_shown, award.results_shown)
        is_named, has_results = form.is_ticked("name_shown"), form.is_ticked("results_shown")
        choices.show_to(session, award, visibility, actor=person.actor)
        count = consent.change(session, service.office, learner, actor=person.actor, name_shown=is_named)
        choices.show_results(session, service.office, award, is_shown=has_results, actor=person.actor)
        said = []
        if visibility != before[0]:
            said.append(_VISIBLE[visibility])
        if is_named != before[1]:
            said.append(told_of_name(is_shown=is_named, count=count))
        if has_results != before[2]:
            said.append(_WITH_RESULTS if has_results else _WITHOUT_RESULTS)
        return " ".join(_(each) for each in said) or _("Nothing was changed.")

    return _do(request, person, service, award_id, act, about="shown")


@router.post("/links")
def make_link(award_id: str, request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Make a link that ends. Its address is shown once, here: only its digest is kept."""
    try:
        with service.database.write() as session:
            award = mine(session, person, award_id)
            days = form.text("days", most=4)
            made = sharing.create(
                session,
                service.office,
                award,
                days=int(days) if days.isdecimal() else 0,
                label=form.optional("label", most=100),
                actor=person.actor,
            )
    except ServiceError as error:
        return _again(request, person, service, award_id, error, about="links")
    return show(request, person, service, award_id, new_link=made.url)


@router.post("/links/end")
def end_link(award_id: str, request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """End a link now."""

    def act(session: Session, award: Award) -> str:
        sharing.end(session, award, form.text("link", most=22), actor=person.actor)
        return _("The link has ended.")

    return _do(request, person, service, award_id, act, about="links")


@router.post("/evidence")
def add_evidence(award_id: str, request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Add evidence of one's own."""

    def act(session: Session, award: Award) -> str:
        evidence.add(
            session,
            award,
            name=form.text("name", most=200),
            url=form.optional("url", most=evidence.LONGEST_URL),
            text=form.optional("text", most=evidence.LONGEST_TEXT),
            is_shown=form.is_ticked("is_shown"),
            is_to_be_signed=form.is_ticked("is_to_be_signed"),
            actor=person.actor,
        )
        return _("The evidence was added.")

    return _do(request, person, service, award_id, act, about="evidence", form=form)


@router.post("/evidence/change")
def change_evidence(award_id: str, request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Show a piece of evidence on the page, hide it, or remove it."""
    evidence_id, act_wanted = form.text("evidence", most=22), form.text("act")

    def act(session: Session, award: Award) -> str:
        if act_wanted == "remove":
            evidence.remove(session, service.office, award, evidence_id, actor=person.actor)
            return _("The evidence was removed.")
        is_shown = act_wanted == "show"
        evidence.show(session, award, evidence_id, is_shown=is_shown, actor=person.actor)
        if is_shown:
            return _("The page of the badge shows the evidence.")
        return _("The page of the badge shows the evidence no more.")

    return _do(request, person, service, award_id, act, about="evidence")


def told_of_name(*, is_shown: bool, count: int) -> str:
    """What to say once the consent was changed."""
    said = _("Your name is shown.") if is_shown else _("Your name is not shown.")
    signed = ngettext("%(num)s badge was signed anew.", "%(num)s badges were signed anew.", count) if count else ""
    return f"{said} {signed}".strip()


def _do(
    request: Request,
    person: Visitor,
    service: Service,
    award_id: str,
    act: Callable[[Session, Award], str],
    *,
    about: str,
    form: Form | None = None,
) -> Response:
    """Do it in one transaction, and say so on the badge's page; or show the page again, and why it was not done."""
    try:
        with service.database.write() as session:
            sentence = act(session, mine(session, person, award_id))
    except ServiceError as error:
        return _again(request, person, service, award_id, error, about=about, form=form)
    return go(f"/me/badges/{award_id}", sentence)


def _again(
    request: Request,
    person: Visitor,
    service: Service,
    award_id: str,
    error: ServiceError,
    *,
    about: str,
    form: Form | None = None,
) -> Response:
    with service.database.read() as session:
        mine(session, person, award_id)  # a badge of somebody else is not there, whatever else is wrong
    given = {} if form is None else {name: values[-1] for name, values in form.fields.items()}
    return show(request, person, service, award_id, refused=error, about=about, given=given)
