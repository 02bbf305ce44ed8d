"""`lanyard accreditation add | list | remove`: by whom an issuer is accredited, and until when."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from app import clock
from app.cli.issuers import Slug
from app.cli.terminal import ACTOR, out, service, table
from app.credentials import model
from app.issuing import accreditations, issuers

app = typer.Typer(help="Accreditations of an issuer.", no_args_is_help=True)
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]


@app.command("add")
def add(  # noqa: PLR0917 - typer reads options off the signature
    slug: Slug,
    accreditor: Annotated[str, typer.Argument(help="who accredits")],
    url: Annotated[str, typer.Argument(help="the accreditor's website")],
    contact: Annotated[str, typer.Option(help="how somebody can ask them")],
    scope: Annotated[str | None, typer.Option(help="what for")] = None,
    area: Annotated[str | None, typer.Option(help="the area that they serve")] = None,
    sector: Annotated[str | None, typer.Option(help="such as Postsecondary or Workforce")] = None,
    since: Day = None,
    until: Day = None,
) -> None:
    """Keep an accreditation; new badges carry it while it holds. Prints its id."""
    stated = model.Accreditation(
        accreditor=accreditor,
        url=url,
        contact_instructions=contact,
        scope=scope,
        area_served=area,
        sector=sector,
        accredited_on=since.date() if since else None,
        ends_on=until.date() if until else None,
    )
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        made = accreditations.add(session, opened.office, issuer, stated, actor=ACTOR).id
    out.print(made, markup=False)


@app.command("list")
def list_all(slug: Slug) -> None:
    """Print an issuer's accreditations, and whether they hold."""
    with service() as opened, opened.database.read() as session:
        found = accreditations.standing(session, issuers.by_slug(session, slug), now=clock.now())
        rows = [[each.accreditation.id, each.accreditation.accreditor, _said(each)] for each in found]
    table(["id", "by", "state"], rows)


@app.command("remove")
def remove(slug: Slug, accreditation_id: Annotated[str, typer.Argument(help="as `list` prints it")]) -> None:
    """Show an accreditation nowhere any more, and sign it no more."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        accreditations.remove(session, accreditations.by_id(session, issuer.id, accreditation_id), actor=ACTOR)
    out.print("Removed. Badges that were signed with it keep what they say.")


def _said(standing: accreditations.Standing) -> str:
    end = standing.accreditation.ends_on
    if end is None:
        return "holds, no end date"
    word = "ended on" if standing.has_ended else "ends soon, on" if standing.ends_soon else "holds until"
    return f"{word} {end.isoformat()}"
