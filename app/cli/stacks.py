"""`lanyard stacks …`: how a learner stands, what is missing for a role, the cheapest way there. It only looks."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from app import clock
from app.cli.issuers import Slug
from app.cli.terminal import err, out, service, table
from app.errors import InvalidInput, NotFound
from app.issuing import issuers, learners, plans
from app.issuing.plans import Aim, Aims
from app.issuing.stacks import careers, standing
from app.issuing.stacks.standing import Stood
from app.stacking import gaps, lattice, transfers, wording
from app.stacking.holdings import Held
from app.stacking.plans import Wishes

app = typer.Typer(help="How learners stand: pathways, skills, gaps, plans.", no_args_is_help=True)

LearnerId = Annotated[str, typer.Argument(help="the learner's id")]
RoleName = Annotated[str | None, typer.Option("--role", help="a role; else the one that they want")]
WHOLE = 100


@app.command("show")
def show(slug: Slug, learner_id: LearnerId) -> None:
    """Show the pathways that a learner is on, what is missing, and the skills that are current."""
    with service() as opened, opened.database.read() as session:
        stood, _target = _stood(session, slug, learner_id)
    world = stood.known.world
    rows = []
    for each in stood.pathways:
        evaluation = each.evaluation
        for node in evaluation.pathway.nodes:
            finding = evaluation.nodes[node.id]
            state = "done" if finding.is_met else f"{int(WHOLE * finding.progress)} %"
            missing = "; ".join(wording.missing(world, finding, evaluation.pathway))
            rows.append([evaluation.pathway.id, node.name, state, missing])
    table(["pathway", "step", "state", "missing"], rows)
    held = Held(world, stood.holdings, stood.known.day_of(clock.now()))
    err.print(f"{len(stood.pathways)} pathways, {len(held.skills)} current skills.")
    if held.skills:
        skills = [[skill, str(proof.level), proof.on.isoformat()] for skill, proof in sorted(held.skills.items())]
        table(["skill", "level", "shown"], skills)


@app.command("gap")
def gap(slug: Slug, learner_id: LearnerId, role: RoleName = None) -> None:
    """Compare a learner with a role: what is there, what is missing, and why."""
    with service() as opened, opened.database.read() as session:
        stood, target = _stood(session, slug, learner_id)
    name = role or target
    if name is None:
        raise InvalidInput("Name a role: the learner has said of none that they want it")
    wanted = stood.known.world.roles.get(name)
    if wanted is None:
        raise NotFound("There is no role of this name")
    found = gaps.gap(stood.known.world, wanted, stood.holdings, stood.known.day_of(clock.now()))
    rows = [
        [each.skill, str(each.have), str(each.need), each.lack.value if each.lack else "there"] for each in found.skills
    ]
    rows += [[each, "", "", "missing credential"] for each in found.missing_credentials]
    table(["needed", "have", "need", "why"], rows)
    err.print(f"{int(WHOLE * found.coverage)} % of the levels that {wanted.name} needs.", markup=False)


@app.command("plan")
def plan(
    slug: Slug,
    learner_id: LearnerId,
    role: RoleName = None,
    pathway: Annotated[str | None, typer.Option(help="a pathway instead of a role")] = None,
    *,
    hours: Annotated[float | None, typer.Option(help="hours a week, for dates", min=0.1, max=168)] = None,
    budget: Annotated[float | None, typer.Option(help="the most that it may cost", min=0)] = None,
) -> None:
    """Plan the cheapest badges to a role or to the end of a pathway. Nothing is kept."""
    wishes = Wishes(
        hours_per_week=None if hours is None else Decimal(str(hours)),
        budget=None if budget is None else Decimal(str(budget)),
    )
    with service() as opened, opened.database.read() as session:
        stood, target = _stood(session, slug, learner_id)
    name = pathway or role or target
    if name is None:
        raise InvalidInput("Name a role or a pathway: the learner has said of no role that they want it")
    aim = Aim(Aims.PATHWAY if pathway else Aims.ROLE, name)
    made = plans.aims.plan_for(stood, aim, wishes, stood.known.day_of(clock.now()))
    rows = [
        [
            each.credential,
            str(each.hours),
            str(each.price),
            each.starts.isoformat() if each.starts else "",
            each.ends.isoformat() if each.ends else "",
            ", ".join(f"{one.skill} {one.have} to {one.need}" for one in each.closes),
        ]
        for each in made.steps
    ]
    table(["badge", "hours", "price", "from", "to", "closes"], rows)
    for each in made.outside:
        if each.is_needed:
            err.print(f"To be had elsewhere: {each.name} ({each.why})", markup=False)
    exactly = "" if made.is_exact else " Approximate: there were too many ways to look at all of them."
    out.print(f"{made.outcome}: {made.hours} hours, {made.price}.{exactly}", markup=False)


@app.command("credits")
def credit(slug: Slug, learner_id: LearnerId) -> None:
    """Show what a learner's badges are worth in formal programmes: realised, or a promise until they enrol."""
    with service() as opened, opened.database.read() as session:
        stood, _target = _stood(session, slug, learner_id)
        programmes = careers.programmes_of(session, learner_id)
    found = transfers.transfers(
        stood.known.world, stood.holdings, programmes, stood.known.day_of(clock.now()), stood.versions
    )
    rows = [[each.transfer.programme, str(each.transfer.credits), each.state.name.lower()] for each in found.counting]
    table(["programme", "credits", "state"], rows)
    for saved in found.saved:
        out.print(f"{int(WHOLE * saved.share)} % of {saved.programme.id} is there already.", markup=False)


@app.command("moves")
def moves(slug: Slug, learner_id: LearnerId) -> None:
    """Show where a learner can go from here, up and across, the nearest first. It assumes that they join pathways."""
    with service() as opened, opened.database.read() as session:
        stood, _target = _stood(session, slug, learner_id)
        role = careers.names_of(session, learner_id).role
    world = stood.known.world
    current = world.roles.get(role or "")
    found = lattice.moves(
        world, stood.holdings, stood.known.day_of(clock.now()), pathways=stood.versions, current_role=current
    )
    rows = [
        [each.name, each.direction.value, each.outcome.value, str(each.hours), str(each.price), ", ".join(each.steps)]
        for each in found.moves
    ]
    table(["to", "direction", "outcome", "hours", "price", "badges"], rows)


def _stood(session: Session, slug: str, learner_id: str) -> tuple[Stood, str | None]:
    """How the learner stands today, and the role that they want."""
    issuer = issuers.by_slug(session, slug)
    learner = learners.by_id(session, issuer, learner_id)
    stood = standing.of_learner(session, issuer.id, learner.id, issuers.today(session, issuer.id))
    return stood, careers.names_of(session, learner.id).target_role
