"""The door for integrators: `/api/v1`, with API keys; one file per noun, and one for each thing that all share."""

from fastapi import APIRouter

from app.web.api import (
    achievements,
    audit_log,
    award_changes,
    awards,
    completions,
    deliveries,
    endorsements,
    issuers,
    keys,
    learners,
    rules,
    signing_keys,
    sources,
)
from app.web.api.description import description_route
from app.web.api.no_store import NoStore

__all__ = ["PREFIX", "NoStore", "description_router", "router"]

PREFIX = "/api/v1"

router = APIRouter(prefix=PREFIX, tags=["integrator"])
for noun in (
    issuers,
    achievements,
    awards,
    award_changes,
    learners,
    endorsements,
    sources,
    rules,
    completions,
    deliveries,
    keys,
    signing_keys,
    audit_log,
):
    router.include_router(noun.router)

description_router = description_route(router)
