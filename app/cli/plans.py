"""`lanyard plans …`: plans that are kept, with how far each has come."""

from __future__ import annotations

from contextvars import copy_context
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from app.cli.issuers import Slug
from app.cli.terminal import ACTOR, out, service, table
from app.errors import InvalidInput
from app.issuing import issuers, learners, plans
from app.issuing.plans import Aim, Aims, Intent, MadeBy, Stated
from app.issuing.stacks import standing
from app.projections.typesetting import Paper
from app.stacking.plans import Wishes
from app.web import badge_sheets, languages
from app.web.learner.ways import places, plan_files, plan_view

app = typer.Typer(help="Plans that are kept: to a role, a pathway or a skill.", no_args_is_help=True)

LearnerId = Annotated[str, typer.Argument(help="the learner's id")]
PlanId = Annotated[str, typer.Argument(help="the plan's id")]


@app.command("list")
def list_plans(slug: Slug, learner_id: LearnerId) -> None:
    """List a learner's plans, open ones first, and how far each has come today."""
    with service() as opened, opened.database.read() as session:
        issuer = issuers.by_slug(session, slug)
        day = issuers.today(session, issuer.id)
        learner = learners.by_id(session, issuer, learner_id)
        stood = standing.of_learner(session, issuer.id, learner.id, day)
        rows = []
        for each in plans.of_learner(session, learner.id):
            progress = plans.progress_of(stood, each, day)
            rows.append([
                each.id, each.state, f"{each.aims} {each.target}", f"{progress.done} of {len(progress.steps)}",
                str(progress.pace), each.horizon.isoformat() if each.horizon else "", each.sponsor or "",
            ])  # fmt: skip
    table(["id", "state", "target", "done", "pace", "by", "sponsor"], rows)


@app.command("keep")
def keep(
    slug: Slug,
    learner_id: LearnerId,
    *,
    role: Annotated[str | None, typer.Option(help="the role to reach")] = None,
    pathway: Annotated[str | None, typer.Option(help="or the pathway to complete")] = None,
    skill: Annotated[str | None, typer.Option(help="or the skill to gain, with --level")] = None,
    level: Annotated[int | None, typer.Option(help="of the skill", min=1, max=5)] = None,
    two_by_two: Annotated[bool, typer.Option(help="two skills of the role in two years; makes two plans")] = False,
    hours: Annotated[float | None, typer.Option(help="hours a week, for dates", min=0.1, max=168)] = None,
    budget: Annotated[float | None, typer.Option(help="the most that it may cost", min=0)] = None,
    intent: Annotated[Intent, typer.Option(help="what it is for")] = Intent.UPSKILL,
    sponsor: Annotated[str | None, typer.Option(help="who pays for it")] = None,
    funding: Annotated[str | None, typer.Option(help="how it is paid for")] = None,
    by: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="the day by which it is reached")] = None,
) -> None:
    """Plan the cheapest way from today, keep it, and print its id."""
    wishes = Wishes(
        hours_per_week=None if hours is None else Decimal(str(hours)),
        budget=None if budget is None else Decimal(str(budget)),
    )
    aim = _aim(role, pathway, skill, level)
    if two_by_two and aim.aims is not Aims.ROLE:
        raise InvalidInput("Two skills in two years are chosen from a role; name one")
    with service() as opened, opened.database.write() as session:
        learner = learners.by_id(session, issuers.by_slug(session, slug), learner_id)
        if two_by_two:
            made = plans.make_two_by_two(session, learner, aim.name, made_by=MadeBy.STAFF, actor=ACTOR)
        else:
            stated = Stated(aim, wishes, intent, None if by is None else by.date(), sponsor, funding)
            made = [plans.make(session, learner, stated, made_by=MadeBy.STAFF, actor=ACTOR)]
        ids = [each.id for each in made]
    for each in ids:
        out.print(each, markup=False)


@app.command("refresh")
def refresh(slug: Slug, plan_id: PlanId) -> None:
    """Plan anew from today with the same wishes. Steps that are done stay."""
    with service() as opened, opened.database.write() as session:
        kept = plans.by_id(session, plan_id, issuer_id=issuers.by_slug(session, slug).id)
        plans.refresh(session, kept, actor=ACTOR)
    out.print("Done.")


@app.command("write")
def write(
    slug: Slug,
    plan_id: PlanId,
    file: Annotated[Path, typer.Argument(help="where to write: NAME.pdf, or NAME.ics for calendars")],
    *,
    paper: Annotated[Paper, typer.Option(help="of the PDF")] = Paper.A4,
    language: Annotated[str, typer.Option(help="of its words: en, es or ar")] = "en",
) -> None:
    """Write a plan as a sheet to print and sign, or as a calendar file with its steps."""
    suffix = file.suffix.lower()
    if suffix not in {".pdf", ".ics"}:
        raise InvalidInput("A plan is written as .pdf or as .ics; end the name of the file so")
    if language not in languages.LANGUAGES:
        raise InvalidInput(f"Plans are written in {', '.join(languages.LANGUAGES)}, and not in {language}")

    def content() -> bytes:
        languages.use(language)
        if suffix == ".pdf":
            badge_sheets.speak_a_written_language()
        with service() as opened, opened.database.read() as session:
            issuer = issuers.by_slug(session, slug)
            kept = plans.by_id(session, plan_id, issuer_id=issuer.id)
            place = places.of_learner(session, learners.by_id(session, issuer, kept.learner_id))
            shown = plan_view.kept_view(place, kept)
            office = opened.office
        return plan_files.ics(office, shown) if suffix == ".ics" else plan_files.pdf(place, shown, paper=paper)

    file.write_bytes(copy_context().run(content))
    out.print(f"The plan is in {file}.", markup=False)


@app.command("end")
def end(slug: Slug, plan_id: PlanId) -> None:
    """End a plan. It can still be read."""
    with service() as opened, opened.database.write() as session:
        plans.end(session, plans.by_id(session, plan_id, issuer_id=issuers.by_slug(session, slug).id), actor=ACTOR)
    out.print("The plan has ended.")


def _aim(role: str | None, pathway: str | None, skill: str | None, level: int | None) -> Aim:
    named = [(kind, name) for kind, name in ((Aims.ROLE, role), (Aims.PATHWAY, pathway), (Aims.SKILL, skill)) if name]
    if len(named) != 1 or (skill is None) is not (level is None):
        raise InvalidInput("Name one target: a role, a pathway, or a skill with the level to reach")
    kind, name = named[0]
    return Aim(kind, name, level)
