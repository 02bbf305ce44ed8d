"""Skills, roles, units, equivalences, programmes …: one list and one form for every kind of definition."""

from __future__ import annotations

from fastapi import APIRouter

from app.web.staff.definitions import editor, listing

router = APIRouter(tags=["staff"], include_in_schema=False)
for _part in (listing.router, editor.router):
    router.include_router(_part, prefix="/staff/{slug}/definitions")
