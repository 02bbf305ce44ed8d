"""One pathway at a glance: its drawing, what it says in words, how far people are; its versions; the archive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from app.issuing import pathways
from app.issuing.pathways import PathwayVersion
from app.issuing.stacks import lists
from app.stacking import conditions
from app.stacking.world import Equivalence, World
from app.web import condition_words, pathway_changes
from app.web import words as general
from app.web.api.pathways import of_issuer
from app.web.deps import TheService
from app.web.forms import Sent
from app.web.inside import go
from app.web.languages import gettext as _
from app.web.signed_in import Designer, Reader
from app.web.staff.pathways import view, words
from app.web.staff.pathways.page import Subject, at_pathway, subject

router = APIRouter()

_NUMBER_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Passed:
    """One line of the funnel: how many of those on the pathway are there. `share` is of a hundred."""

    name: str
    node: str  # "" = the beginning or the end
    count: int
    share: int


@router.get("/{pathway_id}")
def one(staff: Reader, request: Request, pathway_id: str, service: TheService) -> Response:
    """The pathway at a glance."""
    with service.database.read() as session:
        about = subject(session, staff, pathway_id)
        shown = _glance(session, about)
    return at_pathway(request, "one.html", staff, about, tab="glance", **shown)


@router.get("/{pathway_id}/versions")
def versions(staff: Reader, request: Request, pathway_id: str, service: TheService) -> Response:
    """Every published version, newest first, each with what differs from the one before."""
    with service.database.read() as session:
        about = subject(session, staff, pathway_id)
        rows = _versions(about, pathways.versions_of(session, about.row))
    return at_pathway(request, "versions.html", staff, about, tab="versions", rows=rows)


@router.get("/{pathway_id}/versions/{number}")
def version(staff: Reader, request: Request, pathway_id: str, number: str, service: TheService) -> Response:
    """One published version, as it stands for ever."""
    with service.database.read() as session:
        about = subject(session, staff, pathway_id)
        wanted = int(number) if number.isascii() and number.isdecimal() and len(number) <= _NUMBER_DIGITS else 0
        found = pathways.version_of(session, about.row, wanted)
    facts = pathways.parse(found.facts)
    pathway = facts.pathway(about.row.slug, found.number)
    return at_pathway(
        request,
        "version.html",
        staff,
        about,
        tab="versions",
        version=found,
        facts=facts,
        drawn=view.drawn(about.known.world, pathway),
        on_loss=words.on_loss(facts),
        on_new_version=words.on_new_version(facts),
    )


@router.post("/{pathway_id}/archive")
def archive(staff: Designer, pathway_id: str, form: Sent, service: TheService) -> Response:
    """Take nobody more, and find nothing more complete."""
    del form
    with service.database.write() as session:
        pathways.archive(session, of_issuer(session, staff.issuer(session), pathway_id), actor=staff.actor)
    return go(f"{staff.root}/pathways/{pathway_id}", _("Archived. What was awarded stays."))


@router.post("/{pathway_id}/restore")
def restore(staff: Designer, pathway_id: str, form: Sent, service: TheService) -> Response:
    """Take it out of the archive."""
    del form
    with service.database.write() as session:
        pathways.restore(session, of_issuer(session, staff.issuer(session), pathway_id), actor=staff.actor)
    return go(
        f"{staff.root}/pathways/{pathway_id}", _("It is out of the archive. Everybody on it is judged anew soon.")
    )


def _glance(session: Session, about: Subject) -> dict[str, Any]:
    facts, world, pathway = about.facts, about.known.world, about.drafted
    counted = lists.funnel(session, about.row.id, [node.id for node in pathway.nodes])
    every = counted.on or 1
    passed = [Passed(_("On the pathway"), "", counted.on, 100 if counted.on else 0)]
    passed += [
        Passed(node.name, node.id, counted.nodes[node.id], round(counted.nodes[node.id] * 100 / every))
        for node in pathway.nodes
    ]
    passed.append(Passed(_("Completed it"), "", counted.completed, round(counted.completed * 100 / every)))
    asked = None if facts.entry is None else conditions.read(facts.entry)
    entry = None if asked is None else condition_words.said(world, asked, pathway)
    return {
        "drawn": view.drawn(world, pathway),
        "passed": passed,
        "on": counted.on,
        "stack_type": _(words.STACK_TYPES[facts.stack_type]),
        "mode": _(words.MODES[facts.mode]),
        "entry": entry,
        "on_loss": words.on_loss(facts),
        "on_new_version": words.on_new_version(facts),
        "equivalences": [_equivalence(world, each) for each in _in_scope(world, about)],
        "stacks": [world.credentials[each] for each in pathway.awarded_by if each in world.credentials],
    }


def _in_scope(world: World, about: Subject) -> list[Equivalence]:
    """What counts as something that the pathway names."""
    named = {credential for node in about.drafted.nodes for credential in conditions.credentials_in(node.condition)}
    return [
        each
        for each in world.equivalences
        if (each.pathways is None or about.row.slug in each.pathways)
        and any(target in named for _source, target in each.directions)
    ]


def _equivalence(world: World, each: Equivalence) -> str:
    source, target = world.label(each.source), world.label(each.target)
    said = (
        _("%(source)s and %(target)s count as one another", source=source, target=target)
        if each.both
        else _("%(source)s counts as %(target)s", source=source, target=target)
    )
    if each.max_age_months is not None:
        said += _(", for %(months)s months after it was awarded", months=each.max_age_months)
    if each.valid_until is not None:
        said += _(", until %(day)s", day=general.day_of(each.valid_until))
    return f"{said}."


def _versions(about: Subject, found: list[PathwayVersion]) -> list[tuple[PathwayVersion, tuple[str, ...]]]:
    world = about.known.world
    read = [pathways.parse(each.facts).pathway(about.row.slug, each.number) for each in found]
    rows = []
    for place, each in enumerate(found):
        differs = pathway_changes.said(world, read[place - 1], read[place]) if place else ()
        rows.append((each, differs))
    return rows[::-1]
