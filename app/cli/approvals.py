"""`lanyard approvals …`: what rules want to do and a person must agree to."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.issuers import Slug
from app.cli.terminal import ACTOR, out, service, table
from app.issuing import approvals, approving, issuers

app = typer.Typer(help="Awards that wait for somebody's approval, and awards to be taken back.", no_args_is_help=True)

Ids = Annotated[list[str], typer.Argument(help="ids of requests, from lanyard approvals list")]


@app.command("list")
def list_approvals(slug: Slug, limit: Annotated[int, typer.Option(min=1, max=1000)] = 100) -> None:
    """List what waits for a person, oldest first."""
    with service() as opened, opened.database.read() as session:
        issuer = issuers.by_slug(session, slug)
        rows = [
            [each.id, each.kind, each.achievement_id, each.learner_id, str(each.request.get("sentence", ""))]
            for each in approvals.pending(session, issuer.id, limit=limit)
        ]
    table(["id", "asks for", "achievement", "learner", "why"], rows)


@app.command("approve")
def approve(
    slug: Slug,
    ids: Ids,
    reason: Annotated[str | None, typer.Option(help="shown on the badge's page when an award is taken back")] = None,
) -> None:
    """Agree: each award is made, or taken back, as it was asked for."""
    with service() as opened:
        for approval_id in ids:
            with opened.database.write() as session:
                approval = approvals.by_id(session, approval_id, issuer=issuers.by_slug(session, slug))
                award = approving.approve(session, opened.office, approval, actor=ACTOR, reason=reason)
                address = None if award is None else opened.office.addresses.badge(award.id)
            out.print(f"{approval_id}  {address or 'it had ended by itself'}", markup=False)


@app.command("reject")
def reject(slug: Slug, ids: Ids, reason: Annotated[str, typer.Option(help="why; it is final for these facts")]) -> None:
    """Refuse, for good: these facts earn nothing, or take nothing back."""
    with service() as opened:
        for approval_id in ids:
            with opened.database.write() as session:
                approval = approvals.by_id(session, approval_id, issuer=issuers.by_slug(session, slug))
                approving.reject(session, opened.office, approval, actor=ACTOR, reason=reason)
            out.print(f"{approval_id}  rejected", markup=False)
