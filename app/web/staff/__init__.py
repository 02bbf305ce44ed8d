"""The door of staff: one file per noun of the rail. Every route says what a member must be allowed to do."""

from __future__ import annotations

from fastapi import APIRouter

from app.web.staff import (
    account,
    achievements,
    applications,
    approvals,
    awards,
    ce_activities,
    cohorts,
    definitions,
    desk,
    frameworks,
    imports,
    overview,
    passkeys,
    past_awards,
    pathways,
    people,
    readiness,
    readiness_unit,
    renewals,
    reports,
    samples,
    settings,
    sign_in,
    sources_routes,
    welcome,
)

router = APIRouter()
# Fixed paths first: `/staff/{slug}` would take them for an issuer's.
for _part in (
    sign_in.router,
    passkeys.router,
    welcome.router,
    account.router,
    overview.router,
    overview.of_issuer,
    achievements.router,
    applications.router,
    approvals.router,
    imports.router,
    past_awards.router,
    awards.router,
    pathways.router,
    definitions.router,
    frameworks.router,
    people.router,
    readiness.router,
    cohorts.router,
    samples.router,  # before the renewals, one of which `samples` would be
    ce_activities.router,
    readiness_unit.router,
    renewals.router,
    desk.router,
    reports.router,
    settings.router,
    sources_routes.router,
):
    router.include_router(_part)
