"""A catalogue file becomes a plan: issuers and achievements to have, problems by line, and what is left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml.comments import CommentedMap

from app.errors import InvalidInput
from app.issuing import achievement_facts, achievements
from app.issuing.achievement_facts import AchievementFacts
from app.issuing.catalog.lines import Entry, Problem, entries, load, maps_of
from app.issuing.slugs import check_slug

__all__ = ["Plan", "PlannedAchievement", "PlannedIssuer", "Problem", "read"]

KNOWN_SECTIONS = (
    "catalog", "publishing", "organizations", "frameworks", "proficiency_scale", "skills", "ce_units",
    "renewal_policies", "credentials", "result_descriptions",
)  # fmt: skip
KINDS = frozenset({"micro", "partner", "stack", "external"})
# What an entry of `credentials` may say; the last row is for later. A name that is spelled otherwise is a problem:
# a badge without its `renewal` would never expire.
CREDENTIAL_KEYS = frozenset({
    "id", "kind", "name", "abbreviation", "issuer", "achievement_type", "education_type", "description", "criteria",
    "skills", "hours", "ce", "academic_credits", "assessment", "renewal", "tags", "language", "image",
    "price", "evidence", "prerequisites", "seed", "inherits_skills",
})  # fmt: skip
LATER_KINDS = {"stack": "is awarded by a pathway, never by hand", "external": "is awarded elsewhere"}
LONGEST_LINE = 200
# Where the file's names for things differ from ours, so that a problem is found on its line.
FILE_KEYS = {
    "assessment_method": "assessment", "criteria_narrative": "criteria", "continuing_education": "ce",
    "validity": "renewal", "language": "language", "result_descriptions": "id",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlannedIssuer:
    """An issuer that the catalogue describes."""

    slug: str
    name: str
    url: str
    parent_name: str | None
    parent_url: str | None


@dataclass(frozen=True, slots=True)
class PlannedAchievement:
    """An achievement that the catalogue describes."""

    slug: str
    issuer_slug: str
    facts: AchievementFacts


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would see to. With problems, nothing is imported."""

    issuers: tuple[PlannedIssuer, ...]
    achievements: tuple[PlannedAchievement, ...]
    problems: tuple[Problem, ...]
    skipped: tuple[str, ...]  # a sentence for each section or entry that is left out


@dataclass(slots=True)
class _Reading:
    document: CommentedMap
    problems: list[Problem] = field(default_factory=list)

    def by_id(self, section: str) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        for entry in entries(self.document, section, self.problems):
            name = entry.get("id")
            if not isinstance(name, str) or not name:
                self.problems.append(Problem(entry.line, f"An entry of {section} has no id"))
            elif name in found:
                self.problems.append(Problem(entry.line, f"{name} stands in {section} twice"))
            else:
                found[name] = entry
        return found


def read(text: str) -> Plan:
    """Read a catalogue. Problems are found all at once, each with its line; what is no YAML has one."""
    try:
        document = load(text)
    except InvalidInput as error:
        return Plan((), (), (Problem(error.facts.get("line", 1), error.detail),), ())
    reading = _Reading(document)
    tables = {name: reading.by_id(name) for name in ("organizations", "frameworks", "skills", "ce_units")}
    tables |= {name: reading.by_id(name) for name in ("renewal_policies", "credentials", "result_descriptions")}
    skipped = [f"{name}: a section that is not known yet" for name in reading.document if name not in KNOWN_SECTIONS]
    planned = []
    for slug, entry in tables["credentials"].items():
        if (kind := str(entry.get("kind"))) in LATER_KINDS:
            skipped.append(f"{slug}: {LATER_KINDS[kind]}")
        elif (achievement := _achievement(reading, tables, slug, entry)) is not None:
            planned.append(achievement)
    issuer_slugs = {item.issuer_slug for item in planned}
    organizations = tables["organizations"].items()
    issuers = [_issuer(reading, tables, entry) for name, entry in organizations if _slug(name) in issuer_slugs]
    problems = sorted(dict.fromkeys(reading.problems), key=lambda problem: problem.line)
    return Plan(tuple(issuers), tuple(planned), tuple(problems), tuple(skipped))


def _slug(organization_id: str) -> str:
    return organization_id.removeprefix("org-")


def _issuer(reading: _Reading, tables: dict[str, dict[str, Entry]], entry: Entry) -> PlannedIssuer:
    name = str(entry.get("id"))
    _check_slug(reading, entry, _slug(name))
    _check_texts(reading, entry, "name", "url")
    parent = tables["organizations"].get(str(entry.get("parent")))
    if parent is not None:
        _check_texts(reading, parent, "name", "url")
    elif entry.get("parent") is not None:
        line = entry.line_of("parent")
        reading.problems.append(Problem(line, f"{name}: there is no organization {entry.get('parent')}"))
    return PlannedIssuer(
        slug=_slug(str(entry.get("id"))),
        name=str(entry.get("name")),
        url=str(entry.get("url")),
        parent_name=str(parent.get("name")) if parent else None,
        parent_url=str(parent.get("url")) if parent else None,
    )


def _check_slug(reading: _Reading, entry: Entry, slug: str) -> None:
    try:
        check_slug(slug)
    except InvalidInput as error:
        reading.problems.append(Problem(entry.line_of("id"), f"{slug}: {error.detail}"))


def _check_texts(reading: _Reading, entry: Entry, *keys: str) -> None:
    for key in keys:
        value = entry.get(key)
        if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_LINE:
            sentence = f"{entry.get('id')}: {key} is a text of 1 to {LONGEST_LINE} characters"
            reading.problems.append(Problem(entry.line_of(key), sentence))


def _achievement(
    reading: _Reading, tables: dict[str, dict[str, Entry]], slug: str, entry: Entry
) -> PlannedAchievement | None:
    before = len(reading.problems)
    _check_slug(reading, entry, slug)
    for key in entry.values:
        if key not in CREDENTIAL_KEYS:
            reading.problems.append(Problem(entry.line_of(key), f"{slug}: nothing is called {key} here"))
    if entry.get("kind") is not None and str(entry.get("kind")) not in KINDS:
        reading.problems.append(Problem(entry.line_of("kind"), f"{slug}: there is no kind {entry.get('kind')}"))
    organization = str(entry.get("issuer"))
    if organization not in tables["organizations"]:
        reading.problems.append(Problem(entry.line_of("issuer"), f"{slug}: there is no organization {organization}"))
    document = _facts_document(reading, tables, slug, entry)
    try:
        facts = achievement_facts.parse(document)
    except InvalidInput as error:
        for problem in error.facts["problems"]:
            key = problem["pointer"].split("/")[1]
            line = entry.line_of(FILE_KEYS.get(key, key))
            reading.problems.append(Problem(line, f"{slug}: {key}: {problem['sentence']}"))
        return None
    reading.problems += [Problem(entry.line, f"{slug}: {sentence}") for sentence in achievements.problems(facts)]
    if len(reading.problems) > before:
        return None
    return PlannedAchievement(slug, _slug(organization), facts)


def _facts_document(reading: _Reading, tables: dict[str, dict[str, Entry]], slug: str, entry: Entry) -> dict[str, Any]:
    publishing = reading.document.get("publishing")
    defaults = publishing if isinstance(publishing, CommentedMap) else {}
    document = {
        "name": entry.get("name"),
        "abbreviation": entry.get("abbreviation"),
        "description": entry.get("description"),
        "criteria_narrative": entry.get("criteria"),
        "achievement_type": entry.get("achievement_type"),
        "education_type": entry.get("education_type"),
        "assessment_method": entry.get("assessment"),
        "hours": _number(entry.get("hours")),
        "academic_credits": _number(entry.get("academic_credits")),
        "tags": entry.get("tags"),
        "language": entry.get("language") or defaults.get("language"),
        "skills": _skills(reading, tables, slug, entry),
        "continuing_education": _continuing_education(reading, tables, slug, entry),
        "validity": _validity(reading, tables, slug, entry),
        "result_descriptions": _results(tables, slug),
        "drawing": _drawing(reading, defaults, entry),
    }
    return {name: value for name, value in document.items() if value is not None}


def _number(value: Any) -> str | None:
    # Through text, so that 4.5 hours stay 4.5 and become no float on the way.
    return None if value is None else str(value)


def _skills(reading: _Reading, tables: dict[str, dict[str, Entry]], slug: str, entry: Entry) -> list[dict[str, Any]]:
    framework = next((item for item in tables["frameworks"].values() if item.get("ships_data")), None)
    found = []
    for item in maps_of(entry, "skills", reading.problems):
        skill = tables["skills"].get(str(item.get("skill")))
        if skill is None or framework is None:
            line = entry.line_of("skills")
            reading.problems.append(Problem(line, f"{slug}: there is no skill {item.get('skill')}"))
            continue
        found.append(
            {
                "name": skill.get("name"),
                "url": f"{framework.get('url')}/{skill.get('id')}",
                "level": item.get("level"),
                "code": skill.get("id"),
                "framework": framework.get("name"),
            },
        )
    return found


def _continuing_education(
    reading: _Reading, tables: dict[str, dict[str, Entry]], slug: str, entry: Entry
) -> list[dict[str, Any]]:
    found = []
    for item in maps_of(entry, "ce", reading.problems):
        unit = tables["ce_units"].get(str(item.get("unit")))
        if unit is None:
            reading.problems.append(Problem(entry.line_of("ce"), f"{slug}: there is no CE unit {item.get('unit')}"))
            continue
        found.append({"amount": _number(item.get("amount")), "unit": unit.get("name")})
    return found


def _validity(reading: _Reading, tables: dict[str, dict[str, Entry]], slug: str, entry: Entry) -> dict[str, Any] | None:
    name = entry.get("renewal")
    policy = tables["renewal_policies"].get(str(name))
    if policy is None:
        if name is not None:
            line = entry.line_of("renewal")
            reading.problems.append(Problem(line, f"{slug}: there is no renewal policy {name}"))
        return None
    months = policy.get("cycle_months")
    if months is None:
        return {"kind": "none"}
    return {"kind": "months", "amount": months, "end_of_month": bool(policy.get("end_of_month"))}


def _results(tables: dict[str, dict[str, Entry]], slug: str) -> list[dict[str, Any]]:
    found = []
    for name, item in tables["result_descriptions"].items():
        if item.get("credential") != slug:
            continue
        result = {"id": name, "name": item.get("name"), "result_type": item.get("result_type")}
        if item.get("required_value") is not None:
            result["required_value"] = str(item.get("required_value"))
        if item.get("result_type") == "Percent":
            result |= {"value_min": "0", "value_max": "100"}
        found.append(result)
    return found


def _drawing(reading: _Reading, defaults: Any, entry: Entry) -> Any:
    image = entry.get("image")
    if image is None and isinstance(defaults, CommentedMap):
        images = maps_of(Entry(defaults), "images", reading.problems)
        image = next((item for item in images if item.get("kind") == entry.get("kind")), None)
    if not isinstance(image, CommentedMap):
        return image  # None, or something that the facts refuse
    return {name: image[name] for name in image if name != "kind"}
