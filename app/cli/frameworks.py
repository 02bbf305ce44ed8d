"""`lanyard frameworks …`: frameworks of skills that others keep, from files that the operator has."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.issuers import Slug
from app.cli.terminal import ACTOR, err, out, service, table
from app.issuing import foresight, frameworks, issuers
from app.issuing.frameworks import File, Outcome

app = typer.Typer(help="Frameworks of skills that others keep: CASE, ESCO, O*NET.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="the framework's short name, such as esco")]


@app.command("import")
def import_files(
    slug: Slug,
    framework: Name,
    files: Annotated[
        list[Path],
        typer.Argument(
            exists=True,
            dir_okay=False,
            help="a CASE package (JSON), or files of ESCO (CSV), or of the O*NET database (text or CSV)",
        ),
    ],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would come of it")] = False,
) -> None:
    """Take in a framework whole, or not at all. What is wrong is told with its file and line; nothing is fetched."""
    read = frameworks.read([File(str(each), each.read_bytes()) for each in files])
    for mistake in read.mistakes:
        err.print(f"{mistake.place}: {mistake.sentence}", style="red", markup=False)
    if read.mistakes:
        raise typer.Exit(1)
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)

        def take() -> Outcome:
            return frameworks.take(session, issuer, framework, read, actor=ACTOR)

        outcome = foresight.undone(session, take) if dry_run else take()
    for what, count in outcome.left_out.items():
        out.print(f"left out  {count} {what}", style="dim", markup=False)
    counts = ("added", "changed", "unchanged", "kept")
    out.print("\n".join(f"{getattr(outcome, each):6} {each}" for each in counts), markup=False)
    out.print(f"This would come of it; nothing was changed ({outcome.format})." if dry_run else f"{outcome.format}.")


@app.command("find")
def find(
    slug: Slug, framework: Name, words: Annotated[str, typer.Argument(help="words of a name, or a code")] = ""
) -> None:
    """List entries by name, a hundred at most."""
    with service() as opened, opened.database.read() as session:
        found = frameworks.named(session, issuers.by_slug(session, slug), framework)
        entries = frameworks.find(session, found, words)
        rows = [[each.id, each.facts.get("code", ""), each.name] for each in entries[: frameworks.MOST_SHOWN]]
    table(["entry", "code", "name"], rows)
    if len(entries) > frameworks.MOST_SHOWN:
        err.print("There are more; add a word.")


@app.command("adopt")
def adopt(
    slug: Slug,
    entry: Annotated[str, typer.Argument(help="the entry's id, from `find`")],
    skill: Annotated[str, typer.Argument(help="the skill's short name")],
    *,
    existing: Annotated[bool, typer.Option("--existing", help="align a skill that is there already")] = False,
) -> None:
    """Make an own skill of an entry, aligned with it."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        found = frameworks.by_id(session, issuer, entry)
        act = frameworks.align if existing else frameworks.adopt
        act(session, issuer, found, skill, actor=ACTOR)
    out.print(f"{skill} is aligned with {found.name}.", markup=False)
