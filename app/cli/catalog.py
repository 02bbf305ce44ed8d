"""`lanyard catalog import FILE`: issuers and achievements out of a YAML file, as often as one likes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from app.cli.terminal import ACTOR, err, out, service
from app.errors import InvalidInput
from app.issuing import catalog

app = typer.Typer(help="Catalogue files.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Catalogue files."""


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="a YAML catalogue")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what is wrong; needs no database")] = False,
) -> None:
    """Import a catalogue whole, or not at all. With problems, each is named by its line and nothing changes."""
    plan = catalog.read(_text(file))
    for sentence in plan.skipped:
        out.print(f"skipped  {sentence}", style="dim", markup=False)
    for problem in plan.problems:
        err.print(f"{file}:{problem.line}: {problem.sentence}", style="red", markup=False)
    if plan.problems:
        raise typer.Exit(1)
    if dry_run:
        out.print(f"{len(plan.issuers)} issuers and {len(plan.achievements)} achievements, no problems.")
        return
    with service() as opened, opened.database.write() as session:
        changes = catalog.import_plan(session, opened.office, plan, actor=ACTOR)
    for (kind, what), count in sorted(Counter((change.kind, change.what) for change in changes).items()):
        out.print(f"{count:4} {kind}s {what}", markup=False)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InvalidInput(f"{file}:{line}: this is not UTF-8 text") from error
