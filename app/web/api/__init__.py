"""The door for integrators: `/api/v1`, with API keys; one file per noun, and one for each thing that all share."""

from fastapi import APIRouter

from app.web.api import (
    achievements,
    approvals,
    audit_log,
    award_changes,
    award_components,
    awards,
    backfills,
    cohorts,
    completions,
    continuing_education,
    definitions,
    deliveries,
    endorsements,
    endpoints,
    enrolments,
    erasure,
    groups,
    guide,
    imports,
    issuers,
    keys,
    learners,
    lti,
    mail,
    mapping,
    merges,
    pathways,
    people,
    plans,
    recognitions,
    reconciliation,
    renewals,
    report_subscriptions,
    reports,
    rule_versions,
    rules,
    signing_keys,
    skills,
    sources,
    units,
    unmapped,
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
    award_components,
    renewals,
    people,
    reconciliation,
    learners,
    continuing_education,
    merges,
    erasure,
    groups,
    endorsements,
    definitions,
    pathways,
    enrolments,
    recognitions,
    skills,
    plans,
    cohorts,
    guide,
    units,
    mapping,  # before the sources, one of which `try` would be
    sources,
    imports,
    rules,
    rule_versions,
    approvals,
    backfills,
    completions,
    deliveries,
    unmapped,
    keys,
    signing_keys,
    lti,
    endpoints,
    mail,
    reports,
    report_subscriptions,
    audit_log,
):
    router.include_router(noun.router)

description_router = description_route(router)
