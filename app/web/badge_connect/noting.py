"""A line in the audit log for each answer with badges of issuers here, before it goes out (as reads by FHIR have)."""

from __future__ import annotations

from collections.abc import Collection

from app.issuing.badge_connect import reading
from app.service import Service
from app.web.badge_connect.callers import Caller


def note_read(service: Service, caller: Caller, interaction: str, award_ids: Collection[str]) -> None:
    """Write down that a program was told of these awards. What cannot be written down is not told."""
    if not award_ids:
        return
    with service.database.write() as session:
        reading.note(
            session,
            client_id=caller.client_id,
            grant_id=caller.grant_id,
            interaction=interaction,
            award_ids=award_ids,
        )
