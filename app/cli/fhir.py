"""`lanyard fhir …`: health-record systems that may read, and files for those that load them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from app.cli.issuers import Slug
from app.cli.terminal import ACTOR, out, service, table
from app.errors import InvalidInput
from app.issuing import issuers
from app.issuing.health_records import View, clients
from app.projections.fhir.definitions import TYPES
from app.web.fhir.authentication import READ, SEARCH, Reader
from app.web.fhir.exporting import pages

app = typer.Typer(help="What health-record systems read of those who agreed (HL7 FHIR R4).", no_args_is_help=True)


@app.command("connect")
def connect(
    slug: Slug,
    *,
    name: Annotated[str, typer.Option(help="what people call the system")],
    keys_url: Annotated[str | None, typer.Option(help="where the system publishes its keys (JWKS)")] = None,
    keys_file: Annotated[Path | None, typer.Option(help="a file with its public keys (JWKS)", exists=True)] = None,
    types: Annotated[list[str] | None, typer.Option("--type", help="what it may read; may be repeated")] = None,
    view: Annotated[View, typer.Option(help="what it sees of people")] = View.FULL,
) -> None:
    """Let a system read, and print what to enter there."""
    jwks = None if keys_file is None else _read(keys_file)
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        made = clients.connect(
            session, issuer, name=name, view=view, types=types or (), jwks=jwks, jwks_url=keys_url, actor=ACTOR
        )
        base = opened.office.addresses.fhir(slug)
    out.print(f"client id  {made.id}\nbase       {base}\ntoken      {base}/token", markup=False)


@app.command("list")
def list_clients(slug: Slug) -> None:
    """List the systems that are or were connected."""
    with service() as opened, opened.database.read() as session:
        rows = [
            [
                each.id,
                "ended" if each.ended_at else "reads",
                each.last_used_at.isoformat() if each.last_used_at else "never used",
                each.view,
                each.types,
                each.name,
            ]
            for each in clients.of_issuer(session, issuers.by_slug(session, slug))
        ]
    table(["client id", "state", "last used", "view", "types", "name"], rows)


@app.command("end")
def end(slug: Slug, client_id: Annotated[str, typer.Argument(help="the system's client id")]) -> None:
    """Let a system read no more, at once."""
    with service() as opened, opened.database.write() as session:
        clients.end(session, issuers.by_slug(session, slug), client_id, actor=ACTOR)
    out.print("Ended.")


@app.command("export")
def export(
    folder: Annotated[Path, typer.Argument(help="where the files go; made if it is not there", file_okay=False)],
    issuer: Annotated[str, typer.Option(help="the issuer's short name")],
    view: Annotated[View, typer.Option(help="what the files hold of people")] = View.FULL,
) -> None:
    """Write one file for each type, one resource to a line: Practitioner.ndjson and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    with service() as opened:
        with opened.database.read() as session:
            issuer_id = issuers.by_slug(session, issuer).id
        kinds = clients.types_for(view)
        grants = frozenset((each, letter) for each in kinds for letter in (READ, SEARCH))
        reader = Reader(issuer_id, issuer_id, ACTOR, view, grants)
        for each in TYPES:
            if each in kinds:
                count = _write(folder / f"{each}.ndjson", pages(opened, reader, each))
                out.print(f"{each}.ndjson  {count}", markup=False)


def _write(file: Path, parts: Iterable[bytes]) -> int:
    """The file, whole or not at all; how many lines it has."""
    unfinished = file.with_name(f".{file.name}.unfinished")
    count = 0
    with unfinished.open("wb") as opened:
        for part in parts:
            opened.write(part)
            count += part.count(b"\n")
    unfinished.replace(file)
    return count


def _read(file: Path) -> dict[str, object]:
    try:
        found = json.loads(file.read_bytes())
    except ValueError as error:
        raise InvalidInput(f"{file} is not JSON") from error
    if not isinstance(found, dict):
        raise InvalidInput(f"{file} holds no key set")
    return found
