"""`lanyard recognitions …`: credentials of others that learners hold and that count beside the issuer's own badges."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy import select

from app.cli.issuers import Slug
from app.cli.terminal import ACTOR, out, service, table
from app.issuing import definitions, issuers, learners
from app.issuing.definitions import Definition, Kind
from app.issuing.stacks import Recognition, RecognitionState, recognitions
from app.issuing.stacks.recognitions import Stated

app = typer.Typer(help="Credentials of others that learners hold.", no_args_is_help=True)

RecognitionId = Annotated[str, typer.Argument(help="its id, as `recognitions list` prints it")]
MOST_LISTED = 500


@app.command("list")
def list_recognitions(
    slug: Slug,
    *,
    state: Annotated[RecognitionState | None, typer.Option(help="only those in this state")] = None,
) -> None:
    """List what learners hold of others or ask to have recognised, the newest first; at most 500."""
    with service() as opened, opened.database.read() as session:
        query = (
            select(Recognition, Definition.slug)
            .join(Definition, Definition.id == Recognition.definition_id)
            .where(Recognition.issuer_id == issuers.by_slug(session, slug).id)
        )
        if state is not None:
            query = query.where(Recognition.state == state)
        query = query.order_by(Recognition.created_at.desc(), Recognition.id).limit(MOST_LISTED)
        rows = [
            [
                found.id,
                found.learner_id,
                credential,
                found.issued_on.isoformat(),
                "" if found.valid_until is None else found.valid_until.isoformat(),
                found.state,
            ]
            for found, credential in session.execute(query)
        ]
    table(["id", "learner", "credential", "issued", "until", "state"], rows)


@app.command("record")
def record(
    slug: Slug,
    learner_id: Annotated[str, typer.Argument(help="the learner's id")],
    credential: Annotated[str, typer.Argument(help="the short name of a recognised credential")],
    *,
    issued: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="the day on which it was issued")],
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="its last good day")] = None,
    url: Annotated[str | None, typer.Option(help="where its evidence is")] = None,
    text: Annotated[str | None, typer.Option(help="or the evidence in words")] = None,
    how: Annotated[str | None, typer.Option(help="how you verified it")] = None,
) -> None:
    """Record a credential that you have verified, and print its id. It counts at once, on pathways too."""
    stated = Stated(issued.date(), None if until is None else until.date(), url, text, how)
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        learner = learners.by_id(session, issuer, learner_id)
        definition = definitions.by_slug(session, issuer, Kind.RECOGNISED, credential)
        made = recognitions.record(session, opened.office, learner, definition, stated, actor=ACTOR).id
    out.print(made, markup=False)


@app.command("decide")
def decide(
    slug: Slug,
    recognition_id: RecognitionId,
    *,
    accept: Annotated[bool, typer.Option("--accept/--refuse", help="yes or no")],
    words: Annotated[str, typer.Option(help="how it was verified; or why not, which the learner reads")] = "",
) -> None:
    """Say yes or no to what a learner asks to have recognised."""
    with service() as opened, opened.database.write() as session:
        found = recognitions.by_id(session, recognition_id, issuer_id=issuers.by_slug(session, slug).id)
        recognitions.decide(session, opened.office, found, accepted=accept, words=words, actor=ACTOR)
    out.print("Accepted: it counts from now on." if accept else "Refused.")


@app.command("revoke")
def revoke(slug: Slug, recognition_id: RecognitionId, reason: Annotated[str, typer.Option(help="why")]) -> None:
    """Let a recognised credential count no more. What was built on it is looked at at once."""
    with service() as opened, opened.database.write() as session:
        found = recognitions.by_id(session, recognition_id, issuer_id=issuers.by_slug(session, slug).id)
        recognitions.revoke(session, opened.office, found, reason=reason, actor=ACTOR)
    out.print("It does not count any more.")
