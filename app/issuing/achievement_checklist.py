"""What must be there before an achievement is published, and what had better be: points that hold or do not."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import LintFailed, NoSigningKey
from app.issuing import achievements, issuers, signing_keys
from app.issuing.achievement_facts import AchievementFacts, AssessmentMethod
from app.issuing.achievements import Achievement, AchievementState
from app.issuing.folding import fold
from app.issuing.issuers import Issuer
from app.issuing.office import Office
from app.stacking.renewal import ValidityKind

MICRO_CREDENTIAL = "MicroCredential"
_MOST_ALIKE = 20
# Languages whose letters are known; a text in other letters is probably in another language than it says.
_LETTERS = {
    **dict.fromkeys(("ar", "fa", "ur"), "ARABIC"),
    **dict.fromkeys(("en", "es", "fr", "de", "it", "pt", "nl", "sv", "da", "nb", "fi", "pl", "tr"), "LATIN"),
    **dict.fromkeys(("ru", "uk", "bg"), "CYRILLIC"),
    "he": "HEBREW",
    "el": "GREEK",
    "hi": "DEVANAGARI",
    "th": "THAI",
    "ko": "HANGUL",
    "zh": "CJK",
}


class Point(StrEnum):
    """One thing to look at before publishing."""

    IN_USE = "in-use"
    CRITERIA = "criteria"
    ASSESSMENT = "assessment"
    SKILLS = "skills"
    ALT_TEXT = "alt-text"
    KEYS = "keys"
    SIGNABLE = "signable"
    ABBREVIATION = "abbreviation"
    LANGUAGE = "language"
    TRANSLATIONS = "translations"
    TRANSLATED_LETTERS = "translated-letters"
    LENGTH = "length"
    VALIDITY = "validity"
    EDUCATION = "education"
    PROFILE = "profile"


@dataclass(frozen=True, slots=True)
class Check:
    """Whether a point holds; without a must nothing is published. `said` are sentences that tell more."""

    point: Point
    is_must: bool
    holds: bool
    said: tuple[str, ...] = ()


def checklist(session: Session, office: Office, achievement: Achievement) -> tuple[Check, ...]:
    """All points, those that must hold first. A point that an achievement of its type need not meet is left out."""
    facts = achievements.current_facts(session, achievement)
    issuer = issuers.by_id(session, achievement.issuer_id)
    musts = _musts(session, office, achievement, facts, issuer)
    return (*musts, *_shoulds(session, achievement, facts, issuer))


def _musts(
    session: Session, office: Office, achievement: Achievement, facts: AchievementFacts, issuer: Issuer
) -> list[Check]:
    has_criteria = bool(facts.criteria_narrative or facts.criteria_url)
    found = [
        Check(Point.IN_USE, is_must=True, holds=achievement.state != AchievementState.ARCHIVED),
        Check(Point.CRITERIA, is_must=True, holds=has_criteria),
    ]
    if facts.achievement_type == MICRO_CREDENTIAL:
        is_assessed = facts.assessment_method not in {None, AssessmentMethod.NONE}
        found.append(Check(Point.ASSESSMENT, is_must=True, holds=is_assessed))
        found.append(Check(Point.SKILLS, is_must=True, holds=bool(facts.skills)))
    if achievement.draft_image_sha256 is not None:
        found.append(Check(Point.ALT_TEXT, is_must=True, holds=bool(facts.image_alt)))
    found.append(Check(Point.KEYS, is_must=True, holds=_has_keys(session, office, issuer)))
    if has_criteria:  # else no badge can be tried out
        said = _findings(session, office, achievement, facts)
        found.append(Check(Point.SIGNABLE, is_must=True, holds=not said, said=said))
    return [each for each in found if each.point is not Point.IN_USE or not each.holds]


def _shoulds(session: Session, achievement: Achievement, facts: AchievementFacts, issuer: Issuer) -> list[Check]:
    is_told = bool(issuer.description and issuer.email and issuer.image_sha256)
    is_lasting = facts.validity.kind is not ValidityKind.NONE
    shoulds = {
        Point.ABBREVIATION: not _others(session, achievement, facts),
        Point.LANGUAGE: _is_in_letters_of(facts.language, facts.description),
        Point.LENGTH: facts.hours is not None,
        Point.VALIDITY: is_lasting,
        Point.EDUCATION: facts.education_type is not None,
        Point.PROFILE: is_told,
    }
    if achievement.draft_image_sha256 is None:
        shoulds[Point.ALT_TEXT] = bool(facts.image_alt)
    said = {Point.ABBREVIATION: tuple(_others(session, achievement, facts))}
    if facts.translations:
        said |= {Point.TRANSLATIONS: _not_translated(facts), Point.TRANSLATED_LETTERS: _in_other_letters(facts)}
        shoulds |= {point: not said[point] for point in (Point.TRANSLATIONS, Point.TRANSLATED_LETTERS)}
    return [Check(point, is_must=False, holds=holds, said=said.get(point, ())) for point, holds in shoulds.items()]


def _has_keys(session: Session, office: Office, issuer: Issuer) -> bool:
    try:
        signing_keys.active(session, office, issuer)
    except NoSigningKey:
        return False
    return True


def _findings(session: Session, office: Office, achievement: Achievement, facts: AchievementFacts) -> tuple[str, ...]:
    """What the standard would say against a badge of it; the picture, whose name does not matter, is not drawn."""
    stated = achievements.next_version(session, office, achievement, facts, image_sha256="0" * 64)
    try:
        achievements.try_out(session, office, achievement, stated)
    except LintFailed as error:
        return tuple(str(each["sentence"]) for each in error.facts["findings"])
    return ()


def _others(session: Session, achievement: Achievement, facts: AchievementFacts) -> list[str]:
    """The short names of the issuer's other achievements with the same abbreviation."""
    query = select(Achievement).where(
        Achievement.issuer_id == achievement.issuer_id,
        Achievement.id != achievement.id,
        Achievement.state != AchievementState.ARCHIVED,
        Achievement.name_key.contains(f"\n{fold(facts.abbreviation)}\n", autoescape=True),
    )
    alike = session.scalars(query.order_by(Achievement.slug).limit(_MOST_ALIKE))
    wanted = facts.abbreviation.casefold()
    return [each.slug for each in alike if achievements.current_facts(session, each).abbreviation.casefold() == wanted]


def _not_translated(facts: AchievementFacts) -> tuple[str, ...]:
    """What is said in the language that is signed, and not in another: its tag and the name of the fact."""
    return tuple(
        f"{tag} {part}"
        for tag in sorted(facts.translations)
        for part in ("description", "criteria_narrative")
        if getattr(facts, part) and not getattr(facts.translations[tag], part)
    )


def _in_other_letters(facts: AchievementFacts) -> tuple[str, ...]:
    """The tags of languages in whose letters their texts are not written."""
    found = {tag: facts.translations[tag] for tag in sorted(facts.translations)}
    return tuple(tag for tag, texts in found.items() if not _is_in_letters_of(tag, texts.description or texts.name))


def _is_in_letters_of(language: str, text: str) -> bool:
    """Whether a text is written in letters of its language, as far as those are known here."""
    wanted = _LETTERS.get(language.partition("-")[0].lower())
    letters = [unicodedata.name(each, "").split(" ")[0] for each in text[:2000] if each.isalpha()]
    if wanted is None or not letters:
        return True
    return Counter(letters).most_common(1)[0][0] == wanted
