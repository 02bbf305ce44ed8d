"""Credentials of a file: achievements of their issuers, stacks among them, and what the home issuer recognises."""

from __future__ import annotations

from typing import Any

from ruamel.yaml.comments import CommentedMap

from app.issuing import achievement_facts, achievements, definitions
from app.issuing.catalog.lines import Entry, maps_of, number, plain
from app.issuing.catalog.plan import PlannedAchievement, PlannedDefinition
from app.issuing.catalog.reading import organizations, renewals
from app.issuing.catalog.reading.file import CatalogFile
from app.issuing.catalog.reading.skills import Skills
from app.issuing.definitions import Kind

KINDS = frozenset({"micro", "partner", "stack", "external"})
RECOGNISED = frozenset({"partner", "external"})
# Where the file's names for things differ from ours, so that a problem is found on its line.
FILE_KEYS = {
    "assessment_method": "assessment", "criteria_narrative": "criteria", "continuing_education": "ce",
    "validity": "renewal", "drawing": "image", "result_descriptions": "results", "issued_by": "issuer",
    "grace_days": "renewal",
}  # fmt: skip


def read(file: CatalogFile) -> tuple[list[PlannedAchievement], list[PlannedDefinition]]:
    """Every achievement that is to be there, and every credential of others that counts."""
    skills, own, recognised = Skills(file), [], []
    for slug, entry in file.tables["credentials"].items():
        file.check_slug(entry, slug)
        kind = _kind(file, entry)
        if kind == "external" or entry.get("awarded_here") is False:
            _say_what_others_credentials_lack(file, slug, entry)
        elif (achievement := _achievement(file, skills, slug, entry, kind)) is not None:
            own.append(achievement)
        if kind in RECOGNISED and (found := _recognised(file, skills, slug, entry, kind)) is not None:
            recognised.append(found)
    if any(entry.get("evidence") not in (None, "none") for entry in file.tables["credentials"].values()):
        file.skipped.append("credentials: evidence is kept of recognised ones only; who awards others decides on it")
    return own, recognised


def _kind(file: CatalogFile, entry: Entry) -> str:
    stated = entry.get("kind")
    kind = "micro" if stated is None else str(stated)
    if kind not in KINDS:
        file.note(entry.line_of("kind"), f"{entry.get('id')}: there is no kind {kind}")
    if kind != "partner" and entry.get("awarded_here") is not None:
        line = entry.line_of("awarded_here")
        file.note(line, f"{entry.get('id')}: awarded_here is said of partners' credentials only")
    if bool(entry.get("inherits_skills", kind == "stack")) != (kind == "stack"):
        line = entry.line_of("inherits_skills")
        file.note(line, f"{entry.get('id')}: a stack inherits the skills of its parts, and nothing else does")
    return kind


def _achievement(file: CatalogFile, skills: Skills, slug: str, entry: Entry, kind: str) -> PlannedAchievement | None:
    before = len(file.problems)
    organization = file.refer(entry, "issuer", "organizations", name=str(entry.get("issuer")))
    facts = file.facts(entry, achievement_facts.parse, _document(file, skills, entry, kind), FILE_KEYS)
    if facts is None:
        return None
    for sentence in achievements.problems(facts):
        file.note(entry.line, f"{slug}: {sentence}")
    if len(file.problems) > before or organization is None:
        return None
    return PlannedAchievement(slug, organizations.slug_of(organization), facts, entry.line)


def _document(file: CatalogFile, skills: Skills, entry: Entry, kind: str) -> dict[str, Any]:
    publishing = file.document.get("publishing")
    defaults = publishing if isinstance(publishing, CommentedMap) else {}
    return {
        "name": entry.get("name"),
        "abbreviation": entry.get("abbreviation"),
        "description": entry.get("description"),
        "criteria_narrative": plain(entry.get("criteria")),
        "criteria_url": entry.get("criteria_url"),
        "achievement_type": entry.get("achievement_type"),
        "education_type": entry.get("education_type"),
        "formal_relation": entry.get("formal_relation"),
        "assessment_method": entry.get("assessment"),
        "group_participation": entry.get("group_participation"),
        "group_evaluation": entry.get("group_evaluation"),
        "hours": number(entry.get("hours")),
        "academic_credits": number(entry.get("academic_credits")),
        "tags": plain(entry.get("tags")),
        "language": entry.get("language") or defaults.get("language") or file.about("language"),
        "translations": _translations(entry),
        "skills": skills.of_achievement(entry),
        "continuing_education": _continuing_education(file, entry),
        "price": _price(file, entry),
        "validity": renewals.validity(file, entry),
        "renewal": renewals.renewal(file, entry),
        "result_descriptions": _results(file, entry),
        "drawing": _drawing(file, defaults, entry, kind),
        "image_alt": entry.get("image_alt"),
        "is_stack": True if kind == "stack" else None,
        "prerequisites": plain(entry.get("prerequisites")),
        "formats": plain(entry.get("formats")),
    }


def _translations(entry: Entry) -> Any:
    """The texts in other languages, by their tags, under the names that the entry has for its own texts."""
    stated = plain(entry.get("translations"))
    if not isinstance(stated, dict):
        return stated
    return {
        str(tag): {("criteria_narrative" if name == "criteria" else name): value for name, value in texts.items()}
        if isinstance(texts, dict)
        else texts
        for tag, texts in stated.items()
    }


def _recognised(file: CatalogFile, skills: Skills, slug: str, entry: Entry, kind: str) -> PlannedDefinition | None:
    policy = renewals.policy(file, entry)
    stated = entry.get("issuer")
    known = file.tables["organizations"].get(stated) if isinstance(stated, str) else None
    document = {
        "name": entry.get("name"),
        "abbreviation": entry.get("abbreviation"),
        "kind": kind,
        "description": entry.get("description"),
        "criteria_narrative": plain(entry.get("criteria")),
        "issued_by": organizations.name_of(file, entry, "issuer"),
        "issued_by_url": known.get("url") if known else None,
        "achievement_type": entry.get("achievement_type"),
        "education_type": entry.get("education_type"),
        "skills": skills.of_definition(entry, "skills"),
        "hours": number(entry.get("hours")),
        "academic_credits": number(entry.get("academic_credits")),
        "continuing_education": [
            {"amount": number(each.get("amount")), "unit": plain(each.get("unit"))} for each in file.maps(entry, "ce")
        ],
        "validity": renewals.validity(file, entry),
        "grace_days": plain(policy.get("grace_days")) if policy else None,
        "evidence": entry.get("evidence"),
        "tags": plain(entry.get("tags")),
    }
    for each in file.maps(entry, "ce"):
        file.refer(entry, "ce", "ce_units", name=str(each.get("unit")))
    before = len(file.problems)
    facts = file.facts(entry, lambda given: definitions.parse(Kind.RECOGNISED, given), document, FILE_KEYS)
    if facts is None or len(file.problems) > before:
        return None
    return PlannedDefinition(Kind.RECOGNISED, slug, facts, entry.line)


def _say_what_others_credentials_lack(file: CatalogFile, slug: str, entry: Entry) -> None:
    empty: tuple[object, ...] = (None, 0, "none", [], {}, "")
    names = ("price", "assessment", "prerequisites", "formats", "results", "image", "image_alt", "criteria_url",
             "translations")  # fmt: skip
    if said := [name for name in names if entry.get(name) not in empty]:
        file.skipped.append(f"{slug}: {', '.join(said)} of a credential that is awarded elsewhere")


def _price(file: CatalogFile, entry: Entry) -> Any:
    """An amount in the currency of the catalogue; without one nobody knows what the number means."""
    amount = entry.get("price")
    if amount is None or isinstance(amount, dict):
        return plain(amount)
    currency = file.about("currency")
    if currency is None:
        sentence = f"{entry.get('id')}: a price needs the catalogue's currency, as catalog: {{currency: EUR}}"
        file.note(entry.line_of("price"), sentence)
        return None
    return {"amount": number(amount), "currency": currency}


def _continuing_education(file: CatalogFile, entry: Entry) -> list[dict[str, Any]]:
    found = []
    for item in file.maps(entry, "ce"):
        if item.get("unit") is None and item.get("unit_name") is not None:
            found.append({"amount": number(item.get("amount")), "unit": item.get("unit_name")})
            continue
        unit = file.refer(entry, "ce", "ce_units", name=str(item.get("unit")))
        if unit is not None:
            name = file.tables["ce_units"][unit].get("name")
            found.append({"amount": number(item.get("amount")), "unit": name})
    return found


def _results(file: CatalogFile, entry: Entry) -> list[dict[str, Any]]:
    """Results that the file describes for this credential, and then those that it states itself."""
    found = []
    for name, item in file.tables["result_descriptions"].items():
        if item.get("credential") != entry.get("id"):
            continue
        result = {"id": name, **{key: plain(item.get(key)) for key in ("name", "result_type", "allowed_values")}}
        if item.get("result_type") == "Percent":
            result |= {"value_min": "0", "value_max": "100"}
        result |= {
            key: str(plain(item.get(key)))
            for key in ("required_value", "value_min", "value_max")
            if item.get(key) is not None
        }
        found.append({key: value for key, value in result.items() if value is not None})
    return [*found, *(plain(item.values) for item in file.maps(entry, "results"))]


def _drawing(file: CatalogFile, defaults: Any, entry: Entry, kind: str) -> Any:
    image = entry.get("image")
    if image is None and isinstance(defaults, CommentedMap):
        images = maps_of(Entry(defaults), "images", file.problems)
        image = next((item.values for item in images if item.get("kind") == kind), None)
    if not isinstance(image, CommentedMap):
        return plain(image)  # None, or something that the facts refuse
    return {name: plain(image[name]) for name in image if name != "kind"}
