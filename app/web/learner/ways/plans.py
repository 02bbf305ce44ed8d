"""My plans: a few questions, the steps that come of them, and the plans that I keep."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.datastructures import QueryParams

from app.errors import InvalidInput, NotFound, ServiceError
from app.issuing import plans
from app.issuing.plans import Intent, KeptPlan, MadeBy, Stated
from app.projections.plan_calendar import MEDIA_TYPE
from app.projections.typesetting import Paper
from app.service import Service
from app.stacking.plans import Objective, Wishes
from app.web import badge_sheets
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import Refusal, go, inside, refusal
from app.web.languages import gettext as _
from app.web.languages import ngettext
from app.web.learner.ways import places, plan_files, plan_view, targets, words
from app.web.learner.ways.places import NOTHING_HERE, Place
from app.web.representations import Representation, is_id, respond
from app.web.signed_in import Person, Visitor

router = APIRouter(prefix="/me/plans", tags=["learner"], include_in_schema=False)

HOME = "/me/plans"
FORMATS = tuple(words.FORMATS)
FIELDS = ("target", "hours", "budget", "start", "horizon", "intent", "objective", "only")
MOST_HOURS, MOST_MONEY = 168, 10_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form says, as it was typed."""

    fields: Mapping[str, str]
    formats: tuple[str, ...]

    def stated(self, aim: plans.Aim) -> Stated:
        """As the office takes it. Raises InvalidInput for what cannot be read, with the field."""
        wishes = Wishes(
            objective=Objective.MONEY if self.fields["objective"] == Objective.MONEY else Objective.HOURS,
            budget=self._number("budget", MOST_MONEY),
            hours_per_week=self._number("hours", MOST_HOURS, above=0),
            start=self._day("start"),
            formats=frozenset(self.formats),
            only_these_formats=bool(self.fields["only"]) and bool(self.formats),
        )
        intent = self.fields["intent"]
        return Stated(aim, wishes, Intent(intent) if intent in set(Intent) else Intent.UPSKILL, self._day("horizon"))

    def _number(self, name: str, most: int, *, above: int = -1) -> Decimal | None:
        text = self.fields[name].replace(",", ".")
        if not text:
            return None
        sentence = _("Write a number, such as 4 or 2.5.")
        try:
            number = Decimal(text)
        except InvalidOperation as error:
            raise InvalidInput(sentence, pointer=f"/{name}") from error
        if not number.is_finite() or not above < number <= most:
            raise InvalidInput(sentence, pointer=f"/{name}")
        return number

    def _day(self, name: str) -> date | None:
        text = self.fields[name]
        try:
            found = date.fromisoformat(text) if text else None
        except ValueError as error:
            raise InvalidInput(_("Write a day as 2027-01-31."), pointer=f"/{name}") from error
        if found is not None and not _EARLIEST <= found <= _LATEST:
            raise InvalidInput(_("Choose a day within the next hundred years."), pointer=f"/{name}")
        return found


_EARLIEST, _LATEST = date(2000, 1, 1), date(2130, 1, 1)


@router.get("")
def my_plans(request: Request, person: Person, service: TheService) -> Response:
    """The plans that I keep, and those that were made for me, with how far each has come."""
    return _list(request, person, service)


@router.get("/new")
def new_plan(request: Request, person: Person, service: TheService) -> Response:
    """The questions; once they are answered, the steps."""
    return _new(request, person, service, _of_query(request.query_params))


@router.post("")
def keep(request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Keep the plan that the answers come to."""
    asked = Asked({name: form.text(name, most=targets.MOST) for name in FIELDS}, _formats(form.many("format")))
    try:
        with service.database.write() as session:
            place, aim = targets.chosen(session, person, asked.fields["target"])
            made = plans.make(session, place.learner, asked.stated(aim), made_by=MadeBy.LEARNER, actor=person.actor)
    except NotFound:
        raise
    except ServiceError as error:
        return _new(request, person, service, asked, refused=refusal(error))
    return go(
        f"{HOME}/{made.id}", _("Your plan is kept. Steps are ticked off by themselves when you earn their badges.")
    )


@router.post("/two-by-two")
def keep_two_by_two(request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Two skills for two years: a strong one to raise, and a weak one to close."""
    try:
        with service.database.write() as session:
            place, aim = targets.role(session, person, form.text("target", most=targets.MOST))
            made = plans.make_two_by_two(session, place.learner, aim.name, made_by=MadeBy.LEARNER, actor=person.actor)
    except NotFound:
        raise
    except ServiceError as error:
        return _list(request, person, service, refused=refusal(error))
    said = ngettext("%(num)s goal for two years was set.", "%(num)s goals for two years were set.", len(made))
    return go(HOME, said)


@router.get("/{name}")
def my_plan(
    name: str, request: Request, person: Person, service: TheService, paper: Literal["a4", "letter"] = "a4"
) -> Response:
    """One plan; with the suffix `.pdf` or `.ics` the file."""
    plan_id, dot, suffix = name.partition(".")
    if dot:
        sheet = Paper.LETTER if paper == "letter" else Paper.A4
        return _file(request, person, service, (plan_id, suffix), sheet)
    return _one(request, person, service, plan_id)


@router.post("/{plan_id}/refresh")
def refresh(plan_id: str, request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Plan anew from today."""
    del form

    def act(session: Session, kept: KeptPlan) -> str:
        plans.refresh(session, kept, actor=person.actor)
        return _("The plan was made anew from today. What you have done stays.")

    return _do(request, person, service, plan_id, act)


@router.post("/{plan_id}/end")
def end(plan_id: str, request: Request, form: Sent, person: Person, service: TheService) -> Response:
    """Follow it no more."""
    del form

    def act(session: Session, kept: KeptPlan) -> str:
        plans.end_own(session, kept, actor=person.actor)
        return _("You ended the plan. Your badges stay, of course.")

    return _do(request, person, service, plan_id, act)


def _do(
    request: Request, person: Visitor, service: Service, plan_id: str, act: Callable[[Session, KeptPlan], str]
) -> Response:
    try:
        with service.database.write() as session:
            sentence = act(session, _mine(session, person, plan_id)[1])
    except NotFound as error:
        if error.detail == NOTHING_HERE:
            raise
        return _one(request, person, service, plan_id, refused=refusal(error))  # its target is not there any more
    except ServiceError as error:
        return _one(request, person, service, plan_id, refused=refusal(error))
    return go(f"{HOME}/{plan_id}", sentence)


def _mine(session: Session, person: Visitor, plan_id: str) -> tuple[Place, KeptPlan]:
    """The plan, if it is of whoever is signed in. Raises the same NotFound for another's as for none."""
    found = session.get(KeptPlan, plan_id) if is_id(plan_id) else None
    if found is None:
        raise NotFound(NOTHING_HERE)
    return places.of_learner(session, places.mine(session, person, found.learner_id)), found


def _list(request: Request, person: Visitor, service: Service, *, refused: Refusal | None = None) -> Response:
    with service.database.read() as session:
        found = places.all_of(session, person)
        shown = [
            plan_view.kept_view(place, each) for place in found for each in plans.of_learner(session, place.learner.id)
        ]
    return inside(
        request,
        "learner/ways/plans.html",
        person,
        refused=refused,
        open=[each for each in shown if each.kept.state == plans.PlanState.OPEN],
        ended=[each for each in shown if each.kept.state != plans.PlanState.OPEN],
        roles=targets.roles(found),
    )


def _one(
    request: Request, person: Visitor, service: Service, plan_id: str, *, refused: Refusal | None = None
) -> Response:
    with service.database.read() as session:
        shown = plan_view.kept_view(*_mine(session, person, plan_id))
    return inside(request, "learner/ways/plan.html", person, refused=refused, plan=shown)


def _new(
    request: Request, person: Visitor, service: Service, asked: Asked, *, refused: Refusal | None = None
) -> Response:
    shown = None
    with service.database.read() as session:
        found = places.all_of(session, person)
        if asked.fields["target"] and refused is None:
            place, aim = targets.chosen(session, person, asked.fields["target"])
            try:
                stated = asked.stated(aim)
                made = plans.aims.plan_for(place.stood, aim, stated.wishes, place.day)
                name = plans.aims.name_of(place.world, aim)
                shown = plan_view.plan_view(place, made, name)
            except InvalidInput as error:
                refused = refusal(error)
    return inside(
        request,
        "learner/ways/plan_new.html",
        person,
        refused=refused,
        choices=targets.all_of(found),
        intents=[(str(each), _(short), _(long)) for each, (short, long) in words.INTENTS.items()],
        formats=[(each, _(words.FORMATS[each])) for each in FORMATS],
        given=asked.fields,
        formats_given=asked.formats,
        shown=shown,
    )


def _file(request: Request, person: Visitor, service: Service, name: tuple[str, str], paper: Paper) -> Response:
    plan_id, suffix = name
    if suffix not in {"pdf", "ics"}:
        raise NotFound(NOTHING_HERE)
    if suffix == "pdf":
        badge_sheets.speak_a_written_language()
    with service.database.read() as session:
        place, kept = _mine(session, person, plan_id)
        shown = plan_view.kept_view(place, kept)
    if suffix == "ics":
        content, media_type = plan_files.ics(service.office, shown), MEDIA_TYPE
    else:
        content, media_type = plan_files.pdf(place, shown, paper=paper), "application/pdf"
    headers = {
        "Content-Disposition": f'attachment; filename="{kept.target}.{suffix}"',
        "X-Robots-Tag": "noindex",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    form = Representation(content, media_type, caching="no-store", is_negotiated=False, headers=headers)
    return respond(request, form)


def _of_query(query: QueryParams) -> Asked:
    fields = {name: query.get(name, "").strip()[: targets.MOST] for name in FIELDS}
    return Asked(fields, _formats(query.getlist("format")))


def _formats(stated: list[str]) -> tuple[str, ...]:
    return tuple(each for each in FORMATS if each in stated)
