"""`lanyard inbox …`: what arrived, what came of it, and once more."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from app.cli.terminal import ACTOR, err, out, service, table
from app.issuing import completions, inbox, issuers, sources

app = typer.Typer(help="Deliveries from learning platforms.", no_args_is_help=True)

DeliveryId = Annotated[str, typer.Argument(help="the delivery's id")]


@app.command("list")
def list_deliveries(
    *,
    source: Annotated[str | None, typer.Option(help="only of this source")] = None,
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
                [item.id, item.received_at.isoformat(), item.state, _summary(item.answer), item.last_error or ""]
                for item in inbox.newest(session, source_id=source, limit=limit)
            ]
            headings = ["delivery", "received", "state", "outcome", "error"]
    table(headings, rows)


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
        out.print(delivery.payload.decode("utf-8", "replace"), markup=False)
        out.print(json.dumps(delivery.answer, indent=2, ensure_ascii=False), markup=False)


@app.command("replay")
def replay(delivery_id: DeliveryId) -> None:
    """Work through a delivery once more: what was parked is decided anew, what was decided stays."""
    with service() as opened, opened.database.write() as session:
        answer = inbox.replay(session, opened.office, inbox.by_id(session, delivery_id), actor=ACTOR)
    if answer["status"] == inbox.QUEUED:
        err.print("This is a large delivery: the worker goes through it. Look again with: lanyard inbox show DELIVERY")
    out.print(json.dumps(answer, indent=2, ensure_ascii=False), markup=False)


def _summary(answer: dict[str, object]) -> str:
    items = answer.get("items")
    if not isinstance(items, list) or not items:
        return str(answer.get("status", ""))
    outcomes = [str(item.get("outcome")) for item in items]
    return ", ".join(f"{outcomes.count(name)} {name}" for name in dict.fromkeys(outcomes))
