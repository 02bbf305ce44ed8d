"""Endorsements of a plan: signed by the endorser, once, and accepted at once by whom they are about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time

from sqlalchemy import select

from app import clock
from app.issuing import achievements, endorsements
from app.issuing.catalog.importing.changes import Import, What, about
from app.issuing.catalog.plan import PlannedEndorsement
from app.issuing.endorsements import Endorsement, Statement
from app.issuing.issuers import Issuer

REPLACED = "The catalogue says something else now"


def carry_out(done: Import, wanted: Iterable[PlannedEndorsement]) -> None:
    """See that each was signed. One that was withdrawn here, or whose time is over, is left alone."""
    for planned in wanted:
        with about(planned.line, planned.id):
            done.note("endorsement", planned.id, _endorsement(done, planned))


def _endorsement(done: Import, planned: PlannedEndorsement) -> What:
    session, endorser, issuer = done.session, done.issuers[planned.endorser], done.issuers[planned.issuer_slug]
    said = Statement(
        about=_about(done, issuer, planned.achievement),
        comment=planned.comment,
        valid_from=datetime.combine(planned.issued, time(0), UTC),
        valid_until=datetime.combine(planned.valid_until, time(23, 59, 59), UTC) if planned.valid_until else None,
    )
    query = select(Endorsement).where(Endorsement.issuer_id == endorser.id, Endorsement.about == said.about)
    before = list(session.scalars(query.order_by(Endorsement.created_at)))
    for each in before:
        if (each.comment, each.valid_until) == (said.comment, said.valid_until):
            return "unchanged" if each.withdrawn_at is None else "left alone"
    if said.valid_until is not None and said.valid_until <= clock.now():
        return "left alone"
    for each in before:
        if each.withdrawn_at is None:
            endorsements.withdraw(session, done.office, each, reason=REPLACED, actor=done.actor)
    made = endorsements.endorse(session, done.office, endorser, said, actor=done.actor)
    endorsements.accept(session, issuer, made, accepted=True, actor=done.actor)
    return "changed" if before else "made"


def _about(done: Import, issuer: Issuer, achievement: str | None) -> str:
    if achievement is None:
        return done.office.addresses.did(issuer.slug)
    found = achievements.by_slug(done.session, issuer, achievement)
    return achievements.id_of(done.office, achievements.current(done.session, found))
