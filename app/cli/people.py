"""`lanyard people …`: who is known, who is not yet, two who are one, and one who wants to be forgotten."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cli.issuers import Slug
from app.cli.terminal import ACTOR, err, out, service, table
from app.issuing import claim_links, directory, erasure, groups, identification, issuers, learners, merging
from app.issuing.directory import Entry, Result, Verdict
from app.issuing.identification import Via
from app.issuing.issuers import Issuer
from app.issuing.learners import Learner, LearnerEmail, LearnerIdentity, LearnerMerge, LearnerState
from app.service import Service

app = typer.Typer(help="Learners: who they are, and what is known of them.", no_args_is_help=True)

LINES = 200  # of a directory in one transaction

LearnerId = Annotated[str, typer.Argument(help="the learner's id")]
LearnerIds = Annotated[list[str], typer.Argument(help="the ids of learners")]
GroupName = Annotated[str, typer.Argument(help="the group's name, such as cohort:nursing-26")]
Limit = Annotated[int, typer.Option(min=1, max=1000)]


@app.command("pending")
def list_pending(slug: Slug, limit: Limit = 50) -> None:
    """List people whom sources named and nobody knows yet, with how much waits for them."""
    with service() as opened, opened.database.read() as session:
        issuer = issuers.by_slug(session, slug)
        of_issuer = select(Learner).where(Learner.issuer_id == issuer.id, Learner.state == LearnerState.PENDING)
        total = session.scalar(select(func.count()).select_from(of_issuer.subquery())) or 0
        found = session.scalars(of_issuer.order_by(Learner.created_at.desc(), Learner.id).limit(limit)).all()
        waiting = identification.waiting_for(session, [each.id for each in found])
        rows = [
            [each.id, _identities(session, each), each.display_name or "", str(waiting.get(each.id, 0))]
            for each in found
        ]
    table(["learner", "named", "name", "waiting"], rows)
    err.print(f"{total} people are pending.")


@app.command("show")
def show(slug: Slug, learner_id: LearnerId) -> None:
    """Show what is known of a learner."""
    with service() as opened, opened.database.read() as session:
        learner = learners.by_id(session, issuers.by_slug(session, slug), learner_id)
        emails = select(LearnerEmail.written).where(LearnerEmail.learner_id == learner.id).order_by(LearnerEmail.id)
        told = [
            f"state       {learner.state}{f', into {learner.merged_into_id}' if learner.merged_into_id else ''}",
            f"name        {learner.display_name or ''} ({'shown' if learner.name_shown else 'not shown'})",
            f"identities  {_identities(session, learner)}",
            f"addresses   {', '.join(session.scalars(emails))}",
            f"groups      {', '.join(groups.of_learner(session, learner))}",
        ]
    out.print("\n".join(told), markup=False)


@app.command("import")
def import_directory(
    slug: Slug,
    file: Annotated[Path, typer.Argument(help="CSV: namespace, id, email, name, groups", exists=True, dir_okay=False)],
    *,
    namespace: Annotated[
        str | None, typer.Option(help="the system that gave out the ids, for a file without it")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="say what would come of each line, and change nothing")
    ] = False,
) -> None:
    """Take a directory in: who is behind the ids of a system. What waited for them is decided."""
    entries = directory.read(file.read_bytes(), namespace=namespace)
    results: list[Result] = []
    with service() as opened:
        with opened.database.read() as session:
            issuer = issuers.by_slug(session, slug)
        for first in range(0, len(entries), LINES):
            results += _take(opened, issuer, entries[first : first + LINES], dry_run=dry_run)
    for result in results:
        if result.verdict is Verdict.REFUSED:
            err.print(f"line {result.line}: {result.reason}", markup=False)
    told = ", ".join(f"{count} {name}" for name, count in directory.counted(results).items())
    out.print(f"{'Would be' if dry_run else 'Done'}: {told or 'no lines'}.", markup=False)


@app.command("address")
def give_address(
    slug: Slug,
    learner_id: LearnerId,
    email: Annotated[str, typer.Argument(help="the person's address")],
    name: Annotated[str | None, typer.Option(help="the person's name")] = None,
) -> None:
    """Give somebody an address; what waited for somebody pending is decided."""
    with service() as opened, opened.database.write() as session:
        learner = learners.by_id(session, issuers.by_slug(session, slug), learner_id)
        known = identification.give_address(
            session, opened.office, learner, email, via=Via.STAFF, actor=ACTOR, display_name=name
        )
    out.print(known.id, markup=False)


@app.command("assign")
def assign(slug: Slug, learner_id: LearnerId, to: Annotated[str, typer.Argument(help="the id of who it is")]) -> None:
    """Say that somebody pending is a learner who is known; what waited is decided."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        pending, known = learners.by_id(session, issuer, learner_id), learners.by_id(session, issuer, to)
        identification.assign(session, opened.office, pending, to=known, actor=ACTOR)
    out.print("Done.")


@app.command("group-add")
def add_to_group(slug: Slug, name: GroupName, learner_ids: LearnerIds) -> None:
    """Put learners into a group. What rules that name it make of that is done at once."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        found = [learners.by_id(session, issuer, each) for each in learner_ids]
        count = sum(groups.add(session, opened.office, each, name, actor=ACTOR) for each in found)
    out.print(f"Done: {count} joined.")


@app.command("group-remove")
def remove_from_group(slug: Slug, name: GroupName, learner_ids: LearnerIds) -> None:
    """Take learners out of a group. No award is taken back by that."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        found = [learners.by_id(session, issuer, each) for each in learner_ids]
        count = sum(groups.remove(session, opened.office, each, name, actor=ACTOR) for each in found)
    out.print(f"Done: {count} left.")


@app.command("groups")
def list_groups(slug: Slug, limit: Limit = 200) -> None:
    """List groups, and how many learners are in each."""
    with service() as opened, opened.database.read() as session:
        found = groups.counts(session, issuers.by_slug(session, slug).id, limit=limit)
    table(["group", "learners"], [[name, str(count)] for name, count in found])


@app.command("claim-link")
def make_claim_link(
    slug: Slug,
    learner_id: LearnerId,
    days: Annotated[int, typer.Option(min=1, max=claim_links.MOST_DAYS)] = claim_links.DAYS,
) -> None:
    """Make a link with which somebody pending says who they are. It is shown once, and works once."""
    with service() as opened, opened.database.write() as session:
        learner = learners.by_id(session, issuers.by_slug(session, slug), learner_id)
        made = claim_links.create(session, opened.office, learner, actor=ACTOR, days=days)
    out.print(made.url, markup=False)


@app.command("merge")
def merge(
    slug: Slug,
    kept: Annotated[str, typer.Argument(help="the learner who stays")],
    gone: Annotated[str, typer.Argument(help="the learner whose badges and names go there")],
) -> None:
    """Make two learners one. No badge changes its address; print the merge's id, with which it can be undone."""
    with service() as opened, opened.database.write() as session:
        issuer = issuers.by_slug(session, slug)
        both = learners.by_id(session, issuer, kept), learners.by_id(session, issuer, gone)
        merged = merging.merge(session, opened.office, kept=both[0], gone=both[1], actor=ACTOR)
    out.print(merged.id, markup=False)


@app.command("merges")
def list_merges(slug: Slug, limit: Limit = 50) -> None:
    """List merges, newest first."""
    with service() as opened, opened.database.read() as session:
        query = select(LearnerMerge).where(LearnerMerge.issuer_id == issuers.by_slug(session, slug).id)
        newest = query.order_by(LearnerMerge.created_at.desc(), LearnerMerge.id).limit(limit)
        rows = [
            [each.id, each.created_at.isoformat(), each.kept_id, each.gone_id, "undone" if each.undone_at else ""]
            for each in session.scalars(newest)
        ]
    table(["merge", "at", "kept", "gone", "undone"], rows)


@app.command("unmerge")
def undo_merge(slug: Slug, merge_id: Annotated[str, typer.Argument(help="the merge's id")]) -> None:
    """Make two learners of one again: each has what it had."""
    with service() as opened, opened.database.write() as session:
        merging.undo(
            session, opened.office, merging.by_id(session, issuers.by_slug(session, slug), merge_id), actor=ACTOR
        )
    out.print("Done.")


@app.command("erase")
def erase(
    slug: Slug,
    learner_id: LearnerId,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="do it without asking")] = False,
) -> None:
    """Erase a person for good. Their badges are revoked, and their pages answer that they were erased."""
    with service() as opened:
        if not (yes or typer.confirm("This cannot be undone. Erase this person?")):
            return
        with opened.database.write() as session:
            learner = learners.by_id(session, issuers.by_slug(session, slug), learner_id)
            found = erasure.erase(session, opened.office, learner, actor=ACTOR)
    out.print(
        f"Done: {found.awards} awards, {found.completions} completions, {found.deliveries} deliveries and "
        f"{found.messages} messages were emptied.",
        markup=False,
    )


@app.command("readmit")
def readmit(
    slug: Slug,
    *,
    email: Annotated[str | None, typer.Option(help="the person's address")] = None,
    namespace: Annotated[str | None, typer.Option(help="the system that gave out the id")] = None,
    identity: Annotated[str | None, typer.Option("--id", help="the person's id there")] = None,
) -> None:
    """Let somebody come back who was erased, and asks for it; nothing old returns to them."""
    with service() as opened, opened.database.write() as session:
        count = erasure.readmit(
            session,
            opened.office,
            issuers.by_slug(session, slug),
            actor=ACTOR,
            email=email,
            namespace=namespace,
            source_id=identity,
        )
    out.print("Done." if count else "Nobody with this name was erased.")


def _take(opened: Service, issuer: Issuer, entries: list[Entry], *, dry_run: bool) -> list[Result]:
    with opened.database.write() as session:
        issuers.take_turn(session, issuer.id)
        results = [directory.take(session, opened.office, issuer, entry, actor=ACTOR) for entry in entries]
        if dry_run:
            session.rollback()
    return results


def _identities(session: Session, learner: Learner) -> str:
    query = select(LearnerIdentity).where(LearnerIdentity.learner_id == learner.id).order_by(LearnerIdentity.id)
    return ", ".join(f"{each.source_id} at {each.namespace}" for each in session.scalars(query))
