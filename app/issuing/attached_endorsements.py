"""What badges carry of endorsements: those that were signed here, and those that came from elsewhere."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.credentials import strict_json
from app.issuing import endorsements, received_endorsements
from app.issuing.office import Office

MOST_ATTACHED = 4  # in one badge; each is about a kilobyte


@dataclass(frozen=True, slots=True)
class Attached:
    """Signed endorsements, as objects and as compact tokens."""

    documents: tuple[dict[str, Any], ...]
    tokens: tuple[str, ...]


def attached(session: Session, office: Office, abouts: Collection[str]) -> Attached:
    """What a badge that is signed now carries of things with these ids: accepted, standing, and good.

    The newest, at most MOST_ATTACHED, in an order that does not change.
    """
    found: list[tuple[datetime, str, dict[str, Any] | str]] = []
    for said, _by in endorsements.accepted(session, abouts, at_most=MOST_ATTACHED):
        found.append((said.created_at, said.id, strict_json.loads(said.json)))
    elsewhere = received_endorsements.carried(session, office, abouts, at_most=MOST_ATTACHED)
    found += [(each.created_at, each.id, received_endorsements.part_of(each)) for each in elsewhere]
    found.sort(key=lambda each: each[1])
    found.sort(key=lambda each: each[0], reverse=True)
    parts = [part for _, _, part in found[:MOST_ATTACHED]]
    return Attached(
        documents=tuple(part for part in parts if isinstance(part, dict)),
        tokens=tuple(part for part in parts if isinstance(part, str)),
    )
