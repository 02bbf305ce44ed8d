"""Settings of an issuer: profile, accreditation, endorsements, members, keys, webhooks, health records, mail, log."""

from __future__ import annotations

from fastapi import APIRouter

from app.web.staff.settings import (
    accreditation,
    api_keys,
    audit_log,
    doctor,
    endorsements,
    endorsements_asking,
    endorsements_uploading,
    health_records,
    mail,
    mail_addresses,
    mail_words,
    members,
    outbox,
    profile,
    signing_keys,
    webhook_acts,
    webhooks,
)

router = APIRouter(tags=["staff"], include_in_schema=False)
for _part in (
    profile,
    accreditation,
    endorsements,
    endorsements_asking,
    endorsements_uploading,
    members,
    api_keys,
    webhooks,
    webhook_acts,
    health_records,
    mail,
    mail_words,
    mail_addresses,
    outbox,
    signing_keys,
    audit_log,
    doctor,
):
    router.include_router(_part.router, prefix="/staff/{slug}/settings")
