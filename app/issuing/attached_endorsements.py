"""What badges carry of endorsements: those that were signed here, and those that came from elsewhere."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session

from app.credentials import model, sign, strict_json
from app.credentials.sign import Prepared
from app.errors import InvalidInput, LintFailed
from app.issuing import endorsements, received_endorsements
from app.issuing.office import Office

log = structlog.get_logger()

MOST_ATTACHED = 4  # in one badge; each is about a kilobyte


@dataclass(frozen=True, slots=True)
class Attached:
    """Signed endorsements, as objects and as compact tokens; `ours` are those of the objects that were signed here."""

    documents: tuple[dict[str, Any], ...]
    tokens: tuple[str, ...]
    ours: tuple[dict[str, Any], ...]


def attached(session: Session, office: Office, abouts: Collection[str]) -> Attached:
    """What a badge that is signed now carries of things with these ids: accepted, standing, and good.

    The newest, at most MOST_ATTACHED, in an order that does not change.
    """
    found: list[tuple[datetime, str, dict[str, Any] | str, bool]] = []
    for said, _by in endorsements.accepted(session, abouts, at_most=MOST_ATTACHED):
        found.append((said.created_at, said.id, strict_json.loads(said.json), True))
    elsewhere = received_endorsements.carried(session, office, abouts, at_most=MOST_ATTACHED)
    found += [(each.created_at, each.id, received_endorsements.part_of(each), False) for each in elsewhere]
    found.sort(key=lambda each: each[1])
    found.sort(key=lambda each: each[0], reverse=True)
    parts = [(part, is_ours) for _, _, part, is_ours in found[:MOST_ATTACHED]]
    return Attached(
        documents=tuple(part for part, _ in parts if isinstance(part, dict)),
        tokens=tuple(part for part, _ in parts if isinstance(part, str)),
        ours=tuple(part for part, is_ours in parts if is_ours and isinstance(part, dict)),
    )


def prepare(session: Session, office: Office, stated: model.Award) -> Prepared:
    """The badge with what it carries, linted and frozen. Raises as `sign.prepare` does.

    No award is lost for the words of somebody elsewhere: where a badge cannot be signed with them, it goes without.
    """
    found = attached(session, office, (stated.id, stated.achievement.id, stated.issuer.id))
    ours = replace(stated, endorsements=found.ours)
    whole = replace(stated, endorsements=found.documents, endorsement_tokens=found.tokens)
    if whole == ours:
        return sign.prepare(ours)
    try:
        return sign.prepare(whole)
    except (InvalidInput, LintFailed) as error:
        prepared = sign.prepare(ours)  # first, so that a fault of the badge itself is told as that
        count = len(found.documents) + len(found.tokens) - len(found.ours)
        log.warning("badge without endorsements from elsewhere", badge=stated.id, left_out=count, why=repr(error))
        return prepared
