"""Making and changing a definition: one form for every kind; and taking one out of use, with what names it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.errors import AlreadyExists, InvalidInput, NotFound
from app.issuing import definitions
from app.issuing.definitions import SHAPES as MODELS
from app.issuing.definitions import Definition, Kind
from app.issuing.definitions.kinds import AnyFacts
from app.service import Service
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import Refusal, at_work, go
from app.web.languages import gettext as _
from app.web.languages import ngettext
from app.web.signed_in import Designer, Staff
from app.web.staff import condition_notes
from app.web.staff.achievements.fields import slug_of
from app.web.staff.definitions import choices, fields, saying, uses
from app.web.staff.definitions.choices import Choices
from app.web.staff.definitions.fields import Read, Typed
from app.web.staff.definitions.listing import shape_of
from app.web.staff.definitions.shapes import Shape, Widget
from app.web.told import told

router = APIRouter()


@dataclass(frozen=True, slots=True)
class _Visit:
    """Who asks, for which definition (None = a new one), and what it may refer to."""

    request: Request
    staff: Staff
    kind: Kind
    shape: Shape
    found: Definition | None
    offered: Choices

    def read(self, typed: Typed) -> Read:
        return fields.read(self.kind, typed, self.offered.names, self.offered.known)


@router.post("/{kind}/preview")
def notes(staff: Designer, request: Request, kind: str, form: Sent, service: TheService) -> Response:
    """What is said below a condition, of what is typed; a script puts it in place of what was said before."""
    visit = _visit(request, service, staff, kind, "")
    typed = fields.of_form(visit.kind, form)
    return at_work(request, "staff/definitions/notes.html", staff, notes=_notes(visit, typed, visit.read(typed)))


@router.get("/{kind}/new")
def new(staff: Designer, request: Request, kind: str, service: TheService) -> Response:
    """The form of a new one."""
    visit = _visit(request, service, staff, kind, "")
    return _shown(visit, fields.nothing(visit.kind))


@router.post("/{kind}/new")
def create(staff: Designer, request: Request, kind: str, form: Sent, service: TheService) -> Response:
    """Save a new one, or show the form again: with other rows, or with what is wrong."""
    visit = _visit(request, service, staff, kind, "")
    typed = fields.of_form(visit.kind, form)
    if (changed := fields.after(visit.kind, typed, form.text("do", most=60))) is not None:
        return _shown(visit, changed, slug=form.text("slug", most=80))
    read = visit.read(typed)
    if read.facts is None:
        return _shown(visit, typed, wrong=read.wrong, slug=form.text("slug", most=80))
    slug = form.text("slug", most=200).lower() or _suggested(read.facts)
    try:
        with service.database.write() as session:
            _refuse_taken(session, staff, visit.kind, slug)
            definitions.put(session, staff.issuer(session), visit.kind, slug, read.facts, actor=staff.actor)
    except (InvalidInput, AlreadyExists) as error:
        return _shown(
            visit, typed, wrong={"slug": f"{told(error.detail).rstrip('.')}."}, slug=form.text("slug", most=80)
        )
    return go(f"{staff.root}/definitions/{kind}", _("Saved. Everybody on a pathway is judged anew soon."))


@router.get("/{kind}/{definition}/edit")
def edit(staff: Designer, request: Request, kind: str, definition: str, service: TheService) -> Response:
    """The form of what it says now."""
    visit = _visit(request, service, staff, kind, definition)
    stated = visit.found.facts if visit.found else {}
    typed = fields.of_facts(visit.kind, stated, visit.offered.names, visit.offered.labels)
    return _shown(visit, typed)


@router.post("/{kind}/{definition}/edit")
def change(
    *, staff: Designer, request: Request, kind: str, definition: str, form: Sent, service: TheService
) -> Response:
    """Save it, or show the form again. One that is out of use is in use again."""
    visit = _visit(request, service, staff, kind, definition)
    typed = fields.of_form(visit.kind, form)
    if (changed := fields.after(visit.kind, typed, form.text("do", most=60))) is not None:
        return _shown(visit, changed)
    read = visit.read(typed)
    if read.facts is None:
        return _shown(visit, typed, wrong=read.wrong)
    with service.database.write() as session:
        issuer = staff.issuer(session)
        found = definitions.by_slug(session, issuer, visit.kind, definition, archived=True)
        if form.text("seen", most=60) != _stamp(found):
            newest = _Visit(request, staff, visit.kind, visit.shape, found, visit.offered)
            return _shown(newest, typed, wrong=_changed_meanwhile())
        done = definitions.put(session, issuer, visit.kind, definition, read.facts, actor=staff.actor)
    sentence = _("Nothing was changed.")
    if done.what != "unchanged":
        sentence = _("Saved. Everybody on a pathway is judged anew soon.")
    return go(f"{staff.root}/definitions/{kind}", sentence)


@router.get("/{kind}/{definition}/archive")
def ask(staff: Designer, request: Request, kind: str, definition: str, service: TheService) -> Response:
    """What names it, before it is taken out of use."""
    chosen, shape = shape_of(kind)
    with service.database.read() as session:
        found = definitions.by_slug(session, staff.issuer(session), chosen, definition, archived=True)
        told = uses.of_definition(session, found)
        name = saying.name_of(choices.of_issuer(session, staff.issuer_id).world, found)
    template = "staff/definitions/archive.html"
    return at_work(request, template, staff, kind=kind, shape=shape, found=found, name=name, uses=told)


@router.post("/{kind}/{definition}/archive")
def archive(staff: Designer, kind: str, definition: str, form: Sent, service: TheService) -> Response:
    """Take it out of use. What was decided by it stays as it was decided."""
    del form
    chosen, _shape = shape_of(kind)
    with service.database.write() as session:
        found = definitions.by_slug(session, staff.issuer(session), chosen, definition, archived=True)
        definitions.archive(session, found, actor=staff.actor)
    return go(f"{staff.root}/definitions/{kind}", _("It is out of use. What was decided by it stays."))


def _visit(request: Request, service: Service, staff: Staff, kind: str, definition: str) -> _Visit:
    """Raises NotFound for a kind, or a definition, that is not there."""
    chosen, shape = shape_of(kind)
    with service.database.read() as session:
        issuer = staff.issuer(session)
        found = definitions.by_slug(session, issuer, chosen, definition, archived=True) if definition else None
        return _Visit(request, staff, chosen, shape, found, choices.of_issuer(session, staff.issuer_id))


def _refuse_taken(session: Session, staff: Staff, kind: Kind, slug: str) -> None:
    try:
        definitions.by_slug(session, staff.issuer(session), kind, slug, archived=True)
    except NotFound:
        return
    raise AlreadyExists(_("Another one has this short name, perhaps one that is out of use"))


def _suggested(facts: AnyFacts) -> str:
    """The short name that facts suggest: of the abbreviation, the name, or what is referred to."""
    stated = facts.to_json()
    for parts in (["abbreviation"], ["name"], ["source", "target"], ["programme", "credits"]):
        if all(isinstance(stated.get(each), str) for each in parts):
            return slug_of(" ".join(stated[each] for each in parts))
    return ""


def _stamp(found: Definition) -> str:
    """What a form carries, to notice that somebody else saved meanwhile, in the same second too."""
    facts = json.dumps([found.facts, found.archived_at is None], sort_keys=True)
    return f"{found.changed_at:%Y%m%dT%H%M%S}-{hashlib.sha256(facts.encode()).hexdigest()[:16]}"


def _changed_meanwhile() -> dict[str, str]:
    return {"form": _("Somebody else saved this while you were typing. Save again to put yours in its place.")}


def _notes(visit: _Visit, typed: Typed, read: Read) -> dict[str, condition_notes.Note]:
    world = visit.offered.world
    return {
        fact.name: condition_notes.note(world, typed.values[fact.name], read.readings[fact.name])
        for fact in visit.shape.facts
        if fact.widget is Widget.CONDITION
    }


def _shown(visit: _Visit, typed: Typed, *, wrong: dict[str, str] | None = None, slug: str = "") -> Response:
    required = {name for name, info in MODELS[visit.kind].model_fields.items() if info.is_required()}
    read = visit.read(typed)
    return at_work(
        visit.request,
        "staff/definitions/edit.html",
        visit.staff,
        refused=_refusal(wrong) if wrong else None,
        kind=visit.kind.value,
        shape=visit.shape,
        found=visit.found,
        name=saying.name_of(visit.offered.world, visit.found) if visit.found else "",
        seen=_stamp(visit.found) if visit.found else "",
        typed=typed,
        slug=slug,
        wrong=wrong or {},
        required=required,
        options=visit.offered.options,
        notes=_notes(visit, typed, read),
        has_condition=any(fact.widget is Widget.CONDITION for fact in visit.shape.facts),
        empty_row=fields.empty_row,
    )


def _refusal(wrong: dict[str, str]) -> Refusal:
    sentence = ngettext(
        "One field needs another look. Nothing was saved.",
        "%(num)s fields need another look. Nothing was saved.",
        len(wrong),
    )
    status = HTTPStatus.CONFLICT if "form" in wrong else HTTPStatus.UNPROCESSABLE_ENTITY
    return Refusal(wrong.get("form", sentence), "", status)
