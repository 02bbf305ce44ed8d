"""Which version of a pathway somebody is judged by: the one they came in on, for as long as a newer one lets them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.days import day_in
from app.issuing import audit, issuers
from app.issuing.pathways import PathwayRow, PathwayVersion
from app.issuing.stacks.tables import Enrolment
from app.stacking.renewal import add_months
from app.stacking.world import OnNewVersion


@dataclass(frozen=True, slots=True)
class Published:
    """A version as far as moving to it goes."""

    number: int
    on: date
    policy: OnNewVersion
    grandfather_months: int


def judged_by(enrolled: int, published: Iterable[Published], as_of: date) -> int:
    """The version that counts on a day for somebody who is on `enrolled`.

    A newer version that says `migrate` takes everybody along at once; one that says `grandfather` does when its months
    since publication have passed, the last day included. Whoever has to move goes to the newest one.
    """
    newer = sorted((each for each in published if each.number > enrolled), key=lambda each: each.number)
    for each in newer:
        if each.policy is OnNewVersion.MIGRATE or as_of > add_months(each.on, each.grandfather_months):
            return newer[-1].number
    return enrolled


def move(session: Session, enrolment: Enrolment, row: PathwayRow, as_of: date) -> None:
    """Put somebody on the version that counts for them, if it is another one by now."""
    if row.current_version is None or enrolment.version >= row.current_version:
        return
    number = judged_by(enrolment.version, published(session, row), as_of)
    if number != enrolment.version:
        _go(session, enrolment, number, actor="worker")


def move_now(session: Session, enrolment: Enrolment, row: PathwayRow, *, actor: str) -> None:
    """Put somebody on the newest version because they ask for it."""
    if row.current_version is not None and enrolment.version < row.current_version:
        _go(session, enrolment, row.current_version, actor=actor)


def published(session: Session, row: PathwayRow) -> list[Published]:
    """The versions of a pathway with what each says of those before it."""
    zone = issuers.zone_of(session, row.issuer_id)
    query = select(PathwayVersion.number, PathwayVersion.published_at, PathwayVersion.facts).where(
        PathwayVersion.pathway_id == row.id
    )
    return [
        Published(
            number,
            day_in(at, zone),
            OnNewVersion(facts.get("on_new_version", OnNewVersion.GRANDFATHER)),
            int(facts.get("grandfather_months", 0)),
        )
        for number, at, facts in session.execute(query)
    ]


def _go(session: Session, enrolment: Enrolment, number: int, *, actor: str) -> None:
    facts = {"version": number, "before": enrolment.version}
    enrolment.version = number
    session.flush()
    audit.record(session, enrolment.issuer_id, actor=actor, action="enrolment.moved", object_id=enrolment.id, **facts)
