"""`lanyard pathways …`: list them, look ahead, publish, and put learners on them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from app.cli.issuers import Slug
from app.cli.terminal import ACTOR, err, out, service, table
from app.issuing import groups, issuers, learners, pathways
from app.issuing.stacks import enrolling, foresight, mass_enrolling

app = typer.Typer(help="Pathways: conditions over badges that lead to further ones.", no_args_is_help=True)

MOST_AT_ONCE = 100  # whom the command puts on a pathway itself
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
    learner_ids: Annotated[list[str] | None, typer.Argument(help="the ids of learners")] = None,
    *,
    group: Annotated[str | None, typer.Option(help="everybody in this group")] = None,
    sponsor: Annotated[str | None, typer.Option(help="who pays for it")] = None,
    despite_entry: Annotated[bool, typer.Option("--despite-entry", help="also if the entry is not met")] = False,
) -> None:
    """Put learners on a pathway; stacks that are complete are awarded at once. Above 100, the worker does it."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        row = pathways.by_slug(session, issuer, name)
        ids = list(dict.fromkeys(learner_ids or ()))
        if group is not None:
            ids += [each.learner_id for each in session.scalars(groups.members(session, issuer, group))]
        if len(ids) > MOST_AT_ONCE:
            facts: dict[str, Any] = {"sponsor": sponsor, "despite_entry": despite_entry}
            run = mass_enrolling.start(session, row, ids, actor=ACTOR, **facts)
            out.print(f"The worker puts {run.total} people on it: lanyard pathways enrolling {slug} {run.id}")
            return
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
            for each in ids
        ]
    awarded = sum(len(each.settled.awarded) for each in done)
    out.print(f"{sum(each.is_new for each in done)} of {len(done)} are new on it; {awarded} stacks were awarded.")


@app.command("enrolling")
def enrolling_run(slug: Slug, run_id: Annotated[str, typer.Argument(help="the id that `enrol` printed")]) -> None:
    """Show how far the worker is with putting many people on a pathway, and who was left out and why."""
    with service() as opened, opened.database.read() as session:
        run = mass_enrolling.by_id(session, run_id, issuer_id=issuers.by_slug(session, slug).id)
        counts = mass_enrolling.counts(session, run)
        left_out = mass_enrolling.left_out(session, run, limit=MOST_AT_ONCE)
        lines = [[each.learner_id, str(each.outcome), each.detail or ""] for each in left_out]
    said = ", ".join(f"{number} {outcome}" for outcome, number in counts.items())
    out.print(f"{run.state}: {sum(counts.values())} of {run.total}; {said}; {run.awarded} stacks were awarded.")
    table(["learner", "outcome", "why"], lines)
