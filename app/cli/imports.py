"""`lanyard import FILE`: a file of completions is checked, shown, confirmed and worked through, with a bar."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app.cli.samples import json_object
from app.cli.terminal import ACTOR, err, out, service, table
from app.errors import InvalidInput, TooLarge
from app.issuing import imports, inbox, issuers, sources
from app.issuing.imports import NEED_ATTENTION, WORKED_ON, Import, ImportState
from app.lms import csv
from app.lms.csv import corrected
from app.service import Service
from app.worker.imports import Imports

SHOWN_ROWS = 20
NEEDS_AN_ANSWER = 2  # the exit code for a file that cannot be read as it is


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("import")(import_file)
    app.command("bring")(bring)


def import_file(
    file: Annotated[Path, typer.Argument(help="a CSV file or an .xlsx workbook; - for standard input")],
    *,
    source: Annotated[str, typer.Option(help="the id of a source of type csv")],
    options: Annotated[str, typer.Option(help="JSON, or @FILE with JSON: what this file needs, as date_format")] = "{}",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only show what would come of it")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
    attention: Annotated[
        Path | None, typer.Option(help="write the rows to put right to this file, .csv or .xlsx")
    ] = None,
) -> None:
    """Import completions from a file. Exit code 2: something has to be decided first, and the questions are shown."""
    data = _read(file)
    with service() as opened:
        _deal_with(opened, _upload(opened, source, data, options), dry_run=dry_run, yes=yes, attention=attention)


def bring(
    issuer: Annotated[str, typer.Argument(help="the short name of the issuer")],
    file: Annotated[
        Path, typer.Argument(help="CSV, .xlsx, or JSON of Badgr, Canvas Credentials, Credly, Open Badges 2")
    ],
    *,
    issued_by: Annotated[str, typer.Option(help="who issued them, as people are to read it")],
    ours: Annotated[bool, typer.Option("--ours", help="it was the same organisation; they may be issued anew")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only show what would come of it")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
    attention: Annotated[
        Path | None, typer.Option(help="write the rows to put right to this file, .csv or .xlsx")
    ] = None,
) -> None:
    """Bring in a programme that was run elsewhere: achievements as drafts, awards as history, nothing signed."""
    data = _read(file)
    with service() as opened:
        with opened.database.write() as session:
            found = issuers.by_slug(session, issuer)
            said = {"issued_by_us": ours, "with_drafts": not dry_run}
            brought = imports.history.bring(
                session, opened.office, found, data, issued_by=issued_by, actor=ACTOR, **said
            )
            import_id = None if brought.awards is None else brought.awards.id
        out.print(f"{brought.drafts:7} new drafts", markup=False)
        if import_id is not None:
            _deal_with(opened, import_id, dry_run=dry_run, yes=yes, attention=attention)


def _deal_with(opened: Service, import_id: str, *, dry_run: bool, yes: bool, attention: Path | None) -> None:
    """Check a file, show what would come of it, and have it done once somebody agreed."""
    found = _work(opened, import_id, "checking")
    _tell_reading(found)
    if found.state != ImportState.CHECKED:
        _cancel(opened, import_id)
        raise typer.Exit(NEEDS_AN_ANSWER)
    _tell_counts("would be", found.checked)
    if dry_run or not (yes or _agreed(found)):
        _tell_rows(opened, import_id, attention)
        _cancel(opened, import_id)
        return
    with opened.database.write() as session:
        imports.confirm(session, imports.by_id(session, import_id), actor=ACTOR)
    found = _work(opened, import_id, "importing")
    _tell_counts("came of it", found.results)
    _tell_rows(opened, import_id, attention)
    if found.state != ImportState.DONE:
        err.print(f"The worker goes on with it: import {import_id} is {found.state}", markup=False)


def _read(file: Path) -> bytes:
    if str(file) == "-":
        data = sys.stdin.buffer.read(csv.MAX_BYTES + 1)
    else:
        with file.open("rb") as opened:
            data = opened.read(csv.MAX_BYTES + 1)
    if len(data) > csv.MAX_BYTES:
        raise TooLarge("The file is larger than is accepted", limit_bytes=csv.MAX_BYTES)
    return data


def _upload(opened: Service, source_id: str, data: bytes, options: str) -> str:
    chosen = json_object(options, "--options")
    with opened.database.write() as session:
        found = sources.by_id(session, source_id)
        return imports.upload(session, opened.office, found, data, actor=ACTOR, options=chosen).id


def _work(opened: Service, import_id: str, doing: str) -> Import:
    """Work through the present phase here, with a bar on the error channel, or wait for the worker that has it."""
    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task(doing, total=None)

        def told(found: Import) -> None:
            progress.update(bar, total=found.row_count or None, completed=found.done_count)

        worker = Imports(opened, lambda: None, told=told)
        pause = threading.Event()
        while True:
            worker.work_through(threading.Event(), only=import_id)
            with opened.database.read() as session:
                found = imports.by_id(session, import_id)
            told(found)
            if found.state not in WORKED_ON or found.last_error:
                return found
            pause.wait(1)


def _cancel(opened: Service, import_id: str) -> None:
    """Nothing more is to be done with the file, so that it need not be kept either."""
    with opened.database.write() as session:
        found = imports.cancel(session, imports.by_id(session, import_id), actor=ACTOR)
        inbox.forget(session, [found.delivery_id])


def _agreed(found: Import) -> bool:
    if not sys.stdin.isatty():
        raise InvalidInput("Nobody is there to confirm: add --yes to import, or --dry-run to look only")
    return typer.confirm(f"Import {found.row_count} rows?")


def _tell_reading(found: Import) -> None:
    about = found.about
    form = ", ".join(str(about[name]) for name in ("form", "encoding", "delimiter", "sheet") if about.get(name))
    if form:
        out.print(f"file     {form}, {found.row_count} rows", markup=False)
    for name, column in about.get("columns", {}).items():
        out.print(f"column   {name}: “{column['heading']}” ({column['found_by']})", markup=False)
    if about.get("extra_columns"):
        out.print(f"aside    {', '.join(about['extra_columns'])}", markup=False)
    for note in about.get("notes", []):
        err.print(f"{note}.", style="yellow", markup=False)
    if about.get("problem") and not about.get("questions"):
        err.print(about["problem"], style="red", markup=False)
    for question in about.get("questions", []):
        place = f"row {question['row']}: " if question.get("row") else ""
        err.print(f"{place}{question['sentence']}", style="red", markup=False)
        choices = ", ".join(question.get("choices") or [])
        err.print(f"  --options: {question['setting']}{f' = {choices}' if choices else ''}", markup=False)


def _tell_counts(heading: str, counts: dict[str, Any]) -> None:
    for verdict, count in counts.items():
        out.print(f"{count:7} {heading} {verdict}", markup=False)


def _tell_rows(opened: Service, import_id: str, attention: Path | None) -> None:
    with opened.database.read() as session:
        found = imports.by_id(session, import_id)
        rows = imports.rows_of(session, found, limit=SHOWN_ROWS + 1, verdicts=NEED_ATTENTION)
        headings, lines = imports.rows_to_put_right(session, opened.office, found) if rows else ((), [])
    if rows:
        sentences = {number: why for number, _, why in lines}
        table(["row", "why"], [[str(each.row), sentences.get(each.row, each.reason)] for each in rows[:SHOWN_ROWS]])
    if len(lines) > SHOWN_ROWS:
        err.print(f"… and {len(lines) - SHOWN_ROWS} more; --attention FILE writes all of them", markup=False)
    if attention is not None:
        write = corrected.write_xlsx if attention.suffix.lower() == ".xlsx" else corrected.write_csv
        attention.write_bytes(write(headings, lines))
