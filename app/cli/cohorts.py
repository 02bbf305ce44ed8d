"""`lanyard cohorts …`: several people on the way to one role or pathway, with who pays and by when."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from app.cli.issuers import Slug
from app.cli.terminal import ACTOR, err, out, service, table
from app.errors import InvalidInput
from app.issuing import issuers, learners
from app.issuing.plans import Aim, Aims, Intent, cohorts
from app.issuing.plans.cohorts import Described

app = typer.Typer(help="Cohorts: people who go one way together.", no_args_is_help=True)

CohortId = Annotated[str, typer.Argument(help="the cohort's id")]


@app.command("list")
def list_cohorts(slug: Slug) -> None:
    """List the cohorts of an issuer, the newest first."""
    with service() as opened, opened.database.read() as session:
        found = cohorts.of_issuer(session, issuers.by_slug(session, slug).id)
        rows = [
            [
                each.id,
                each.name,
                f"{each.aims} {each.target}",
                each.sponsor or "",
                "" if each.target_date is None else each.target_date.isoformat(),
                "ended" if each.ended_at is not None else "open",
            ]
            for each in found
        ]
    table(["id", "name", "target", "sponsor", "by", "state"], rows)


@app.command("make")
def make(
    slug: Slug,
    name: Annotated[str, typer.Argument(help="what it is called")],
    *,
    role: Annotated[str | None, typer.Option(help="the role that they want")] = None,
    pathway: Annotated[str | None, typer.Option(help="or the pathway that they complete")] = None,
    intent: Annotated[Intent, typer.Option(help="what it is for")] = Intent.UPSKILL,
    sponsor: Annotated[str | None, typer.Option(help="who pays for it")] = None,
    funding: Annotated[str | None, typer.Option(help="how it is paid for")] = None,
    by: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="the day by which they are there")] = None,
) -> None:
    """Make a cohort without members, and print its id."""
    if (role is None) is (pathway is None):
        raise InvalidInput("Name a role or a pathway, and not both")
    aim = Aim(Aims.ROLE if role else Aims.PATHWAY, str(role or pathway))
    described = Described(name, aim, intent, sponsor, funding, None if by is None else by.date())
    with service() as opened, opened.database.write() as session:
        made = cohorts.make(session, issuers.by_slug(session, slug), described, actor=ACTOR).id
    out.print(made, markup=False)


@app.command("add")
def add(
    slug: Slug,
    cohort_id: CohortId,
    learner_ids: Annotated[list[str], typer.Argument(help="the ids of learners")],
) -> None:
    """Make a plan for each of these learners; whoever is in it already keeps theirs."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        cohort = cohorts.by_id(session, cohort_id, issuer_id=issuer.id)
        people = [learners.by_id(session, issuer, each) for each in dict.fromkeys(learner_ids)]
        made = cohorts.add(session, cohort, people, actor=ACTOR)
    out.print(f"{len(made)} of {len(people)} are new in it.")


@app.command("show")
def show(slug: Slug, cohort_id: CohortId) -> None:
    """Show everybody in a cohort, and how far they are today."""
    with service() as opened, opened.database.read() as session:
        issuer = issuers.by_slug(session, slug)
        day = issuers.today(session, issuer.id)
        cohort = cohorts.by_id(session, cohort_id, issuer_id=issuer.id)
        seen = cohorts.overview(session, cohort, day)
        rows = [
            [each.learner_id, str(each.progress.done), str(len(each.progress.steps)), str(each.progress.pace)]
            for each in seen.members
        ]
    table(["learner", "done", "steps", "pace"], rows)
    err.print(f"{seen.done} of {seen.steps} steps are done.")


@app.command("end")
def end(slug: Slug, cohort_id: CohortId) -> None:
    """End a cohort and the plans in it. They can still be read."""
    with service() as opened, opened.database.write() as session:
        issuer_id = issuers.by_slug(session, slug).id
        cohorts.end(session, cohorts.by_id(session, cohort_id, issuer_id=issuer_id), actor=ACTOR)
    out.print("The cohort has ended.")
