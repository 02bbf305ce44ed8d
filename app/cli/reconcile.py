"""`lanyard reconcile …`: have a platform asked for what its pushes may have lost."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.sources import SourceId, given
from app.cli.terminal import ACTOR, out, service, table
from app.issuing import reconciling, sources
from app.worker.reconciling import Reconciling

app = typer.Typer(help="Ask platforms for what their pushes may have lost.", no_args_is_help=True)


@app.command("set")
def configure(
    source_id: SourceId,
    *,
    base_url: Annotated[str, typer.Option(help="the platform's own address; of an LRS, that above /statements")],
    token_file: Annotated[Path, typer.Option(help="a file with the token; - for standard input")],
    course: Annotated[list[str] | None, typer.Option(help="only this course; may be given again")] = None,
) -> None:
    """Have a source asked once a day from now on. Without --course: about every activity that has a rule."""
    with service() as opened, opened.database.write() as session:
        reconciling.configure(
            session,
            opened.office,
            sources.by_id(session, source_id),
            base_url=base_url,
            token=given(token_file) or "",
            courses=course or (),
            actor=ACTOR,
        )
    out.print("Done. Try it: lanyard reconcile now SOURCE", markup=False)


@app.command("now")
def now(source_id: SourceId) -> None:
    """Ask now, and say what the pushes had missed."""
    with service() as opened:
        run = Reconciling(opened).ask_now(source_id)
    _show(run.report)


@app.command("show")
def show(source_id: SourceId) -> None:
    """Show the newest runs of a source."""
    with service() as opened, opened.database.read() as session:
        source = sources.by_id(session, source_id)
        rows = [
            [
                run.started_at.isoformat(),
                run.finished_at.isoformat() if run.finished_at else "under way",
                str(run.report.get("seen", 0)),
                str(run.report.get("missed", 0)),
                str(run.report.get("awarded", 0)),
            ]
            for run in reconciling.runs(session, source, limit=20)
        ]
        error = reconciling.of_source(session, source).last_error
    table(["started", "ended", "seen", "missed by pushes", "awarded"], rows)
    if error:
        out.print(f"last failure: {error}", markup=False)


@app.command("off")
def off(source_id: SourceId) -> None:
    """Ask a source no more. Its token is deleted."""
    with service() as opened, opened.database.write() as session:
        reconciling.remove(session, sources.by_id(session, source_id), actor=ACTOR)
    out.print("Done.")


def _show(report: dict[str, object]) -> None:
    out.print(f"{report.get('seen', 0)} facts seen, {report.get('missed', 0)} of them missed by pushes", markup=False)
    told = {name: count for name, count in report.items() if isinstance(count, int)}
    others = [f"{count} {name}" for name, count in sorted(told.items()) if name not in {"seen", "missed", "pages"}]
    if others:
        out.print(", ".join(others), markup=False)
    failures = report.get("failures")
    for failure in failures if isinstance(failures, list) else []:
        out.print(f"not read: {failure}", markup=False)
