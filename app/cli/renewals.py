"""`lanyard renewals …` and `lanyard ce …`: what is to be renewed, renewing, reminding, samples; ledgers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer
from sqlalchemy import Select, select

from app import clock
from app.cli.awards import AwardId
from app.cli.issuers import Slug
from app.cli.terminal import ACTOR, out, service, table
from app.errors import InvalidInput
from app.issuing import achievements, awards, issuers, learners, renewals
from app.issuing.awards import Award
from app.issuing.learners import Learner
from app.issuing.renewals import DueWanted, ledger, listing, policies, sampling, verdicts
from app.issuing.renewals.verdicts import Result
from app.stacking.cycles import RenewalState

app = typer.Typer(help="Badges that end and are renewed.", no_args_is_help=True)
education = typer.Typer(help="Continuing education of one learner.", no_args_is_help=True)

MOST_LISTED = 500
OneAchievement = Annotated[str | None, typer.Option("--achievement", help="only this achievement, by its short name")]
Email = Annotated[str, typer.Argument(help="the learner's e-mail address")]


@app.command()
def due(
    slug: Slug,
    *,
    state: Annotated[RenewalState | None, typer.Option(help="usually: expiring, and lapsed in grace")] = None,
    achievement: OneAchievement = None,
) -> None:
    """List badges by how they stand, the one that ends first at the top."""
    now = clock.now()
    with service() as opened, opened.database.read() as session:
        issuer = issuers.by_slug(session, slug)
        known = policies.of_issuer(session, issuer.id)
        chosen = None if achievement is None else achievements.by_slug(session, issuer, achievement).id
        wanted = DueWanted(states=listing.TO_DO if state is None else [state], achievement_id=chosen)
        query = listing.query(issuer.id, known, wanted, now=now).order_by(Award.valid_until, Award.id)
        rows = session.scalars(query.limit(MOST_LISTED)).all()
        states = listing.states_of(session, rows, known, now=now)
        names = {each.id: each.display_name for each in session.scalars(_holders(rows))}
        lines = [
            [
                states[each.id],
                f"{each.valid_until:%Y-%m-%d}",
                known[each.achievement_id].abbreviation,
                names.get(each.learner_id) or each.learner_id,
                each.id,
            ]
            for each in rows
        ]
    table(["state", "ends", "badge", "holder", "award"], lines)


@app.command()
def remind(slug: Slug) -> None:
    """Remind holders and tell endpoints now of what is due; the worker does it every hour. Nothing goes out twice."""
    total, count = 0, 1
    with service() as opened:
        while count:
            with opened.database.write() as session:
                count = renewals.remind(session, opened.office, issuers.by_slug(session, slug).id)
            total += count
    out.print(f"{total} told.", markup=False)


@app.command()
def renew(award_id: AwardId) -> None:
    """Renew a badge and print the new one's address. What is missing is said."""
    with service() as opened, opened.database.write() as session:
        made = renewals.renew(session, opened.office, awards.by_id(session, award_id), actor=ACTOR)
        address = opened.office.addresses.badge(made.id)
    out.print(address, markup=False)


@app.command()
def sample(
    slug: Slug,
    count: Annotated[int, typer.Argument(help="how many")],
    *,
    seed: Annotated[str | None, typer.Option(help="usually a fresh one, which is printed")] = None,
    achievement: OneAchievement = None,
) -> None:
    """Draw badges that were renewed by continuing education, for an audit. The draw goes to the audit log."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        chosen = None if achievement is None else achievements.by_slug(session, issuer, achievement).id
        drawn = sampling.draw(session, issuer, count=count, seed=seed, achievement_id=chosen, actor=ACTOR)
        lines = [[each.id, each.learner_id, str(len(sampling.entries_of(session, each)))] for each in drawn.awards]
    out.print(f"Sample {drawn.number}, seed {drawn.seed}: {len(lines)} of {drawn.population}", markup=False)
    table(["award", "learner", "entries"], lines)


@app.command()
def judge(
    slug: Slug,
    number: Annotated[int, typer.Argument(help="the sample's number, as it was printed")],
    award_id: AwardId,
    result: Annotated[Result, typer.Argument(help="whether the holder could show what was counted")],
    *,
    note: Annotated[str | None, typer.Option(help="what was found; for staff and the holder")] = None,
) -> None:
    """Write down the verdict of an audit on one badge of a sample, once, and do what the policy says."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        said = verdicts.Stated(number, award_id, result, note)
        made = verdicts.judge(session, opened.office, issuer, said, actor=ACTOR)
    out.print(f"Judged: {made.result}. The badge: {made.consequence}.", markup=False)


@education.command()
def add(
    slug: Slug,
    email: Email,
    title: Annotated[str, typer.Argument(help="what was done")],
    amount: Annotated[str, typer.Argument(help="how much, such as 2.5")],
    unit: Annotated[str, typer.Argument(help="of which unit, by its short name")],
    *,
    day: Annotated[str | None, typer.Option(help="when, as 2026-03-01; usually today")] = None,
    domain: Annotated[str | None, typer.Option(help="of which domain")] = None,
    kind: Annotated[str | None, typer.Option(help="which type of activity")] = None,
    evidence: Annotated[str | None, typer.Option(help="an address that shows it")] = None,
) -> None:
    """Write an entry into a learner's ledger and print its id."""
    said, how_much = None if day is None else _day(day), _amount(amount)
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        stated = ledger.Stated(
            title=title,
            unit=unit,
            amount=how_much,
            activity_date=said or issuers.today(session, issuer.id),
            domain=domain,
            activity_type=kind,
            evidence_url=evidence,
        )
        learner = learners.by_email(session, issuer, email)
        made = ledger.add(session, learner, stated, actor=ACTOR)
    out.print(made.id, markup=False)


@education.command("list")
def list_entries(slug: Slug, email: Email) -> None:
    """List a learner's ledger, the newest activity first."""
    with service() as opened, opened.database.read() as session:
        learner = learners.by_email(session, issuers.by_slug(session, slug), email)
        lines = [
            [
                f"{each.activity_date}",
                f"{each.amount} {each.unit}",
                each.domain or "",
                each.title,
                "struck out" if each.voided_at else each.counted_for_id or "",
                each.id,
            ]
            for each in ledger.of_learners(session, [learner.id])
        ]
    table(["day", "amount", "domain", "what", "counted for", "entry"], lines)


def _holders(rows: Sequence[Award]) -> Select[Learner]:
    return select(Learner).where(Learner.id.in_({each.learner_id for each in rows}))


def _amount(written: str) -> Decimal:
    try:
        return Decimal(written)
    except InvalidOperation as error:
        raise InvalidInput("An amount is a number such as 2.5") from error


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise InvalidInput("A day is written as 2026-03-01") from error
