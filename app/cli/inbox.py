"""`lanyard inbox …`: what arrived, what came of it and why, and once more."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from app.cli.issuers import Slug
from app.cli.sources import fraction
from app.cli.terminal import ACTOR, err, out, service, table
from app.credentials.timestamps import from_rfc3339
from app.errors import InvalidInput
from app.issuing import achievements, completions, inbox, issuers, sources
from app.issuing.inbox import Delivery, Standing, Wanted

app = typer.Typer(help="Deliveries from learning platforms.", no_args_is_help=True)

DeliveryId = Annotated[str, typer.Argument(help="the delivery's id")]
OfSource = Annotated[str | None, typer.Option("--source", help="only of this source")]
InStanding = Annotated[Standing | None, typer.Option("--standing", help="only those that stand so")]
Since = Annotated[str | None, typer.Option(help="received at or after this moment, as 2026-03-01T09:00:00Z")]
Until = Annotated[str | None, typer.Option(help="received before this moment")]
Key = Annotated[str | None, typer.Option(help="with this id of the sender's")]
Activity = Annotated[str | None, typer.Option(help="that were the first to name this activity")]
LearnerId = Annotated[str | None, typer.Option("--learner", help="that were the first to name this learner")]
Reason = Annotated[str | None, typer.Option(help="with a completion of this reason, as unmapped-activity")]


@app.command("list")
def list_deliveries(
    *,
    source: OfSource = None,
    standing: InStanding = None,
    parked: Annotated[bool, typer.Option("--parked", help="only completions that wait for a decision")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
) -> None:
    """List the newest deliveries, or the completions that wait for somebody."""
    with service() as opened, opened.database.read() as session:
        if source is not None:
            sources.by_id(session, source)  # or the list of an unknown one would look empty
        if parked:
            rows = [
                [item.delivery_id, item.reason, item.activity_id, item.detail]
                for issuer in issuers.every(session)
                for item in completions.parked(session, issuer.id, limit=limit)
                if source in {None, item.source_id}
            ]
            headings = ["delivery", "reason", "activity", "detail"]
        else:
            rows = [
                [item.id, item.received_at.isoformat(), item.standing, _summary(session, item), item.last_error or ""]
                for item in inbox.newest(session, source_id=source, standing=standing, limit=limit)
            ]
            headings = ["delivery", "received", "standing", "outcome", "error"]
    table(headings, rows)


@app.command("counts")
def counts(slug: Slug) -> None:
    """Count an issuer's deliveries by standing."""
    with service() as opened, opened.database.read() as session:
        issuer = issuers.by_slug(session, slug)
        counted = inbox.counts(session, issuer.id, Wanted())
        replaying = inbox.still_replaying(session, issuer.id)
    table(["standing", "deliveries"], [[name, str(count)] for name, count in counted.items()])
    if replaying:
        err.print(f"{replaying} of them the worker has still to go through once more.")


@app.command("show")
def show(delivery_id: DeliveryId) -> None:
    """Show one delivery: what came, how it was authenticated, what came of it. The body holds personal data."""
    with service() as opened, opened.database.read() as session:
        delivery = inbox.by_id(session, delivery_id)
        out.print(f"source    {delivery.source_id}\nreceived  {delivery.received_at.isoformat()}", markup=False)
        out.print(f"method    {delivery.method} (secret {delivery.key_id})", markup=False)
        out.print(f"headers   {json.dumps(delivery.headers, ensure_ascii=False)}", markup=False)
        out.print(
            f"state     {delivery.state} after {delivery.attempts} tries {delivery.last_error or ''}", markup=False
        )
        out.print(f"standing  {delivery.standing}", markup=False)
        out.print(f"again     {delivery.repeat_count} times the same, {delivery.conflict_count} times another body")
        if delivery.raw_forgotten_at is None:
            raw = inbox.read_raw(session, opened.office, delivery.id)
            out.print(raw.payload.decode("utf-8", "replace"), markup=False)
        else:
            out.print(f"What came was forgotten at {delivery.raw_forgotten_at.isoformat()}.", style="dim")
        items = inbox.items_of(session, delivery)
        out.print(json.dumps(delivery.answer | {"items": items}, indent=2, ensure_ascii=False), markup=False)


@app.command("replay")
def replay(delivery_id: DeliveryId) -> None:
    """Work through a delivery once more: what was parked is decided anew, what was decided stays."""
    with service() as opened, opened.database.write() as session:
        answer = inbox.replay(session, opened.office, inbox.by_id(session, delivery_id), actor=ACTOR)
    if answer["status"] == inbox.QUEUED:
        err.print("This is a large delivery: the worker goes through it. Look again with: lanyard inbox show DELIVERY")
    out.print(json.dumps(answer, indent=2, ensure_ascii=False), markup=False)


@app.command("replay-many")
def replay_many(
    slug: Slug,
    *,
    source: OfSource = None,
    standing: InStanding = None,
    since: Since = None,
    until: Until = None,
    key: Key = None,
    activity: Activity = None,
    learner: LearnerId = None,
    reason: Reason = None,
    yes: Annotated[bool, typer.Option("--yes", help="do it without asking")] = False,
) -> None:
    """Have the worker go through many deliveries once more, counted first."""
    wanted = Wanted(
        source_id=source,
        standings=() if standing is None else (standing,),
        since=_moment(since, "--since"),
        until=_moment(until, "--until"),
        key=key,
        activity_id=activity,
        learner_id=learner,
        reason=reason,
    )
    with service() as opened:
        with opened.database.read() as session:
            issuer = issuers.by_slug(session, slug)
            if source is not None:
                sources.by_id(session, source, issuer=issuer)
            counted = inbox.would_replay(session, issuer.id, wanted)
        told = ", ".join(f"{count} {name}" for name, count in counted.items())
        out.print(f"This would replay {sum(counted.values())} deliveries{f': {told}' if told else ''}.", markup=False)
        if not counted or not (yes or typer.confirm("Replay them?")):
            return
        with opened.database.write() as session:
            inbox.replay_all(session, issuer.id, wanted, actor=ACTOR)
    out.print("The worker goes through them. How far it is: lanyard inbox counts ISSUER", markup=False)


@app.command("unmapped")
def list_unmapped(slug: Slug, limit: Annotated[int, typer.Option(min=1, max=1000)] = 50) -> None:
    """List activities that no rule names, the one that most completions wait for first."""
    with service() as opened, opened.database.read() as session:
        found = inbox.unmapped(session, issuers.by_slug(session, slug).id, limit=limit)
    rows = [[each.source_id, each.activity_id, each.name or "", str(each.waiting)] for each in found]
    table(["source", "activity", "name", "waiting"], rows)


@app.command("map")
def map_activity(
    source_id: Annotated[str, typer.Argument(help="the source's id")],
    activity: Annotated[str, typer.Argument(help="the activity's id as the platform sends it")],
    achievement: Annotated[str, typer.Argument(help="the achievement's short name")],
    minimum_score: Annotated[str | None, typer.Option(help="a fraction, 0.8 for 80 %")] = None,
) -> None:
    """Say that an activity earns an achievement, and decide everything that waited for that."""
    with service() as opened, opened.database.write() as session:
        source = sources.by_id(session, source_id)
        _, decided = inbox.map_and_decide(
            session,
            opened.office,
            source,
            activity_id=activity,
            achievement=achievements.by_slug(session, issuers.by_id(session, source.issuer_id), achievement),
            actor=ACTOR,
            minimum_score=fraction(minimum_score),
        )
    out.print(f"Done. {decided.now} completions were decided, {decided.queued} are left to the worker.", markup=False)


def _moment(stated: str | None, option: str) -> datetime | None:
    if stated is None:
        return None
    try:
        return from_rfc3339(stated).replace(microsecond=0).astimezone(UTC)
    except (InvalidInput, OverflowError) as error:
        raise InvalidInput(f"{option} is a moment with a zone, as 2026-03-01T09:00:00Z") from error


def _summary(session: Session, delivery: Delivery) -> str:
    """What came of the items, as it stands now and not as it was answered."""
    outcomes = [str(item.get("outcome")) for item in inbox.items_of(session, delivery)]
    if not outcomes:
        return str(delivery.answer.get("status", ""))
    return ", ".join(f"{outcomes.count(name)} {name}" for name in dict.fromkeys(outcomes))
