"""`lanyard rules …`: documents of what earns an achievement, tried out, switched off, explained, run over the past."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from app.cli.issuers import Slug
from app.cli.terminal import ACTOR, err, out, service, table
from app.errors import InvalidInput, NotFound
from app.issuing import achievements, backfills, explaining, issuers, learners, simulation, sources
from app.issuing.achievements import Achievement
from app.issuing.rules import books, switches, versions
from app.issuing.rules.books import Book
from app.issuing.simulation import Fate
from app.stacking import rules as language

app = typer.Typer(help="Documents that say what earns an achievement.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="the achievement's short name")]


@app.command("put")
def put(
    slug: Slug,
    achievement: Name,
    file: Annotated[Path, typer.Argument(help="the document, YAML or JSON")],
    allow: Annotated[list[str] | None, typer.Option(help="a source that may cause the achievement, by its id")] = None,
) -> None:
    """Put a new version, which decides from now on. Try it first: lanyard rules simulate."""
    with service() as opened, opened.database.write() as session:
        found = _achievement(session, slug, achievement)
        for source_id in allow or []:
            sources.allow(session, sources.by_id(session, source_id), found, actor=ACTOR)
        version = versions.put(session, found, file.read_text(encoding="utf-8"), actor=ACTOR)
        replaced = len(versions.mappings_of(session, found))
        document = versions.document_of(session, version.id)
        not_allowed = versions.sources_not_allowed(session, found, document)
    out.print(f"Version {version.number} decides from now on.", markup=False)
    if replaced:
        out.print(f"{replaced} mappings of this achievement rest: a document decides alone.", markup=False)
    for source_id in not_allowed:
        err.print(f"The source {source_id} may not cause this achievement yet: --allow {source_id}", markup=False)


@app.command("list")
def list_versions(slug: Slug, achievement: Name) -> None:
    """List the versions of an achievement's document."""
    with service() as opened, opened.database.read() as session:
        found = _achievement(session, slug, achievement)
        rows = [
            [
                str(version.number),
                version.effective_from.isoformat(),
                version.effective_until.isoformat() if version.effective_until else "",
                version.author,
            ]
            for version in versions.of_achievement(session, found)
        ]
        switch = switches.of(session, found.id)
    table(["version", "from", "until", "author"], rows)
    if switch is not None and switch.off_since is not None:
        err.print(f"Switched off since {switch.off_since.isoformat()}", markup=False)


@app.command("show")
def show(
    slug: Slug, achievement: Name, number: Annotated[int | None, typer.Argument(help="the newest if left out")] = None
) -> None:
    """Print one version as JSON."""
    with service() as opened, opened.database.read() as session:
        found = _achievement(session, slug, achievement)
        every = versions.of_achievement(session, found)
        if number is None and not every:
            raise NotFound("This achievement has no rule document")
        version = every[0] if number is None else versions.by_number(session, found, number)
        text = json.dumps(version.document, indent=2, ensure_ascii=False)
    sys.stdout.write(text + "\n")


@app.command("off")
def switch_off(slug: Slug, achievement: Name) -> None:
    """Stop everything that is automatic for an achievement at once; awards stay as they are."""
    _turn(slug, achievement, on=False)


@app.command("on")
def switch_on(slug: Slug, achievement: Name) -> None:
    """Let an achievement's rules go on. What came meanwhile: lanyard rules backfill."""
    _turn(slug, achievement, on=True)


@app.command("limit")
def limit(
    slug: Slug,
    per_hour: Annotated[int, typer.Argument(help="awards an hour; 0 takes the limit away")],
    achievement: Annotated[str | None, typer.Option(help="only this one's rules; else the issuer's all")] = None,
) -> None:
    """Bound how many awards rules make in an hour; what is above waits for the next one."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        if achievement is None:
            switches.limit_issuer(session, issuer, per_hour or None, actor=ACTOR)
        else:
            found = achievements.by_slug(session, issuer, achievement)
            switches.limit_achievement(session, found, per_hour or None, actor=ACTOR)
    out.print("Done.")


@app.command("simulate")
def simulate(
    slug: Slug,
    achievement: Name,
    file: Annotated[Path | None, typer.Argument(help="a document; left out: the rules in force")] = None,
    show_fate: Annotated[Fate | None, typer.Option("--show", help="name the learners of this fate")] = None,
) -> None:
    """Say what a rule would make of everybody's stored past. Nothing is changed."""
    counts: Counter[Fate] = Counter()
    after: str | None = ""
    looked_at = 0
    with service() as opened:
        while after is not None:
            with opened.database.read() as session:
                found = _achievement(session, slug, achievement)
                book = _book(session, found, file)
                part = simulation.simulate(session, found, book, after=after, limit=1_000, show=show_fate)
            counts.update(part.counts)
            looked_at, after = looked_at + part.looked_at, part.after
            table(["learner", "name"], [[each.learner_id, each.name or ""] for each in part.people])
    err.print(f"{looked_at} learners looked at", markup=False)
    table(["fate", "learners"], [[str(fate), str(counts[fate])] for fate in Fate if counts[fate]])


@app.command("backfill")
def backfill(slug: Slug, achievement: Name) -> None:
    """Have the worker decide everybody's stored past by the rules in force."""
    with service() as opened, opened.database.write() as session:
        made = backfills.start(session, _achievement(session, slug, achievement), actor=ACTOR)
    out.print(f"Backfill {made.id} of {made.total} learners: the worker goes through them.", markup=False)


@app.command("explain")
def explain(
    slug: Slug, achievement: Name, email: Annotated[str, typer.Argument(help="the learner's e-mail address")]
) -> None:
    """Say why a learner holds an achievement, or why not, clause by clause."""
    with service() as opened, opened.database.read() as session:
        found = _achievement(session, slug, achievement)
        learner = learners.by_email(session, issuers.by_slug(session, slug), email)
        every = explaining.of_learner(session, learner.id, found)
    if not every:
        raise NotFound("There is no rule in force for this achievement")
    for each in every:
        out.print(f"{each.decision}: {each.sentence}", markup=False)
        for clause in each.clauses:
            mark = {True: "yes", False: "no", None: "?"}[clause["met"]]
            out.print(f"  {mark:3}  {clause['path'] or '/'}  {clause['sentence']}", markup=False)
        for standing in each.standings:
            out.print(f"  award {standing['award']}: {standing['sentence']}", markup=False)


def _turn(slug: str, achievement: str, *, on: bool) -> None:
    with service() as opened, opened.database.write() as session:
        switches.turn(session, _achievement(session, slug, achievement), on=on, actor=ACTOR)
    out.print("Done.")


def _achievement(session: Session, slug: str, name: str) -> Achievement:
    return achievements.by_slug(session, issuers.by_slug(session, slug), name)


def _book(session: Session, achievement: Achievement, file: Path | None) -> Book:
    if file is not None:
        return books.of_document(achievement.id, language.read(file.read_text(encoding="utf-8")), seed="simulation")
    book = books.of_achievement(session, achievement)
    if book is None:
        raise InvalidInput("This achievement has no rule; name a file with a document")
    return book
