"""The door for everyone: badges, issuers, achievements, status lists, verification. No account, no secret, no state."""

from __future__ import annotations

from fastapi import APIRouter

from app.web import (
    public_achievements,
    public_badges,
    public_calendars,
    public_catalogue,
    public_claim,
    public_compare,
    public_endorse,
    public_endorsements,
    public_files,
    public_home,
    public_issuers,
    public_ob2,
    public_oidc,
    public_pathways,
    public_share,
    public_sign_in,
    public_unsubscribe,
    public_verify,
    public_verify_batch,
    public_watch,
)

router = APIRouter()
for _part in (
    public_home,
    public_badges,
    public_share,
    public_calendars,
    public_claim,
    public_issuers,
    public_achievements,
    public_catalogue,
    public_compare,
    public_files,
    public_endorse,
    public_endorsements,
    public_ob2,
    public_oidc,
    public_pathways,
    public_sign_in,
    public_unsubscribe,
    public_verify,
    public_verify_batch,
    public_watch,
):
    router.include_router(_part.router)
