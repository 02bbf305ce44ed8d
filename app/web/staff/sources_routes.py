"""Everything about sources, the inbox and rules, in the order in which addresses are told apart."""

from __future__ import annotations

from fastapi import APIRouter

from app.web.staff import (
    inbox,
    inbox_delivery,
    lti,
    rules,
    rules_backfills,
    rules_editor,
    rules_explaining,
    rules_simple,
    rules_simulation,
    sources,
    sources_asking,
    sources_exports,
    sources_mapping,
    sources_new,
    sources_settings,
    sources_try,
)

router = APIRouter()
# `/sources/inbox` and `/sources/new` before `/sources/{source_id}`, which would take them for a source.
_PARTS = (
    *(
        sources_exports,
        inbox,
        inbox_delivery,
        sources_new,
        sources,
        sources_settings,
        sources_mapping,
        sources_try,
        sources_asking,
    ),
    *(lti, rules, rules_editor, rules_simple, rules_simulation, rules_backfills, rules_explaining),
)
for _part in _PARTS:
    router.include_router(_part.router)
