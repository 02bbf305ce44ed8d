"""`lanyard report …`: figures on the terminal or as a file, and reports that go out by mail."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from app import reports
from app.cli.issuers import Slug
from app.cli.terminal import ACTOR, err, out, service, table
from app.issuing import issuers, report_subscriptions
from app.issuing.report_subscriptions import Covers, Every, Format, Wanted
from app.projections import tables
from app.projections.tables import Table
from app.reports import Answer, Question, Report

app = typer.Typer(help="What an issuer's figures say.", no_args_is_help=True)

First = Annotated[str | None, typer.Option("--from", help="first day, as 2026-03-01; usually twelve months")]
Last = Annotated[str | None, typer.Option("--to", help="last day, included; usually today")]
Zone = Annotated[str | None, typer.Option(help="on whose clocks days and months are; usually the issuer's")]
Group = Annotated[str | None, typer.Option(help="only learners who are in this group")]
OneAchievement = Annotated[str | None, typer.Option(help="only this achievement: its id or short name")]
By = Annotated[str | None, typer.Option(help="one of the choices of awards-by")]
Name = Annotated[str, typer.Argument(help="the report, as `lanyard report list` names it")]


@app.command("list")
def list_reports() -> None:
    """List the reports."""
    table(["report", "question"], [[report.slug, report.title] for report in reports.REPORTS.values()])


def _command(report: Report) -> Callable[..., None]:
    """The command that asks one report."""

    def ask(
        slug: Slug,
        *,
        first: First = None,
        last: Last = None,
        zone: Zone = None,
        group: Group = None,
        achievement: OneAchievement = None,
        by: By = None,
        csv: Annotated[bool, typer.Option("--csv", help="CSV instead of a table")] = False,
        file: Annotated[Path | None, typer.Option(help="write it to this file: .csv, .xlsx, .json or .svg")] = None,
    ) -> None:
        question = Question(first=first, last=last, zone=zone, group=group, achievement=achievement, by=by)
        with service() as opened, opened.database.read() as session:
            answer = reports.answer(session, issuers.by_slug(session, slug), report.slug, **question)
        if file is not None:
            file.write_bytes(_as_file(answer, file))
        elif csv:
            sys.stdout.buffer.write(tables.csv_bytes(answer.table))
        else:
            _print(answer)

    return ask


for _each in reports.REPORTS.values():
    app.command(_each.slug, help=f"{_each.title} {_each.sentence}")(_command(_each))


@app.command("subscribe")
def subscribe(
    slug: Slug,
    name: Name,
    recipient: Annotated[str, typer.Argument(help="the e-mail address that it goes to")],
    *,
    every: Annotated[Every, typer.Option(help="on which day, at six in the morning")] = Every.MONTH,
    covers: Annotated[Covers, typer.Option(help="the days, month or months before")] = Covers.MONTH,
    form: Annotated[Format, typer.Option("--format", help="what is attached")] = Format.XLSX,
    zone: Zone = None,
    group: Group = None,
    achievement: OneAchievement = None,
    by: By = None,
) -> None:
    """Send a report by mail, each week or month; print the subscription's id. Names of people are left out."""
    stated = {"group": group, "achievement": achievement, "by": by}
    parameters = {key: value for key, value in stated.items() if value is not None}
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        reports.check(session, issuer, name, zone=zone, group=group, achievement=achievement, by=by)
        wanted = Wanted(name, recipient, every, zone or reports.zone_of(issuer), covers, form, parameters)
        made = report_subscriptions.subscribe(session, issuer, wanted, actor=ACTOR)
    out.print(made.id, markup=False)


@app.command("subscriptions")
def list_subscriptions(slug: Slug) -> None:
    """List what goes out by mail."""
    with service() as opened, opened.database.read() as session:
        issuer = issuers.by_slug(session, slug)
        found = list(session.scalars(report_subscriptions.of_issuer(issuer.id)))
    rows = [
        [one.id, one.report, one.recipient, one.every, f"{one.next_due_at:%Y-%m-%d %H:%M}", one.last_error or ""]
        for one in sorted(found, key=lambda one: (one.next_due_at, one.id))
    ]
    table(["id", "report", "to", "every", "next (UTC)", "trouble"], rows)


@app.command("unsubscribe")
def unsubscribe(slug: Slug, subscription_id: Annotated[str, typer.Argument(help="the subscription's id")]) -> None:
    """Send it no more."""
    with service() as opened, opened.database.write() as session:
        report_subscriptions.unsubscribe(session, issuers.by_slug(session, slug), subscription_id, actor=ACTOR)
    out.print("Done.")


def _as_file(answer: Answer, file: Path) -> bytes:
    match file.suffix.lower():
        case ".xlsx":
            return tables.xlsx_bytes(answer.table)
        case ".json":
            return tables.json_bytes(answer.table)
        case ".svg":
            return answer.drawing().svg
        case _:
            return tables.csv_bytes(answer.table)


def _print(answer: Answer) -> None:
    made: Table = answer.table
    table(
        [column.title.lower() for column in made.columns],
        [
            [tables.shown(cell, column.kind, made.zone) for cell, column in zip(row, made.columns, strict=True)]
            for row in made.rows
        ],
    )
    period = answer.asked.period
    shown = tables.shown(answer.asked.as_of, tables.Kind.MOMENT, made.zone)
    err.print(f"{period.first} to {period.last}, {period.zone}; as of {shown}", style="dim", markup=False)
    if answer.is_cut:
        err.print(f"Only the first {reports.MOST_ROWS} rows are shown; ask for a shorter period.", markup=False)
