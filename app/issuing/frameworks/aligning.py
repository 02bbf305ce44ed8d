"""Own skills and entries of a framework: a skill is made of an entry, or said to be the same."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app.errors import AlreadyExists, NotFound
from app.issuing import definitions
from app.issuing.definitions import Definition, Kind
from app.issuing.frameworks.tables import FrameworkEntry
from app.issuing.issuers import Issuer


def adopt(session: Session, issuer: Issuer, entry: FrameworkEntry, slug: str, *, actor: str) -> Definition:
    """Make an own skill that says what the entry says, aligned with it and with what is the same as it elsewhere.

    Raises AlreadyExists when a skill has this short name, also one that is out of use.
    """
    try:
        definitions.by_slug(session, issuer, Kind.SKILL, slug, archived=True)
    except NotFound:
        stated = {"name": entry.name, "alignments": _alignments(session, entry)}
        if entry.facts.get("description"):
            stated["description"] = entry.facts["description"]
        facts = definitions.parse(Kind.SKILL, stated)
        return definitions.put(session, issuer, Kind.SKILL, slug, facts, actor=actor).definition
    raise AlreadyExists("Another skill has this short name, perhaps one that is out of use")


def align(session: Session, issuer: Issuer, entry: FrameworkEntry, slug: str, *, actor: str) -> bool:
    """Note that an own skill is the same as an entry; whether that is new.

    Raises NotFound, and InvalidInput when the skill is the same as twenty others already.
    """
    skill = definitions.by_slug(session, issuer, Kind.SKILL, slug)
    session.refresh(skill, with_for_update=True)
    stated = list(skill.facts.get("alignments", []))
    known = {(each["url"], each.get("code")) for each in stated}
    new = _alignments(session, entry)[0]
    if (new["url"], new.get("code")) in known:
        return False
    facts = definitions.parse(Kind.SKILL, {**skill.facts, "alignments": [*stated, new]})
    definitions.put(session, issuer, Kind.SKILL, slug, facts, actor=actor)
    return True


def _alignments(session: Session, entry: FrameworkEntry) -> list[dict[str, Any]]:
    framework = session.get_one(Definition, entry.framework_id)
    itself = {
        "name": entry.name,
        "url": entry.facts["url"],
        "code": entry.facts.get("code"),
        "framework": framework.facts["name"],
        "target_type": entry.facts["target_type"],
    }
    return [itself, *entry.facts.get("same_as", [])]
