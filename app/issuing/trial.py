"""A badge on trial: linted and thrown away, so that what is published or said of an issuer can be signed later on."""

from __future__ import annotations

from datetime import datetime

from app import clock
from app.credentials import model, sign
from app.issuing.office import Office

_NOTHING = "trial"


def check_achievement(
    office: Office, *, issuer: model.Issuer, achievement: model.Achievement, valid_until: datetime | None
) -> None:
    """Raise LintFailed when no badge of this achievement could be signed now."""
    now = clock.now()
    badge = model.Award(
        id=office.addresses.badge(_NOTHING),
        issuer=issuer,
        achievement=achievement,
        recipient=model.Recipient(subject_id=clock.new_urn()),
        awarded_at=now,
        valid_from=now,
        valid_until=valid_until,
    )
    sign.prepare(badge)


def check_issuer(office: Office, issuer: model.Issuer) -> None:
    """Raise LintFailed when no badge of an issuer with this profile could be signed."""
    plain = model.Achievement(
        id=office.addresses.achievement_version(_NOTHING, 1),
        name=_NOTHING,
        description=_NOTHING,
        achievement_type="Badge",
        criteria_narrative=_NOTHING,
    )
    check_achievement(office, issuer=issuer, achievement=plain, valid_until=None)
