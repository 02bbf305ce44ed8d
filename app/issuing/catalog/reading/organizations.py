"""Organisations of a file: which of them are issuers here, and which one has what belongs to nobody else."""

from __future__ import annotations

from collections.abc import Collection

from app.issuing.catalog.lines import Entry
from app.issuing.catalog.plan import PlannedIssuer
from app.issuing.catalog.reading import accreditations
from app.issuing.catalog.reading.file import CatalogFile

PREFIX = "org-"
KINDS = frozenset({"issuer", "partner", "association", "accreditor", "employer"})
OF_HOME = (
    "frameworks", "skills", "ce_units", "programs", "equivalences", "credit_transfers", "roles", "units",
    "demo_learners",
)  # fmt: skip
SEVERAL = "the file does not say whose skills, roles and people these are; name it as catalog: {home: org-...}"


def slug_of(organization: str) -> str:
    """The short name of an organisation here."""
    return organization.removeprefix(PREFIX)


def name_of(file: CatalogFile, entry: Entry, key: str) -> str | None:
    """The name of the organisation that an entry names; a name that is no id stands for itself."""
    stated = entry.get(key)
    if isinstance(stated, str) and stated not in file.tables["organizations"] and not stated.startswith(PREFIX):
        return stated
    found = file.refer(entry, key, "organizations")
    return None if found is None else str(file.tables["organizations"][found].get("name"))


def check(file: CatalogFile) -> None:
    """Note kinds of organisations that there are not."""
    for name, entry in file.tables["organizations"].items():
        kind = entry.get("kind")
        if kind is not None and (not isinstance(kind, str) or kind not in KINDS):
            file.note(entry.line_of("kind"), f"{name}: an organization is one of {', '.join(sorted(KINDS))}")


def home(file: CatalogFile) -> str | None:
    """The id of the issuer that has everything without an owner; None when there is no such thing, or a problem.

    It is the one that the file names, or its only issuer. An organisation without a kind is one if it awards something.
    """
    organizations = file.tables["organizations"]
    if (named := file.about("home")) is not None:
        if isinstance(named, str) and named in organizations:
            return named
        file.note(file.line_of_section("catalog", "home"), f"catalog: home: there is no organization {named}")
        return None
    awarding = {each.get("issuer") for each in file.tables["credentials"].values() if _is_own(each)}
    found = [
        name
        for name, entry in organizations.items()
        if entry.get("kind") == "issuer" or (entry.get("kind") is None and name in awarding)
    ]
    if len(found) == 1:
        return found[0]
    first = next((section for section in OF_HOME if file.tables[section]), None)
    others = any(entry.get("kind") in ("external", "partner") for entry in file.tables["credentials"].values())
    if first is not None or others:
        line = organizations[found[1]].line if found else file.line_of_section(first or "credentials")
        file.note(line, SEVERAL[0].upper() + SEVERAL[1:])
    return None


def issuers(file: CatalogFile, needed: Collection[str], signing: Collection[str]) -> tuple[PlannedIssuer, ...]:
    """Those organisations, by short name, as issuers, in the order of the file. `signing`: they sign something."""
    found = file.tables["organizations"].items()
    return tuple(_issuer(file, name, entry, signing) for name, entry in found if slug_of(name) in needed)


def _issuer(file: CatalogFile, name: str, entry: Entry, signing: Collection[str]) -> PlannedIssuer:
    file.check_slug(entry, slug_of(name))
    file.check_texts(entry, "name", "url")
    above = file.refer(entry, "parent", "organizations")
    parent = None if above is None else file.tables["organizations"][above]
    if parent is not None:
        file.check_texts(parent, "name", "url")
    return PlannedIssuer(
        slug=slug_of(name),
        name=str(entry.get("name")),
        url=str(entry.get("url")),
        parent_name=str(parent.get("name")) if parent else None,
        parent_url=str(parent.get("url")) if parent else None,
        line=entry.line,
        signs=slug_of(name) in signing,
        accreditations=accreditations.read(file, entry),
    )


def _is_own(entry: Entry) -> bool:
    return entry.get("kind", "micro") in (None, "micro", "stack") and isinstance(entry.get("issuer"), str)
