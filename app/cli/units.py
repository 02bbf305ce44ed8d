"""`lanyard units …`: who holds what is mandatory in a unit, what ends soon, and the skills that are there."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from app.cli.issuers import Slug
from app.cli.terminal import service, table
from app.issuing import issuers
from app.issuing.issuers import Issuer
from app.issuing.stacks import readiness

app = typer.Typer(help="Units: who is ready, who will not be, and what is missing.", no_args_is_help=True)

MOST_DAYS = 3_650

AsOf = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="another day than today")]


@app.command("compliance")
def compliance(slug: Slug, *, as_of: AsOf = None) -> None:
    """Show for every unit who holds what is mandatory there, and the ids of who does not."""
    with service() as opened, opened.database.read() as session:
        issuer = issuers.by_slug(session, slug)
        found = readiness.of_all(session, issuer, _day(session, issuer, as_of))
    rows = [
        [
            unit.slug,
            one.credential,
            f"{len(one.current)} of {len(unit.people)}",
            f"{float(one.percent):.0f} %",
            "" if one.target_percent is None else f"{one.target_percent} %",
            ", ".join(one.missing),
        ]
        for unit in found
        for one in unit.mandatory
    ]
    table(["unit", "credential", "hold it", "share", "target", "do not"], rows)


@app.command("expiring")
def expiring(
    slug: Slug,
    *,
    within: Annotated[int, typer.Option(help="in so many days", min=1, max=MOST_DAYS)] = 90,
    unit: Annotated[str | None, typer.Option(help="only of this unit")] = None,
    as_of: AsOf = None,
) -> None:
    """Show what people in units hold and that ends soon, the soonest first."""
    with service() as opened, opened.database.read() as session:
        issuer = issuers.by_slug(session, slug)
        found = readiness.expiring(session, issuer, _day(session, issuer, as_of), within_days=within, unit=unit)
    table(
        ["learner", "credential", "last day"],
        [[each.person, each.credential, each.valid_until.isoformat()] for each in found],
    )


@app.command("skills")
def skills(slug: Slug, *, as_of: AsOf = None) -> None:
    """Show each skill of each unit over the people whose role needs it, and on whom alone it rests."""
    with service() as opened, opened.database.read() as session:
        issuer = issuers.by_slug(session, slug)
        found = readiness.gap_of_units(session, issuer, _day(session, issuer, as_of))
    rows = [
        [
            each.unit or "all",
            each.skill,
            str(len(each.needed_by)),
            str(len(each.at_level)),
            str(each.weighted),
            each.rests_on or "",
        ]
        for each in (*found.units, *found.whole)
    ]
    table(["unit", "skill", "need it", "are there", "weighted gap", "rests on"], rows)


def _day(session: Session, issuer: Issuer, as_of: datetime | None) -> date:
    return issuers.today(session, issuer.id) if as_of is None else as_of.date()
