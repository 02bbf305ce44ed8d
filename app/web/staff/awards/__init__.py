"""Awards at work: find them, make one or many, now or later, approve, change, and act on many with time to think."""

from __future__ import annotations

from fastapi import APIRouter

from app.web.staff.awards import bulk, changing, listing, making, one, replacing, scheduled

router = APIRouter()
# Fixed paths first: `/awards/{award_id}` would take them for ids.
for _part in (
    listing.router,
    making.router,
    scheduled.router,
    bulk.router,
    replacing.router,
    changing.router,
    one.router,
):
    router.include_router(_part)
