"""`lanyard api-key …`: keys for integrators."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.issuers import Slug
from app.cli.terminal import ACTOR, out, service, table
from app.issuing import access, issuers
from app.issuing.access import Scope

app = typer.Typer(help="Keys for programs that call the API.", no_args_is_help=True)


@app.command("create")
def create(
    slug: Slug,
    name: Annotated[str, typer.Option(help="whose key this is")],
    scope: Annotated[list[Scope], typer.Option(help="what it may do; may be repeated")],
    days: Annotated[int, typer.Option(help="for how many days", min=1, max=730)] = 365,
) -> None:
    """Make a key. It is shown once."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        made = access.create(session, issuer, name=name, scopes=scope, days=days, actor=ACTOR)
    out.print(made.text, markup=False)


@app.command("list")
def list_keys(slug: Slug) -> None:
    """List an issuer's keys; their secrets are not kept."""
    with service() as opened, opened.database.read() as session:
        rows = [
            [
                key.id,
                "revoked" if key.revoked_at else f"until {key.expires_at.date()}",
                key.last_used_at.isoformat() if key.last_used_at else "never used",
                key.scopes,
                key.name,
            ]
            for key in access.of_issuer(session, issuers.by_slug(session, slug))
        ]
    table(["id", "good", "last used", "scopes", "name"], rows)


@app.command("revoke")
def revoke(slug: Slug, key_id: Annotated[str, typer.Argument(help="the key's id")]) -> None:
    """End a key at once."""
    with service() as opened, opened.database.write() as session:
        access.revoke(session, issuers.by_slug(session, slug), key_id, actor=ACTOR)
    out.print("Revoked.")
