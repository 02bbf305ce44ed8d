"""People at work: find somebody, see what is known of them, put it right, merge two, and let somebody be forgotten."""

from __future__ import annotations

from fastapi import APIRouter

from app.web.staff.people import (
    careers,
    changing,
    directory,
    education,
    erasing,
    listing,
    merging,
    names,
    one,
    recognitions,
)

router = APIRouter()
# Fixed paths first: `/people/{learner_id}` would take them for ids.
for _part in (
    listing.router,
    directory.router,
    names.router,
    merging.router,
    erasing.router,
    recognitions.router,
    changing.router,
    careers.router,
    education.router,
    one.router,
):
    router.include_router(_part)
