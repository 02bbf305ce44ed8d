"""The door of learners: their badges across issuers, who sees them, and what they take along."""

from __future__ import annotations

from fastapi import APIRouter

from app.web.learner import (
    applications,
    badges,
    choices,
    elsewhere,
    hosts,
    leaving,
    portfolios,
    records,
    renewals,
    settings,
    shared,
    wallets,
)
from app.web.learner.ways import credentials, gap, moves, pathways, plans, skills, start

router = APIRouter()
for _part in (
    badges.router,
    choices.of_all,
    choices.router,
    elsewhere.router,
    records.router,
    wallets.router,
    shared.router,
    portfolios.router,
    portfolios.open_to_others,
    applications.router,
    pathways.router,
    skills.router,
    gap.router,
    plans.router,
    start.router,
    moves.router,
    credentials.router,
    renewals.router,
    settings.router,
    hosts.router,
    leaving.router,
):
    router.include_router(_part)
