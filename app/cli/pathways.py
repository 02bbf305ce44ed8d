"""`lanyard pathways …`: list them, look ahead, publish, and put learners on them."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.issuers import Slug
from app.cli.terminal import ACTOR, err, out, service, table
from app.issuing import issuers, learners, pathways
from app.issuing.stacks import enrolling, foresight

app = typer.Typer(help="Pathways: conditions over badges that lead to further ones.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="the pathway's short name")]


@app.command("list")
def list_pathways(slug: Slug) -> None:
    """List the pathways of an issuer, with the version that is published."""
    with service() as opened, opened.database.read() as session:
        issuer = issuers.by_slug(session, slug)
        rows = [
            [
                each.slug,
                each.state,
                "" if each.current_version is None else str(each.current_version),
                "draft" if each.draft is not None else "",
                pathways.current_facts(session, each).name,
            ]
            for each in pathways.all_of(session, issuer.id, archived=True)
        ]
    table(["pathway", "state", "version", "draft", "name"], rows)


@app.command("foresee")
def foresee(slug: Slug, name: Name) -> None:
    """Say what publishing the draft would come to: problems, differences, who would gain. Nothing is changed."""
    with service() as opened, opened.database.read() as session:
        row = pathways.by_slug(session, issuers.by_slug(session, slug), name)
        seen = foresight.of(session, row, pathways.current_facts(session, row))
    for problem in seen.verdict.problems:
        err.print(f"Problem: {problem.sentence}", markup=False)
    for warning in seen.verdict.warnings:
        err.print(f"Warning: {warning.sentence}", markup=False)
    for difference in seen.differences:
        out.print(difference, markup=False)
    when = "at once" if seen.at_once else "once they move"
    out.print(f"{seen.enrolled} learners are on it; {seen.gaining} would be awarded more, {when}.")
    if seen.verdict.problems:
        raise typer.Exit(1)


@app.command("publish")
def publish(slug: Slug, name: Name) -> None:
    """Freeze the draft as the next version. Everybody on the pathway is judged anew in the background."""
    with service() as opened, opened.database.write() as session:
        row = pathways.by_slug(session, issuers.by_slug(session, slug), name)
        version = pathways.publish(session, row, actor=ACTOR).number
    out.print(f"Version {version} is published.")


@app.command("enrol")
def enrol(
    slug: Slug,
    name: Name,
    learner_ids: Annotated[list[str], typer.Argument(help="the ids of learners")],
    *,
    sponsor: Annotated[str | None, typer.Option(help="who pays for it")] = None,
    despite_entry: Annotated[bool, typer.Option("--despite-entry", help="also if the entry is not met")] = False,
) -> None:
    """Put learners on a pathway; stacks that are complete already are awarded at once."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        row = pathways.by_slug(session, issuer, name)
        done = [
            enrolling.enrol(
                session,
                opened.office,
                learners.by_id(session, issuer, each),
                row,
                actor=ACTOR,
                sponsor=sponsor,
                despite_entry=despite_entry,
            )
            for each in learner_ids
        ]
    awarded = sum(len(each.settled.awarded) for each in done)
    out.print(f"{sum(each.is_new for each in done)} of {len(done)} are new on it; {awarded} stacks were awarded.")
