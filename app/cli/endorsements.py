"""`lanyard endorse`, and `ask-endorsement`, `endorsement-requests`, `withdraw-endorsement`, `upload-…`, `accept-…`."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from app import clock
from app.cli.issuers import Slug
from app.cli.terminal import ACTOR, out, service, table
from app.errors import InvalidInput, NotFound
from app.issuing import endorsement_requests, endorsements, issuers, received_endorsements
from app.issuing.endorsement_requests import Asked
from app.issuing.endorsements import Statement
from app.issuing.received_endorsements import Judged
from app.judging.desk import Desk

EndorsementId = Annotated[str, typer.Argument(help="the endorsement's id, the last part of its address")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("endorse")(endorse)
    app.command("ask-endorsement")(ask)
    app.command("endorsement-requests")(requests)
    app.command("withdraw-endorsement")(withdraw)
    app.command("upload-endorsement")(upload)
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


def ask(  # noqa: PLR0917 - typer reads options off the signature
    slug: Slug,
    about: Annotated[str, typer.Argument(help="your version, badge or DID, by its id in signed documents")],
    message: Annotated[str, typer.Argument(help="what they shall look at")],
    to: Annotated[str | None, typer.Option(help="an issuer here, by its short name")] = None,
    name: Annotated[str, typer.Option(help="or the name of an organisation elsewhere")] = "",
    email: Annotated[str, typer.Option(help="and the address of who may sign for it")] = "",
) -> None:
    """Ask somebody to endorse a version of an achievement, a badge or the issuer; a mail tells them. Prints the id."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        endorser = issuers.by_slug(session, to) if to else None
        asked = Asked(about, message, endorser=endorser, name=name, email=email)
        made = endorsement_requests.ask(session, opened.office, issuer, asked, actor=ACTOR).request.id
    out.print(made, markup=False)


def requests(slug: Slug) -> None:
    """Print what an issuer asked for, and what became of it."""
    with service() as opened, opened.database.read() as session:
        made = endorsement_requests.made_by(session, issuers.by_slug(session, slug).id)
        rows = [
            [each.id, each.label, each.recipient_name, endorsement_requests.state_of(each, now=clock.now())]
            for each in made
        ]
    table(["id", "what", "of whom", "state"], rows)


def withdraw(endorsement_id: EndorsementId, reason: Annotated[str, typer.Option(help="why")]) -> None:
    """Take an endorsement back, for good."""
    with service() as opened, opened.database.write() as session:
        found = endorsements.by_id(session, endorsement_id)
        endorsements.withdraw(session, opened.office, found, reason=reason, actor=ACTOR)
    out.print("Withdrawn. The status list says so from now on.")


def upload(
    slug: Slug,
    about: Annotated[str, typer.Argument(help="your version, badge or DID, by its id in signed documents")],
    file: Annotated[Path, typer.Argument(help="what somebody signed elsewhere: JSON with a proof, or a token")],
) -> None:
    """Keep an endorsement that was signed elsewhere, if it is good, and print its id. `accept-endorsement` shows it."""
    document = received_endorsements.read(file.read_bytes())
    with service() as opened:
        with closing(Desk(opened)) as desk:
            judged = Judged(document, desk.judge(document))
        with opened.database.write() as session:
            issuer = issuers.by_slug(session, slug)
            if endorsements.whose(session, opened.office, about) != issuer.id:
                raise InvalidInput("Hand in endorsements of what is your own")
            taken = received_endorsements.take(session, opened.office, issuer, about, judged, actor=ACTOR).id
    out.print(taken, markup=False)


def accept(
    slug: Slug,
    endorsement_id: EndorsementId,
    *,
    on: Annotated[bool, typer.Option("--on/--off", help="carry it from now on, or not any more")] = True,
) -> None:
    """Have an issuer's new badges carry what somebody said of it or its things."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        try:
            uploaded = received_endorsements.by_id(session, endorsement_id, issuer=issuer)
        except NotFound:
            found = endorsements.received_by_id(session, endorsement_id, issuer=issuer)
            endorsements.accept(session, issuer, found, accepted=on, actor=ACTOR)
        else:
            received_endorsements.accept(session, uploaded, accepted=on, actor=ACTOR)
    out.print("Done.")
