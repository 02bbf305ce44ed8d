"""`lanyard units find|supply|ahead|packet`: who can do what now, who will not, and the packet for a survey."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from app import clock
from app.cli.issuers import Slug
from app.cli.terminal import ACTOR, err, out, service, table
from app.errors import InvalidInput
from app.issuing import issuers
from app.issuing.issuers import Issuer
from app.issuing.stacks import packets, readiness, workforce
from app.projections import tables
from app.web import packet_view
from app.web.days import bounded
from app.web.words import LEVELS

AsOf = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="another day than today")]
Unit = Annotated[str, typer.Argument(help="the unit's short name")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("find")(find)
    app.command("supply")(supply)
    app.command("ahead")(ahead)
    app.command("packet")(packet)


def find(
    slug: Slug,
    skill: Annotated[str, typer.Argument(help="the skill's short name")],
    *,
    level: Annotated[int, typer.Option(min=1, max=max(LEVELS), help="at this level or above")] = 1,
    unit: Annotated[str | None, typer.Option(help="only of this unit")] = None,
    as_of: AsOf = None,
) -> None:
    """Find who works here and has a skill, proven by a badge that is good and not faded."""
    with service() as opened, opened.database.read() as session:
        issuer = issuers.by_slug(session, slug)
        found = workforce.find(session, issuer, skill, level=level, as_of=_day(session, issuer, as_of), unit=unit)
    rows = [
        [
            each.learner_id,
            each.name or "",
            each.unit or "",
            each.role or "",
            str(each.level),
            each.proven_on.isoformat(),
            "" if each.until is None else each.until.isoformat(),
        ]
        for each in found
    ]
    table(["learner", "name", "unit", "role", "level", "proven on", "until"], rows)


def supply(slug: Slug, *, as_of: AsOf = None) -> None:
    """Show for every role and skill how many have it against how many are needed, the largest lack first."""
    with service() as opened, opened.database.read() as session:
        issuer = issuers.by_slug(session, slug)
        found = workforce.supply(session, issuer, _day(session, issuer, as_of))
    rows = [
        [each.role, each.skill, *map(str, (each.level, each.needed, each.at_level, each.anywhere, each.short))]
        for each in found
    ]
    table(["role", "skill", "level", "needed", "at level", "anywhere", "missing"], rows)


def ahead(slug: Slug, unit: Unit, *, as_of: AsOf = None) -> None:
    """Show what becomes of a unit in 30, 60 and 90 days if nothing is renewed, and the ids of who will not hold it."""
    with service() as opened, opened.database.read() as session:
        issuer = issuers.by_slug(session, slug)
        found, entries = readiness.entries(session, issuer, unit, _day(session, issuer, as_of))
    rows = [
        [one.credential, str(each.days), f"{each.percent} %", f"{one.target_percent} %", ", ".join(each.losing)]
        for one in found.mandatory
        for each in readiness.ahead(one, entries)
    ]
    table(["credential", "in days", "share then", "target", "will not hold it"], rows)


def packet(
    slug: Slug,
    unit: Unit,
    file: Annotated[Path, typer.Argument(help="where to write it: .pdf (signed) or .xlsx", dir_okay=False)],
    *,
    as_of: AsOf = None,
) -> None:
    """Write everybody of a unit with what is mandatory to a file; a PDF is signed in the issuer's name."""
    form = file.suffix.lower()
    if form not in {".pdf", ".xlsx"}:
        raise InvalidInput("A packet is written as .pdf or .xlsx")
    now = clock.now()
    with service() as opened:
        with opened.database.read() as session:
            issuer = issuers.by_slug(session, slug)
            found = packets.gather(session, issuer, unit, _day(session, issuer, as_of))
            table_ = packet_view.table(found, opened.office, now=now)
        body = tables.xlsx_bytes(table_)
        if form == ".pdf":
            made, offset = packet_view.pdf_with_room(found, opened.office, issuer, now=now)
            with opened.database.write() as session:
                here = issuers.by_slug(session, slug)
                body = packets.sign(session, opened.office, here, found, file=made, offset=offset, actor=ACTOR)
    file.write_bytes(body)
    err.print(f"{len(found.unit.people)} people, {len(body)} bytes", style="dim", markup=False)
    out.print(str(file), markup=False)


def _day(session: Session, issuer: Issuer, as_of: datetime | None) -> date:
    return issuers.today(session, issuer.id) if as_of is None else bounded(as_of.date())
