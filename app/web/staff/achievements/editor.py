"""The guided editor: one form in steps, rows that come and go, a preview of what is typed, and the draft it saves."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from app.credentials.lint.vocabulary import ACHIEVEMENT_TYPES, RESULT_TYPES, TARGET_TYPES
from app.errors import AlreadyExists, InvalidInput
from app.issuing import achievement_lists, achievements, open_badges_2
from app.issuing.achievement_facts import AchievementFacts
from app.issuing.achievements import Achievement
from app.issuing.pathways import worlds
from app.projections import drawing
from app.projections.drawing import icons, shapes
from app.service import Service
from app.stacking.condition_text import names_of
from app.stacking.world import World
from app.web import words
from app.web.deps import TheService
from app.web.forms import Form, Sent
from app.web.headers import DRAWING_POLICY
from app.web.inside import Refusal, at_work, go
from app.web.languages import gettext as _
from app.web.languages import ngettext
from app.web.representations import Representation, respond
from app.web.signed_in import Designer, Reader, Staff
from app.web.staff import condition_notes
from app.web.staff.achievements import fields, translation_fields, wording
from app.web.staff.achievements.fields import Typed
from app.web.staff.achievements.preview import LONGEST_NAME_DRAWN, preview
from app.web.staff.condition_notes import Note
from app.web.told import told

router = APIRouter()

_ROW_ACT = re.compile(r"(add|remove)-(skill|credit|result|translation)(?:-(\d{1,3}))?")
_MOST_SUGGESTIONS = 30  # of a short name, until one is free


class Drawn(BaseModel):
    """A badge to be drawn, as an address states it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    shape: drawing.Shape = drawing.Shape.HEXAGON
    fill: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] = "#0b4f6c"
    accent: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")] | None = None
    level: Annotated[int, Field(ge=1, le=5)] | None = None
    icon: drawing.Icon | None = None
    abbreviation: Annotated[str, Field(max_length=LONGEST_NAME_DRAWN)] = ""
    name: Annotated[str, Field(max_length=LONGEST_NAME_DRAWN)] = ""


@dataclass(frozen=True, slots=True)
class _Visit:
    """Who asks, and of what."""

    request: Request
    service: Service
    staff: Staff


@router.get("/drawing.svg")
def drawn(staff: Reader, request: Request, wanted: Annotated[Drawn, Query()]) -> Response:  # noqa: ARG001 - asks who may see it
    """A badge as it would be drawn; nothing is kept."""
    content = drawing.svg_badge(**dict(wanted))
    headers = {"Content-Security-Policy": DRAWING_POLICY, "Cross-Origin-Resource-Policy": "same-origin"}
    caching = "private, max-age=3600"
    return respond(request, Representation(content, "image/svg+xml", caching, is_negotiated=False, headers=headers))


@router.post("/preview")
def fragment(staff: Designer, request: Request, form: Sent, service: TheService) -> Response:
    """The preview alone, of what is typed; a script puts it in place of the one that is there."""
    visit = _Visit(request, service, staff)
    typed = _typed(visit, form)
    found = _opened(service, staff, form.text("achievement", most=80))
    facts, _wrong = fields.checked(typed, _facts_of(visit, found))
    tongue = typed.values["preview_in"]
    shown = preview(service, staff, facts or fields.as_far_as_possible(typed), found, tongue=tongue)
    template = "staff/achievement_preview_alone.html"
    note = _note(_world(visit), typed)
    return at_work(request, template, staff, preview=shown, note=note, typed=typed, tongues=_tongues(typed))


@router.get("/new")
def new(staff: Designer, request: Request, service: TheService) -> Response:
    """The form of a new achievement."""
    return _shown(_Visit(request, service, staff), fields.nothing(), None)


@router.post("/new")
def create(staff: Designer, request: Request, form: Sent, service: TheService) -> Response:
    """Save a new draft, or show the form again: with a preview, with other rows, or with what is wrong."""
    visit = _Visit(request, service, staff)
    typed = _typed(visit, form)
    act = form.text("do", most=40)
    if (answer := _without_saving(visit, act, typed, None)) is not None:
        return answer
    facts, wrong = fields.checked(typed, None)
    if facts is None:
        return _shown(visit, typed, None, wrong=wrong)
    try:
        with service.database.write() as session:
            made = _created(session, staff, typed, facts)
            open_badges_2.switch(session, made, on="open_badges_2" in typed.ticked, actor=staff.actor)
    except (InvalidInput, AlreadyExists) as error:
        return _shown(visit, typed, None, wrong=_wrong_of(error))
    return _saved(staff, made, act, _("The draft is saved."))


@router.get("/{achievement_id}/edit")
def edit(staff: Designer, request: Request, achievement_id: str, service: TheService) -> Response:
    """The form of what the achievement says now, its draft first."""
    with service.database.read() as session:
        found = achievements.by_id(session, achievement_id, issuer=staff.issuer(session))
        facts = achievements.current_facts(session, found)
        names = names_of(worlds.of(session, staff.issuer_id).world)
    typed = fields.of_facts(facts, slug=found.slug, open_badges_2=found.open_badges_2, labels=names.labels)
    return _shown(_Visit(request, service, staff), fields.understood(typed, names), found)


@router.post("/{achievement_id}/edit")
def change(staff: Designer, request: Request, achievement_id: str, form: Sent, service: TheService) -> Response:
    """Save the draft, or show the form again: with a preview, with other rows, or with what is wrong."""
    visit = _Visit(request, service, staff)
    typed = _typed(visit, form)
    found = _opened(service, staff, achievement_id)
    act = form.text("do", most=40)
    if (answer := _without_saving(visit, act, typed, found)) is not None:
        return answer
    facts, wrong = fields.checked(typed, _facts_of(visit, found))
    if facts is None:
        return _shown(visit, typed, found, wrong=wrong)
    try:
        with service.database.write() as session:
            found = achievements.by_id(session, achievement_id, issuer=staff.issuer(session))
            if form.text("seen", most=60) != stamp(found):
                return _shown(visit, typed, found, wrong=_changed_meanwhile())
            has_changed = achievements.change(session, found, facts=facts, actor=staff.actor)
            has_changed |= open_badges_2.switch(session, found, on="open_badges_2" in typed.ticked, actor=staff.actor)
    except InvalidInput as error:
        return _shown(visit, typed, found, wrong=_wrong_of(error))
    return _saved(staff, found, act, _("The draft is saved.") if has_changed else _("Nothing was changed."))


def _typed(visit: _Visit, form: Form) -> Typed:
    """What was typed, without the row that a button takes away; a skill of before brings its address along."""
    with visit.service.database.read() as session:
        known = achievement_lists.skills_in_use(session, visit.staff.issuer_id)
        names = names_of(worlds.of(session, visit.staff.issuer_id).world)
    match = _ROW_ACT.fullmatch(form.text("do", most=40))
    gone = (match[2], int(match[3])) if match and match[1] == "remove" and match[3] else None
    return fields.understood(fields.completed(fields.of_form(form, without=gone), known), names)


def _world(visit: _Visit) -> World:
    with visit.service.database.read() as session:
        return worlds.of(session, visit.staff.issuer_id).world


def _note(world: World, typed: Typed) -> Note:
    """What is said below the condition."""
    return condition_notes.note(world, typed.values["prerequisites"], typed.prerequisites)


def _tongues(typed: Typed) -> list[tuple[str, str]]:
    """What the preview can be shown in."""
    return translation_fields.tongues(typed.values["language"] or "en", typed.rows.get(translation_fields.KIND, ()))


def stamp(achievement: Achievement) -> str:
    """What a form carries, to notice that somebody else saved meanwhile, in the same second too."""
    facts = json.dumps([achievement.draft, achievement.open_badges_2], sort_keys=True)
    when = achievement.changed_at or achievement.created_at
    return f"{when:%Y%m%dT%H%M%S}-{hashlib.sha256(facts.encode()).hexdigest()[:16]}"


def _opened(service: Service, staff: Staff, achievement_id: str) -> Achievement | None:
    """The achievement that a form is about; None for a new one. Raises NotFound."""
    if not achievement_id:
        return None
    with service.database.read() as session:
        return achievements.by_id(session, achievement_id, issuer=staff.issuer(session))


def _created(session: Session, staff: Staff, typed: Typed, facts: AchievementFacts) -> Achievement:
    """A new draft under the short name that was typed, or the first free one that its abbreviation suggests."""
    issuer = staff.issuer(session)
    if wanted := typed.values["slug"].lower():
        return achievements.create(session, issuer, slug=wanted, facts=facts, actor=staff.actor)
    suggested = fields.slug_of(facts.abbreviation) or fields.slug_of(facts.name)
    if not suggested:
        raise InvalidInput(_("Give it a short name of a-z, 0-9 and hyphens."), pointer="/slug")
    for number in range(1, _MOST_SUGGESTIONS):
        name = suggested if number == 1 else f"{suggested[:76]}-{number}"
        try:
            return achievements.create(session, issuer, slug=name, facts=facts, actor=staff.actor)
        except AlreadyExists:
            continue
    raise AlreadyExists(_("Give it a short name that no other achievement has."))


def _without_saving(visit: _Visit, act: str, typed: Typed, found: Achievement | None) -> Response | None:
    """The form again, if a button asked for that; None when it is to be saved."""
    if act == "preview":
        return _shown(visit, typed, found)
    if match := _ROW_ACT.fullmatch(act):
        return _shown(visit, fields.with_row(typed, match[2]) if match[1] == "add" else typed, found)
    return None


def _saved(staff: Staff, achievement: Achievement, act: str, sentence: str) -> Response:
    where = "publish" if act == "check" else "edit"
    return go(f"{staff.root}/achievements/{achievement.id}/{where}", sentence)


def _wrong_of(error: InvalidInput | AlreadyExists) -> dict[str, str]:
    name = str(error.facts.get("pointer", "/slug")).strip("/").partition("/")[0]
    return {name: f"{told(error.detail).rstrip('.')}."}


def _changed_meanwhile() -> dict[str, str]:
    return {"form": _("Somebody else saved this draft while you were typing. Save again to put yours in its place.")}


def _shown(visit: _Visit, typed: Typed, found: Achievement | None, *, wrong: dict[str, str] | None = None) -> Response:
    staff, kept = visit.staff, _facts_of(visit, found)
    facts, _wrong = fields.checked(typed, kept)
    with visit.service.database.read() as session:
        skills = achievement_lists.skills_in_use(session, staff.issuer_id)
    return at_work(
        visit.request,
        "staff/achievement_edit.html",
        staff,
        refused=_refusal(wrong) if wrong else None,
        typed=typed,
        wrong=wrong or {},
        achievement=found,
        seen=stamp(found) if found else "",
        preview=preview(
            visit.service,
            staff,
            facts or fields.as_far_as_possible(typed),
            found,
            tongue=typed.values["preview_in"],
        ),
        tongues=_tongues(typed),
        skills_in_use=skills,
        most_rows=fields.MOST_ROWS,
        empty_row=fields.empty_row,
        note=_note(_world(visit), typed),
        choices=_choices(),
    )


def _facts_of(visit: _Visit, found: Achievement | None) -> AchievementFacts | None:
    if found is None:
        return None
    with visit.service.database.read() as session:
        return achievements.current_facts(session, found)


def _refusal(wrong: dict[str, str]) -> Refusal:
    sentence = ngettext(
        "One field needs another look. Nothing was saved.",
        "%(num)s fields need another look. Nothing was saved.",
        len(wrong),
    )
    status = HTTPStatus.CONFLICT if "form" in wrong else HTTPStatus.UNPROCESSABLE_ENTITY
    return Refusal(wrong.get("form", sentence), "", status)


def _outline(shape: drawing.Shape) -> str:
    form = shapes.form(shape)
    return "".join((form.outline, *form.behind[:2]))  # of a ribbon, the tails


def _choices() -> dict[str, Any]:
    """What the selects of the form offer."""
    first = ["MicroCredential", "Badge", "Certificate", "CertificateOfCompletion", "Certification", "License"]
    kinds = [*first, *sorted(ACHIEVEMENT_TYPES - set(first))]
    levels = [(str(level), f"{level}: {words.level(level)}") for level in words.LEVELS]
    targets = sorted(TARGET_TYPES - {"ceasn:Competency"})
    return {
        "achievement_type": [(name, wording.spelt(name)) for name in kinds],
        "assessment_method": wording.assessment_methods(),
        "education_type": wording.education_types(),
        "formal_relation": wording.formal_relations(),
        "validity_kind": wording.validities(),
        "renewal_method": wording.renewals(),
        "renewal_ce_on_failed_audit": wording.failed_audits(),
        "shape": [(shape, said, _outline(drawing.Shape(shape))) for shape, said in wording.shapes()],
        "icon": [(icon, said, icons.path_of(drawing.Icon(icon)) if icon else "") for icon, said in wording.icons()],
        "level": [("", _("No level mark")), *levels],
        "skill_level": levels,
        "result_type": [(name, wording.spelt(name)) for name in sorted(RESULT_TYPES)],
        "target_type": [("", "ceasn:Competency"), *((name, name) for name in targets)],
    }
