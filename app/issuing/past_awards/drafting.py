"""Achievements in the place of those that were issued elsewhere: drafts, for staff to look at and publish."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db import claim
from app.errors import AlreadyExists, InvalidInput
from app.issuing import achievement_facts, achievements
from app.issuing.achievements import Achievement
from app.issuing.issuers import Issuer
from app.issuing.past_awards.tables import PastAchievement
from app.lms.programmes import Template

_WORD = re.compile(r"[^\W_]+")
_NO_SLUG = re.compile(r"[^a-z0-9]+")
_LONGEST_SLUG, _LONGEST_NAME, _LONGEST_ABBREVIATION = 60, 200, 8
_NOTHING_SAID = "Write what somebody does to earn it, before it is published."


def achievement_for(session: Session, issuer: Issuer, template: Template, *, issued_by: str, actor: str) -> Achievement:
    """The issuer's achievement in the place of this one; a new draft when it is the first time that it is named.

    Raises InvalidInput, which says of which one, for what no achievement may state.
    """
    known = session.get(PastAchievement, (issuer.id, template.origin_id))
    if known is not None:
        return achievements.by_id(session, known.achievement_id)
    made = _draft(session, issuer, template, issued_by=issued_by, actor=actor)
    facts = {"achievement_id": made.id, "created_at": clock.now()}
    if claim(session, PastAchievement, issuer_id=issuer.id, origin_id=template.origin_id, **facts) is None:
        raise AlreadyExists("Somebody else brings the same achievements at this moment; try again")
    return made


def _draft(session: Session, issuer: Issuer, template: Template, *, issued_by: str, actor: str) -> Achievement:
    name = template.name[:_LONGEST_NAME]
    stated: dict[str, Any] = {
        "name": name,
        "abbreviation": _abbreviation(name),
        "description": template.description or f"{name}, as {issued_by} issued it elsewhere.",
        "criteria_narrative": template.criteria_narrative or (None if template.criteria_url else _NOTHING_SAID),
        "criteria_url": template.criteria_url,
        "achievement_type": "Badge",
        "tags": list(template.tags),
    }
    try:
        facts = achievement_facts.parse({member: value for member, value in stated.items() if value is not None})
    except InvalidInput as error:
        raise InvalidInput(f"“{name[:100]}” cannot become a draft: {error.detail}", **error.facts) from error
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = _NO_SLUG.sub("-", plain)[:_LONGEST_SLUG].strip("-") or "badge"
    taken = select(Achievement.id).where(Achievement.issuer_id == issuer.id, Achievement.slug == slug)
    if session.scalar(taken) is not None:  # another one of that name: told apart by what it was called there
        slug = f"{slug}-{hashlib.sha256(template.origin_id.encode()).hexdigest()[:8]}"
    return achievements.create(session, issuer, slug=slug, facts=facts, actor=actor)


def _abbreviation(name: str) -> str:
    words = _WORD.findall(name)
    letters = "".join(word[0] for word in words) if len(words) > 1 else name[:4]
    return letters[:_LONGEST_ABBREVIATION].upper() or "?"
