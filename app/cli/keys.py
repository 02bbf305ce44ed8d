"""`lanyard keys …`: signing keys are made, rotated and listed; private halves are never shown."""

from __future__ import annotations

import typer

from app.cli.issuers import Slug
from app.cli.terminal import ACTOR, err, out, service, table
from app.issuing import issuers, key_rotation, signing_keys
from app.issuing.signing_keys import KeyState

app = typer.Typer(help="Signing keys of an issuer.", no_args_is_help=True)


@app.command("new")
def new(slug: Slug) -> None:
    """Make the issuer's first pair of keys (Ed25519 and RS256)."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        if any(key.state == KeyState.ACTIVE for key in signing_keys.of_issuer(session, issuer)):
            err.print(f"{issuer.name} has active keys; to replace them run: lanyard keys rotate {slug}", markup=False)
            raise typer.Exit(1)
        _say(key_rotation.rotate(session, opened.office, issuer, actor=ACTOR))


@app.command("rotate")
def rotate(slug: Slug) -> None:
    """Make a new pair and sign with it from now on. Old keys stay published: what they signed still verifies."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        _say(key_rotation.rotate(session, opened.office, issuer, actor=ACTOR))


@app.command("list")
def list_keys(slug: Slug) -> None:
    """List all keys that the issuer ever had."""
    with service() as opened, opened.database.read() as session:
        found = signing_keys.of_issuer(session, issuers.by_slug(session, slug))
        rows = [[key.kid, key.algorithm, key.state, key.created_at.date().isoformat()] for key in found]
    table(["kid", "algorithm", "state", "made"], rows)


def _say(made: list[signing_keys.SigningKey]) -> None:
    for key in made:
        out.print(f"{key.algorithm:6} {key.kid}", markup=False)
