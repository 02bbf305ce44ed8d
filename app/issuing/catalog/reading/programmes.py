"""Programmes, credit transfers and equivalences of a file."""

from __future__ import annotations

from app.issuing.catalog.lines import Entry, number, plain
from app.issuing.catalog.plan import PlannedDefinition
from app.issuing.catalog.reading import organizations
from app.issuing.catalog.reading.defining import define
from app.issuing.catalog.reading.file import CatalogFile
from app.issuing.definitions import Kind

EVERYWHERE = "all"


def read(file: CatalogFile) -> list[PlannedDefinition]:
    """What of it the home issuer has."""
    found = [
        *(_programme(file, entry) for entry in file.tables["programs"].values()),
        *(_equivalence(file, entry) for entry in file.tables["equivalences"].values()),
        *(_transfer(file, entry) for entry in file.tables["credit_transfers"].values()),
    ]
    return [each for each in found if each is not None]


def _programme(file: CatalogFile, entry: Entry) -> PlannedDefinition | None:
    document = {
        "name": entry.get("name"),
        "provider": organizations.name_of(file, entry, "provider"),
        "award": entry.get("award"),
        "total_credits": number(entry.get("total_credits")),
        "url": entry.get("url"),
    }
    return define(file, Kind.PROGRAMME, entry, document)


def _equivalence(file: CatalogFile, entry: Entry) -> PlannedDefinition | None:
    scope = entry.get("scope", EVERYWHERE)
    document = {
        "source": file.refer(entry, "from", "credentials"),
        "target": file.refer(entry, "to", "credentials"),
        "direction": entry.get("direction"),
        "pathways": None if scope == EVERYWHERE else list(file.refer_many(entry, "scope", "pathways")),
        "max_age_months": plain(entry.get("max_age_months")),
        "approved_by": organizations.name_of(file, entry, "approved_by"),
        "valid_from": plain(entry.get("valid_from")),
        "valid_until": plain(entry.get("valid_until")),
        "comment": entry.get("comment"),
    }
    keys = {"source": "from", "target": "to", "pathways": "scope"}
    return define(file, Kind.EQUIVALENCE, entry, document, keys)


def _transfer(file: CatalogFile, entry: Entry) -> PlannedDefinition | None:
    document = {
        "source": plain(entry.get("from")),
        "programme": file.refer(entry, "program", "programs"),
        "credits": number(entry.get("credits")),
        "realised": entry.get("realised"),
        "max_age_months": plain(entry.get("max_age_months")),
        "agreement_from": plain(entry.get("agreement_valid_from")),
        "agreement_until": plain(entry.get("agreement_valid_until")),
    }
    keys = {
        "source": "from",
        "programme": "program",
        "agreement_from": "agreement_valid_from",
        "agreement_until": "agreement_valid_until",
    }
    return define(file, Kind.CREDIT_TRANSFER, entry, document, keys)
