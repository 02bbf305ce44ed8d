"""`lanyard lti …`: connect LTI 1.3 platforms, and ask them for members and results."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.issuers import Slug
from app.cli.terminal import ACTOR, out, service, table
from app.issuing import issuers, lti
from app.issuing.lti import PlatformState
from app.issuing.lti.platforms import INVITATION_HOURS, Registration
from app.worker.lti import AskingLti

app = typer.Typer(help="Course platforms connected by LTI 1.3.", no_args_is_help=True)

PlatformId = Annotated[str, typer.Argument(help="the platform's id")]


@app.command("list")
def list_platforms(slug: Slug) -> None:
    """List an issuer's platforms."""
    with service() as opened, opened.database.read() as session:
        rows = [
            [each.id, each.state, each.name, each.iss, each.client_id, each.source_id]
            for each in lti.platforms.of_issuer(session, issuers.by_slug(session, slug))
        ]
    table(["id", "state", "name", "issuer", "client id", "source"], rows)


@app.command("invite")
def invite(slug: Slug) -> None:
    """Print a one-time address to paste into a platform's form for tools that register themselves."""
    with service() as opened, opened.database.write() as session:
        token = lti.platforms.invite(session, issuers.by_slug(session, slug), actor=ACTOR)
        base = opened.office.addresses.base_url
    out.print(f"{base}/lti/register/{token}", markup=False)
    out.print(f"Good for {INVITATION_HOURS} hours and one platform. It is not shown again.", style="dim")


@app.command("connect")
def connect(
    slug: Slug,
    *,
    name: Annotated[str, typer.Option(help="what people call the platform")],
    iss: Annotated[str, typer.Option(help="the platform's issuer")],
    client_id: Annotated[str, typer.Option(help="the client id that the platform gave this tool")],
    login_url: Annotated[str, typer.Option(help="the platform's authentication request address")],
    token_url: Annotated[str, typer.Option(help="the platform's access token address")],
    jwks_url: Annotated[str, typer.Option(help="the platform's public key set address")],
    deployment: Annotated[list[str] | None, typer.Option(help="a deployment id; may be given again")] = None,
) -> None:
    """Connect a platform in which this tool was added by hand."""
    stated = Registration(name, iss, client_id, login_url, token_url, jwks_url, tuple(deployment or ()))
    fresh = lti.keys.generate()
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        made = lti.platforms.register(session, opened.office, issuer, stated, actor=ACTOR, fresh=fresh)
        base = opened.office.addresses.base_url
    out.print(f"platform  {made.id}\nsource    {made.source_id}", markup=False)
    out.print(
        f"Enter there: login {base}/lti/login/{slug}, launch {base}/lti/launch, keys {base}/lti/jwks.json", markup=False
    )


@app.command("disable")
def disable(platform_id: PlatformId) -> None:
    """Switch a platform off: nobody can launch from it, and it is asked for nothing."""
    _set_state(platform_id, PlatformState.DISABLED)


@app.command("enable")
def enable(platform_id: PlatformId) -> None:
    """Switch a platform on again."""
    _set_state(platform_id, PlatformState.ACTIVE)


@app.command("ask")
def ask(platform_id: PlatformId) -> None:
    """Ask a platform for the members and the results of every course from which somebody launched."""
    with service() as opened:
        found = AskingLti(opened).ask(platform_id)
    out.print(f"{found.courses} courses, {found.results} results", markup=False)
    for name, counts in (("people", found.people), ("outcomes", found.outcomes)):
        if counts:
            told = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
            out.print(f"{name}: {told}", markup=False)
    for failure in found.failures:
        out.print(f"failed: {failure}", markup=False)
    if found.failures:
        raise typer.Exit(1)


def _set_state(platform_id: str, state: PlatformState) -> None:
    with service() as opened, opened.database.write() as session:
        lti.platforms.set_state(session, lti.platforms.by_id(session, platform_id), state, actor=ACTOR)
    out.print("Done.")
