"""`lanyard careers …`: where people work, the programmes that they are in, and what others say of their skills."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from app.cli.issuers import Slug
from app.cli.terminal import ACTOR, err, out, service, table
from app.errors import InvalidInput
from app.issuing import issuers, learners
from app.issuing.stacks import careers

app = typer.Typer(help="Where people work, their programmes, and ratings of their skills.", no_args_is_help=True)

LearnerId = Annotated[str, typer.Argument(help="the learner's id")]
Programme = Annotated[str, typer.Argument(help="the programme's short name")]
NOTHING = "-"


class SaidBy(StrEnum):
    """Whose opinion of a skill it is."""

    SELF = "self"
    MANAGER = "manager"
    ASSESSMENT = "assessment"


@app.command("show")
def show(slug: Slug, learner_id: LearnerId) -> None:
    """Show where a learner works, what as, what they want to become, their programmes, and ratings of their skills."""
    with service() as opened, opened.database.read() as session:
        learner = learners.by_id(session, issuers.by_slug(session, slug), learner_id)
        names = careers.names_of(session, learner.id)
        programmes = sorted(careers.programmes_of(session, learner.id))
        rated = [
            [each.skill, str(each.level), each.rater, each.rated_by, f"{each.rated_at:%Y-%m-%d}"]
            for each in careers.ratings_of(session, learner.id)
        ]
    table(
        ["unit", "role", "wants to become", "programmes"],
        [[names.unit or "", names.role or "", names.target_role or "", ", ".join(programmes)]],
    )
    if rated:
        err.print("What was said of their skills, which proves nothing:")
        table(["skill", "level", "said by", "who", "on"], rated)


@app.command("put")
def put(
    slug: Slug,
    learner_id: LearnerId,
    *,
    unit: Annotated[str | None, typer.Option(help="where they work; - for nowhere")] = None,
    role: Annotated[str | None, typer.Option(help="what they work as; - for nothing")] = None,
    target: Annotated[str | None, typer.Option(help="the role that they want; - for none")] = None,
) -> None:
    """Say where a learner works, what as, and what they want to become. What is not named stays as it is."""
    stated = {"unit": unit, "role": role, "target_role": target}
    said = {name: None if value == NOTHING else value for name, value in stated.items() if value is not None}
    if not said:
        raise InvalidInput("Name a unit, a role or the role that they want")
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        careers.put(session, issuer, learners.by_id(session, issuer, learner_id), actor=ACTOR, **said)
    out.print("Done.")


@app.command("enter")
def enter(slug: Slug, learner_id: LearnerId, programme: Programme) -> None:
    """Note that a learner is in a formal programme: credit that was promised is realised."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        learner = learners.by_id(session, issuer, learner_id)
        careers.enrol_in_programme(
            session, issuer, learner, programme, on=issuers.today(session, issuer.id), actor=ACTOR
        )
    out.print("Done.")


@app.command("leave")
def leave(slug: Slug, learner_id: LearnerId, programme: Programme) -> None:
    """Note that a learner is not in a programme any more."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        careers.leave_programme(session, issuer, learners.by_id(session, issuer, learner_id), programme, actor=ACTOR)
    out.print("Done.")


@app.command("rate")
def rate(
    slug: Slug,
    learner_id: LearnerId,
    skill: Annotated[str, typer.Argument(help="the skill's short name")],
    level: Annotated[int, typer.Argument(help="1 to 5")],
    *,
    by: Annotated[SaidBy, typer.Option(help="who says so")] = SaidBy.MANAGER,
) -> None:
    """Note what somebody says of a learner's skill. It is shown beside what badges prove, and never counts as proof."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        learner = learners.by_id(session, issuer, learner_id)
        careers.rate(session, issuer, learner, skill, level, rater=by.value, actor=ACTOR)
    out.print("Done.")
