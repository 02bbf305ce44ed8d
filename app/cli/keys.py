"""`lanyard keys …`: signing keys are made, rotated, revoked and listed; private halves are never shown."""

from __future__ import annotations

import threading
from typing import Annotated

import typer
from rich.progress import Progress

from app.cli.issuers import Slug
from app.cli.terminal import ACTOR, err, out, service, table
from app.issuing import issuers, key_compromise, key_rotation, signing_keys, stored_keys
from app.issuing.signing_keys import KeyState
from app.keystores.database import DatabaseKeyStore
from app.keystores.files import FileKeyStore
from app.service import Service
from app.worker.reissuing import Reissuing

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


@app.command("prepare")
def prepare(slug: Slug) -> None:
    """Make and publish the next pair without signing with it yet. Some days later: lanyard keys activate SLUG."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        _say(signing_keys.prepare(session, opened.office, issuer, actor=ACTOR))


@app.command("activate")
def activate(slug: Slug) -> None:
    """Sign with the prepared pair from now on. Old keys stay published: what they signed still verifies."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        _say(key_rotation.activate(session, opened.office, issuer, actor=ACTOR))


@app.command("rotate")
def rotate(slug: Slug) -> None:
    """Sign with a new pair from now on. Old keys stay published: what they signed still verifies."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        _say(key_rotation.rotate(session, opened.office, issuer, actor=ACTOR))


@app.command("revoke")
def revoke(
    slug: Slug,
    kids: Annotated[list[str], typer.Argument(help="the keys, as `lanyard keys list` names them")],
    reason: Annotated[str, typer.Option(help="what happened; kept with the key")],
) -> None:
    """Say of keys that they were stolen. What they signed is good no longer, and living badges are signed anew."""
    with service() as opened:
        with opened.database.write() as session:
            issuer = issuers.by_slug(session, slug)
            made = key_rotation.revoke(session, opened.office, issuer, kids, reason=reason, actor=ACTOR)
        with opened.database.read() as session:
            count = key_compromise.left(session, issuer.id)
    _say(made)
    err.print(f"{count:,} badges wait for the worker; or run: lanyard keys reissue {slug}", markup=False)


@app.command("reissue")
def reissue(slug: Slug) -> None:
    """Sign anew whatever rests on a revoked key, now. May be stopped and run again, also beside a worker."""
    with service() as opened:
        with opened.database.read() as session:
            issuer_id = issuers.by_slug(session, slug).id
            count = key_compromise.left(session, issuer_id)
        done = _reissue(opened, issuer_id, count)
        with opened.database.read() as session:
            left = key_compromise.left(session, issuer_id)
    out.print(f"{done:,} badges signed anew, {left:,} left.", markup=False)
    if left:
        raise typer.Exit(1)


@app.command("list")
def list_keys(slug: Slug) -> None:
    """List all keys that the issuer ever had."""
    with service() as opened, opened.database.read() as session:
        issuer = issuers.by_slug(session, slug)
        found = signing_keys.of_issuer(session, issuer)
        waiting = key_compromise.left(session, issuer.id)
    rows = [[key.kid, key.algorithm, key.state, key.created_at.date().isoformat()] for key in found]
    table(["kid", "algorithm", "state", "made"], rows)
    if waiting:
        err.print(f"{waiting:,} badges rest on a revoked key and wait to be signed anew.", markup=False)


@app.command("move")
def move() -> None:
    """Copy every key from the key directory into the database, sealed; safe to repeat. The files stay."""
    with service() as opened:
        settings, secret = opened.settings, opened.settings.secret_bytes()
        files = FileKeyStore(settings.keys_dir, secret, demo=False)
        demo = set(files.demo_kids())
        count = 0
        with opened.database.write() as session:
            for issuer in issuers.every(session):
                for key in signing_keys.of_issuer(session, issuer):
                    if key.kid in files.kids():
                        rows = stored_keys.StoredKeys(opened.database.read)
                        store = DatabaseKeyStore(rows, secret, demo=key.kid in demo)
                        store.take_over(files.private_key(key.kid))
                        sealed = store.sealed(key.kid, owner=issuer.id)
                        count += sealed is not None and stored_keys.keep(session, sealed)
    out.print(f"{count} keys copied. Next: set LANYARD_KEYSTORE=database everywhere and restart", markup=False)


def _reissue(opened: Service, issuer_id: str, count: int) -> int:
    with Progress(console=err, disable=not err.is_terminal) as progress:
        task = progress.add_task("signing anew", total=count)

        def advance() -> None:
            with opened.database.read() as session:
                progress.update(task, completed=count - key_compromise.left(session, issuer_id))

        between = advance if err.is_terminal else _nothing
        return Reissuing(opened, between=between, actor=ACTOR).of_issuer(issuer_id, threading.Event())


def _nothing() -> None:
    """No progress is shown to a program."""


def _say(made: list[signing_keys.SigningKey]) -> None:
    for key in made:
        out.print(f"{key.algorithm:6} {key.kid}", markup=False)
