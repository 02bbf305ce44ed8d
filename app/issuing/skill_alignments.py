"""Where the skills of an achievement stand in frameworks of others: what a new version says of it, frozen with it.

A skill that the issuer defines refers to entries of CASE, ESCO or O*NET frameworks (`definitions`, docs/frameworks.md).
Badges carry these references as further alignments, beside the skill itself.
"""

from __future__ import annotations

import re

from sqlalchemy.orm import Session

from app.credentials import model, strict_json
from app.credentials.lint.vocabulary import TARGET_TYPES
from app.issuing import achievement_documents, definitions
from app.issuing.achievement_facts import AchievementFacts
from app.issuing.definitions import Kind
from app.issuing.definitions.kinds import Aligned, SkillFacts

MOST = 30  # of one achievement, so that no badge grows without end
_OWN_TYPE = re.compile(r"ext:[A-Za-z0-9|._-]+")


def of(session: Session, issuer_id: str, facts: AchievementFacts) -> tuple[model.Alignment, ...]:
    """The skills, and after them what the issuer's definitions say now of each: one reference once, at most 30."""
    defined = _defined(session, issuer_id) if facts.skills else {}
    known = {(skill.url, skill.code) for skill in facts.skills}
    found: dict[tuple[str, str | None], model.Alignment] = {}
    for skill in facts.skills:
        own = defined.get(skill.code or "") or defined.get(skill.url)
        for each in own.alignments if own is not None else ():
            if (each.url, each.code) not in known:
                found.setdefault((each.url, each.code), _alignment(each))
    return (*achievement_documents.skills_aligned(facts), *tuple(found.values())[:MOST])


def frozen(document: bytes) -> tuple[model.Alignment, ...]:
    """All alignments of a published version, its skills among them, as they were published (B65)."""
    return tuple(
        model.Alignment(
            target_name=each["targetName"],
            target_url=each["targetUrl"],
            target_type=each.get("targetType"),
            target_code=each.get("targetCode"),
            target_framework=each.get("targetFramework"),
            target_description=each.get("targetDescription"),
        )
        for each in strict_json.loads(document).get("alignment", [])
    )


def target_type(stated: str | None) -> str | None:
    """The type as a badge may say it; None where it is none that Open Badges 3.0 allows."""
    return stated if stated is not None and (stated in TARGET_TYPES or _OWN_TYPE.fullmatch(stated)) else None


def _defined(session: Session, issuer_id: str) -> dict[str, SkillFacts]:
    """The issuer's skills by short name and by address."""
    found: dict[str, SkillFacts] = {}
    for each in definitions.all_of(session, issuer_id, Kind.SKILL):
        facts = definitions.facts_of(each)
        if isinstance(facts, SkillFacts):
            found |= {facts.url: facts} if facts.url else {}
            found[each.slug] = facts
    return found


def _alignment(each: Aligned) -> model.Alignment:
    return model.Alignment(
        target_name=each.name,
        target_url=each.url,
        target_type=target_type(each.target_type),
        target_code=each.code,
        target_framework=each.framework,
    )
