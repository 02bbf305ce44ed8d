"""`lanyard verify FILE|URL|-…`: judge badges in any form; exit code 0 only when all is well."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from app.cli import verify_many
from app.cli.terminal import out, service
from app.credentials.report import Outcome, Report
from app.errors import InvalidInput, NotFound
from app.issuing import verification
from app.judging import lines
from app.judging.desk import Desk
from app.judging.lines import Entry
from app.service import Service

MAX_BYTES = 5_242_880
LONGEST_SHOWN = 100
MARKS = {Outcome.PASSED: ("✓", "green"), Outcome.FAILED: ("✗", "red"), Outcome.UNKNOWN: ("?", "magenta")}
HEAPS = (".ndjson", ".jsonl")


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(verify)


def verify(
    badges: Annotated[list[str], typer.Argument(help="files, one address, or - for standard input", metavar="BADGE…")],
    *,
    recipient: Annotated[str | None, typer.Option(help="also check that the badge belongs to this address")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the report as JSON; of many, one a line")] = False,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, max=64, help="check many at once, by so many processes; - and .ndjson: one badge a line"),
    ] = None,
) -> None:
    """Judge badges: JSON, token, picture, or the address of one. Exit code 0 only when every check of each passed."""
    with service() as opened, closing(Desk(opened)) as desk:
        if jobs is not None or len(badges) > 1:
            all_good = verify_many.judge(desk, _entries(badges, recipient), jobs=jobs or 1, as_json=as_json)
            raise typer.Exit(0 if all_good else 1)
        report = _judged(opened, desk, badges[0], recipient)
    if as_json:
        sys.stdout.write(json.dumps(report.to_dict(), indent=2, ensure_ascii=False) + "\n")
    else:
        _print(report)
    raise typer.Exit(0 if report.is_good else 1)


def _judged(opened: Service, desk: Desk, badge: str, recipient: str | None) -> Report:
    if not badge.startswith(("https://", "http://")):
        document = sys.stdin.buffer.read(MAX_BYTES + 1) if badge == "-" else _read(badge)
        return desk.judge(document, recipient=recipient)
    if not verification.is_own_address(opened.office, badge):
        return desk.judge_address(badge, recipient=recipient)
    with opened.database.read() as session:
        own = verification.badge_document(session, opened.office, badge)
    if own is None:
        raise NotFound("There is no badge at this address")
    return desk.judge(own, recipient=recipient)


def _read(name: str) -> bytes:
    try:
        with Path(name).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # a token that was pasted here is no name that a file can have
        shown = name if len(name) <= LONGEST_SHOWN else f"{name[:LONGEST_SHOWN]}…"
        raise InvalidInput(f"There is no file {shown} that can be read. Text goes to standard input: -") from error


def _entries(badges: list[str], recipient: str | None) -> Iterator[Entry]:
    """The badges of all files, one after another; a file that cannot be read is an entry with a problem."""
    for name in badges:
        if name == "-":
            yield from lines.read(sys.stdin.buffer, source="-", max_lines=None)
        elif name.endswith(HEAPS):
            yield from _heap(name)
        else:
            yield _file(name, recipient)


def _heap(name: str) -> Iterator[Entry]:
    try:
        with Path(name).open("rb") as file:
            yield from lines.read(file, source=name, max_lines=None)
    except (OSError, ValueError):
        yield Entry(name, problem=InvalidInput("The file cannot be read"))


def _file(name: str, recipient: str | None) -> Entry:
    try:
        return Entry(name, document=_read(name), recipient=recipient)
    except InvalidInput as problem:
        return Entry(name, problem=problem)


def _print(report: Report) -> None:
    out.print(Text(report.sentence, style="bold"))
    for check in report.checks:
        mark, colour = MARKS[check.outcome]
        out.print(Text(f"  {mark} ", style=colour) + Text(check.sentence))
    for caution in report.warnings:
        out.print(Text("  ! ", style="yellow") + Text(caution.sentence))
    if report.credential is not None:
        out.print(Text(f"  {report.credential.title}, signed by {report.credential.signed_by}", style="dim"))
    if report.known_in:
        out.print(Text(f"  known in: {', '.join(report.known_in)}", style="dim"))
