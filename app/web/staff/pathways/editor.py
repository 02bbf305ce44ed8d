"""The editor of pathways: one form with a row for each step, a preview of what is typed, and the draft it saves."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.errors import AlreadyExists, InvalidInput, WrongState
from app.issuing import pathways
from app.issuing.pathways import PathwayFacts, PathwayRow, worlds
from app.issuing.pathways.worlds import Known
from app.service import Service
from app.stacking.condition_text import names_of
from app.stacking.world import Kind
from app.web.api.pathways import of_issuer
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import Refusal, at_work, go
from app.web.languages import gettext as _
from app.web.languages import ngettext
from app.web.signed_in import Designer, Staff
from app.web.staff.achievements.fields import slug_of
from app.web.staff.pathways import fields, view, words
from app.web.staff.pathways.fields import Typed
from app.web.staff.pathways.reading import Understood, understand
from app.web.told import told

router = APIRouter()

_MOST_SUGGESTIONS = 30  # of a short name, until one is free


@dataclass(frozen=True, slots=True)
class _Visit:
    """Who asks, of which pathway (None = a new one), and what it can be made of."""

    request: Request
    staff: Staff
    row: PathwayRow | None
    known: Known

    @property
    def slug(self) -> str:
        return self.row.slug if self.row else ""

    def understood(self, typed: Typed) -> Understood:
        return understand(typed, self.known.world, self.slug)


@router.post("/preview")
def fragment(staff: Designer, request: Request, form: Sent, service: TheService) -> Response:
    """The preview and the notes below conditions, of what is typed; a script puts them in place of those before."""
    visit = _visit(request, service, staff, form.text("pathway", most=80))
    understood = visit.understood(fields.of_form(form))
    drawn = view.drawn(visit.known.world, understood.pathway)
    return at_work(
        request, "staff/pathways/preview_alone.html", staff, understood=understood, notes=understood.notes, drawn=drawn
    )


@router.get("/new")
def new(staff: Designer, request: Request, service: TheService) -> Response:
    """The form of a new pathway."""
    return _shown(_visit(request, service, staff, ""), fields.nothing())


@router.post("/new")
def create(staff: Designer, request: Request, form: Sent, service: TheService) -> Response:
    """Save a new draft, or show the form again: with a preview, with other rows, or with what is wrong."""
    visit, typed, act = _visit(request, service, staff, ""), fields.of_form(form), form.text("do", most=40)
    if (answer := _without_saving(visit, act, typed)) is not None:
        return answer
    understood = visit.understood(typed)
    if understood.facts is None:
        return _shown(visit, typed, wrong=understood.wrong)
    try:
        with service.database.write() as session:
            made = _created(session, staff, typed, understood.facts)
    except (InvalidInput, AlreadyExists) as error:
        return _shown(visit, typed, wrong={"slug": f"{told(error.detail).rstrip('.')}."})
    return _saved(staff, made, act, _("The draft is saved."))


@router.get("/{pathway_id}/edit")
def edit(staff: Designer, request: Request, pathway_id: str, service: TheService) -> Response:
    """The form of what the pathway says now, its draft first."""
    visit = _visit(request, service, staff, pathway_id)
    with service.database.read() as session:
        row = of_issuer(session, staff.issuer(session), pathway_id)
        facts = pathways.current_facts(session, row)
    return _shown(visit, fields.of_facts(facts, row.slug, names_of(visit.known.world)))


@router.post("/{pathway_id}/edit")
def change(staff: Designer, request: Request, pathway_id: str, form: Sent, service: TheService) -> Response:
    """Save the draft, or show the form again: with a preview, with other rows, or with what is wrong."""
    visit, typed, act = _visit(request, service, staff, pathway_id), fields.of_form(form), form.text("do", most=40)
    if (answer := _without_saving(visit, act, typed)) is not None:
        return answer
    understood = visit.understood(typed)
    if understood.facts is None:
        return _shown(visit, typed, wrong=understood.wrong)
    try:
        with service.database.write() as session:
            row = of_issuer(session, staff.issuer(session), pathway_id)
            if form.text("seen", most=60) != stamp(row):
                newest = _Visit(request, staff, row, visit.known)
                return _shown(newest, typed, wrong=_changed_meanwhile())
            has_changed = pathways.change(session, row, facts=understood.facts, actor=staff.actor)
    except WrongState as error:
        return _shown(visit, typed, wrong={"form": f"{told(error.detail)}."})
    return _saved(staff, row, act, _("The draft is saved.") if has_changed else _("Nothing was changed."))


def stamp(row: PathwayRow) -> str:
    """What a form carries, to notice that somebody else saved meanwhile, in the same second too."""
    facts = json.dumps([row.draft, row.current_version, row.state], sort_keys=True)
    return f"{row.changed_at:%Y%m%dT%H%M%S}-{hashlib.sha256(facts.encode()).hexdigest()[:16]}"


def _visit(request: Request, service: Service, staff: Staff, pathway_id: str) -> _Visit:
    """Raises NotFound for a pathway that is not there."""
    with service.database.read() as session:
        row = of_issuer(session, staff.issuer(session), pathway_id) if pathway_id else None
        return _Visit(request, staff, row, worlds.of(session, staff.issuer_id))


def _created(session: Session, staff: Staff, typed: Typed, facts: PathwayFacts) -> PathwayRow:
    """A new draft under the short name that was typed, or the first free one that its name suggests."""
    issuer = staff.issuer(session)
    if wanted := typed.values["slug"].lower():
        return pathways.create(session, issuer, slug=wanted, facts=facts, actor=staff.actor)
    if not (suggested := slug_of(facts.name)):
        raise InvalidInput(_("Give it a short name of a-z, 0-9 and hyphens."), pointer="/slug")
    for number in range(1, _MOST_SUGGESTIONS):
        name = suggested if number == 1 else f"{suggested[:76]}-{number}"
        try:
            return pathways.create(session, issuer, slug=name, facts=facts, actor=staff.actor)
        except AlreadyExists:
            continue
    raise AlreadyExists(_("Give it a short name that no other pathway has."))


def _without_saving(visit: _Visit, act: str, typed: Typed) -> Response | None:
    """The form again, if a button asked for that; None when it is to be saved."""
    if act == "preview":
        return _shown(visit, typed)
    if fields.is_row_act(act):
        return _shown(visit, fields.after(typed, act))
    return None


def _saved(staff: Staff, row: PathwayRow, act: str, sentence: str) -> Response:
    return go(f"{staff.root}/pathways/{row.id}/{'publish' if act == 'check' else 'edit'}", sentence)


def _changed_meanwhile() -> dict[str, str]:
    return {"form": _("Somebody else saved this draft while you were typing. Save again to put yours in its place.")}


def _shown(visit: _Visit, typed: Typed, *, wrong: dict[str, str] | None = None) -> Response:
    before, typed = typed, fields.renumbered(typed)
    understood = visit.understood(typed)
    if wrong and typed.nodes != before.nodes:  # the fields have other numbers now
        wrong = understood.wrong | {name: said for name, said in wrong.items() if not name.startswith("node-")}
    world = visit.known.world
    stacks = [each for each in world.credentials.values() if each.kind is Kind.STACK]
    return at_work(
        visit.request,
        "staff/pathways/edit.html",
        visit.staff,
        refused=_refusal(wrong) if wrong else None,
        typed=typed,
        wrong=wrong or {},
        pathway=visit.row,
        pill=words.pill(visit.row) if visit.row else None,
        seen=stamp(visit.row) if visit.row else "",
        understood=understood,
        notes=understood.notes,
        drawn=view.drawn(world, understood.pathway),
        empty_row=fields.empty_row(0),
        choices=words.choices()
        | {"awards": [("", _("nothing")), *((each.id, f"{each.abbreviation}: {each.name}") for each in stacks)]},
        credentials=sorted(world.credentials.values(), key=lambda each: each.abbreviation.casefold()),
        skills=sorted(world.skills.values(), key=lambda each: each.name.casefold()),
        units=sorted(world.contact_hours),
    )


def _refusal(wrong: dict[str, str]) -> Refusal:
    sentence = ngettext(
        "One field needs another look. Nothing was saved.",
        "%(num)s fields need another look. Nothing was saved.",
        len(wrong),
    )
    status = HTTPStatus.CONFLICT if "form" in wrong else HTTPStatus.UNPROCESSABLE_ENTITY
    return Refusal(wrong.get("form", sentence), "", status)
