"""`lanyard endpoints …`: where news are sent as webhooks, what was tried, and once more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from app.cli.issuers import Slug
from app.cli.terminal import ACTOR, out, service, table
from app.credentials.timestamps import from_rfc3339
from app.issuing import endpoints, issuers, news
from app.issuing.endpoints import Endpoint, EndpointAttempt, EndpointFormat
from app.issuing.office import Office
from app.issuing.outbox import OutboxMessage
from app.outbound import webhooks
from app.settings import Mode

app = typer.Typer(help="Where news are sent as webhooks.", no_args_is_help=True)

EndpointId = Annotated[str, typer.Argument(help="the endpoint's id: lanyard endpoints list")]


@app.command("list")
def list_endpoints(slug: Slug) -> None:
    """List an issuer's endpoints."""
    with service() as opened, opened.database.read() as session:
        found = endpoints.of_issuer(session, issuers.by_slug(session, slug).id)
        rows = [[one.id, one.state, str(one.sequence), one.url, one.disabled_reason or "", one.name] for one in found]
    table(["id", "state", "events", "address", "why", "name"], rows)


@app.command("create")
def create(  # noqa: PLR0917 - typer reads options off the signature
    slug: Slug,
    url: Annotated[str, typer.Argument(help="https address of the receiver")],
    name: Annotated[str, typer.Option(help="what people call it")] = "Webhooks",
    event: Annotated[list[str] | None, typer.Option(help="an event type; may be repeated; none = every type")] = None,
    format: Annotated[EndpointFormat, typer.Option(help="shape of the body")] = EndpointFormat.STANDARD,  # noqa: A002 - the option's name
    personal_data: Annotated[bool, typer.Option(help="send the learner's name and address along")] = False,  # noqa: FBT002 - typer's way
    asymmetric: Annotated[bool, typer.Option(help="sign with an ed25519 key as well (v1a)")] = False,  # noqa: FBT002 - typer's way
) -> None:
    """Add an endpoint. The secret is shown once."""
    with service() as opened:
        webhooks.check(url, is_local_allowed=opened.settings.mode is not Mode.PRODUCTION)
        with opened.database.write() as session:
            made = endpoints.create(
                session,
                opened.office,
                issuers.by_slug(session, slug),
                url=url,
                name=name,
                event_types=event or (),
                format=format,
                personal_data=personal_data,
                asymmetric=asymmetric,
                actor=ACTOR,
            )
    out.print(f"id      {made.endpoint.id}\nsecret  {made.secret}", markup=False)
    if made.endpoint.public_key is not None:
        out.print(f"public  {made.endpoint.public_key}", markup=False)
    out.print("The secret is not shown again. Next: lanyard endpoints test ENDPOINT", style="dim")


@app.command("rotate")
def rotate(
    endpoint_id: EndpointId,
    overlap_hours: Annotated[int, typer.Option(help="hours for which the old secret signs as well")] = 24,
) -> None:
    """Add a new secret, shown once."""
    with service() as opened, opened.database.write() as session:
        found = endpoints.by_id(session, endpoint_id)
        made = endpoints.rotate_secret(session, opened.office, found, overlap_hours=overlap_hours, actor=ACTOR)
    out.print(made.secret, markup=False)


@app.command("pause")
def pause(endpoint_id: EndpointId) -> None:
    """Let everything wait until it is resumed."""
    _change(endpoint_id, lambda session, _, found: endpoints.pause(session, found, actor=ACTOR))


@app.command("resume")
def resume(endpoint_id: EndpointId) -> None:
    """Send again, first what waited."""
    _change(endpoint_id, lambda session, _, found: endpoints.resume(session, found, actor=ACTOR))


@app.command("delete")
def delete(endpoint_id: EndpointId) -> None:
    """Remove an endpoint with everything that was to be told to it."""
    _change(endpoint_id, lambda session, _, found: endpoints.delete(session, found, actor=ACTOR))


@app.command("test")
def send_test(endpoint_id: EndpointId) -> None:
    """Send a message that tells nothing; what came of it: lanyard endpoints attempts."""
    _change(endpoint_id, lambda session, office, found: news.send_test(session, office, found, actor=ACTOR))


@app.command("attempts")
def attempts(
    endpoint_id: EndpointId,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="how many, the newest first")] = 20,
) -> None:
    """List what was tried, with the beginning of each answer."""
    with service() as opened, opened.database.read() as session:
        query = endpoints.attempts_of(endpoints.by_id(session, endpoint_id))
        found = session.scalars(query.order_by(EndpointAttempt.at.desc(), EndpointAttempt.id.desc()).limit(limit))
        rows = [
            [
                f"{one.at:%Y-%m-%d %H:%M:%S}",
                one.event_type,
                f"msg_{one.message_id}",
                str(one.number),
                "-" if one.status is None else str(one.status),
                f"{one.duration_ms} ms",
                one.error or "",
                " ".join((one.response or "").split())[:60],
            ]
            for one in found
        ]
    table(["at (UTC)", "type", "message", "try", "status", "took", "error", "answer"], rows)


@app.command("dead")
def dead(endpoint_id: EndpointId) -> None:
    """List the messages that are tried no more."""
    with service() as opened, opened.database.read() as session:
        query = endpoints.messages_of(endpoints.by_id(session, endpoint_id))
        found = session.scalars(
            query.where(OutboxMessage.state == "parked").order_by(OutboxMessage.created_at, OutboxMessage.id)
        )
        rows = [
            [f"msg_{one.id}", one.event.partition(":")[0], f"{one.created_at:%Y-%m-%d %H:%M:%S}", one.last_error or ""]
            for one in found
        ]
    table(["message", "type", "written (UTC)", "why"], rows)


@app.command("replay")
def replay(
    endpoint_id: EndpointId,
    message: Annotated[list[str] | None, typer.Option(help="a message's id; may be repeated")] = None,
    since: Annotated[str | None, typer.Option(help="all written from then on, 2026-03-01T09:00:00Z")] = None,
    until: Annotated[str | None, typer.Option(help="all written before then")] = None,
    only_failed: Annotated[bool, typer.Option(help="only what is tried no more")] = False,  # noqa: FBT002 - typer's way
) -> None:
    """Send messages once more, with their ids."""
    with service() as opened, opened.database.write() as session:
        count = endpoints.replay(
            session,
            endpoints.by_id(session, endpoint_id),
            message_ids=message or None,
            since=_moment(since),
            until=_moment(until),
            only_failed=only_failed,
            actor=ACTOR,
        )
    out.print(f"{count} messages are sent once more.")


def _change(endpoint_id: str, work: Callable[[Session, Office, Endpoint], None]) -> None:
    with service() as opened, opened.database.write() as session:
        work(session, opened.office, endpoints.by_id(session, endpoint_id))
    out.print("Done.")


def _moment(text: str | None) -> datetime | None:
    return None if text is None else from_rfc3339(text)
