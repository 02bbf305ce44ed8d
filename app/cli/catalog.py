"""`lanyard catalog import FILE`: an issuer's whole offer out of a YAML file, as often as one likes; `export` back."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from app.cli.terminal import ACTOR, err, out, service
from app.errors import InvalidInput
from app.issuing import catalog, issuers

app = typer.Typer(help="Catalogue files.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Catalogue files."""


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="a YAML catalogue")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what is wrong; needs no database")] = False,
    without_people: Annotated[bool, typer.Option("--without-people", help="leave the demo learners out")] = False,
) -> None:
    """Import a catalogue whole, or not at all. With problems, each is named by its line and nothing changes."""
    plan = catalog.read(_text(file), people_too=not without_people)
    for sentence in plan.skipped:
        out.print(f"skipped  {sentence}", style="dim", markup=False)
    _refuse(file, [(problem.line, problem.sentence) for problem in plan.problems])
    if dry_run:
        _count(plan.counts())
        out.print("No problems.")
        return
    try:
        with service() as opened, opened.database.write() as session:
            changes = catalog.import_plan(session, opened.office, plan, actor=ACTOR)
    except InvalidInput as error:
        _refuse(file, [(each["line"], each["sentence"]) for each in error.facts.get("problems", []) if "line" in each])
        raise
    counted = Counter((change.kind, change.what) for change in changes)
    _count({f"{kind}s {what}": count for (kind, what), count in sorted(counted.items())}, suffix="")


@app.command("export")
def export(
    issuer: Annotated[str, typer.Argument(help="the issuer's short name, as in its address")],
    to: Annotated[Path | None, typer.Option("--to", dir_okay=False, help="a file; else the terminal")] = None,
) -> None:
    """Write an issuer's achievements, definitions and pathways as a catalogue file. People are no part of it."""
    with service() as opened, opened.database.read() as session:
        exported = catalog.export(session, issuers.by_slug(session, issuer))
    for sentence in exported.left_out:
        err.print(f"left out  {sentence}", style="dim", markup=False)
    if to is None:
        typer.echo(exported.text, nl=False)
    else:
        to.write_text(exported.text, encoding="utf-8")


def _count(counts: dict[str, int], *, suffix: str = "s") -> None:
    for kind, count in counts.items():
        out.print(f"{count:4} {kind}{suffix}", markup=False)


def _refuse(file: Path, problems: list[tuple[int, str]]) -> None:
    for line, sentence in problems:
        err.print(f"{file}:{line}: {sentence}", style="red", markup=False)
    if problems:
        raise typer.Exit(1)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InvalidInput(f"{file}:{line}: this is not UTF-8 text") from error
