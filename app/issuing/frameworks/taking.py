"""Taking in a framework: what is new is added, what differs is changed, what newer files no longer have stays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput, NotFound
from app.issuing import audit, definitions
from app.issuing.definitions import Definition, Kind
from app.issuing.frameworks.reading.items import FrameworkItem, Read
from app.issuing.frameworks.tables import FrameworkEntry
from app.issuing.issuers import Issuer

MOST_NAMED = 20
_APART = {"identifier", "name", "broader", "also", "is_partial"}  # of facts

States = tuple[str, str, list[str], dict[str, Any]]  # name, what is searched, what is above, facts


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done to entries: how many of each, with some of the names; and what of the files has no place here.

    `kept` are entries that the files do not have and that stay as they are.
    """

    format: str
    added: int
    changed: int
    unchanged: int
    kept: int
    names: dict[str, list[str]]
    left_out: dict[str, int]


def take(session: Session, issuer: Issuer, slug: str, read: Read, *, actor: str) -> Outcome:
    """See that the issuer's framework of this name has every entry that was read. The same again changes nothing.

    The framework is made if there is none. Raises InvalidInput with `problems`, each with its place, when something is
    wrong with the files: they are taken whole or not at all.
    """
    if read.mistakes:
        raise InvalidInput(
            f"{read.mistakes[0].place}: {read.mistakes[0].sentence}. Nothing was taken in",
            problems=[{"place": str(each.place), "sentence": each.sentence} for each in read.mistakes],
        )
    if not read.items and not read.broader:
        raise InvalidInput("There is no entry in these files")
    framework = _framework(session, issuer, slug, read, actor)
    return _Taking(session, framework, actor).take(read)


def _framework(session: Session, issuer: Issuer, slug: str, read: Read, actor: str) -> Definition:
    """The framework, locked. What an issuer has made of its name and description stays."""
    try:
        stated: Any = definitions.facts_of(definitions.by_slug(session, issuer, Kind.FRAMEWORK, slug, archived=True))
    except NotFound:
        stated = definitions.parse(Kind.FRAMEWORK, {"name": read.name, "url": read.url})
    if stated.ships_data:
        raise InvalidInput(f"{slug} is your own framework: its skills are defined here, and nothing is read into it")
    found = definitions.put(session, issuer, Kind.FRAMEWORK, slug, stated, actor=actor).definition
    session.refresh(found, with_for_update=True)  # so that two imports at once take turns, and no entry is made twice
    return found


class _Taking:
    def __init__(self, session: Session, framework: Definition, actor: str) -> None:
        self._session = session
        self._framework = framework
        self._actor = actor
        rows = session.scalars(select(FrameworkEntry).where(FrameworkEntry.framework_id == framework.id))
        self._rows = {each.identifier: each for each in rows}
        self._names: dict[str, list[str]] = {"added": [], "changed": []}

    def take(self, read: Read) -> Outcome:
        known, seen = set(self._rows), set(read.items)
        for item in read.items.values():
            self._put(item)
        left_out = +read.left_out
        for identifier, above in read.broader.items():
            if identifier in known and identifier not in seen:
                row = self._rows[identifier]
                self._change(row, (row.name, row.searched, above, row.facts))
                seen.add(identifier)
            elif identifier not in seen:
                left_out["relations of entries that are not here"] += 1
        added, changed = (len(self._names[each]) for each in ("added", "changed"))
        if added or changed:
            self._session.flush()
            facts = {"format": read.format, "added": added, "changed": changed}
            issuer_id, object_id = self._framework.issuer_id, self._framework.id
            audit.record(
                self._session, issuer_id, actor=self._actor, action="framework.taken", object_id=object_id, **facts
            )
        return Outcome(
            format=read.format,
            added=added,
            changed=changed,
            unchanged=len(seen) - added - changed,
            kept=len(known - seen),
            names={what: _some(names) for what, names in self._names.items()},
            left_out=dict(sorted(left_out.items())),
        )

    def _put(self, item: FrameworkItem) -> None:
        facts = item.model_dump(mode="json", exclude_none=True, exclude=_APART)
        row = self._rows.get(item.identifier)
        if row is None:
            now = clock.now()
            row = FrameworkEntry(
                id=clock.new_id(),
                issuer_id=self._framework.issuer_id,
                framework_id=self._framework.id,
                identifier=item.identifier,
                name=item.name,
                searched=item.searched,
                broader=list(item.broader or ()),
                facts=facts,
                created_at=now,
                changed_at=now,
            )
            self._session.add(row)
            self._rows[item.identifier] = row
            self._names["added"].append(item.name)
        elif not item.is_partial:
            # Where the file does not say what is above, another one may have said it.
            broader = row.broader if item.broader is None else list(item.broader)
            self._change(row, (item.name, item.searched, broader, facts))

    def _change(self, row: FrameworkEntry, states: States) -> None:
        if (row.name, row.searched, row.broader, row.facts) != states:
            row.name, row.searched, row.broader, row.facts = states
            row.changed_at = clock.now()
            self._names["changed"].append(row.name)


def _some(names: Iterable[str]) -> list[str]:
    return sorted(names, key=str.casefold)[:MOST_NAMED]
