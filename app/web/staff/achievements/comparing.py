"""What differs between two editions of an achievement, field by field, in the words of the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.issuing.achievement_facts import AchievementFacts, CreditFacts, DrawingFacts, ResultFacts, SkillFacts
from app.projections import differences as pieces_of
from app.projections.differences import Item, Piece
from app.web import words
from app.web.languages import gettext as _
from app.web.staff.achievements import wording


@dataclass(frozen=True, slots=True)
class Edition:
    """One version or the draft. `is_drawn` says that the picture at `picture` is drawn anew each time."""

    name: str
    facts: AchievementFacts
    picture: str
    is_drawn: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that differs: as one text in `pieces`, or a list as `items`."""

    field: str
    pieces: tuple[Piece, ...] = ()
    items: tuple[Item, ...] = ()


def differences(old: Edition, new: Edition) -> list[Difference]:
    """The fields that differ, in the order of the form."""
    before, after = _texts(old.facts), _texts(new.facts)
    found = [
        Difference(field, pieces=pieces_of.of_texts(before.get(field, ""), after.get(field, "")))
        for field in before | after
        if before.get(field, "") != after.get(field, "")
    ]
    lists_before, lists_after = _lists(old.facts), _lists(new.facts)
    for field, entries in lists_after.items():
        items = pieces_of.of_items(lists_before[field], entries)
        if list(lists_before[field].items()) != list(entries.items()):
            found.append(Difference(field, items=items))
    return found


def _texts(facts: AchievementFacts) -> dict[str, str]:
    return {
        _("Name"): facts.name,
        _("Abbreviation"): facts.abbreviation,
        _("Description"): facts.description,
        _("Language"): facts.language,
        _("Kind of achievement"): wording.spelt(facts.achievement_type),
        _("Criteria"): facts.criteria_narrative or "",
        _("Address of the criteria"): facts.criteria_url or "",
        _("Assessment"): _chosen(wording.assessment_methods(), facts.assessment_method),
        _("Assessed in groups"): _groups(facts),
        _("Hours"): words.amount(facts.hours) if facts.hours is not None else "",
        _("Academic credits"): words.amount(facts.academic_credits) if facts.academic_credits is not None else "",
        _("Cost"): words.price(facts.price) if facts.price else "",
        _("How long it stays good"): words.validity(facts.validity),
        _("Kind of learning"): _chosen(wording.education_types(), facts.education_type),
        _("Relation to a formal qualification"): _chosen(wording.formal_relations(), facts.formal_relation),
        _("Description of the image"): facts.image_alt or "",
        _("Drawing"): _drawing(facts.drawing),
    } | _translated(facts)


def _translated(facts: AchievementFacts) -> dict[str, str]:
    """Each text in each other language, by a label that names it."""
    found: dict[str, str] = {}
    for tag in sorted(facts.translations):
        texts, language = facts.translations[tag], f"{words.language_name(tag)} ({tag})"
        found[_("Name in %(language)s", language=language)] = texts.name
        found[_("Description in %(language)s", language=language)] = texts.description or ""
        found[_("Criteria in %(language)s", language=language)] = texts.criteria_narrative or ""
    return found


def _groups(facts: AchievementFacts) -> str:
    said = (
        (facts.group_participation, _("Learners do together what is assessed")),
        (facts.group_evaluation, _("They are assessed as a group")),
    )
    return "; ".join(words_ for holds, words_ in said if holds)


def _lists(facts: AchievementFacts) -> dict[str, Mapping[str, str]]:
    """Entries by what they are known by, so that a changed one is told as changed."""
    return {
        _("Skills"): {skill.url: _skill(skill) for skill in facts.skills},
        _("Credits"): {each.unit: _credit(each) for each in facts.continuing_education},
        _("Results"): {each.id: _result(each) for each in facts.result_descriptions},
        _("Tags"): {tag: tag for tag in facts.tags},
    }


def _chosen(options: wording.Options, value: str | None) -> str:
    return dict(options).get(value or "", value or "") if value else ""


def _skill(skill: SkillFacts) -> str:
    level = _("level %(level)s of 5, %(word)s", level=skill.level, word=words.level(skill.level))
    known = " · ".join(filter(None, (skill.code, skill.framework, skill.target_type)))
    return f"{skill.name}, {level} · {skill.url}" + (f" · {known}" if known else "")


def _credit(credit: CreditFacts) -> str:
    return f"{words.amount(credit.amount)} {credit.unit}"


def _result(result: ResultFacts) -> str:
    ends = f"{result.value_min or '…'} – {result.value_max or '…'}" if result.value_min or result.value_max else ""
    required = _("needed: %(value)s", value=result.required_value) if result.required_value else ""
    allowed = ", ".join(result.allowed_values)
    return " · ".join(filter(None, (result.name, wording.spelt(result.result_type), ends, allowed, required)))


def _drawing(facts: DrawingFacts) -> str:
    level = _("level mark %(level)s", level=facts.level) if facts.level else ""
    icon = _chosen(wording.icons(), facts.icon)
    parts = (_chosen(wording.shapes(), facts.shape), facts.fill, facts.accent or "", icon, level)
    return ", ".join(filter(None, parts))
