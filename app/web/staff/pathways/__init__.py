"""Pathways: a list, an editor in words, what publishing would come to, and who is on them, step by step."""

from __future__ import annotations

from fastapi import APIRouter

from app.web.staff.pathways import (
    editor,
    enrolling,
    enrolments,
    learner,
    listing,
    mass_enrolling,
    one,
    publishing,
)

router = APIRouter(tags=["staff"], include_in_schema=False)
# Fixed paths first: `/{pathway_id}` would take `new` for an id, and `/people/{learner_id}` a file for a person.
for _part in (
    listing.router,
    editor.router,
    publishing.router,
    enrolments.router,
    enrolling.router,
    mass_enrolling.router,
    learner.router,
    one.router,
):
    router.include_router(_part, prefix="/staff/{slug}/pathways")
