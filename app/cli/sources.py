"""`lanyard source …`: connect a learning platform, say what it may cause and which activity earns what."""

from __future__ import annotations

import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from app.cli.issuers import Slug
from app.cli.terminal import ACTOR, out, service, table
from app.credentials import strict_json
from app.errors import InvalidInput, MalformedJson
from app.issuing import achievements, issuers, rules, sources
from app.issuing.sources import SourceState
from app.lms import ADAPTERS

app = typer.Typer(help="Connections from which completions arrive.", no_args_is_help=True)

SecretFile = Annotated[
    Path | None,
    typer.Option(help="a file with the secret, where the platform makes it; - for standard input; else made here"),
]
SourceId = Annotated[str, typer.Argument(help="the source's id, the last part of its address")]


@app.command("list")
def list_sources(slug: Slug) -> None:
    """List an issuer's sources with what arrived."""
    with service() as opened, opened.database.read() as session:
        rows = [
            [
                source.id,
                source.type,
                source.state,
                f"{source.accepted_count} accepted, {source.ignored_count} ignored, {source.rejected_count} rejected",
                source.name,
            ]
            for source in sources.of_issuer(session, issuers.by_slug(session, slug))
        ]
    table(["id", "type", "state", "deliveries", "name"], rows)


@app.command("create")
def create(
    slug: Slug,
    name: Annotated[str, typer.Option(help="what people call this connection")],
    source_type: Annotated[str, typer.Option("--type", help=f"one of {', '.join(sorted(ADAPTERS))}")],
    settings: Annotated[str, typer.Option(help="JSON, or @FILE with JSON; see docs/integrations/")] = "{}",
    secret_file: SecretFile = None,
) -> None:
    """Connect a learning platform. A secret that was made here is shown once."""
    with service() as opened, opened.database.write() as session:
        made = sources.create(
            session,
            opened.office,
            issuers.by_slug(session, slug),
            name=name,
            source_type=source_type,
            settings=_settings(settings),
            actor=ACTOR,
            secret=given(secret_file),
        )
        address = opened.office.addresses.hook(made.source.id)
    out.print(f"address  {address}", markup=False)
    if made.secret is not None and secret_file is None:
        out.print(f"secret   {made.secret}", markup=False)
        out.print("The secret is not shown again.", style="dim")
    out.print("Next: lanyard source map SOURCE ACTIVITY ACHIEVEMENT", style="dim")


@app.command("map")
def map_activity(
    source_id: SourceId,
    activity: Annotated[str, typer.Argument(help="the activity's id as the platform sends it")],
    achievement: Annotated[str, typer.Argument(help="the achievement's short name")],
    minimum_score: Annotated[str | None, typer.Option(help="a fraction, 0.8 for 80 %")] = None,
) -> None:
    """Say that an activity earns an achievement, and allow the source to cause it."""
    with service() as opened, opened.database.write() as session:
        source = sources.by_id(session, source_id)
        issuer = issuers.by_id(session, source.issuer_id)
        found = achievements.by_slug(session, issuer, achievement)
        sources.allow(session, source, found, actor=ACTOR)
        score = fraction(minimum_score)
        rules.create(session, source, activity_id=activity, achievement=found, actor=ACTOR, minimum_score=score)
    out.print("Done. What waited for this rule: lanyard inbox list, then lanyard inbox replay DELIVERY", markup=False)


@app.command("rotate-secret")
def rotate_secret(source_id: SourceId, secret_file: SecretFile = None) -> None:
    """Add a second secret, shown once; the old one stays valid until drop-old-secret."""
    with service() as opened, opened.database.write() as session:
        source = sources.by_id(session, source_id)
        made = sources.rotate_secret(session, opened.office, source, actor=ACTOR, secret=given(secret_file))
    out.print("Done." if secret_file else str(made.secret), markup=False)


@app.command("drop-old-secret")
def drop_old_secret(source_id: SourceId) -> None:
    """Keep only the newest secret."""
    with service() as opened, opened.database.write() as session:
        sources.drop_old_secret(session, opened.office, sources.by_id(session, source_id), actor=ACTOR)
    out.print("Done.")


@app.command("disable")
def disable(source_id: SourceId) -> None:
    """Switch a source off: its sender is answered 410."""
    _set_state(source_id, SourceState.DISABLED)


@app.command("enable")
def enable(source_id: SourceId) -> None:
    """Switch a source on again."""
    _set_state(source_id, SourceState.ACTIVE)


def _set_state(source_id: str, state: SourceState) -> None:
    with service() as opened, opened.database.write() as session:
        sources.set_state(session, sources.by_id(session, source_id), state, actor=ACTOR)
    out.print("Done.")


def _settings(text: str) -> dict[str, object]:
    try:
        value = strict_json.loads(Path(text[1:]).read_bytes() if text.startswith("@") else text)
    except OSError as error:
        raise InvalidInput(f"--settings: there is no file {text[1:]} that can be read") from error
    except MalformedJson as error:
        raise InvalidInput(f"--settings: {error.detail}") from error
    if not isinstance(value, dict):
        raise InvalidInput("--settings must be a JSON object")
    return value


def given(path: Path | None) -> str | None:
    """A secret out of a file, or of standard input for `-`; None without one. Raises InvalidInput."""
    # From a file, because a command's arguments can be read by everybody on the machine.
    if path is None:
        return None
    try:
        return sys.stdin.readline().strip() if str(path) == "-" else path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"--secret-file: there is no file {path} that can be read as text") from error


def fraction(text: str | None) -> Decimal | None:
    """The number of `--minimum-score`; None when it is not stated. Raises InvalidInput."""
    if text is None:
        return None
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise InvalidInput("--minimum-score is a fraction between 0 and 1, such as 0.8 for 80 %") from error
