"""Who read what: one entry of the audit log for each answer, with the ids of the resources that it held."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from app.issuing import audit


def note(
    session: Session, issuer_id: str, *, actor: str, reader_id: str, interaction: str, found: Iterable[tuple[str, str]]
) -> None:
    """Write the entry. `found` are pairs of a resource's type and our id; nothing of what was asked is kept."""
    ids: dict[str, list[str]] = {}
    for resource_type, own_id in found:
        ids.setdefault(resource_type, []).append(own_id)
    audit.record(
        session, issuer_id, actor=actor, action="record.read", object_id=reader_id, interaction=interaction, ids=ids
    )
