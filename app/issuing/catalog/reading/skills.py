"""Frameworks, skills and units of continuing education of a file, and how credentials and roles name skills."""

from __future__ import annotations

from typing import Any

from app.issuing.catalog.lines import Entry, number, plain
from app.issuing.catalog.plan import PlannedDefinition
from app.issuing.catalog.reading.defining import define
from app.issuing.catalog.reading.file import CatalogFile
from app.issuing.definitions import Kind

SAFETY = frozenset({"safety", "patient-care"})  # categories in which a gap may hurt somebody
SAFETY_PRIORITY, PRIORITY = 5, 3


def read(file: CatalogFile) -> list[PlannedDefinition]:
    """What the home issuer says of skills."""
    skills = Skills(file)
    for item in file.tables["result_descriptions"].values():
        file.refer(item, "credential", "credentials", name=str(item.get("credential")))
    found = [
        *(_framework(file, entry) for entry in file.tables["frameworks"].values()),
        *(skills.definition(entry) for entry in file.tables["skills"].values()),
        *(_unit(file, entry) for entry in file.tables["ce_units"].values()),
    ]
    return [each for each in found if each is not None]


class Skills:
    """The skills of a file, by their ids, with the framework that they belong to if they name none."""

    def __init__(self, file: CatalogFile) -> None:
        self._file = file
        frameworks = file.tables["frameworks"].items()
        self._shipped = next((name for name, entry in frameworks if entry.get("ships_data")), None)

    def definition(self, entry: Entry) -> PlannedDefinition | None:
        """The skill as the home issuer has it."""
        category = plain(entry.get("category"))
        default = SAFETY_PRIORITY if isinstance(category, str) and category in SAFETY else PRIORITY
        document = {
            "name": entry.get("name"),
            "description": entry.get("description"),
            "category": category,
            "decay_months": plain(entry.get("decay_months")),
            "priority": plain(entry.get("priority", default)),
            "framework": self._framework(entry),
            "url": self._url(entry),
            "alignments": plain(entry.get("alignments")),
        }
        return define(self._file, Kind.SKILL, entry, document)

    def of_achievement(self, entry: Entry) -> list[Any]:
        """The skills of a credential as alignments: those of the file, and such as stand for themselves."""
        found: list[Any] = []
        for item in self._file.maps(entry, "skills"):
            if item.get("skill") is None and item.get("url") is not None:
                found.append(plain(item.values))
                continue
            name = self._file.refer(entry, "skills", "skills", name=str(item.get("skill")))
            if name is None:
                continue
            skill = self._file.tables["skills"][name]
            framework = self._framework(skill)
            if (url := self._url(skill)) is None:
                sentence = f"{name} has no address: let a framework of the file be ships_data, or give the skill a url"
                self._file.note(skill.line, sentence)
                continue
            named = self._file.tables["frameworks"][framework].get("name") if framework else None
            stated = {"name": skill.get("name"), "url": url, "level": plain(item.get("level")), "code": name}
            found.append(stated | ({"framework": named} if named is not None else {}))
        return found

    def of_definition(self, entry: Entry, key: str) -> list[dict[str, Any]]:
        """Skills at levels, by their ids, as definitions have them."""
        items = self._file.maps(entry, key)
        for item in items:
            if item.get("skill") is not None or item.get("url") is None:
                self._file.refer(entry, key, "skills", name=str(item.get("skill")))
        return [
            {"skill": plain(each.get("skill")), "level": plain(each.get("level"))}
            for each in items
            if each.get("skill") is not None
        ]

    def _framework(self, skill: Entry) -> str | None:
        if "framework" in skill.values:
            return self._file.refer(skill, "framework", "frameworks")
        return self._shipped

    def _url(self, skill: Entry) -> Any:
        if "url" in skill.values:
            return skill.get("url")
        framework = self._framework(skill)
        if framework is None:
            return None
        return f"{self._file.tables['frameworks'][framework].get('url')}/{skill.get('id')}"


def _framework(file: CatalogFile, entry: Entry) -> PlannedDefinition | None:
    names = ("name", "url", "ships_data", "description")
    return define(file, Kind.FRAMEWORK, entry, {name: plain(entry.get(name)) for name in names})


def _unit(file: CatalogFile, entry: Entry) -> PlannedDefinition | None:
    document = {"name": entry.get("name"), "contact_hours": number(entry.get("contact_hours"))}
    return define(file, Kind.CE_UNIT, entry, document)
