"""Roles and units of a file."""

from __future__ import annotations

from ruamel.yaml.comments import CommentedMap

from app.issuing.catalog.lines import Entry, number, plain
from app.issuing.catalog.plan import PlannedDefinition
from app.issuing.catalog.reading.defining import define
from app.issuing.catalog.reading.file import CatalogFile
from app.issuing.catalog.reading.skills import Skills
from app.issuing.definitions import Kind


def read(file: CatalogFile) -> list[PlannedDefinition]:
    """What of it the home issuer has."""
    skills = Skills(file)
    found = [
        *(_role(file, skills, entry) for entry in file.tables["roles"].values()),
        *(_unit(file, entry) for entry in file.tables["units"].values()),
    ]
    return [each for each in found if each is not None]


def _role(file: CatalogFile, skills: Skills, entry: Entry) -> PlannedDefinition | None:
    occupation = entry.get("occupation")
    if isinstance(occupation, CommentedMap):
        file.refer(entry, "occupation", "frameworks", name=str(occupation.get("framework")))
    document = {
        "name": entry.get("name"),
        "description": entry.get("description"),
        "occupation": plain(occupation),
        "requires": skills.of_definition(entry, "requires"),
        "requires_credentials": list(file.refer_many(entry, "requires_credentials", "credentials")),
        "headcount_target": plain(entry.get("headcount_target")),
    }
    return define(file, Kind.ROLE, entry, document)


def _unit(file: CatalogFile, entry: Entry) -> PlannedDefinition | None:
    mandatory = []
    for item in file.maps(entry, "mandatory"):
        credential = file.refer(entry, "mandatory", "credentials", name=str(item.get("credential")), at=item.line)
        stated = {"credential": credential, "target_percent": number(item.get("target_percent"))}
        if credential is not None:
            mandatory.append({name: value for name, value in stated.items() if value is not None})
    document = {
        "name": entry.get("name"),
        "headcount_target": plain(entry.get("headcount_target")),
        "mandatory": mandatory,
    }
    return define(file, Kind.UNIT, entry, document)
