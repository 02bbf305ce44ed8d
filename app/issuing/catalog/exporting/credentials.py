"""Achievements and recognised credentials as entries of a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.issuing.achievement_facts import (
    AchievementFacts,
    DrawingFacts,
    ResultFacts,
    SkillFacts,
    TranslationFacts,
    ValidityFacts,
)
from app.issuing.catalog.exporting.names import Ids, Organizations, Policies
from app.issuing.catalog.exporting.writing import amount, said
from app.issuing.definitions.kinds import CeUnitFacts, FrameworkFacts, RecognisedFacts
from app.issuing.definitions.kinds import SkillFacts as DefinedSkill
from app.stacking.renewal import ValidityKind

PERCENT = "Percent"  # goes from 0 to 100 unless a file says otherwise


class Credentials:
    """The entries of `credentials` and `result_descriptions`, one achievement after the other."""

    def __init__(
        self,
        ids: Ids,
        organizations: Organizations,
        *,
        skills: Mapping[str, DefinedSkill],
        frameworks: Mapping[str, FrameworkFacts],
        units: Mapping[str, CeUnitFacts],
        currency: str | None,
    ) -> None:
        self._ids, self._organizations, self._currency = ids, organizations, currency
        self._units = {facts.name: slug for slug, facts in units.items()}
        self._skills = {slug: _as_shown(slug, facts, frameworks) for slug, facts in skills.items()}
        self.policies = Policies(ids)
        self.entries: list[dict[str, Any]] = []
        self.results: list[dict[str, Any]] = []

    def add(self, slug: str, facts: AchievementFacts) -> None:
        """An achievement of the issuer itself."""
        entry = said(
            id=slug,
            kind="stack" if facts.is_stack else "micro",
            name=facts.name,
            abbreviation=facts.abbreviation,
            issuer=self._organizations.home,
            achievement_type=facts.achievement_type,
            education_type=facts.education_type and facts.education_type.value,
            formal_relation=facts.formal_relation and facts.formal_relation.value,
            description=facts.description,
            criteria=facts.criteria_narrative,
            criteria_url=facts.criteria_url,
            inherits_skills=True if facts.is_stack else None,
            skills=[self._skill(each) for each in facts.skills],
            hours=amount(facts.hours),
            ce=[self._credit(each.unit, amount(each.amount)) for each in facts.continuing_education],
            academic_credits=amount(facts.academic_credits),
            price=self._price(facts),
            assessment=facts.assessment_method and facts.assessment_method.value,
            group_participation=facts.group_participation or None,
            group_evaluation=facts.group_evaluation or None,
            prerequisites=facts.prerequisites,
            formats=[each.value for each in facts.formats],
            tags=list(facts.tags),
            language=facts.language,
            translations={tag: _translated(facts.translations[tag]) for tag in sorted(facts.translations)} or None,
            image=None if facts.drawing == DrawingFacts() else facts.drawing.model_dump(mode="json", exclude_none=True),
            image_alt=facts.image_alt,
        )
        stated = {} if facts.renewal is None else facts.renewal.model_dump(mode="json", exclude_none=True)
        results = self._results(slug, facts.result_descriptions)
        self.entries.append(entry | self._validity(facts.validity, stated) | results)

    def recognise(self, slug: str, facts: RecognisedFacts) -> None:
        """A credential of somebody else's that counts."""
        kind = "partner" if facts.kind == "partner" else "association"
        entry = said(
            id=slug,
            kind=facts.kind,
            awarded_here=False if facts.kind == "partner" else None,
            name=facts.name,
            abbreviation=facts.abbreviation,
            issuer=self._organizations.find(facts.issued_by, facts.issued_by_url, kind=kind),
            achievement_type=facts.achievement_type,
            education_type=facts.education_type and facts.education_type.value,
            description=facts.description,
            criteria=facts.criteria_narrative,
            skills=[{"skill": each.skill, "level": each.level} for each in facts.skills],
            hours=amount(facts.hours),
            ce=[{"unit": each.unit, "amount": amount(each.amount)} for each in facts.continuing_education],
            academic_credits=amount(facts.academic_credits),
            evidence=facts.evidence,
            tags=list(facts.tags),
        )
        stated = {"grace_days": facts.grace_days} if facts.grace_days else {}
        self.entries.append(entry | self._validity(facts.validity, stated))

    def _skill(self, facts: SkillFacts) -> dict[str, Any]:
        known = self._skills.get(facts.code or "")
        if known == facts.model_copy(update={"level": 1}):
            return {"skill": facts.code, "level": facts.level}
        return facts.model_dump(mode="json", exclude_none=True)

    def _credit(self, unit: str, stated: float | str | None) -> dict[str, Any]:
        known = self._units.get(unit)
        return {"unit_name": unit, "amount": stated} if known is None else {"unit": known, "amount": stated}

    def _price(self, facts: AchievementFacts) -> Any:
        if facts.price is None:
            return None
        stated = amount(facts.price.amount)
        if facts.price.currency == self._currency:
            return stated
        return {"amount": stated, "currency": facts.price.currency}

    def _validity(self, validity: ValidityFacts, renewal: dict[str, Any]) -> dict[str, Any]:
        if validity == ValidityFacts() and not renewal:
            return {}
        if validity.kind is ValidityKind.MONTHS and validity.until is None:
            stated = {"cycle_months": validity.amount, "end_of_month": validity.end_of_month}
            return {"renewal": self.policies.find(stated | renewal)}
        found: dict[str, Any] = {"validity": validity.model_dump(mode="json", exclude_none=True)}
        if renewal:
            found["renewal"] = self.policies.find({"cycle_months": None, "end_of_month": False} | renewal)
        return found

    def _results(self, slug: str, results: Sequence[ResultFacts]) -> dict[str, Any]:
        """Results by themselves where a file can say them so, else within the credential."""
        stated = [each.model_dump(mode="json", exclude_none=True, exclude_defaults=True) for each in results]
        bounds = {"value_min": "0", "value_max": "100"}
        plain = all(each["result_type"] != PERCENT or bounds.items() <= each.items() for each in stated)
        ids = Counter(each["id"] for each in stated)
        if not plain or any(count > 1 or self._ids.is_used(name) for name, count in ids.items()):
            return {"results": stated}
        for each in stated:
            self._ids.take(each["id"])
            implied = bounds if each["result_type"] == PERCENT else {}
            without = {name: value for name, value in each.items() if name not in implied}
            self.results.append({"id": without.pop("id"), "credential": slug, **without})
        return {}


def _translated(texts: TranslationFacts) -> dict[str, Any]:
    """The texts in one more language, under the names that the entry has for its own."""
    return said(name=texts.name, description=texts.description, criteria=texts.criteria_narrative)


def _as_shown(slug: str, facts: DefinedSkill, frameworks: Mapping[str, FrameworkFacts]) -> SkillFacts | None:
    """A defined skill as an achievement shows it, at level 1; None when it has no address to be shown by."""
    if facts.url is None:
        return None
    framework = frameworks.get(facts.framework or "")
    return SkillFacts(
        name=facts.name, url=facts.url, level=1, code=slug, framework=None if framework is None else framework.name
    )


def currency_of(every: Iterable[AchievementFacts]) -> str | None:
    """The currency in which most prices are; None without a price."""
    counted = Counter(facts.price.currency for facts in every if facts.price is not None)
    return min(counted, key=lambda name: (-counted[name], name)) if counted else None
