"""`lanyard watches …`: badges of this service that an organisation watches, by the word of their holders."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.issuers import Slug
from app.cli.terminal import ACTOR, out, service, table
from app.issuing import issuers, verification, watches
from app.issuing.watching.tables import Watch, WatchState

app = typer.Typer(help="Watches: be told what becomes of a badge, once its holder agreed.", no_args_is_help=True)


@app.command("list")
def list_watches(
    slug: Slug,
    *,
    state: Annotated[WatchState | None, typer.Option(help="only watches in this state")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
) -> None:
    """List what is watched or was asked, newest first; names only of holders who agreed."""
    with service() as opened, opened.database.read() as session:
        query = watches.asked_by(issuers.by_slug(session, slug), state)
        found = session.scalars(query.order_by(Watch.asked_at.desc(), Watch.id).limit(limit)).all()
        rows = [
            [
                each.watch.id,
                each.watch.state,
                opened.office.addresses.badge(each.watch.award_id),
                each.achievement,
                each.holder or "",
                each.watch.recipient or "webhooks",
            ]
            for each in watches.lines(session, found)
        ]
    table(["watch", "state", "badge", "achievement", "holder", "told to"], rows)


@app.command("ask")
def ask(
    slug: Slug,
    address: Annotated[str, typer.Argument(help="the address of a badge of this service")],
    *,
    purpose: Annotated[str, typer.Option(help="what it is for; the holder reads it and decides")],
    recipient: Annotated[str | None, typer.Option(help="send news to this address; else webhooks alone")] = None,
) -> None:
    """Ask the holder of a badge by mail, and print the watch's id. Nothing is told before they agree."""
    with service() as opened, opened.database.write() as session:
        office, issuer = opened.office, issuers.by_slug(session, slug)
        award = verification.own_award(session, office, address)
        made = watches.ask(session, office, issuer, award, purpose=purpose, recipient=recipient, actor=ACTOR)
    out.print(made.id, markup=False)


@app.command("end")
def end(slug: Slug, watch_id: Annotated[str, typer.Argument(help="the watch's id")]) -> None:
    """End a watch: nothing is told any more."""
    with service() as opened, opened.database.write() as session:
        watch = watches.by_id(session, watch_id, issuer=issuers.by_slug(session, slug))
        watches.end(session, watch, actor=ACTOR, by_holder=False)
    out.print("Done.")
