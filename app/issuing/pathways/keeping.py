"""Pathways are drafted, looked at, published as versions that never change, and archived."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db import claim
from app.errors import AlreadyExists, NotFound, NotPublishable, NotPublished, WrongState
from app.issuing import audit, definitions
from app.issuing.issuers import Issuer
from app.issuing.pathways import facts as pathway_facts
from app.issuing.pathways import worlds
from app.issuing.pathways.facts import PathwayFacts
from app.issuing.pathways.tables import PathwayRow, PathwayState, PathwayVersion
from app.issuing.slugs import check_slug
from app.stacking import publishing
from app.stacking.publishing import Verdict


def create(session: Session, issuer: Issuer, *, slug: str, facts: PathwayFacts, actor: str) -> PathwayRow:
    """A new draft. Raises InvalidInput for a bad short name, AlreadyExists."""
    check_slug(slug)
    now = clock.now()
    made = claim(
        session,
        PathwayRow,
        id=clock.new_id(),
        issuer_id=issuer.id,
        slug=slug,
        state=PathwayState.DRAFT,
        draft=facts.to_json(),
        current_version=None,
        created_at=now,
        changed_at=now,
        archived_at=None,
    )
    if made is None:
        raise AlreadyExists(f"{issuer.name} has a pathway named {slug} already", slug=slug)
    _record(session, made, "pathway.created", actor)
    return made


def change(session: Session, row: PathwayRow, *, facts: PathwayFacts, actor: str) -> bool:
    """Put a draft beside the newest version; False when nothing would differ. Raises WrongState for an archived one."""
    session.refresh(row, with_for_update=True)
    if row.state == PathwayState.ARCHIVED:
        raise WrongState("This pathway is archived. Take it out of the archive before you change it")
    if facts == current_facts(session, row):
        return False
    is_as_published = row.current_version is not None and facts == _facts(newest(session, row))
    row.draft, row.changed_at = (None if is_as_published else facts.to_json()), clock.now()
    _record(session, row, "pathway.changed", actor)
    return True


def look_at(session: Session, row: PathwayRow) -> Verdict:
    """What publishing the draft would find."""
    facts = current_facts(session, row)
    known = worlds.of(session, row.issuer_id)
    return publishing.check(known.world, facts.pathway(row.slug, (row.current_version or 0) + 1))


def publish(session: Session, row: PathwayRow, *, actor: str, number: int | None = None) -> PathwayVersion:
    """Freeze the draft as the next version, or as `number`, which catalogues state; the newest one if none is drafted.

    Raises NotPublishable with `problems`: code, node, sentence and, for a circle, its path.
    """
    session.refresh(row, with_for_update=True)
    if row.draft is None:
        return newest(session, row)
    if found := look_at(session, row).problems:
        told = [{"code": each.code, "node": each.node, "sentence": each.sentence, "path": each.path} for each in found]
        raise NotPublishable(" ".join(each.sentence for each in found), problems=told)
    before = row.current_version or 0
    version = claim(
        session,
        PathwayVersion,
        id=clock.new_id(),
        pathway_id=row.id,
        number=max(number or 0, before + 1),
        facts=row.draft,
        published_at=clock.now(),
    )
    if version is None:
        raise AlreadyExists("This version was published at the same moment by someone else")
    row.draft, row.state, row.current_version = None, PathwayState.PUBLISHED, version.number
    row.changed_at = version.published_at
    _record(session, row, "pathway.published", actor, version=version.number)
    return version


def archive(session: Session, row: PathwayRow, *, actor: str) -> None:
    """Take nobody more, and find nothing more complete. What was awarded stays."""
    if row.state != PathwayState.ARCHIVED:
        row.state, row.archived_at = PathwayState.ARCHIVED, clock.now()
        row.changed_at = row.archived_at
        _record(session, row, "pathway.archived", actor)


def restore(session: Session, row: PathwayRow, *, actor: str) -> None:
    """Take it out of the archive: published again as it was, or a draft."""
    if row.state == PathwayState.ARCHIVED:
        row.state = PathwayState.DRAFT if row.current_version is None else PathwayState.PUBLISHED
        row.archived_at, row.changed_at = None, clock.now()
        _record(session, row, "pathway.restored", actor)


def by_id(session: Session, pathway_id: str, *, issuer: Issuer | None = None) -> PathwayRow:
    """The pathway with this id, of this issuer if one is named. Raises NotFound."""
    row = session.get(PathwayRow, pathway_id)
    if row is None or (issuer is not None and row.issuer_id != issuer.id):
        raise NotFound("There is no such pathway")
    return row


def by_slug(session: Session, issuer: Issuer, slug: str) -> PathwayRow:
    """The issuer's pathway with this short name. Raises NotFound."""
    query = select(PathwayRow).where(PathwayRow.issuer_id == issuer.id, PathwayRow.slug == slug)
    if (row := session.scalars(query).one_or_none()) is None:
        raise NotFound("There is no such pathway")
    return row


def all_of(session: Session, issuer_id: str, *, archived: bool = False) -> list[PathwayRow]:
    """The issuer's pathways by short name, without those that are archived unless they are asked for."""
    query = select(PathwayRow).where(PathwayRow.issuer_id == issuer_id).order_by(PathwayRow.slug)
    if not archived:
        query = query.where(PathwayRow.state != PathwayState.ARCHIVED)
    return list(session.scalars(query))


def newest(session: Session, row: PathwayRow) -> PathwayVersion:
    """The newest published version. Raises NotPublished."""
    if row.current_version is None:
        raise NotPublished("This pathway has not been published yet", pathway_id=row.id)
    return version_of(session, row, row.current_version)


def version_of(session: Session, row: PathwayRow, number: int) -> PathwayVersion:
    """One published version. Raises NotFound."""
    query = select(PathwayVersion).where(PathwayVersion.pathway_id == row.id, PathwayVersion.number == number)
    if (version := session.scalars(query).one_or_none()) is None:
        raise NotFound("There is no such version of this pathway")
    return version


def versions_of(session: Session, row: PathwayRow) -> list[PathwayVersion]:
    """Every published version, oldest first."""
    query = select(PathwayVersion).where(PathwayVersion.pathway_id == row.id).order_by(PathwayVersion.number)
    return list(session.scalars(query))


def current_facts(session: Session, row: PathwayRow) -> PathwayFacts:
    """The draft if there is one, else the newest version."""
    return pathway_facts.parse(row.draft) if row.draft is not None else _facts(newest(session, row))


def _facts(version: PathwayVersion) -> PathwayFacts:
    return pathway_facts.parse(version.facts)


def _record(session: Session, row: PathwayRow, action: str, actor: str, **facts: Any) -> None:
    session.flush()
    definitions.touched(session, row.issuer_id)
    audit.record(session, row.issuer_id, actor=actor, action=action, object_id=row.id, **facts)
