"""Definitions are put, read and archived. What they name is looked at, so that nothing points nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock
from app.db import claim
from app.errors import InvalidInput, NotFound
from app.issuing import audit
from app.issuing.definitions.kinds import SHAPES, AnyFacts, Kind
from app.issuing.definitions.tables import Definition, DefinitionsRevision
from app.issuing.issuers import Issuer
from app.issuing.slugs import check_slug

What = Literal["made", "changed", "unchanged"]


@dataclass(frozen=True, slots=True)
class Put:
    """A definition, and what was done to have it so."""

    definition: Definition
    what: What


def parse(kind: Kind, document: Any) -> AnyFacts:
    """Facts of a kind from plain data. Raises InvalidInput with `problems`: a pointer and a sentence for each."""
    try:
        return SHAPES[kind].model_validate(document)
    except ValidationError as error:
        problems = [
            {"pointer": "/" + "/".join(str(part) for part in item["loc"]), "sentence": item["msg"]}
            for item in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        first = problems[0]
        raise InvalidInput(f"{first['pointer']}: {first['sentence']}", problems=problems) from error


def put(session: Session, issuer: Issuer, kind: Kind, slug: str, facts: AnyFacts, *, actor: str) -> Put:
    """See that the definition is there and says this; an archived one is in use again.

    Raises InvalidInput for a short name that cannot be one.
    """
    check_slug(slug)
    stated, now = facts.to_json(), clock.now()
    made = claim(
        session,
        Definition,
        id=clock.new_id(),
        issuer_id=issuer.id,
        kind=kind,
        slug=slug,
        facts=stated,
        created_at=now,
        changed_at=now,
        archived_at=None,
    )
    if made is not None:
        _record(session, made, "made", actor)
        return Put(made, "made")
    found = by_slug(session, issuer, kind, slug, archived=True)
    session.refresh(found, with_for_update=True)
    if found.facts == stated and found.archived_at is None:
        return Put(found, "unchanged")
    found.facts, found.changed_at, found.archived_at = stated, now, None
    _record(session, found, "changed", actor)
    return Put(found, "changed")


def archive(session: Session, found: Definition, *, actor: str) -> None:
    """Take it out of use. What was decided by it stays as it was decided."""
    if found.archived_at is None:
        found.archived_at = found.changed_at = clock.now()
        _record(session, found, "archived", actor)


def by_slug(session: Session, issuer: Issuer, kind: Kind, slug: str, *, archived: bool = False) -> Definition:
    """The definition of this name; one that is archived only if it is asked for. Raises NotFound."""
    query = select(Definition).where(
        Definition.issuer_id == issuer.id, Definition.kind == kind, Definition.slug == slug
    )
    found = session.scalars(query).one_or_none()
    if found is None or (found.archived_at is not None and not archived):
        raise NotFound(f"There is no {kind.replace('-', ' ')} of this name")
    return found


def all_of(session: Session, issuer_id: str, *kinds: Kind, archived: bool = False) -> list[Definition]:
    """The issuer's definitions of these kinds, by short name; of all kinds if none is named.

    Those that are out of use only if they are asked for.
    """
    query = select(Definition).where(Definition.issuer_id == issuer_id)
    if not archived:
        query = query.where(Definition.archived_at.is_(None))
    if kinds:
        query = query.where(Definition.kind.in_(kinds))
    return list(session.scalars(query.order_by(Definition.kind, Definition.slug)))


def facts_of(found: Definition) -> AnyFacts:
    """What it says."""
    return SHAPES[Kind(found.kind)].model_validate(found.facts)


def revision(session: Session, issuer_id: str) -> str:
    """A mark that is another one after every change of what the issuer's stacks are made of; "" = nothing is."""
    query = select(DefinitionsRevision.mark).where(DefinitionsRevision.issuer_id == issuer_id)
    return session.scalar(query) or ""


def touched(session: Session, issuer_id: str) -> None:
    """Note a change of definitions, pathways or published achievements.

    The mark is random: a counter would say the same of a change that was rolled back and of the one after it.
    """
    mark = clock.new_id()
    if claim(session, DefinitionsRevision, issuer_id=issuer_id, mark=mark) is None:
        changed = update(DefinitionsRevision).where(DefinitionsRevision.issuer_id == issuer_id).values(mark=mark)
        session.execute(changed.execution_options(synchronize_session=False))


def _record(session: Session, found: Definition, what: str, actor: str) -> None:
    session.flush()
    touched(session, found.issuer_id)
    named = {"kind": found.kind, "slug": found.slug}
    audit.record(session, found.issuer_id, actor=actor, action=f"definition.{what}", object_id=found.id, **named)
