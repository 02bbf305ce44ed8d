"""`lanyard verify FILE|URL|-`: judge a badge in any form; exit code 0 only when all is well."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from app.cli.terminal import out, service
from app.credentials.report import Outcome, Report
from app.errors import InvalidInput, NotFound
from app.issuing import verification
from app.outbound.fetch import fetch
from app.service import Service

MAX_BYTES = 5_242_880
LONGEST_SHOWN = 100
MARKS = {Outcome.PASSED: ("✓", "green"), Outcome.FAILED: ("✗", "red"), Outcome.UNKNOWN: ("?", "magenta")}


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(verify)


def verify(
    badge: Annotated[str, typer.Argument(help="a file, an address, or - for standard input")],
    *,
    recipient: Annotated[str | None, typer.Option(help="also check that the badge belongs to this address")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the report as JSON")] = False,
) -> None:
    """Judge a badge: JSON, token or PNG. Exit code 0 only when every check passed."""
    with service() as opened:
        document = _read(opened, badge)
        with opened.database.read() as session:
            report = verification.judge(session, opened.office, document, recipient=recipient)
    if as_json:
        sys.stdout.write(json.dumps(report.to_dict(), indent=2, ensure_ascii=False) + "\n")
    else:
        _print(report)
    raise typer.Exit(0 if report.is_good else 1)


def _read(opened: Service, badge: str) -> bytes:
    if badge == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    if badge.startswith(("https://", "http://")):
        with opened.database.read() as session:
            own = verification.badge_document(session, opened.office, badge)
        if own is not None:
            return own
        if verification.is_own_address(opened.office, badge):
            raise NotFound("There is no badge at this address")
        base_url = opened.office.addresses.base_url
        accept = "application/vc, application/json, image/png"
        return fetch(badge, accept=accept, max_bytes=MAX_BYTES, allow_origin=base_url).content
    try:
        with Path(badge).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # a token that was pasted here is no name that a file can have
        shown = badge if len(badge) <= LONGEST_SHOWN else f"{badge[:LONGEST_SHOWN]}…"
        raise InvalidInput(f"There is no file {shown} that can be read. Text goes to standard input: -") from error


def _print(report: Report) -> None:
    out.print(Text(report.sentence, style="bold"))
    for check in report.checks:
        mark, colour = MARKS[check.outcome]
        out.print(Text(f"  {mark} ", style=colour) + Text(check.sentence))
    if report.credential is not None:
        name = report.credential.achievement_name
        out.print(Text(f"  {name}, signed by {report.credential.signed_by}", style="dim"))
