"""`lanyard issue | revoke | suspend | reinstate | record`: awards by hand."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from app import clock
from app.cli.issuers import Slug
from app.cli.terminal import ACTOR, err, out, service
from app.errors import InvalidInput
from app.issuing import achievements, award_status, awards, consent, issuers, learners, records, stacks
from app.issuing.awards import Earned
from app.issuing.office import Sponsorship

AwardId = Annotated[str, typer.Argument(help="the award's id, the last part of the badge's address")]
Reason = Annotated[str, typer.Option(help="why; shown on the badge's page")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    for command in (issue, revoke, suspend, reinstate, record):
        app.command()(command)


def issue(
    slug: Slug,
    achievement: Annotated[str, typer.Argument(help="the achievement's short name")],
    email: Annotated[str, typer.Argument(help="the learner's e-mail address")],
    name: Annotated[
        str | None, typer.Option(help="the learner's name; shown on the badge only with --show-name")
    ] = None,
    *,
    sponsor: Annotated[str | None, typer.Option(help="who paid for it; staff and holder read it")] = None,
    funding: Annotated[str | None, typer.Option(help="how it is paid for")] = None,
    show_name: Annotated[bool, typer.Option("--show-name", help="the learner agreed to show the name")] = False,
) -> None:
    """Award an achievement to a learner and print the badge's address."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        found = achievements.by_slug(session, issuer, achievement)
        issuers.take_turn(session, issuer.id)
        learner = learners.resolve(
            session,
            issuer,
            namespace=None,
            source_id=None,
            email=email,
            display_name=name,
            sealer=opened.office.sealer,
        )
        if learner is None:
            raise InvalidInput("This is not an e-mail address that mail can be sent to")
        if show_name:
            session.flush()
            consent.change(session, opened.office, learner, name_shown=True, actor=ACTOR)
        paid = Sponsorship(sponsor, funding) if sponsor or funding else None
        earned = Earned(achievement=found, learner=learner, awarded_at=clock.now(), sponsorship=paid)
        outcome = awards.award(session, opened.office, earned, actor=ACTOR)
        lacking = stacks.prerequisites.lacking(session, learner, found.id, outcome.award.awarded_at)
        address = opened.office.addresses.badge(outcome.award.id)
    if not outcome.created:
        err.print("The learner holds this achievement already:", markup=False)
    if lacking is not None:
        err.print(f"What comes before it is not there: {'; '.join(lacking.phrases)}.", markup=False)
    out.print(address, markup=False)


def revoke(award_id: AwardId, reason: Reason) -> None:
    """Take an award back, for good."""
    with service() as opened, opened.database.write() as session:
        award = awards.by_id(session, award_id)
        award_status.revoke(session, opened.office, award, reason=reason, actor=ACTOR)
    out.print("Revoked. The status list says so from now on.")


def suspend(award_id: AwardId, reason: Reason) -> None:
    """Pause an award."""
    with service() as opened, opened.database.write() as session:
        award = awards.by_id(session, award_id)
        award_status.suspend(session, opened.office, award, reason=reason, actor=ACTOR)
    out.print("Suspended. Lift it with: lanyard reinstate AWARD")


def reinstate(award_id: AwardId) -> None:
    """Lift an award's suspension."""
    with service() as opened, opened.database.write() as session:
        award_status.reinstate(session, opened.office, awards.by_id(session, award_id), actor=ACTOR)
    out.print("Reinstated.")


def record(
    slug: Slug,
    email: Annotated[str, typer.Argument(help="the learner's e-mail address")],
    stack: Annotated[str | None, typer.Option(help="only this award of a stack and what it rests on")] = None,
) -> None:
    """Sign a learner's badges as one record (CLR 2.0) and print it; redirect it into a file."""
    with service() as opened, opened.database.write() as session:
        learner = learners.by_email(session, issuers.by_slug(session, slug), email)
        of = None if stack is None else awards.by_id(session, stack)
        signed = records.make(session, opened.office, learner, actor=ACTOR, of=of)
    sys.stdout.write(signed.decode("ascii") + "\n")
