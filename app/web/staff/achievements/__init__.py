"""Achievements: a list, an editor with a preview, a checklist before publishing, versions and what differs."""

from __future__ import annotations

from fastapi import APIRouter

from app.web.staff.achievements import acts, editor, listing, picture, publishing, versions

router = APIRouter(tags=["staff"], include_in_schema=False)
# Fixed paths first: `/{achievement_id}` would take `new` for an id.
for _part in (listing.router, editor.router, acts.router, picture.router, publishing.router, versions.router):
    router.include_router(_part, prefix="/staff/{slug}/achievements")
