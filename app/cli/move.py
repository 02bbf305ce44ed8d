"""`lanyard move`: give the service another public address, while everything that was signed keeps its names."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.terminal import ACTOR, err, out, service
from app.errors import InvalidInput
from app.issuing import eras, issuers, moving, signing_keys
from app.outbound import own_address
from app.service import Service
from app.settings import Mode, origin_of


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(move)


def move(
    base_url: Annotated[str, typer.Argument(help="the new address, such as https://badges.example.org")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what it means")] = False,
    force: Annotated[bool, typer.Option("--force", help="move although the new address does not lead here")] = False,
) -> None:
    """Move to another public address. Badges of before verify as ever; their address must go on leading here.

    Let the new name lead to this service first: it is asked for proof. Then run this, set LANYARD_PUBLIC_BASE_URL, and
    start every process again: until then each goes on signing for the old address, which does no harm.
    """
    origin = origin_of(base_url)
    if origin is None:
        raise InvalidInput("The new address must look like https://badges.example.org")
    with service() as opened:
        if opened.settings.mode is Mode.PRODUCTION and not origin.startswith("https://"):
            raise InvalidInput(f"{origin} is not https, and a production service is at no other address")
        with opened.database.read() as session:
            eras.refuse(session, opened.office, origin)
            provider = opened.settings.oidc_issuer is not None
            found = moving.foresee(session, opened.office, origin, has_provider=provider)
        _say(found)
        problem = own_address.problem_at(origin, kids=_kids(opened))
        if problem is not None:
            err.print(problem, style="yellow", markup=False)
        if dry_run:
            out.print("Nothing was changed.")
            return
        if problem is not None and not force:
            raise InvalidInput("Nothing was changed: let the new address lead to this service first, or say --force")
        with opened.database.write() as session:
            eras.move(session, opened.office, origin, actor=ACTOR)
    out.print(f"Moved to {origin}. Now set LANYARD_PUBLIC_BASE_URL={origin} and start every process again.")
    out.print("Then run: lanyard doctor")


def _say(found: moving.Consequences) -> None:
    for heading, sentences in (
        ("What stays:", found.stays),
        ("What changes by itself:", found.changes),
        ("What has to be changed elsewhere:", found.elsewhere or ("Nothing.",)),
    ):
        out.print(heading)
        for each in sentences:
            out.print(f"  - {each}", markup=False)


def _kids(opened: Service) -> set[str]:
    with opened.database.read() as session:
        return {key.kid for issuer in issuers.every(session) for key in signing_keys.of_issuer(session, issuer)}
