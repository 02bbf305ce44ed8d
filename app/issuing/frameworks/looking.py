"""Looking for entries of a framework."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from app.db import json_texts
from app.errors import NotFound
from app.issuing import definitions
from app.issuing.definitions import Definition, Kind
from app.issuing.frameworks.tables import FrameworkEntry
from app.issuing.issuers import Issuer

MOST_SHOWN = 100
MOST_WORDS = 10


def named(session: Session, issuer: Issuer, slug: str) -> Definition:
    """The issuer's framework of this name. Raises NotFound."""
    return definitions.by_slug(session, issuer, Kind.FRAMEWORK, slug, archived=True)


def by_id(session: Session, issuer: Issuer, entry_id: str) -> FrameworkEntry:
    """The entry. Raises NotFound, also for another issuer's."""
    found = session.get(FrameworkEntry, entry_id)
    if found is None or found.issuer_id != issuer.id:
        raise NotFound("There is no such entry")
    return found


def entries(framework: Definition, text: str = "", *, below: str = "") -> Select[FrameworkEntry]:
    """A query for entries; every word of `text` is somewhere in names, code or identifier.

    `below`: only those that belong directly to the entry of this identifier.
    """
    query = select(FrameworkEntry).where(FrameworkEntry.framework_id == framework.id)
    for word in text.casefold().split()[:MOST_WORDS]:
        query = query.where(FrameworkEntry.searched.contains(word, autoescape=True))
    if below:
        above = json_texts(FrameworkEntry.broader)
        query = query.where(exists(select(above.c.value).where(above.c.value == below)))
    return query


def find(
    session: Session, framework: Definition, text: str = "", *, below: str = "", skip: int = 0
) -> Sequence[FrameworkEntry]:
    """Entries by name, a hundred and one at most, after `skip` others."""
    query = entries(framework, text, below=below).order_by(FrameworkEntry.name, FrameworkEntry.id)
    return session.scalars(query.offset(skip).limit(MOST_SHOWN + 1)).all()


def counts(session: Session, issuer_id: str) -> dict[str, int]:
    """How many entries each of the issuer's frameworks has, by its id."""
    query = select(FrameworkEntry.framework_id, func.count()).where(FrameworkEntry.issuer_id == issuer_id)
    return dict(session.execute(query.group_by(FrameworkEntry.framework_id)).all())


def of_identifiers(session: Session, framework_id: str, identifiers: Iterable[str]) -> Sequence[FrameworkEntry]:
    """The entries of these identifiers that are here, by name."""
    wanted = list(identifiers)
    query = select(FrameworkEntry).where(
        FrameworkEntry.framework_id == framework_id, FrameworkEntry.identifier.in_(wanted)
    )
    return session.scalars(query.order_by(FrameworkEntry.name)).all() if wanted else ()
