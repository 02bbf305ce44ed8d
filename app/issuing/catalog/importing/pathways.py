"""Pathways of a plan: drafted and published with the number that the file states, or the next one."""

from __future__ import annotations

from collections.abc import Iterable

from app.errors import NotFound
from app.issuing import pathways
from app.issuing.catalog.importing.changes import Import, What, about
from app.issuing.catalog.plan import PlannedPathway
from app.issuing.pathways import PathwayState


def carry_out(done: Import, wanted: Iterable[PlannedPathway]) -> None:
    """See that they are there and published. One that was archived here is left alone."""
    for planned in wanted:
        with about(planned.line, planned.slug):
            done.note("pathway", planned.slug, _pathway(done, planned))


def _pathway(done: Import, planned: PlannedPathway) -> What:
    session, actor, issuer = done.session, done.actor, done.issuers[planned.issuer_slug]
    try:
        row = pathways.by_slug(session, issuer, planned.slug)
    except NotFound:
        row = pathways.create(session, issuer, slug=planned.slug, facts=planned.facts, actor=actor)
        if not planned.is_draft:
            pathways.publish(session, row, actor=actor, number=planned.number)
        return "made"
    if row.state == PathwayState.ARCHIVED:
        return "archived"
    has_changed = pathways.change(session, row, facts=planned.facts, actor=actor)
    if planned.is_draft or row.draft is None:
        return "changed" if has_changed else "unchanged"
    pathways.publish(session, row, actor=actor, number=planned.number)
    return "changed"
