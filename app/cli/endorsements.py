"""`lanyard endorse | withdraw-endorsement | accept-endorsement`: one issuer's word for another's things."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.issuers import Slug
from app.cli.terminal import ACTOR, out, service
from app.issuing import endorsements, issuers
from app.issuing.endorsements import Statement

EndorsementId = Annotated[str, typer.Argument(help="the endorsement's id, the last part of its address")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("endorse")(endorse)
    app.command("withdraw-endorsement")(withdraw)
    app.command("accept-endorsement")(accept)


def endorse(
    slug: Slug,
    about: Annotated[
        str, typer.Argument(help="the address of a badge or of an achievement's version, or an issuer's DID")
    ],
    comment: Annotated[str, typer.Argument(help="the words, in Markdown")],
) -> None:
    """Endorse somebody else's badge, achievement or organisation, and print the endorsement's address."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        made = endorsements.endorse(session, opened.office, issuer, Statement(about, comment), actor=ACTOR)
        address = opened.office.addresses.endorsement(made.id)
    out.print(address, markup=False)


def withdraw(endorsement_id: EndorsementId, reason: Annotated[str, typer.Option(help="why")]) -> None:
    """Take an endorsement back, for good."""
    with service() as opened, opened.database.write() as session:
        found = endorsements.by_id(session, endorsement_id)
        endorsements.withdraw(session, opened.office, found, reason=reason, actor=ACTOR)
    out.print("Withdrawn. The status list says so from now on.")


def accept(
    slug: Slug,
    endorsement_id: EndorsementId,
    *,
    on: Annotated[bool, typer.Option("--on/--off", help="carry it from now on, or not any more")] = True,
) -> None:
    """Have an issuer's new badges carry what another issuer said of it or its things."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        found = endorsements.received_by_id(session, endorsement_id, issuer=issuer)
        endorsements.accept(session, issuer, found, accepted=on, actor=ACTOR)
    out.print("Done.")
