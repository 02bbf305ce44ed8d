"""Units of continuing education and what they are worth: the one place that knows where units are kept."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy.orm import Session

from app.issuing import definitions
from app.issuing.definitions import Kind
from app.issuing.definitions.kinds import CeUnitFacts


def contact_hours_of(session: Session, issuer_id: str) -> Mapping[str, Decimal]:
    """How many contact hours one of each unit is, by the unit's short name. One that is not there is worth itself."""
    found = {each.slug: definitions.facts_of(each) for each in definitions.all_of(session, issuer_id, Kind.CE_UNIT)}
    return {slug: facts.contact_hours for slug, facts in found.items() if isinstance(facts, CeUnitFacts)}
