"""`lanyard achievement …`: what can be earned; made in a catalogue file or through the API, looked at here."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlalchemy import select

from app.cli.issuers import Slug
from app.cli.terminal import ACTOR, out, service, table
from app.issuing import achievements, issuers, open_badges_2, tongues
from app.issuing.achievements import Achievement

app = typer.Typer(help="What can be earned.", no_args_is_help=True)


@app.command("list")
def list_achievements(slug: Slug) -> None:
    """List an issuer's achievements."""
    with service() as opened, opened.database.read() as session:
        issuer = issuers.by_slug(session, slug)
        query = select(Achievement).where(Achievement.issuer_id == issuer.id).order_by(Achievement.slug)
        rows = []
        for item in session.scalars(query):
            facts = achievements.current_facts(session, item)
            version, name = str(item.current_version or "-"), f"{facts.name} ({facts.abbreviation})"
            rows.append([item.slug, item.state, version, name, " ".join(tongues.offered(facts))])
    table(["slug", "state", "version", "name", "languages"], rows)


@app.command("open-badges-2")
def switch_open_badges_2(
    slug: Slug,
    achievement: Annotated[str, typer.Argument(help="the achievement's short name")],
    *,
    on: Annotated[bool, typer.Option("--on/--off", help="publish it so from now on, or end that for new awards")],
) -> None:
    """Publish an achievement and its awards as Open Badges 2.0 too; switched off, what was published stays."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        found = achievements.by_slug(session, issuer, achievement)
        changed = open_badges_2.switch(session, found, on=on, actor=ACTOR)
    out.print("Done." if changed else "It stands so already.")


@app.command("archive")
def archive(slug: Slug, achievement: Annotated[str, typer.Argument(help="the achievement's short name")]) -> None:
    """Take an achievement out of use; everything awarded stays as it is."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        achievements.archive(session, achievements.by_slug(session, issuer, achievement), actor=ACTOR)
    out.print("Done.")
