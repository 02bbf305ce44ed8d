"""`lanyard check FILE…`: badges of whatever issuers checked in a heap, with a bar, and the result as a file."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app import clock
from app.cli.terminal import ACTOR, err, out, service, table
from app.errors import InvalidInput, TooLarge
from app.issuing import bulk_checks, issuers
from app.issuing.bulk_checks import MAX_BYTES, MOST_ROWS, BulkCheck, CheckState
from app.service import Service
from app.web import check_view
from app.worker.checking import Checking

SHOWN_ROWS = 20
NOT_ALL_GOOD = 1


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(check)


def check(
    files: Annotated[list[Path], typer.Argument(help="a staff list (.csv, .xlsx), lines of links (.txt), or badges")],
    *,
    issuer: Annotated[str, typer.Option(help="the short name of the organisation that asks")],
    result: Annotated[Path | None, typer.Option(help="write every row to this file: .csv, .xlsx or .pdf")] = None,
    name: Annotated[str | None, typer.Option(help="what to call the check")] = None,
) -> None:
    """Check many badges. Exit code 0 only when every one is good; what could not be told can be checked again."""
    if result is not None and result.suffix.lower() not in {".csv", ".xlsx", ".pdf"}:
        raise InvalidInput("The result is written as .csv, .xlsx or .pdf")
    rows = bulk_checks.of_files([(each.name, _read(each)) for each in files])
    with service() as opened:
        with opened.database.write() as session:
            asked = bulk_checks.ask(session, issuers.by_slug(session, issuer), rows, name=name, actor=ACTOR)
        found = _work(opened, asked.id)
        _tell(opened, found)
        if result is not None:
            _write(opened, found, result)
    raise typer.Exit(0 if found.results == {"good": found.row_count} else NOT_ALL_GOOD)


def _read(file: Path) -> bytes:
    with file.open("rb") as opened:
        data = opened.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise TooLarge("The file is larger than is accepted", limit_bytes=MAX_BYTES)
    return data


def _work(opened: Service, check_id: str) -> BulkCheck:
    """Work through it here, with a bar on the error channel, or wait for the worker that has it."""
    columns = (TextColumn("checking"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("checking", total=None)

        def told(found: BulkCheck) -> None:
            progress.update(bar, total=found.row_count, completed=found.done_count)

        pause = threading.Event()
        while True:
            Checking(opened, told=told).work_through(threading.Event(), only=check_id)
            with opened.database.read() as session:
                found = bulk_checks.by_id(session, check_id)
            told(found)
            if found.state != CheckState.RUNNING or found.last_error:
                return found
            pause.wait(1)


def _tell(opened: Service, found: BulkCheck) -> None:
    out.print(f"check    {found.id}, {found.row_count} rows", markup=False)
    for verdict, count in sorted(found.results.items()):
        out.print(f"{count:7} {verdict}", markup=False)
    others = [each for each in found.results if each != "good"]
    if not others:
        return
    with opened.database.read() as session:
        rows = bulk_checks.rows_of(session, found, limit=SHOWN_ROWS + 1, verdicts=others)
    shown = [check_view.seen(each, now=clock.now()) for each in rows[:SHOWN_ROWS]]
    table(["row", "verdict", "why"], [[str(each.number), each.word, each.why] for each in shown])
    if len(rows) > SHOWN_ROWS:
        err.print("… and more; --result FILE writes all of them", markup=False)


def _write(opened: Service, found: BulkCheck, result: Path) -> None:
    with opened.database.read() as session:
        issuer = issuers.by_id(session, found.issuer_id)
        rows = bulk_checks.rows_of(session, found, limit=MOST_ROWS)
    form, zone = result.suffix.lower().removeprefix("."), issuer.timezone
    body, _kind = check_view.file(found, rows, form, issuer=issuer.name, zone=zone, now=clock.now())
    result.write_bytes(body)
