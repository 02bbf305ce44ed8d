"""`lanyard issuer …`: the organisations that award badges."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.terminal import ACTOR, out, service, table
from app.issuing import images, issuers, status_lists

app = typer.Typer(help="Organisations that award badges.", no_args_is_help=True)

Slug = Annotated[str, typer.Argument(help="the issuer's short name, as in its address")]


@app.command("list")
def list_issuers() -> None:
    """List all issuers."""
    with service() as opened, opened.database.read() as session:
        rows = [[issuer.slug, issuer.name, issuer.url] for issuer in issuers.every(session)]
    table(["slug", "name", "url"], rows)


@app.command("create")
def create(
    slug: Slug,
    name: Annotated[str, typer.Option(help="the organisation's name")],
    url: Annotated[str, typer.Option(help="its web site")],
    email: Annotated[str | None, typer.Option(help="where people ask about badges")] = None,
    description: Annotated[str | None, typer.Option()] = None,
) -> None:
    """Add an issuer. Make its keys next: lanyard keys new SLUG."""
    with service() as opened, opened.database.write() as session:
        issuers.create(session, slug=slug, name=name, url=url, actor=ACTOR, email=email, description=description)
        out.print(f"{name} is at {opened.office.addresses.issuer(slug)}; next: lanyard keys new {slug}", markup=False)


@app.command("change")
def change(
    slug: Slug,
    *,
    name: Annotated[str | None, typer.Option()] = None,
    url: Annotated[str | None, typer.Option()] = None,
    email: Annotated[str | None, typer.Option()] = None,
    description: Annotated[str | None, typer.Option()] = None,
    timezone: Annotated[str | None, typer.Option(help="whose days are the issuer's, such as Europe/Madrid")] = None,
    image: Annotated[Path | None, typer.Option(help="a PNG or SVG", exists=True, dir_okay=False)] = None,
) -> None:
    """Change an issuer's profile. Badges signed before keep the profile, and the end, that they were signed with."""
    stated = {"name": name, "url": url, "email": email, "description": description, "timezone": timezone}
    changes = {field: value for field, value in stated.items() if value is not None}
    picture = None if image is None else images.check(image.read_bytes())
    with service() as opened, opened.database.write() as session:
        if picture is not None:
            changes["image_sha256"] = images.keep(session, picture)
        issuer = issuers.by_slug(session, slug)
        issuers.update(session, issuer, actor=ACTOR, **changes)
    out.print("Done.")


@app.command("open-lists")
def open_lists(slug: Slug) -> None:
    """Publish the issuer's empty status lists now instead of with its first award."""
    with service() as opened, opened.database.write() as session:
        status_lists.open_lists(session, opened.office, issuers.by_slug(session, slug))
    out.print("Done.")
